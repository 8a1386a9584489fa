"""What mkdocs must know of these documents: they are written for the repository, where links lead to code too.

Some documents lie outside of `docs/`, and are pages all the same. A link to a file that is no page stays as its words.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parents[2]
BROUGHT_IN: Final = {
    "contributing.md": ROOT / "CONTRIBUTING.md",
    "changelog.md": ROOT / "CHANGELOG.md",
    "locks.md": ROOT / "requirements" / "README.md",
    "licences.md": ROOT / "requirements" / "licences.md",
}
LANGUAGES: Final = {
    "en": ("ltr", "On this page", "Pages"),
    "ru": ("ltr", "На этой странице", "Страницы"),
    "kk": ("ltr", "Осы бетте", "Беттер"),
    "ug": ("rtl", "بۇ بەتتە", "بەتلەر"),
}
"""Pages in another language end in its tag, `relatives.ug.md`; how each is read, and the words around it."""

CODE_OR_LINK = re.compile(r"^(?:(?: {4}.*)?\n)*(?: {4}.*\n?)+|`[^`]*`|(!?)\[([^\]]*)\]\(([^)\s]+)\)", re.MULTILINE)
ITEM = re.compile(r"(?:[-*]|\d+\.) ")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Bring in what lies elsewhere."""
    for name, path in BROUGHT_IN.items():
        files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_more: Any) -> str:
    """Give lists the empty line before them that mkdocs wants, and lead each link to a page, or nowhere."""
    pages = {Path(file.abs_src_path).resolve(): file.src_uri for file in files if file.abs_src_path}
    folder = Path(page.file.abs_src_path or ROOT).parent

    def led(found: re.Match[str]) -> str:
        mark, words, target = found[1], found[2], found[3]
        if words is None or "://" in target or target.startswith(("#", "mailto:")):
            return found[0]
        place, _, anchor = target.partition("#")
        path = (folder / place).resolve()
        name = pages.get(path)
        if name is None:
            return words if path.exists() else found[0]  # of what is nowhere mkdocs complains
        name = posixpath.relpath(name, posixpath.dirname(page.file.src_uri))
        return f"{mark}[{words}]({name}{'#' if anchor else ''}{anchor})"

    return CODE_OR_LINK.sub(led, "\n".join(_lines(markdown)))


def on_page_context(context: dict[str, Any], page: Page, **_more: Any) -> dict[str, Any]:
    """Say in which language a page is, how that is read, and what stands around it."""
    tag = page.file.src_uri.split(".")[-2]
    language = tag if tag in LANGUAGES else "en"
    direction, within, pages = LANGUAGES[language]
    return {**context, "language": language, "direction": direction, "within": within, "pages": pages}


def _lines(markdown: str) -> list[str]:
    lines: list[str] = []
    for line in markdown.splitlines():
        before = lines[-1] if lines else ""
        if ITEM.match(line) and before.strip() and not before.startswith(" ") and not ITEM.match(before):
            lines.append("")
        lines.append(line)
    return [*lines, ""]
