"""Supervision: a part that ends, however it ends, is started again; what failed is told by kind and place."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from app import roles
from app.memory import keep_what_was_built
from app.roles import Part, say_what_is_off, supervise
from app.settings import SettingsError, read_settings
from app.wiring import House, wording_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.unit_of_work import Store, UnitOfWork

CANARY = "Асқар Canary"


class Pauses(threading.Event):
    """Real seconds take none here; how long each pause would have been is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is not None:
            self.taken.append(timeout)
        return self.is_set()


def run_until(stop: Pauses, run: Callable[[threading.Event], None]) -> list[dict[str, object]]:
    with capture_logs() as logs:
        supervise(Part("part", run), stop)
    return [dict(entry) for entry in logs]


def test_it_is_started_again_with_longer_and_longer_pauses() -> None:
    stop, starts = Pauses(), []

    def fails(_: threading.Event) -> None:
        starts.append(1)
        if len(starts) == 9:
            stop.set()
        raise ValueError(CANARY)

    logs = run_until(stop, fails)
    assert tuple(stop.taken) == (*roles.BACK_OFF, roles.BACK_OFF[-1], roles.BACK_OFF[-1])
    assert {entry["event"] for entry in logs} == {"part_failed"}
    assert [entry["times"] for entry in logs] == list(range(1, 10))
    assert str(logs[0]["trouble"]).startswith("ValueError at test_supervise.py:")
    assert CANARY not in str([{**entry, "exc_info": None} for entry in logs])


@pytest.mark.parametrize("end", [None, asyncio.CancelledError, SystemExit, KeyboardInterrupt, MemoryError])
def test_no_way_to_end_is_the_end(end: type[BaseException] | None) -> None:
    stop, starts = Pauses(), []

    def ends(_: threading.Event) -> None:
        starts.append(1)
        if len(starts) == 3:
            stop.set()
        if end is not None:
            raise end

    run_until(stop, ends)
    assert len(starts) == 3
    assert len(stop.taken) >= 2, "and never without a pause"


def test_after_a_good_while_an_old_failure_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, starts = Pauses(), []
    monkeypatch.setattr(roles, "STEADY_AFTER", 0.0)

    def fails(_: threading.Event) -> None:
        starts.append(1)
        if len(starts) == 3:
            stop.set()
        time.sleep(0.001)
        raise LookupError

    run_until(stop, fails)
    assert stop.taken == [roles.BACK_OFF[0]] * 3


def test_told_to_stop_it_is_over() -> None:
    stop = Pauses()
    stop.set()
    assert run_until(stop, lambda _: pytest.fail("nothing was to be run")) == []


def test_a_look_that_fails_at_the_start_keeps_neither_the_others_nor_the_ticking_from_beginning(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def fails(_: UnitOfWork) -> None:
        raise LookupError(CANARY)

    monkeypatch.setattr(roles, "MINUTELY", {"rosters": fails, "codes": lambda _: looked.append("codes")})
    settings = read_settings({})
    house = House(settings, store, store.clock, wording_of(settings))
    (tick,) = (part for part in roles.parts_of(house, frozenset({"worker"})) if part.name == "tick")
    stop = Pauses()
    stop.set()
    with capture_logs() as logs:
        tick.run(stop)
    assert looked == ["codes"]
    assert [(entry["event"], entry["job"]) for entry in logs if entry["log_level"] == "error"] == [
        ("job_failed", "rosters")
    ]


class TestWhatIsOff:
    def said(self, *roles_wanted: str, **environment: str) -> list[str]:
        with capture_logs() as logs:
            say_what_is_off(read_settings(environment), frozenset(roles_wanted))
        return [str(entry["event"]) for entry in logs]

    def test_without_a_token_the_bot_is(self) -> None:
        assert self.said("web", "bot", "worker") == ["telegram_is_off"]

    def test_a_bot_alone_without_a_token_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN"):
            self.said("bot")

    def test_without_a_public_address_links_lead_nowhere(self) -> None:
        assert self.said("worker", TELEGRAM_BOT_TOKEN="1:a") == ["case_pages_cannot_be_opened"]

    def test_with_everything_nothing_is(self) -> None:
        known = {"TELEGRAM_BOT_TOKEN": "1:a", "PANAH_PUBLIC_URL": "https://panah.example.org"}
        assert self.said("web", "bot", "worker", **known) == []
        local = {"TELEGRAM_BOT_TOKEN": "1:a", "PANAH_SANDBOX": "1", "TELEGRAM_API_URL": "http://localhost:1"}
        assert self.said("web", "bot", "worker", **local) == []


def test_what_a_start_has_built_is_looked_through_no_more() -> None:
    built: list[list[int]] = [[] for _ in range(10_000)]
    before = gc.get_freeze_count()
    keep_what_was_built()
    assert gc.get_freeze_count() >= before + len(built)
