"""What a paper may be made of: exactly what would leave, and what the case itself knows, with how sure that is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cases.consent.agreeing import enter_consent, release_field
from cases.consent.deciding import Known, Why
from cases.consent.models import Person
from cases.consent.people import enter_fact
from cases.consent.vocabulary import FIELDS, Audience, Authority, FieldClass
from cases.docket.correcting import take_back
from cases.docket.entering import Entry, When, enter
from cases.models import Case
from cases.verification import Basis, bear_out
from cases.views.audience import view_in
from cases.views.filing import FilingView, filing_views
from cases.views.rows import rows_of
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.base import new_id
from store.clock import ManualClock
from tests.cases.test_audience_views import value
from tests.conftest import START
from tests.quick import quick_store
from tests.web.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.unit_of_work import Store, UnitOfWork

OUTSIDE = [one for one in Audience if one is not Audience.LAWYER]
ALMATY = "Asia/Almaty"


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with quick_store(tmp_path_factory.mktemp("filing"), ManualClock(START)) as store:
        yield store


@pytest.fixture
def scene(quick: Store) -> Scene:
    """A case that is borne out, of which everything is known, and of which nobody was told anything yet."""
    scene = Scene.begin(quick)
    with quick.unit("test") as unit:
        bear_out(unit, scene.case_id, Basis.DOCUMENT, "an order that was seen")
        for name in FIELDS:
            enter_fact(unit, scene.case_id, name, value(name), source="her sister", confidence="high")
        enter(unit, scene.case_id, Entry("weak_signal", When(unit.now - timedelta(days=2))), zone=ALMATY)
        enter(unit, scene.case_id, Entry("administrative_arrest", When(unit.now - timedelta(days=1))), zone=ALMATY)
        wrong = enter(unit, scene.case_id, Entry("transferred", When(unit.now)), zone=ALMATY)
    with quick.unit("test") as unit:
        take_back(unit, scene.case_id, wrong.id)
    return scene


def agrees(unit: UnitOfWork, scene: Scene, *audiences: Audience, kinds: tuple[FieldClass, ...]) -> None:
    for audience in audiences:
        enter_consent(unit, scene.case_id, audience, kinds, granted=True, authority=Authority.PERSON, how="in a call")


def views(scene: Scene, *, counsel: bool = False) -> dict[Audience, FilingView]:
    with scene.store.read() as unit:
        return filing_views(unit, rows_of(unit, unit.session.get_one(Case, scene.case_id)), counsel=counsel)


@pytest.mark.parametrize("minor", ["yes", "no"])
@pytest.mark.parametrize("kinds", [(), (FieldClass.CUSTODY,), (FieldClass.PROCEEDINGS,), tuple(FieldClass)])
def test_no_paper_holds_more_or_less_than_would_leave(scene: Scene, minor: str, kinds: tuple[FieldClass, ...]) -> None:
    with scene.store.unit("test") as unit:
        enter_fact(unit, scene.case_id, "minor", minor)
        agrees(unit, scene, *OUTSIDE, kinds=kinds)
        counsel = put_contact(unit, ContactCard("Dana", Role.LAWYER))
        release_field(unit, scene.case_id, "torture", Audience.UN, counsel)
    papers = views(scene)
    assert set(papers) == set(Audience)
    with scene.store.read() as unit:
        rows = rows_of(unit, unit.session.get_one(Case, scene.case_id))
        for audience in OUTSIDE:
            leaves = view_in(unit, rows, audience)
            paper = papers[audience]
            assert paper.audience is audience
            assert [(one.name, one.value) for one in paper.fields] == [(one.name, one.value) for one in leaves.fields]
            assert paper.dates == leaves.dates
            assert paper.held_back == leaves.held_back


def test_what_a_paper_is_made_of_comes_with_who_said_it_and_how_sure_they_are(scene: Scene) -> None:
    fields = {one.name: one for one in views(scene, counsel=True)[Audience.LAWYER].fields}
    assert list(fields) == list(FIELDS)
    assert fields["place"] == Known("place", value("place"), "her sister", "high")


def test_dates_are_for_whoever_may_know_of_the_proceedings_and_only_what_stands(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        agrees(unit, scene, Audience.UNHCR, Audience.NGO, kinds=(FieldClass.PROCEEDINGS,))
        agrees(unit, scene, Audience.UN, kinds=(FieldClass.CUSTODY,))
    told = {audience: [date.event for date in view.dates] for audience, view in views(scene).items() if view.dates}
    assert told == {
        Audience.LAWYER: ["weak_signal", "administrative_arrest"],
        Audience.UNHCR: ["administrative_arrest"],
    }


@pytest.mark.parametrize("counsel", [False, True])
def test_the_compartment_is_open_to_counsel_and_to_whom_counsel_opened_it(scene: Scene, counsel: bool) -> None:
    compartment = {name for name, kind in FIELDS.items() if kind is FieldClass.COUNSEL}
    with scene.store.unit("test") as unit:
        agrees(unit, scene, Audience.UN, kinds=tuple(FieldClass))
        dana = put_contact(unit, ContactCard("Dana", Role.LAWYER))
        release_field(unit, scene.case_id, "torture", Audience.UN, dana)
    papers = views(scene, counsel=counsel)
    own = papers[Audience.LAWYER]
    assert {one.name for one in own.fields} & compartment == (compartment if counsel else set())
    assert own.held_back == ({} if counsel else dict.fromkeys(compartment, Why.COUNSEL))
    assert {one.name for one in papers[Audience.UN].fields} & compartment == {"torture"}


def test_what_the_case_itself_knows_fills_in_what_nobody_entered(quick: Store) -> None:
    """Of a group it was said which State they fear: of each of them that is a guess, and marked as one."""
    scene = Scene.begin(quick)
    with quick.unit("test") as unit:
        case = unit.session.get_one(Case, scene.case_id)
        case.jurisdiction, case.region, case.threatened_state = "KZ", "KZ-ALM", "CN"
    assert views(scene)[Audience.LAWYER].fields == (
        Known("country", "KZ", "", "medium"),
        Known("region", "KZ-ALM", "", "medium"),
        Known("feared_state", "CN", "", "low"),
    )
    with quick.unit("test") as unit:
        enter_fact(unit, scene.case_id, "feared_state", "RU", confidence="high")
        unit.session.get_one(Case, scene.case_id).region = None
    assert views(scene)[Audience.LAWYER].fields == (
        Known("feared_state", "RU", "", "high"),
        Known("country", "KZ", "", "medium"),
    )


def test_of_somebody_else_in_the_same_case_nothing_leaves_by_the_words_of_the_first(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        agrees(unit, scene, *OUTSIDE, kinds=tuple(FieldClass))
        counsel = put_contact(unit, ContactCard("Dana", Role.LAWYER))
        release_field(unit, scene.case_id, "torture", Audience.UN, counsel)
        enter_fact(unit, scene.case_id, "minor", "yes")
        unit.session.add(Person(id=new_id(), case_id=scene.case_id, number=0, created_at=START))
    papers = views(scene)
    for audience in OUTSIDE:
        known = {*(one.name for one in papers[audience].fields), *papers[audience].held_back}
        assert known == {"country"}, "which the case itself knows"
        assert papers[audience].dates == ()
    assert [one.source for one in papers[Audience.LAWYER].fields] == [""]
    with scene.store.read() as unit:
        rows = rows_of(unit, unit.session.get_one(Case, scene.case_id))
        assert view_in(unit, rows, Audience.UNHCR).fields == ()
