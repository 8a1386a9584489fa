"""Server-sent events: the page hears of every change within a few hundredths of a second."""

import asyncio
import json
import secrets
from typing import Any, Final

from aiohttp import web

from sandbox.page.controls import Controls
from sandbox.page.view import View
from sandbox.telegram.hub import Hub

TICK: Final = 1.0  # seconds between looks at the clock and the owner's status
PAUSE: Final = 0.03  # seconds in which a flood of changes becomes one event


class Stream:
    """`/sandbox/events`: first everything, then what changed. `instance` tells a page that the sandbox is a new one."""

    def __init__(self, hub: Hub, view: View, controls: Controls) -> None:
        self._hub = hub
        self._view = view
        self._controls = controls
        self._stopping = asyncio.Event()
        self._instance = secrets.token_hex(4)

    def add_to(self, app: web.Application) -> None:
        """Register the route."""
        app.router.add_get("/sandbox/events", self._events)
        app.on_shutdown.append(self._stop)

    async def _stop(self, _app: web.Application) -> None:
        self._stopping.set()
        self._hub.announce()

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        await response.write(b"retry: 500\n\n")
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()

        def wake() -> None:
            if not changed.is_set():
                loop.call_soon_threadsafe(changed.set)

        self._hub.changes.listen(wake)
        try:
            await self._tell_until_stopped(response, changed)
        finally:
            self._hub.changes.unlisten(wake)
        return response

    async def _tell_until_stopped(self, response: web.StreamResponse, changed: asyncio.Event) -> None:
        shown: dict[int, int] = {}
        while not self._stopping.is_set():
            changed.clear()
            revisions = self._view.revisions()
            news = [user_id for user_id, revision in revisions.items() if shown.get(user_id) != revision]
            shown = revisions
            await response.write(_event(await self._state(news)))
            await _wait(changed, TICK)
            await asyncio.sleep(PAUSE)

    async def _state(self, news: list[int]) -> dict[str, Any]:
        return {
            "instance": self._instance,
            "phones": [self._view.phone(user_id) for user_id in news],
            "clock": self._view.clock(),
            "status": await asyncio.to_thread(self._controls.status),
        }


def _event(state: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(state, ensure_ascii=False)}\n\n".encode()


async def _wait(changed: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return
