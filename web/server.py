"""The web server: one thread pool inside the process, stopped cleanly."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.server import create_server

from web.factory import make_app
from web.webhook import LARGEST_UPDATE

if TYPE_CHECKING:
    import threading

    from contacts.accounts.passwords import Passwords
    from store.unit_of_work import Store
    from web.backstage import Backstage

THREADS = 8
BACKLOG = 128
BODY_LIMIT = LARGEST_UPDATE + 1024
"""Bytes the server reads of a request's body at all; the pages allow less. All of it stays in memory."""
LOOK_EVERY = 0.2
FINISH_WITHIN = 5.0
"""Real seconds in which requests under way may end and be answered when the server is stopped."""


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
) -> None:
    """Serve the pages until ``stop``, then let the requests under way end. Closes ``listening``."""
    open_sockets: dict[int, Any] = {}
    server = create_server(
        make_app(store, zone, backstage, passwords=passwords),
        map=open_sockets,
        sockets=[listening],
        threads=THREADS,
        max_request_body_size=BODY_LIMIT,
        inbuf_overflow=BODY_LIMIT,
        ident="",
        # The reverse proxy is on this machine and says, last, whose request it passes on. Nobody else is believed.
        trusted_proxy="127.0.0.1",
        trusted_proxy_count=1,
        trusted_proxy_headers={"x-forwarded-for"},
        clear_untrusted_proxy_headers=True,
    )
    try:
        while not stop.is_set():
            _pass_bytes(open_sockets)
        server.accepting = False
        server.task_dispatcher.shutdown(timeout=FINISH_WITHIN)
        _finish_answers(open_sockets)
    finally:
        wasyncore.close_all(open_sockets)
        listening.close()


def _pass_bytes(open_sockets: dict[int, Any]) -> None:
    wasyncore.loop(timeout=LOOK_EVERY, use_poll=True, map=open_sockets, count=1)


def _finish_answers(open_sockets: dict[int, Any]) -> None:
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline and any(getattr(one, "total_outbufs_len", 0) for one in open_sockets.values()):
        _pass_bytes(open_sockets)
