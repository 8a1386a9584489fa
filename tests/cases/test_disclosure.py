"""No cell under five is told, and none can be had from what is told, by subtraction or by knowing the program."""

from __future__ import annotations

import itertools
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.disclosure import LEAST, MOST_SMALL, Cell, Mark, Told, is_safe, tell, tell_places, tell_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=14)
SHOWN, SMALL, WITHHELD = Mark.SHOWN, Mark.SMALL, Mark.WITHHELD


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([5], [Cell(SHOWN, 5)]),
        ([9, 12, 30], [Cell(SHOWN, 9), Cell(SHOWN, 12), Cell(SHOWN, 30)]),
        ([3, 12, 30], [Cell(SMALL), Cell(WITHHELD), Cell(SHOWN, 30)]),
        ([0, 12, 30], [Cell(SMALL), Cell(WITHHELD), Cell(SHOWN, 30)]),
        ([0, 5, 9, 9], [Cell(SMALL), Cell(WITHHELD), Cell(WITHHELD), Cell(WITHHELD)]),  # two alike go together
        ([2, 3, 2, 30], [Cell(SMALL), Cell(SMALL), Cell(SMALL), Cell(SHOWN, 30)]),
        ([4, 4, 9, 30], [Cell(SMALL), Cell(SMALL), Cell(WITHHELD), Cell(SHOWN, 30)]),
    ],
)
def test_what_is_held_back_beside_a_small_cell(counts: list[int], told: list[Cell]) -> None:
    assert tell(counts) == tuple(told)


def test_a_table_is_told_by_the_names_of_its_rows_and_whole_or_not_at_all() -> None:
    """A row of which nothing was counted is none, and stands there as every small one does."""
    assert tell_table(["held", "gone", "home"], {"gone": 30, "held": 12}) == (
        ("held", Cell(WITHHELD)),
        ("gone", Cell(SHOWN, 30)),
        ("home", Cell(SMALL)),
    )
    assert tell_table(["held", "home"], {"held": 5}) is None
    told = tell([0, 0, 0, 0, 0, 30])
    assert told is not None
    assert tell_table("abcdef", {"f": 30}) == tuple(zip("abcdef", told, strict=True))


@pytest.mark.parametrize("counts", [[4, 7, 7, 7, 7], [1, 6, 6, 6, 6, 30], [0, 9, 9, 9, 9, 40]])
def test_where_four_would_have_to_be_held_back_the_table_is_refused(counts: list[int]) -> None:
    """It would be safe. But of a table with so much held back little is left, and each more makes it slower to know."""
    assert is_safe(Told(1, 0, 4, counts[0] + 4 * counts[1], counts[5] if len(counts) > 5 else None))
    assert tell(counts) is None


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


@settings(deadline=None)
@given(COUNTS)
@example([4, 7, 7, 7, 7])
@example([4, 10, 6, 6, 6, 6])  # of an earlier release: it could be computed by whoever knew the program
def test_of_each_small_cell_every_number_would_have_been_told_in_the_same_words(counts: list[int]) -> None:
    """So whoever knows the total, the words and the program cannot know it."""
    told = tell(counts)
    for place in range(len(counts)):
        if told is not None and told[place].mark is SMALL:
            for number in range(LEAST):
                assert any(tell(other) == told for other in others(counts, told, place, number)), (place, number)


def others(counts: Sequence[int], told: Sequence[Cell], place: int, number: int) -> Iterator[list[int]]:
    """Tables of the same total and the same shown cells, in which one small cell is that number."""
    small = [one for one, cell in enumerate(told) if cell.mark is SMALL and one != place]
    held = [one for one, cell in enumerate(told) if cell.mark is WITHHELD]
    hidden = sum(counts[one] for one in (place, *small, *held)) - number
    for sum_ in range(len(small) * MOST_SMALL + 1):
        for split in itertools.islice(splits(hidden - sum_, len(held), LEAST), 5_000):
            other = list(counts)
            for one, count in zip([place, *small, *held], [number, *spread(sum_, len(small)), *split], strict=True):
                other[one] = count
            yield other


def spread(total: int, parts: int) -> list[int]:
    """So many small numbers that add up to ``total``."""
    return [min(MOST_SMALL, max(0, total - MOST_SMALL * one)) for one in range(parts)]


def splits(total: int, parts: int, least: int) -> Iterator[list[int]]:
    """So many numbers, none under ``least``, the smallest first, that add up to ``total``."""
    if parts == 0:
        yield from [[]] if total == 0 else []
        return
    for first in [total] if parts == 1 else range(least, total // parts + 1):
        if first >= least:
            for later in splits(total - first, parts - 1, first):
                yield [first, *later]


SMALL_TABLES = [(2, 40), (3, 26), (4, 16), (5, 12)]
"""Cells of a table, and the largest total: as many tables as are looked at in a few seconds."""


@pytest.mark.parametrize(("cells", "most"), SMALL_TABLES)
def test_of_all_small_tables_each_small_cell_of_each_may_be_none_to_four(cells: int, most: int) -> None:
    """Every table there is, by what is told of it: within what looks alike, each small cell is every small number.

    Of one that is refused whole, of which not even the marks are told, each cell may be none, and may be five or more.
    """
    alike = defaultdict(list)
    for counts in itertools.product(range(most + 1), repeat=cells):
        if LEAST <= sum(counts) <= most:
            alike[sum(counts), tell(counts)].append(counts)
    for (_, told), tables in alike.items():
        for place in range(cells):
            possible = {counts[place] for counts in tables}
            if told is None:
                assert min(possible) == 0, tables
                assert max(possible) >= LEAST, tables
            elif told[place].mark is SMALL:
                assert possible == set(range(LEAST)), tables


@pytest.mark.parametrize(("small", "held"), [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (3, 0), (3, 1)])
@pytest.mark.parametrize("least", [0, 1])
def test_what_is_told_is_what_the_rule_says_no_less_and_no_more(small: int, held: int, least: int) -> None:
    """The rule again, by every table that fits what is told, one by one: sums and bounds are a shorter way to it."""
    for total, next_ in itertools.product(range(36 if held > 1 else 21), (None, 5, 6, 7, 9, 12, 16)):
        told = Told(small, least, held, total, next_)
        assert is_safe(told) == is_safe_by_every_table(told), told


@cache
def is_safe_by_every_table(told: Told) -> bool:
    if told.small == 0:
        return told.held == 0
    most = told.total if told.next_ is None else told.next_ - 1
    fitting = {
        small[0]
        for small in itertools.product(range(told.least, LEAST), repeat=told.small)
        for held in itertools.combinations_with_replacement(range(LEAST, most + 1), told.held)
        if sum(small) + sum(held) == told.total and not any(told_with_less(told, sum(small), held))
    }
    return fitting == set(range(told.least, LEAST))


def told_with_less(told: Told, small: int, held: tuple[int, ...]) -> Iterator[bool]:
    """For each smaller number of withheld cells, but where two are alike, whether they would have been enough."""
    for fewer, next_ in enumerate(held):
        if next_ not in held[:fewer]:
            yield is_safe_by_every_table(told._replace(held=fewer, total=small + sum(held[:fewer]), next_=next_))


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"KZ-ALM": 30, "KZ-AKT": 12}, ((("KZ-ALM", 30), ("KZ-AKT", 12)), 0)),
        ({"KZ-ALM": 30, "KZ-VOS": 12, "KZ-AKT": 12}, ((("KZ-ALM", 30), ("KZ-AKT", 12), ("KZ-VOS", 12)), 0)),
        ({"KZ-ALM": 30, "KZ-AKT": 12, "KZ-VOS": 1}, ((("KZ-ALM", 30),), 13)),
        ({"KZ-ALM": 30, "KZ-AKT": 2, "KZ-VOS": 1, "KZ-ZHE": 3}, ((("KZ-ALM", 30),), 6)),
        ({"KZ-ALM": 30, "KZ-AKT": 2, "KZ-VOS": 1, "KZ-ZHE": 2}, ((), 35)),  # none of the three could be four
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


@pytest.mark.parametrize(("cells", "most"), SMALL_TABLES)
def test_of_all_small_maps_none_gives_a_place_with_few_away(cells: int, most: int) -> None:
    """Not to somebody who knows which places have few, nor, where no place is listed, to who knows them all."""
    alike = defaultdict(list)
    for counts in itertools.product(range(most + 1), repeat=cells):
        if LEAST <= sum(counts) <= most:
            alike[sum(counts), tell_places({str(place): count for place, count in enumerate(counts)})].append(counts)
    for (_, told), maps in alike.items():
        assert told is not None
        hidden = set(range(cells)) - {int(name) for name, _ in told[0]}
        if not told[0]:
            assert all(len({counts[place] for counts in maps}) > 1 for place in hidden), maps
            continue
        by_few = defaultdict(list)
        for counts in maps:
            by_few[tuple(place for place in sorted(hidden) if 0 < counts[place] < LEAST)].append(counts)
        for few, known in by_few.items():
            assert all({counts[place] for counts in known} == set(range(1, LEAST)) for place in few), known
