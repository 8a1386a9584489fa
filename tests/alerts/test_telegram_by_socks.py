"""Where Telegram is blocked: everything to and from it goes through a SOCKS5 proxy, its name included."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from alerts.channels.port import ChannelError, Outgoing, Sent, TemporaryFailure, UnknownOutcome
from alerts.channels.telegram.channel import TelegramChannel
from alerts.channels.telegram.request import AiohttpRequest
from tests.alerts.bot_api import TOKEN, BotApi, bot_api
from tests.alerts.socks_proxy import SocksProxy, socks_proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

BLOCKED = "http://telegram.invalid"
"""A name that nobody here can resolve: what reaches it went through the proxy."""
WORDS = Outgoing("7000000", "NEW K7M-4TX")
SECRET = "canary"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with bot_api() as api:
        yield api


@pytest.fixture
async def proxy(api: BotApi) -> AsyncIterator[SocksProxy]:
    async with socks_proxy(api.url) as proxy:
        yield proxy


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_calls_go_through_it_and_the_name_is_resolved_behind_it(
    api: BotApi, proxy: SocksProxy, scheme: str
) -> None:
    async with AiohttpRequest(proxy=f"{scheme}://{proxy.url}", timeout=5) as request:
        channel = TelegramChannel(TOKEN, BLOCKED, request)
        assert await channel.send(WORDS) == Sent("1")
        assert await channel.send(WORDS) == Sent("2")
    assert [method for method, _ in api.calls] == ["sendMessage"] * 2
    assert proxy.asked_for == [("telegram.invalid", 80)], "one connection was kept for both"
    assert proxy.signed_in == []


async def test_updates_go_through_it_and_whoever_must_signs_in(api: BotApi, proxy: SocksProxy) -> None:
    api.says(200, {"ok": True, "result": []})
    async with AiohttpRequest(proxy=f"socks5://panah:{SECRET}%40%3A@{proxy.url}", timeout=5) as request:
        assert await request.api(TOKEN, BLOCKED).post("getUpdates", {}, 5) == []
    assert proxy.signed_in == [("panah", f"{SECRET}@:")]


async def test_files_come_through_it_to_the_byte() -> None:
    content = bytes(range(256)) * 1000

    async def whole(_: web.Request) -> web.Response:
        return web.Response(body=content)

    app = web.Application()
    app.router.add_get(f"/file/bot{TOKEN}/voice/1.oga", whole)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with (
            socks_proxy(f"http://{host}:{port}") as proxy,
            AiohttpRequest(proxy=f"socks5://{proxy.url}") as request,
        ):
            pieces = [piece async for piece in request.api(TOKEN, BLOCKED).stream("voice/1.oga", 5)]
    finally:
        await runner.cleanup()
    assert b"".join(pieces) == content
    assert proxy.asked_for == [("telegram.invalid", 80)]


async def test_one_that_refuses_has_let_nothing_out(api: BotApi, proxy: SocksProxy) -> None:
    proxy.refuses = True
    async with AiohttpRequest(proxy=f"socks5://panah:{SECRET}@{proxy.url}", timeout=5) as request:
        await fails_quietly(TelegramChannel(TOKEN, BLOCKED, request), TemporaryFailure)
    assert api.calls == []


async def test_one_that_is_gone_has_let_nothing_out(api: BotApi) -> None:
    async with socks_proxy(api.url) as proxy:
        address = f"socks5://panah:{SECRET}@{proxy.url}"
    async with AiohttpRequest(proxy=address, timeout=5) as request:
        await fails_quietly(TelegramChannel(TOKEN, BLOCKED, request), TemporaryFailure)
    assert api.calls == []


async def test_what_left_through_it_and_was_not_answered_is_unknown(api: BotApi, proxy: SocksProxy) -> None:
    api.hangs_up()
    async with AiohttpRequest(proxy=f"socks5://{proxy.url}", timeout=5) as request:
        channel = TelegramChannel(TOKEN, BLOCKED, request)
        await fails_quietly(channel, UnknownOutcome)
        api.answer = None
        assert await channel.send(WORDS) == Sent("2")


async def fails_quietly(channel: TelegramChannel, kind: type[ChannelError]) -> None:
    """The failure is of this kind, and says neither where the proxy is nor how one signs in."""
    with pytest.raises(ChannelError) as caught:
        await channel.send(WORDS)
    error = caught.value
    assert type(error) is kind, repr(error)
    assert error.__cause__ is None
    assert error.__context__ is None
    said = "".join([repr(error), repr(error.args), *traceback.format_exception_only(error)])
    for secret in (SECRET, "CANARY", "127.0.0.1", "telegram.invalid"):
        assert secret not in said
