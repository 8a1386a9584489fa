"""The page's files and what its visitors can do: write, send, tap, move the clock."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from sandbox.cast import Cast, Handset
from sandbox.page.controls import Controls
from sandbox.telegram import media, people
from sandbox.telegram.hub import Hub

STATIC: Final = Path(__file__).parent / "static"
LONGEST_TEXT: Final = 4096

Body = dict[str, Any]


class Page:
    """Handlers under `/` and `/sandbox/`. Acts answer 204; 400 for nonsense, 404 for what is not there."""

    def __init__(self, hub: Hub, cast: Cast, controls: Controls) -> None:
        self._hub = hub
        self._cast = cast
        self._controls = controls

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_get("/", self._index)
        app.router.add_static("/sandbox/static", STATIC)
        app.router.add_post("/sandbox/phones/{phone}/text", self._text)
        app.router.add_post("/sandbox/phones/{phone}/attachment", self._attachment)
        app.router.add_post("/sandbox/phones/{phone}/tap", self._tap)
        app.router.add_post("/sandbox/controls/advance", self._advance)
        app.router.add_post("/sandbox/controls/kill", self._kill)
        app.router.add_post("/sandbox/controls/outage", self._outage)

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _text(self, request: web.Request) -> web.Response:
        handset, body = self._phone(request), await _body(request)
        text = str(body.get("text", "")).strip()
        if not 1 <= len(text) <= LONGEST_TEXT:
            raise web.HTTPBadRequest(text=f"between 1 and {LONGEST_TEXT} characters")
        with self._hub.changing() as world:
            people.writes(world, handset.bot, handset.chat, handset.user, text)
        return _done()

    async def _attachment(self, request: web.Request) -> web.Response:
        handset, body = self._phone(request), await _body(request)
        kind = body.get("kind")
        if kind not in media.KINDS:
            raise web.HTTPBadRequest(text="no such kind")
        with self._hub.changing() as world:
            content = media.content_of(handset.bot, str(kind))
            people.sends(world, handset.bot, handset.chat, handset.user, content)
        return _done()

    async def _tap(self, request: web.Request) -> web.Response:
        handset, body = self._phone(request), await _body(request)
        with self._hub.changing() as world:
            message = handset.chat.messages.get(body.get("message", 0))
            data = body.get("data")
            if message is None or not isinstance(data, str):
                raise web.HTTPNotFound(text="no such button")
            people.taps(world, handset.bot, handset.user, message, data)
        return _done()

    async def _advance(self, request: web.Request) -> web.Response:
        seconds = (await _body(request)).get("seconds")
        if not isinstance(seconds, int | float):
            raise web.HTTPBadRequest(text="seconds?")
        return await self._control(lambda: self._controls.advance(seconds))

    async def _kill(self, _request: web.Request) -> web.Response:
        return await self._control(self._controls.kill)

    async def _outage(self, request: web.Request) -> web.Response:
        on = (await _body(request)).get("on") is True
        return await self._control(lambda: self._controls.outage(on=on))

    async def _control(self, act: Callable[[], None]) -> web.Response:
        try:
            await asyncio.to_thread(act)
        except LookupError:
            raise web.HTTPNotFound(text="nobody offers this") from None
        except ValueError as why:
            raise web.HTTPBadRequest(text=str(why)) from None
        return _done()

    def _phone(self, request: web.Request) -> Handset:
        number = request.match_info["phone"]
        handset = self._cast.find(int(number)) if number.isascii() and number.isdigit() else None
        if handset is None:
            raise web.HTTPNotFound(text="no such phone")
        return handset


async def _body(request: web.Request) -> Body:
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="that is no JSON") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="an object, please")
    return body


def _done() -> web.Response:
    return web.Response(status=204)
