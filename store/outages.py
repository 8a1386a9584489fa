"""Telling a failure of the database from a failure of the row: for the first no row is to blame, and none pays.

A full disk, a lock that was not given, a deadlock, a connection that is gone say nothing of what was being handled.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import exc

if TYPE_CHECKING:
    from uuid import UUID

SQLITE_ERROR = 1
"""SQLite's code for a statement it cannot make sense of. Python gives it the same class as a full disk."""
PRIMARY = 0xFF
"""The part of SQLite's codes that says the kind; the rest says which one of it."""
BEYOND_LIMITS = "54"
"""PostgreSQL's class of statements that are too complex or have too many arguments: repeating changes nothing."""
READ_ONLY = frozenset({"25006", "25P03"})
"""A server that became a standby, and a transaction that was ended because we were too slow: classed as internal."""
REMEMBERED = 10_000
"""Rows; what handling gave up long ago, or another process finished, must not fill the memory."""


def is_outage(error: BaseException) -> bool:
    """Whether the database failed, so that the same work may well succeed in a while.

    What it refuses for what it was asked (a value, a constraint, a statement) is no outage. Looks at what an error was
    raised from as well: handling may have put another one over it.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, exc.TimeoutError) or (isinstance(seen, exc.DBAPIError) and _is_its_own(seen)):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _is_its_own(error: exc.DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in READ_ONLY:
        return True
    if not isinstance(error, exc.OperationalError | exc.InterfaceError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None) or 0
    return code & PRIMARY != SQLITE_ERROR and not state.startswith(BEYOND_LIMITS)


class Stumbles:
    """How often in a row each row met an outage, and which claims of rows must not count but could not be told so.

    In memory only: who restarts begins with short pauses again, and at worst a claim counts that should not. Safe to
    use from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: Counter[UUID] = Counter()
        self._owed: dict[str, list[UUID]] = {}

    def again(self, id_: UUID) -> int:
        """Note that this row met an outage, and return how often it did since it was last forgotten."""
        with self._lock:
            if len(self._times) >= REMEMBERED:
                self._times.clear()
            self._times[id_] += 1
            return self._times[id_]

    def forget(self, id_: UUID) -> None:
        """Note that this row was handled, or failed by itself."""
        with self._lock:
            self._times.pop(id_, None)

    def owe(self, table: str, ids: list[UUID]) -> None:
        """Keep in mind that one claim of each of these rows is not to count."""
        with self._lock:
            self._owed.setdefault(table, []).extend(ids)

    def owed(self, table: str) -> list[UUID]:
        """Return the rows of ``table`` of which a claim is not to count, and forget them: who asks sees to it."""
        with self._lock:
            return self._owed.pop(table, [])
