"""What a docket shows: clocks, watches, risk and history as plain values, for commands and pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, tuple_

from cases.docket.clocks import HEARING, hash_of
from cases.docket.history import details_of, history
from cases.docket.models import Deadline, DeadlineState, Occurrence, OccurrenceState, RiskReading, Watch, WatchState
from cases.models import Case
from law.errors import UnknownRuleError
from law.shipped import load_rules
from law.signoff import vouches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import Select

    from law.models import RuleSignoff
    from law.rules import Rule
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class ShownDeadline:
    """One clock. Dates are days in ``zone``; instants are aware UTC.

    ``safe_passed``: it runs on after its safe date. ``missed``: even the arguable one is over.
    """

    id: UUID
    code: str
    number: int
    rule_id: str
    track: str
    severity: str
    safe_at: datetime
    safe_on: date
    arguable_at: datetime
    arguable_on: date
    zone: str
    state: str
    safe_passed: bool
    missed: bool
    rule_hash: str | None
    why: tuple[dict[str, Any], ...]


def rule_named(rule_id: str) -> Rule | None:
    """Return the rule of this id; None for a hearing, and for what was entered by hand."""
    try:
        return load_rules().rule(rule_id)
    except UnknownRuleError:
        return None


def is_vouched_for(row: Deadline, words: Iterable[RuleSignoff], now: datetime) -> bool:
    """Whether somebody vouches for the very text that a date was counted by, and the rule still reads so. Pure.

    A date that no rule counted was entered by a person: it is their word.
    """
    if row.rule_hash is None:
        return True
    rule = rule_named(row.rule_id)
    reads_so = rule is not None and hash_of(rule.id) == row.rule_hash
    return reads_so and any(vouches(one, row.rule_id, row.rule_hash, now) for one in words)


def case_by_code(unit: UnitOfWork, code: str) -> Case | None:
    """Return the case of this code, or None; whatever was typed, also what no database takes."""
    if not (code.isascii() and code.isprintable()):
        return None
    return unit.session.scalars(select(Case).where(Case.code == code)).one_or_none()


def hearing_numbered(unit: UnitOfWork, case_id: UUID, number: int) -> UUID | None:
    """Return the matter of the hearing that has this clock of a case; None where it is none, or was moved since."""
    return unit.session.scalars(
        select(Occurrence.matter_id)
        .join(Deadline, Deadline.occurrence_id == Occurrence.id)
        .where(
            Deadline.case_id == case_id,
            Deadline.number == number,
            Deadline.rule_id == HEARING,
            Occurrence.state == OccurrenceState.STANDING,
        )
    ).one_or_none()


def deadlines_of(unit: UnitOfWork, case_ids: Sequence[UUID] | None = None) -> list[ShownDeadline]:
    """Return every clock that has not been superseded, of some cases or of all, the soonest first."""
    wanted = _in_order().where(Deadline.state != DeadlineState.SUPERSEDED)
    rows = unit.session.execute(wanted if case_ids is None else wanted.where(Deadline.case_id.in_(case_ids)))
    return [deadline_shown(row, code, unit.now) for row, code in rows]


def running_deadlines(
    unit: UnitOfWork, case_ids: Sequence[UUID] | None, *, after: tuple[datetime, UUID] | None, most: int
) -> list[ShownDeadline]:
    """Return the clocks that run, of some cases or of all, the soonest first; those after one (safe date, id)."""
    wanted = _in_order().where(Deadline.state == DeadlineState.RUNNING).limit(most)
    if case_ids is not None:
        wanted = wanted.where(Deadline.case_id.in_(case_ids))
    if after is not None:
        wanted = wanted.where(tuple_(Deadline.safe_at, Deadline.id) > after)
    return [deadline_shown(row, code, unit.now) for row, code in unit.session.execute(wanted)]


def _in_order() -> Select[Deadline, str]:
    return select(Deadline, Case.code).join(Case, Case.id == Deadline.case_id).order_by(Deadline.safe_at, Deadline.id)


def deadline_shown(row: Deadline, code: str, now: datetime) -> ShownDeadline:
    """Return one clock as plain values, as it stands at an instant (aware). Pure."""
    return ShownDeadline(
        id=row.id,
        code=code,
        number=row.number,
        rule_id=row.rule_id,
        track=row.track,
        severity=row.severity,
        safe_at=row.safe_at,
        safe_on=row.safe_on,
        arguable_at=row.arguable_at,
        arguable_on=row.arguable_on,
        zone=row.zone,
        state=row.state,
        safe_passed=row.state == DeadlineState.RUNNING and row.safe_at <= now,
        missed=row.state == DeadlineState.RUNNING and row.arguable_at <= now,
        rule_hash=row.rule_hash,
        why=tuple(row.why),
    )


def watches_shown(unit: UnitOfWork, case_id: UUID) -> Sequence[Watch]:
    """Return every watch of a case that was not cancelled, by due time."""
    kept = select(Watch).where(Watch.case_id == case_id, Watch.state != WatchState.CANCELLED)
    return unit.session.scalars(kept.order_by(Watch.due_at, Watch.id)).all()


def risks_of(unit: UnitOfWork, case_id: UUID) -> Sequence[RiskReading]:
    """Return how the risk of a case stood, oldest first."""
    readings = select(RiskReading).where(RiskReading.case_id == case_id)
    return unit.session.scalars(readings.order_by(RiskReading.at, RiskReading.id)).all()


@dataclass(frozen=True)
class ShownOccurrence:
    """One thing that was entered, as its source dates it."""

    id: UUID
    matter_id: UUID
    event: str
    state: str
    at: datetime
    day_only: bool
    for_at: datetime | None
    until_at: datetime | None
    zone: str
    entered_by: str
    entered_at: datetime
    details: dict[str, Any]


def occurrences_shown(unit: UnitOfWork, case_id: UUID) -> list[ShownOccurrence]:
    """Return everything that was entered about a case, also what stands no longer, in the order of entry."""
    return [occurrence_shown(unit, row) for row in history(unit, case_id)]


def occurrence_shown(unit: UnitOfWork, row: Occurrence) -> ShownOccurrence:
    """Return one entry as plain values."""
    return ShownOccurrence(
        id=row.id,
        matter_id=row.matter_id,
        event=row.kind,
        state=row.state,
        at=row.at,
        day_only=row.day_only,
        for_at=row.for_at,
        until_at=row.until_at,
        zone=row.zone,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        details=details_of(unit, row),
    )
