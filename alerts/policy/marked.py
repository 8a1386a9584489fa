"""YAML with line numbers: every fault is collected with its line, and none repeats the file's own words.

Only the plain part of the language is read: no tags, no anchors, nothing is constructed.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml
from yaml.composer import ComposerError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST = 256 * 1024
"""Characters; a policy is a page or two."""
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge")
)


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong on a line (counted from 1) and what to write instead."""

    line: int
    advice: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.advice}"


class PolicyError(ValueError):
    """A document that cannot be used, with every problem that was found, in the order of lines."""

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class _PlainLoader(yaml.SafeLoader):
    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # untyped in the library's stubs
        if getattr(event, "anchor", None) is not None:
            raise ComposerError(None, None, "anchor", event.start_mark)
        return super().compose_node(parent, index)


def compose(text: str) -> Node:
    """The document's root; PolicyError with a line if it is no plain YAML document, or empty."""
    if len(text) > LONGEST:
        raise PolicyError([Problem(1, f"the file is longer than {LONGEST // 1024} thousand characters")])
    try:
        root = yaml.compose(text, Loader=_PlainLoader)
    except ComposerError as error:
        problem = Problem(_line_of_mark(error.problem_mark), "write it out: one document, without & and * references")
    except yaml.MarkedYAMLError as error:
        problem = Problem(
            _line_of_mark(error.problem_mark),
            "this is not YAML: look for wrong indentation, a tab, a missing colon, quote or bracket",
        )
    except (yaml.YAMLError, RecursionError):
        problem = Problem(1, "this is not readable as a YAML text in UTF-8")
    else:
        if root is not None:
            return root
        problem = Problem(1, "the file is empty: write `policies:` and below it at least one policy")
    raise PolicyError([problem])


def line_of(node: Node) -> int:
    """The line a node begins on, counted from 1."""
    return _line_of_mark(node.start_mark)


class Faults:
    """Collects problems while a document is read, so that all of them are told at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, node: Node, advice: str) -> None:
        """Note what is wrong at a node."""
        self.found.append(Problem(line_of(node), advice))

    def raise_any(self) -> None:
        """PolicyError if there was any."""
        if self.found:
            raise PolicyError(self.found)

    def entries(self, node: Node, known: Collection[str]) -> dict[str, Node]:
        """The entries of a mapping whose keys are all known and written once; what is not is a fault."""
        if not self._is_plain(node) or not isinstance(node, MappingNode):
            self.add(node, f"write a mapping with the keys {_listed(known)}")
            return {}
        entries: dict[str, Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else ""
            if name not in known:
                self.add(key, f"this key is not known here{guess(name, known)}; known are {_listed(known)}")
            elif name in entries:
                self.add(key, f"`{name}` is written twice: keep one")
            else:
                entries[name] = value
        return entries

    def items(self, node: Node, what: str) -> list[Node]:
        """The items of a list that is not empty; ``what`` says what belongs into it."""
        if not self._is_plain(node) or not isinstance(node, SequenceNode) or not node.value:
            self.add(node, f"write a list of {what}, with one at least")
            return []
        return list(node.value)

    def text(self, node: Node, what: str) -> str | None:
        """The text of a single value, as it is written; None (and a fault) if there is none."""
        if not self._is_plain(node) or not isinstance(node, ScalarNode) or not node.value.strip():
            self.add(node, f"write {what} here")
            return None
        return str(node.value).strip()

    def word(self, node: Node, known: Collection[str], what: str) -> str | None:
        """A text that is one of the known words."""
        said = self.text(node, f"{what}: {_listed(known)}")
        if said is None or said in known:
            return said
        self.add(node, f"this is no {what}{guess(said, known)}; known are {_listed(known)}")
        return None

    def _is_plain(self, node: Node) -> bool:
        return node.tag in _PLAIN_TAGS


def guess(said: str, known: Collection[str]) -> str:
    """A hint at the known word that was probably meant."""
    close = difflib.get_close_matches(said.casefold(), known, n=1)
    return f" (do you mean `{close[0]}`?)" if close else ""


def _listed(words: Collection[str]) -> str:
    return ", ".join(words)


def _line_of_mark(mark: yaml.Mark | None) -> int:
    return 1 if mark is None else mark.line + 1
