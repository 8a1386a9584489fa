"""The ring in its file: all of it or nothing, followed by whoever reads it, gone when it is taken away."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

import pytest

from store.errors import KeyMissingError, LockedError, WrongKeyError
from store.ring_file import RingFile, destroy_file, locked_path, make_ring, open_ring, replace_secret
from store.unit_of_work import Store
from store.vault import new_key, read_key

if TYPE_CHECKING:
    from pathlib import Path

    from store.clock import ManualClock

KEY = read_key(new_key())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make_ring(tmp_path / "keyring.json", KEY, "2026-03")
    return tmp_path / "keyring.json"


def test_what_one_process_adds_or_drops_the_other_sees(path: Path) -> None:
    here, there = RingFile(path, KEY).open(), RingFile(path, KEY).open()
    here.add("2026-04", b"a" * 32)
    there.add("2026-04", b"b" * 32)  # whoever was first stays
    assert list(there.epochs) == ["2026-03", "2026-04"]
    assert here.unwrap(*there.wrap(b"k" * 32, "case:1"), "case:1") == b"k" * 32
    here.drop(["2026-03"])
    assert there.look() is True
    assert list(there.epochs) == list(open_ring(path, KEY).epochs) == ["2026-04"]
    assert [there.look(), there.look()] == [False, False], "nothing has happened since"


def test_the_root_stays_whatever_happens_to_epochs(path: Path) -> None:
    ring = RingFile(path, KEY).open()
    before = ring.subkey("eventlog")
    ring.add("2026-04", b"a" * 32)
    ring.drop(["2026-03"])
    assert open_ring(path, KEY).subkey("eventlog") == before


def test_the_old_file_is_overwritten_not_only_unlinked(path: Path) -> None:
    before = path.read_bytes()
    with path.open("rb") as old:  # the file that was there, even when its name is another's
        RingFile(path, KEY).open().add("2026-04", b"a" * 32)
        after = old.read()
    assert len(after) == len(before)
    assert not any(before[at : at + 12] in after for at in range(len(before) - 12))


def test_what_was_left_half_written_is_destroyed_by_the_next_writer(path: Path) -> None:
    left = path.with_name(f".{path.name}.0123abcd")
    left.write_text("wrapped keys")
    RingFile(path, KEY).open().add("2026-04", b"a" * 32)
    assert not left.exists()


def test_a_ring_that_is_taken_away_leaves_no_key_in_the_process(path: Path, store: Store, clock: ManualClock) -> None:
    running = Store(store.engine, RingFile(path, KEY).open(), clock)
    with running.unit("test"):
        pass
    away = path.rename(path.with_suffix(".away"))
    for begin in (running.read, lambda: running.unit("test")):
        with pytest.raises(LockedError), begin():
            pass
    for use in (lambda: running.ring.subkey("x"), lambda: running.ring.wrap(b"k" * 32, "s")):
        with pytest.raises(LockedError):
            use()
    assert list(running.ring.epochs) == []
    away.rename(path)
    with running.unit("test"):
        pass
    assert list(running.ring.epochs) == ["2026-03"]


def test_a_ring_that_lies_locked_is_called_that(path: Path) -> None:
    path.rename(locked_path(path))
    with pytest.raises(LockedError, match="panah unlock"):
        open_ring(path, KEY)


def test_a_process_runs_on_when_the_ring_is_wrapped_for_another_key(path: Path) -> None:
    running, other = RingFile(path, KEY).open(), read_key(new_key())
    RingFile(path, KEY).wrap_anew(other, None)
    assert running.look() is False, "it cannot know the new key, and keeps what it has"
    assert list(running.epochs) == ["2026-03"]
    assert open_ring(path, other).subkey("x") == running.subkey("x")
    with pytest.raises(WrongKeyError):
        open_ring(path, KEY)
    with pytest.raises(WrongKeyError):
        running.add("2026-04", b"a" * 32)


def test_a_process_that_can_find_the_new_key_goes_over_to_it(path: Path) -> None:
    kept = [KEY]
    running = RingFile(path, KEY, find_key=lambda: kept[0]).open()
    kept[0] = read_key(new_key())
    RingFile(path, KEY).wrap_anew(kept[0], None)
    assert running.look()
    running.add("2026-04", b"a" * 32)
    assert open_ring(path, kept[0]).epochs == ("2026-03", "2026-04")


def test_a_file_that_became_nonsense_leaves_a_running_process_with_what_it_has(path: Path) -> None:
    running = RingFile(path, KEY).open()
    path.write_text("{}")
    assert not running.look()
    assert list(running.epochs) == ["2026-03"]
    with pytest.raises(KeyMissingError, match="damaged"):
        open_ring(path, KEY)


def test_copies_are_kept_current(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "stick" / "ring.json"
    held = RingFile(path, KEY, copies=(copy,))
    ring = held.open()
    ring.add("2026-04", b"a" * 32)  # no such folder: it goes on without
    assert held.refresh_copies() == (copy,)
    copy.parent.mkdir()
    assert held.refresh_copies() == ()
    ring.drop(["2026-03"])
    assert copy.read_bytes() == path.read_bytes()
    assert "2026-03" not in json.loads(copy.read_text())["keys"]
    assert copy.stat().st_mode & 0o777 == 0o600


def test_readers_never_see_half_a_ring(path: Path) -> None:
    stop, seen = threading.Event(), []

    def reads() -> None:
        while not stop.is_set():
            seen.append(open_ring(path, KEY).epochs)

    readers = [threading.Thread(target=reads) for _ in range(2)]
    for reader in readers:
        reader.start()
    ring = RingFile(path, KEY).open()
    for number in range(4, 13):
        ring.add(f"2026-{number:02}", os.urandom(32))
        ring.drop(ring.epochs[:-2])
    stop.set()
    for reader in readers:
        reader.join(30)
    assert seen
    assert all(1 <= len(epochs) <= 3 for epochs in seen)


def test_a_destroyed_file_was_overwritten_first(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    replace_secret(path, "wrapped keys of a ring")
    with path.open("rb") as handle:
        assert destroy_file(path)
        assert b"wrapped" not in handle.read()
    assert not path.exists()
    assert not destroy_file(path)
