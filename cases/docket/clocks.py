"""Counting all clocks of a case anew from what stands of its docket: in one unit, so that no old date outlives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import defer

from cases.docket.events import DeadlineMoved, DeadlineSet, DeadlineSuperseded
from cases.docket.hearings import held_by
from cases.docket.history import seen_of, standing_in
from cases.docket.models import Deadline, DeadlineState
from cases.docket.seen import is_later
from cases.docket.vocabulary import APPOINTMENTS, IMPLIES, MAY_BE, meaning_of
from law.counting import Moment, count
from law.errors import RulingDateNeededError
from law.rules import EVERYWHERE, Track
from law.shipped import counted_by, load_rules
from store.base import OWN, new_id
from store.timers import set_timers, stop_timers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from cases.docket.seen import Seen
    from cases.models import Case
    from law.explaining import Line
    from law.rules import Rule
    from store.unit_of_work import UnitOfWork

DEADLINE_TIMER = "deadline"
"""The timer of a clock: when it must be looked at again."""
HEARING = "hearing"
REMOVAL = "removal"
"""The rule of the hour at which somebody is to be sent back."""
BY_HAND = "deadline_by_hand"
"""The event that enters a date somebody counted; and the rule of what follows from it."""
HARM = "harm"
"""Severity of a moment whose coming harms the person: whoever can act before it is reminded of it."""
INFO = "info"
"""Severity of any other moment: it is shown and alarms nobody."""
ACT = "user_action"
"""Severity of what our side must have done by then; a hearing and a removal count as such."""
COMES_AT_ITS_HOUR = frozenset({HEARING, REMOVAL})
"""Clocks that end in something that happens whatever we do. Watches ask what became of it."""
SOUGHT_ON = timedelta(hours=1)
"""So long after its hour somebody who can still go there is sought."""
ENDS_A_REMOVAL = frozenset({"removed", "arrived_safely"})


@dataclass(frozen=True)
class CountedClock:
    """What a row of a deadline is to say."""

    matter_id: UUID
    occurrence_id: UUID
    rule_id: str
    rule_hash: str | None
    track: str
    severity: str
    safe_at: datetime
    arguable_at: datetime
    zone: str
    why: tuple[Line, ...] = ()


def has_come(rule_id: str, safe_at: datetime, now: datetime) -> bool:
    """Whether the hour of a hearing or a removal lies an hour back: nobody is sought for it any more. Pure."""
    return rule_id in COMES_AT_ITS_HOUR and now >= safe_at + SOUGHT_ON


def recount(unit: UnitOfWork, case: Case) -> None:
    """Count every clock of a case anew and write what has changed. Repeating it changes nothing.

    A clock whose date moves begins its reminders again; one whose ground is gone is superseded, and runs again should
    that come back. What was done stays done.
    """
    recount_all_of(unit, [case])


def recount_all_of(unit: UnitOfWork, cases: Sequence[Case]) -> None:
    """Do as :func:`recount` for each of some cases, in a few statements for all."""
    ids = [case.id for case in cases]
    rows = _rows(unit, ids)
    dockets = standing_in(unit, ids)
    dated, gone = [], []
    for case in cases:
        kept = [row for row in rows if row.case_id == case.id]
        changes = _recounted(unit, case, kept, [seen_of(unit, row) for row in dockets[case.id]])
        dated += changes.dated
        gone += changes.gone
    unit.session.flush()
    set_timers(unit, DEADLINE_TIMER, {row.id: unit.now for row in dated if row.severity != INFO})
    stop_timers(unit, DEADLINE_TIMER, [row.id for row in gone])


@dataclass(frozen=True)
class _Changes:
    """What a count has changed: clocks that begin their reminders (again), and those whose ground is gone."""

    dated: list[Deadline]
    gone: list[Deadline]


def _recounted(unit: UnitOfWork, case: Case, rows: Sequence[Deadline], docket: Sequence[Seen]) -> _Changes:
    """Count the clocks of one case and write them; ``rows`` are those it has."""
    case.rules_hash = counted_by()
    kept = {(row.matter_id, row.rule_id): row for row in rows}
    counted = {(one.matter_id, one.rule_id): one for one in clocks_of(docket, case.jurisdiction)}
    last = max((row.number for row in kept.values()), default=0)
    gone = [row for key, row in kept.items() if key not in counted and row.state == DeadlineState.RUNNING]
    a_hearing_gave_way = any(row.rule_id == HEARING for row in gone)
    dated = []
    for key, clock in counted.items():
        row = kept.get(key)
        if row is None:
            last += 1
            row = _set(unit, case, clock, last)
            row.moved_at = unit.now if a_hearing_gave_way and clock.rule_id == HEARING else None
            dated.append(row)
        elif row.state == DeadlineState.RUNNING and _move(unit, row, clock):
            dated.append(row)
        elif row.state == DeadlineState.SUPERSEDED:
            _revive(unit, row, clock)
            dated.append(row)
    for row in gone:
        row.state = DeadlineState.SUPERSEDED
        unit.record_last(DeadlineSuperseded(case_id=row.case_id, deadline_id=row.id, rule=row.rule_id))
    return _Changes(dated, gone)


def begin_clocks(unit: UnitOfWork, dockets: Mapping[Case, Sequence[Seen]]) -> None:
    """Set the clocks of cases that have none yet: as :func:`recount`, in a few statements however many cases."""
    rows = []
    for case, docket in dockets.items():
        case.rules_hash = counted_by()
        counted = {(one.matter_id, one.rule_id): one for one in clocks_of(docket, case.jurisdiction)}
        for number, clock in enumerate(counted.values(), 1):
            rows.append(_row(case, clock, number))
            _write(unit, rows[-1], clock)
    unit.session.add_all(rows)
    unit.session.flush()
    set_timers(unit, DEADLINE_TIMER, {row.id: unit.now for row in rows if row.severity != INFO})
    for row in rows:
        unit.record_last(DeadlineSet(case_id=row.case_id, deadline_id=row.id, rule=row.rule_id))


def clocks_of(docket: Sequence[Seen], jurisdiction: str | None) -> tuple[CountedClock, ...]:
    """Return every clock that runs, counted from the earliest date of each matter. Pure.

    A jurisdiction without rules of its own has those of international bodies, its hearings and what is entered by hand.
    """
    earliest = tuple(_earliest(docket))
    return tuple(clock for seen in earliest for clock in _of_one(seen, earliest, jurisdiction))


def _earliest(docket: Sequence[Seen]) -> Iterator[Seen]:
    by_matter = sorted(docket, key=lambda one: (str(one.matter_id), one.at))
    for _, rows in groupby(by_matter, key=lambda one: one.matter_id):
        yield next(rows)


def _of_one(seen: Seen, docket: Sequence[Seen], jurisdiction: str | None) -> Iterator[CountedClock]:
    rule_id = _appointed(seen.kind)
    if seen.for_at is not None and rule_id is not None and not _is_settled(rule_id, seen, docket):
        track = str(meaning_of(seen.kind).track)
        yield CountedClock(seen.id, seen.id, rule_id, None, track, ACT, seen.for_at, seen.for_at, seen.zone)
    for event in _happened(seen, docket):
        for rule in load_rules().triggered_by(event, jurisdiction or EVERYWHERE):
            clock = _by_rule(rule, event, seen, docket)
            if clock is not None:
                yield clock


def _appointed(event: str) -> str | None:
    """The rule of the clock that ends at the time an event is set for; None where it sets none."""
    return HEARING if event in APPOINTMENTS else {BY_HAND: BY_HAND, "removal_scheduled": REMOVAL}.get(event)


def _is_settled(rule_id: str, seen: Seen, docket: Sequence[Seen]) -> bool:
    """Whether somebody has entered since that what was set has come to pass, or can harm nobody any more."""
    if rule_id == HEARING:
        return any(seen.matter_id in held_by(one, docket) for one in docket)
    return rule_id == REMOVAL and any(one.kind in ENDS_A_REMOVAL and is_later(one, seen) for one in docket)


def _by_rule(rule: Rule, event: str, seen: Seen, docket: Sequence[Seen]) -> CountedClock | None:
    """Count one rule, or not yet: where the ruling sets the date and nobody has told it, or the trigger came since."""
    is_trigger = event == rule.trigger_event
    if not is_trigger and any(rule.trigger_event in _happened(one, docket) and one.at >= seen.at for one in docket):
        return None
    ends = None if seen.until_at is None else seen.until_at.astimezone(ZoneInfo(seen.zone)).date()
    try:
        clock = count(
            rule,
            _moment(seen) if is_trigger else None,
            zone=ZoneInfo(seen.zone),
            calendar=load_rules().calendar(rule),
            ends=ends if rule.period.value is None else None,
            safe_trigger=_safe_trigger(rule, seen, docket) if is_trigger else _moment(seen),
        )
    except RulingDateNeededError:
        return None
    return CountedClock(
        seen.matter_id,
        seen.id,
        rule.id,
        hash_of(rule.id),
        str(rule.track),
        HARM if rule.passing_harms else rule.kind,
        clock.safe_at,
        clock.arguable_at,
        clock.zone,
        clock.why,
    )


@cache
def hash_of(rule_id: str) -> str:
    """The fingerprint of a rule's text, made once: it costs more than the count."""
    return load_rules().rule(rule_id).text_hash()


def _happened(seen: Seen, docket: Sequence[Seen]) -> tuple[str, ...]:
    return (seen.kind, *IMPLIES.get(seen.kind, ()), *_may_have_been(seen, docket))


def _may_have_been(seen: Seen, docket: Sequence[Seen]) -> tuple[str, ...]:
    """What an entry may mean more narrowly: only in a docket of those proceedings that does not tell the two apart."""
    narrower = MAY_BE.get(seen.kind)
    if narrower is None or any(one.kind == narrower for one in docket):
        return ()
    return (narrower,) if any(_of_one_track(narrower, one.kind) for one in docket) else ()


@cache
def _of_one_track(event: str, other: str) -> bool:
    return bool(_tracks_of(event) & _tracks_of(other))


@cache
def _tracks_of(event: str) -> frozenset[Track]:
    """The proceedings an event belongs to, by its meaning and by the rules that it starts; none if it is of custody."""
    by_rules = {rule.track for rule in load_rules().rules if rule.begins_with(event)}
    return frozenset({meaning_of(event).track, *by_rules} - {Track.CUSTODY})


def _moment(seen: Seen) -> Moment:
    return Moment(on=seen.at.astimezone(ZoneInfo(seen.zone)).date()) if seen.day_only else Moment(at=seen.at)


def _safe_trigger(rule: Rule, seen: Seen, docket: Sequence[Seen]) -> Moment | None:
    """The earlier event from which the safe date counts, where it is known and is no later."""
    before = [one for one in docket if one.kind == rule.safe_trigger_event and one.at <= seen.at]
    return _moment(max(before, key=lambda one: one.at)) if before else None


def _rows(unit: UnitOfWork, case_ids: Sequence[UUID]) -> Sequence[Deadline]:
    """Lock every clock of the cases, in one order: their timers and whoever says that one is done change them, too."""
    found = select(Deadline).where(Deadline.case_id.in_(case_ids)).order_by(Deadline.id)
    without_why = found.options(defer(Deadline.why))  # it is written anew, never read here
    return unit.session.scalars(without_why.with_for_update(**OWN).execution_options(populate_existing=True)).all()


def _set(unit: UnitOfWork, case: Case, clock: CountedClock, number: int) -> Deadline:
    row = _row(case, clock, number)
    _write(unit, row, clock)
    unit.session.add(row)
    unit.record_last(DeadlineSet(case_id=case.id, deadline_id=row.id, rule=row.rule_id))
    return row


def _row(case: Case, clock: CountedClock, number: int) -> Deadline:
    return Deadline(id=new_id(), case_id=case.id, matter_id=clock.matter_id, number=number, rule_id=clock.rule_id)


def _move(unit: UnitOfWork, row: Deadline, clock: CountedClock) -> bool:
    """Write what has changed and return whether its date has: only that begins the reminders again.

    Another wording of a rule alarms nobody.
    """
    moved = (row.safe_at, row.arguable_at) != (clock.safe_at, clock.arguable_at)
    if not moved and (row.rule_hash, row.occurrence_id) == (clock.rule_hash, clock.occurrence_id):
        return False
    counted_at = row.counted_at
    _write(unit, row, clock)
    if not moved:
        row.counted_at = counted_at
        return False
    row.rung = 0
    unit.record_last(DeadlineMoved(case_id=row.case_id, deadline_id=row.id, rule=row.rule_id))
    return True


def _revive(unit: UnitOfWork, row: Deadline, clock: CountedClock) -> None:
    _write(unit, row, clock)
    row.state, row.rung = DeadlineState.RUNNING, 0
    unit.record_last(DeadlineSet(case_id=row.case_id, deadline_id=row.id, rule=row.rule_id))


def _write(unit: UnitOfWork, row: Deadline, clock: CountedClock) -> None:
    zone = ZoneInfo(clock.zone)
    row.occurrence_id, row.rule_hash = clock.occurrence_id, clock.rule_hash
    row.track, row.severity, row.zone = clock.track, clock.severity, clock.zone
    row.safe_at, row.safe_on = clock.safe_at, clock.safe_at.astimezone(zone).date()
    row.arguable_at, row.arguable_on = clock.arguable_at, clock.arguable_at.astimezone(zone).date()
    row.why, row.counted_at = [_as_data(line) for line in clock.why], unit.now


def _as_data(line: Line) -> dict[str, Any]:
    return {"key": line.key, "values": dict(line.values), "article": line.article, "doubt": line.doubt}
