"""How far a move is, written where each database says of which release it is: so whoever opens either is refused.

Both say ``moving-REVISION-NUMBER`` with one number while rows are copied. When all is there and was compared, the old
one says ``moved-…`` for ever, and the new one its revision again, as if nothing had been.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sqlalchemy import text

from app.migration import MOVED, MOVING, revision_of
from store.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection


class MoveError(StoreError):
    """A database cannot be moved; the message says why."""


@dataclass(frozen=True)
class Mark:
    """What a database says of a move that it takes part in."""

    state: str
    revision: str
    number: str

    @classmethod
    def new(cls, revision: str) -> Self:
        """The mark of a move that begins."""
        return cls(MOVING, revision, secrets.token_hex(4))

    def ended(self) -> Mark:
        """What stands in the old database once it is over."""
        return Mark(MOVED, self.revision, self.number)

    def is_same_move(self, other: Mark | None) -> bool:
        """Whether both speak of one move."""
        return other is not None and (self.revision, self.number) == (other.revision, other.number)

    def __str__(self) -> str:
        return f"{self.state}-{self.revision}-{self.number}"


def mark_of(connection: Connection) -> Mark | None:
    """Return what a database says of a move; None when it takes part in none."""
    state, _, rest = (revision_of(connection) or "").partition("-")
    revision, _, number = rest.rpartition("-")
    return Mark(state, revision, number) if state in {MOVING, MOVED} else None


def put_mark(connection: Connection, mark: Mark | str) -> None:
    """Have a database say this in place of what it says, in the caller's transaction."""
    connection.execute(text("UPDATE alembic_version SET version_num = :mark"), {"mark": str(mark)})
