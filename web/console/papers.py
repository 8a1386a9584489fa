"""The papers of a case: which fit and why, what is missing and from whom; taken, approved, noted as sent.

Nothing is sent from here. Whatever is given out is decided anew in the unit that writes down that it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy import select

from alerts.screens.opening import opened_by_code
from contacts.accounts.roles import Ability
from contacts.directory import name_of
from contacts.models import Contact
from papers.bundle import pack
from papers.docx import draw_docx
from papers.errors import PaperError
from papers.events import BundleTaken
from papers.fitting import Fit
from papers.kinds import load_kinds
from papers.pdf import draw_pdf
from papers.phrases import phrase
from papers.taking import Form, Which, file_name, hand_over, hand_over_document, may_take, sheet_on, unverified
from store.data_keys import contact_scope
from web.console.addressed import no_case, note_shown, viewed
from web.console.entered import refused
from web.console.gate import Guard
from web.console.paper_acts import ACTS, WAYS, ask, press
from web.console.papers_shown import INDEX, askers, grouped, laid_out, line_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from papers.desk import Desk, Draft, OnDesk
    from papers.drawing import Sheet
    from papers.models import PaperVersion
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

PAPERS: Final = Guard(ability=Ability.ENTER)
DRAW: Final[Mapping[Form, Callable[[Sheet], bytes]]] = {Form.DOCX: draw_docx, Form.PDF: draw_pdf}
LOOKS: Final = {"gaps": "warn", "draft": "quiet", "approved": "good", "changed": "bad", "sent": "good"}
"""How each state looks."""


def paper_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("papers", __name__)
    path = "/console/case/<code>/papers"
    gate.page(pages, path, look, PAPERS)
    gate.press(pages, "/console/case/<code>/bundle", bundle, PAPERS)
    gate.page(pages, f"{path}/<kind>", one, PAPERS)
    gate.press(pages, f"{path}/<kind>/take", take, PAPERS)
    gate.press(pages, f"{path}/ask", ask, PAPERS)
    for name, act in ACTS.items():
        gate.press(pages, f"{path}/<kind>/{name.replace('_', '-')}", press(name, act), PAPERS)
    return pages


def look(gate: Gate, code: str) -> Response:
    """List the kinds: those that fit now, those that can be drafted ahead, those that do not exist there."""
    with gate.store.read() as unit:
        opened = opened_by_code(unit, code, gate.who)
        if opened is None:
            return no_case(gate)
        desk = laid_out(gate, unit, opened.case)
        names = _names(unit, (), askers(desk))
        unit.session.expunge_all()  # it is drawn when the unit is over
    note_shown(gate, opened.case.id, opened.end)
    language = gate.words().language
    lines = [line_of(one, desk, language, names) for one in desk.papers if one.offer.kind.id != INDEX]
    return gate.show(
        "console/papers.html",
        code=code,
        fits=[(str(fit), grouped([line for line in lines if line.fit == fit])) for fit in Fit],
        looks=LOOKS,
        languages=load_kinds()[INDEX].languages(desk.record.situation.jurisdiction),
    )


def one(gate: Gate, code: str, kind: str) -> Response:
    """Show one kind: as it would be drawn now, what differs from what was approved, its versions, what left."""
    with gate.store.read() as unit:
        opened = opened_by_code(unit, code, gate.who)
        if opened is None:
            return no_case(gate)
        desk = laid_out(gate, unit, opened.case, kind)
        found = next((one for one in desk.papers if one.offer.kind.id == kind), None)
        if found is None:
            return no_case(gate)
        drafts = _chosen(found, request.args.get("language", ""))
        versions = [version for draft in drafts for version in draft.versions]
        makers = [*(one.approved_by for one in versions), *(_maker(one) for one in versions)]
        names = _names(unit, makers, askers(desk))
        unit.session.expunge_all()  # it is drawn when the unit is over
    note_shown(gate, opened.case.id, opened.end)
    return gate.show(
        "console/paper.html",
        code=code,
        line=line_of(found, desk, gate.words().language, names),
        drafts=[draft for draft in drafts if _is_shown(found, draft, desk)],
        looks=LOOKS,
        names=names,
        zone=desk.record.zone,
        is_counsel=desk.counsel,
        sources=_sources(found, drafts, desk),
        unverified=unverified,
        unverified_mark=phrase("unverified", drafts[0].paper.language),
        ways=WAYS,
        maker=_maker,
    )


def _is_shown(found: OnDesk, draft: Draft, desk: Desk) -> bool:
    """Whether the text of a draft is shown to this reader: no less than that it may be taken."""
    return not found.closed and found.offer.fit is not Fit.NEVER and may_take(found, draft, counsel=desk.counsel)


def _chosen(found: OnDesk, language: str) -> tuple[Draft, ...]:
    """One language at a time: the wanted one, or the first."""
    wanted = [draft for draft in found.drafts if draft.paper.language == language]
    return tuple(wanted or found.drafts[:1])


def _sources(found: OnDesk, drafts: Iterable[Draft], desk: Desk) -> list[tuple[str, str, str, str]]:
    """What the paper tells of the person: field, value, confidence, and who says so."""
    told = {name for draft in drafts if _is_shown(found, draft, desk) for name in draft.paper.fields}
    fields = desk.record.views[found.offer.kind.audience].fields
    return [(one.name, one.value, one.confidence, one.source) for one in fields if one.name in told]


def take(gate: Gate, code: str, kind: str) -> Response:
    """Hand a paper over as a file, and write down that it was."""
    given = request.form
    try:
        form = _form(given.get("as", ""))
        with gate.store.unit(gate.who.actor) as unit:
            opened = opened_by_code(unit, code, gate.who)
            if opened is None:
                return no_case(gate)
            desk = laid_out(gate, unit, opened.case, kind)
            which = Which(kind, given.get("language", ""))
            if given.get("version"):
                unit.record(viewed(gate, opened.case.id))
                document = hand_over_document(unit, opened.case.id, desk, which, UUID(given["version"]))
                name = file_name(desk, load_kinds()[kind], which.language)
                return _file(document, f"{name}.{Form.DOCX}")
            sheet = hand_over(unit, opened.case.id, desk, which, form, reader=gate.words().language)
            unit.record(viewed(gate, opened.case.id))
    except (PaperError, ValueError) as error:
        return refused(gate, error)
    return _file(DRAW[form](sheet), f"{file_name(desk, load_kinds()[kind], sheet.paper.language)}.{form}")


def _form(text: str) -> Form:
    """Which file is wanted; raises ValueError for any other."""
    form = Form(text)
    if form not in DRAW:
        raise ValueError("nothing is drawn like that")
    return form


def bundle(gate: Gate, code: str) -> Response:
    """Hand over the files of a case as numbered exhibits with their index, piece by piece as it is packed."""
    originals = request.form.get("as") == "originals"
    language = request.form.get("language", "")
    with gate.store.unit(gate.who.actor) as unit:
        opened = opened_by_code(unit, code, gate.who)
        if opened is None:
            return no_case(gate)
        desk = laid_out(gate, unit, opened.case, INDEX, as_copies=not originals)
        try:
            on_desk, draft = desk.draft(INDEX, language)
        except PaperError as error:
            return refused(gate, error)
        exhibits = desk.record.exhibits
        sheet = sheet_on(desk, on_desk, draft, None, reader=gate.words().language)
        unit.record(viewed(gate, opened.case.id))
        unit.record(BundleTaken(case_id=opened.case.id, exhibits=len(exhibits), originals=originals))
    papers = {f"index.{form}": draw(sheet) for form, draw in DRAW.items()}
    packed = pack(gate.store, exhibits, papers, originals=originals)
    return _file(packed, f"{code}-exhibits.zip")


def _file(content: bytes | Iterable[bytes], name: str) -> Response:
    """An attachment without a type, so that no browser opens it by itself."""
    response = Response(content, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _maker(version: PaperVersion) -> UUID | None:
    """The contact who handed a document in."""
    kind, _, id_ = version.made_by.partition(":")
    return UUID(id_) if kind == "contact" and version.based_on is not None else None


def _names(unit: UnitOfWork, ids: Iterable[UUID | None], known: Iterable[Contact]) -> dict[UUID, str]:
    """Return the names of contacts: of these ids, and of those that were read already."""
    rows = list(known)
    wanted = {id_ for id_ in ids if id_ is not None} - {row.id for row in rows}
    if wanted:
        rows += unit.session.scalars(select(Contact).where(Contact.id.in_(wanted)))
    unit.vault.fetch([contact_scope(row.id) for row in rows])
    return {row.id: name_of(unit, row) for row in rows}
