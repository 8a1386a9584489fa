"""Numbers of the registry: none under five, none that can be computed, and everybody is somewhere."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.disclosure import LEAST, Mark
from cases.registry.counting import BIAS, Figure, count, figure_of, lines_of
from cases.registry.vocabulary import Basis, Status
from texts.catalogue import entries

figures = st.lists(
    st.builds(
        Figure,
        st.sampled_from(["", *map(str, Status)]),
        st.sampled_from(["", "1999", "2017", "2018", "2026"]),
        st.sampled_from(["", "Ili", "ILI", "Altay", "Kashgar"]),
        st.sampled_from([str(one) for one in Basis]),
    ),
    max_size=60,
)


@settings(max_examples=60)
@given(figures)
def test_no_small_number_is_told_and_none_can_be_had_by_subtraction(people: list[Figure]) -> None:
    counted = count(people, 2026)
    if len(people) < LEAST:
        assert (counted.total, counted.status, counted.region, lines_of(counted)) == (None, None, None, [])
        return
    assert counted.total == len(people)
    for cells in (counted.status, counted.since, counted.basis):
        shown = [cell.count for _, cell in cells or () if cell.mark is Mark.SHOWN]
        assert all(number is not None and number >= LEAST for number in shown)
        hidden = [cell for _, cell in cells or () if cell.mark is not Mark.SHOWN]
        assert len(hidden) != 1 or len(people) == sum(number or 0 for number in shown), "one gap could be computed"
    assert all(number >= LEAST for _, number in counted.region or ())
    if counted.region is not None:
        assert sum(number for _, number in counted.region) + counted.elsewhere == len(people)
        assert counted.elsewhere == 0 or counted.elsewhere >= LEAST


def test_what_counts_of_an_entry() -> None:
    values = {"status": "held", "since": "2018-03", "region": "  Ili  ", "basis": "public", "name": "Nobody Real"}
    assert figure_of(values) == Figure("held", "2018", "Ili", "public")


def test_the_file_holds_what_is_told_and_no_more() -> None:
    people = [Figure("held", "2018", "Ili", "public")] * 6 + [Figure("died", "2017", "Altay", "family")]
    told = lines_of(count(people, 2026))
    written = io.StringIO()
    csv.writer(written).writerows((one.table, one.of, one.mark, one.number) for one in told)
    assert told[0].number == 7
    assert "Altay" not in written.getvalue(), "a place of one is not even named"
    assert {one.number for one in told if one.of in ("died", "2017", "family")} <= {None}


def test_each_bias_has_words() -> None:
    assert all(f"web.registry_bias.{note}" in entries("en") for note in BIAS)
