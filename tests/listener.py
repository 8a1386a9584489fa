"""Somebody else's web server on this machine, which notes what it is told and answers with the status it was given."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Heard:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Listener:
    """Use as a context manager."""

    def __init__(self, path: str = "/") -> None:
        self.status = 200
        self.heard: list[Heard] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answers, self))
        self._thread = threading.Thread(target=partial(self._server.serve_forever, poll_interval=0.01))
        self.url = f"http://127.0.0.1:{self._server.server_port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Answers(BaseHTTPRequestHandler):
    def __init__(self, listener: Listener, *given: object) -> None:
        self._listener = listener
        super().__init__(*given)  # type: ignore[arg-type]  # what the library hands over

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._listener.heard.append(Heard(self.path, dict(self.headers), body))
        self.send_response(self._listener.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815  the library's name

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
