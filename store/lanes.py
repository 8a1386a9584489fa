"""Provider limits as rows, so that any number of workers keep one limit together."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from store.base import OWN, Base
from store.inserting import insert_into

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.unit_of_work import UnitOfWork


class Lane(Base):
    """One limit of one provider, and the instant up to which it is used."""

    __tablename__ = "lane"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    free_at: Mapped[datetime]


def lock_lanes(unit: UnitOfWork, keys: Iterable[str]) -> dict[str, Lane]:
    """Return the lanes, made where they are new, locked in one order so that two workers never wait in a circle."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    fresh = insert_into(unit.session, Lane.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]  # declarative tables are Tables
    unit.session.execute(fresh, [{"key": key, "free_at": unit.now} for key in wanted])
    rows = unit.session.scalars(
        select(Lane)
        .where(Lane.key.in_(wanted))
        .order_by(Lane.key)
        .with_for_update(**OWN)
        .execution_options(populate_existing=True)
    )
    return {lane.key: lane for lane in rows}
