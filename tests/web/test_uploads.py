"""Forms with files at the server itself: read to their end, kept within bounds, slow lines borne, idle ones not."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from flask import request
from sqlalchemy import select

from cases.models import Download, FileState, ReportMessage
from tests.web.conftest import ZONE
from tests.web.form import NUMBER, TICKET
from web import server
from web.factory import make_app
from web.server import Patience, listen, serve
from web.uploads import READ_AT_MOST, SLOWEST, TOGETHER, Beginning

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from store.unit_of_work import Store

BOUNDARY = "----panah"
MEGABYTE = 1024 * 1024


@contextmanager
def served(store: Store, patience: Patience) -> Iterator[tuple[str, int]]:
    listening, stop = listen(("127.0.0.1", 0)), threading.Event()
    address = listening.getsockname()[:2]
    thread = threading.Thread(target=serve, args=(store, listening, ZONE, stop), kwargs={"patience": patience})
    thread.start()
    try:
        yield address
    finally:
        stop.set()
        thread.join(60)


def ticket_from(address: tuple[str, int]) -> str:
    connection = http.client.HTTPConnection(*address, timeout=60)
    connection.request("GET", "/report")
    found = TICKET.search(connection.getresponse().read().decode())
    connection.close()
    assert found is not None
    return found[1]


def head_of_form(ticket: str, words: str) -> bytes:
    def field(name: str, value: str) -> str:
        return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'

    file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="film.mp4"\r\n\r\n'
    return (field("form", ticket) + field("words", words) + file).encode()


def head_of_request(length: int) -> bytes:
    return (
        f"POST /report HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
    ).encode()


def sends(address: tuple[str, int], body: Any, length: int) -> bytes:
    """Send a body piece by piece, as a browser does: it reads no answer before it has sent everything."""
    with socket.create_connection(address, timeout=60) as line:
        line.sendall(head_of_request(length))
        for piece in body:
            line.sendall(piece)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_fifty_megabytes_are_read_to_their_end_and_answered_in_words(quick_store: Store) -> None:
    end = f"\r\n--{BOUNDARY}--\r\n".encode()
    with served(quick_store, Patience()) as address:
        head = head_of_form(ticket_from(address), "they took my brother")
        body = (head, *(bytes(MEGABYTE) for _ in range(50)), end)
        answer = sends(address, body, sum(map(len, body))).decode()
    assert answer.startswith("HTTP/1.1 200")
    assert NUMBER.search(answer)
    assert "is too large: we could not copy it" in answer
    with quick_store.read() as unit:
        assert [row.kind for row in unit.session.scalars(select(ReportMessage))] == ["text", "document"]
        assert [row.state for row in unit.session.scalars(select(Download))] == [FileState.TOO_LARGE]


def test_whoever_sends_without_end_is_cut_off_and_other_paths_take_as_little_as_ever(quick_store: Store) -> None:
    with served(quick_store, Patience()) as address:
        for path, length, status in (("/report", READ_AT_MOST + 1, b"413"), ("/open/x", 3 * MEGABYTE, b"413")):
            with socket.create_connection(address, timeout=60) as line:
                line.sendall(head_of_request(length).replace(b"/report", path.encode()))
                assert status in line.recv(100)


def test_a_slow_line_is_borne_as_long_as_it_moves_and_an_idle_one_is_not(quick_store: Store) -> None:
    patience = Patience(asking=1.0)
    with served(quick_store, patience) as address:
        head = head_of_form(ticket_from(address), "they took my brother")
        end = f"\r\n--{BOUNDARY}--\r\n".encode()

        def slowly() -> Iterator[bytes]:
            yield head
            for _ in range(10):
                time.sleep(0.4)
                yield bytes(2 * SLOWEST)
            yield end

        began = time.monotonic()
        assert b"200 OK" in sends(address, slowly(), len(head) + 20 * SLOWEST + len(end))[:40]
        assert time.monotonic() - began > 3 * patience.asking, "it took longer than a request may without moving"
        with socket.create_connection(address, timeout=60) as idle:
            idle.sendall(head_of_request(MEGABYTE) + head)
            assert idle.recv(100) == b"", "cut off"


def test_when_all_that_comes_takes_too_much_memory_the_slowest_goes_first() -> None:
    def coming(size: int) -> Any:
        body = Beginning(TOGETHER)
        body.append(bytes(size))
        return SimpleNamespace(
            request=SimpleNamespace(body_rcv=body, body_bytes_received=size), requests=[], will_close=False
        )

    class Line(SimpleNamespace):
        __hash__ = object.__hash__  # type: ignore[assignment]  # lines are kept by what they are

    lines = [Line(**vars(coming(size))) for size in (TOGETHER // 2, 100, TOGETHER // 3, TOGETHER // 2)]
    stopwatch = server._Stopwatch(Patience())  # noqa: SLF001  what it does with lines is tried without sockets
    for at, line in enumerate(lines):
        stopwatch._began[line] = (line.request, float(at))  # noqa: SLF001
    stopwatch._make_room(list(reversed(lines)))  # noqa: SLF001
    assert [line.will_close for line in lines] == [True, False, False, False]


def test_nothing_of_a_form_is_ever_in_a_temporary_file(quick_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    end = f"\r\n--{BOUNDARY}--\r\n".encode()
    with served(quick_store, Patience()) as address:
        head = head_of_form(ticket_from(address), "they took my brother")
        body = (head, bytes(9 * MEGABYTE), end)
        assert b"200 OK" in sends(address, body, sum(map(len, body)))[:40]
    with quick_store.read() as unit:
        assert [row.state for row in unit.session.scalars(select(Download))] == [FileState.STORED]


def test_a_table_or_a_document_stays_in_memory_however_large(quick_store: Store) -> None:
    sent = {"table": (BytesIO(bytes(MEGABYTE)), "list.xlsx")}
    with make_app(quick_store, ZONE).test_request_context(method="POST", data=sent):
        assert isinstance(request.files["table"].stream, BytesIO)
