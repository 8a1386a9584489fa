"""A stage: the whole program in threads of this process, local providers, phones, and a clock that is moved."""

from __future__ import annotations

import secrets
import tempfile
import threading
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import func, select

from alerts.telling.wording import Wording
from app.calm import is_busy
from app.migration import upgrade
from app.parked import QUEUES
from app.reactions import reaction_names
from app.roles import parts_of, supervise
from app.settings import read_settings
from app.wiring import House
from sandbox import Sandbox
from store.clock import ManualClock
from store.engine import open_engine
from store.ring_file import make_ring
from store.unit_of_work import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

TOKEN = "1:REPLAY"  # noqa: S105  it opens nothing
NOW = timedelta(0)
ROLES = frozenset({"bot", "worker"})


class Stage:
    """Panah and its sandbox, on a throw-away database. The clock stands still until :meth:`travel` moves it."""

    def __init__(self, begins_at: datetime, zone: str) -> None:
        self.clock = ManualClock(begins_at)
        self._zone = zone
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="panah-replay-")))
        self.sandbox = self._stack.enter_context(Sandbox(now=self.clock.now, token=TOKEN, zone=self._zone))
        self.sandbox.bot()
        self.house = self._build()
        self._stack.callback(self.house.store.engine.dispose)
        self._run()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _build(self) -> House:
        url = f"sqlite:///{self.folder / 'panah.db'}"
        settings = read_settings(
            {
                "PANAH_HOME": str(self.folder),
                "DATABASE_URL": url,
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "TELEGRAM_API_URL": self.sandbox.url,
                "PANAH_TIMEZONE": self._zone,
                "PANAH_CANARY": "false",
            }
        )
        upgrade(url)
        ring = make_ring(self.folder / "ring", secrets.token_bytes(32), f"{self.clock.now():%Y-%m}")
        store = Store(open_engine(url), ring, self.clock, reactions=reaction_names())
        return House(settings, store, self.clock, Wording(self._zone, settings.web_address))

    def _run(self) -> None:
        stop = threading.Event()
        threads = [threading.Thread(target=supervise, args=(part, stop)) for part in parts_of(self.house, ROLES)]
        for thread in threads:
            thread.start()

        def end() -> None:
            stop.set()
            self.house.store.wake.ring()
            for thread in threads:
                thread.join()

        self._stack.callback(end)

    def rests(self) -> None:
        """Wait until nothing is due by now and nobody works on anything."""
        self.sandbox.wait_until_collected()
        self.sandbox.wait_until(lambda: not is_busy(self.house.store, NOW))

    def travel(self, until: datetime, every_stop: Callable[[], bool]) -> None:
        """Move the clock on to ``until``, stopping wherever something falls due.

        At each stop everything due is done first; then ``every_stop`` lets people react, as often as they have
        something to do.
        """
        while True:
            self.rests()
            while every_stop():
                self.rests()
            following = self._next_due()
            at = until if following is None else min(following, until)
            if at > self.clock.now():
                self.clock.advance(at - self.clock.now())
                self.house.store.wake.ring()
            elif at >= until:
                return

    def _next_due(self) -> datetime | None:
        """When something falls due next. What is due already and stands behind that must not hide it."""
        now = self.clock.now()
        with self.house.store.read() as unit:
            nearest = [select(func.min(table.c.due_at)).where(table.c.due_at > now) for table in QUEUES.values()]
            due = [unit.session.scalar(one) for one in nearest]
        return min((at for at in due if at is not None), default=None)
