"""The documents tell the truth about what can be looked up: links, commands, settings, files."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from app.cli import main
from app.settings import Settings
from app.sources import FILE_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "operations" / "README.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
)
PICTURES = sorted((ROOT / "docs" / "pictures").iterdir())
LAUNCHERS_OWN = {"test": {"--long", "--help"}}
ROOMS = "alerts|app|bot|cases|contacts|dialogue|docs|law|requirements|sandbox|scheduler|store|tests|texts|web"

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|\bsrc=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
INDENTED = re.compile(r"^ {4}.*$", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[\s/=(])panah ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)([^#\n]*)")
SETTING = re.compile(r"\b(?:PANAH|DATABASE|TELEGRAM|TWILIO|SMTP|MAIL|HEARTBEAT)_[A-Z][A-Z_]*[A-Z]\b")
PLACE = re.compile(rf"(?:{ROOMS})/[a-z0-9_./-]*")
ABSOLUTE = re.compile(r"(?<![\w.])/(?:home/(?!panah)|Users|root)/")
LARGEST_PICTURE = 250_000

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@every_document
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in map("".join, LINK.findall(document.read_text())):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        place, _, anchor = target.partition("#")
        found = (document.parent / place).resolve() if place else document
        assert found.exists(), target
        if anchor:
            assert anchor in {_anchor(heading) for heading in HEADING.findall(found.read_text())}, target


@every_document
def test_every_command_exists_with_its_options(document: Path) -> None:
    for words, rest in _commands(document.read_text()):
        options = set(re.findall(r"(?<!\S)--[a-z-]+", rest))
        first, *others = words.split()
        if first in LAUNCHERS_OWN:
            assert options <= LAUNCHERS_OWN[first], f"panah {words}{rest}"
            continue
        command = main.commands.get(first)
        assert command is not None, f"panah {words}: promise nothing that is not built"
        if isinstance(command, click.Group) and others:
            assert others[0] in command.commands, f"panah {words}"
            command = command.commands[others[0]]
        known = {form for one in command.params for form in (*one.opts, *one.secondary_opts)} | {"--help"}
        assert options <= known, f"panah {words}{rest}"


@every_document
def test_every_setting_exists(document: Path) -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()}
    for name in SETTING.findall(document.read_text()):
        assert name.removesuffix(FILE_SUFFIX) in known, name


@every_document
def test_every_file_that_is_named_is_there(document: Path) -> None:
    for name in INLINE.findall(document.read_text()):
        if PLACE.fullmatch(name):
            assert (ROOT / name).exists(), name


@every_document
def test_no_document_names_a_place_on_somebodys_machine(document: Path) -> None:
    assert ABSOLUTE.search(document.read_text()) is None


def test_every_row_of_the_threat_model_names_a_test_or_says_that_there_is_none() -> None:
    rows = list(_rows_of_threats())
    assert len(rows) > 10
    for threat, *_, shown_by, _not_yet in rows:
        tests = INLINE.findall(shown_by)
        assert tests or shown_by.strip() == "–", threat
        assert all((ROOT / test).is_file() for test in tests), threat


def test_every_scenario_is_told_by_a_test_that_is_there() -> None:
    lines = (ROOT / "docs" / "scenarios.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| scenario")]
    assert len(rows) > 50
    for row in rows:
        told_by = INLINE.findall(row)
        assert told_by, row
        assert all(map(_is_there, told_by)), row


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = {link for link, _ in LINK.findall((folder / "README.md").read_text())}
    assert listed == {path.name for path in folder.glob("0*.md")}


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_every_picture_is_small_and_shown(picture: Path) -> None:
    assert picture.stat().st_size <= LARGEST_PICTURE
    assert any(f"pictures/{picture.name}" in document.read_text() for document in DOCUMENTS)


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """What stands behind ``panah`` in code: two words at most that may be commands, and the rest."""
    code = [*INLINE.findall(text), *INDENTED.findall(text)]
    for piece in code:
        for found in COMMAND.finditer(piece):
            yield found[1], found[2]


def _rows_of_threats() -> Iterator[list[str]]:
    text = (ROOT / "docs" / "threat-model.md").read_text()
    for line in text.splitlines():
        if line.startswith("| **"):
            yield line.strip("|").split("|")


def _is_there(test: str) -> bool:
    """Whether ``FILE::NAME`` or ``FILE::CLASS::NAME`` is in the file."""
    file, *names = test.split("::")
    path = ROOT / file
    if not (path.is_file() and names):
        return False
    scope: ast.AST = ast.parse(path.read_text())
    for name in names:
        found = next((node for node in ast.iter_child_nodes(scope) if _names(node) == name), None)
        if found is None:
            return False
        scope = found
    return True


def _names(node: ast.AST) -> str | None:
    """What a statement defines: a function, a class, or a variable."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case _:
            return None


def _anchor(heading: str) -> str:
    """The anchor that code forges make of a heading."""
    plain = re.sub(r"[^\w\s-]", "", heading.lower())
    return re.sub(r"\s", "-", plain.strip())
