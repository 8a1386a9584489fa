"""May be the same person: who reads both is shown why, who reads one learns a code; nothing is said to reporters."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.access import grant_access
from cases.consent.people import enter_fact
from cases.identity.comparing import compare
from cases.identity.index import Match
from cases.identity.models import IdentitySuggestion, SamePerson
from cases.identity.records import Record
from cases.identity.suggesting import suggest
from store.eventlog import EventRow
from tests.accounts import Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.queries import counted
from tests.web.scene import Scene
from web.factory import make_app

if TYPE_CHECKING:
    from store.unit_of_work import Store

NAME, ALIKE = "Нұрлан Серікұлы", "Nurlan Serikuly"
WHY = "same name in another script"


class Two:
    """Two cases of one person, and a coordinator."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.dana: Member = join(store, "dana")
        self.first, self.second = Scene.begin(store), Scene.begin(store, "he was taken, help")
        with store.unit("test") as unit:
            enter_fact(unit, self.first.case_id, "name_native", NAME)
            enter_fact(unit, self.second.case_id, "name_latin", ALIKE)
            verdict = compare(Record(name=NAME), Record(name=ALIKE))
            suggest(unit, self.first.case_id, [Match(self.second.case_id, verdict)])
        app = make_app(store, ZONE, passwords=quick(store))
        self.browser = Browser(app.test_client()).comes_in(self.dana)

    def lets(self, scene: Scene, member: Member | None = None) -> None:
        who = (member or self.dana).contact_id
        assert who is not None
        with self.store.unit("test") as unit:
            grant_access(unit, scene.case_id, who, who, unit.now + timedelta(days=1))

    @property
    def list_path(self) -> str:
        return f"/console/case/{self.first.code}/same"

    @property
    def both_path(self) -> str:
        return f"{self.list_path}/{self.second.code}"

    def presses(self, do: str) -> int:
        return self.browser.sends(self.both_path, do=do).status_code

    def state(self) -> str:
        with self.store.read() as unit:
            return unit.session.scalars(select(IdentitySuggestion.state)).one()


@pytest.fixture
def two(quick_store: Store) -> Two:
    return Two(quick_store)


def test_the_case_page_has_a_box_and_costs_no_more(two: Two) -> None:
    two.lets(two.first)
    path = f"/console/case/{two.first.code}"
    with counted(two.store) as asked:
        page = two.browser.sees(path)
    assert 'id="same"' in page
    assert two.list_path in page
    assert two.second.code not in page
    assert asked.count <= 8, "what a look is logged by is among them"


def test_who_reads_one_learns_a_code_and_nothing_else(two: Two) -> None:
    two.lets(two.first)
    page = two.browser.sees(two.list_path)
    assert two.second.code in page
    assert WHY not in page
    assert ALIKE not in page
    two.browser.sees(two.both_path, 404)
    assert two.presses("lead") == 404
    assert two.state() == "open"


def test_who_reads_neither_finds_nothing(two: Two) -> None:
    two.browser.sees(two.list_path, 404)


def test_who_reads_both_sees_them_side_by_side_and_it_is_logged(two: Two) -> None:
    two.lets(two.first)
    two.lets(two.second)
    with counted(two.store) as asked:
        assert WHY in two.browser.sees(two.list_path)
    assert asked.count <= 8
    with counted(two.store) as asked:
        page = two.browser.sees(two.both_path)
    assert asked.count <= 8, "the two lines in the log are among them"
    assert NAME in page
    assert ALIKE in page
    with two.store.read() as unit:
        seen = set(unit.session.scalars(select(EventRow.case_id).where(EventRow.name == "CaseViewed")))
    assert seen == {two.first.case_id, two.second.case_id}


def test_no_header_of_a_request_keeps_a_look_at_both_out_of_the_log(two: Two) -> None:
    two.lets(two.first)
    two.lets(two.second)
    answer = two.browser.client.get(two.both_path, headers={"HX-Request": "true"})
    assert NAME in answer.text
    with two.store.read() as unit:
        seen = set(unit.session.scalars(select(EventRow.case_id).where(EventRow.name == "CaseViewed")))
    assert seen == {two.first.case_id, two.second.case_id}
    assert 'id="live"' not in answer.text, "an open page that asked for itself would fill the log"


def test_they_are_joined_and_parted_by_a_press(two: Two) -> None:
    two.lets(two.first)
    two.lets(two.second)
    assert two.presses("follow") == 303
    assert two.state() == "same"
    with two.store.read() as unit:
        row = unit.session.scalars(select(SamePerson)).one()
        assert (row.case_id, row.leader_id) == (two.first.case_id, two.second.case_id)
    assert "leads. Both cases keep" in two.browser.sees(two.both_path)
    assert two.presses("part") == 303
    assert two.state() == "other"


def test_two_people_are_not_asked_about_again(two: Two) -> None:
    two.lets(two.first)
    two.lets(two.second)
    assert two.presses("other") == 303
    assert two.state() == "other"
    assert 'id="same"' not in two.browser.sees(f"/console/case/{two.first.code}")


def test_a_lawyer_is_not_asked(two: Two) -> None:
    lawyer = join(two.store, "timur", "lawyer")
    two.lets(two.first, lawyer)
    two.browser.comes_in(lawyer)
    assert 'id="same"' not in two.browser.sees(f"/console/case/{two.first.code}")
    two.browser.sees(two.list_path, 403)


def test_who_is_being_forced_sees_nothing_and_changes_nothing(two: Two) -> None:
    two.lets(two.first)
    two.lets(two.second)
    two.browser.comes_in(two.dana, duress=True)
    two.browser.sees(two.list_path, 404)
    assert two.presses("lead") == 404
    assert two.state() == "open"
