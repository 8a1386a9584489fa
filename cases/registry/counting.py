"""What the registry comes to, in numbers: no cell under five, and none that can be computed from the others. Pure.

What is counted is what sources say of whom they know: the page says beside each table how far that is from the world.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cases.disclosure import LEAST, Cell, tell_places, tell_table
from cases.registry.vocabulary import Basis, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

YEARS: Final = 12
EARLIER, UNKNOWN = "earlier", "unknown"
BIAS: Final = ("known", "reached", "sources", "old", "twice", "small")
"""What has to be said beside the numbers: the ends of text keys."""


@dataclass(frozen=True)
class Figure:
    """What counts of one person; empty where the source does not say."""

    status: str
    since: str
    """A year."""
    region: str
    basis: str


@dataclass(frozen=True)
class Counted:
    """All that is told. A table that is None is refused: there is too little to be told."""

    total: int | None
    status: tuple[tuple[str, Cell], ...] | None
    since: tuple[tuple[str, Cell], ...] | None
    basis: tuple[tuple[str, Cell], ...] | None
    region: tuple[tuple[str, int], ...] | None
    elsewhere: int


@dataclass(frozen=True)
class Told:
    """One number as it leaves: of which table, of what, and how many where that is told."""

    table: str
    of: str
    mark: str
    number: int | None


def figure_of(values: Mapping[str, str]) -> Figure:
    """Return what counts of what stands of an entry."""
    region = " ".join(values.get("region", "").split())
    return Figure(values.get("status", ""), values.get("since", "")[:4], region, values.get("basis", ""))


def count(figures: Sequence[Figure], year: int) -> Counted:
    """Return what may be told of these people; ``year``: the current one."""
    years = tuple(str(one) for one in range(year - YEARS + 1, year + 1))
    since = Counter(_year(one.since, years) for one in figures)
    regions = Counter(one.region.casefold() or UNKNOWN for one in figures)
    spelt = {one.region.casefold(): one.region for one in figures}
    places = tell_places(regions)
    return Counted(
        total=len(figures) if len(figures) >= LEAST else None,
        status=tell_table(tuple(Status), Counter(one.status or Status.UNKNOWN for one in figures)),
        since=tell_table((EARLIER, *years, UNKNOWN), since),
        basis=tell_table(tuple(Basis), Counter(one.basis for one in figures)),
        region=None if places is None else tuple((spelt.get(place, place), number) for place, number in places[0]),
        elsewhere=0 if places is None else places[1],
    )


def _year(since: str, years: Sequence[str]) -> str:
    if not since:
        return UNKNOWN
    return since if since in years else EARLIER


def lines_of(counted: Counted) -> list[Told]:
    """Return everything that is told, in its order, for a file. What is refused has no lines."""
    if counted.total is None:
        return []
    told = [Told("total", "total", "shown", counted.total)]
    for table, cells in (("status", counted.status), ("since", counted.since), ("basis", counted.basis)):
        told += [Told(table, of, str(cell.mark), cell.count) for of, cell in cells or ()]
    told += [Told("region", place, "shown", number) for place, number in counted.region or ()]
    return [*told, Told("region", "elsewhere", "shown", counted.elsewhere)] if counted.elsewhere else told
