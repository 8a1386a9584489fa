"""While it is locked, what comes in is sealed by whoever has no key, and opened once, in its order, by who has them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from store import epochs
from store.errors import IntakeClosedError, LockedError, UnreadableError
from store.eventlog import Event
from store.inbox import InboxItem, RawInput, claim_inputs, keep, open_input, position
from store.sealed import (
    AT_ONCE,
    SUITE,
    IntakeKey,
    SealedInput,
    awaited_epochs,
    intake_key,
    open_sealed,
    open_some,
    read_intake_key,
    refused_inputs,
    seal_inputs,
    sealed_by_epoch,
)
from store.unit_of_work import Store
from store.vault import KeyRing, no_keys
from tests.quick import quick_store

if TYPE_CHECKING:
    from store.clock import ManualClock

SOURCE = "telegram:0123456789abcdef"
WORDS = "Асқар Invented was taken"


def update_of(number: int, chat: str = "77", words: str = WORDS) -> RawInput:
    return RawInput(number, chat, f'{{"update_id": {number}, "text": "{words} {number}"}}')


@pytest.fixture
def locked(store: Store) -> Store:
    """The same database without a key."""
    return Store(store.engine, no_keys(), store.clock)


def seals(locked: Store, key: IntakeKey, *inputs: RawInput) -> int:
    with locked.unit("poller") as unit:
        return seal_inputs(unit, key, SOURCE, "telegram", inputs)


def put(locked: Store, key: IntakeKey, number: int) -> None:
    """Have a row that was sealed by somebody who did not look whether its epoch lives."""
    payload = SUITE.encrypt(b"whatever", X25519PublicKey.from_public_bytes(key.public), info=b"x")
    with locked.unit("somebody") as unit:
        unit.session.add(
            SealedInput(
                source=SOURCE, number=number, door="telegram", epoch=key.epoch, payload=payload, received_at=unit.now
            )
        )


def public_of(store: Store, epoch: str) -> bytes:
    """The public half of the pair of any epoch of a ring."""
    private = store.ring.epoch_subkey(epoch, "sealed input")
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def inbox(store: Store) -> list[tuple[int, str]]:
    """Everything that waits, in the order in which it is handled."""
    found: list[tuple[int, str]] = []
    while True:
        with store.unit("test") as unit:
            claims = claim_inputs(unit, 1)
            if not claims:
                return found
            item, text, _ = open_input(unit, claims[0])
            found.append((item.number, text))
            item.due_at = None


def test_what_is_sealed_comes_out_once_in_its_order_and_no_word_of_it_lies_anywhere(
    store: Store, locked: Store
) -> None:
    key = intake_key(store.ring)
    assert seals(locked, key, update_of(5), update_of(6)) == 2
    assert seals(locked, key, update_of(6), update_of(7), update_of(9, "78")) == 2, "Telegram brings one again"
    with locked.read() as unit:
        assert position(unit, SOURCE) == 9
        payloads = list(unit.session.scalars(select(SealedInput.payload)))
    assert not any(WORDS.encode() in payload for payload in payloads)
    assert len({len(payload) for payload in payloads}) == 1, "lengths tell little"
    assert open_sealed(store) == 4
    assert open_sealed(store) == 0
    assert sorted(inbox(store)) == [(number, update_of(number).payload) for number in (5, 6, 7, 9)]
    with store.read() as unit:
        assert not unit.session.scalars(select(SealedInput)).all()


def test_what_came_in_openly_before_the_lock_is_not_sealed_again(store: Store, locked: Store) -> None:
    with store.unit("poller") as unit:
        keep(unit, SOURCE, "telegram", [update_of(5)])
    assert seals(locked, intake_key(store.ring), update_of(5), update_of(6)) == 1
    assert open_sealed(store) == 1


def test_brought_openly_after_it_was_sealed_it_is_still_one(store: Store, locked: Store) -> None:
    seals(locked, intake_key(store.ring), update_of(5))
    with store.unit("webhook") as unit:
        keep(unit, SOURCE, "telegram", [update_of(5)], moves_cursor=False)
    assert open_sealed(store) == 0
    assert [number for number, _ in inbox(store)] == [5]


class PowerCutError(Exception):
    pass


def test_a_power_cut_while_it_is_opened_loses_and_doubles_nothing(store: Store, locked: Store) -> None:
    seals(locked, intake_key(store.ring), *(update_of(number) for number in range(250)))

    with suppress(PowerCutError), store.unit("system") as unit:
        assert open_some(unit, store.ring) == AT_ONCE
        raise PowerCutError
    with store.read() as unit:
        assert not unit.session.scalars(select(InboxItem)).all()
    with store.unit("system") as unit:
        open_some(unit, store.ring)  # a second one dies after its first commit
    assert open_sealed(store) == 250 - AT_ONCE
    assert [number for number, _ in inbox(store)] == list(range(250))


def test_nothing_can_be_read_or_recorded_without_keys(store: Store, locked: Store) -> None:
    with store.unit("poller") as unit:
        keep(unit, SOURCE, "telegram", [update_of(1)])
    with pytest.raises(LockedError), locked.unit("x") as unit:
        keep(unit, SOURCE, "telegram", [update_of(2)])
    with pytest.raises(LockedError), locked.unit("x") as unit:
        unit.record(Event(case_id=None))
    with locked.read() as unit:
        assert unit.session.scalars(select(InboxItem.payload)).one() is not None, "rows are there, and closed"
        with pytest.raises(LockedError):
            unit.vault.blind_index("chat:telegram", "77")


def test_what_was_moved_or_changed_does_not_open_and_stays_for_somebody_to_look_at(store: Store, locked: Store) -> None:
    seals(locked, intake_key(store.ring), update_of(5), update_of(6), update_of(7))
    with locked.unit("thief") as unit:
        five = unit.session.scalar(select(SealedInput.payload).where(SealedInput.number == 5))
        unit.session.execute(update(SealedInput).where(SealedInput.number == 6).values(payload=five))
    assert open_sealed(store) == 2
    assert [number for number, _ in inbox(store)] == [5, 7]
    with store.read() as unit:
        assert refused_inputs(unit) == 1


def test_an_epoch_lives_until_what_is_sealed_to_it_was_opened_and_then_dies(
    store: Store, locked: Store, clock: ManualClock
) -> None:
    key = intake_key(store.ring)
    seals(locked, key, update_of(5))
    for _ in range(3):
        clock.advance(timedelta(days=31))
        epochs.rotate(store)
    assert key.epoch in store.ring.epochs
    with store.read() as unit:
        assert sealed_by_epoch(unit) == {key.epoch: 1}
    assert open_sealed(store) == 1
    epochs.rotate(store)
    assert key.epoch not in store.ring.epochs
    with pytest.raises(IntakeClosedError), locked.unit("somebody's old copy") as unit:
        seal_inputs(unit, key, SOURCE, "telegram", [update_of(6)])
    with locked.read() as unit:
        assert position(unit, SOURCE) == 5, "Telegram keeps what nobody could open"
    put(locked, key, 6)
    assert open_sealed(store) == 0, "what such a copy holds can be read by nobody"
    with store.read() as unit:
        assert (refused_inputs(unit), sealed_by_epoch(unit)) == (1, {})


def test_nothing_is_sealed_to_an_epoch_that_was_renewed_away(store: Store, locked: Store) -> None:
    before = intake_key(store.ring)
    epochs.renew(store)
    with pytest.raises(IntakeClosedError):
        seals(locked, before, update_of(5))
    with locked.read() as unit:
        assert position(unit, SOURCE) is None
        assert not unit.session.scalars(select(SealedInput)).all()
    assert seals(locked, intake_key(store.ring), update_of(5)) == 1
    assert open_sealed(store) == 1


def test_whoever_seals_while_an_epoch_is_condemned_is_seen_and_opened(store: Store, locked: Store) -> None:
    if store.engine.dialect.name == "sqlite":
        pytest.skip("units of work take turns on SQLite")
    epochs.begin(store, "2026-04")
    key = IntakeKey("2026-03", public_of(store, "2026-03"))
    with ThreadPoolExecutor(1) as other:
        with locked.unit("poller") as unit:
            seal_inputs(unit, key, SOURCE, "telegram", [update_of(5)])
            condemning = other.submit(epochs.condemn_old, store, 1)
            assert not wait([condemning], timeout=0.5).done, "it looks when we have committed"
        assert condemning.result(timeout=30) == ()
    assert open_sealed(store) == 1


def test_what_only_a_newer_ring_opens_waits_for_it(store: Store, locked: Store) -> None:
    older = KeyRing({"2026-03": b"e" * 32}, b"r" * 32)
    behind = Store(store.engine, older, store.clock)
    seals(locked, intake_key(store.ring), update_of(5))
    store.ring.add("2026-04", b"n" * 32)
    seals(locked, intake_key(store.ring), update_of(6), update_of(7))
    seals(locked, IntakeKey("2026-03", public_of(store, "2026-03")), update_of(8))
    assert open_sealed(behind) == 2, "what it has the key for is not held up"
    assert open_sealed(behind) == 0
    with store.read() as unit:
        assert (refused_inputs(unit), sealed_by_epoch(unit)) == (0, {"2026-04": 2})
        assert awaited_epochs(unit, older) == {"2026-04"}
    older.add("2026-04", b"n" * 32)
    assert open_sealed(behind) == 2
    assert [number for number, _ in inbox(store)] == [5, 6, 7, 8]


def test_a_ring_whose_newest_key_others_have_destroyed_gives_nothing_up(
    store: Store, locked: Store, clock: ManualClock
) -> None:
    behind = Store(store.engine, KeyRing({"2026-03": b"e" * 32}, b"r" * 32), store.clock)
    for _ in range(3):
        clock.advance(timedelta(days=31))
        epochs.rotate(store)
    seals(locked, intake_key(store.ring), update_of(5))
    assert open_sealed(behind) == 0
    assert open_sealed(store) == 1


def test_each_epoch_has_a_pair_of_its_own_and_the_file_holds_the_public_half_only(store: Store, tmp_path: Path) -> None:
    first = intake_key(store.ring)
    epochs.renew(store)
    second = intake_key(store.ring)
    assert first != second
    path = tmp_path / "intake.json"
    path.write_text(second.as_text())
    assert read_intake_key(path) == second
    private = store.ring.epoch_subkey(second.epoch, "sealed input")
    assert private.hex() not in path.read_text()
    for broken in ("", "{}", "[]", '{"epoch": "x", "public": "AAAA"}', second.as_text()[:-9]):
        path.write_text(broken)
        assert read_intake_key(path) is None
    with pytest.raises(UnreadableError):
        store.ring.epoch_subkey("2020-01", "sealed input")


@given(st.lists(st.lists(st.integers(1, 30), max_size=6), max_size=8), st.data())
@settings(max_examples=60, deadline=None)
def test_however_often_it_is_brought_locked_or_open_each_is_kept_once(
    batches: list[list[int]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder, quick_store(Path(folder)) as store:
        locked = Store(store.engine, no_keys(), store.clock)
        key = intake_key(store.ring)
        for batch in batches:
            inputs = [update_of(number) for number in batch]
            if data.draw(st.booleans(), "locked"):
                seals(locked, key, *inputs)
            else:
                open_sealed(store)
                with store.unit("poller") as unit:
                    keep(unit, SOURCE, "telegram", inputs)
        open_sealed(store)
        with store.read() as unit:
            kept = list(unit.session.scalars(select(InboxItem.number)))
        assert sorted(kept) == sorted({number for batch in batches for number in batch})
