"""What a paper for an audience may be made of: fields with how sure they are, and dates, of rows that were read.

The same decisions as :mod:`cases.views.audience` takes for what leaves; nothing is asked of the database here. The
compartment of counsel is closed to a reader who is not counsel, also where the paper is counsel's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cases.consent.deciding import Known, Why
from cases.consent.vocabulary import FIELDS, Audience, FieldClass
from cases.views.audience import dates_in, dates_told, known_in, seen_by, standing_in, told_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cases.consent.deciding import Standing
    from cases.models import Case
    from cases.views.audience import Dated
    from cases.views.rows import CaseRows
    from store.unit_of_work import UnitOfWork

OF_THE_CASE: Final[Mapping[str, str]] = {
    "country": "jurisdiction",
    "region": "region",
    "feared_state": "threatened_state",
}
"""Fields that the case itself knows where nobody entered them of the person."""
ASSUMED: Final = frozenset({"feared_state"})
"""Of these, what was said of a whole group, or by whoever reported: the person may fear another State, or none."""


@dataclass(frozen=True)
class FilingView:
    """What one audience may read in a paper. ``held_back`` names what is known and stays, never its value."""

    audience: Audience
    fields: tuple[Known, ...]
    dates: tuple[Dated, ...]
    held_back: Mapping[str, Why]


def filing_views(unit: UnitOfWork, rows: CaseRows, *, counsel: bool) -> dict[Audience, FilingView]:
    """Build what each audience may read in a paper. No statement. ``counsel``: whether the reader is the lawyer."""
    known = known_in(unit, rows)
    told = [*known, *_of_the_case(rows.case, known)]
    return divided(told, dates_in(rows), standing_in(unit, rows), counsel=counsel)


def divided(
    known: Sequence[Known], dates: Sequence[Dated], standing: Standing, *, counsel: bool
) -> dict[Audience, FilingView]:
    """Divide what is known among the audiences. Pure."""
    return {one: _view(known, dates, one, standing, counsel=counsel) for one in Audience}


def _of_the_case(case: Case, known: list[Known]) -> Iterable[Known]:
    names = {one.name for one in known}
    for name, column in OF_THE_CASE.items():
        value = getattr(case, column)
        if value and name not in names:
            yield Known(name, value, "", "low" if name in ASSUMED else "medium")


def _view(
    known: Sequence[Known], dates: Sequence[Dated], audience: Audience, standing: Standing, *, counsel: bool
) -> FilingView:
    fields, held_back = seen_by(known, audience, standing)
    closed = {one.name for one in fields if _is_closed(one.name, audience, counsel=counsel)}
    return FilingView(
        audience=audience,
        fields=tuple(told_to(one, audience) for one in fields if one.name not in closed),
        dates=dates_told(dates, audience, standing),
        held_back={**held_back, **dict.fromkeys(closed, Why.COUNSEL)},
    )


def _is_closed(name: str, audience: Audience, *, counsel: bool) -> bool:
    """Whether a field lies in the compartment, which nobody but counsel sees unless counsel opened it to somebody."""
    return not counsel and audience is Audience.LAWYER and FIELDS[name] is FieldClass.COUNSEL
