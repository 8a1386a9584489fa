"""A paper with what stands around it on every page: plain data that both ways of drawing it take. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from papers.markup import Sort
from papers.paper import Mark
from papers.phrases import phrase
from texts.catalogue import say
from texts.locale import is_right_to_left

if TYPE_CHECKING:
    from collections.abc import Iterable

    from papers.paper import Block, Paper, Run, Runs


@dataclass(frozen=True)
class Sheet:
    """A paper as it is drawn. ``banner`` stands above each page: a draft says that it is one."""

    paper: Paper
    banner: str
    reference: str
    """The code of the case beside the banner; empty where whoever reads it is not to know it."""
    mark: str
    """Below each page: which version it is, and the beginning of its SHA-256."""
    is_draft: bool
    reader: str
    """The language of the notes."""


def sheet_of(paper: Paper, code: str, *, number: int | None, reader: str, approved: bool = False) -> Sheet:
    """Put a paper on its sheet: as a draft with its notes, or, once it is approved, as it is filed.

    What is filed bears nothing of ours but the beginning of its hash: who approved it is in the log, and the code of
    the case stands in it where its form says so. ``code``: of the case, empty where not even a draft may name it.
    ``number`` is that of the version, None for one that nobody has taken yet.
    """
    told = f"SHA-256 {paper.sha256()[:16]}"
    if approved:
        return Sheet(paper, banner="", reference="", mark=told, is_draft=False, reader=reader)
    version = [] if number is None else [f"v{number}"]
    legend = (phrase("gap_legend", paper.language), phrase("unsure_legend", paper.language))
    return Sheet(
        paper=paper,
        banner=phrase("draft", paper.language),
        reference=code,
        mark=" · ".join([*version, told, *legend]),
        is_draft=True,
        reader=reader,
    )


def as_data(sheet: Sheet) -> dict[str, Any]:
    """Return a sheet as plain data, for a template."""
    paper = sheet.paper
    unverified = phrase("unverified", paper.language) if sheet.is_draft else ""
    behind = next((n for n, one in enumerate(paper.blocks) if one.sort != Sort.TO), len(paper.blocks))
    return {
        "head": _blocks(paper.blocks[:behind]),
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
        "blocks": _blocks(paper.blocks[behind:], unverified=unverified),
    }


def _blocks(blocks: Iterable[Block], *, unverified: str = "") -> list[dict[str, Any]]:
    return [
        {
            "sort": block.sort,
            "runs": _runs(block.runs, unverified),
            "rows": [[_runs(label, unverified), _runs(value, unverified)] for label, value in block.rows],
        }
        for block in blocks
    ]


def _runs(runs: Runs, unverified: str) -> list[dict[str, str]]:
    """``unverified``: what is put before words of the law for which nobody vouches. It is no part of the text."""
    return [{"text": _said(one, unverified), "mark": str(one.mark)} for one in runs]


def _said(one: Run, unverified: str) -> str:
    return f"{unverified} {one.text}" if unverified and one.mark is Mark.LAW else one.text
