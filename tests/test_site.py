"""The guides name what is there, by the words people see; the site made of the documents asks nobody for anything."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import click
import pytest

from app.cli import main
from tests.test_docs import DOCUMENTS, ROOT
from texts.catalogue import entries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCS: Final = ROOT / "docs"
GUIDES: Final = {
    "relatives.md": "en",
    "relatives.ru.md": "ru",
    "relatives.kk.md": "kk",
    "relatives.ug.md": "ug",
    "coordinators.md": "en",
    "lawyers.md": "en",
}
TRANSLATED: Final = [name for name, language in GUIDES.items() if language != "en"]
DRAFT: Final = {"ru": "**Черновик", "kk": "**Нобай", "ug": "**قارالما"}
"""How a translation begins that no native speaker has read yet. Who has read it takes that out, and this."""

COMMAND_LINE = re.compile(r"^ {4}(?:.*\s)?\./panah ([a-z].*)$", re.MULTILINE)
MODULE = re.compile(r"python -m ([a-z][\w.]*)")
CODE = re.compile(r"`[^`]*`|^ {4}.*$", re.MULTILINE)
EMPHASIS = re.compile(r"(?<![*\w])\*(?![*\s])([^*]+?)\*(?![*\w])")
BOT_COMMAND = re.compile(r"`(/[a-z]+)")


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "requirements" / "README.md"], ids=lambda path: path.name)
def test_every_command_line_is_one_that_the_program_takes(document: Path) -> None:
    text = re.sub(r"\\\n\s+", " ", document.read_text())
    for line in COMMAND_LINE.findall(text):
        words = shlex.split(re.sub(r"\$\([^)]*\)", "VALUE", line), comments=True)
        if words[0] != "test":  # the launcher's own
            _takes(words)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_that_is_run_is_there(document: Path) -> None:
    for name in MODULE.findall(document.read_text()):
        assert find_spec(name) is not None, name


@pytest.mark.parametrize("guide", GUIDES)
def test_every_word_in_italics_is_one_that_people_see(guide: str) -> None:
    seen = _texts(GUIDES[guide])
    found = [" ".join(words.split()) for words in EMPHASIS.findall(CODE.sub("", (DOCS / guide).read_text()))]
    assert found
    for words in found:
        assert any(text.fullmatch(words) for text in seen), words


@pytest.mark.parametrize("guide", GUIDES)
def test_every_command_of_the_bot_is_one_that_it_tells_of(guide: str) -> None:
    known = set(re.findall(r"/[a-z]+", "\n".join(text.pattern for text in _texts(GUIDES[guide]))))
    commands = set(BOT_COMMAND.findall((DOCS / guide).read_text()))
    assert commands
    assert commands <= known


@pytest.mark.parametrize("guide", TRANSLATED)
def test_a_translation_says_what_the_english_says_and_that_it_is_a_draft(guide: str) -> None:
    english, translated = (DOCS / "relatives.md").read_text(), (DOCS / guide).read_text()
    assert _shape(translated) == _shape(english)
    assert translated.splitlines()[2].startswith(DRAFT[GUIDES[guide]])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built so that any warning is a failure: a page that is not in the list, a link that leads nowhere."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


def test_the_site_asks_nobody_and_runs_nothing(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > len(GUIDES)
    for page in pages:
        for tag, given in _Tags.of(page):
            assert tag not in {"script", "iframe", "object", "embed", "form", "style", "base"}, page.name
            assert not [name for name in given if name.startswith("on")], page.name
            fetched = given.get("src") or (given.get("href") if tag == "link" else None) or ""
            assert "//" not in fetched, f"{page.name} fetches {fetched}"
    for sheet in site.rglob("*.css"):
        assert not re.search(r"@import|url\(", sheet.read_text()), sheet.name


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        for _tag, given in _Tags.of(page):
            target = given.get("href") or given.get("src") or ""
            if "://" in target or target.startswith("mailto:"):
                continue
            place, _, anchor = target.partition("#")
            found = (page.parent / place).resolve() if place else page
            assert found.is_file(), f"{page.name}: {target}"
            if anchor:
                assert anchor in {one.get("id") for _, one in _Tags.of(found)}, f"{page.name}: {target}"


@pytest.mark.parametrize(("guide", "language"), GUIDES.items())
def test_a_page_says_in_which_language_it_is(site: Path, guide: str, language: str) -> None:
    (html,) = [given for tag, given in _Tags.of((site / guide).with_suffix(".html")) if tag == "html"]
    assert (html["lang"], html["dir"]) == (language, "rtl" if language == "ug" else "ltr")


def _takes(words: list[str]) -> None:
    """Fail unless these words are a command with options it has and as many arguments as it wants."""
    command: click.Command = main
    context = click.Context(main, info_name="panah", **main.context_settings)
    said = " ".join(words)
    while isinstance(command, click.Group) and words:
        inner = command.get_command(context, words[0])
        if inner is None:
            break
        command, words = inner, words[1:]
        context = click.Context(command, context, command.name)
    assert not isinstance(command, click.Group) or command.invoke_without_command, said
    try:
        given, left_over, _order = command.make_parser(context).parse_args(list(words))
    except click.UsageError as problem:
        raise AssertionError(f"panah {said}: {problem.format_message()}") from None
    assert not left_over, f"panah {said}"
    missing = [one.name for one in command.params if one.required and not _is_given(given.get(one.name or ""))]
    assert not missing, f"panah {said} lacks {missing}"


def _is_given(value: object) -> bool:
    """Whether a parser found a value; what it has for “none” differs between versions of click."""
    return isinstance(value, str | tuple | list | bool | int) and value not in ("", (), [])


@cache
def _texts(language: str) -> tuple[re.Pattern[str], ...]:
    """What a person may read, in a language; what differs each time may be anything."""
    return tuple(_patterns(language))


def _patterns(language: str) -> Iterator[re.Pattern[str]]:
    for entry in entries(language).values():
        for form in entry.forms or (entry.text,):
            fixed = re.split(r"\{[a-z_]+\}", form)
            if any(part.strip(" .:·") for part in fixed):
                yield re.compile(".+".join(map(re.escape, fixed)), re.DOTALL)


def _shape(text: str) -> dict[str, object]:
    """What a translation has in common with what it translates."""
    lines = text.splitlines()
    return {
        "headings": sum(line.startswith("## ") for line in lines),
        "items": sum(line.startswith("- ") for line in lines),
        "rows": sum(line.startswith("| ") for line in lines),
        "code": Counter(re.findall(r"`[^`]+`", text)),
        "buttons": len(EMPHASIS.findall(CODE.sub("", text))),
    }


class _Tags(HTMLParser):
    """Every tag of a page with what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    @classmethod
    def of(cls, page: Path) -> list[tuple[str, dict[str, str]]]:
        tags = cls()
        tags.feed(page.read_text())
        return tags.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
