"""The stream by which an open page hears that something was committed, so that it asks for itself again.

It says that something changed and nothing about what. Each open page holds a thread of the server, so there is a bound;
who comes above it is told not to try again, and their page asks every half minute instead.
"""

from __future__ import annotations

import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response
from sqlalchemy import select

from contacts.accounts.sessions import signed_in
from store.eventlog import EventRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from store.unit_of_work import Store
    from web.console.gate import Gate

MOST: Final = 24
"""Pages that follow side by side."""
LASTS: Final = 240.0
"""Real seconds after which a stream ends and the browser begins another: so those nobody reads come to an end."""
BREATH: Final = 0.2
"""Real seconds in which what is committed is gathered into one word."""
SIGN_OF_LIFE: Final = 10.0
NEWEST: Final = 8
"""Events that are compared: ids of several machines need not come in order."""


class Streams:
    """The streams of one server: how many there may be, and their end when it stops."""

    def __init__(self, store: Store, most: int = MOST) -> None:
        self._store = store
        self._slots = threading.BoundedSemaphore(most)
        self._closing = threading.Event()

    def close(self) -> None:
        """End all of them at once."""
        self._closing.set()
        self._store.wake.ring()

    def begin(self, token: str, *, tells: bool) -> Response:
        """Return the stream of one session; without ``tells`` it is silent. 204: there are too many."""
        if self._closing.is_set() or not self._slots.acquire(blocking=False):
            return Response(status=HTTPStatus.NO_CONTENT)
        answer = Response(self._follow(token, tells=tells), mimetype="text/event-stream")
        answer.headers["X-Accel-Buffering"] = "no"
        answer.call_on_close(self._slots.release)
        return answer

    def _follow(self, token: str, *, tells: bool) -> Iterator[str]:
        """Yield a word for each change, a comment now and then; ends when the session does."""
        ends = time.monotonic() + LASTS
        yield "retry: 2000\n\n"
        known = self._head(token)
        spoke = time.monotonic()
        while not self._closing.is_set() and time.monotonic() < ends:
            seen = self._store.wake.rung
            head = None if known is None else self._head(token)
            if head is None:
                yield "data: changed\n\n"  # the page asks once more, and leads to the way in
                return
            if head != known and tells:
                yield "data: changed\n\n"
                spoke = time.monotonic()
            elif time.monotonic() - spoke >= SIGN_OF_LIFE:
                yield ": \n\n"
                spoke = time.monotonic()
            known = head
            if self._store.wake.wait(seen, max(SIGN_OF_LIFE - (time.monotonic() - spoke), 0.0)) != seen:
                self._closing.wait(BREATH)

    def _head(self, token: str) -> tuple[UUID, ...] | None:
        """The newest events there are; None once the session is over."""
        with self._store.read() as unit:
            if signed_in(unit, token) is None:
                return None
            return tuple(unit.session.scalars(select(EventRow.id).order_by(EventRow.id.desc()).limit(NEWEST)))


def stream_pages(gate: Gate) -> Blueprint:
    """Build the route."""
    pages = Blueprint("stream", __name__)
    gate.page(pages, "/console/live", live)
    return pages


def live(gate: Gate) -> Response:
    """Follow what is committed. Somebody who is being forced hears nothing: their board does not move."""
    return gate.streams.begin(gate.token, tells=not gate.who.duress)
