"""Inserting where somebody else may be first: each engine has its own statement for it, of the same form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.orm import Session


def insert_into(session: Session, table: Table | type[Any]) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that can say what becomes of a conflict (``on_conflict_do_nothing``, ``…_do_update``)."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
