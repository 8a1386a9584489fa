"""Fetching files: they come to the byte or fail by name, and no failure gives the token away."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from alerts.channels.fake import FakeChannel
from alerts.channels.port import ChannelError, Outgoing, TemporaryFailure, UnknownOutcome
from alerts.channels.telegram.errors import FILE_TOO_LARGE, error_of
from alerts.channels.telegram.failures import Refusal, RefusedError
from alerts.channels.telegram.request import PIECE, AiohttpRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio
TOKEN = "7000000001:CANARY-token-that-must-never-be-seen"
CONTENT = bytes(range(256)) * (2 * PIECE // 256) + b"the end"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def a_server() -> AsyncIterator[str]:
    async def whole(_: web.Request) -> web.Response:
        return web.Response(body=CONTENT)

    async def cut_off(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": str(len(CONTENT))})
        await answer.prepare(request)
        await answer.write(CONTENT[:PIECE])
        assert request.transport is not None
        request.transport.close()
        return answer

    app = web.Application()
    app.router.add_get(f"/file/bot{TOKEN}/voice/a note.oga", whole)
    app.router.add_get(f"/file/bot{TOKEN}/cut.oga", cut_off)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def fetch(base: str, path: str) -> bytes:
    async with AiohttpRequest() as request:
        return b"".join([piece async for piece in request.api(TOKEN, base).stream(path, 5)])


async def test_a_file_comes_to_the_byte() -> None:
    async with a_server() as base:
        assert await fetch(base, "voice/a note.oga") == CONTENT


@pytest.mark.parametrize(("path", "kind"), [("cut.oga", UnknownOutcome), ("gone.oga", ChannelError)])
async def test_a_file_that_does_not_come_fails_by_name(path: str, kind: type[ChannelError]) -> None:
    async with a_server() as base:
        with pytest.raises(kind) as failure:
            await fetch(base, path)
    assert_says_nothing(failure.value)


async def test_a_server_that_is_not_there_fails_by_name() -> None:
    with pytest.raises(TemporaryFailure) as failure:
        await fetch("http://127.0.0.1:1", "any.oga")
    assert_says_nothing(failure.value)


def assert_says_nothing(error: BaseException | None) -> None:
    """Neither the error nor what it came from holds the token."""
    while error is not None:
        assert "CANARY" not in f"{error} {error!r}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Bad Request: file is too big", FILE_TOO_LARGE),
        ("Bad Request: wrong file_id or the file is temporarily unavailable", "file_gone"),
        ("Bad Request: invalid file_id", "file_gone"),
    ],
)
def test_refusals_of_files_mean_something(words: str, code: str) -> None:
    error = error_of(RefusedError(Refusal(400, words)))
    assert error.code == code


async def test_the_fake_forgets_what_is_erased() -> None:
    fake = FakeChannel()
    first, second = [await fake.send(Outgoing("1", words)) for words in ("one", "two")]
    await fake.delete("1", [first.provider_id, "99"])
    assert [shown.provider_id for shown in fake.screen("1")] == [second.provider_id]
    assert fake.deleted == [("1", (first.provider_id, "99"))]
