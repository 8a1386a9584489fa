"""One incident as an account may see it: a line for each person, read in a few statements however many there are.

Of a case that somebody may not read they see its code and who is being sought, as on the board. What was said of all of
them together is for whoever reads one of the cases; others who run the team see how many there are, and when.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import aliased

from alerts.models import CUSTODY, SOUGHT, Alert, Need, NeedState
from alerts.screens.opening import latest_access
from alerts.telling.case_list import SEES_ALL, taken_by
from cases.access import may_read
from cases.consent.deciding import Decision, Standing, in_force
from cases.consent.models import Consent, Fact, FactState, Freeze
from cases.consent.people import known_of
from cases.consent.vocabulary import NAMING, Audience, Authority, FieldClass
from cases.docket.clocks import INFO
from cases.docket.custody import LEADS_TO
from cases.docket.models import Deadline, DeadlineState, Occurrence, OccurrenceState, Watch, WatchState
from cases.docket.vocabulary import WatchKind
from cases.incidents.events import IncidentViewed
from cases.incidents.models import Incident, IncidentCase
from cases.models import Case
from cases.retention import Retention
from contacts.accounts.models import Account
from contacts.directory import name_of
from contacts.models import Contact
from store.data_keys import case_scope, contact_scope, incident_scope
from store.eventlog import EventRow
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ScalarSelect

    from contacts.accounts.sessions import SignedIn
    from store.unit_of_work import UnitOfWork

NOTED_AGAIN_AFTER: Final = timedelta(minutes=10)
"""A page that follows the database is one look; after so long it counts as another."""
TAKEN: Final = (
    *LEADS_TO,
    "petty_offence_report",
    "fined",
    "custody_ruling_announced",
    "extradition_custody_ruling_announced",
)
"""What was done to a person, of which the latest is shown."""
OUTSIDE: Final = tuple(one for one in Audience if one is not Audience.LAWYER)


@dataclass(frozen=True)
class SoughtLine:
    """One need of a line: who has it, or that nobody has."""

    need_id: UUID
    state: str
    taken_by: str = field(default="", repr=False)
    mine: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nobody has it."""
        return self.state in SOUGHT


@dataclass(frozen=True)
class PersonLine:
    """One case of an incident. What is of the person stands empty where its reader may not know it."""

    case_id: UUID
    code: str
    number: int
    reads: bool
    closed: bool
    zone: str
    name: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    written: str = field(default="", repr=False)
    measure: str = ""
    measure_at: datetime | None = None
    measure_until: datetime | None = None
    clock: str = ""
    clock_at: datetime | None = None
    clock_number: int = 0
    promised_at: datetime | None = None
    promise_id: UUID | None = None
    promise_missed: bool = False
    lawyer: SoughtLine | None = None
    coordinator: SoughtLine | None = None
    agreed: tuple[str, ...] = ()
    """Audiences outside that may learn something of them."""
    frozen: bool = False

    @property
    def lacks_lawyer(self) -> bool:
        """Whether nobody has the case as its lawyer."""
        return not self.closed and self.number > 0 and (self.lawyer is None or self.lawyer.is_open)


@dataclass(frozen=True)
class IncidentShown:
    """An incident as its reader may see it."""

    id: UUID
    code: str
    measure: str
    happened_at: datetime
    day_only: bool
    zone: str
    opened_at: datetime
    lines: tuple[PersonLine, ...]
    takes: UUID | None
    """The coordinators' need that stands for all of it, while nobody has it."""
    place: str = field(default="", repr=False)
    notes: str = field(default="", repr=False)
    unread: tuple[str, ...] = field(default=(), repr=False)
    noted_at: datetime | None = None
    """When its reader was last noted to have been shown it."""

    @property
    def people(self) -> tuple[PersonLine, ...]:
        """The lines that are people."""
        return tuple(one for one in self.lines if one.number > 0)

    @property
    def report(self) -> PersonLine | None:
        """The report that told of all of them, if there was one."""
        return next((one for one in self.lines if one.number == 0), None)

    @property
    def reads_any(self) -> bool:
        """Whether its reader reads one of its cases."""
        return any(one.reads for one in self.lines)

    @property
    def without_lawyer(self) -> tuple[PersonLine, ...]:
        """Who has no lawyer."""
        return tuple(one for one in self.lines if one.lacks_lawyer)

    @property
    def next_clock(self) -> PersonLine | None:
        """The line whose clock ends first."""
        return min(
            (one for one in self.lines if one.clock_at), key=lambda one: one.clock_at or self.opened_at, default=None
        )


def incident_shown(unit: UnitOfWork, code: str, who: SignedIn) -> IncidentShown | None:
    """Return the incident of a code as whoever is signed in may see it; None for a foreign one, as for none.

    Under duress there is none. Takes four statements.
    """
    if who.contact_id is None or who.duress or not (code.isascii() and code.isprintable()):
        return None
    rows = unit.session.execute(_rows(unit, who).where(Incident.code == code)).all()
    reads = {row.Case.id: _reads(row, who, unit.now) for row in rows}
    if not rows or not (who.role == SEES_ALL or any(reads.values())):
        return None
    incident = rows[0].Incident
    needs, takers = _needs(unit, list(reads))
    facts, consents = _facts_and_consents(unit, list(reads), [case_id for case_id, yes in reads.items() if yes])
    scopes = [incident_scope(incident.id), *(case_scope(one) for one, yes in reads.items() if yes)]
    unit.vault.fetch([*scopes, *(contact_scope(one) for one in takers)])
    names = {one.id: name_of(unit, one) for one in takers.values()}
    lines = tuple(
        _line(unit, row, _Known(reads[one], needs[one], facts[one], consents[one]), (names, who))
        for row in rows
        for one in [row.Case.id]
    )
    first = next((one for one in lines if one.coordinator is not None and one.coordinator.is_open), None)
    takes = None if first is None or first.coordinator is None else first.coordinator.need_id
    shared = any(reads.values())
    return IncidentShown(
        id=incident.id,
        code=incident.code,
        measure=incident.measure,
        happened_at=incident.happened_at,
        day_only=incident.day_only,
        zone=incident.zone,
        opened_at=incident.opened_at,
        lines=lines,
        takes=takes if who.role == SEES_ALL else None,
        place=_said(unit, incident, "place") if shared else "",
        notes=_said(unit, incident, "notes") if shared else "",
        unread=tuple(json.loads(_said(unit, incident, "unread") or "[]")) if shared else (),
        noted_at=max((row.noted_at for row in rows if row.noted_at is not None), default=None),
    )


def note_view(unit: UnitOfWork, shown: IncidentShown, contact_id: UUID) -> None:
    """Write into the chain of each case that was shown by name who was shown it."""
    for line in shown.lines:
        if line.reads:
            unit.record_last(IncidentViewed(case_id=line.case_id, incident_id=shown.id, contact_id=contact_id))


def is_another_look(shown: IncidentShown, now: datetime) -> bool:
    """Whether a refresh of the page must be noted: the last look was noted long ago. Pure."""
    return shown.noted_at is None or now - shown.noted_at >= NOTED_AGAIN_AFTER


def _rows(unit: UnitOfWork, who: SignedIn) -> Any:
    """A statement of all that a line needs of its own case, one row each, in their order."""
    clock, measure, promise = aliased(Deadline), aliased(Occurrence), aliased(Watch)
    noted = select(func.max(EventRow.at)).where(
        EventRow.case_id == Case.id, EventRow.name == IncidentViewed.__name__, EventRow.actor == who.actor
    )
    return (
        select(
            Incident,
            IncidentCase,
            Case,
            clock.rule_id.label("clock"),
            clock.safe_at.label("clock_at"),
            clock.number.label("clock_number"),
            measure.kind.label("measure"),
            measure.at.label("measure_at"),
            measure.until_at.label("measure_until"),
            promise.id.label("promise_id"),
            promise.due_at.label("promised_at"),
            promise.state.label("promise_state"),
            taken_by(who.contact_id).label("has_it"),  # type: ignore[arg-type]  # asked of a contact alone
            latest_access(who.contact_id, unit.now).label("granted"),
            exists().where(Contact.id == who.contact_id, Contact.left_at.is_(None)).label("helps"),
            exists().where(Account.contact_id == who.contact_id, Account.coerced_at.is_not(None)).label("forced"),
            exists().where(Freeze.case_id == Case.id, Freeze.lifted_at.is_(None)).label("frozen"),
            exists().where(Retention.case_id == Case.id, Retention.closed_at.is_not(None)).label("closed"),
            noted.scalar_subquery().label("noted_at"),
        )
        .join(IncidentCase, IncidentCase.incident_id == Incident.id)
        .join(Case, Case.id == IncidentCase.case_id)
        .outerjoin(clock, clock.id == _next_clock())
        .outerjoin(measure, measure.id == _latest_measure())
        .outerjoin(promise, promise.id == _promise())
        .order_by(IncidentCase.number)
    )


def _next_clock() -> ScalarSelect[Any]:
    runs = and_(Deadline.state == DeadlineState.RUNNING, Deadline.severity != INFO)
    soonest = select(Deadline.id).where(Deadline.case_id == Case.id, runs).order_by(Deadline.safe_at, Deadline.id)
    return soonest.limit(1).correlate(Case).scalar_subquery()


def _latest_measure() -> ScalarSelect[Any]:
    told = select(Occurrence.id).where(
        Occurrence.case_id == Case.id,
        Occurrence.state == OccurrenceState.STANDING,
        Occurrence.kind.in_(TAKEN),
    )
    latest = told.order_by(Occurrence.at.desc(), Occurrence.entered_at.desc(), Occurrence.id.desc())
    return latest.limit(1).correlate(Case).scalar_subquery()


def _promise() -> ScalarSelect[Any]:
    open_ = and_(Watch.kind == WatchKind.FAMILY_UPDATE, Watch.state.in_((WatchState.WAITING, WatchState.MISSED)))
    nearest = select(Watch.id).where(Watch.case_id == Case.id, open_).order_by(Watch.due_at, Watch.id)
    return nearest.limit(1).correlate(Case).scalar_subquery()


def _reads(row: Any, who: SignedIn, now: datetime) -> bool:
    has_taken = row.helps and row.has_it
    return may_read(who.role, coerced=row.forced, has_taken=has_taken, granted_until=row.granted, now=now)


def _needs(unit: UnitOfWork, case_ids: Sequence[UUID]) -> tuple[dict[UUID, list[Need]], dict[UUID, Contact]]:
    rows = unit.session.execute(
        select(Need, Contact)
        .join(Alert, Alert.id == Need.alert_id)
        .outerjoin(Contact, Contact.id == Need.accepted_by)
        .where(Need.case_id.in_(case_ids), Alert.kind == CUSTODY)
        .order_by(Need.seat)
    ).all()
    needs: dict[UUID, list[Need]] = defaultdict(list)
    for need, _ in rows:
        if need.case_id is not None:
            needs[need.case_id].append(need)
    takers: list[Contact | None] = [contact for _, contact in rows]
    return needs, {contact.id: contact for contact in takers if contact is not None}


def _facts_and_consents(
    unit: UnitOfWork, case_ids: Sequence[UUID], read: Sequence[UUID]
) -> tuple[dict[UUID, list[Fact]], dict[UUID, list[Consent]]]:
    """Read the names and places of cases that may be read, and who agreed to what in all of them. One statement."""
    named = and_(
        Fact.case_id == Case.id,
        Fact.case_id.in_(read),
        Fact.state == FactState.STANDING,
        Fact.field.in_([*NAMING, "place"]),
    )
    rows = unit.session.execute(
        select(Case.id, Fact, Consent)
        .outerjoin(Fact, named)
        .outerjoin(Consent, Consent.case_id == Case.id)
        .where(Case.id.in_(case_ids))
    )
    facts: dict[UUID, dict[UUID, Fact]] = defaultdict(dict)
    consents: dict[UUID, dict[UUID, Consent]] = defaultdict(dict)
    for case_id, fact, consent in rows:
        if fact is not None:
            facts[case_id][fact.id] = fact
        if consent is not None:
            consents[case_id][consent.id] = consent
    return (
        {case_id: list(facts[case_id].values()) for case_id in case_ids},
        {case_id: list(consents[case_id].values()) for case_id in case_ids},
    )


@dataclass(frozen=True)
class _Known:
    reads: bool
    needs: list[Need]
    facts: list[Fact]
    consents: list[Consent]


def _line(unit: UnitOfWork, row: Any, known: _Known, by: tuple[Mapping[UUID, str], SignedIn]) -> PersonLine:
    case, member = row.Case, row.IncidentCase
    bare = PersonLine(
        case_id=case.id,
        code=case.code,
        number=member.number,
        reads=known.reads,
        closed=row.closed,
        zone=case.timezone or row.Incident.zone,
        lawyer=_sought(known.needs, "lawyer", *by),
        coordinator=_sought(known.needs, "coordinator", *by),
    )
    if not bare.reads:
        return bare
    facts = {fact.field: known_of(unit, fact).value for fact in known.facts}
    written = (
        ""
        if member.written is None
        else unit.vault.open(case_scope(case.id), Field("incident_case", "written", member.id), member.written)
    )
    return replace(
        bare,
        name=facts.get("name_native") or facts.get("name_latin", ""),
        place=facts.get("place", ""),
        written=written,
        measure=row.measure or "",
        measure_at=row.measure_at,
        measure_until=row.measure_until,
        clock=row.clock or "",
        clock_at=row.clock_at,
        clock_number=row.clock_number or 0,
        promised_at=row.promised_at,
        promise_id=row.promise_id,
        promise_missed=row.promise_state == WatchState.MISSED,
        agreed=_agreed(known.consents),
        frozen=row.frozen,
    )


def _sought(needs: Sequence[Need], kind: str, names: Mapping[UUID, str], who: SignedIn) -> SoughtLine | None:
    """The need of a kind that tells most: one's own, else one that somebody has, else one that is open."""
    alike = [need for need in needs if need.kind == kind and need.state != NeedState.CLOSED]
    if not alike:
        return None
    best = min(alike, key=lambda need: (need.accepted_by != who.contact_id, need.accepted_by is None, need.seat))
    taker = "" if best.accepted_by is None else names.get(best.accepted_by, "")
    return SoughtLine(best.id, best.state, taker, mine=best.accepted_by == who.contact_id)


def _agreed(consents: Sequence[Consent]) -> tuple[str, ...]:
    words = tuple(
        Decision(Audience(one.audience), FieldClass(one.kind), one.granted, Authority(one.authority), one.given_at)
        for one in consents
    )
    standing = Standing(words)
    kinds = {word.kind for word in words}
    counting = ((audience, in_force(audience, kind, standing)) for audience in OUTSIDE for kind in kinds)
    return tuple(dict.fromkeys(str(audience) for audience, word in counting if word is not None and word.granted))


def _said(unit: UnitOfWork, incident: Incident, name: str) -> str:
    sealed = getattr(incident, name)
    if sealed is None:
        return ""
    return unit.vault.open(incident_scope(incident.id), Field("incident", name, incident.id), sealed)
