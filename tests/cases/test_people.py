"""What is known of a person: entered field by field, corrected, taken back, and never overwritten unseen."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from cases.changed import ChangedMeanwhileError
from cases.consent.deciding import Known
from cases.consent.errors import ConsentError
from cases.consent.models import Fact, Person
from cases.consent.people import (
    enter_fact,
    facts_of,
    known_of,
    known_person,
    mark_guardian,
    person_of,
    standing_fact,
    take_fact_back,
)
from cases.consent.vocabulary import FIELDS
from store.base import new_id
from store.clock import ManualClock
from store.eventlog import EventRow
from tests.cases.test_audience_views import value
from tests.conftest import START
from tests.quick import quick_store
from tests.web.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.unit_of_work import Store


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with quick_store(tmp_path_factory.mktemp("people"), ManualClock(START)) as store:
        yield store


@pytest.fixture
def scene(quick: Store) -> Scene:
    other, scene = Scene.begin(quick), Scene.begin(quick)
    with quick.unit("test") as unit:  # somebody else's: of it nothing is meant
        enter_fact(unit, other.case_id, "place", "another centre")
    return scene


def happened(scene: Scene) -> list[tuple[str, dict[str, Any]]]:
    """What was entered of a person, without the report they came with."""
    with scene.store.read() as unit:
        rows = unit.session.scalars(
            select(EventRow).where(EventRow.case_id == scene.case_id).order_by(EventRow.position)
        )
        return [(row.name, row.payload) for row in rows if row.name != "ReportReceived"]


def test_a_case_is_about_one_person_who_is_written_down_once(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        assert known_person(unit, scene.case_id) is None
        person = person_of(unit, scene.case_id)
        assert (person.case_id, person.number, person.created_at) == (scene.case_id, 1, START)
    with scene.store.unit("test") as unit:
        assert person_of(unit, scene.case_id).id == person.id
        unit.session.add(Person(id=new_id(), case_id=scene.case_id, number=2, created_at=START))
        unit.session.flush()
        again = known_person(unit, scene.case_id)
        assert again is not None
        assert again.id == person.id, "of several the first"


def test_that_a_guardian_has_a_part_in_it_is_noted_and_taken_back_once_each(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        person = person_of(unit, scene.case_id)
        said = [mark_guardian(unit, scene.case_id, implicated=one) for one in (False, True, True, False, False)]
        assert said == [False, True, False, True, False]
        assert person.guardian_implicated is False
    assert happened(scene) == [
        ("GuardianMarked", {"person_id": str(person.id), "implicated": one}) for one in ("yes", "no")
    ]


def test_what_one_source_says_twice_is_one_fact_and_what_changes_takes_its_place(scene: Scene) -> None:
    with scene.store.unit("contact:aigerim") as unit:
        first = enter_fact(unit, scene.case_id, "place", " Centre 1 ", source=" her sister ")
        assert enter_fact(unit, scene.case_id, "place", "Centre 1", source="her sister", confidence="medium") == first
        row = unit.session.get_one(Fact, first)
        assert (row.field, row.state, row.entered_by, row.entered_at) == ("place", "standing", "contact:aigerim", START)
        assert known_of(unit, row) == Known("place", "Centre 1", "her sister", "medium")
        changed = [first]
        for text, source, confidence in (
            ("Centre 2", "her sister", "medium"),
            ("Centre 2", "a lawyer", "medium"),
            ("Centre 2", "a lawyer", "high"),
        ):
            changed.append(enter_fact(unit, scene.case_id, "place", text, source=source, confidence=confidence))
        assert len(set(changed)) == 4
        (stands,) = facts_of(unit, person_of(unit, scene.case_id).id)
        assert stands.id == changed[-1]
        assert [unit.session.get_one(Fact, one).state for one in changed] == [*["superseded"] * 3, "standing"]
        assert known_of(unit, unit.session.get_one(Fact, first)).value == "Centre 1", "it stays in the history"
    told: list[tuple[str, dict[str, str]]] = [("FactEntered", {"fact_id": str(first), "field": "place"})]
    for before, after in itertools.pairwise(changed):
        told += [
            ("FactSuperseded", {"fact_id": str(before), "field": "place"}),
            ("FactEntered", {"fact_id": str(after), "field": "place"}),
        ]
    assert happened(scene) == told


def test_how_sure_somebody_is_has_three_words(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        for sure in ("low", "medium", "high"):
            enter_fact(unit, scene.case_id, "place", "Centre 1", confidence=sure)
        with pytest.raises(ConsentError, match="low, medium, high"):
            enter_fact(unit, scene.case_id, "place", "Centre 1", confidence="certain")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(scene: Scene) -> None:
    """Two have the form open; whoever sends it second is told what stands now, and chooses."""
    with scene.store.unit("test") as unit:
        first = enter_fact(unit, scene.case_id, "place", "Centre 1", seen=None)
        with pytest.raises(ChangedMeanwhileError) as refused:
            enter_fact(unit, scene.case_id, "place", "Centre 2", seen=None)
        assert refused.value.stands == first
        assert enter_fact(unit, scene.case_id, "place", "Centre 1", seen=None) == first, "they say the same"
        second = enter_fact(unit, scene.case_id, "place", "Centre 2", seen=first)
        third = enter_fact(unit, scene.case_id, "place", "Centre 3")
        with pytest.raises(ChangedMeanwhileError):
            enter_fact(unit, scene.case_id, "place", "Centre 4", seen=second)
        stands = standing_fact(unit, scene.case_id, "place")
        assert stands is not None
        assert stands.id == third
        take_fact_back(unit, scene.case_id, "place")
        with pytest.raises(ChangedMeanwhileError) as refused:
            enter_fact(unit, scene.case_id, "place", "Centre 4", seen=third)
        assert refused.value.stands is None


def test_what_is_taken_back_stands_no_longer_and_other_fields_do(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        enter_fact(unit, scene.case_id, "agency", "police")
        fact = enter_fact(unit, scene.case_id, "place", "Centre 1")
        assert take_fact_back(unit, scene.case_id, "place") is True
        assert take_fact_back(unit, scene.case_id, "place") is False
        assert standing_fact(unit, scene.case_id, "place") is None
        assert standing_fact(unit, scene.case_id, "agency") is not None
        with pytest.raises(ConsentError, match="no such field"):
            take_fact_back(unit, scene.case_id, "colour")
    assert happened(scene)[-1] == ("FactSuperseded", {"fact_id": str(fact), "field": "place"})


def test_facts_are_told_in_the_order_of_the_vocabulary(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        for name in sorted(FIELDS, reverse=True):
            enter_fact(unit, scene.case_id, name, value(name))
        assert [one.field for one in facts_of(unit, person_of(unit, scene.case_id).id)] == list(FIELDS)
