"""Which tables a transaction has written to, read off its statements: whoever waits for their rows is woken by it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_KEY: Final = "panah_written"
_WRITES: Final = re.compile(
    r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE
)
_READS: Final = re.compile(
    r"\s*(?:SELECT|PRAGMA|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|SET|SHOW|NOTIFY|VALUES)\b", re.IGNORECASE
)
_ANYTHING: Final = "*"


def follow_writing(engine: Engine) -> None:
    """Have :func:`begin_noting` and :func:`written` work on connections of an engine. Repeating it is safe."""
    if not event.contains(engine, "before_cursor_execute", _note):
        event.listen(engine, "before_cursor_execute", _note)


def begin_noting(connection: Connection) -> None:
    """Begin to note what is written by a connection, in a transaction that has just begun."""
    connection.info[_KEY] = set()


def written(connection: Connection) -> frozenset[str] | None:
    """Return the tables written to since; None where it cannot be told, and it may have been any."""
    noted = connection.info.pop(_KEY, {_ANYTHING})
    return None if _ANYTHING in noted else frozenset(noted)


def _note(connection: Connection, _cursor: object, statement: str, *_: Any) -> None:
    noted = connection.info.get(_KEY)
    if noted is None:
        return
    found = _WRITES.match(statement)
    if found is not None:
        noted.add(found[1])
    elif _READS.match(statement) is None:
        noted.add(_ANYTHING)
