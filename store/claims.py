"""Claim by lease: the one way in which work is taken, for every queue of the house.

A row that wants work has ``due_at``. Claiming moves ``due_at`` to the end of the lease and sets a random ``fence``;
finishing needs that fence. So ``due_at`` is both schedule and lease: when a worker dies, its rows become due again by
themselves, and a worker that lost its lease cannot finish what somebody else does now. A row at rest has no
``due_at``.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Index, String, Table, select, text, update
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from store.base import OWN
from store.errors import LeaseLostError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Select
    from sqlalchemy.orm import Session

TRIES = 5
"""A row that failed again when it was claimed this often is parked and shown."""
DEATHS = 10
"""A row that was claimed this often without being finished, or failing, is parked: it may be what ends its workers.
More than TRIES, because most rows that a dying worker held are innocent."""
LEASE = timedelta(seconds=10)
"""How long a claim is kept when nobody finishes it."""
BACK_OFF = (timedelta(milliseconds=200), timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=25))
"""How long a row rests after its first, second … failure."""
OUTAGE_BACK_OFF = (*BACK_OFF[:3], *[timedelta(seconds=10)] * 30, timedelta(minutes=1))
"""How long it rests after its first, second … failure that was the database's. Short for the first minutes: when an
outage ends, people have been waiting. Long after that, in case it is the row after all that brings one about."""
LATER = "only a later release knows it"
"""The trouble of a row that was left to a node of a later release. It is no failure: nothing was tried."""


Pause = TypeVar("Pause")


def nth_pause(pauses: Sequence[Pause], times: int) -> Pause:
    """Return how long to rest after the first, second … failure; the last pause repeats. ``times`` is 1 or more."""
    return pauses[min(times, len(pauses)) - 1]


WANTING: dict[str, Any] = {f"{engine}_where": text("due_at IS NOT NULL") for engine in ("sqlite", "postgresql")}
"""Makes an index of the rows that want work, and of none of those at rest."""


class Claimable:
    """The columns of a table whose rows can be claimed."""

    due_at: Mapped[datetime | None]
    fence: Mapped[UUID | None]
    tries: Mapped[int] = mapped_column(default=0)
    parked_at: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(String(200))
    """Type and place of the last failure; never its message, which may hold personal data."""

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (due_index(cls.__tablename__),)  # type: ignore[attr-defined]  # every user of the mixin has one


def due_index(table: str) -> Index:
    """Index the rows that want work and none of those at rest."""
    return Index(f"ix_{table}_due_at", "due_at", **WANTING)


def waiting_index(table: str, *columns: str) -> Index:
    """Index the rows that want work by what decides whose turn it is; asking must not cost more as rows pile up."""
    return Index(f"ix_{table}_waiting", *columns, **WANTING)


@dataclass(frozen=True)
class Claim:
    """The right to work on one row until ``until``."""

    id: UUID
    fence: UUID
    tries: int
    until: datetime


def claim(
    session: Session,
    table: Table,
    now: datetime,
    *,
    limit: int = 1,
    lease: timedelta = LEASE,
    only: Sequence[ColumnElement[bool]] = (),
    first: Sequence[ColumnElement[Any]] = (),
) -> list[Claim]:
    """Take up to ``limit`` due rows; no two workers get the same row within a lease.

    ``only`` narrows which rows may be taken, ``first`` says which go first (then: the longest due). Must run in a
    writing unit of work: on SQLite that is ``BEGIN IMMEDIATE``, on PostgreSQL rows others hold are skipped.
    """
    ready = (
        select(table.c.id)
        .where(table.c.due_at <= now, *only)
        .order_by(*first, table.c.due_at, table.c.id)
        .limit(limit)
        .with_for_update(**OWN, skip_locked=True, of=table)
    )
    ids = list(session.scalars(ready))
    if not ids:
        return []
    fence = uuid.uuid4()
    until = now + lease
    taken = session.execute(
        update(table)
        .where(table.c.id.in_(ids), table.c.due_at <= now)
        .values(due_at=until, fence=fence, tries=table.c.tries + 1)
        .returning(table.c.id, table.c.tries)
    ).all()
    claims = {row.id: Claim(row.id, fence, row.tries, until) for row in taken}
    return [claims[id_] for id_ in ids if id_ in claims]


def next_due(session: Session | Connection, table: Table, only: Sequence[ColumnElement[bool]] = ()) -> datetime | None:
    """When the next row wants work (leases included), of those ``only`` lets be taken; None when there is none.

    Who sleeps until then must leave out what cannot be taken yet, or it would wake again and again for nothing.
    """
    return session.scalar(_earliest(table, tuple(only)))


@lru_cache(maxsize=64)
def _earliest(table: Table, only: tuple[ColumnElement[bool], ...]) -> Select[datetime]:
    """Each queue looks hundreds of times a second, always with the same words."""
    return select(table.c.due_at).where(table.c.due_at.is_not(None), *only).order_by(table.c.due_at).limit(1)


def finish(session: Session, table: Table, held: Claim, **values: Any) -> None:
    """Put the row to rest; raises LeaseLostError (which rolls the unit back) when the claim is no longer ours."""
    _complete(session, table, held, {"due_at": None, "trouble": None, **values})


def finish_all(session: Session, table: Table, held: Sequence[Claim]) -> frozenset[UUID]:
    """Put the rows of one claim to rest, by one statement; return those that were still ours: no other was touched."""
    finished = session.scalars(
        update(table)
        .where(table.c.id.in_([one.id for one in held]), table.c.fence.in_({one.fence for one in held}))
        .values(due_at=None, fence=None, trouble=None)
        .returning(table.c.id)
    )
    return frozenset(finished)


def give_back(session: Session, table: Table, held: Claim, now: datetime) -> None:
    """Let go of a row nothing was done with, as if it had not been claimed."""
    settle(session, table, held, due_at=now, tries=held.tries - 1)


def give_up_or_retry(session: Session, table: Table, held: Claim, now: datetime, trouble: str) -> bool:
    """After a failure: due again after a back-off, or parked after the last try. Return whether it was parked.

    A first failure is never the last try, however often workers died with the row in their hands.
    """
    if held.tries >= TRIES and _failed_before(session, table, held):
        return park(session, table, held, now, trouble)
    after = nth_pause(BACK_OFF, held.tries)
    _complete(session, table, held, {"due_at": now + after, "trouble": trouble})
    return False


def wait_out(session: Session, table: Table, held: Claim, now: datetime, times: int) -> None:
    """After an outage, this row's ``times``-th in a row: due again after a back-off, and as if it had not been claimed.

    Whoever holds it by now keeps it; the claim that was ours does not count even so.
    """
    settle(session, table, held, due_at=now + nth_pause(OUTAGE_BACK_OFF, times))
    uncount(session, table, [held.id])


def uncount(session: Session, table: Table, ids: Sequence[UUID]) -> None:
    """Let one claim of each of these rows not count; where none is counted, nothing changes."""
    for id_ in sorted(ids):  # one may be there twice; in order, so that two of us never wait for each other
        session.execute(update(table).where(table.c.id == id_, table.c.tries > 0).values(tries=table.c.tries - 1))


def park(session: Session, table: Table, held: Claim, now: datetime, trouble: str) -> bool:
    """Put the row aside, to be shown: it never stands in the way of others. Return True; raises LeaseLostError."""
    _complete(session, table, held, {"due_at": None, "parked_at": now, "trouble": trouble})
    return True


def _failed_before(session: Session, table: Table, held: Claim) -> bool:
    return session.scalar(select(table.c.trouble).where(table.c.id == held.id)) not in {None, LATER}


def leave(session: Session, table: Table, held: Claim, until: datetime) -> None:
    """Leave a row that this release can do nothing with to a node of a later one, and look at it again at ``until``."""
    settle(session, table, held, due_at=until, trouble=LATER)


def unpark(session: Session, table: Table, id_: UUID, now: datetime) -> bool:
    """Let a parked row be tried again from the beginning; return whether there was one."""
    changed = session.execute(
        update(table)
        .where(table.c.id == id_, table.c.parked_at.is_not(None))
        .values(due_at=now, parked_at=None, tries=0, fence=None)
        .returning(table.c.id)
    )
    return changed.one_or_none() is not None


def extend(session: Session, table: Table, held: Claim, until: datetime) -> None:
    """Keep the claim until ``until``, for long work; raises LeaseLostError when it is no longer ours."""
    changed = session.execute(
        update(table)
        .where(table.c.id == held.id, table.c.fence == held.fence)
        .values(due_at=until)
        .returning(table.c.id)
    )
    if changed.one_or_none() is None:
        raise LeaseLostError(f"a row of {table.name} is no longer ours")


def settle(session: Session, table: Table, held: Claim, **values: Any) -> bool:
    """Write ``values`` and let go of the row if the claim is still ours; return whether it was.

    For work whose outcome is a fact in the outside world, where rolling back would forget it.
    """
    changed = session.execute(
        update(table)
        .where(table.c.id == held.id, table.c.fence == held.fence)
        .values(fence=None, **values)
        .returning(table.c.id)
    )
    return changed.one_or_none() is not None


def _complete(session: Session, table: Table, held: Claim, values: dict[str, Any]) -> None:
    if not settle(session, table, held, **values):
        raise LeaseLostError(f"a row of {table.name} is no longer ours")
