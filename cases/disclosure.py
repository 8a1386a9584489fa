"""What of a count may be told: no cell under five, and none that can be had by reckoning, with this program at hand.

The total of a table is known: tables share it. So where a small cell is not shown, the smallest others are held back
beside it, until whatever is told fits every small cell being none, four, or anything between. That fewer withheld cells
would not have done says something too: so a table counts as possible only where less would not have been told of it
already. Whether that is so is looked up in what is told alone, never in what is hidden; so whoever has the words, the
total and this program can carry the decision out themselves, and learns nothing from it. Pure.

Two readings at different times can still be subtracted from each other; whoever publishes figures publishes whole
months, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LEAST: Final = 5
"""The smallest number that is told."""
MOST_SMALL: Final = LEAST - 1
MOST_HELD: Final = 3
"""So many large cells are held back beside the small ones; where that is not enough, the table is refused whole."""
MOST_TRIED: Final = 200
"""Ways to share what is hidden among the withheld cells that are looked at; what is not found so is not told."""


class Mark(StrEnum):
    """What stands in a cell."""

    SHOWN = "shown"
    SMALL = "small"
    """Fewer than five, none among them: which, is not told."""
    WITHHELD = "withheld"
    """Five or more, held back so that a small cell cannot be computed."""


@dataclass(frozen=True)
class Cell:
    """One cell as it may be told; ``count`` only where it is shown."""

    mark: Mark
    count: int | None = None


class Told(NamedTuple):
    """What is known of a table that is told: nothing else may decide whether it is."""

    small: int
    """How many cells are small, each between ``least`` and four."""
    least: int
    held: int
    """How many others are held back: those under ``next_``, the smallest that is shown; None where none is."""
    total: int
    """What the small and the withheld cells come to."""
    next_: int | None


def tell(counts: Sequence[int]) -> tuple[Cell, ...] | None:
    """Return the cells of a table whose total is known, as they may be told; None: it can only be refused whole."""
    small = [count for count in counts if count < LEAST]
    below = _shown_from([count for count in counts if count >= LEAST], len(small), sum(small), least=0)
    if sum(counts) < LEAST or below is None:
        return None
    return tuple(_cell(count, below) for count in counts)


def _cell(count: int, below: int) -> Cell:
    if count < LEAST:
        return Cell(Mark.SMALL)
    return Cell(Mark.WITHHELD) if count < below else Cell(Mark.SHOWN, count)


def tell_table(names: Sequence[str], counts: Mapping[str, int]) -> tuple[tuple[str, Cell], ...] | None:
    """Return the cells of a table by the names of its rows, in their order; None: it can only be refused whole."""
    cells = tell([counts.get(str(name), 0) for name in names])
    return None if cells is None else tuple(zip(map(str, names), cells, strict=True))


def tell_places(counts: Mapping[str, int]) -> tuple[tuple[tuple[str, int], ...], int] | None:
    """Return places with five or more, the largest first, and how many are elsewhere; None: too few to be told.

    A place with fewer is not even named, and as many of the smallest others with it as it takes: all of them, where a
    few are not enough. Even who knows which places have few cannot know how many. That there is nothing at a place may
    be seen: there is nobody whom that could harm.
    """
    total = sum(counts.values())
    if total < LEAST:
        return None
    few = [count for count in counts.values() if 0 < count < LEAST]
    below = _shown_from([count for count in counts.values() if count >= LEAST], len(few), sum(few), least=1)
    enough = [] if below is None else [(place, count) for place, count in counts.items() if count >= below]
    listed = sorted(enough, key=lambda one: (-one[1], one[0]))
    return tuple(listed), total - sum(count for _, count in listed)


def _shown_from(large: Sequence[int], small: int, total: int, *, least: int) -> int | None:
    """Return from which count on cells can be shown, beside so many small ones of that total; None: from none.

    Those of one count are shown or held back together: which of them came first would tell who decided.
    """
    in_order = sorted(large)
    for held in range(min(len(in_order), MOST_HELD) + 1):
        hidden, shown = in_order[:held], in_order[held:]
        if hidden and shown and hidden[-1] == shown[0]:
            continue
        if is_safe(Told(small, least, held, total + sum(hidden), shown[0] if shown else None)):
            return shown[0] if shown else total + sum(hidden) + 1
    return None


@lru_cache(maxsize=100_000)
def is_safe(told: Told) -> bool:
    """Whether each small cell may be anything from ``least`` to four, for all that is told and known of this program.

    A table that would have been told with less held back is none of those it may be.
    """
    small, least, *_ = told
    if not small:
        return told.held == 0
    missing = set(range(least, LEAST))
    for sum_ in range(small * least, small * MOST_SMALL + 1):
        may_be = {one for one in missing if (small - 1) * least <= sum_ - one <= (small - 1) * MOST_SMALL}
        if may_be and any(not _said_before(told, sum_, held) for held in _ways(told, sum_)):
            missing -= may_be
        if not missing:
            return True
    return False


def _ways(told: Told, sum_: int) -> Iterator[tuple[int, ...]]:
    """What the withheld cells may be, in order of size, if the small ones come to ``sum_``."""
    most = told.total if told.next_ is None else told.next_ - 1
    return islice(_splits(told.total - sum_, told.held, LEAST, most), MOST_TRIED)


def _said_before(told: Told, sum_: int, held: tuple[int, ...]) -> bool:
    """Whether a table would have been told with less held back than it was."""
    return any(
        is_safe(Told(told.small, told.least, fewer, sum_ + sum(held[:fewer]), held[fewer]))
        for fewer in range(len(held))
        if fewer == 0 or held[fewer - 1] < held[fewer]
    )


def _splits(total: int, parts: int, least: int, most: int) -> Iterator[tuple[int, ...]]:
    """So many numbers from ``least`` to ``most``, the smallest first, that come to ``total``."""
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(max(least, total - most * (parts - 1)), min(most, total // parts) + 1):
        for others in _splits(total - first, parts - 1, first, most):
            yield (first, *others)
