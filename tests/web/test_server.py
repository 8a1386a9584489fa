"""The server itself: it takes its address at once, answers what it has begun to answer, and ends when told."""

from __future__ import annotations

import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from contacts.accounts.models import Tries
from contacts.accounts.throttle import key_of
from store.unit_of_work import Store
from tests.accounts import FORM, join, quick
from tests.web.conftest import ZONE
from web.server import listen, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contacts.accounts.passwords import Passwords


def answer_of(connection: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"ready\n"):
        said += connection.recv(4096)
    return said


@contextmanager
def served(
    quick_store: Store, listening: socket.socket | None = None, *, passwords: Passwords | None = None
) -> Iterator[tuple[str, threading.Event]]:
    listening, stop = listening or listen(("127.0.0.1", 0)), threading.Event()
    address = listening.getsockname()
    thread = threading.Thread(target=serve, args=(quick_store, listening, ZONE, stop), kwargs={"passwords": passwords})
    thread.start()
    try:
        yield f"http://127.0.0.1:{address[1]}", stop
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def test_it_answers_and_ends_although_somebody_stays_connected(quick_store: Store) -> None:
    with served(quick_store) as (url, stop):
        with urllib.request.urlopen(f"{url}/healthz", timeout=60) as answer:  # noqa: S310  our own address
            assert answer.read() == b"ok\n"
            assert answer.headers["Server"] is None
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as lingering:
            lingering.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
            answer_of(lingering)
            began = time.monotonic()
            stop.set()
            assert lingering.recv(4096) == b""
            assert time.monotonic() - began < 20
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(url, timeout=60)  # noqa: S310  our own address


class Asked(Store):
    """A store that says when somebody has come to it."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.engine, store.ring, store.clock)
        self.came = threading.Event()

    def look_at_ring(self) -> None:
        super().look_at_ring()
        self.came.set()


def test_a_request_under_way_is_answered_before_it_ends(quick_store: Store) -> None:
    store = Asked(quick_store)
    with served(store) as (url, stop):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as waiting:
            with quick_store.unit("test"):  # holds up whoever wants to write
                store.came.clear()
                waiting.sendall(b"POST /open/x HTTP/1.0\r\nContent-Length: 0\r\n\r\n")
                assert store.came.wait(60)
                stop.set()
                time.sleep(0.3)
            answer = b"".join(iter(lambda: waiting.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.0 404")
    assert answer.endswith(b"</html>")


def test_a_taken_address_is_an_error_at_once() -> None:
    with listen(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        listen(taken.getsockname())


def test_requests_wait_in_line_until_somebody_serves(quick_store: Store) -> None:
    listening = listen(("127.0.0.1", 0))
    with socket.create_connection(listening.getsockname(), timeout=60) as early:
        early.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        early.settimeout(0.2)
        with pytest.raises(TimeoutError):
            early.recv(1)
        early.settimeout(60)
        with served(quick_store, listening):
            answer = b"".join(iter(lambda: early.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.0 200")
    assert answer.endswith(b"ok\n")


def test_the_proxy_on_this_machine_says_whose_request_it_is(quick_store: Store) -> None:
    """Its word for where a request comes from counts wrong tries apart, and keeps the world from what is ours alone."""
    aigerim = join(quick_store, "Aigerim")
    with served(quick_store, passwords=quick(quick_store)) as (url, _):
        jar = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        page = jar.open(f"{url}/console/sign-in", timeout=60).read().decode()
        form = FORM.search(page)
        assert form is not None
        for place in ("192.0.2.7", "192.0.2.8"):
            data = urllib.parse.urlencode({"form": form[1], "name": aigerim.login, "password": "no"}).encode()
            request = urllib.request.Request(  # noqa: S310  our own address
                f"{url}/console/sign-in", data, {"X-Forwarded-For": f"203.0.113.1, {place}"}
            )
            with pytest.raises(urllib.error.HTTPError, match="403"):
                jar.open(request, timeout=60)
    with quick_store.read() as unit:
        known = set(unit.session.scalars(select(Tries.key)))
        assert {key_of(unit, "source", place) for place in ("192.0.2.7", "192.0.2.8")} <= known
        assert key_of(unit, "source", "127.0.0.1") not in known
        assert key_of(unit, "source", "203.0.113.1") not in known
