"""An open page hears of a commit; what goes over a poor line is packed."""

from __future__ import annotations

import gzip
import threading
import time
from typing import TYPE_CHECKING

import pytest

from contacts.accounts.managing import revoke_account
from tests.accounts import Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.test_console import seek
from web.console.stream import Streams
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Response
    from flask.testing import FlaskClient

    from store.unit_of_work import Store
    from tests.web.scene import Scene

SOON = 1.0
"""Seconds within which an open page must know."""


class Listener:
    """Somebody whose page follows, in a thread of its own."""

    def __init__(self, answer: Response) -> None:
        self.heard: list[tuple[float, str]] = []
        self._answer = answer
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self.waits_for("retry")

    def _listen(self) -> None:
        for word in self._answer.response:
            self.heard.append((time.monotonic(), str(word)))
        self._answer.close()

    def waits_for(self, word: str, within: float = 5.0) -> float:
        """Return when a word came; fails when it does not."""
        ends = time.monotonic() + within
        while time.monotonic() < ends:
            for at, heard in list(self.heard):
                if word in heard:
                    return at
            time.sleep(0.01)
        raise AssertionError([heard for _, heard in self.heard])

    def has_ended(self, within: float = 5.0) -> bool:
        self._thread.join(within)
        return not self._thread.is_alive()


@pytest.fixture
def member(quick_store: Store) -> Member:
    return join(quick_store, "Aigerim")


@pytest.fixture
def streams(quick_store: Store) -> Iterator[Streams]:
    streams = Streams(quick_store, most=2)
    yield streams
    streams.close()


def test_a_commit_is_heard_within_a_second(streams: Streams, member: Member, scene: Scene) -> None:
    listener = Listener(streams.begin(member.session(), tells=True))
    time.sleep(0.3)  # it sits and waits
    something_happens(scene.store)
    committed = time.monotonic()
    assert listener.waits_for("changed") - committed < SOON


def something_happens(store: Store) -> None:
    other = join(store, "Somebody else")
    with store.unit("test") as unit:
        revoke_account(unit, other.account_id)


def test_who_is_forced_hears_nothing(streams: Streams, member: Member, quick_store: Store) -> None:
    listener = Listener(streams.begin(member.session(duress=True), tells=False))
    something_happens(quick_store)
    time.sleep(0.6)
    assert not [heard for _, heard in listener.heard if "changed" in heard]


def test_whose_session_ends_is_told_and_left(streams: Streams, member: Member, quick_store: Store) -> None:
    listener = Listener(streams.begin(member.session(), tells=True))
    with quick_store.unit("test") as unit:
        revoke_account(unit, member.account_id)
    listener.waits_for("changed")
    assert listener.has_ended()


def test_there_is_a_bound_and_an_end(streams: Streams, member: Member) -> None:
    first, second = (Listener(streams.begin(member.session(), tells=True)) for _ in range(2))
    assert streams.begin(member.session(), tells=True).status_code == 204
    streams.close()
    assert first.has_ended()
    assert second.has_ended()
    assert streams.begin(member.session(), tells=True).status_code == 204, "the server stops"


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()


def test_pages_are_packed_for_who_takes_them_packed(client: FlaskClient, member: Member, scene: Scene) -> None:
    seek(scene, "coordinator")
    browser = Browser(client).comes_in(member)
    plain = browser.client.get("/console")
    packed = browser.client.get("/console", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert scene.code in gzip.decompress(packed.data).decode()
    assert len(packed.data) < len(plain.data) / 2


def test_our_files_are_packed_and_known_again(client: FlaskClient) -> None:
    with client.get("/static/console.css", headers={"Accept-Encoding": "gzip"}) as style:
        assert "--pico" in gzip.decompress(style.data).decode()
    known = {"Accept-Encoding": "gzip", "If-None-Match": style.headers["ETag"]}
    with client.get("/static/console.css", headers=known) as again:
        assert (again.status_code, again.data) == (304, b"")
