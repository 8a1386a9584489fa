"""The Bot API on HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

import asyncio
import re
from typing import Final

from aiohttp import web

from sandbox.server import hang_up
from sandbox.switches import Drop
from sandbox.telegram import methods, polling
from sandbox.telegram.errors import RefusedError, not_found, unauthorized
from sandbox.telegram.faults import Fault, Refuse
from sandbox.telegram.hub import Hub
from sandbox.telegram.journal import ApiCall
from sandbox.telegram.parameters import Json, Parameters
from sandbox.telegram.reading import parameters_of
from sandbox.telegram.state import BotAccount

TOKEN_SHAPE: Final = re.compile(r"\d+:[\w-]+")


class BotApi:
    """Answers bots. Calls that are never to be answered wait for `stopping`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._stopping = asyncio.Event()

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        app.on_shutdown.append(self._stop)

    async def _stop(self, _app: web.Application) -> None:
        self._stopping.set()
        self._hub.announce()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        try:
            given = await parameters_of(request)
            bot, method = self._addressed(request)
        except RefusedError as refusal:
            return _refused(refusal)
        call = ApiCall(method, given.raw, self._hub.world.now(), bot.user.id)
        self._hub.journal.add(call)
        response = await self._respond(request, bot, method, given)
        if response is None:
            return web.Response(status=504)  # nobody is there to read it
        call.answered = response.status
        return response

    async def _respond(
        self, request: web.Request, bot: BotAccount, method: str, given: Parameters
    ) -> web.Response | None:
        """The answer, or None when this call gets none."""
        delay = self._hub.faults.delay_of(method)
        if delay:
            await asyncio.sleep(delay)
        if self._hub.faults.is_out:
            hang_up(request)
            return None
        fault = self._hub.faults.strike(method, _chat_id(given))
        if isinstance(fault, Refuse):
            return _refused(fault.refusal)
        if fault is not None and not fault.accepted:
            await self._leave_unanswered(request, fault)
            return None
        try:
            response = _accepted(await self._carry_out(bot, method, given))
        except RefusedError as refusal:
            response = _refused(refusal)
        except polling.OutageError:
            hang_up(request)
            return None
        if fault is None:
            return response
        await self._leave_unanswered(request, fault)
        return None

    async def _carry_out(self, bot: BotAccount, method: str, given: Parameters) -> Json:
        if method == methods.POLLING:
            return await polling.get_updates(self._hub, bot, given)
        with self._hub.changing() as world:
            if method in methods.SENDING:
                chat = bot.chats.get(_chat_id(given) or 0)
                refusal = self._hub.limits.refusal(bot.user.id, chat, world.now())
                if refusal is not None:
                    raise refusal
            return methods.METHODS[method](world, bot, given)

    async def _leave_unanswered(self, request: web.Request, fault: Fault) -> None:
        if isinstance(fault, Drop):
            hang_up(request)
        else:
            await self._stopping.wait()

    def _addressed(self, request: web.Request) -> tuple[BotAccount, str]:
        token = request.match_info["token"]
        method = methods.proper_name(request.match_info["method"])
        if not TOKEN_SHAPE.fullmatch(token):
            raise not_found()
        bot = self._hub.world.bots.get(token)
        if bot is None:
            raise unauthorized()
        if method is None:
            raise not_found()
        return bot, method

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if self._hub.faults.is_out:
            hang_up(request)
        bot = self._hub.world.bots.get(request.match_info["token"])
        if bot is None:
            return _refused(unauthorized())
        wanted = request.match_info["path"]
        with self._hub.reading():
            found = next((stored for stored in bot.files.values() if stored.path == wanted), None)
        if found is None:
            return _refused(not_found())
        return web.Response(body=found.content, content_type="application/octet-stream")


def _chat_id(given: Parameters) -> int | None:
    named = str(given.raw.get("chat_id", ""))
    return int(named) if named.lstrip("-").isdigit() else None


def _accepted(result: Json) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refused(refusal: RefusedError) -> web.Response:
    return web.json_response(refusal.answer(), status=refusal.code)
