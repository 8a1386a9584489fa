"""``panah papers``: which papers fit a case, what is missing, and all of them as files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.agreeing import agreed_if_many, by_two
from app.commands.shared import as_data, fail, fails_clearly, house, the_case
from app.paper_files import write_papers, write_private
from texts.bidi import plain

if TYPE_CHECKING:
    from uuid import UUID

    from app.wiring import House
    from papers.desk import Desk, OnDesk
    from papers.drawing import Sheet
    from papers.record import Exhibit


@click.command()
@click.argument("code")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write them into this new or empty folder."
)
@click.option("--as-counsel", is_flag=True, help="As the lawyer of the case is given them, with what counsel keeps.")
@click.option(
    "--exhibits", is_flag=True, help="With --out: the files of the case too, as they came, numbered, with hashes."
)
@by_two
@as_data
@fails_clearly
def papers(
    code: str, *, out: Path | None, as_counsel: bool, exhibits: bool, agreed: tuple[str, ...], as_json: bool
) -> None:
    """Print which papers fit a case, and what is missing; with --out, draw each as .docx and PDF.

    Nothing is sent. Whatever is written is noted in the log of the case. The papers of more than three cases within a
    day are written by two people. Whoever can run this can read every case: it is for the machine's own administrator.
    """
    home = house()
    if exhibits and out is None:
        raise click.UsageError("--exhibits wants --out")
    if out is not None and out.exists() and any(out.iterdir()):
        fail(f"{out} is not empty: nothing is written over")
    who = None if out is None else _agreed(home, code, agreed)
    case_id, desk, sheets = _prepare(home, code, as_counsel=as_counsel, agreed=who)
    if as_json:
        click.echo(json.dumps([_as_data(one) for one in desk.papers], ensure_ascii=False))
    else:
        click.echo("\n".join(plain(line) for one in desk.papers for line in _lines(one)))
    if out is not None:
        write_papers(out, desk, sheets)
        click.echo(f"{len(sheets)} papers, each as .docx and PDF, are in {out}", err=True)
        if exhibits:
            _write_bundle(home, out, case_id, desk)


def _agreed(home: House, code: str, agreed: tuple[str, ...]) -> str:
    """Have two people agree where this is one case of many, and return who did, for the log."""
    with home.store.read() as unit:
        case_id = the_case(unit, code).id
    return agreed_if_many(home.store, case_id, agreed)


def _prepare(home: House, code: str, *, as_counsel: bool, agreed: str | None) -> tuple[UUID, Desk, list[Sheet]]:
    """Lay the papers out and, where they are taken, keep and write down each: all in one unit.

    ``agreed``: who agreed that they are, empty where nobody had to; None where nothing is taken.
    """
    from cases.events import CaseRead
    from papers.desk import COUNSEL, Files, desk_of
    from papers.events import PapersExported
    from papers.fitting import Fit
    from papers.taking import Form, Which, hand_over, may_take

    with home.store.unit("cli") as unit:
        case = the_case(unit, code)
        role = COUNSEL if as_counsel else "coordinator"
        desk = desk_of(
            unit,
            case,
            role=role,
            default_zone=home.settings.timezone,
            our_number=home.settings.number_for_families,
            files=Files.AS_THEY_CAME,
        )
        wanted = [
            draft.paper
            for one in desk.papers
            if agreed is not None and not one.closed and one.offer.fit is not Fit.NEVER
            for draft in one.drafts
            if may_take(one, draft, counsel=desk.counsel)
        ]
        sheets = [
            hand_over(unit, case.id, desk, Which(one.kind, one.language), Form.BOTH, reader="en") for one in wanted
        ]
        unit.record(CaseRead(case_id=case.id))
        if agreed is not None:
            unit.record(PapersExported(case_id=case.id, papers=len(sheets), agreed=agreed))
        case_id = case.id
        unit.session.flush()
        unit.session.expunge_all()
    return case_id, desk, sheets


def _as_data(one: OnDesk) -> dict[str, Any]:
    offer = one.offer
    return {
        "kind": offer.kind.id,
        "fit": str(offer.fit),
        "reasons": [reason.key for reason in offer.reasons],
        "warnings": [warning.key for warning in offer.warnings],
        "missing": dict(offer.missing),
        "held_back": {name: str(why) for name, why in offer.held_back.items()},
        "for_counsel_alone": one.closed,
        "papers": [
            {"language": draft.paper.language, "state": str(draft.state), "gaps": draft.paper.gaps,
             "sha256": draft.paper.sha256(), "sent": len(draft.leavings)}
            for draft in one.drafts
        ],
    }  # fmt: skip


def _lines(one: OnDesk) -> list[str]:
    from papers.notes import label, said

    offer = one.offer
    drafts = "  ".join(f"{draft.paper.language}: {draft.state}" for draft in one.drafts)
    lines = [f"{offer.fit:<6} {offer.kind.id:<20} {'for counsel alone' if one.closed else drafts}"]
    lines += [f"         {said(reason, 'en')}" for reason in (*offer.reasons, *offer.warnings)]
    if str(offer.fit) != "never" and not one.closed:
        lines += [f"         missing, ask {who}: {label(name, 'en')}" for name, who in offer.missing.items()]
        lines += [f"         stays ({why}): {label(name, 'en')}" for name, why in offer.held_back.items()]
    return lines


def _write_bundle(home: House, out: Path, case_id: UUID, desk: Desk) -> None:
    """Pack the files of the case, telling how far it has come."""
    from papers.bundle import pack
    from papers.docx import draw_docx
    from papers.events import BundleTaken
    from papers.pdf import draw_pdf
    from papers.taking import sheet_on

    exhibits: tuple[Exhibit, ...] = desk.record.exhibits
    with home.store.unit("cli") as unit:
        unit.record(BundleTaken(case_id=case_id, exhibits=len(exhibits), originals=True))
    one, draft = desk.draft("bundle", "en")
    sheet = sheet_on(desk, one, draft, None, reader="en")
    index = {"index.pdf": draw_pdf(sheet), "index.docx": draw_docx(sheet)}
    with click.progressbar(length=max(len(exhibits), 1), label="exhibits", file=sys.stderr) as bar:
        packed = pack(home.store, exhibits, index, originals=True, done=lambda _: bar.update(1))
        write_private(out / f"{desk.record.code}-exhibits.zip", packed)
