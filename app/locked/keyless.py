"""The database of a locked home: rows can be written in it that need no key, and nothing can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.migration import SchemaError, needed
from app.wiring import clock_of
from store.engine import open_engine
from store.unit_of_work import Store
from store.vault import no_keys

if TYPE_CHECKING:
    from app.settings import Settings


def store_without_keys(settings: Settings) -> Store:
    """Open it."""
    return Store(open_engine(settings.database), no_keys(), clock_of(settings))


def refuse_other_schema(store: Store) -> None:
    """Raise SchemaError unless the database is of this release: it is migrated when the keys are back."""
    with store.read() as unit:
        if needed(unit.session.connection()) is not None:
            raise SchemaError("the database is of an earlier release; it is migrated when it is unlocked")
