"""A small fast Bot API, and a Twilio, in a process of its own: real HTTP, and one clock for what comes and goes.

Started by :mod:`benchmarks.provider`. It prints its port. Times are ``time.monotonic()``, which all processes of a
machine share.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MOST_AT_ONCE = 100
LOOK_EVERY = 0.005
TWILIO = "/2010-04-01/Accounts/"
BLOCKED = json.dumps({"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"})
ME = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


class Account:
    """One bot: what it has yet to collect, and what it sent."""

    def __init__(self) -> None:
        self.waiting: deque[dict[str, Any]] = deque()
        self.arrived = asyncio.Event()
        self.handed: dict[int, float] = {}
        self.sent: list[tuple[str, float]] = []
        self.counts: Counter[str] = Counter()
        self.polls = 0
        self.latency = 0.0
        self.blocked: dict[str, float] = {}
        """Chats whose people have blocked the bot, and when a message to them was last refused."""

    def push(self, updates: list[dict[str, Any]]) -> None:
        """Queue updates for the next poll."""
        self.waiting.extend(updates)
        self.arrived.set()

    async def get_updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        """The long poll: at once when there is something, else after ``timeout`` seconds at the latest."""
        self.polls += 1
        offset = int(given.get("offset", 0))
        while self.waiting and self.waiting[0]["update_id"] < offset:
            self.waiting.popleft()
        if not self.waiting:
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), float(given.get("timeout", 0)))
            except TimeoutError:
                return []
        batch = [self.waiting[number] for number in range(min(MOST_AT_ONCE, len(self.waiting)))]
        now = time.monotonic()
        for update in batch:
            self.handed.setdefault(update["update_id"], now)
        return batch

    async def take_message(self, chat: str) -> dict[str, Any]:
        """Note a message; answer it after the latency."""
        self.sent.append((chat, time.monotonic()))
        self.counts[chat] += 1
        number = len(self.sent)
        if self.latency:
            await asyncio.sleep(self.latency)
        return {"message_id": number, "date": 1767225600, "chat": {"id": int(chat), "type": "private"}, "text": "…"}


class Stub:
    """All bots, and the side door the benchmarks use."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._side: dict[str, Callable[[Account, Any], Awaitable[Any]]] = {
            "push": self._push,
            "journal": self._journal,
            "wait": self._wait,
            "latency": self._latency,
            "block": self._block,
            "refused": self._refused,
        }

    def account(self, token: str) -> Account:
        """The bot with this token, made at first use."""
        return self._accounts.setdefault(token, Account())

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer ``/bot<token>/<method>`` and ``/bench<token>/<what>``."""
        if request.path.startswith(TWILIO):
            return await self._twilio(request)
        _, door, method = request.path.split("/")
        given = _read(request.content_type, await request.read())
        if door.startswith("bench"):
            result = await self._side[method](self.account(door.removeprefix("bench")), given)
        else:
            account = self.account(door.removeprefix("bot"))
            if given.get("chat_id") in account.blocked:
                account.blocked[given["chat_id"]] = time.monotonic()
                return web.Response(text=BLOCKED, status=403, content_type="application/json")
            result = await _call(account, method, given)
        return web.Response(text=json.dumps({"ok": True, "result": result}), content_type="application/json")

    async def _twilio(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take a text or a call; its account is known by its SID, as a bot is by its token."""
        _, _, _, account, _ = request.path.split("/")
        given = _read(request.content_type, await request.read())
        number = len(self.account(account).sent) + 1
        await self.account(account).take_message(given["To"].removeprefix("+"))
        answer = {"sid": f"SM{number:032x}", "status": "queued", "to": given["To"]}
        return web.Response(text=json.dumps(answer), status=201, content_type="application/json")

    @staticmethod
    async def _block(account: Account, given: Any) -> bool:
        """Let a chat's person block the bot."""
        account.blocked.setdefault(given["chat"], 0.0)
        return True

    @staticmethod
    async def _refused(account: Account, given: Any) -> float:
        """When a message to a blocked chat was refused."""
        return account.blocked[given["chat"]]

    @staticmethod
    async def _push(account: Account, given: Any) -> int:
        account.push(given["updates"])
        return len(account.waiting)

    @staticmethod
    async def _journal(account: Account, _: Any) -> dict[str, Any]:
        handed = {str(number): at for number, at in account.handed.items()}
        return {"handed": handed, "sent": account.sent, "polls": account.polls}

    @staticmethod
    async def _wait(account: Account, given: Any) -> bool:
        """Whether so many messages came, to one chat or to all, within so many seconds."""
        ends_at = time.monotonic() + given["seconds"]
        while time.monotonic() < ends_at:
            count = len(account.sent) if given["chat"] is None else account.counts[given["chat"]]
            if count >= given["count"] and account.polls >= given["polls"]:
                return True
            await asyncio.sleep(LOOK_EVERY)
        return False

    @staticmethod
    async def _latency(account: Account, given: Any) -> bool:
        account.latency = given["seconds"]
        return True


async def _call(account: Account, method: str, given: dict[str, Any]) -> Any:
    match method:
        case "sendMessage" | "editMessageText":
            return await account.take_message(given["chat_id"])
        case "getUpdates":
            return await account.get_updates(given)
        case "getMe":
            return ME
        case _:
            return True


def _read(kind: str, body: bytes) -> Any:
    if kind == "application/json":
        return json.loads(body)
    return dict(parse_qsl(body.decode()))


async def main() -> None:
    """Serve on a free port until killed."""
    runner = web.ServerRunner(web.Server(Stub().serve, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    print(port, flush=True)  # noqa: T201  how whoever started it learns where it is
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
