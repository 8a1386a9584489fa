"""A paper with what stands around it on every page: plain data that both ways of drawing it take. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from papers.phrases import phrase
from texts.catalogue import say
from texts.locale import is_right_to_left

if TYPE_CHECKING:
    from collections.abc import Iterable

    from papers.composing import Block, Paper, Runs


@dataclass(frozen=True)
class Sheet:
    """A paper as it is drawn. ``banner`` stands above each page: a draft says that it is one."""

    paper: Paper
    banner: str
    reference: str
    mark: str
    """Below each page: which version it is, and the beginning of its SHA-256."""
    is_draft: bool
    reader: str
    """The language of the notes."""


def sheet_of(
    paper: Paper, code: str, *, number: int | None, reader: str, approved: tuple[str, str] | None = None
) -> Sheet:
    """Put a paper on its sheet. ``approved``: by whom and when, in words; without it, it is a draft with its notes.

    ``number`` is that of the version, None for one that nobody has taken yet.
    """
    if approved is None:
        banner = phrase("draft", paper.language)
    else:
        who, when = approved
        banner = phrase("approved", paper.language, who=who, when=when)
    version = "" if number is None else f" · v{number}"
    legend = [phrase("gap_legend", paper.language), phrase("unsure_legend", paper.language)] if approved is None else []
    return Sheet(
        paper=paper,
        banner=banner,
        reference=code,
        mark=" · ".join([f"{paper.kind}{version} · SHA-256 {paper.sha256()[:16]}", *legend]),
        is_draft=approved is None,
        reader=reader,
    )


def as_data(sheet: Sheet) -> dict[str, Any]:
    """Return a sheet as plain data, for a template."""
    paper = sheet.paper
    return {
        "title": paper.title,
        "to": list(paper.to),
        "lang": paper.language.partition("-")[0],
        "rtl": paper.right_to_left,
        "banner": sheet.banner,
        "reference": sheet.reference,
        "mark": sheet.mark,
        "page": phrase("page", paper.language),
        "draft": sheet.is_draft,
        "reader": sheet.reader.partition("-")[0],
        "reader-rtl": is_right_to_left(sheet.reader),
        "notes-title": say("papers.notes", sheet.reader),
        "notes": _blocks(paper.notes) if sheet.is_draft else [],
        "blocks": _blocks(paper.blocks),
    }


def _blocks(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [
        {
            "sort": block.sort,
            "runs": _runs(block.runs),
            "rows": [[_runs(label), _runs(value)] for label, value in block.rows],
        }
        for block in blocks
    ]


def _runs(runs: Runs) -> list[dict[str, str]]:
    return [{"text": one.text, "mark": str(one.mark)} for one in runs]
