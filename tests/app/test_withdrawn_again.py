"""A sealed file that was withdrawn stays withdrawn, whatever copy of the database is put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.backup.making import make_backup
from app.backup.restoring import restore
from app.erasing.sealing import erase_withdrawn, withdraw_again, withdrawn_here
from app.migration import upgrade
from cases.docket.entering import Entry, When, enter
from cases.models import Case
from cases.sealed import keeping
from cases.sealed.models import EntryKind, SealedEntry, SealedFile
from store.chats import find_or_open_chat
from store.data_keys import DataKey, sealed_scope
from tests.app.test_backup import IDENTITY, TO, using

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import UnitOfWork
    from store.vault import KeyRing


def left(unit: UnitOfWork, case_id: UUID) -> SealedFile:
    found = keeping.file_of_case(unit, case_id)
    assert found is not None
    return found


@pytest.mark.parametrize("forced_then", [False, True])
def test_what_was_withdrawn_and_comes_back_with_a_backup_is_withdrawn_again(
    tmp_path: Path, clock: ManualClock, ring: KeyRing, *, forced_then: bool
) -> None:
    """The copy is made before. Something was entered besides: the case of the file stays, and no line says it went."""
    url, fresh, copy = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/fresh.db", tmp_path / "copy.age"
    upgrade(url)
    with using(url, ring, clock) as store:
        with store.unit("chat:person") as unit:
            file = keeping.begin(unit, find_or_open_chat(unit, "telegram", "8200001"))
            keeping.keep(unit, file, EntryKind.TEAM, "what I saw")
            file.forced_at = unit.now if forced_then else None
            enter(unit, file.case_id, Entry("summons", When(unit.now)), zone="UTC")
            case_id = file.case_id
        make_backup(store, copy, TO)
        assert withdrawn_here(url) == frozenset()
        with store.unit("chat:person") as unit:
            keeping.clear_duress(unit, left(unit, case_id))
            keeping.withdraw(unit, left(unit, case_id))
        erase_withdrawn(store)
        with store.read() as unit:
            assert unit.session.scalars(select(Case.id)).all() == [case_id]
    withdrawn = withdrawn_here(url)
    assert withdrawn == {case_id}
    restore(fresh, ring, copy, IDENTITY, clock=clock)
    with using(fresh, ring, clock) as back:
        with back.read() as unit:
            assert unit.session.scalars(select(SealedEntry.case_id)).one() == case_id, "it is there again"
        assert withdraw_again(back, withdrawn) == 1
        assert withdraw_again(back, withdrawn) == 0
        with back.read() as unit:
            assert not unit.session.scalars(select(SealedEntry)).all()
            scope = str(sealed_scope(case_id))
            assert not unit.session.scalars(select(DataKey).where(DataKey.scope == scope)).all()
        assert back.verify_log() == []


def test_where_nothing_is_yet_nothing_was_withdrawn(tmp_path: Path) -> None:
    assert withdrawn_here(f"sqlite:///{tmp_path}/nothing.db") == frozenset()
