"""One HTTP server in a thread of its own, on the loopback address only."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import web

Result = TypeVar("Result")

HOST = "127.0.0.1"


def hang_up(request: web.Request) -> None:
    """Break the connection instead of answering."""
    if request.transport is not None:
        request.transport.abort()


class Server:
    """Serves the application `build` makes (it is called inside the server's event loop)."""

    def __init__(self, build: Callable[[], web.Application], port: int) -> None:
        self._build = build
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self.port = port

    def start(self) -> None:
        """Return when requests are answered; OSError when the port is taken."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """End open requests and return when the thread is gone. Stopping again does nothing."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do something inside the event loop and give what comes of it; RuntimeError when the server does not run."""
        if self._loop is None or not self._thread.is_alive():
            work.close()
            raise RuntimeError("start the sandbox first")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # noqa: BLE001 - it is raised again in the thread that called start()
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        runner = web.AppRunner(self._build(), access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self.port).start()
            self.port = int(runner.addresses[0][1])
            self._ready.set()
            await self._stop.wait()
        finally:
            await runner.cleanup()
