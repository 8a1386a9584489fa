"""The settings page: how things stand, whether evidence holds, and the lock that looks the same to who is forced."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from alerts.messages.channel_states import note_channels
from cases.retention import Terms
from tests.accounts import DURESS, PASSWORD, Browser, Member, join, quick
from tests.web.conftest import ZONE
from web.backstage import Backstage
from web.factory import make_app
from web.housekeeping import Finding, HousekeepingError, KeyFacts

if TYPE_CHECKING:
    from store.unit_of_work import Store

PAGE = "/console/settings"


class Keeping:
    """A home whose keeper says what a test wants."""

    terms = Terms(timedelta(days=365), timedelta(days=30))
    can_be_locked = True
    trouble: str | None = None

    def __init__(self) -> None:
        self.locked = 0
        self.breaks: list[str] = []

    def keys(self) -> KeyFacts:
        return KeyFacts(("2026-02b", "2026-03a"), "2026-03a")

    def examine(self) -> list[Finding]:
        self._fails()
        return [Finding("clock", "ok", "right", ""), Finding("backup", "fault", "none for a week", "make one")]

    def verify(self) -> list[str]:
        self._fails()
        return self.breaks

    def lock(self) -> None:
        self._fails()
        self.locked += 1

    def _fails(self) -> None:
        if self.trouble is not None:
            raise HousekeepingError(self.trouble)


@pytest.fixture
def keeping() -> Keeping:
    return Keeping()


@pytest.fixture
def member(quick_store: Store) -> Member:
    return join(quick_store, "Aigerim")


@pytest.fixture
def browser(quick_store: Store, keeping: Keeping, member: Member) -> Browser:
    backstage = Backstage(lambda _: NotImplemented, lambda _: True, keeping=keeping)
    app = make_app(quick_store, ZONE, backstage, passwords=quick(quick_store))
    return Browser(app.test_client()).comes_in(member)


def presses(browser: Browser, name: str, **fields: str) -> Any:
    return browser.sends(f"{PAGE}/{name}", **fields)


def test_it_says_how_things_stand(browser: Browser, quick_store: Store) -> None:
    with quick_store.unit("test") as unit:
        note_channels(unit, frozenset({"telegram"}))
    shown = browser.sees(PAGE)
    assert "2026-03a" in shown
    assert "Telegram" in shown
    examined = presses(browser, "examine").text
    assert "none for a week" in examined
    assert "make one" in examined


def test_evidence_holds_or_is_said_not_to(browser: Browser, keeping: Keeping) -> None:
    assert "everything holds" in presses(browser, "verify").text
    keeping.breaks = ["chain: x, what: changed, position: 3"]
    told = presses(browser, "verify").text
    assert "position: 3" in told
    assert "everything holds" not in told


def test_what_cannot_be_done_is_said(browser: Browser, keeping: Keeping) -> None:
    keeping.trouble = "it took longer than 90 seconds"
    for name in ("examine", "verify"):
        assert "It took too long." in presses(browser, name).text
    assert "It took too long." in presses(browser, "lock", proof=PASSWORD).text


def test_the_lock_asks_who_one_is(browser: Browser, keeping: Keeping) -> None:
    refused = presses(browser, "lock", proof="guessed")
    assert refused.status_code == 400
    assert keeping.locked == 0
    assert "Locked" in presses(browser, "lock", proof=PASSWORD).text
    assert keeping.locked == 1


def test_to_who_is_forced_it_looks_done(browser: Browser, keeping: Keeping, member: Member) -> None:
    assert "Locked" in presses(browser, "lock", proof=DURESS).text
    assert keeping.locked == 0
    browser.comes_in(member, duress=True)
    assert "none for a week" not in presses(browser, "examine").text
    assert "everything holds" in presses(browser, "verify").text


def test_without_a_recipient_there_is_no_lock_to_press(browser: Browser, keeping: Keeping) -> None:
    keeping.can_be_locked = False
    shown = browser.sees(PAGE)
    assert "PANAH_BACKUP_RECIPIENT" in shown
    assert "Lock now" not in shown


def test_a_process_without_a_home_says_so(quick_store: Store, member: Member) -> None:
    app = make_app(quick_store, ZONE, passwords=quick(quick_store))
    browser = Browser(app.test_client()).comes_in(member)
    assert browser.sees(PAGE)
    assert "panah lock" in presses(browser, "lock", proof=PASSWORD).text
