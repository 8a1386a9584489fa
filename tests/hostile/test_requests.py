"""What strangers send to the real server: malformed, oversized, slow, forged, replayed, and looking for ways out."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from alerts.telling.wording import Wording
from bot.poller import raw_input
from store.inbox import InboxItem, keep
from tests.quick import quick_store as quick_store_in
from tests.web.conftest import ZONE
from web.backstage import Backstage
from web.server import BODY_LIMIT, HEADERS_LIMIT, Patience, listen, serve
from web.twilio import LARGEST_FORM, Twilio
from web.webhook import LARGEST_UPDATE, SECRET_HEADER, Webhook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from store.unit_of_work import Store

SECRET = "a-secret-of-the-webhook"
TWILIO_TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://panah.example.org"
QUICK = Patience(asking=1.5, silent=1, reading=5.0)


class Server:
    """The real server on a port of its own, and raw bytes to it."""

    def __init__(self, store: Store, port: int) -> None:
        self.store = store
        self.port = port

    def hears(self, sent: bytes, *, more: bytes = b"") -> bytes:
        """Send bytes and read until the server closes, or has nothing to say for a while."""
        with self.connected() as connection:
            connection.sendall(sent)
            if more:
                connection.sendall(more)
            return self.rest(connection)

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            yield connection

    @staticmethod
    def rest(connection: socket.socket) -> bytes:
        said = b""
        try:
            while piece := connection.recv(65536):
                said += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
        return said

    def asks(self, line: str, *headers: str, body: bytes = b"") -> bytes:
        """One request in HTTP/1.0; return the whole answer."""
        given = "\r\n".join([line, *headers, f"Content-Length: {len(body)}"])
        return self.hears(f"{given}\r\n\r\n".encode("latin-1") + body)

    def is_well(self) -> bool:
        return self.asks("GET /readyz HTTP/1.0").endswith(b"ready\n")

    def inputs(self) -> int:
        """How many were kept to be handled."""
        with self.store.read() as unit:
            wanted = select(func.count()).select_from(InboxItem).where(InboxItem.payload.is_not(None))
            return unit.session.scalar(wanted) or 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    with quick_store_in(folder) as store:

        def kept(_account: str | None, update: Any) -> None:
            found = raw_input(update)
            if found is None:
                raise ValueError
            with store.unit("webhook") as unit:
                keep(unit, "telegram:test", "telegram", [found], moves_cursor=False)

        twilio = Twilio(TWILIO_TOKEN, PUBLIC, Wording(ZONE, PUBLIC))
        backstage = Backstage(lambda _: NotImplemented, lambda _: True, Webhook(SECRET, kept), twilio)
        listening, stop = listen(("127.0.0.1", 0)), threading.Event()
        port = listening.getsockname()[1]
        thread = threading.Thread(
            target=serve, args=(store, listening, ZONE, stop, backstage), kwargs={"patience": QUICK}
        )
        thread.start()
        yield Server(store, port)
        stop.set()
        thread.join(60)


PATHS = [
    "/%2e%2e/%2e%2e/etc/passwd",
    "/static/%2e%2e/factory.py",
    "/static/..%2ffactory.py",
    "/static/..%5cfactory.py",
    "/static/%00",
    "/static/page.css%00.svg",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/C:%5cwindows",
    "//etc/passwd",
    "/\\..\\..\\etc\\passwd",
    "/open/%00",
    "/open/%ff%fe%fd",
    "/open/../../x",
    "/open/'%20OR%201=1--",
    "/file/%27%3b%20DROP%20TABLE%20event--",
    "/answer/%0d%0aSet-Cookie:%20a=b",
    "/prove/{{7*7}}",
    "/calendar/%2e%2e%2f.ics",
    "/calendar/%F0%9F%98%80.ics",
    f"/open/{'x' * 20000}",
    "/" + "a/" * 5000,
    "/open/;/?//##%23",
    "/healthz/%2e%2e/metrics",
]


@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
def test_no_path_leads_anywhere(server: Server, path: str) -> None:
    with capture_logs() as logged:
        said = server.asks(f"GET {path} HTTP/1.0")
    status = int(said.split()[1])
    # What proves a number is asked for by a button, whatever the link: previews of messengers must learn nothing.
    assert status in ({200} if path.startswith("/prove") else {400, 404, 405, 414, 431}), said[:200]
    assert b"root:" not in said
    assert b"import" not in said
    assert b"49" not in said.partition(b"\r\n\r\n")[2]
    assert b"Set-Cookie" not in said
    assert not [entry for entry in logged if entry["log_level"] == "error"], logged


MALFORMED = [
    b"\x00\x01\x02\x03\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: [::1\x00]\r\nConnection: close\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: \xff\xfe\r\nConnection: close\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\nConnection: close\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost : a\r\nConnection: close\r\n\r\n",
    b"GET /healthz HTTP/1.1\nHost: a\n\n",
    b"POST /open/x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST /open/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1e9\r\n\r\n",
    b"POST /open/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    b"POST /open/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\nConnection: close\r\n\r\n0\r\n\r\n",
    b"POST /open/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"POST /open/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n",
    b"CONNECT example.org:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET http://example.org/healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"POST /webhooks/telegram HTTP/1.1\r\nX-Telegram-Bot-Api-Secret-Token: \xff\xfe\r\nConnection: close\r\n\r\n",
]


@pytest.mark.parametrize("sent", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_malformed_is_refused_and_troubles_nobody(server: Server, sent: bytes) -> None:
    with capture_logs() as logged:
        said = server.hears(sent)
    first = said.split(b"\r\n")[0]
    assert not first or int(first.split()[1]) in {200, 303, 400, 403, 404, 405, 413, 431, 501}, first
    assert b"Traceback" not in said
    assert not [entry for entry in logged if entry["log_level"] == "error"], logged
    assert server.is_well()


def test_what_is_too_large_is_refused_before_it_is_read(server: Server) -> None:
    for path, size in (
        ("/open/x", 5000),
        ("/webhooks/twilio/sms", LARGEST_FORM + 1),
        ("/webhooks/telegram", LARGEST_UPDATE + 1),
        ("/webhooks/telegram", BODY_LIMIT * 1000),
    ):
        said = server.hears(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n".encode(), more=b"x")
        assert not said or said.startswith((b"HTTP/1.1 413", b"HTTP/1.0 413")), said[:100]
    many = "".join(f"X-{number}: {'y' * 1000}\r\n" for number in range(HEADERS_LIMIT // 1000 + 2))
    assert b" 431 " in server.hears(f"GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n".encode())[:20]
    endless = b"POST /open/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"z" * 0x10000 + b"\r\n"
    assert b" 413 " in server.hears(endless, more=chunk * (BODY_LIMIT // 0x10000 + 1))[:20]
    assert server.is_well()


def test_who_sends_byte_by_byte_is_shown_the_door_and_keeps_nobody_out(server: Server) -> None:
    slow = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(150)]
    try:
        for number, one in enumerate(slow):
            begun = (
                b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
                if number % 2
                else b"POST /open/x HTTP/1.1\r\nContent-Length: 4000\r\n\r\n"
            )
            one.sendall(begun)
        assert server.is_well(), "others wait for the slow ones"
        deadline = time.monotonic() + 15
        alive = list(slow)
        while alive and time.monotonic() < deadline:
            alive = [one for one in alive if drips(one)]
            time.sleep(0.1)
        assert not alive, f"{len(alive)} of them may go on for ever"
        assert server.is_well()
    finally:
        for one in slow:
            one.close()


def drips(connection: socket.socket) -> bool:
    """Send one more byte; whether the other end still listens."""
    try:
        connection.sendall(b"X")
        connection.setblocking(False)
        return connection.recv(1024) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        connection.setblocking(True)


UPDATE = {"update_id": 7, "message": {"message_id": 1, "chat": {"id": 7000001, "type": "private"}, "text": "help"}}


def test_what_somebody_brings_in_telegrams_name_is_not_kept(server: Server) -> None:
    before = server.inputs()
    body = json.dumps(UPDATE).encode()
    for header in (
        "",
        "X-Other: 1",
        f"{SECRET_HEADER}: ",
        f"{SECRET_HEADER}: {SECRET}x",
        f"{SECRET_HEADER}: {SECRET.upper()}",
    ):
        said = server.asks("POST /webhooks/telegram HTTP/1.0", *([header] if header else []), body=body)
        assert b" 403 " in said[:20]
    assert server.inputs() == before


def test_what_telegram_brings_twice_is_kept_once_and_what_is_none_is_refused(server: Server) -> None:
    before = server.inputs()
    secret = f"{SECRET_HEADER}: {SECRET}"
    for _ in range(3):
        assert (
            b" 200 " in server.asks("POST /webhooks/telegram HTTP/1.0", secret, body=json.dumps(UPDATE).encode())[:20]
        )
    assert server.inputs() == before + 1
    for body in (
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b'{"update_id": ' + b"9" * 40 + b"}",
        b'{"update_id": -' + b"9" * 40 + b"}",
        b"9" * 5000,
        b"[" * 100_000,
        b'{"update_id": NaN}',
        b"\xff\xfe",
    ):
        assert b" 400 " in server.asks("POST /webhooks/telegram HTTP/1.0", secret, body=body)[:20], body[:40]
    assert server.inputs() == before + 1


def twilios(path: str, form: dict[str, str], token: str = TWILIO_TOKEN) -> tuple[str, str, bytes]:
    signature = RequestValidator(token).compute_signature(f"{PUBLIC}{path}", form)
    kind = "Content-Type: application/x-www-form-urlencoded"
    return f"X-Twilio-Signature: {signature}", kind, urlencode(form).encode()


def test_what_somebody_brings_in_twilios_name_is_not_kept(server: Server) -> None:
    before = server.inputs()
    form = {"From": "+77000000001", "MessageSid": "SM1", "Body": "100A"}
    path = "/webhooks/twilio/sms"
    signed, kind, body = twilios(path, form)
    forged, _, _ = twilios(path, form, token="another")
    elsewhere, _, _ = twilios("/webhooks/twilio/status", form)
    for header, sent in (
        (forged, body),
        (elsewhere, body),
        (signed, body + b"&Body=101A"),
        (signed, body[:-1] + b"D"),
        ("X: 1", body),
    ):
        assert b" 403 " in server.asks(f"POST {path} HTTP/1.0", header, kind, body=sent)[:20]
    assert server.inputs() == before


@pytest.mark.parametrize(
    "form",
    [
        {"From": "\x00", "MessageSid": "SM2", "Body": "\x00"},
        {"From": "x" * 20000, "MessageSid": "SM3", "Body": "y" * 20000},
        {"From": "'; DROP TABLE inbox; --", "MessageSid": "SM4", "Body": "{{7*7}} <b> ${jndi:x}"},
        {"From": "+77000000001", "MessageSid": "SM5", "Body": "\u202eA001\u200b\U000e0041"},
    ],
    ids=["zero bytes", "long", "SQL", "bidi"],
)
def test_whatever_a_text_says_it_is_kept(server: Server, form: dict[str, str]) -> None:
    before = server.inputs()
    signed, kind, body = twilios("/webhooks/twilio/sms", form)
    assert b" 200 " in server.asks("POST /webhooks/twilio/sms HTTP/1.0", signed, kind, body=body)[:20]
    assert server.inputs() == before + 1


def test_a_text_that_is_brought_again_is_kept_once(server: Server) -> None:
    before = server.inputs()
    signed, kind, body = twilios("/webhooks/twilio/sms", {"From": "+77000000001", "MessageSid": "SM9", "Body": "STOP"})
    for _ in range(3):
        assert b" 200 " in server.asks("POST /webhooks/twilio/sms HTTP/1.0", signed, kind, body=body)[:20]
    assert server.inputs() == before + 1


@pytest.mark.parametrize(
    "attempt", ["", "x", "\x00", "0" * 36, "' OR 1=1", "../..", "00000000-0000-0000-0000-000000000000"]
)
def test_a_report_about_a_call_nobody_made_is_dropped(server: Server, attempt: str) -> None:
    path = f"/webhooks/twilio/status?{urlencode({'attempt': attempt})}"
    for status in ("delivered", "\x00", "x" * 5000):
        signed, kind, body = twilios(path, {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": "9" * 5000})
        assert b" 204 " in server.asks(f"POST {path} HTTP/1.0", signed, kind, body=body)[:20]
    key, kind, body = twilios("/webhooks/twilio/voice", {"Digits": "1" * 5000})
    assert b" 200 " in server.asks("POST /webhooks/twilio/voice HTTP/1.0", key, kind, body=body)[:20]
