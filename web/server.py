"""The web server: one thread pool inside the process, stopped cleanly."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

from web.console.stream import MOST
from web.factory import make_app
from web.uploads import SLOWEST, TOGETHER, Channel, kept_of, received_of
from web.webhook import LARGEST_UPDATE

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from flask import Flask

    from contacts.accounts.passwords import Passwords
    from store.unit_of_work import Store
    from web.backstage import Backstage

THREADS = 8 + MOST
"""Those that build pages, and one for each page that follows what is committed."""
BACKLOG = 128
BODY_LIMIT = LARGEST_UPDATE + 1024
"""Bytes the server reads of a request's body, but for forms with files; the pages allow less. All stays in memory."""
HEADERS_LIMIT = 32 * 1024
"""Bytes of a request before its body."""
CONNECTIONS = 400
"""Side by side; more wait in line. Most of them do nothing but wait themselves."""
IN_MEMORY = 64 * 1024 * 1024
"""Bytes of an answer above which the server would write it to a temporary file, where nothing readable may lie …"""
AHEAD = 1024 * 1024
"""… and bytes of it that are made before its reader has taken them: so it never comes to that."""
LOOK_EVERY = 0.2
FINISH_WITHIN = 5.0
"""Real seconds in which requests under way may end and be answered when the server is stopped."""


@dataclass(frozen=True)
class Patience:
    """Real seconds that are given to those who ask slowly (or not at all) and those who read slowly.

    A connection on which a byte comes now and then is held up by its sender: without a limit a few hundred of them
    would keep everybody else out.
    """

    asking: float = 15.0
    """For one whole request, from its first byte to its last, and longer as long as its body comes apace …"""
    silent: int = 30
    """… for a connection on which nothing happens …"""
    reading: float = 600.0
    """… and for one whole answer."""


PATIENT = Patience()


def listen(address: tuple[str, int]) -> socket.socket:
    """Take the address; requests wait from now on until :func:`serve` answers them. Raises OSError if it is taken."""
    host, port = address
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def serve(
    store: Store,
    listening: socket.socket,
    zone: str,
    stop: threading.Event,
    backstage: Backstage | None = None,
    *,
    passwords: Passwords | None = None,
    patience: Patience = PATIENT,
) -> None:
    """Serve the pages until ``stop``, then let the requests under way end. Closes ``listening``."""
    app = make_app(store, zone, backstage, passwords=passwords)
    serve_app(app, listening, stop, patience=patience, ending=app.extensions["panah_gate"].streams.close)


def serve_app(
    app: Flask,
    listening: socket.socket,
    stop: threading.Event,
    *,
    patience: Patience = PATIENT,
    ending: Callable[[], None] = lambda: None,
) -> None:
    """Serve an application until ``stop``; ``ending`` ends the answers that would go on by themselves."""
    open_sockets: dict[int, Any] = {}
    server = create_server(
        app,
        map=open_sockets,
        sockets=[listening],
        threads=THREADS,
        max_request_body_size=BODY_LIMIT,
        max_request_header_size=HEADERS_LIMIT,
        inbuf_overflow=BODY_LIMIT,
        outbuf_overflow=IN_MEMORY,
        outbuf_high_watermark=AHEAD,
        connection_limit=CONNECTIONS,
        channel_timeout=patience.silent,
        ident="",
        # The reverse proxy is on this machine and says, last, whose request it passes on. Nobody else is believed.
        trusted_proxy="127.0.0.1",
        trusted_proxy_count=1,
        trusted_proxy_headers={"x-forwarded-for"},
        clear_untrusted_proxy_headers=True,
    )
    server.channel_class = Channel
    stopwatch = _Stopwatch(patience)
    try:
        while not stop.is_set():
            _pass_bytes(open_sockets)
            stopwatch.look(open_sockets)
        server.accepting = False
        ending()
        server.task_dispatcher.shutdown(timeout=FINISH_WITHIN)
        _finish_answers(open_sockets)
    finally:
        wasyncore.close_all(open_sockets)
        listening.close()


class _Stopwatch:
    """Ends connections whose request, or whose answer, takes too long, however steadily single bytes come or go."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._began: WeakKeyDictionary[Any, tuple[object, float]] = WeakKeyDictionary()

    def look(self, open_sockets: dict[int, Any]) -> None:
        now = time.monotonic()
        channels = [channel for channel in open_sockets.values() if isinstance(channel, HTTPChannel)]
        for channel in channels:
            self._look_at(channel, now)
        self._make_room([channel for channel in channels if channel.request is not None])

    def _make_room(self, coming: list[Any]) -> None:
        """End what has taken longest to come, as long as all that comes takes more memory than there is for it."""
        coming.sort(key=lambda channel: self._began.get(channel, (None, time.monotonic()))[1])
        taken = sum(kept_of(channel.request) for channel in coming)
        for channel in coming:
            if taken <= TOGETHER:
                return
            if kept_of(channel.request) > BODY_LIMIT:
                taken -= kept_of(channel.request)
                channel.will_close = True

    def _look_at(self, channel: Any, now: float) -> None:
        answered = list(channel.requests)[:1]
        under_way = answered[0] if answered else channel.request
        if under_way is None:
            self._began.pop(channel, None)
            return
        known, since = self._began.get(channel, (None, now))
        if known is not under_way:
            since = now
            self._began[channel] = (under_way, now)
        asking = self._patience.asking + received_of(under_way) / SLOWEST
        if now - since > (self._patience.reading if answered else asking):
            channel.will_close = True


def _pass_bytes(open_sockets: dict[int, Any]) -> None:
    wasyncore.loop(timeout=LOOK_EVERY, use_poll=True, map=open_sockets, count=1)


def _finish_answers(open_sockets: dict[int, Any]) -> None:
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline and any(getattr(one, "total_outbufs_len", 0) for one in open_sockets.values()):
        _pass_bytes(open_sockets)
