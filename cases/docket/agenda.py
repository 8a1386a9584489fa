"""The agenda: what stands in the dockets of many cases between two instants, each case as far as its reader may know.

Hearings with where they stood before they were moved, ends of terms, clocks, removals. Of a case that the reader may
not read there is a code, a kind and a time, as in the feed of a calendar (:mod:`cases.docket.calendar`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, or_, select

from cases.docket.clocks import HEARING, REMOVAL
from cases.docket.history import details_of
from cases.docket.models import Deadline, DeadlineState, Occurrence, OccurrenceState
from cases.docket.reading import is_vouched_for
from cases.docket.vocabulary import APPOINTMENTS, MEANINGS, WatchKind
from cases.models import Case
from cases.retention import Retention
from law.signoff import standing_signoffs
from store.data_keys import case_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement

    from store.unit_of_work import UnitOfWork

LONGEST_TERM: Final = timedelta(days=366)
"""A term that was counted in days is looked for so far back."""
SET_TERMS: Final = frozenset(
    kind for kind, meaning in MEANINGS.items() if any(one.kind is WatchKind.END_OF_TERM for one in meaning.watches)
)


class AgendaKind(StrEnum):
    """What an entry is."""

    HEARING = "hearing"
    TERM = "term"
    """Somebody's term ends: they are released, or something new is brought against them."""
    CLOCK = "clock"
    REMOVAL = "removal"


class AgendaState(StrEnum):
    """How an entry stands."""

    STANDING = "standing"
    MOVED = "moved"
    """Superseded: it was there once and is at another time now."""
    CANCELLED = "cancelled"
    DONE = "done"
    """A clock of which somebody has said what was done."""


@dataclass(frozen=True)
class AgendaEntry:
    """One entry. Instants are aware UTC; ``zone`` is the one the case's papers are dated in.

    ``of``: the rule or the event it comes of; None where the reader may not read the case, as is ``number``.
    ``verified``: nobody's rule stands behind it, or a lawyer vouches for that rule as it reads now.
    ``moved_to``: where a moved hearing stands now, if it does.
    """

    kind: AgendaKind
    code: str
    at: datetime
    zone: str
    state: AgendaState = AgendaState.STANDING
    reads: bool = False
    of: str | None = None
    number: int | None = None
    verified: bool = True
    arguable_at: datetime | None = None
    moved_to: datetime | None = None

    @property
    def runs(self) -> bool:
        """Whether it is still to be reckoned with."""
        return self.state is AgendaState.STANDING


def agenda(
    unit: UnitOfWork, start: datetime, end: datetime, known: ColumnElement[bool], reads: ColumnElement[bool]
) -> list[AgendaEntry]:
    """Return what stands from one instant up to another in all open cases that are ``known``, the soonest first.

    Both conditions are of a row of cases: which its reader may know of, and which of those they may read. Four queries,
    however many cases there are.
    """
    closed = select(Retention.case_id).where(Retention.closed_at.is_not(None))
    cases = and_(known, Case.id.not_in(closed))
    occurrences = _occurrences(unit, start, end, cases, reads)
    unit.vault.fetch({case_scope(row.case_id) for row, _, is_read in occurrences if is_read and row.details})
    by_matter: dict[object, list[tuple[Occurrence, str, bool]]] = defaultdict(list)
    for row, code, is_read in occurrences:
        if row.kind in APPOINTMENTS and row.for_at is not None:
            by_matter[row.matter_id].append((row, code, is_read))
    found = [
        *(entry for rows in by_matter.values() for entry in _of_hearing(rows)),
        *(entry for row, code, is_read in occurrences for entry in _terms(unit, row, code, reads=is_read)),
        *_clocks(unit, start, end, cases, reads),
    ]
    within = (entry if entry.reads else _as_a_code(entry) for entry in found if start <= entry.at < end)
    return sorted(within, key=lambda one: (one.at, one.code, one.kind, one.number or 0, one.state))


def slots(rows: Iterable[Occurrence]) -> list[tuple[datetime, AgendaState, datetime | None]]:
    """Return the times one hearing has had: when, how that stands, and where it stands now. Pure.

    Where sources disagree the earliest drives, as it does for clocks; a time that it was moved back to is not moved.
    """
    dated = sorted((row for row in rows if row.for_at is not None), key=lambda row: (row.entered_at, row.id))
    standing = [row for row in dated if row.state == OccurrenceState.STANDING]
    now = min(standing, key=lambda row: row.at).for_at if standing else None
    last = dated[-1].for_at if dated else None
    times = dict.fromkeys(row.for_at for row in dated if row.for_at is not None)
    stands_at = {row.for_at for row in standing}
    found: list[tuple[datetime, AgendaState, datetime | None]] = []
    for at in times:
        if at in stands_at:
            found.append((at, AgendaState.STANDING, None))
        elif now is None and at == last:
            found.append((at, AgendaState.CANCELLED, None))
        else:
            found.append((at, AgendaState.MOVED, now))
    return found


def _occurrences(
    unit: UnitOfWork, start: datetime, end: datetime, cases: ColumnElement[bool], reads: ColumnElement[bool]
) -> Sequence[tuple[Occurrence, str, bool]]:
    matters = select(Occurrence.matter_id).where(
        Occurrence.kind.in_(APPOINTMENTS), Occurrence.for_at >= start, Occurrence.for_at < end
    )
    standing = Occurrence.state == OccurrenceState.STANDING
    ruled = and_(standing, Occurrence.until_at >= start, Occurrence.until_at < end)
    counted = and_(
        standing,
        Occurrence.kind.in_(SET_TERMS),
        Occurrence.until_at.is_(None),
        Occurrence.at >= start - LONGEST_TERM,
        Occurrence.at < end,
    )
    rows = unit.session.execute(
        select(Occurrence, Case.code, reads.label("reads"))
        .join(Case, Case.id == Occurrence.case_id)
        .where(cases, or_(Occurrence.matter_id.in_(matters), ruled, counted))
        .order_by(Occurrence.entered_at, Occurrence.id)
    )
    return [(row, code, bool(is_read)) for row, code, is_read in rows]


def _of_hearing(rows: Sequence[tuple[Occurrence, str, bool]]) -> Iterator[AgendaEntry]:
    first, code, reads = rows[0]
    for at, state, moved_to in slots(row for row, _, _ in rows):
        kind = next(row.kind for row, _, _ in reversed(rows) if row.for_at == at)
        yield AgendaEntry(
            AgendaKind.HEARING, code, at, first.zone, state=state, reads=reads, of=kind, moved_to=moved_to
        )


def _terms(unit: UnitOfWork, row: Occurrence, code: str, *, reads: bool) -> Iterator[AgendaEntry]:
    """The ends of terms that an occurrence names: by a date, or in days, to the minute, for whoever may read them."""
    if row.state != OccurrenceState.STANDING:
        return
    ends = [] if row.until_at is None else [row.until_at]
    if row.until_at is None and row.kind in SET_TERMS and reads and row.details:
        days = sorted(int(one) for one in details_of(unit, row).get("terms", {}))
        ends = [row.at + timedelta(days=one) for one in days]
    for at in ends:
        yield AgendaEntry(AgendaKind.TERM, code, at, row.zone, reads=reads, of=row.kind)


def _clocks(
    unit: UnitOfWork, start: datetime, end: datetime, cases: ColumnElement[bool], reads: ColumnElement[bool]
) -> Iterator[AgendaEntry]:
    rows = unit.session.execute(
        select(Deadline, Case.code, reads.label("reads"))
        .join(Case, Case.id == Deadline.case_id)
        .where(
            cases,
            Deadline.safe_at >= start,
            Deadline.safe_at < end,
            Deadline.state != DeadlineState.SUPERSEDED,
            Deadline.rule_id != HEARING,
        )
    ).all()
    words = standing_signoffs(unit) if rows else []
    for row, code, is_read in rows:
        yield AgendaEntry(
            AgendaKind.REMOVAL if row.rule_id == REMOVAL else AgendaKind.CLOCK,
            code,
            row.safe_at,
            row.zone,
            state=AgendaState.DONE if row.state == DeadlineState.DONE else AgendaState.STANDING,
            reads=bool(is_read),
            of=row.rule_id,
            number=row.number,
            verified=is_vouched_for(row, words, unit.now),
            arguable_at=row.arguable_at if row.arguable_at != row.safe_at else None,
        )


def _as_a_code(entry: AgendaEntry) -> AgendaEntry:
    """What is left of an entry for whoever may not read the case. A removal is a clock like any other to them."""
    kind = AgendaKind.CLOCK if entry.kind is AgendaKind.REMOVAL else entry.kind
    return replace(entry, kind=kind, of=None, number=None, arguable_at=None)
