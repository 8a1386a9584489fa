"""The papers of a case: which fit and why, what is missing and from whom; taken, approved, noted as sent.

Nothing is sent from here. Whatever is given out is decided anew in the unit that writes down that it was.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy import select

from alerts.screens.reading import opened_by_code
from cases.events import CaseViewed
from contacts.accounts.roles import Ability
from contacts.directory import name_of
from contacts.models import Contact
from dialogue.asking import put_question
from dialogue.questions import FACTS
from papers.bundle import pack
from papers.desk import COUNSEL, Files, desk_of
from papers.docx import draw_docx
from papers.errors import PaperError
from papers.events import BundleTaken
from papers.fitting import Fit
from papers.handing_in import LARGEST
from papers.keeping import Leaving, note_left, withdraw_approval
from papers.kinds import load_kinds
from papers.notes import label, said
from papers.pdf import draw_pdf
from papers.phrases import phrase
from papers.taking import (
    Form,
    Which,
    approve_document_on,
    approve_on,
    file_name,
    hand_in_on,
    hand_over,
    hand_over_document,
    may_take,
    sheet_on,
    unverified,
)
from store.data_keys import case_scope, contact_scope
from texts.catalogue import say
from web.console.addressed import no_case
from web.console.entered import refused
from web.console.gate import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alerts.screens.reading import Opened
    from cases.models import Case
    from papers.desk import Desk, Draft, OnDesk
    from papers.drawing import Sheet
    from papers.fitting import Offer
    from papers.models import PaperVersion
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

PAPERS: Final = Guard(ability=Ability.ENTER)
DRAW: Final[Mapping[Form, Callable[[Sheet], bytes]]] = {Form.DOCX: draw_docx, Form.PDF: draw_pdf}
LOOKS: Final = {"gaps": "warn", "draft": "quiet", "approved": "good", "changed": "bad", "sent": "good"}
"""How each state looks."""
WAYS: Final = ("email", "form", "fax", "by_hand", "post", "other")
INDEX: Final = "bundle"
"""The index of exhibits, which is handed over with them and not in the list."""


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
        gate.press(pages, f"{path}/<kind>/{name.replace('_', '-')}", _press(name, act), PAPERS)
    return pages


@dataclass(frozen=True)
class Missing:
    """One thing that a paper lacks: whom to ask for it."""

    text: str
    field: str = ""
    """What the family can be asked for through the bot; empty where people ask."""
    asked_at: datetime | None = None
    asked_by: str = ""


@dataclass(frozen=True)
class Line:
    """One kind in the list."""

    id: str
    fit: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    missing: tuple[Missing, ...]
    held_back: tuple[str, ...]
    closed: bool
    drafts: tuple[tuple[str, str, bool], ...]
    """Language, state, and whether it may be taken now."""

    @property
    def can_be_taken(self) -> bool:
        """Whether anything of it is given to this reader."""
        return not self.closed and self.fit != Fit.NEVER


@dataclass(frozen=True)
class Group:
    """Kinds of which the same is to be said."""

    warnings: tuple[str, ...]
    """Said once, above them all."""
    lines: tuple[Line, ...]


def grouped(lines: Sequence[Line]) -> tuple[Group, ...]:
    """Put together those that are warned of for the same reasons; first come those of which nothing is to be said.

    A warning that holds for one kind alone stays with it.
    """
    times = Counter(warning for line in lines if line.can_be_taken for warning in line.warnings)
    groups: dict[tuple[str, ...], list[Line]] = {(): []}
    for line in lines:
        shared = tuple(one for one in line.warnings if times[one] > 1) if line.can_be_taken else ()
        groups.setdefault(shared, []).append(line)
    return tuple(Group(warnings, tuple(them)) for warnings, them in groups.items() if them)


def look(gate: Gate, code: str) -> Response:
    """List the kinds: those that fit now, those that can be drafted ahead, those that do not exist there."""
    with gate.store.read() as unit:
        opened = opened_by_code(unit, code, gate.who)
        if opened is None:
            return no_case(gate)
        desk = _desk(gate, unit, opened.case)
        names = _names(unit, (), _askers(desk))
        unit.session.expunge_all()  # it is drawn when the unit is over
    _note_shown(gate, opened)
    language = gate.words().language
    lines = [_line(one, desk, language, names) for one in desk.papers if one.offer.kind.id != INDEX]
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
        desk = _desk(gate, unit, opened.case, kind)
        found = next((one for one in desk.papers if one.offer.kind.id == kind), None)
        if found is None:
            return no_case(gate)
        drafts = _chosen(found, request.args.get("language", ""))
        versions = [version for draft in drafts for version in draft.versions]
        makers = [*(one.approved_by for one in versions), *(_maker(one) for one in versions)]
        names = _names(unit, makers, _askers(desk))
        unit.session.expunge_all()  # it is drawn when the unit is over
    _note_shown(gate, opened)
    return gate.show(
        "console/paper.html",
        code=code,
        line=_line(found, desk, gate.words().language, names),
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


def _note_shown(gate: Gate, opened: Opened) -> None:
    """Note who was shown what a case tells."""
    with gate.store.unit(gate.who.actor) as unit:
        unit.record_at(_viewed(gate, opened.case.id), opened.end)


def _viewed(gate: Gate, case_id: UUID) -> CaseViewed:
    if gate.who.contact_id is None:
        raise LookupError("an account without a contact reads no case")
    return CaseViewed(case_id=case_id, contact_id=gate.who.contact_id)


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


def ask(gate: Gate, code: str) -> Response:
    """Have the bot ask the family for one thing that a paper lacks."""
    given = request.form
    name, kind = given.get("field", ""), given.get("kind", "")
    try:
        with gate.store.unit(gate.who.actor) as unit:
            opened = opened_by_code(unit, code, gate.who)
            if opened is None:
                return no_case(gate)
            _ask(gate, unit, opened.case, name)
    except PaperError as error:
        return refused(gate, error)
    if kind in load_kinds():
        return gate.to("papers.one", code=code, kind=kind, said="done", language=given.get("language"))
    return gate.to("papers.look", code=code, said="done")


def _ask(gate: Gate, unit: UnitOfWork, case: Case, name: str) -> None:
    if name not in _asked_for(_desk(gate, unit, case)):
        raise PaperError("the bot does not ask for this: a person does, or it is known by now")
    if not put_question(unit, case.id, name):
        raise PaperError("nobody who reported can be asked there now; call them, or ask in another way")


def _asked_for(desk: Desk) -> frozenset[str]:
    """What the bot may ask the family for: it is missing in a paper that this reader is given, and not barred."""
    lines = [one.offer for one in desk.papers if not one.closed and one.offer.fit is not Fit.NEVER]
    return frozenset(name for offer in lines for name, who in offer.missing.items() if _is_for_family(name, who))


def _is_for_family(name: str, who: str) -> bool:
    return who == "family" and name in FACTS


def take(gate: Gate, code: str, kind: str) -> Response:
    """Hand a paper over as a file, and write down that it was."""
    given = request.form
    try:
        form = _form(given.get("as", ""))
        with gate.store.unit(gate.who.actor) as unit:
            opened = opened_by_code(unit, code, gate.who)
            if opened is None:
                return no_case(gate)
            desk = _desk(gate, unit, opened.case, kind)
            which = Which(kind, given.get("language", ""))
            if given.get("version"):
                unit.record(_viewed(gate, opened.case.id))
                document = hand_over_document(unit, opened.case.id, desk, which, UUID(given["version"]))
                name = file_name(desk, load_kinds()[kind], which.language)
                return _file(document, f"{name}.{Form.DOCX}")
            sheet = hand_over(unit, opened.case.id, desk, which, form, reader=gate.words().language)
            unit.record(_viewed(gate, opened.case.id))
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
        desk = _desk(gate, unit, opened.case, INDEX, as_copies=not originals)
        try:
            on_desk, draft = desk.draft(INDEX, language)
        except PaperError as error:
            return refused(gate, error)
        exhibits = desk.record.exhibits
        sheet = sheet_on(desk, on_desk, draft, None, reader=gate.words().language)
        unit.record(_viewed(gate, opened.case.id))
        unit.record(BundleTaken(case_id=opened.case.id, exhibits=len(exhibits), originals=originals))
    papers = {f"index.{form}": draw(sheet) for form, draw in DRAW.items()}
    packed = pack(gate.store, exhibits, papers, originals=originals)
    return _file(packed, f"{code}-exhibits.zip")


def _file(content: bytes | Iterable[bytes], name: str) -> Response:
    """An attachment without a type, so that no browser opens it by itself."""
    response = Response(content, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _press(name: str, act: Callable[[Gate, UnitOfWork, Case, str], None]) -> Callable[..., Response]:
    """Make the view that does something about one paper of a case that whoever asks reads; or says what is wrong."""

    def view(gate: Gate, code: str, kind: str) -> Response:
        try:
            with gate.store.unit(gate.who.actor) as unit:
                opened = opened_by_code(unit, code, gate.who)
                if opened is None or kind not in load_kinds():
                    return no_case(gate)
                act(gate, unit, opened.case, kind)
        except (PaperError, ValueError) as error:
            return refused(gate, error)
        return gate.to("papers.one", code=code, kind=kind, said="done", language=request.form.get("language"))

    view.__name__ = name
    return view


def _approve(gate: Gate, unit: UnitOfWork, case: Case, kind: str) -> None:
    """Vouch for the text that was shown. Counsel only."""
    by = _counsel(gate)
    desk = _desk(gate, unit, case)
    given = request.form
    which, seen = Which(kind, given.get("language", "")), given.get("seen", "")
    if given.get("version"):
        approve_document_on(unit, case.id, desk, which, UUID(given["version"]), by=by, seen=seen)
    else:
        approve_on(unit, case.id, desk, which, by=by, seen=seen)


def _counsel(gate: Gate) -> UUID:
    who = gate.who
    if who.role != COUNSEL or who.contact_id is None:
        raise PaperError("only the lawyer of the case approves a paper")
    return who.contact_id


def _withdraw(gate: Gate, unit: UnitOfWork, case: Case, _kind: str) -> None:
    """Take the word for a version back. Counsel only."""
    withdraw_approval(unit, case.id, UUID(request.form.get("version", "")), _counsel(gate))


def _left(gate: Gate, unit: UnitOfWork, case: Case, _kind: str) -> None:
    """Note that a version was sent or handed over."""
    given = request.form
    zone = ZoneInfo(case.timezone or gate.zone)
    typed = given.get("at", "")
    at = datetime.fromisoformat(typed).replace(tzinfo=zone).astimezone(UTC) if typed else unit.now
    how = given.get("how", "")
    if how not in WAYS:
        raise PaperError("choose by what way it went")
    leaving = Leaving(given.get("to", ""), how, at, given.get("reference", ""))
    note_left(unit, case.id, UUID(given.get("version", "")), leaving)


def _hand_in(gate: Gate, unit: UnitOfWork, case: Case, kind: str) -> None:
    """Keep a document that was made of a draft, as a version of its own."""
    given, sent = request.form, request.files.get("document")
    desk = _desk(gate, unit, case)
    which = Which(kind, given.get("language", ""))
    content = b"" if sent is None else sent.read()
    hand_in_on(unit, case.id, desk, which, made_from=UUID(given.get("made_from", "")), content=content)


ACTS: Final = {"approve": _approve, "withdraw": _withdraw, "left": _left, "hand_in": _hand_in}
LARGEST_BODY: Final = {"papers.hand_in": LARGEST + 4096}
"""Bytes that a request with a document may carry, by the name of its endpoint."""


def _desk(gate: Gate, unit: UnitOfWork, case: Case, kind: str = "", *, as_copies: bool = False) -> Desk:
    """Lay the papers out; with the files of the case where it is their index that is wanted."""
    unit.vault.fetch([case_scope(case.id)])
    files = (Files.COPIES if as_copies else Files.AS_THEY_CAME) if kind == INDEX else Files.NONE
    return desk_of(unit, case, role=gate.who.role, default_zone=gate.zone, files=files)


def _line(one: OnDesk, desk: Desk, language: str, names: Mapping[UUID, str]) -> Line:
    offer: Offer = one.offer
    return Line(
        id=offer.kind.id,
        fit=str(offer.fit),
        reasons=tuple(said(reason, language) for reason in offer.reasons),
        warnings=tuple(said(warning, language) for warning in offer.warnings),
        missing=tuple(_missing(name, who, desk, language, names) for name, who in offer.missing.items()),
        held_back=tuple(_stays(name, why, language) for name, why in offer.held_back.items()),
        closed=one.closed,
        drafts=tuple(
            (draft.paper.language, str(draft.state), may_take(one, draft, counsel=desk.counsel)) for draft in one.drafts
        ),
    )


def _missing(name: str, who: str, desk: Desk, language: str, names: Mapping[UUID, str]) -> Missing:
    text = say(f"papers.ask_{who}", language, what=label(name, language))
    if not _is_for_family(name, who) or desk.suspected:
        return Missing(text)
    asked = desk.asked.get(name)
    if asked is None:
        return Missing(text, name)
    return Missing(text, name, asked.at, "–" if asked.by is None else names[asked.by.id])


def _askers(desk: Desk) -> list[Contact]:
    return [one.by for one in desk.asked.values() if one.by is not None]


def _stays(name: str, why: str, language: str) -> str:
    return f"{label(name, language)}: {say(f'why.{why}', language)}"


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
