"""Epochs, two a month: a new one is begun, what lives is wrapped by it, the old ones are destroyed.

Three steps, each of which can be repeated and none of which loses anything when the process dies before, in or after
it: a new epoch in the ring that wraps nothing yet; data keys moved in batches, each wrapped by the old or by the new
epoch; an epoch taken out of the ring only when no data key is wrapped by it. Copies of the database from its time can
be read no longer from then on: that is how erasing reaches them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import exists, func, select, update

from store import handover
from store.base import OWN
from store.data_keys import DataKey
from store.errors import UnreadableError
from store.events import EpochBegun, EpochDestroyed
from store.handover import KeyEpoch, epoch_of
from store.inserting import insert_into
from store.sealed import sealed_by_epoch
from store.vault import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection

    from store.unit_of_work import Store, UnitOfWork

log = structlog.get_logger(__name__)
KEPT = 2
"""Epochs: the current one, and the one before it, so that the backups of its weeks can still be read."""
BATCH = 200
"""Data keys that are wrapped anew in one transaction."""
ACTOR = "system"


def rotate(store: Store) -> None:
    """Do all that is due, whatever was left half done: begin an epoch, wrap anew what lives, destroy what is over."""
    begin(store, epoch_of(store.clock.now()))
    _settle(store, KEPT)


def renew(store: Store) -> str:
    """Begin an epoch now and destroy all others: every copy that was made before is dead. Return the epoch."""
    epoch = _next_name(store.ring.epochs, max(epoch_of(store.clock.now()), store.ring.current_epoch)[:7])
    begin(store, epoch)
    _settle(store, 1)
    return store.ring.current_epoch


def _settle(store: Store, kept: int) -> None:
    while wrap_some_anew(store):
        pass
    condemn_old(store, kept)
    drop_destroyed(store)


def begin(store: Store, epoch: str) -> bool:
    """Have ``epoch`` in the ring, or a later one; return whether it was added here. Nothing is wrapped by it yet."""
    if store.ring.current_epoch >= epoch or _is_behind(store):
        return False
    if store.engine.dialect.name == "postgresql":
        with store.unit(ACTOR, rings=False) as unit:
            _offer(unit, store, epoch)
        with store.read() as unit:
            handover.take_over(unit.session, store.ring)
    else:
        store.ring.add(epoch, os.urandom(KEY_BYTES))
    if epoch not in store.ring.epochs:
        return False
    with store.unit(ACTOR, rings=False) as unit:
        for before in store.ring.epochs[:-1]:  # the one a home was set up with has no row, and none can be locked
            _note(unit, before)
        _note(unit, epoch, begun_at=unit.now)
        unit.record(EpochBegun(case_id=None, epoch=epoch))
    log.info("epoch_begun", epoch=epoch)
    return True


def _is_behind(store: Store) -> bool:
    """Whether something is wrapped, or was begun, by an epoch that this ring lacks and cannot take over.

    An older copy of a ring must begin nothing: the others could not read what it hands them.
    """
    with store.read() as unit:
        handover.take_over(unit.session, store.ring)
        newest = [unit.session.scalar(select(func.max(column))) for column in (DataKey.epoch, KeyEpoch.epoch)]
    behind = any(epoch is not None and epoch > store.ring.current_epoch for epoch in newest)
    if behind:
        log.error("key_ring_is_behind", newest=store.ring.current_epoch)
    return behind


def _offer(unit: UnitOfWork, store: Store, epoch: str) -> None:
    """Write the row from which every home takes the new key, this one too: who is first decides what it is."""
    under = store.ring.current_epoch
    sealed = store.ring.hand_over(epoch, os.urandom(KEY_BYTES), under)
    _note(unit, epoch, under=under, sealed=sealed, begun_at=unit.now)


def _note(unit: UnitOfWork, epoch: str, **values: object) -> None:
    """Have a row for an epoch; one that is there stays as it is."""
    unit.session.execute(insert_into(unit.session, KeyEpoch).values(epoch=epoch, **values).on_conflict_do_nothing())


def wrap_some_anew(store: Store, limit: int = BATCH) -> int:
    """Wrap up to ``limit`` data keys of older epochs by the current one; return how many, 0 when none is left.

    What an epoch wraps that was destroyed before stays as it is: it cannot be read by anybody. A key that does not open
    although its epoch is here was damaged: it is left behind, so that its epoch stays and that of no other key does.
    """
    older = store.ring.epochs[:-1]
    with store.read() as unit:
        if not unit.session.scalar(select(exists().where(DataKey.epoch.in_(older)))):
            return 0
    with store.unit(ACTOR, rings=False) as unit:
        rows = unit.session.execute(
            select(DataKey.id, DataKey.scope, DataKey.epoch, DataKey.wrapped)
            .where(DataKey.epoch.in_(older))
            .order_by(DataKey.id)
            .limit(limit)
            .with_for_update(**OWN, skip_locked=True)
        ).all()
        anew = 0
        for row in rows:
            try:
                data_key = store.ring.unwrap(row.epoch, row.wrapped, row.scope)
            except UnreadableError:
                log.critical("data_key_does_not_open", id=str(row.id), epoch=row.epoch)
                continue
            epoch, wrapped = store.ring.wrap(data_key, row.scope)
            unit.session.execute(update(DataKey).where(DataKey.id == row.id).values(epoch=epoch, wrapped=wrapped))
            anew += 1
    return anew


def condemn_old(store: Store, kept: int = KEPT) -> tuple[str, ...]:
    """Note that epochs beyond the ``kept`` newest are to be destroyed; return them. One in use is left for later."""
    old = store.ring.epochs[:-kept]
    if not old:
        return ()
    with store.unit(ACTOR, rings=False) as unit:
        for epoch in old:
            _note(unit, epoch)
        # Locked before we look whether they are used: whoever seals to one meanwhile is seen, or sees it condemned.
        rows = select(KeyEpoch.epoch).where(KeyEpoch.epoch.in_(old)).order_by(KeyEpoch.epoch)
        unit.session.execute(rows.with_for_update(**OWN))
        used = _in_use(unit)
        over = [epoch for epoch in old if epoch not in used]
        for epoch in over:
            _condemn(unit, epoch)
        unit.session.execute(update(KeyEpoch).where(KeyEpoch.under.in_(over)).values(sealed=None))
    return tuple(over)


def _condemn(unit: UnitOfWork, epoch: str) -> None:
    fresh = (
        update(KeyEpoch)
        .where(KeyEpoch.epoch == epoch, KeyEpoch.destroyed_at.is_(None))
        .values(destroyed_at=unit.now)
        .returning(KeyEpoch.epoch)
    )
    if unit.session.scalar(fresh) is not None:
        unit.record_last(EpochDestroyed(case_id=None, epoch=epoch))


def drop_destroyed(store: Store) -> tuple[str, ...]:
    """Take out of this home's ring what was condemned, here or elsewhere; return it.

    Whatever the rows say, an epoch that wraps a data key or seals an input stays, and so does the newest.
    """
    held = store.ring.epochs[:-1]
    if not held:
        return ()
    with store.read() as unit:
        condemned = set(
            unit.session.scalars(
                select(KeyEpoch.epoch).where(KeyEpoch.epoch.in_(held), KeyEpoch.destroyed_at.is_not(None))
            )
        )
        over = tuple(sorted(condemned - _in_use(unit)))
    if over:
        store.ring.drop(over)
        log.info("epochs_destroyed", epochs=list(over))
    return over


def _in_use(unit: UnitOfWork) -> set[str]:
    """Return the epochs that must stay: they wrap data keys, or something that came in while it was locked."""
    return {*keys_by_epoch(unit), *sealed_by_epoch(unit)}


def keys_by_epoch(unit: UnitOfWork) -> dict[str, int]:
    """Count the data keys that each epoch wraps."""
    rows = unit.session.execute(select(DataKey.epoch, func.count()).group_by(DataKey.epoch))
    return {row[0]: row[1] for row in rows}


def _next_name(epochs: Collection[str], month: str) -> str:
    """Name an epoch that is begun out of turn within a month: ``2026-03.02``, ``2026-03.17``."""
    taken = [epoch for epoch in epochs if epoch.startswith(month)]
    numbers = [int(epoch.partition(".")[2] or 1) for epoch in taken]
    return month if not taken else f"{month}.{max(numbers) + 1:02}"
