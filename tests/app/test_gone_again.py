"""A restore that is killed between the copy and the second erasing gives nothing back that had been erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.backup.making import make_backup
from app.backup.restoring import restore
from app.erasing.erasure import erase_case
from app.erasing.gone import GoneAgain, be_gone_again, finish_being_gone, remember_gone
from app.erasing.sealing import erase_withdrawn
from app.migration import upgrade
from cases.models import Case
from cases.retention import close_case
from cases.sealed import keeping
from cases.sealed.models import EntryKind, SealedFile
from store.chats import find_or_open_chat
from tests.app.test_backup import IDENTITY, TO, Filled, using

if TYPE_CHECKING:
    from pathlib import Path

    from store.clock import ManualClock
    from store.vault import KeyRing


@pytest.fixture
def address(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/panah.db"
    upgrade(url)
    return url


def test_what_was_erased_and_withdrawn_is_so_again_when_the_program_starts(
    tmp_path: Path, address: str, clock: ManualClock, ring: KeyRing
) -> None:
    kept, copy = tmp_path / "restore-gone.json", tmp_path / "copy.age"
    with using(address, ring, clock) as store:
        filled = Filled(store)
        with store.unit("chat:person") as unit:
            file = keeping.begin(unit, find_or_open_chat(unit, "telegram", "8200001"))
            keeping.keep(unit, file, EntryKind.TEAM, "what I saw")
        make_backup(store, copy, TO)
        with store.unit("contact:aigerim") as unit:
            close_case(unit, filled.case_id, by="contact:aigerim", note="released")
        erase_case(store, filled.case_id, by="contact:aigerim")
        with store.unit("chat:person") as unit:
            keeping.withdraw(unit, unit.session.scalars(select(SealedFile)).one())
        erase_withdrawn(store)
    remember_gone(kept, address)
    restore(address, ring, copy, IDENTITY, clock=clock, force=True)
    # Here it was killed.
    with using(address, ring, clock) as store:
        with store.read() as unit:
            assert len(unit.session.scalars(select(Case)).all()) == 2, "both are there again"
        with capture_logs() as logged:
            finish_being_gone(store, kept)
        assert logged[-1] == {"event": "gone_again", "log_level": "warning", "cases": 2, "sealed_files": 0}
        with store.read() as unit:
            assert unit.session.scalars(select(Case)).all() == []
        assert store.verify_log() == []
    assert not kept.exists()


def test_what_is_kept_of_one_try_is_kept_with_the_next(
    tmp_path: Path, address: str, clock: ManualClock, ring: KeyRing
) -> None:
    """The second copy is put back over the first, in which nothing had been erased yet."""
    kept, copy = tmp_path / "restore-gone.json", tmp_path / "copy.age"
    with using(address, ring, clock) as store:
        filled = Filled(store)
        make_backup(store, copy, TO)
        with store.unit("contact:aigerim") as unit:
            close_case(unit, filled.case_id, by="contact:aigerim", note="released")
        erase_case(store, filled.case_id, by="contact:aigerim")
    for _ in range(2):
        remember_gone(kept, address)
        restore(address, ring, copy, IDENTITY, clock=clock, force=True)
    with using(address, ring, clock) as store:
        assert be_gone_again(store, kept) == GoneAgain((filled.code,), 0)
        assert be_gone_again(store, kept) == GoneAgain()


def test_where_it_cannot_be_finished_the_program_starts_and_tries_it_next_time(
    tmp_path: Path, clock: ManualClock, ring: KeyRing
) -> None:
    kept = tmp_path / "restore-gone.json"
    remember_gone(kept, f"sqlite:///{tmp_path}/nothing.db")
    with using(f"sqlite:///{tmp_path}/nothing.db", ring, clock) as store, capture_logs() as logged:
        finish_being_gone(store, kept)
    assert [one["event"] for one in logged] == ["not_gone_again"]
    assert kept.exists()


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"erased": 1}', '{"erased": ["x"], "withdrawn": []}'])
def test_a_damaged_file_says_nothing(
    tmp_path: Path, address: str, clock: ManualClock, ring: KeyRing, damaged: str
) -> None:
    kept = tmp_path / "restore-gone.json"
    kept.write_text(damaged)
    with using(address, ring, clock) as store:
        assert be_gone_again(store, kept) == GoneAgain()
