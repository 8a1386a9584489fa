"""Entering what happened: an occurrence becomes a row, and every clock, watch and risk that follows is set with it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cases.docket.clocks import begin_clocks, recount
from cases.docket.events import OccurrenceEntered, OccurrenceSuperseded, RiskRead, UnknownEventEntered
from cases.docket.hearings import held_by
from cases.docket.history import details_of, seen_of, standing
from cases.docket.models import Occurrence, OccurrenceState, RiskReading
from cases.docket.places import place_signal
from cases.docket.promising import owes_a_word
from cases.docket.risk import read_risk
from cases.docket.vocabulary import APPOINTMENTS, BY_PROGRAM, MEANINGS, WatchKind, is_set_for, meaning_of
from cases.docket.watches import begin_watches, end_watches, open_watches
from cases.events import ReportExtended, ReportReceived
from cases.models import Case
from cases.retention import open_again
from cases.triage import words_of
from law.shipped import load_rules
from store.base import OWN, new_id
from store.data_keys import case_scope
from store.vault import Field
from texts.zones import territory_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select

    from cases.docket.risk import Risk
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork


GIVES_UP_A_SLOT = frozenset({"hearing_moved", "hearing_cancelled"})
"""Events after which one hearing that is still to come stands no longer: which, must be said where several stand."""

ABOUT_HEARINGS = APPOINTMENTS | GIVES_UP_A_SLOT
"""Events of a hearing: where several stand, which is meant must be said, or is known."""

OTHER = "other"
"""What happened and is no word of the vocabulary: the note says it, so that no words of a person get into the log."""


class EntryError(ValueError):
    """An entry that cannot be kept; the message says what to do. It quotes nothing of the entry's notes."""


YEARS: Final = range(1900, 2200)
"""Years in which something happens; at the ends of what a computer can count nothing can be added any more."""


@dataclass(frozen=True)
class When:
    """An instant, or a day without a time, as somebody wrote it down in the case's zone."""

    at: datetime
    """Aware UTC; of a day its first instant."""
    day_only: bool = False


def on_day(year_month_day: datetime, zone: str) -> When:
    """Return the day that a wall-clock date means in a zone."""
    first = datetime.combine(year_month_day.date(), time(), ZoneInfo(zone))
    return When(first.astimezone(UTC), day_only=True)


def by_wall_clock(wall: datetime, zone: str, *, day_only: bool = False) -> When:
    """Return the instant that a time on the clocks of a zone means, or that day; an offset that is written counts.

    Raises EntryError for a year outside of YEARS.
    """
    if wall.year not in YEARS:
        raise EntryError(f"a year from {YEARS[0]} to {YEARS[-1]} is needed")
    if day_only:
        return on_day(wall, zone)
    return When((wall if wall.tzinfo else wall.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC))


@dataclass(frozen=True)
class Entry:
    """What somebody enters. ``happened`` is the earliest date there is; ``also`` are other dates of other sources."""

    event: str
    happened: When
    appointed_at: datetime | None = None
    until: When | None = None
    also: tuple[When, ...] = ()
    moves: UUID | None = None
    """The matter whose hearing is moved or called off; without it, the one that stands."""
    people: int | None = None
    terms: Mapping[int, int] = field(default_factory=dict)
    """Days of a term → people it was given to."""
    source: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    confidence: str = ""
    """How sure the source is: low, medium or high; empty where nobody has said."""


def entry_at(event: str, when: When, now: datetime) -> Entry:
    """Return the entry of whoever tells one time: when it happened or, of what is set for a time, that time."""
    if is_set_for(event):
        return Entry(event, When(now), appointed_at=when.at)
    return Entry(event, when)


def vocabulary() -> tuple[str, ...]:
    """Return every event that is understood: the trigger events of the rules and those of the docket, in order."""
    return tuple(sorted({*MEANINGS, *load_rules().events()}))


def enter(
    unit: UnitOfWork,
    case_id: UUID,
    entry: Entry,
    *,
    zone: str,
    assumed: bool = False,
    instead_of: Occurrence | None = None,
    by_program: bool = False,
) -> Occurrence:
    """Keep what happened, and set, move or end all that follows from it, in one unit.

    An event nobody knows is kept as OTHER, its word with the note, and a human is asked what it means. A hearing that
    is moved supersedes the one that stood, as every source dates it; nothing is ever deleted. A closed case is open
    again. ``zone``: where a case's papers are dated of which nobody has said it; it stays with the case, and the law of
    its country does, unless it is only ``assumed``. ``instead_of``: an entry that stands no longer, and is replaced: it
    is about the same matter, and the hearing that was given up by it is given up by this one. Raises EntryError for an
    appointment without a time, for a hearing that is moved or called off when several stand and none is named, and for
    what only the program itself enters (``by_program``).
    """
    if entry.event in BY_PROGRAM and not by_program:
        raise EntryError("the program enters this itself when it happens")
    case = unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    open_again(unit, case_id)
    entry = _known(entry)
    zone = case.timezone or zone
    if not assumed:
        case.timezone = zone
        case.jurisdiction = case.jurisdiction or (case.region[:2] if case.region else territory_of(zone))
    meaning = meaning_of(entry.event)
    if meaning.appointment and entry.appointed_at is None:
        raise EntryError(f"{entry.event} needs the time it is set for: add --for 2030-12-31T10:00")
    carried = _carried(unit, entry, instead_of)
    moved = _given_up(unit, case_id, entry) if entry.event in GIVES_UP_A_SLOT and carried is None else []
    gave_up = [one.id for one in moved] if carried is None else carried
    about = moved[0] if moved else instead_of
    matter_id = new_id() if about is None else about.matter_id
    for old in moved:
        old.state = OccurrenceState.SUPERSEDED
        unit.record_last(OccurrenceSuperseded(case_id=case_id, occurrence_id=old.id, event=old.kind))
    rows = [_row(unit, case_id, matter_id, entry, (when, zone), gave_up=gave_up) for when in _dated(entry)]
    unit.session.add_all(rows)
    unit.session.flush()
    for row in rows:
        unit.record_last(OccurrenceEntered(case_id=case_id, occurrence_id=row.id, event=row.kind))
    if entry.event == OTHER:
        unit.record_last(UnknownEventEntered(case_id=case_id, occurrence_id=rows[0].id))
    end_watches(unit, case_id, _ended(unit, case_id, meaning.ends))
    if meaning.ends_of_its_matter:
        end_watches(unit, case_id, meaning.ends_of_its_matter, _about(unit, rows[0]))
    recount(unit, case)
    open_watches(unit, case_id, seen_of(unit, rows[0]))
    read_risk_anew(unit, case_id, rows[0])
    return rows[0]


def _ended(unit: UnitOfWork, case_id: UUID, ends: frozenset[WatchKind]) -> frozenset[WatchKind]:
    """Return which kinds of watches an entry ends. A word that a person gave is owed still, the more when it is bad."""
    kept = WatchKind.FAMILY_UPDATE in ends and owes_a_word(unit, case_id)
    return ends - {WatchKind.FAMILY_UPDATE} if kept else ends


def enter_first(unit: UnitOfWork, told: Mapping[Case, Entry]) -> None:
    """Keep the first thing that is known of each of some cases that were opened in this unit, as :func:`enter` does.

    Takes a few statements however many cases. No entry has an appointment or gives one up; the zone and the
    jurisdiction of each case stand.
    """
    rows: dict[Case, list[Occurrence]] = {}
    for case, given in told.items():
        entry, zone = _known(given), case.timezone or "UTC"
        matter_id = new_id()
        rows[case] = [_row(unit, case.id, matter_id, entry, (when, zone)) for when in _dated(entry)]
    unit.session.add_all(row for found in rows.values() for row in found)
    unit.session.flush()
    for row in (row for found in rows.values() for row in found):
        # Nobody holds these cases yet who could be invited to anything.
        unit.record_last(
            OccurrenceEntered(case_id=row.case_id, occurrence_id=row.id, event=row.kind), is_followed=False
        )
    seen = {case: [seen_of(unit, row) for row in found] for case, found in rows.items()}
    begin_clocks(unit, seen)
    begin_watches(unit, {case.id: found[0] for case, found in seen.items()})
    readings = [_reading(unit, found[0], read_risk(seen[case])) for case, found in rows.items()]
    unit.session.add_all(readings)
    unit.session.flush()
    for reading in readings:
        unit.record_last(RiskRead(case_id=reading.case_id, level=reading.level, before=0))


def read_places(unit: UnitOfWork, event: Event, *, zone: str) -> None:
    """Let what a reporter wrote raise the risk if it names a border crossing or an airport; once a case and kind.

    Whose law and clock the case stands under is not settled by that: a person says so.
    """
    if event.case_id is None or not isinstance(event, ReportReceived | ReportExtended):
        return
    named = {place_signal(words) for words in words_of(unit, event.case_id)} - {None}
    known = {row.kind for row in standing(unit, event.case_id)}
    for signal in sorted(str(one) for one in named if one not in known):
        enter(unit, event.case_id, Entry(signal, When(unit.now), source="report"), zone=zone, assumed=True)


def _known(entry: Entry) -> Entry:
    """A word that is not in the vocabulary may be anything, a name too: it goes where notes go."""
    if entry.event in vocabulary() or entry.event == OTHER:
        return entry
    return replace(entry, event=OTHER, note=f"{entry.event}: {entry.note}".removesuffix(": "))


def _dated(entry: Entry) -> list[When]:
    return sorted((entry.happened, *entry.also), key=lambda one: one.at)


def _row(
    unit: UnitOfWork,
    case_id: UUID,
    matter_id: UUID,
    entry: Entry,
    dated: tuple[When, str],
    *,
    gave_up: Sequence[UUID] = (),
) -> Occurrence:
    when, zone = dated
    row = Occurrence(
        id=new_id(),
        case_id=case_id,
        matter_id=matter_id,
        kind=entry.event,
        at=when.at,
        day_only=when.day_only,
        for_at=entry.appointed_at,
        until_at=None if entry.until is None else entry.until.at,
        zone=zone,
        people=entry.people,
        entered_by=unit.actor,
        entered_at=unit.now,
    )
    details = {
        "source": entry.source,
        "note": entry.note,
        **({"confidence": entry.confidence} if entry.confidence else {}),
        "terms": {str(days): people for days, people in entry.terms.items()},
        "until_day_only": entry.until is not None and entry.until.day_only,
        "wall": written_on_the_wall(row),
        **({"gave_up": [str(one) for one in gave_up]} if gave_up else {}),
    }
    told = json.dumps(details, ensure_ascii=False)
    row.details = unit.vault.seal(case_scope(case_id), Field("occurrence", "details", row.id), told)
    return row


def _carried(unit: UnitOfWork, entry: Entry, instead_of: Occurrence | None) -> list[UUID] | None:
    """What an entry gives up because the one in whose place it comes did; None where that gave nothing up."""
    both = instead_of is not None and {entry.event, instead_of.kind} <= GIVES_UP_A_SLOT
    return given_up_by(unit, instead_of) if instead_of is not None and both else None


def written_on_the_wall(row: Occurrence) -> dict[str, str]:
    """Return the times of an entry as its papers have them: by the clock of its zone, and how far that was from UTC."""
    zone = ZoneInfo(row.zone)
    times = {"at": row.at if row.day_only else None, "for": row.for_at, "until": row.until_at}
    return {name: at.astimezone(zone).isoformat() for name, at in times.items() if at is not None}


def given_up_by(unit: UnitOfWork, row: Occurrence) -> list[UUID]:
    """Return the rows of the hearing that stood until this entry moved it or called it off."""
    return [UUID(one) for one in details_of(unit, row).get("gave_up", ())]


def entry_in(unit: UnitOfWork, rows: Sequence[Occurrence]) -> Entry:
    """Return what was entered by these rows, which are one entry as several sources date it."""
    first, *others = rows
    said = details_of(unit, first)
    until = None if first.until_at is None else When(first.until_at, day_only=bool(said.get("until_day_only")))
    return Entry(
        event=first.kind,
        happened=When(first.at, first.day_only),
        appointed_at=first.for_at,
        until=until,
        also=tuple(When(one.at, one.day_only) for one in others),
        people=first.people,
        terms={int(days): people for days, people in said.get("terms", {}).items()},
        source=said.get("source", ""),
        note=said.get("note", ""),
        confidence=said.get("confidence", ""),
    )


def _given_up(unit: UnitOfWork, case_id: UUID, entry: Entry) -> Sequence[Occurrence]:
    """Every row of the hearing that is given up: of the one that is named, over or not, else of the one to come."""
    if entry.moves is not None:
        named = _hearings(case_id).where(Occurrence.matter_id == entry.moves)
        return unit.session.scalars(named).all()
    to_come = standing_hearings(unit, case_id)
    if len({one.matter_id for one in to_come}) > 1:
        raise EntryError("several hearings stand: say which one, by its clock in `panah deadlines`: --moves 2")
    return to_come


def _about(unit: UnitOfWork, row: Occurrence) -> frozenset[UUID]:
    """The matters that an entry speaks of: its own, and of a hearing that was held those that are over with it."""
    held = seen_of(unit, row)
    return held_by(held, [seen_of(unit, one) for one in standing(unit, row.case_id)]) | {row.matter_id}


def standing_hearings(unit: UnitOfWork, case_id: UUID) -> Sequence[Occurrence]:
    """Return the hearings that are still to come and have not been moved, in the order in which they were entered."""
    return unit.session.scalars(_hearings(case_id).where(Occurrence.for_at > unit.now)).all()


def _hearings(case_id: UUID) -> Select[Occurrence]:
    return (
        select(Occurrence)
        .where(
            Occurrence.case_id == case_id,
            Occurrence.kind.in_(APPOINTMENTS),
            Occurrence.state == OccurrenceState.STANDING,
        )
        .order_by(Occurrence.entered_at, Occurrence.id)
    )


def read_risk_anew(unit: UnitOfWork, case_id: UUID, latest: Occurrence) -> None:
    """Write down how high the risk is now, where it has changed."""
    risk = read_risk(seen_of(unit, row) for row in standing(unit, case_id))
    before = unit.session.scalars(
        select(RiskReading)
        .where(RiskReading.case_id == case_id)
        .order_by(RiskReading.at.desc(), RiskReading.id.desc())
        .limit(1)
    ).one_or_none()
    if before is not None and before.level == risk.level and tuple(before.reasons) == risk.reasons:
        return
    unit.session.add(_reading(unit, latest, risk))
    unit.session.flush()
    unit.record_last(RiskRead(case_id=case_id, level=risk.level, before=0 if before is None else before.level))


def _reading(unit: UnitOfWork, latest: Occurrence, risk: Risk) -> RiskReading:
    return RiskReading(
        id=new_id(),
        case_id=latest.case_id,
        occurrence_id=latest.id,
        at=unit.now,
        level=risk.level,
        reasons=list(risk.reasons),
    )
