"""Who is asked, in which order, and why nobody is passed over for what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.matching import CRITERIA, Candidate, Wanted, match, zone_or_utc
from contacts.values import Role

if TYPE_CHECKING:
    from random import Random

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
ALL = frozenset(CRITERIA)
WANTED = Wanted(
    Role.LAWYER, NOW, region="KZ-ALM", language="kk", country="KZ", specialities=frozenset({"extradition", "child"})
)


def lawyer(contact_id: str = "a", **stated: Any) -> Candidate:
    return replace(Candidate(contact_id, Role.LAWYER), **stated)


def fits(candidate: Candidate, *criteria: str, wanted: Wanted = WANTED) -> bool:
    return match([candidate], wanted, frozenset(criteria)) == [candidate]


@pytest.mark.parametrize(
    ("regions", "wanted", "found"),
    [
        (("KZ-ALM",), "KZ-ALM", True),
        (("KZ",), "KZ-ALM", True),
        (("KZ-AST", "KZ-ALM"), "KZ-ALM", True),
        (("KZ-AST",), "KZ-ALM", False),
        (("TR",), "KZ-ALM", False),
        (("KZ-AST",), "KZ", True),
        (("KZ-AST",), None, True),
        ((), "KZ-ALM", False),
        ((), None, True),
    ],
)
def test_region(regions: tuple[str, ...], wanted: str | None, found: bool) -> None:
    assert fits(lawyer(regions=regions), "region", wanted=replace(WANTED, region=wanted)) == found


@pytest.mark.parametrize(
    ("country", "regions", "found"),
    [
        ("KZ", (), True),
        (None, ("KZ-AST",), True),
        ("DE", ("KZ",), True),
        ("KZ", ("TR",), True),
        (None, (), True),
        ("DE", (), False),
        (None, ("TR", "KG"), False),
    ],
)
def test_country(country: str | None, regions: tuple[str, ...], found: bool) -> None:
    one = lawyer(country=country, regions=regions)
    assert fits(one, "country") == found
    assert fits(one, "country", wanted=replace(WANTED, country=None))


@pytest.mark.parametrize(
    ("languages", "wanted", "found"),
    [
        (("ru", "kk"), "kk", True),
        (("ru",), "kk", False),
        (("kk",), "kk-Arab", True),
        (("kk-Arab",), "kk", True),
        ((), "kk", True),
        (("ru",), None, True),
    ],
)
def test_language(languages: tuple[str, ...], wanted: str | None, found: bool) -> None:
    assert fits(lawyer(languages=languages), "language", wanted=replace(WANTED, language=wanted)) == found


def test_speciality_must_be_stated() -> None:
    assert fits(lawyer(specialities=("Extradition",)), "speciality")
    assert not fits(lawyer(), "speciality")
    assert fits(lawyer(), "speciality", wanted=replace(WANTED, specialities=frozenset()))


def test_a_criterion_that_is_not_named_narrows_nothing() -> None:
    stranger = lawyer(regions=("TR",), country="TR", languages=("tr",))
    assert fits(stranger)
    assert fits(stranger, "regoin")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LAWYER])
def test_only_the_role_that_is_needed(role: Role) -> None:
    assert not fits(lawyer(role=role))


def test_nobody_with_a_conflict_of_interest() -> None:
    assert not fits(lawyer(conflicts=True))


@pytest.mark.parametrize(
    ("last_day", "zone", "may"),
    [
        (None, None, True),
        (date(2026, 3, 2), None, True),
        (date(2026, 3, 1), None, False),
        (date(2026, 3, 2), "Asia/Almaty", True),  # 23:00 there
        (date(2026, 3, 2), "Asia/Tokyo", False),  # the third of March already
        (date(2026, 3, 1), "Asia/Tokyo", False),
        (date(2026, 3, 2), "Nowhere/Nothing", True),
        (date(2026, 3, 1), "../etc", False),
    ],
)
def test_may_act_through_the_last_day_where_the_person_is(last_day: date | None, zone: str | None, may: bool) -> None:
    assert fits(lawyer(may_act_until=last_day, timezone=zone)) == may


def test_least_busy_first_then_by_id_and_the_full_last() -> None:
    busy, idle, same, full, closed = (
        lawyer("e", active_cases=3),
        lawyer("d", active_cases=1),
        lawyer("c", active_cases=1, max_active_cases=2),
        lawyer("b", active_cases=1, max_active_cases=1),
        lawyer("a", max_active_cases=0),
    )
    assert match([full, busy, closed, idle, same], WANTED, frozenset()) == [same, idle, busy, closed, full]


def test_when_all_are_full_they_are_still_asked() -> None:
    assert fits(lawyer(active_cases=9, max_active_cases=2))


def test_instants_carry_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Wanted(Role.LAWYER, NOW.replace(tzinfo=None))


CODES = st.sampled_from(["KZ", "KZ-ALM", "KZ-AST", "TR", "TR-34"])
TONGUES = st.sampled_from(["kk", "kk-Arab", "ru", "ug"])
WORDS = st.sampled_from(["asylum", "extradition"])
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        contact_id=st.uuids().map(str),
        role=st.sampled_from([Role.LAWYER, Role.LAWYER, Role.DOCTOR]),
        regions=st.lists(CODES, max_size=2).map(tuple),
        languages=st.lists(TONGUES, max_size=2).map(tuple),
        specialities=st.lists(WORDS, max_size=2).map(tuple),
        country=st.none() | st.sampled_from(["KZ", "TR"]),
        active_cases=st.integers(0, 5),
        max_active_cases=st.none() | st.integers(0, 5),
        may_act_until=st.none() | st.sampled_from([NOW.date() + timedelta(days=n) for n in (-1, 0, 1)]),
        timezone=st.none() | st.sampled_from(["Asia/Almaty", "broken"]),
        conflicts=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda candidate: candidate.contact_id,
)
NEEDS = st.builds(
    Wanted,
    role=st.just(Role.LAWYER),
    at=st.just(NOW),
    region=st.none() | CODES,
    language=st.none() | TONGUES,
    country=st.none() | st.sampled_from(["KZ", "TR"]),
    specialities=st.frozensets(WORDS, max_size=2),
)
MATCHES = st.frozensets(st.sampled_from([*CRITERIA, "typo"]))


@settings(max_examples=25)
@given(CANDIDATES, NEEDS, MATCHES, st.randoms())
def test_the_order_does_not_depend_on_the_order_they_came_in(
    candidates: list[Candidate], wanted: Wanted, criteria: frozenset[str], random: Random
) -> None:
    shuffled = random.sample(candidates, len(candidates))
    assert match(candidates, wanted, criteria) == match(iter(shuffled), wanted, criteria)


@settings(max_examples=25)
@given(CANDIDATES, NEEDS, MATCHES)
def test_everybody_found_is_allowed_and_nobody_twice(
    candidates: list[Candidate], wanted: Wanted, criteria: frozenset[str]
) -> None:
    found = match(candidates, wanted, criteria)
    assert len({one.contact_id for one in found}) == len(found)
    assert all(one in candidates and one.role is Role.LAWYER and not one.conflicts for one in found)
    keys = [(one.is_full, one.active_cases) for one in found]
    assert keys == sorted(keys)


@settings(max_examples=25)
@given(CANDIDATES, NEEDS, MATCHES, MATCHES)
def test_more_criteria_never_find_more_people(
    candidates: list[Candidate], wanted: Wanted, some: frozenset[str], others: frozenset[str]
) -> None:
    assert set(match(candidates, wanted, some | others)) <= set(match(candidates, wanted, some))


@settings(max_examples=25)
@given(CANDIDATES, MATCHES)
def test_what_the_case_does_not_know_excludes_nobody(candidates: list[Candidate], criteria: frozenset[str]) -> None:
    unknown = Wanted(Role.LAWYER, NOW)
    assert match(candidates, unknown, criteria) == match(candidates, unknown, frozenset())


@settings(max_examples=25)
@given(CANDIDATES, NEEDS, MATCHES)
def test_load_changes_the_order_only(candidates: list[Candidate], wanted: Wanted, criteria: frozenset[str]) -> None:
    idle = [replace(one, active_cases=0, max_active_cases=None) for one in candidates]
    found = {one.contact_id for one in match(candidates, wanted, criteria)}
    assert found == {one.contact_id for one in match(idle, wanted, criteria)}


@settings(max_examples=25)
@given(CANDIDATES, NEEDS)
def test_whoever_works_in_the_region_is_found_by_its_country_too(candidates: list[Candidate], wanted: Wanted) -> None:
    if wanted.region is not None:
        wanted = replace(wanted, country=wanted.region[:2])
    by_region = match(candidates, wanted, frozenset({"region"})) if wanted.region else []
    assert set(by_region) <= set(match(candidates, wanted, frozenset({"country"})))


@pytest.mark.parametrize("name", [None, "Nowhere/Land", "../secret", "Asia", ""])
def test_a_zone_that_is_none_is_utc_and_stops_no_search(name: str | None) -> None:
    assert zone_or_utc(name) is UTC


def test_a_zone_that_is_one_is_that_one() -> None:
    assert str(zone_or_utc("Asia/Almaty")) == "Asia/Almaty"
