"""From the bytes of a list to fields: what was said is read, nothing is guessed, and no reason repeats a cell."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.registry.importing import RegistryError, changes_of, refuse_source
from cases.registry.listing import MappingError, Reading, read_listing
from cases.registry.vocabulary import FIELDS, FieldError, First, value_of
from tests.registry.lists import HEADER, HOW, listing, text_of


def test_what_is_mapped_is_read_and_the_rest_is_not() -> None:
    found = listing()
    assert [(line.number, line.own_id) for line in found.lines] == [(2, "17"), (3, "18"), (4, "19")]
    assert found.lines[0].values == {
        "name": "Nurlan Serikuly",
        "born": "1991",
        "region": "Ili",
        "since": "2018",
        "status": "held",
        "basis": "public",
    }
    assert found.lines[1].values["since"] == "2019-03"
    assert found.lines[1].values["status"] == "released"
    assert found.refused == ()
    assert found.told == {"name", "name_chinese", "born", "region", "status", "since", "basis"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (",Somebody,,,,,,", "it has no id of its own"),
        ("17,Somebody,,,,,,", "it has the same id as line 2"),
        ("20,,,1990,Ili,,,", "it has no name"),
        ("20,12345,,,,,,", "name: there is no letter in it"),
        ("20,Somebody,,190,Ili,,,", "born: it is no year, month or day"),
        ("20,Somebody,,1990,Ili,vanished,,", "status: it is none of held, sentenced"),
        ("20,Somebody,,1990,Ili,,2018-02-30,", "since: there is no such day"),
    ],
)
def test_a_line_that_cannot_be_taken_in_says_why_and_stops_no_other(line: str, why: str) -> None:
    found = listing("17,Nurlan Serikuly,,1991,Ili,,,", line, "21,Somebody Else,,,,,,")
    assert [one.own_id for one in found.lines] == ["17", "21"]
    (refusal,) = found.refused
    assert refusal.line == 3
    assert refusal.why.startswith(why)
    assert "Somebody" not in str(refusal)
    assert "vanished" not in str(refusal)


@pytest.mark.parametrize(
    ("how", "header", "why"),
    [
        (Reading({"id": "No", "nome": "Full name"}), HEADER, "there is no field nome"),
        (Reading({"id": "Number"}), HEADER, "id: there is no column of the heading"),
        (Reading({"name": "Full name"}), HEADER, "say by which column the source knows"),
        (Reading({"id": "No"}), HEADER, "say which column holds the name"),
        (Reading({"id": "No", "name": "Full name"}), HEADER, "say on what basis"),
        (Reading({"id": "No"}, constants={"basis": "hearsay"}), HEADER, "basis: it is none of consent, family, public"),
        (HOW, HEADER.replace("Shoe size", "No"), "id: there are several columns"),
    ],
)
def test_a_list_that_is_not_explained_is_not_read(how: Reading, header: str, why: str) -> None:
    with pytest.raises(MappingError, match=why):
        read_listing(text_of(header=header), how)


def test_an_empty_list_and_a_spreadsheet_are_refused_whole() -> None:
    with pytest.raises(MappingError, match="empty"):
        read_listing(b"", HOW)
    assert "spreadsheet" in str(read_listing(b"PK\x03\x04rest", HOW).refused[0])


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_give_lines_or_a_reason(data: bytes) -> None:
    try:
        found = read_listing(HEADER.encode() + b"\n" + data, HOW)
    except MappingError:
        return
    assert all(set(line.values) <= set(FIELDS) and all(line.values.values()) for line in found.lines)


@settings(max_examples=60)
@given(st.sampled_from(FIELDS), st.text(max_size=40))
def test_what_was_read_is_read_the_same_again(field: str, written: str) -> None:
    with suppress(FieldError):
        value = value_of(field, written)
        assert value_of(field, value) == value


@settings(max_examples=60)
@given(st.sampled_from(FIELDS), st.text(alphabet="абвгд", min_size=7, max_size=40))
def test_no_reason_repeats_what_stands_in_a_cell(field: str, written: str) -> None:
    with suppress(FieldError):
        value_of(field, written)
        return
    with pytest.raises(FieldError) as refused:
        value_of(field, written)
    assert written not in str(refused.value)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_day_is_read_however_it_is_written(on: date) -> None:
    written = (on.isoformat(), f"{on:%d.%m.%Y}", f"{on:%Y/%m/%d}")
    assert {value_of("since", one) for one in written} == {on.isoformat()}
    assert value_of("since", f"{on.day}/{on.month}/{on.year}", First.DAY) == on.isoformat()
    assert value_of("since", f"{on.month}/{on.day}/{on.year}", First.MONTH) == on.isoformat()


def test_day_and_month_are_not_taken_for_each_other() -> None:
    lines = ("20,Somebody,,,Ili,,03/04/2018,", "21,Somebody Else,,,Ili,,04/2018,")
    unsaid = listing(*lines)
    assert [str(one) for one in unsaid.refused] == [
        "line 2: since: day and month could be taken for each other; say with --dates which stands first"
    ]
    assert [one.values["since"] for one in unsaid.lines] == ["2018-04"], "a month alone is clear"
    for first, since in ((First.DAY, "2018-04-03"), (First.MONTH, "2018-03-04")):
        said = read_listing(text_of(*lines), replace(HOW, first=first))
        assert [one.values["since"] for one in said.lines] == [since, "2018-04"]
    assert read_listing(text_of("20,Somebody,,,,,25/12/2018,"), replace(HOW, first=First.MONTH)).refused


def test_what_is_read_and_what_is_not_can_be_said_before_anything_is_kept() -> None:
    found = listing()
    assert found.read == {"id": 0, "name": 1, "name_chinese": 2, "born": 3, "region": 4, "status": 5, "since": 6}
    assert found.left == ("Shoe size",)


fields = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["one", "two"]), max_size=6)


@settings(max_examples=60)
@given(stands=fields, said=fields, told=st.sets(st.sampled_from(FIELDS)))
def test_what_a_line_changes_makes_the_entry_say_what_the_line_says(
    stands: dict[str, str], said: dict[str, str], told: set[str]
) -> None:
    told |= set(said)
    changes = changes_of(stands, said, frozenset(told))
    after = {name: value for name, value in (stands | changes).items() if value}
    assert {name: value for name, value in after.items() if name in told} == said
    assert {name: value for name, value in after.items() if name not in told} == {
        name: value for name, value in stands.items() if name not in told
    }
    assert changes_of(after, said, frozenset(told)) == {}, "the same list again changes nothing"


@pytest.mark.parametrize("source", ["", "A list", "x", "-list", "список", "a" * 41])
def test_a_source_is_a_short_word(source: str) -> None:
    with pytest.raises(RegistryError):
        refuse_source(source)
