"""Finding a case by its code, or by what is known of it: names in any script, telephones, places, words.

Only cases that whoever asks may read are opened at all; what is not shown to them is not searched either. So a case
that is not theirs is found as little as one that does not exist, and takes no longer.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, exists, false, func, or_, select

from alerts.screens.opening import may_be_read_by
from cases.access import MAY_BE_LET_IN
from cases.codes import normalise_code
from cases.consent.models import Fact, FactState
from cases.consent.people import known_of
from cases.consent.vocabulary import FIELDS, NAMING
from cases.docket.history import details_of
from cases.docket.models import Occurrence
from cases.events import CaseViewed
from cases.models import Case, Report, ReportAnswer, ReportMessage
from cases.spelling import Sought
from cases.views.responder import REPORTERS_CONTACT, hidden_from, hides_reporter, may_know
from cases.words import words_in
from store.chats import Chat
from store.data_keys import case_scope
from store.errors import UnreadableError
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, ScalarSelect

    from contacts.accounts.sessions import SignedIn
    from store.unit_of_work import UnitOfWork

MOST_HITS: Final = 5
"""Each of them is a look at a case: more of them would be trawling, and look like it (contacts.accounts.reading)."""
MOST_VALUES: Final = 6_000
"""Values that are opened for one search: so it ends within a second."""
EXCERPT: Final = 120
AROUND: Final = 40
CODE, REPORTER, SAID, DOCKET = "code", "reporter", "said", "docket"
TRUNK: Final = "8"
"""What numbers of Kazakhstan and Russia are dialled with at home, in place of +7."""
PHONE_DOORS: Final = ("sms", "voice", "whatsapp")
_ORDER: Final = {name: place for place, name in enumerate((*sorted(NAMING), *FIELDS))}


@dataclass(frozen=True)
class Hit:
    """One case that was found, and by what: ``where`` is a field of a person, or one of the words above."""

    case_id: UUID
    code: str
    state: str
    where: str
    excerpt: str = field(default="", repr=False)


@dataclass(frozen=True)
class Found:
    """What was found, the latest cases first. ``more``: not everything that could be there was looked at, or shown."""

    hits: tuple[Hit, ...] = ()
    more: bool = False


def find_cases(unit: UnitOfWork, who: SignedIn, typed: str, *, most_values: int = MOST_VALUES) -> Found:
    """Find cases that whoever asks reads, in five statements at most. Under duress, and for nobody's reader: nothing.

    The hits are shown to nobody before :func:`note_found` has logged them.
    """
    code, sought = normalise_code(typed), Sought.of(typed)
    if who.contact_id is None or who.duress or who.role not in MAY_BE_LET_IN or (code is None and sought.is_empty):
        return Found()
    rows = unit.session.execute(
        select(Case, _values_of().label("values"), _by_phone(unit, who, sought).label("by_phone"))
        .where(may_be_read_by(who, unit.now))
        .order_by(Case.opened_at.desc(), Case.id.desc())
    ).all()
    exact = [Hit(row.Case.id, row.Case.code, row.Case.state, CODE) for row in rows if row.Case.code == code]
    if exact or sought.is_empty:
        return Found(tuple(exact))
    chosen = _within_bounds(rows, most_values)
    phoned = {row.Case.id for row in rows if row.by_phone}
    search = _Search(unit, who.role, typed, [row.Case for row in chosen])
    hits = [hit for row in rows if (hit := _hit(row.Case, search, phoned)) is not None]
    return Found(tuple(hits[:MOST_HITS]), more=len(hits) > MOST_HITS or len(chosen) < len(rows))


def note_found(unit: UnitOfWork, who: SignedIn, found: Found) -> None:
    """Log that the cases that were found are shown to whoever asked."""
    if who.contact_id is None:
        return
    for hit in found.hits:
        unit.record_last(CaseViewed(case_id=hit.case_id, contact_id=who.contact_id))


def _values_of() -> ScalarSelect[int]:
    """Of a row of cases: about how many values there are to be opened."""
    said = select(func.count()).where(ReportMessage.case_id == Case.id).correlate(Case).scalar_subquery()
    entered = select(func.count()).where(Occurrence.case_id == Case.id).correlate(Case).scalar_subquery()
    return select(said + entered).correlate(Case).scalar_subquery()


def _by_phone(unit: UnitOfWork, who: SignedIn, sought: Sought) -> ColumnElement[bool]:
    """Of a row of cases: whether it was reported from this number; for whom the reporter's contact is shown."""
    if not sought.is_number or hides_reporter(who.role):
        return false()
    numbers = {f"+{sought.digits}"}
    if sought.digits.startswith(TRUNK) and len(sought.digits) == len(TRUNK) + 10:
        numbers.add(f"+7{sought.digits[len(TRUNK) :]}")
    indexes = {door: [unit.vault.blind_index(f"chat:{door}", one) for one in numbers] for door in PHONE_DOORS}
    here = [and_(Chat.door == door, Chat.address_index.in_(found)) for door, found in indexes.items()]
    known = exists().where(Report.case_id == Case.id, Report.chat_id == Chat.id, or_(*here))
    return known.correlate(Case)


def _within_bounds(rows: Sequence[Any], left: int) -> Sequence[Any]:
    """The latest cases, each of them whole: what is held back is known only of a case that was read to its end."""
    for number, row in enumerate(rows):
        left -= row.values
        if left < 0:
            return rows[:number]
    return rows


class _Search:
    """The values of some cases, read in sets and opened one after another, and only until one of a case fits."""

    def __init__(self, unit: UnitOfWork, role: str, typed: str, cases: Sequence[Case]) -> None:
        self._unit, self._role, self._sought = unit, role, Sought.of(typed)
        self.typed = typed
        ids = [case.id for case in cases]
        self._facts: dict[UUID, list[Fact]] = defaultdict(list)
        self._said: dict[UUID, dict[UUID, ReportMessage]] = defaultdict(dict)
        self._leading: dict[UUID, list[ReportAnswer]] = defaultdict(list)
        self._docket: dict[UUID, list[Occurrence]] = defaultdict(list)
        if ids:
            self._read(ids)

    def _read(self, ids: Sequence[UUID]) -> None:
        session = self._unit.session
        self._unit.vault.fetch(case_scope(id_) for id_ in ids)
        for fact in session.scalars(select(Fact).where(Fact.case_id.in_(ids), Fact.state == FactState.STANDING)):
            self._facts[fact.case_id].append(fact)
        leads = and_(ReportAnswer.message_id == ReportMessage.id, ReportAnswer.question.in_(REPORTERS_CONTACT))
        for row in session.execute(
            select(ReportMessage, ReportAnswer).outerjoin(ReportAnswer, leads).where(ReportMessage.case_id.in_(ids))
        ):
            message: ReportMessage = row[0]
            answer: ReportAnswer | None = row[1]
            self._said[message.case_id][message.id] = message
            self._leading[message.case_id] += [] if answer is None else [answer]
        for happened in session.scalars(select(Occurrence).where(Occurrence.case_id.in_(ids))):
            self._docket[happened.case_id].append(happened)

    def first_in(self, case: Case) -> tuple[str, str] | None:
        """Where in a case it is found first, and the words around it."""
        try:
            values = chain(self._known(case), self._words(case), self._happened(case))
            return next(((where, text) for where, text in values if self._sought.is_in(text)), None)
        except UnreadableError:  # it is being erased
            return None

    def _known(self, case: Case) -> Iterator[tuple[str, str]]:
        for fact in sorted(self._facts[case.id], key=lambda one: _ORDER[one.field]):
            if may_know(fact.field, self._role):
                yield fact.field, known_of(self._unit, fact).value

    def _words(self, case: Case) -> Iterator[tuple[str, str]]:
        said = self._said[case.id]
        hidden = hidden_from(self._role, said, self._leading[case.id])
        for row in sorted(said.values(), key=lambda one: (one.received_at, one.id)):
            if row.id not in hidden:
                field_ = Field("report_message", "content", row.id)
                yield SAID, words_in(row.kind, self._unit.vault.open(case_scope(case.id), field_, row.content))

    def _happened(self, case: Case) -> Iterator[tuple[str, str]]:
        for row in self._docket[case.id]:
            details = details_of(self._unit, row)
            source = "" if hides_reporter(self._role) else str(details.get("source", ""))
            yield DOCKET, f"{details.get('note', '')} {source}"


def _hit(case: Case, search: _Search, phoned: set[UUID]) -> Hit | None:
    if case.id in phoned:
        return Hit(case.id, case.code, case.state, REPORTER)
    found = search.first_in(case)
    if found is None:
        return None
    where, text = found
    return Hit(case.id, case.code, case.state, where, excerpt_of(text, search.typed))


def excerpt_of(text: str, typed: str) -> str:
    """Return a line of the text around what was typed; its beginning where it is spelt otherwise there. Pure."""
    line = " ".join(text.split())
    at = line.casefold().find(" ".join(typed.split()).casefold())
    begin = max(0, at - AROUND)
    cut = line[begin : begin + EXCERPT]
    return f"{'…' if begin else ''}{cut}{'…' if begin + EXCERPT < len(line) else ''}"
