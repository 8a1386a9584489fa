"""A link between a process and its database that is slow, or silent: nobody is told that it is cut."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 65_536


class Link:
    """A relay from a port of this machine to a server. ``delay``: real seconds that each piece is on its way."""

    def __init__(self, host: str, port: int, delay: float = 0.0) -> None:
        self._server = (host, port)
        self.delay = delay
        self._flows = threading.Event()
        self._flows.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._sockets: list[socket.socket] = [self._listener]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._flows.set()
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """While this lasts nothing comes through, either way, and connections stay open."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._server)
                self._sockets += [near, far]
                for from_, to in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(from_, to), daemon=True).start()

    def _carry(self, from_: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while piece := from_.recv(PIECE):
                time.sleep(self.delay)
                self._flows.wait()
                to.sendall(piece)
        for one in (from_, to):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
