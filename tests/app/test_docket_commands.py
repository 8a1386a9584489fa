"""``event`` and ``deadlines``, as an operator types them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.settings import read_settings
from app.wiring import build
from cases.intake import open_case
from cases.models import Case

if TYPE_CHECKING:
    from tests.app.conftest import Panah


@pytest.fixture
def code(ready: Panah) -> str:
    house = build(read_settings(ready.environment))
    with house.store.unit("test") as unit:
        code = open_case(unit, language="en").code
    house.store.engine.dispose()
    return code


def clocks(panah: Panah, *arguments: str) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = json.loads(panah.does("deadlines", *arguments, "--json"))
    return shown


PLACE = ("--jurisdiction", "kz", "--timezone", "Asia/Almaty")


def test_what_is_entered_sets_clocks_that_say_how_they_were_counted(ready: Panah, code: str) -> None:
    received = ("extradition_decision_copy_received", "--at", "2026-02-10", "--or-at", "2026-01-29")
    ready.does("event", "add", code, *received, "--source", "the detained person", *PLACE)
    (appeal,) = [one for one in clocks(ready, code) if one["rule"] == "kz.cpc.extr.decision_appeal_10d"]
    assert (appeal["safe_on"], appeal["arguable_on"], appeal["missed"]) == ("2026-02-05", "2026-02-09", True)
    assert appeal["verified"] is False
    said = ready.does("deadlines", code, "--why")
    assert "UNVERIFIED" in said
    assert "SAFE: 2026-02-05 (Thursday)" in said
    assert "ARGUABLE, as a fallback only: 2026-02-09 (Monday)" in said
    assert appeal["edition"] in said
    assert "the detained person" not in said, "sources of events stay in the case"


def test_how_long_one_could_argue_is_not_shown_before_the_safe_date_has_passed(ready: Panah, code: str) -> None:
    ready.does("event", "add", code, "extradition_decision_copy_received", "--at", "2031-01-29", *PLACE)
    (appeal,) = clocks(ready, code)
    assert (appeal["safe_on"], appeal["safe_passed"], appeal["missed"]) == ("2031-02-05", False, False)
    assert appeal["arguable_on"] > appeal["safe_on"], "data holds everything"
    assert "arguable" not in ready.does("deadlines", code)
    assert "ARGUABLE" in ready.does("deadlines", code, "--why")
    ready.does("event", "add", code, "extradition_decision_copy_received", "--at", "2026-01-29")
    assert "  safe 2026-02-05T23:59+05:00  arguable 2026-02-09T23:59+05:00  " in ready.does("deadlines", code)


def test_beside_each_date_stands_how_sure_it_is(ready: Panah, code: str) -> None:
    ready.does("event", "add", code, "extradition_decision_copy_received", "--at", "2031-01-29", *PLACE)
    assert "    confidence medium, as of 2018-07; doubts C5\n" in ready.does("deadlines", code)
    (appeal,) = clocks(ready, code)
    assert (appeal["confidence"], appeal["as_of"], appeal["doubts"]) == ("medium", "2018-07", ["C5"])


def test_a_region_is_kept_with_the_case(ready: Panah, code: str) -> None:
    ready.does("event", "add", code, "transferred", "--at", "2030-01-01", "--region", "kz-alm")
    house = build(read_settings(ready.environment))
    with house.store.read() as unit:
        case = unit.session.scalars(select(Case)).one()
        assert (case.region, case.jurisdiction) == ("KZ-ALM", "KZ")
    house.store.engine.dispose()
    assert "KZ or KZ-ALM" in ready.refuses("event", "add", code, "released", "--at", "2030-01-01", "--region", "Almaty")


def test_a_hearing_moves(ready: Panah, code: str) -> None:
    ready.does("event", "add", code, "hearing_scheduled", "--at", "2030-01-01", "--for", "2031-01-06T10:00", *PLACE)
    ready.does("event", "add", code, "hearing_moved", "--at", "2030-01-02", "--for", "2031-01-05T09:30")
    assert [one["safe"] for one in clocks(ready, code)] == ["2031-01-05T09:30+05:00"]


def test_of_two_hearings_the_one_that_moves_is_named(ready: Panah, code: str) -> None:
    for day in ("06", "09"):
        ready.does(
            "event", "add", code, "hearing_scheduled", "--at", "2030-01-01", "--for", f"2031-01-{day}T10:00", *PLACE
        )
    moved = ("event", "add", code, "hearing_moved", "--at", "2030-01-02", "--for", "2031-01-05T09:30")
    assert "--moves 2" in ready.refuses(*moved)
    assert "no hearing of this number" in ready.refuses(*moved, "--moves", "7")
    second = next(one["id"] for one in clocks(ready, code) if one["safe"].startswith("2031-01-09"))
    ready.does(*moved, "--moves", second)
    assert [one["safe"] for one in clocks(ready, code)] == ["2031-01-05T09:30+05:00", "2031-01-06T10:00+05:00"]


def test_bad_input_says_what_to_do_and_changes_nothing(ready: Panah, code: str) -> None:
    assert "--for" in ready.refuses("event", "add", code, "hearing_scheduled", "--at", "2030-01-01")
    assert "2030-12-31" in ready.refuses("event", "add", code, "released", "--at", "tomorrow", status=2)
    assert "1900" in ready.refuses("event", "add", code, "released", "--at", "0001-01-01T00:00", *PLACE)
    assert "2199" in ready.refuses(
        "event", "add", code, "released", "--at", "9999-12-31T23:59", "--timezone", "Etc/GMT+12"
    )
    assert "no case" in ready.refuses("event", "add", "AAA-AAA", "released", "--at", "2030-01-01")
    assert "time zone" in ready.refuses("event", "add", code, "released", "--at", "2030-01-01", "--timezone", "Mars/A")
    assert "two letters" in ready.refuses("event", "add", code, "released", "--at", "2030-01-01", "--jurisdiction", "K")
    assert ready.does("deadlines", code) == "No clock runs.\n"


def test_the_list_tells_events_that_set_clocks_from_others(ready: Panah) -> None:
    events = {one["event"]: one["sets_clocks"] for one in json.loads(ready.does("event", "list", "--json"))}
    assert events["extradition_detention_actual"] is True
    assert events["hearing_moved"] is False
