"""Leases: one poller per bot token, whatever number of nodes there is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import String, or_, update
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base
from store.inserting import insert_into

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork


class Lease(Base):
    """Who may do a thing only one may do, and until when."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[UUID]
    until: Mapped[datetime]


def begin(unit: UnitOfWork, name: str, holder: UUID) -> None:
    """Have a lease of that name, over by now; one that there is stays as it is."""
    fresh = insert_into(unit.session, Lease).values(name=name, holder=holder, until=unit.now)
    unit.session.execute(fresh.on_conflict_do_nothing())


def hold(unit: UnitOfWork, name: str, holder: UUID, for_: timedelta) -> bool:
    """Take or renew the lease; return whether ``holder`` has it now."""
    begin(unit, name, holder)
    taken = unit.session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.holder == holder, Lease.until <= unit.now))
        .values(holder=holder, until=unit.now + for_)
        .returning(Lease.name)
    )
    return taken.one_or_none() is not None


def let_go(unit: UnitOfWork, name: str, holder: UUID) -> None:
    """Give the lease back, so that another node need not wait for its end."""
    unit.session.execute(update(Lease).where(Lease.name == name, Lease.holder == holder).values(until=unit.now))
