"""What a helper of the team may see of a case once they have accepted a need of it.

A coordinator sees who can be called and how; for everybody else the reporter's contact is relayed, not shown. What lies
in the compartment of counsel is for the lawyer alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from cases.consent.deciding import Known
from cases.consent.people import in_order, known_of
from cases.consent.vocabulary import FIELDS, FieldClass
from cases.docket.models import OccurrenceState
from cases.docket.reading import occurrence_shown
from cases.events import CaseViewed
from cases.models import Case, Download, FileState, ReportAnswer, ReportMessage
from cases.pictures import what_it_tells
from cases.views.rows import rows_of
from cases.words import words_in
from contacts.whatsapp import may_write, open_until
from store.chats import address_of
from store.data_keys import case_scope
from store.files import sha256_of
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Select

    from cases.docket.models import Occurrence
    from cases.docket.reading import ShownOccurrence
    from cases.views.rows import CaseRows
    from store.chats import Chat
    from store.files import StoredFile
    from store.unit_of_work import UnitOfWork

REPORTERS_CONTACT = frozenset({"safe_contact", "code_word", "call", "number"})
"""Questions whose answers lead to the reporter, or prove to be ours to them."""
SEVERAL = "more"
"""The one question of which several options may be chosen, one after another …"""
THAT_IS_ALL = "done"
"""… until this one, which says nothing where another was chosen."""
FOR_OTHERS = frozenset({"language", "gender_wanted", "country", "region", "minor"})
"""What is told of a person to helpers who are neither coordinator nor lawyer: enough to come prepared."""
HEAR_WHO_SAYS_SO = frozenset({"coordinator", "lawyer"})
"""Roles that are told whose word a field rests on: it is often that of who reported, by name."""
ORIGINALS = frozenset({"coordinator", "lawyer"})
"""Roles that are given files as they came: evidence for a court, with all that it tells about itself."""
CARD = "contact"
"""A visiting card somebody sent: it may be anybody's, so it is taken for the reporter's."""


@dataclass(frozen=True)
class SeenFile:
    """A file that came with a message. ``id`` and ``sha256`` are there once it is stored."""

    kind: str
    state: str
    size: int | None
    media: str | None = None
    id: UUID | None = None
    received_at: datetime | None = None
    sha256: str | None = None
    tells: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What it tells about itself, for which nobody vouches (see :mod:`cases.pictures`)."""


@dataclass(frozen=True)
class Entry:
    """One thing the reporter said; ``text`` is empty for what is not words."""

    at: datetime
    kind: str
    text: str
    corrects: bool = False
    """Whether it changes something said before, which stands above it as it was."""
    forwarded: bool = False
    """Whether the reporter passed on what somebody else wrote."""
    files: tuple[SeenFile, ...] = ()
    id: UUID | None = None


@dataclass(frozen=True)
class Answered:
    """One question and what was answered: options, words, something without words, or nothing (it was skipped).

    Several options where several may be chosen; otherwise the latest.
    """

    question: str
    options: tuple[str, ...] = ()
    text: str = ""
    sent: str | None = None
    """The kind of the message that answers, where a message does."""

    @property
    def skipped(self) -> bool:
        """Whether the reporter passed the question over."""
        return not self.options and self.sent is None


@dataclass(frozen=True)
class Happened:
    """One thing that was entered in the docket: ``event`` is a word of the vocabulary, or ``other``."""

    event: str
    at: datetime
    day_only: bool
    for_at: datetime | None
    until_at: datetime | None
    zone: str
    """The zone its dates were written down in: a day is that day there, and no other."""
    stands: bool
    source: str
    note: str
    id: UUID | None = None
    matter_id: UUID | None = None
    confidence: str = ""
    """low, medium or high, as whoever entered it says; empty where nobody has said."""
    entered_by: str = ""
    entered_at: datetime | None = None


@dataclass(frozen=True)
class Day:
    """Until when somebody may be written to by WhatsApp, and whether they still may."""

    until: datetime
    is_open: bool


@dataclass(frozen=True)
class ResponderView:
    """What the helper who accepted sees."""

    code: str
    state: str
    opened_at: datetime
    entries: tuple[Entry, ...]
    answers: tuple[Answered, ...]
    contact_held_back: bool
    counsel_held_back: bool = False
    """Whether something lies in the compartment of counsel that this helper is not shown."""
    facts: tuple[Known, ...] = ()
    docket: tuple[Happened, ...] = ()
    """What happened in law and custody, also what stands no longer, in the order of entry."""
    by_web: bool = False
    """Whether some of it came by the web form: nothing can be sent to whoever told it."""
    numbers: tuple[tuple[str, str], ...] = ()
    """The door (sms, voice, whatsapp) and the number it was told from, for who may reach the reporter; empty: not shown
    to us."""
    days: tuple[Day, ...] = ()
    """How long each of those may be written to who told it by WhatsApp."""


def may_have_original(role: str) -> bool:
    """Whether this role gets files as they came; others get pictures without what they tell, and no other files."""
    return role in ORIGINALS


def hides_reporter(role: str) -> bool:
    """Whether the reporter's contact is relayed to this role rather than shown."""
    return role != "coordinator"


def hides_counsel(role: str) -> bool:
    """Whether the compartment of counsel is closed to this role."""
    return role != "lawyer"


def view_for_responder(unit: UnitOfWork, case_id: UUID, contact_id: UUID, role: str) -> ResponderView:
    """Build what a helper who accepted sees, and log that it was seen."""
    view = view_of(unit, rows_of(unit, unit.session.get_one(Case, case_id)), role)
    unit.record(CaseViewed(case_id=case_id, contact_id=contact_id))
    return view


def told_to(rows: CaseRows, role: str) -> list[ReportMessage]:
    """Return the messages that a helper of this role may see, as they were received. Nothing is opened."""
    secret = hidden_from(role, rows.messages, rows.answers)
    return [row for id_, row in rows.messages.items() if id_ not in secret]


def view_of(
    unit: UnitOfWork,
    rows: CaseRows,
    role: str,
    *,
    docket: Sequence[Occurrence] | None = None,
    told: Collection[UUID] | None = None,
) -> ResponderView:
    """Build what a helper of this role sees of rows that were read. No statement; that it is logged is for the caller.

    ``docket``, ``told``: the entries and the messages that are opened, where not all are wanted: opening takes time.
    See :func:`view_for_responder`.
    """
    case, said, given = rows.case, rows.messages, rows.answers
    entered = rows.occurrences if docket is None else docket
    hides = hides_reporter(role)
    secret = hidden_from(role, said, given)
    facts = [known_of(unit, one) for one in in_order(rows.facts)]
    answering = {row.message_id for row in given}
    shown: dict[UUID | None, Entry] = {
        id_: _entry(unit, row, rows.files.get(id_, ()))
        for id_, row in said.items()
        if id_ not in secret and (told is None or id_ in told or id_ in answering)
    }
    return ResponderView(
        code=case.code,
        state=case.state,
        opened_at=case.opened_at,
        entries=tuple(one for id_, one in shown.items() if told is None or id_ in told),
        answers=tuple(
            _answered(unit, question, rows_, shown)
            for question, rows_ in _by_question(given).items()
            if not (rows_[-1].message_id in secret or (hides and question in REPORTERS_CONTACT))
        ),
        contact_held_back=hides,
        counsel_held_back=hides_counsel(role)
        and (any(row.counsel_only for row in said.values()) or any(map(_is_counsels, facts))),
        facts=tuple(_heard(one, role) for one in facts if _may_know(one, role)),
        docket=tuple(_happened(occurrence_shown(unit, one), hides=hides) for one in entered),
        by_web=rows.by_web,
        numbers=() if hides else tuple((chat.door, _number(unit, chat)) for chat in rows.by_phone),
        days=()
        if hides
        else tuple(_day(chat.heard_at, unit.now) for chat in rows.by_phone if chat.heard_at is not None),
    )


def _day(heard_at: datetime, now: datetime) -> Day:
    return Day(open_until(heard_at), may_write(heard_at, now))


def _number(unit: UnitOfWork, chat: Chat) -> str:
    """The number of somebody who texts or calls; empty where they did not show it."""
    address = address_of(unit, chat)
    return address if address.startswith("+") else ""


def _is_counsels(one: Known) -> bool:
    return FIELDS[one.name] is FieldClass.COUNSEL


def _may_know(one: Known, role: str) -> bool:
    match role:
        case "lawyer":
            return True
        case "coordinator":
            return not _is_counsels(one)
        case _:
            return one.name in FOR_OTHERS


def _heard(one: Known, role: str) -> Known:
    return one if role in HEAR_WHO_SAYS_SO else replace(one, source="")


def nearly_empty_view(unit: UnitOfWork, case_id: UUID) -> ResponderView:
    """Build what somebody who is being forced can show: a code, and that nothing is known. Nothing is read."""
    case = unit.session.get_one(Case, case_id)
    return ResponderView(case.code, "reported", case.opened_at, (), (), contact_held_back=False)


def _happened(one: ShownOccurrence, *, hides: bool) -> Happened:
    return Happened(
        event=one.event,
        at=one.at,
        day_only=one.day_only,
        for_at=one.for_at,
        until_at=one.until_at,
        zone=one.zone,
        stands=one.state == OccurrenceState.STANDING,
        source="" if hides else str(one.details.get("source", "")),  # it may name who reported
        note=str(one.details.get("note", "")),
        id=one.id,
        matter_id=one.matter_id,
        confidence=str(one.details.get("confidence", "")),
        entered_by=one.entered_by,
        entered_at=one.entered_at,
    )


def _secret(
    said: Mapping[UUID, ReportMessage], given: Sequence[ReportAnswer], counsels: set[UUID], *, reporters: bool
) -> frozenset[UUID | None]:
    """Messages that are held back: counsel's and, with ``reporters``, those that lead to the reporter.

    These are visiting cards, and whatever answered, ever, how they can be reached. A correction of a message is held
    back with it; where it is not known what a correction changes, it may be that.
    """
    cards = {id_ for id_, row in said.items() if reporters and row.kind == CARD} | counsels
    answers = {row.message_id for row in given if reporters and row.question in REPORTERS_CONTACT} - {None}
    numbers = {(row.report_id, row.number) for id_, row in said.items() if id_ in cards | answers}
    nowhere = {None} if answers or counsels else set()
    corrections = {
        id_
        for id_, row in said.items()
        if row.correction and ((row.report_id, row.number) in numbers or row.number in nowhere)
    }
    return frozenset(cards | answers | corrections)


def _by_question(given: Sequence[ReportAnswer]) -> dict[str, list[ReportAnswer]]:
    """Answers by question, in the order in which the questions were first met; skipping takes no answer back."""
    found: dict[str, list[ReportAnswer]] = {}
    for row in given:
        found.setdefault(row.question, []).append(row)
    return {question: [row for row in rows if not _skips(row)] or rows[-1:] for question, rows in found.items()}


def _skips(row: ReportAnswer) -> bool:
    return row.value is None and row.message_id is None


def _messages(case_id: UUID) -> Select[ReportMessage]:
    return (
        select(ReportMessage)
        .where(ReportMessage.case_id == case_id)
        .order_by(ReportMessage.received_at, ReportMessage.id)
    )


def _answers(case_id: UUID) -> Select[ReportAnswer]:
    return select(ReportAnswer).where(ReportAnswer.case_id == case_id).order_by(ReportAnswer.given_at, ReportAnswer.id)


def _entry(unit: UnitOfWork, row: ReportMessage, files: Sequence[tuple[Download, StoredFile | None]]) -> Entry:
    content = unit.vault.open(case_scope(row.case_id), Field("report_message", "content", row.id), row.content)
    return Entry(
        row.received_at,
        row.kind,
        words_in(row.kind, content),
        corrects=row.correction,
        forwarded=row.forwarded,
        files=tuple(_file(unit, download, file) for download, file in files),
        id=row.id,
    )


def _file(unit: UnitOfWork, download: Download, file: StoredFile | None) -> SeenFile:
    if file is None or file.finished_at is None:
        return SeenFile(download.kind, download.state, download.size)
    return SeenFile(
        kind=download.kind,
        state=download.state,
        size=file.size,
        media=file.media,
        id=file.id,
        received_at=file.finished_at,
        sha256=sha256_of(unit, file),
        tells=what_it_tells(unit, file),
    )


def may_open_file(unit: UnitOfWork, file_id: UUID, role: str) -> UUID | None:
    """Return the case of a file that a helper of this role, who accepted a need of that case, may see; else None."""
    download = unit.session.scalars(select(Download).where(Download.file_id == file_id)).one_or_none()
    if download is None or download.state != FileState.STORED or download.message_id is None:
        return None
    said = {row.id: row for row in unit.session.scalars(_messages(download.case_id))}
    given = unit.session.scalars(_answers(download.case_id)).all()
    return None if download.message_id in hidden_from(role, said, given) else download.case_id


def _answered(
    unit: UnitOfWork, question: str, rows: Sequence[ReportAnswer], shown: Mapping[UUID | None, Entry]
) -> Answered:
    options = [_option(unit, row) for row in (rows if question == SEVERAL else rows[-1:])]
    chosen = tuple(dict.fromkeys(option for option in options if option is not None))
    message = shown.get(rows[-1].message_id)
    return Answered(
        question,
        options=tuple(option for option in chosen if option != THAT_IS_ALL) or chosen,
        text="" if message is None else message.text,
        sent=None if message is None else message.kind,
    )


def _option(unit: UnitOfWork, row: ReportAnswer) -> str | None:
    if row.value is None:
        return None
    return unit.vault.open(case_scope(row.case_id), Field("report_answer", "value", row.id), row.value)


def hidden_from(
    role: str, said: Mapping[UUID, ReportMessage], leading: Sequence[ReportAnswer]
) -> frozenset[UUID | None]:
    """Return which messages of a case are not shown to a role; ``said`` is all of them, not some.

    ``leading``: the answers that tell how the reporter can be reached (``REPORTERS_CONTACT``).
    """
    counsels = {id_ for id_, row in said.items() if row.counsel_only} if hides_counsel(role) else set()
    return _secret(said, leading, counsels, reporters=hides_reporter(role))


def may_know(name: str, role: str) -> bool:
    """Whether a field of a person is shown to a role: asked before it is opened."""
    return _may_know(Known(name, "", "", ""), role)
