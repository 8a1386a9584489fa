"""The heartbeat: an outside monitor is called as long as all is well, and raises the alarm when the calls stop.

A call is a plain GET that says nothing but that it came. What is wrong is for our own log: the monitor is somebody
else's machine. Nothing is sent while work is stuck or nobody takes messages, because that is what the team must be
told when Panah itself cannot tell them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import structlog

from alerts.screens.vitals import OVERDUE_AFTER, Vitals
from store.queues import where_it_failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.unit_of_work import Store, UnitOfWork

log = structlog.get_logger(__name__)
EVERY_SECONDS = 60.0
TIMEOUT = 10.0
"""Real seconds the whole call may take."""
WELL = range(200, 300)


class Heartbeat:
    """One call at a time. The address is a secret of sorts (whoever has it can feign our life): it is not logged."""

    def __init__(self, store: Store, look: Callable[[UnitOfWork], Vitals], url: str) -> None:
        self._store = store
        self._look = look
        self._url = url

    def beat(self) -> bool:
        """Call if all is well; return whether the call was made and answered well. Raises nothing."""
        try:
            wrong = self._what_is_wrong()
            if wrong:
                log.error("heartbeat_withheld", why=wrong)
                return False
            return self._call()
        except Exception:  # the database does not answer, for one
            log.exception("heartbeat_withheld", trouble=where_it_failed())
            return False

    def _what_is_wrong(self) -> list[str]:
        with self._store.read() as unit:
            return troubles(self._look(unit))

    def _call(self) -> bool:
        try:
            status = asyncio.run(self._get())
        except (aiohttp.ClientError, OSError) as error:
            log.warning("heartbeat_failed", kind=type(error).__name__)
            return False
        if status not in WELL:
            log.warning("heartbeat_failed", status=status)
            return False
        return True

    async def _get(self) -> int:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session,
            session.get(self._url, allow_redirects=False) as answer,
        ):
            return answer.status


def troubles(vitals: Vitals) -> list[str]:
    """Say what keeps the heart from beating, in our own words; empty when all is well."""
    found = [f"queue {name} is stuck" for name in vitals.stuck]
    if vitals.unheard_for is not None and vitals.unheard_for > OVERDUE_AFTER:
        found.append("nobody takes messages from Telegram")
    if vitals.canary is not None and vitals.canary.is_silent:
        found.append("the canary has not come back")
    return found
