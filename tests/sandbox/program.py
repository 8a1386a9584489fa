"""A program that uses Twilio, as small as can be: it notes what is posted to it and answers with prepared TwiML."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

if TYPE_CHECKING:
    from collections.abc import Mapping

PUBLIC = "https://panah.example.test"


@dataclass(frozen=True)
class Posted:
    path: str
    fields: Mapping[str, str]
    genuine: bool
    """Whether the signature is Twilio's, as Twilio's own library checks it against the public address."""


class Program:
    """Use as a context manager. `answers` has the body for a path, and "" for all others."""

    def __init__(self, token: str) -> None:
        self.status = 200
        self.answers: dict[str, str] = {}
        self.posted: list[Posted] = []
        self.validator = RequestValidator(token)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answers, self))
        self._thread = threading.Thread(target=partial(self._server.serve_forever, poll_interval=0.01))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def to(self, path: str) -> list[Posted]:
        return [posted for posted in list(self.posted) if urlsplit(posted.path).path == path]

    def statuses(self, path: str = "/status") -> list[str]:
        """What status callbacks have told."""
        told = (posted.fields for posted in self.to(path))
        return [fields.get("MessageStatus") or fields["CallStatus"] for fields in told]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Answers(BaseHTTPRequestHandler):
    def __init__(self, program: Program, *given: object) -> None:
        self._program = program
        super().__init__(*given)  # type: ignore[arg-type]  # what the library hands over

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True))
        signature = self.headers.get("X-Twilio-Signature", "")
        genuine = bool(self._program.validator.validate(PUBLIC + self.path, fields, signature))
        self._program.posted.append(Posted(self.path, fields, genuine))
        answer = self._program.answers.get(urlsplit(self.path).path, "").encode()
        with suppress(ConnectionError):  # whoever asked may have gone
            self.send_response(self._program.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    do_GET = do_POST  # noqa: N815  the library's name

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
