"""A Bot API that answers as it is told, over real HTTP, for tests of the adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "7000000001:CANARY-token-that-must-never-be-seen"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class BotApi:
    """Calls as they came in, and what to answer: by default that a message was sent."""

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    answer: Answer | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = await request.post() if request.content_type != "application/json" else await request.json()
        assert request.path.startswith(f"/bot{TOKEN}/")
        said = {name: _uploaded(value) for name, value in form.items()}
        self.calls.append((request.match_info["method"], said))
        self.connections.add(request.transport)
        if self.answer is not None:
            return await self.answer(request)
        return web.json_response({"ok": True, "result": message(len(self.calls))})

    def says(self, status: int, body: Any) -> None:
        """Answer with this JSON value, or with these bytes."""

        async def answer(_: web.Request) -> web.Response:
            if isinstance(body, bytes):
                return web.Response(status=status, body=body, content_type="text/html")
            return web.json_response(body, status=status)

        self.answer = answer

    def refuses(self, status: int, description: str, **parameters: Any) -> None:
        body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
        self.says(status, body | ({"parameters": parameters} if parameters else {}))

    def is_silent(self) -> None:
        """Take the call and never answer."""

        async def answer(_: web.Request) -> web.Response:
            await asyncio.sleep(60)
            return web.Response()

        self.answer = answer

    def hangs_up(self) -> None:
        """Take the call and break the connection."""

        async def answer(request: web.Request) -> web.Response:
            assert request.transport is not None
            request.transport.close()
            return web.Response()

        self.answer = answer

    def breaks_off(self) -> None:
        """Begin an answer and break the connection in the middle of it."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b'{"ok": true, ')
            assert request.transport is not None
            request.transport.close()
            return response

        self.answer = answer


def _uploaded(value: Any) -> Any:
    """A file as its name and bytes: it is closed when the call is over."""
    return (value.filename, value.file.read()) if isinstance(value, web.FileField) else value


def message(number: int) -> dict[str, Any]:
    return {"message_id": number, "date": 1772474400, "chat": {"id": 7000000, "type": "private", "first_name": "A"}}


@asynccontextmanager
async def bot_api() -> AsyncIterator[BotApi]:
    api = BotApi()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", api.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    api.url = f"http://{host}:{port}"
    try:
        yield api
    finally:
        await runner.cleanup()
