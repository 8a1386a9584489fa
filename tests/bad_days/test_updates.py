"""What comes in: once, whatever is delivered twice, cut off or broken."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text, update

from bot.poller import source_of
from store.inbox import InboxItem, RawInput, keep
from tests.bad_days.books import kept_words, read_books
from tests.bad_days.storm import wait_for_calm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bad_days.ground import Ground

pytestmark = pytest.mark.processes
STRANGER = 7_000_099


@pytest.mark.long  # `tests/stories/test_our_own_faults.py` tells it each time
@pytest.mark.heavy
@pytest.mark.timeout(60)
def test_the_same_update_twice_is_one_report(ground: Ground) -> None:
    ground.running()
    aigerim, _ = ground.team()
    gulnar = ground.relative()
    first = gulnar.writes("they took my brother")
    gulnar.sees("We have your message")
    second = gulnar.writes("his name is Alim")
    gulnar.sees("Added")
    ground.sandbox.wait_until_collected()

    for said in (first, second, first):
        assert said.update_id is not None
        ground.sandbox.redeliver(said.update_id)
    ground.sandbox.wait_until_collected()
    wait_for_calm(ground)
    assert kept_words(ground.house) == {gulnar.chat_id: ["they took my brother", "his name is Alim"]}
    assert len([page for page in aigerim.messages if page.button("Accept")]) == 1
    read_books(ground).balance()


@pytest.mark.heavy
@pytest.mark.timeout(60)
def test_killed_after_telegram_answered_and_before_the_commit(ground: Ground) -> None:
    program = ground.running()
    aigerim, _ = ground.team()
    gulnar = ground.relative()
    ground.sandbox.wait_until_collected()
    with nobody_else_writes(ground):
        gulnar.writes("they took my brother")
        ground.sandbox.wait_until(lambda: ground.sandbox.calls("getUpdates")[-1].answered == 200)
        program.kill()
    assert inbox_size(ground, since_linking=True) == 0
    assert ground.bot.pending == 1

    ground.after_leases()
    program.start()
    aigerim.sees(ground.code_on(gulnar))
    wait_for_calm(ground)
    assert kept_words(ground.house) == {gulnar.chat_id: ["they took my brother"]}
    assert len(ground.case_codes()) == 1


@pytest.mark.long  # `tests/stories/test_our_own_faults.py` tells it each time
@pytest.mark.heavy
@pytest.mark.timeout(90)
def test_malformed_updates_and_a_raising_handler_stop_nobody(ground: Ground) -> None:
    ground.running()
    aigerim, _ = ground.team()
    zarina, gulnar = ground.relative("Zarina"), ground.relative()
    with ground.sandbox.outage():  # so that all of it comes in one batch
        keep_what_cannot_be_read(ground, zarina.chat_id)
        zarina.writes("they took my sister")
        for poison in POISON:
            ground.sandbox.push_raw_update(poison)
        gulnar.writes("they took my brother")

    aigerim.sees(ground.code_on(gulnar))
    wait_for_calm(ground)  # five tries of each
    parked = json.loads(ground.command("parked", "--json").stdout)
    assert {one["queue"] for one in parked} == {"inbox"}
    assert len(parked) == len(POISON) + 1
    aigerim.sees("could not be processed")
    aigerim.sees(ground.code_on(zarina))  # her words waited behind the ones that raise, and no longer
    assert "no text at all" not in ground.logs


POISON = (
    {"message": {"message_id": 1, "chat": {"id": STRANGER, "type": "private"}, "text": {"no text": "no text at all"}}},
    {"message": "no text at all"},
    {"callback_query": {"id": 5, "from": "no text at all"}},
)
"""What Telegram never sends. In the middle of a batch."""


def keep_what_cannot_be_read(ground: Ground, address: int) -> None:
    """Put an input into the inbox whose ciphertext was damaged: handling it raises, whatever is done."""
    source = source_of(ground.environment["TELEGRAM_BOT_TOKEN"])
    with ground.house.store.unit("test") as unit:
        keep(unit, source, "telegram", [RawInput(1, str(address), "{}")])
        unit.session.execute(update(InboxItem).where(InboxItem.number == 1).values(payload=b"\x01" + bytes(60)))


@contextmanager
def nobody_else_writes(ground: Ground) -> Iterator[None]:
    """Hold what every writer needs for as long as the block lasts: the file's lock, or the inbox."""
    with ground.house.store.unit("test") as unit:
        if unit.session.get_bind().dialect.name == "postgresql":
            unit.session.execute(text("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"))
        yield


def inbox_size(ground: Ground, *, since_linking: bool) -> int:
    """How many inputs were kept, apart from the two with which the team linked their phones."""
    with ground.house.store.read() as unit:
        found = unit.session.scalar(select(func.count()).select_from(InboxItem)) or 0
    return found - 2 * since_linking
