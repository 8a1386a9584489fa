"""The page's files and what its visitors can do: write, send, tap, take a call, move the clock."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from sandbox.cast import Account, Cast, Handset
from sandbox.page.controls import Controls
from sandbox.telegram import media, people
from sandbox.telegram.hub import Hub
from sandbox.twilio import people as callers
from sandbox.twilio.attachments import KINDS as SENT_BY_WHATSAPP
from sandbox.twilio.attachments import attached
from sandbox.twilio.state import Call, Network

STATIC: Final = Path(__file__).parent / "static"
LONGEST_TEXT: Final = 4096
LONGEST_SMS: Final = 1600
KEYS: Final = re.compile(r"[0-9*#]")
CALL_ACTS: Final[dict[str, Callable[[Network, Call], None]]] = {
    "answer": callers.answers,
    "voicemail": lambda network, call: callers.answers(network, call, by_machine=True),
    "reject": callers.rejects,
    "hang_up": callers.hangs_up,
}

Body = dict[str, Any]


class Page:
    """Handlers under `/` and `/sandbox/`. Acts answer 204; 400 for nonsense, 404 for what is not there."""

    def __init__(self, hub: Hub, cast: Cast, network: Network, controls: Controls) -> None:
        self._hub = hub
        self._network = network
        self._cast = cast
        self._controls = controls

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_get("/", self._index)
        app.router.add_static("/sandbox/static", STATIC)
        app.router.add_post("/sandbox/phones/{phone}/text", self._text)
        app.router.add_post("/sandbox/phones/{phone}/attachment", self._attachment)
        app.router.add_post("/sandbox/phones/{phone}/tap", self._tap)
        app.router.add_post("/sandbox/phones/{phone}/sms", self._sms)
        app.router.add_post("/sandbox/phones/{phone}/whatsapp", self._whatsapp)
        app.router.add_post("/sandbox/phones/{phone}/call", self._call)
        app.router.add_post("/sandbox/phones/{phone}/dial", self._dial)
        app.router.add_post("/sandbox/controls/advance", self._advance)
        app.router.add_post("/sandbox/controls/kill", self._kill)
        app.router.add_post("/sandbox/controls/outage", self._outage)
        app.router.add_post("/sandbox/controls/answer", self._answer)

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _text(self, request: web.Request) -> web.Response:
        account, text = self._account(request), _words(await _body(request), LONGEST_TEXT)
        with self._hub.changing() as world:
            people.writes(world, account.bot, account.chat, account.user, text)
        return _done()

    async def _attachment(self, request: web.Request) -> web.Response:
        account, body = self._account(request), await _body(request)
        kind = body.get("kind")
        if kind not in media.KINDS:
            raise web.HTTPBadRequest(text="no such kind")
        with self._hub.changing() as world:
            content = media.content_of(account.bot, str(kind))
            people.sends(world, account.bot, account.chat, account.user, content)
        return _done()

    async def _tap(self, request: web.Request) -> web.Response:
        account, body = self._account(request), await _body(request)
        with self._hub.changing() as world:
            message = account.chat.messages.get(body.get("message", 0))
            data = body.get("data")
            if message is None or not isinstance(data, str):
                raise web.HTTPNotFound(text="no such button")
            people.taps(world, account.bot, account.user, message, data)
        return _done()

    async def _sms(self, request: web.Request) -> web.Response:
        line, text = self._phone(request).line, _words(await _body(request), LONGEST_SMS)
        if line is None:
            raise web.HTTPNotFound(text="this phone has no number")
        with self._hub.changing():
            callers.texts(self._network, line.number, text)
        return _done()

    async def _whatsapp(self, request: web.Request) -> web.Response:
        """Words, or something sent without a word."""
        handset, body = self._phone(request), await _body(request)
        line, kind = handset.line, body.get("kind")
        if line is None or not line.whatsapp:
            raise web.HTTPNotFound(text="this phone has no WhatsApp")
        if kind is not None and kind not in (*SENT_BY_WHATSAPP, "location"):
            raise web.HTTPBadRequest(text="no such kind")
        text = "" if kind is not None else _words(body, LONGEST_TEXT)
        files = [attached(str(kind))] if kind in SENT_BY_WHATSAPP else []
        place = (43.238, 76.945) if kind == "location" else None
        with self._hub.changing():
            callers.whatsapps(self._network, line, text, profile=handset.name, files=files, place=place)
        return _done()

    async def _dial(self, request: web.Request) -> web.Response:
        line = self._phone(request).line
        if line is None:
            raise web.HTTPNotFound(text="this phone has no number")
        with self._hub.changing():
            if all(call.is_over for call in line.calls):
                callers.dials(self._network, line.number)
        return _done()

    async def _call(self, request: web.Request) -> web.Response:
        handset, body = self._phone(request), await _body(request)
        act = CALL_ACTS.get(str(body.get("act")))
        words = str(body.get("words", "")).strip()[:LONGEST_SMS]
        keys = str(body.get("keys", ""))
        calls = handset.line.calls if handset.line else []
        with self._hub.changing():
            call = next((call for call in calls if call.sid == body.get("call")), None)
            if call is None:
                raise web.HTTPNotFound(text="no such call")
            if act is not None:
                act(self._network, call)
            elif words:
                callers.speaks(self._network, call, words)
            elif KEYS.fullmatch(keys):
                callers.presses(self._network, call, keys)
            else:
                raise web.HTTPBadRequest(text="nothing one can do with a call")
        return _done()

    async def _advance(self, request: web.Request) -> web.Response:
        seconds = (await _body(request)).get("seconds")
        if not isinstance(seconds, int | float):
            raise web.HTTPBadRequest(text="seconds?")
        return await self._control(lambda: self._controls.advance(seconds))

    async def _kill(self, _request: web.Request) -> web.Response:
        return await self._control(self._controls.kill)

    async def _outage(self, request: web.Request) -> web.Response:
        body = await _body(request)
        on, service = body.get("on") is True, str(body.get("service", "telegram"))
        return await self._control(lambda: self._controls.outage(service, on=on))

    async def _answer(self, request: web.Request) -> web.Response:
        body = await _body(request)
        on, name = body.get("on") is True, str(body.get("answer"))
        return await self._control(lambda: self._controls.bad_answer(name, on=on))

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

    def _account(self, request: web.Request) -> Account:
        account = self._phone(request).telegram
        if account is None:
            raise web.HTTPNotFound(text="this phone has no Telegram")
        return account


async def _body(request: web.Request) -> Body:
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="that is no JSON") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="an object, please")
    return body


def _words(body: Body, longest: int) -> str:
    text = str(body.get("text", "")).strip()
    if not 1 <= len(text) <= longest:
        raise web.HTTPBadRequest(text=f"between 1 and {longest} characters")
    return text


def _done() -> web.Response:
    return web.Response(status=204)
