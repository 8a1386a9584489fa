"""What the work has come to: true to the rows, silent about the few, the same on the page and in the files."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.models import Need
from alerts.screens.numbers import CaseFigure, months_until, numbers_of
from cases.disclosure import LEAST, Mark
from cases.docket.entering import Entry, When, enter
from cases.models import Case
from cases.retention import ErasedCase, close_case
from store.base import new_id
from tests.accounts import Browser, join, quick
from tests.web.conftest import ZONE
from tests.web.queries import counted
from tests.web.scene import Scene
from tests.web.test_console import seek
from web.factory import make_app
from web.pictures.charts import Point, bars, line

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store

PAGE = "/console/numbers"
MONTHS = months_until(datetime(2026, 3, 9, tzinfo=UTC), ZONE)


@pytest.fixture
def browser(quick_store: Store) -> Browser:
    return Browser(make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client())


def figure(month: str = "2026-03", region: str = "KZ-ALM", **took: int) -> CaseFigure:
    return CaseFigure(
        month, "reported", "held", region, {name: timedelta(minutes=minutes) for name, minutes in took.items()}
    )


def a_month_of_work(store: Store, clock: ManualClock, count: int = 12, region: str = "KZ-ALM") -> None:
    """So many cases; a human has each after as many minutes as there were before."""
    for number in range(count):
        scene = Scene.begin(store, f"they took number {number}")
        need = seek(scene, "lawyer" if number % 2 else "coordinator")
        helper = scene.helper(f"Helper {number}", "observer", accepts=False)
        clock.advance(timedelta(minutes=number))
        with store.unit("test") as unit:
            unit.session.get_one(Case, scene.case_id).region = region
            row = unit.session.get_one(Need, need.id)
            row.state, row.accepted_by = "accepted", helper
            row.accepted_at = row.first_accepted_at = unit.now
            enter(unit, scene.case_id, Entry("administrative_arrest", When(unit.now)), zone=ZONE)


def test_the_last_twelve_months_by_the_teams_clock() -> None:
    assert MONTHS[-1] == "2026-03"
    assert MONTHS[0] == "2025-04"
    assert months_until(datetime(2026, 2, 28, 20, tzinfo=UTC), ZONE)[-1] == "2026-03", "in Almaty it is March"


def test_medians_are_of_five_and_more_and_the_ninetieth_of_ten() -> None:
    few = numbers_of([figure(human=minutes) for minutes in (1, 2, 3, 4)], MONTHS)
    assert (few.speeds["human"][0].median, few.speeds["human"][0].p90) == (None, None)
    five = numbers_of([figure(human=minutes) for minutes in (1, 2, 3, 4, 50)], MONTHS)
    assert (five.speeds["human"][0].median, five.speeds["human"][0].p90) == (3, None)
    ten = numbers_of([figure("2026-02", human=minutes) for minutes in range(1, 11)], MONTHS)
    assert (ten.speeds["human"][0].median, ten.speeds["human"][0].p90) == (6, 9)
    assert {one.month for one in ten.speeds["human"] if one.median is not None} == {None, "2026-02"}
    assert all(one.median is None for one in ten.speeds["lawyer"])


@given(st.lists(st.builds(figure, st.sampled_from([*MONTHS, "2019-01"]), st.sampled_from(["KZ-ALM", "KZ-AKT", "TR"]))))
def test_no_number_under_five_is_told_of_any_cases(figures: list[CaseFigure]) -> None:
    numbers = numbers_of(figures, MONTHS)
    told = [numbers.total, *(count for _, count in numbers.places or ()), numbers.elsewhere or None]
    for table in (numbers.months, numbers.states, numbers.custody):
        told += [cell.count for _, cell in table or ()]
        marks = [cell.mark for _, cell in table or ()]
        assert sum(mark is not Mark.SHOWN for mark in marks) != 1
    assert all(one is None or one >= LEAST for one in told)


def test_the_page_its_csv_and_its_json_say_the_same(quick_store: Store, browser: Browser, clock: ManualClock) -> None:
    a_month_of_work(quick_store, clock)
    browser.comes_in(join(quick_store, "Aigerim"))
    page = browser.sees(PAGE)
    rows = list(csv.DictReader(io.StringIO(browser.client.get(f"{PAGE}.csv").data.decode("utf-8-sig"))))
    data = json.loads(browser.client.get(f"{PAGE}.json").data)
    assert [(one["table"], one["key"], one["shown"]) for one in rows] == [
        (one["table"], one["key"], one["words"]) for one in data
    ]
    by = {(one["table"], one["key"]): one for one in data}
    assert by["total", "total"]["number"] == 12
    assert by["places", "KZ-ALM"]["number"] == 12
    assert by["states", "reported"]["words"] == "5 or more, held back", "or that there are no others would be told"
    assert by["states", "confirmed"]["words"] == "< 5"
    assert by["human.median", "all"]["number"] == 6
    assert by["human.p90", "all"]["number"] == 10
    for one in data:
        assert one["words"].replace("<", "&lt;") in page, one


def test_few_are_refused_in_words(quick_store: Store, browser: Browser, clock: ManualClock) -> None:
    a_month_of_work(quick_store, clock, 4)
    browser.comes_in(join(quick_store, "Aigerim"))
    page = browser.sees(PAGE)
    assert "Fewer than five cases so far" in page
    assert "What these figures cannot say" in page
    assert browser.client.get(f"{PAGE}.json").json == []


def test_what_was_no_case_or_a_trap_does_not_count_and_what_was_erased_does(
    quick_store: Store, browser: Browser, clock: ManualClock
) -> None:
    a_month_of_work(quick_store, clock, 6)
    none, trap = Scene.begin(quick_store, "hello"), Scene.begin(quick_store, "a trap")
    with quick_store.unit("test") as unit:
        close_case(unit, none.case_id, by="test", note="nothing", no_case=True)
        unit.session.get_one(Case, trap.case_id).hostile_at = unit.now
        for number, no_case in enumerate((False, False, True)):
            row = ErasedCase(case_id=new_id(), code=f"K7M-4T{number + 2}", jurisdiction="KZ", language="en")
            row.state, row.no_case, row.opened_in, row.reports = "confirmed", no_case, "2025-06", 1
            row.erased_at, row.erased_by = unit.now, "test"
            unit.session.add(row)
    browser.comes_in(join(quick_store, "Aigerim"))
    data = json.loads(browser.client.get(f"{PAGE}.json").data)
    assert next(one["number"] for one in data if one["table"] == "total") == 8


def test_a_region_is_no_formula(quick_store: Store, browser: Browser, clock: ManualClock) -> None:
    a_month_of_work(quick_store, clock, 6, region="=1+1")
    browser.comes_in(join(quick_store, "Aigerim"))
    written = browser.client.get(f"{PAGE}.csv").data.decode("utf-8-sig")
    assert "'=1+1" in written
    assert ",=1+1" not in written


def test_many_cases_take_no_more_statements(quick_store: Store, browser: Browser, clock: ManualClock) -> None:
    aigerim = join(quick_store, "Aigerim")
    asked = []
    for more in (6, 30):
        a_month_of_work(quick_store, clock, more)
        browser.comes_in(aigerim).sees(PAGE)
        with counted(quick_store) as found:
            browser.sees(PAGE)
        asked.append(found.count)
    assert asked[0] == asked[1] <= 8


def test_who_is_forced_has_no_numbers(quick_store: Store, browser: Browser, clock: ManualClock) -> None:
    a_month_of_work(quick_store, clock, 8)
    browser.comes_in(join(quick_store, "Aigerim"), duress=True)
    assert "Fewer than five cases so far" in browser.sees(PAGE)
    assert browser.client.get(f"{PAGE}.json").json == []


@given(
    st.lists(st.builds(Point, st.text(max_size=40), st.none() | st.floats(0, 1e6), st.text(max_size=20)), max_size=13),
    st.booleans(),
)
def test_charts_are_pictures_with_words(points: list[Point], mirrored: bool) -> None:
    points = [Point(_xml(one.name), one.value, _xml(one.words)) for one in points]
    for draw in (bars, line):
        drawn = draw("c", "<b>Title</b>", "what & how", points, right_to_left=mirrored)
        root = ET.fromstring(str(drawn))  # noqa: S314  our own
        assert root.get("role") == "img"
        assert root.findtext("title") == "<b>Title</b>"
        assert root.findtext("desc") == "what & how"
        assert "style" not in str(drawn).replace("what", "")
        for one in root.iter():
            for name in ("x", "cx", "x1", "x2"):
                assert 0 <= float(one.get(name, "0")) <= 400.1


def _xml(text: str) -> str:
    """What may stand in XML."""
    return "".join(one for one in text if one.isprintable() and ord(one) < 0xD800)
