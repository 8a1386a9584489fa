"""A Twilio that keeps messages and calls, and answers as it is told, over real HTTP, for tests of the adapters."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "CANARY-auth-token"
KINDS = {"Messages": ("messages", "SM"), "Calls": ("calls", "CA")}


@dataclass
class TwilioApi:
    """What was asked, what is kept, and how to answer instead of doing as Twilio does."""

    url: str = ""
    asked: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)
    records: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"Messages": [], "Calls": []})
    numbers: list[dict[str, Any]] = field(default_factory=list)
    """The account's own, with their webhooks."""
    instead: Handler | None = None
    takes_and: Handler | None = None

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.records["Messages"]

    @property
    def calls(self) -> list[dict[str, Any]]:
        return self.records["Calls"]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        sent = await request.post() if request.method == "POST" else request.query
        fields = {name: [str(value) for value in sent.getall(name)] for name in sent}
        self.asked.append((request.method, request.path, fields))
        expected = "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        assert request.headers["Authorization"] == expected
        if self.instead is not None:
            return await self.instead(request)
        answer = self._do(request, fields)
        return answer if self.takes_and is None else await self.takes_and(request)

    def _do(self, request: web.Request, fields: dict[str, list[str]]) -> web.Response:
        kind, sid = request.match_info["kind"], request.match_info.get("sid")
        if sid is not None:
            return self._one(request.method, kind, sid, fields)
        if request.method == "GET":
            return self._list(kind, fields)
        record = self.keep(kind, to=fields["To"][0], sender=fields["From"][0], body=fields.get("Body", [None])[0])
        return web.json_response(record, status=201)

    def _one(self, method: str, kind: str, sid: str, fields: dict[str, list[str]]) -> web.Response:
        record = next((one for one in self.records[kind] if one["sid"] == sid), None)
        if record is None:
            return web.json_response({"code": 20404, "message": f"{sid} was not found", "status": 404}, status=404)
        if method == "POST" and record["status"] in {"queued", "sending"}:
            return web.json_response({"code": 20009, "message": "not finished", "status": 409}, status=409)
        if method == "POST":
            record["body"] = fields["Body"][0]
        return web.json_response(record)

    def _list(self, kind: str, fields: dict[str, list[str]]) -> web.Response:
        found = [
            one
            for one in reversed(self.records[kind])
            if one["to"] == fields["To"][0] and one["from"] == fields["From"][0]
        ]
        name, _ = KINDS[kind]
        return web.json_response({name: found[: int(fields["PageSize"][0])], "next_page_uri": None, "uri": "/"})

    def keep(self, kind: str, *, to: str, sender: str, body: str | None, at: datetime | None = None) -> dict[str, Any]:
        _, letters = KINDS[kind]
        record = {
            "sid": f"{letters}{len(self.records[kind]):032x}",
            "to": to,
            "from": sender,
            "body": body,
            "status": "queued",
            "error_code": None,
            "answered_by": None,
            "date_created": format_datetime(at or datetime.now(UTC)),
        }
        self.records[kind].append(record)
        return record

    def says(self, status: int, body: Any, **headers: str) -> None:
        """Do nothing and answer with this JSON value, or with these bytes."""

        async def answer(_: web.Request) -> web.Response:
            if isinstance(body, bytes):
                return web.Response(status=status, body=body, content_type="text/html", headers=headers)
            return web.json_response(body, status=status, headers=headers)

        self.instead = answer

    def refuses(self, status: int, code: int, **headers: str) -> None:
        self.says(status, {"code": code, "message": "CANARY +77000000001", "status": status}, **headers)

    def hangs_up(self) -> None:
        """Take the request, do nothing, and break the connection."""
        self.instead = _hang_up

    def is_silent(self) -> None:
        """Take the request, do nothing, and never answer."""
        self.instead = _say_nothing

    def takes_and_is_silent(self) -> None:
        """Do what is asked, and never say so."""
        self.takes_and = _say_nothing

    def breaks_off(self) -> None:
        """Begin an answer and break the connection in the middle of it."""
        self.instead = _break_off

    def is_well(self) -> None:
        self.instead = self.takes_and = None


async def _say_nothing(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


async def _hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def _break_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"sid": "SM0')
    return await _hang_up(request)


@asynccontextmanager
async def twilio_api() -> AsyncIterator[TwilioApi]:
    api = TwilioApi()
    app = web.Application()
    base = "/2010-04-01/Accounts/{account}"
    for method in ("GET", "POST"):
        app.router.add_route(method, base + "/{kind:Messages|Calls}.json", api.handle)
        app.router.add_route(method, base + "/{kind:Messages|Calls}/{sid}.json", api.handle)
    app.router.add_delete(base + "/Messages/{message}/Media/{sid}.json", api.handle)
    app.router.add_delete(base + "/Recordings/{sid}.json", api.handle)

    async def account(request: web.Request) -> web.StreamResponse:
        if api.instead is not None:
            return await api.instead(request)
        return web.json_response({"sid": request.match_info["account"], "status": "active"})

    async def numbers(_: web.Request) -> web.StreamResponse:
        return web.json_response({"incoming_phone_numbers": api.numbers, "next_page_uri": None, "uri": "/"})

    app.router.add_get(base + ".json", account)
    app.router.add_get(base + "/IncomingPhoneNumbers.json", numbers)
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
