"""A paper as it was composed: blocks of runs, each marked as a sentence of the form, a value or a gap."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from texts.locale import is_right_to_left

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Mark(StrEnum):
    """Whose words a run is."""

    FORM = "form"
    VALUE = "value"
    UNSURE = "unsure"
    """A value that one source alone has, or that nobody is sure of."""
    GAP = "gap"
    LAW = "law"
    """Of the law's data, for which no lawyer vouches yet."""


@dataclass(frozen=True)
class Run:
    """A stretch of words of one kind."""

    text: str = field(repr=False)
    mark: Mark = Mark.FORM


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Block:
    """One piece of a paper: ``sort`` is to, heading, text, point, table or sign; only a table has rows."""

    sort: str
    runs: Runs = ()
    rows: tuple[tuple[Runs, Runs], ...] = ()


@dataclass(frozen=True)
class Paper:
    """A paper in one language, as it stands. ``notes`` are for who files it and are no part of it."""

    kind: str
    language: str
    title: str
    to: tuple[str, ...]
    blocks: tuple[Block, ...]
    notes: tuple[Block, ...] = ()
    fields: tuple[str, ...] = ()
    """The fields of the person that it tells."""
    laws: tuple[str, ...] = ()
    """Ids of what it says of the law."""
    left_out: tuple[str, ...] = ()
    """Rows that the form has and nobody can fill: what is not needed is not left blank before an authority."""

    @property
    def right_to_left(self) -> bool:
        """Whether it is read from the right."""
        return is_right_to_left(self.language)

    @property
    def gaps(self) -> int:
        """How many places somebody has to fill in."""
        return sum(one.mark is Mark.GAP for one in runs_of(self.blocks))

    def lines(self) -> tuple[str, ...]:
        """The paper as plain lines, without the notes: what is approved, compared and hashed."""
        return (self.title, *self.to, *(line for block in self.blocks for line in _lines(block)))

    def sha256(self) -> str:
        """The SHA-256, hexadecimal, of its lines."""
        content = json.dumps([self.kind, self.language, *self.lines()], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()


def runs_of(blocks: Iterable[Block]) -> Iterator[Run]:
    """Yield every stretch of words, in order."""
    for block in blocks:
        yield from block.runs
        for label, value in block.rows:
            yield from (*label, *value)


def _lines(block: Block) -> Iterator[str]:
    if block.runs:
        yield "".join(one.text for one in block.runs)
    for label, value in block.rows:
        yield f"{''.join(one.text for one in label)}: {''.join(one.text for one in value)}"
