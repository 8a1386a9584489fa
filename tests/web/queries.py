"""How many statements a page takes: what grows with the data shows here first."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.unit_of_work import Store

ASKS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


@dataclass
class Counted:
    """The statements so far, in order; those that begin or end a transaction do not count."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.statements)

    @property
    def reads(self) -> int:
        """How many of them only looked."""
        return sum(statement.startswith(("SELECT", "WITH")) for statement in self.statements)


@contextmanager
def counted(store: Store) -> Iterator[Counted]:
    """Count what the database is asked by whoever uses this store, in any thread."""
    found = Counted()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(ASKS):
            found.statements.append(statement.lstrip())

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
