"""Column types that refuse what must never be stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime
from sqlalchemy.types import TypeDecorator, TypeEngine

from store.errors import NaiveDatetimeError

if TYPE_CHECKING:
    from sqlalchemy import Dialect


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive datetimes; always gives back aware UTC, on both engines.

    SQLite has no time zones: there the UTC wall time is stored, in a text form that sorts as time does.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Store as ``timestamptz`` on PostgreSQL."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; raises NaiveDatetimeError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveDatetimeError("store aware datetimes only (UTC)")
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.replace(tzinfo=None)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Give back aware UTC, by one call for each value where the base class makes several: a page has thousands."""
        inner = self.impl_instance.dialect_impl(dialect).result_processor(dialect, coltype)

        def instant(value: Any) -> datetime | None:
            if value is None:
                return None
            found: Any = value if inner is None else inner(value)
            known: datetime = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
            return known

        return instant
