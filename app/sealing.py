"""After a sealed file was withdrawn: what is left of its case goes too, and its traces on the disk are overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from app.erasure import erase_case, overwrite_traces
from cases.events import SealedTracesOverwritten
from cases.retention import RetentionError, is_closed
from cases.sealed.models import SealedFile
from store.data_keys import sealed_scope

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
