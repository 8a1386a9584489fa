"""Who has the right to listen and hears nothing is no listener: the heart stops, and another node may try."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from alerts.channels.port import TemporaryFailure
from alerts.screens.vitals import OVERDUE_AFTER, read_vitals
from bot import poller, webhook
from bot.poller import Poller, source_of
from bot.webhook import Registrar
from store import leases

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.clock import ManualClock
    from store.unit_of_work import Store

TOKEN = "1:TEST"
A_CALL = timedelta(seconds=25)


class Telegram:
    """Answers so many calls, then none; after ``calls`` of them it is over. Each takes its time."""

    def __init__(self, clock: ManualClock, stop: threading.Event, *, answers: int, calls: int) -> None:
        self.cannot_reach_us = False
        self._clock, self._stop = clock, stop
        self._answers, self._left = answers, calls

    async def post(self, method: str, _payload: dict[str, Any], _seconds: float) -> Any:
        self._clock.advance(A_CALL)
        self._answers, self._left = self._answers - 1, self._left - 1
        if self._left <= 0:
            self._stop.set()
        if self._answers < 0:
            raise TemporaryFailure("not_sent", "no connection to Telegram")
        if method == "getUpdates":
            return []
        waiting = {"pending_update_count": 3, "last_error_date": int(self._clock.now().timestamp()) - 60}
        url = {"url": webhook.webhook_url("https://panah.example.org", TOKEN), "pending_update_count": 0}
        return url | waiting if self.cannot_reach_us else url


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[float], None]]:
    """What happens while somebody rests; real seconds take none here."""
    meanwhile: list[Callable[[float], None]] = []

    async def rest(_stop: threading.Event, seconds: float) -> None:
        for one in meanwhile:
            await asyncio.to_thread(one, seconds)

    monkeypatch.setattr(poller, "rest", rest)
    monkeypatch.setattr(webhook, "rest", rest)
    return meanwhile


def listens(
    store: Store, clock: ManualClock, mode: str, *, answers: int, calls: int, stop: threading.Event | None = None
) -> None:
    stop = stop or threading.Event()
    telegram = Telegram(clock, stop, answers=answers, calls=calls)
    if mode == "polling":
        asyncio.run(Poller(store, telegram, TOKEN, uuid4()).run(stop))
    else:
        address = "https://panah.example.org"
        asyncio.run(Registrar(store, telegram, TOKEN, public_url=address, secret="s", me=uuid4()).run(stop))


def unheard_for(store: Store) -> timedelta:
    with store.read() as unit:
        found = read_vitals(unit, {}).unheard_for
        assert found is not None
        return found


@pytest.mark.usefixtures("rests")
@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_while_telegram_answers_it_is_heard(store: Store, clock: ManualClock, mode: str) -> None:
    listens(store, clock, mode, answers=10, calls=10)
    assert unheard_for(store) <= OVERDUE_AFTER


@pytest.mark.usefixtures("rests")
@pytest.mark.parametrize("mode", ["polling", "webhook"])
@pytest.mark.parametrize("answers", [0, 1])
def test_who_is_not_answered_for_long_hears_nobody(store: Store, clock: ManualClock, mode: str, answers: int) -> None:
    listens(store, clock, mode, answers=answers, calls=20)
    assert unheard_for(store) > OVERDUE_AFTER


@pytest.mark.usefixtures("rests")
def test_whom_telegram_cannot_bring_what_waits_there_hears_nobody(store: Store, clock: ManualClock) -> None:
    stop = threading.Event()
    telegram = Telegram(clock, stop, answers=99, calls=20)
    telegram.cannot_reach_us = True
    address = "https://panah.example.org"
    with capture_logs() as logged:
        asyncio.run(Registrar(store, telegram, TOKEN, public_url=address, secret="s", me=uuid4()).run(stop))
    assert unheard_for(store) > OVERDUE_AFTER
    assert "webhook_not_reached" in {one.get("code") for one in logged}


def test_who_cannot_reach_telegram_lets_another_node_try(
    store: Store, clock: ManualClock, rests: list[Callable[[float], None]]
) -> None:
    another, stop, paused = uuid4(), threading.Event(), []

    def tries(seconds: float) -> None:
        paused.append(seconds)
        with store.unit("another") as unit:
            if leases.hold(unit, source_of(TOKEN), another, poller.LEASE):
                stop.set()

    rests.append(tries)
    listens(store, clock, "polling", answers=1, calls=20, stop=stop)
    assert paused == list(poller.PAUSES), "for a bad moment nobody gives up the right"
