"""The drill page: a story is begun, waited for, and its report says who knew when. The house that plays is a double."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.accounts import Browser, join, quick
from tests.web.conftest import ZONE
from web.backstage import Backstage
from web.console.drill import verdicts, who_knew_when
from web.drill_room import Drill, DrillBusyError, DrillState, Told, UnknownStoryError
from web.factory import make_app

if TYPE_CHECKING:
    from datetime import datetime

    from store.unit_of_work import Store

ID = str(UUID(int=7))
REPORT: dict[str, Any] = {
    "pages": [
        {"at": "2024-02-15T22:00:01+06:00", "alert": "custody", "role": "lawyer", "channel": "telegram", "to": 2},
        {"at": "2024-02-15T22:00:00+06:00", "alert": "custody", "role": "coordinator", "channel": "telegram", "to": 1},
        {"at": "2024-02-15T22:00:31+06:00", "alert": "custody", "role": "lawyer", "channel": "sms", "to": 2},
        {"at": "2024-02-15T22:02:01+06:00", "alert": "custody", "role": "lawyer", "channel": "sms", "to": 3},
    ],
    "clocks": [{"rule": "kz.a", "safe_on": "2024-03-26", "arguable_on": "2024-03-27", "missed": True}],
    "expectations": [
        {"text": "somebody hears", "verdict": "passed", "why": ""},
        {"text": "a clock", "verdict": "FAILED", "why": "there is no such clock"},
        {"text": "look", "verdict": "for a human", "why": ""},
    ],
}


class Room:
    """A house that plays one story as quickly as a test wants."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.drill: Drill | None = None

    def stories(self) -> tuple[Told, ...]:
        return (Told("night-arrest", "KZ", 7),)

    def start(self, story: str) -> str:
        if story != "night-arrest":
            raise UnknownStoryError
        if self.drill is not None and self.drill.state is DrillState.RUNNING:
            raise DrillBusyError
        self.drill = Drill(ID, story, self._now, DrillState.RUNNING, None)
        return ID

    def all(self) -> list[Drill]:
        return [] if self.drill is None else [self.drill]

    def find(self, drill: str) -> Drill | None:
        return self.drill if drill == ID else None

    def ends(self, report: dict[str, Any] | None) -> None:
        state = DrillState.BROKE_OFF if report is None else DrillState.DONE
        self.drill = Drill(ID, "night-arrest", self._now, state, report)


@pytest.fixture
def room(quick_store: Store) -> Room:
    return Room(quick_store.clock.now())


@pytest.fixture
def browser(quick_store: Store, room: Room) -> Browser:
    backstage = Backstage(lambda _: NotImplemented, lambda _: True, drills=room)
    app = make_app(quick_store, ZONE, backstage, passwords=quick(quick_store))
    return Browser(app.test_client()).comes_in(join(quick_store, "Aigerim"))


def plays(browser: Browser, story: str = "night-arrest") -> Any:
    return browser.client.post("/console/drill", data={"form": browser.token("/console/drill"), "story": story})


def test_a_story_is_played_and_its_report_says_who_knew_when(browser: Browser, room: Room) -> None:
    assert "None yet" in browser.client.get("/console/drill").text
    begun = plays(browser)
    assert (begun.status_code, begun.location) == (303, f"/console/drill/{ID}")
    assert "takes a minute" in browser.client.get(begun.location).text
    room.ends(REPORT)
    told = browser.client.get(begun.location).text
    assert "takes a minute" not in told
    assert "0:00:01" in told
    assert "there is no such clock" in told
    assert "missed: " in browser.client.get("/console/drill").text


def test_one_at_a_time_and_none_that_is_not_there(browser: Browser, room: Room) -> None:
    plays(browser)
    busy = plays(browser)
    assert (busy.status_code, "Another drill" in busy.text) == (409, True)
    room.ends(None)
    assert "broke off" in browser.client.get("/console/drill").text
    unknown = plays(browser, "<script>")
    assert (unknown.status_code, "no such story" in unknown.text) == (409, True)
    assert browser.client.get(f"/console/drill/{UUID(int=8)}").status_code == 404


def test_a_process_without_a_house_plays_none(quick_store: Store) -> None:
    app = make_app(quick_store, ZONE, passwords=quick(quick_store))
    browser = Browser(app.test_client()).comes_in(join(quick_store, "Aigerim"))
    assert "plays no stories" in plays(browser).text


def test_the_score_counts_from_the_first_page_and_names_nobody() -> None:
    coordinator, lawyer = who_knew_when(REPORT)
    assert (coordinator.role, coordinator.after, coordinator.people) == ("coordinator", timedelta(0), 1)
    assert (lawyer.after, lawyer.people, lawyer.messages) == (timedelta(seconds=1), 2, 3)
    assert lawyer.channels == ("telegram", "sms")
    assert who_knew_when({"pages": []}) == []
    assert verdicts(REPORT) == {"passed": 1, "failed": 1, "for_a_human": 1}
