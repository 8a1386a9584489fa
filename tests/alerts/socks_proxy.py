"""A SOCKS5 proxy in a few lines (RFC 1928 and 1929): it notes whom it was asked for and leads all to one address."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NAME = 3
"""The kind of an address that is a name, to be resolved by the proxy."""
PASSWORD = 2
DONE, REFUSED = 0, 5


@dataclass
class SocksProxy:
    """Who is in its place when somebody asks for a name, and what it was asked for."""

    leads_to: tuple[str, int]
    url: str = ""
    asked_for: list[tuple[str, int]] = field(default_factory=list)
    signed_in: list[tuple[str, str]] = field(default_factory=list)
    refuses: bool = False
    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._greet(reader, writer)
            if await self._heard(reader, writer):
                await self._pass_on(reader, writer)
        writer.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _version, count = await reader.readexactly(2)
        method = PASSWORD if PASSWORD in await reader.readexactly(count) else 0
        writer.write(bytes((5, method)))
        if method == PASSWORD:
            await reader.readexactly(1)
            self.signed_in.append((await _text(reader), await _text(reader)))
            writer.write(bytes((1, DONE)))

    async def _heard(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _version, _command, _reserved, kind = await reader.readexactly(4)
        assert kind == NAME, "a name was resolved here instead of behind the proxy"
        self.asked_for.append((await _text(reader), int.from_bytes(await reader.readexactly(2), "big")))
        writer.write(bytes((5, REFUSED if self.refuses else DONE, 0, 1, 0, 0, 0, 0, 0, 0)))
        await writer.drain()
        return not self.refuses

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to = await asyncio.open_connection(*self.leads_to)
        try:
            await asyncio.gather(_pour(reader, to), _pour(there, writer))
        finally:
            to.close()


async def _text(reader: asyncio.StreamReader) -> str:
    (length,) = await reader.readexactly(1)
    return (await reader.readexactly(length)).decode()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def socks_proxy(leads_to: str) -> AsyncIterator[SocksProxy]:
    """Run one that leads to the server at this address (http://HOST:PORT), whatever it is asked for."""
    host, port = leads_to.removeprefix("http://").split(":")
    proxy = SocksProxy((host, int(port)))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for task in list(proxy.under_way):
            task.cancel()
        await asyncio.gather(*proxy.under_way, return_exceptions=True)
