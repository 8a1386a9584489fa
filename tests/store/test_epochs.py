"""Months pass: keys move on, old epochs die, and wherever the process dies in between nothing that lives is lost."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from store import epochs
from store.data_keys import DataKey, Scope, case_scope
from store.engine import open_engine
from store.errors import UnreadableError
from store.eventlog import EventRow
from store.handover import KeyEpoch, epoch_of
from store.ring_file import RingFile, make_ring
from store.unit_of_work import Store
from store.vault import Field, KeyRing, new_key, read_key
from tests.bad_days.program import inherited, kept_in

if TYPE_CHECKING:
    from pathlib import Path

    from store.clock import ManualClock

MONTH = timedelta(days=31)
SECRET = "Асқар Invented"
Kept = dict[Scope, tuple[Field, bytes]]


def write(store: Store, count: int = 3) -> Kept:
    kept: Kept = {}
    with store.unit("test") as unit:
        for _ in range(count):
            scope, field = case_scope(uuid4()), Field("t", "c", uuid4())
            kept[scope] = (field, unit.vault.seal(scope, field, SECRET))
    return kept


def reads(store: Store, kept: Kept) -> bool:
    fresh = Store(store.engine, store.ring, store.clock)  # remembers no data key
    with fresh.read() as unit:
        return all(unit.vault.open(scope, *value) == SECRET for scope, value in kept.items())


def wrapped_by(store: Store) -> set[str]:
    with store.read() as unit:
        return set(epochs.keys_by_epoch(unit))


def said(store: Store) -> list[str]:
    with store.read() as unit:
        rows = unit.session.execute(select(EventRow.name, EventRow.payload).order_by(EventRow.position))
        return [f"{row.name} {row.payload['epoch']}" for row in rows]


def test_a_backup_lives_for_two_weeks_or_so_and_for_thirty_one_days_at_most() -> None:
    day, begun = datetime(2026, 1, 1, tzinfo=UTC), dict[str, datetime]()
    for number in range(800):
        begun.setdefault(epoch_of(day + timedelta(days=number)), day + timedelta(days=number))
    assert sorted(begun) == list(begun), "epochs sort as time goes"
    starts = list(begun.values())
    for begins, next_begins, over in zip(starts, starts[1:], starts[epochs.KEPT :], strict=False):
        assert over - begins <= timedelta(days=31)
        assert over - next_begins >= timedelta(days=13), "the shorter half of February"


def test_within_an_epoch_nothing_happens(store: Store, clock: ManualClock) -> None:
    kept = write(store)
    clock.advance(timedelta(days=12))
    epochs.rotate(store)
    assert list(store.ring.epochs) == ["2026-03"]
    assert said(store) == []
    assert reads(store, kept)


def test_months_pass_and_what_lives_moves_on(store: Store, clock: ManualClock) -> None:
    kept = write(store)
    clock.advance(MONTH)
    epochs.rotate(store)
    assert list(store.ring.epochs) == ["2026-03", "2026-04"]
    assert wrapped_by(store) == {"2026-04"}
    assert reads(store, kept)
    clock.advance(MONTH)
    epochs.rotate(store)
    epochs.rotate(store)
    assert list(store.ring.epochs) == ["2026-04", "2026-05"]
    assert reads(store, kept | write(store))
    assert said(store) == ["EpochBegun 2026-04", "EpochBegun 2026-05", "EpochDestroyed 2026-03"]
    assert store.verify_log() == []


def test_a_key_that_was_damaged_keeps_its_own_epoch_and_no_other(store: Store, clock: ManualClock) -> None:
    """A bad block on a disk must not keep what is erased readable in every backup for ever."""
    kept = write(store, 5)
    with store.unit("test") as unit:
        first = unit.session.scalars(select(DataKey).order_by(DataKey.id).limit(1)).one()
        first.wrapped = bytes(reversed(first.wrapped))
        kept.pop(Scope.parse(first.scope))
    for month in ("2026-04", "2026-05", "2026-06"):
        clock.advance(MONTH)
        epochs.rotate(store)
        assert store.ring.current_epoch == month
        assert wrapped_by(store) == {"2026-03", month}
    assert list(store.ring.epochs) == ["2026-03", "2026-05", "2026-06"]
    assert reads(store, kept | write(store))


def test_a_copy_from_a_destroyed_epoch_opens_no_longer(store: Store, clock: ManualClock) -> None:
    kept = write(store)
    with store.read() as unit:
        copy = {row.scope: (row.epoch, row.wrapped) for row in unit.session.scalars(select(DataKey))}
    scope = str(next(iter(kept)))
    clock.advance(MONTH)
    epochs.rotate(store)
    assert store.ring.unwrap(*copy[scope], scope), "last month's backups can still be read"
    clock.advance(MONTH)
    epochs.rotate(store)
    with pytest.raises(UnreadableError, match="destroyed"):
        store.ring.unwrap(*copy[scope], scope)


def test_it_can_break_off_after_every_step(store: Store, clock: ManualClock) -> None:
    kept = write(store, count=5)
    clock.advance(MONTH)
    steps = (
        lambda: epochs.begin(store, "2026-04"),
        lambda: epochs.wrap_some_anew(store, limit=2),
        lambda: epochs.wrap_some_anew(store, limit=2),
        lambda: epochs.condemn_old(store, 1),
        lambda: epochs.wrap_some_anew(store, limit=2),
        lambda: epochs.condemn_old(store, 1),
    )
    for step in steps:
        step()
        kept |= write(store, count=1)
        assert reads(store, kept)
        assert "2026-03" in store.ring.epochs, "what is in use, or only condemned, is still there"
    assert epochs.drop_destroyed(store) == ("2026-03",)
    assert reads(store, kept)


def test_an_epoch_that_is_in_use_is_never_destroyed_whatever_the_rows_say(store: Store) -> None:
    kept = write(store)
    epochs.begin(store, "2026-04")
    with store.unit("test") as unit:
        unit.session.merge(KeyEpoch(epoch="2026-03", destroyed_at=unit.now))
    assert epochs.drop_destroyed(store) == ()
    assert reads(store, kept)


def test_all_others_can_be_destroyed_at_once(store: Store, clock: ManualClock) -> None:
    kept = write(store)
    assert epochs.renew(store) == "2026-03.02"
    assert epochs.renew(store) == "2026-03.03"
    assert list(store.ring.epochs) == ["2026-03.03"]
    assert reads(store, kept)
    clock.advance(MONTH)
    epochs.rotate(store)
    assert list(store.ring.epochs) == ["2026-03.03", "2026-04"]


def test_in_the_second_half_of_a_month_an_epoch_out_of_turn_sorts_behind(store: Store, clock: ManualClock) -> None:
    clock.advance(timedelta(days=14))
    epochs.rotate(store)
    assert list(store.ring.epochs) == ["2026-03", "2026-03.16"]
    kept = write(store)
    assert epochs.renew(store) == "2026-03.17"
    clock.advance(timedelta(days=20))
    epochs.rotate(store)
    assert list(store.ring.epochs) == ["2026-03.17", "2026-04"]
    assert reads(store, kept)


def test_a_clock_that_goes_back_begins_nothing(store: Store, clock: ManualClock) -> None:
    clock.advance(-MONTH)
    epochs.rotate(store)
    assert list(store.ring.epochs) == ["2026-03"]


def test_every_home_of_one_database_comes_to_the_same_epochs(store: Store, clock: ManualClock) -> None:
    if store.engine.dialect.name == "sqlite":
        pytest.skip("several homes need PostgreSQL")
    other = Store(store.engine, KeyRing({"2026-03": b"e" * 32}, b"r" * 32), clock)
    clock.advance(MONTH)
    epochs.rotate(store)
    kept = write(store)
    assert reads(other, kept), "an epoch it has never heard of is taken over from its row"
    assert other.ring.epochs == store.ring.epochs
    clock.advance(MONTH)
    epochs.begin(store, "2026-05")
    kept |= write(other)  # a home where nobody turns epochs takes the new one when it makes a key
    assert other.ring.epochs[-1] == "2026-05"
    epochs.rotate(store)
    assert reads(store, kept)
    epochs.drop_destroyed(other)
    assert other.ring.epochs == store.ring.epochs == ("2026-04", "2026-05")
    with store.read() as unit:
        assert unit.session.get_one(KeyEpoch, "2026-04").sealed is None, "what March sealed is gone with it"


def test_a_home_that_was_off_for_too_long_says_so(store: Store, clock: ManualClock) -> None:
    if store.engine.dialect.name == "sqlite":
        pytest.skip("several homes need PostgreSQL")
    behind = Store(store.engine, KeyRing({"2026-03": b"e" * 32}, b"r" * 32), clock)
    for _ in range(3):
        clock.advance(MONTH)
        epochs.rotate(store)
    kept = write(store)
    with pytest.raises(UnreadableError, match="copy the newest"):
        reads(behind, kept)
    with pytest.raises(UnreadableError, match="copy the newest"):
        write(behind)  # nobody else could read it
    clock.advance(MONTH)
    with pytest.raises(UnreadableError, match="copy the newest"):
        epochs.rotate(behind)  # and nobody could open what it hands over
    epochs.rotate(store)
    assert reads(store, kept)


def test_an_older_copy_of_a_ring_begins_nothing(store: Store, clock: ManualClock) -> None:
    clock.advance(MONTH)
    epochs.rotate(store)
    kept = write(store)
    with store.unit("test") as unit:
        unit.session.execute(delete(KeyEpoch))  # as after a backup was put back
    older = Store(store.engine, KeyRing({"2026-03": b"e" * 32}, b"r" * 32), clock)
    clock.advance(MONTH)
    assert not epochs.begin(older, "2026-05")
    assert older.ring.epochs == ("2026-03",)
    epochs.rotate(store)
    assert reads(store, kept)


# The ring in a file, and real processes


@pytest.fixture
def home(tmp_path: Path) -> tuple[Path, bytes]:
    key = read_key(new_key())
    make_ring(tmp_path / "keyring.json", key, "2026-03")
    return tmp_path / "keyring.json", key


def test_another_process_follows_the_file(store: Store, clock: ManualClock, home: tuple[Path, bytes]) -> None:
    here = Store(store.engine, RingFile(*home).open(), clock)
    there = Store(store.engine, RingFile(*home).open(), clock)
    kept = write(here)
    clock.advance(MONTH)
    epochs.rotate(here)
    assert reads(there, kept)
    assert list(there.ring.epochs) == ["2026-03", "2026-04"]
    kept |= write(there)
    clock.advance(MONTH)
    epochs.rotate(here)
    assert reads(there, kept)
    assert there.ring.epochs == here.ring.epochs == ("2026-04", "2026-05")


def test_a_destroyed_data_key_is_forgotten_by_other_processes(
    store: Store, clock: ManualClock, home: tuple[Path, bytes]
) -> None:
    here = Store(store.engine, RingFile(*home).open(), clock)
    there = Store(store.engine, RingFile(*home).open(), clock)
    (scope, (field, sealed)), *_ = write(here, 1).items()
    with there.read() as unit:
        assert unit.vault.open(scope, field, sealed) == SECRET
    with here.unit("test") as unit:
        unit.session.delete(unit.session.scalars(select(DataKey).where(DataKey.scope == str(scope))).one())
    here.forget_key(scope)
    with there.read() as unit, pytest.raises(UnreadableError):
        unit.vault.open(scope, field, sealed)


def test_a_copy_of_the_database_and_the_ring_of_later_give_nothing(
    store: Store, clock: ManualClock, home: tuple[Path, bytes], tmp_path: Path
) -> None:
    """What erasing promises: with everything we have left, last season's copy is noise."""
    if store.engine.dialect.name == "postgresql":
        pytest.skip("a copied file is SQLite's")
    here = Store(store.engine, RingFile(*home).open(), clock)
    kept = write(here)
    with closing(sqlite3.connect(tmp_path / "panah.db")) as source, closing(sqlite3.connect(tmp_path / "old.db")) as to:
        source.backup(to)
    for _ in range(2):
        clock.advance(MONTH)
        epochs.rotate(here)
    old = open_engine(f"sqlite:///{tmp_path}/old.db")
    with pytest.raises(UnreadableError, match="2026-03 was destroyed"):
        reads(Store(old, RingFile(*home).open(), clock), kept)
    old.dispose()


ROTATING = """\
import sys
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4
from store import epochs
from store.clock import ManualClock
from store.data_keys import case_scope
from store.engine import open_engine
from store.handover import epoch_of
from store.ring_file import RingFile
from store.unit_of_work import Store
from store.vault import Field
url, ring, key = sys.argv[1:]
ring = RingFile(Path(ring), bytes.fromhex(key)).open()
clock = ManualClock(datetime.fromisoformat(ring.current_epoch[:7] + "-15T00:00:00+00:00"))
store = Store(open_engine(url), ring, clock)
print("ready", flush=True)
while True:
    epochs.begin(store, epoch_of(clock.now()))
    with store.unit("test") as unit:
        case_id = uuid4()
        sealed = unit.vault.seal(case_scope(case_id), Field("t", "c", case_id), "kept")
    print("kept", case_id, sealed.hex(), flush=True)
    while epochs.wrap_some_anew(store, limit=3):
        pass
    epochs.condemn_old(store)
    epochs.drop_destroyed(store)
    clock.advance(timedelta(days=31))
"""


@pytest.mark.heavy
@pytest.mark.processes
def test_killed_at_any_moment_nothing_that_was_committed_is_lost(
    store: Store, database_url: str, home: tuple[Path, bytes], compiled: Path, tmp_path: Path
) -> None:
    dice = random.Random(20260302)  # noqa: S311  dice, not secrets
    committed: list[tuple[UUID, bytes]] = []
    months = set()
    for _ in range(5):
        committed += run_and_kill(database_url, home, compiled, tmp_path, dice.uniform(0.05, 0.4))
        opened = Store(store.engine, RingFile(*home).open(), store.clock)
        months.add(opened.ring.current_epoch)
        assert len(opened.ring.epochs) <= epochs.KEPT + 1
        with opened.read() as unit:
            for case_id, sealed in committed:
                assert unit.vault.open(case_scope(case_id), Field("t", "c", case_id), sealed) == "kept"
        assert opened.verify_log() == []
    assert committed
    assert len(months) > 2, "months went by"
    RingFile(*home).refresh_copies()
    left = [path.name for path in tmp_path.iterdir() if path.name.startswith(".keyring")]
    assert left == [], "what a kill left half written is destroyed by the next who writes"


def run_and_kill(
    url: str, home: tuple[Path, bytes], compiled: Path, folder: Path, after: float
) -> list[tuple[UUID, bytes]]:
    path, key = home
    with (folder / "said").open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-c", ROTATING, url, str(path), key.hex()],
            env={**inherited(), **kept_in(compiled)},
            stdout=out,
        )
    deadline = time.monotonic() + 60
    while b"ready" not in (folder / "said").read_bytes():
        assert child.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(after)
    child.kill()
    child.wait(10)
    lines = (folder / "said").read_text().splitlines(keepends=True)
    said = [line.split() for line in lines if line.startswith("kept ") and line.endswith("\n")]
    return [(UUID(case_id), bytes.fromhex(sealed)) for _, case_id, sealed in said]
