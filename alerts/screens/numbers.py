"""What the work has come to, in numbers: how soon people were found, what became of cases, how far they are confirmed.

Counted over every case but those that never were one and those suspected to be traps; of erased cases the little that
is kept counts too. What may be told of it, says :mod:`cases.disclosure`; medians are told of five or more, and the
ninetieth percentile of ten or more, in whole minutes, and never of how many.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, or_, select

from alerts.models import CUSTODY, Alert, Need
from alerts.screens.case_board import latest_custody
from cases.disclosure import LEAST, Cell, tell_places, tell_table
from cases.docket.custody import LEADS_TO, Custody
from cases.models import Case, CaseState
from cases.retention import ErasedCase, Retention

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from store.unit_of_work import UnitOfWork

MONTHS: Final = 12
EARLIER: Final = "earlier"
UNKNOWN: Final = "unknown"
SPEEDS: Final = ("human", "lawyer", "contact")
"""Until somebody accepted, a lawyer accepted, and the person or the family was reached."""
_MINUTE: Final = timedelta(minutes=1)
_TENTH: Final = 0.9


@dataclass(frozen=True)
class CaseFigure:
    """What counts of one case. ``took``: how long each of SPEEDS took, as far as it has happened."""

    opened_in: str
    """``YYYY-MM``, by the team's clock."""
    state: str
    custody: str
    region: str
    took: Mapping[str, timedelta]


@dataclass(frozen=True)
class Speed:
    """How long something took, in minutes; None where it is not told. ``month``: None for all of them together."""

    month: str | None
    median: int | None
    p90: int | None


@dataclass(frozen=True)
class Numbers:
    """All that is told. A table that is None is refused: there is too little to be told."""

    total: int | None
    months: tuple[tuple[str, Cell], ...] | None
    states: tuple[tuple[str, Cell], ...] | None
    custody: tuple[tuple[str, Cell], ...] | None
    places: tuple[tuple[str, int], ...] | None
    elsewhere: int
    speeds: Mapping[str, tuple[Speed, ...]]
    """By SPEEDS: of all cases, then month by month."""


def read_figures(unit: UnitOfWork, zone: str) -> list[CaseFigure]:
    """Read what counts of every case, by two statements; ``zone``: the team's."""
    taken = (
        select(
            Need.case_id.label("case_id"),
            func.min(Need.first_accepted_at).label("human"),
            func.min(case((Need.kind == "lawyer", Need.first_accepted_at))).label("lawyer"),
            func.min(Need.contact_made_at).label("contact"),
        )
        .join(Alert, Alert.id == Need.alert_id)
        .where(Alert.kind == CUSTODY, Need.first_accepted_at.is_not(None))
        .group_by(Need.case_id)
        .subquery()
    )
    rows = unit.session.execute(
        select(
            Case.opened_at,
            Case.state,
            Case.region,
            latest_custody().label("custody"),
            *(taken.c[one] for one in SPEEDS),
        )
        .outerjoin(taken, taken.c.case_id == Case.id)
        .outerjoin(Retention, Retention.case_id == Case.id)
        .where(Case.hostile_at.is_(None), or_(Retention.no_case.is_(None), Retention.no_case.is_(False)))
    )
    at = ZoneInfo(zone)
    figures = [
        CaseFigure(
            f"{opened_at.astimezone(at):%Y-%m}",
            state,
            str(LEADS_TO.get(custody, Custody.UNKNOWN)),
            region or UNKNOWN,
            {name: when - opened_at for name, when in zip(SPEEDS, reached, strict=True) if when is not None},
        )
        for opened_at, state, region, custody, *reached in rows
    ]
    erased = unit.session.execute(
        select(ErasedCase.opened_in, ErasedCase.state, ErasedCase.jurisdiction).where(ErasedCase.no_case.is_(False))
    )
    figures += [CaseFigure(row.opened_in, row.state, UNKNOWN, row.jurisdiction or UNKNOWN, {}) for row in erased]
    return figures


def months_until(now: datetime, zone: str) -> tuple[str, ...]:
    """Return the last twelve months by the team's clock, the current one last. Pure."""
    day: date = now.astimezone(ZoneInfo(zone)).date().replace(day=1)
    found = []
    for _ in range(MONTHS):
        found.append(f"{day:%Y-%m}")
        day = (day - timedelta(days=1)).replace(day=1)
    return tuple(reversed(found))


def numbers_of(figures: Sequence[CaseFigure], months: Sequence[str]) -> Numbers:
    """Return what may be told of these cases. Pure."""
    opened = Counter(one.opened_in if one.opened_in in months else EARLIER for one in figures)
    places = tell_places(Counter(one.region for one in figures))
    return Numbers(
        total=len(figures) if len(figures) >= LEAST else None,
        months=tell_table((EARLIER, *months), opened),
        states=tell_table(tuple(CaseState), Counter(one.state for one in figures)),
        custody=tell_table(tuple(Custody), Counter(one.custody for one in figures)),
        places=None if places is None else places[0],
        elsewhere=0 if places is None else places[1],
        speeds={name: _speeds(name, figures, months) for name in SPEEDS},
    )


def _speeds(name: str, figures: Iterable[CaseFigure], months: Sequence[str]) -> tuple[Speed, ...]:
    took = [(one.opened_in, one.took[name]) for one in figures if name in one.took]
    of_months = (_speed(month, [span for opened_in, span in took if opened_in == month]) for month in months)
    return (_speed(None, [span for _, span in took]), *of_months)


def _speed(month: str | None, spans: Sequence[timedelta]) -> Speed:
    minutes = sorted(max(0, round(span / _MINUTE)) for span in spans)
    enough, many = len(minutes) >= LEAST, len(minutes) >= 2 * LEAST
    return Speed(
        month,
        round(statistics.median(minutes)) if enough else None,
        minutes[math.ceil(_TENTH * len(minutes)) - 1] if many else None,
    )
