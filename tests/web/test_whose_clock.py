"""By whose clock times are: the console says it once a page, and names a city only where another clock is meant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cases.docket.entering import Entry, When, enter
from cases.models import Case
from contacts.models import Contact
from tests.accounts import Browser, join, quick
from tests.web.conftest import ZONE
from tests.web.house import words
from web.factory import make_app
from web.words import Words

if TYPE_CHECKING:
    from tests.web.scene import Scene

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def test_a_page_says_it_once_and_a_case_elsewhere_has_its_own_hour_beside(scene: Scene) -> None:
    store, member = scene.store, join(scene.store, "Aigerim")
    scene.helper("Aigerim")
    with store.unit("test") as unit:
        unit.session.get_one(Case, scene.case_id).timezone = "Europe/Istanbul"
        enter(
            unit, scene.case_id, Entry("hearing_scheduled", When(unit.now), appointed_at=NOON), zone="Europe/Istanbul"
        )
    browser = Browser(make_app(store, ZONE, passwords=quick(store)).test_client()).comes_in(member)
    board, case = (words(browser.sees(path)) for path in ("/console", f"/console/case/{scene.code}"))
    assert board.count("Times: Almaty") == case.count("Times: Almaty") == 1
    assert "(Almaty)" not in board
    assert "5 March 2026, 17:00 · there 15:00 (Istanbul)" in board


def test_it_is_the_clock_of_who_reads(scene: Scene) -> None:
    store, member = scene.store, join(scene.store, "Aigerim")
    with store.unit("test") as unit:
        unit.session.get_one(Contact, member.contact_id).timezone = "Europe/Berlin"
    browser = Browser(make_app(store, ZONE, passwords=quick(store)).test_client()).comes_in(member)
    assert "Times: Berlin" in words(browser.sees("/console/account"))


def test_who_sees_no_header_is_told_the_city_each_time() -> None:
    assert Words("en", ZONE).at(NOON) == "5 March 2026, 17:00 (Almaty)"


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        (None, "5 March 2026, 17:00"),
        (ZONE, "5 March 2026, 17:00"),
        ("Asia/Tashkent", "5 March 2026, 17:00"),
        ("Europe/Istanbul", "5 March 2026, 15:00 (Istanbul)"),
    ],
)
def test_a_city_is_named_where_its_clock_shows_another_hour(zone: str | None, told: str) -> None:
    assert Words("en", ZONE, says_whose_clock=True).at(NOON, zone) == told


def test_the_day_there_is_told_where_it_is_another() -> None:
    said = Words("en", ZONE, says_whose_clock=True)
    assert said.there(NOON, "Europe/Istanbul") == "15:00 (Istanbul)"
    assert said.there(NOON, "Pacific/Auckland") == "6 March 2026, 01:00 (Auckland)"
