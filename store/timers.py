"""Timers: what must be looked at again, and when. A timer is a row, so it survives whatever the process does not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import String, Table, UniqueConstraint, update
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id
from store.claims import Claimable
from store.inserting import insert_into

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from store.unit_of_work import UnitOfWork


class Timer(Claimable, Base):
    """One thing to look at again. There is one timer per kind and subject."""

    __tablename__ = "timer"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID]


TABLE: Table = Timer.__table__  # type: ignore[assignment]  # declarative tables are Tables
TABLE.append_constraint(UniqueConstraint("kind", "subject_id"))


def set_timer(unit: UnitOfWork, kind: str, subject_id: UUID, due_at: datetime) -> None:
    """Wind the timer of (kind, subject) to ``due_at``, whatever it stood at; a holder of it loses the lease.

    Two who wind it for the first time in the same instant end with one timer, as the later of them wound it.
    """
    set_timers(unit, kind, {subject_id: due_at})


def set_timers(unit: UnitOfWork, kind: str, due: Mapping[UUID, datetime]) -> None:
    """Wind the timers of several subjects, each to its own instant; as :func:`set_timer`. One statement, made once."""
    if not due:
        return
    anew = {"fence": None, "tries": 0, "parked_at": None}
    rows = [{"id": new_id(), "kind": kind, "subject_id": one, "due_at": at, **anew} for one, at in sorted(due.items())]
    wound = insert_into(unit.session, TABLE)
    unit.session.execute(
        wound.on_conflict_do_update(
            index_elements=[TABLE.c.kind, TABLE.c.subject_id], set_={"due_at": wound.excluded.due_at, **anew}
        ),
        rows,
    )


def stop_timer(unit: UnitOfWork, kind: str, subject_id: UUID) -> None:
    """Put the timer to rest; nothing happens when there is none."""
    stop_timers(unit, kind, [subject_id])


def stop_timers(unit: UnitOfWork, kind: str, subject_ids: Sequence[UUID]) -> None:
    """Put the timers of several subjects to rest, by one statement; as :func:`stop_timer`."""
    if not subject_ids:
        return
    theirs = update(Timer).where(Timer.kind == kind, Timer.subject_id.in_(subject_ids))
    unit.session.execute(theirs.values(due_at=None, fence=None))
