"""After a sealed file was withdrawn: what is left of its case goes too, and its traces on the disk are overwritten.

And it stays withdrawn: what comes back with a backup is withdrawn again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import inspect, select

from app.erasing.erasure import erase_case, overwrite_traces
from cases.retention import RetentionError, is_closed
from cases.sealed.events import SealedTracesOverwritten
from cases.sealed.keeping import destroy, file_of_case
from cases.sealed.models import SealedFile
from store.data_keys import sealed_scope
from store.engine import open_engine

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store

log = structlog.get_logger(__name__)
EVERY_SECONDS = 60.0
ACTOR = "system"


def erase_withdrawn(store: Store) -> int:
    """Erase the cases of withdrawn files, and overwrite the traces; return how many there were. Safe to repeat.

    A case in which people entered something besides stays, and is theirs to close; of the file nothing is left in it.
    """
    with store.read() as unit:
        wanted = select(SealedFile.case_id).where(SealedFile.withdrawn_at.is_not(None), SealedFile.traces_at.is_(None))
        withdrawn = list(unit.session.scalars(wanted))
    for case_id in withdrawn:
        store.forget_key(sealed_scope(case_id))
    kept = [case_id for case_id in withdrawn if not _erase(store, case_id)]
    if withdrawn and not overwrite_traces(store.engine).done:
        log.warning("traces_not_overwritten")
        return 0
    for case_id in kept:
        _note(store, case_id)
    return len(withdrawn)


def withdrawn_here(url: str) -> frozenset[UUID]:
    """Return the cases of the files that were withdrawn from a database, as far as it knows; none where it is empty.

    Of those whose case was erased since, :func:`app.erasing.erasure.erased_here` knows.
    """
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(SealedFile.__tablename__):
                return frozenset()
            return frozenset(connection.scalars(select(SealedFile.case_id).where(SealedFile.withdrawn_at.is_not(None))))
    finally:
        engine.dispose()


def withdraw_again(store: Store, cases: frozenset[UUID]) -> int:
    """Withdraw the files of cases that had been withdrawn before and came back with a backup; return how many.

    Whatever is thought of the person in the backup, they withdrew it since, and it was destroyed. Safe to repeat.
    """
    with store.unit(ACTOR) as unit:
        back = select(SealedFile.case_id).where(SealedFile.withdrawn_at.is_(None)).order_by(SealedFile.case_id)
        again = [case_id for case_id in unit.session.scalars(back) if case_id in cases]
        for case_id in again:
            file = file_of_case(unit, case_id)
            if file is not None:
                destroy(unit, file)
    erase_withdrawn(store)
    return len(again)


def _erase(store: Store, case_id: UUID) -> bool:
    """Erase a case that was closed with its file; return whether it is gone."""
    with store.read() as unit:
        if not is_closed(unit, case_id):
            return False
    try:
        erase_case(store, case_id, by=ACTOR)
    except RetentionError:
        return False
    log.info("case_erased", case=str(case_id))
    return True


def _note(store: Store, case_id: UUID) -> None:
    with store.unit(ACTOR) as unit:
        file = unit.session.scalars(select(SealedFile).where(SealedFile.case_id == case_id)).one_or_none()
        if file is not None:
            file.traces_at = unit.now
            unit.record(SealedTracesOverwritten(case_id=case_id, file_id=file.id))
