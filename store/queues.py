"""Working off a queue: claim, handle in a transaction of its own, park what fails again and again, wait."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from store import claims
from store.errors import LeaseLostError
from store.outages import is_outage

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Collection, Iterator, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, Table

    from store.claims import Claim
    from store.unit_of_work import Store, UnitOfWork

log = structlog.get_logger(__name__)
LONGEST_WAIT = 5.0
"""Real seconds after which a queue looks again even if no bell rang."""
AT_ONCE = 4
"""Rows one worker takes at a time: few, so that a worker that dies holds up little."""
HOUSE = Path(__file__).parent.parent
"""Where our own packages lie."""


@dataclass(frozen=True)
class Many:
    """How a backlog of like rows is worked off together.

    ``take`` claims such rows, none of which was claimed before without being finished, or nothing where there is no
    backlog. ``handle`` does in one unit what it can of them, finishes those, and returns their ids.
    """

    take: Callable[[UnitOfWork], list[Claim]]
    handle: Callable[[UnitOfWork, Sequence[Claim]], Collection[UUID]]


@dataclass(frozen=True)
class Queue:
    """What is worked off, and how. ``handle`` must finish its claim in the unit it is given.

    ``prepare`` is done before that unit begins, for work that takes long and needs no lock.
    """

    name: str
    table: Table
    take: Callable[[UnitOfWork, int], list[Claim]]
    handle: Callable[[UnitOfWork, Claim], None]
    parked: Callable[[UnitOfWork, Claim], None]
    only: Sequence[ColumnElement[bool]] = ()
    """Which due rows ``take`` may take; the others are not waited for."""
    prepare: Callable[[Claim], None] | None = None
    many: Many | None = None
    """What is left of a backlog, and all of it when handling it together fails, is handled row by row."""


def work_off(store: Store, queue: Queue, stop: threading.Event) -> None:
    """Handle rows as they fall due, until ``stop``. Database errors are raised, for a supervisor to restart this."""
    bell = store.wake.bell(queue.table.name)
    while not stop.is_set():
        store.marks.moved(queue.name)
        work_or_wait(store, queue, partial(bell.wait, bell.rung))


def work_or_wait(store: Store, queue: Queue, wait: Callable[[float], object]) -> None:
    """Handle what is due now, or ``wait`` for so many seconds: one look says which."""
    due_in = seconds_until_due(store, queue.table, queue.only)
    if due_in > 0:
        wait(due_in)
    else:
        _work(store, queue, AT_ONCE)


def work_once(store: Store, queue: Queue, limit: int = AT_ONCE) -> int:
    """Handle the rows that are due now, at most ``limit``; return how many were taken."""
    return 0 if seconds_until_due(store, queue.table, queue.only) > 0 else _work(store, queue, limit)


def _work(store: Store, queue: Queue, limit: int) -> int:
    owed = store.stumbles.owed(queue.table.name)
    with _owing(store, queue, owed), store.unit(f"queue:{queue.name}", rings=False) as unit:
        claims.uncount(unit.session, queue.table, owed)
        together = [] if queue.many is None else queue.many.take(unit)
        held = together or _take(unit, queue, limit)
    done = _handle_together(store, queue, together)
    left = [one for one in held if one.id not in done]
    for place, one in enumerate(left, start=1):
        with _owing(store, queue, [behind.id for behind in left[place:]]):
            handle_one(store, queue, one)
    return len(held)


def _handle_together(store: Store, queue: Queue, held: Sequence[Claim]) -> Collection[UUID]:
    """Handle a backlog in one unit; return what was. Whatever fails, nothing of it has happened."""
    if queue.many is None or not held:
        return ()
    try:
        with store.unit(f"queue:{queue.name}") as unit:
            return queue.many.handle(unit, held)
    except Exception:  # noqa: BLE001  row by row it is seen which it was, and the database's own faults are told apart
        log.warning("not_together", queue=queue.name, rows=len(held), trouble=where_it_failed())
        return ()


@contextmanager
def _owing(store: Store, queue: Queue, ids: list[UUID]) -> Iterator[None]:
    """When even that fails which is to go on whatever one row does, remember the rows that are not to blame."""
    try:
        yield
    except Exception:
        store.stumbles.owe(queue.table.name, ids)
        raise


def _take(unit: UnitOfWork, queue: Queue, limit: int) -> list[Claim]:
    """Claim due rows; one that was claimed before and not finished is taken alone.

    If it is what ends its workers, it would otherwise take along, time after time, what only lay beside it.
    """
    held = queue.take(unit, limit)
    fresh = len(list(takewhile(lambda one: one.tries == 1, held)))
    together = max(fresh, 1)
    for spare in held[together:]:
        claims.give_back(unit.session, queue.table, spare, unit.now)
    return held[:together]


def handle_one(store: Store, queue: Queue, held: Claim) -> None:
    """Handle one claimed row: all of it or, when it fails, none of it and a later try.

    A row that many workers died with is not tried again: it may be what kills them. When it is the database that fails,
    the try does not count, however long that lasts: no row is put aside because the disk was full.
    """
    if held.tries > claims.DEATHS:
        return _put_aside(store, queue, held, "its workers ended before it did", claims.park)
    try:
        if queue.prepare is not None:
            queue.prepare(held)
        with store.unit(f"queue:{queue.name}") as unit:
            queue.handle(unit, held)
    except LeaseLostError:
        log.info("lease_lost", queue=queue.name, id=str(held.id))
    except Exception as error:  # noqa: BLE001  whatever one row does, the others go on
        if is_outage(error):
            return _wait_out(store, queue, held, where_it_failed())
        _put_aside(store, queue, held, where_it_failed(), claims.give_up_or_retry)
    store.stumbles.forget(held.id)
    return None


def _wait_out(store: Store, queue: Queue, held: Claim, trouble: str) -> None:
    """Have the row tried later, uncounted: now if the database takes it, with the next claim otherwise."""
    times = store.stumbles.again(held.id)
    log.error("database_failed", queue=queue.name, id=str(held.id), times=times, trouble=trouble)
    with _owing(store, queue, [held.id]), store.unit(f"queue:{queue.name}") as unit:
        claims.wait_out(unit.session, queue.table, held, unit.now, times)


def _put_aside(store: Store, queue: Queue, held: Claim, trouble: str, how: Callable[..., bool]) -> None:
    """Have the row tried later, or parked."""
    log.error("handling_failed", queue=queue.name, id=str(held.id), tries=held.tries, trouble=trouble)
    try:
        with store.unit(f"queue:{queue.name}") as unit:
            if how(unit.session, queue.table, held, unit.now, trouble):
                queue.parked(unit, held)
    except LeaseLostError:
        log.info("lease_lost", queue=queue.name, id=str(held.id))


def where_it_failed(error: BaseException | None = None) -> str:
    """Type and place of an exception (the one being handled): never its message, which may hold what a person wrote.

    The place is the last one in our own house: that a driver complained says nothing of who made it complain.
    """
    known = sys.exception() if error is None else error
    frames = [] if known is None else traceback.extract_tb(known.__traceback__)
    ours = [frame for frame in frames if _is_ours(frame.filename)] or frames
    place = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"{type(known).__name__}{place}"[:200]


def _is_ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(HOUSE) and "site-packages" not in path.relative_to(HOUSE).parts


def seconds_until_due(store: Store, table: Table, only: Sequence[ColumnElement[bool]] = ()) -> float:
    """Real seconds until the next row that may be taken wants work; at most LONGEST_WAIT. Takes no lock."""
    with store.glance() as connection:
        due_at = claims.next_due(connection, table, only)
    if due_at is None:
        return LONGEST_WAIT
    return min(max((due_at - store.clock.now()).total_seconds(), 0.0), LONGEST_WAIT)
