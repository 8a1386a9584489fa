"""The form of a backup, under its encryption: lines of JSON, so that it can be read without Panah too.

The first line says what this is and which columns each table has, the last how many rows there were and what they hash
to; between them are rows. The last line carries a MAC under a key of the ring over all that comes before it: whoever
knows the public recipient alone cannot make a backup that would be taken for ours.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Boolean, Date, Float, Integer, LargeBinary, String, Text, Uuid

from store.errors import StoreError
from store.types import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Column
    from sqlalchemy.types import TypeEngine

FORMAT = 1
PURPOSE = "backup"
LEFT_OUT = frozenset({"key_epoch", "account_session", "passkey_challenge", "api_token", "kept_answer"})
"""Tables whose rows stay behind: epochs that are being handed over could open what a destroyed one has closed, and who
was signed in, or has been thrown out since, is not signed in again by putting a backup back; nor is a program whose
token was revoked."""
LONGEST_LINE = 8 * 2**20
"""Bytes: a line holds rows of a megabyte or so, and a chunk of a file is a quarter of that."""


class BackupError(StoreError):
    """A backup cannot be made, read or put back; the message says why."""


@dataclass(frozen=True)
class Kind:
    """One kind of column: how it is stored, and how a value is written down and read back."""

    type: TypeEngine[Any]
    write: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value


KINDS: dict[str, Kind] = {
    "uuid": Kind(Uuid(), lambda value: value.hex, UUID),
    "bytes": Kind(LargeBinary(), lambda value: base64.b64encode(value).decode(), base64.b64decode),
    "instant": Kind(UtcDateTime(), lambda value: value.isoformat(), datetime.fromisoformat),
    "date": Kind(Date(), lambda value: value.isoformat(), date.fromisoformat),
    "json": Kind(JSON(none_as_null=True)),
    "bool": Kind(Boolean()),
    "int": Kind(BigInteger()),
    "float": Kind(Float()),
    "text": Kind(Text()),
}
_TYPES: tuple[tuple[type[Any], str], ...] = (
    (Uuid, "uuid"),
    (LargeBinary, "bytes"),
    (UtcDateTime, "instant"),
    (Date, "date"),
    (JSON, "json"),
    (Boolean, "bool"),
    (Integer, "int"),
    (Float, "float"),
    (String, "text"),
)


def kind_of(column: Column[Any]) -> str:
    """Return the kind of a column of ours."""
    for type_, kind in _TYPES:
        if isinstance(column.type, type_):
            return kind
    raise BackupError(f"nobody has said how {column.table.name}.{column.name} is written down")


@dataclass
class Sums:
    """What is added up while lines are written or read: rows and hashes by table, and a hash of everything."""

    rows: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, Any] = field(default_factory=dict)
    whole: Any = field(default_factory=hashlib.sha256)

    def add(self, line: bytes, table: str | None = None, count: int = 0) -> bytes:
        """Count a line; return it."""
        self.whole.update(line)
        if table is not None:
            self.rows[table] = self.rows.get(table, 0) + count
            self.hashes.setdefault(table, hashlib.sha256()).update(line)
        return line

    def as_json(self) -> dict[str, Any]:
        """What the last line says of them."""
        return {"rows": self.rows, "sha256": {table: one.hexdigest() for table, one in self.hashes.items()}}


def line_of(content: dict[str, Any]) -> bytes:
    """One line."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"


def end_line(sums: Sums, chains: dict[str, tuple[int, str]], key: bytes) -> bytes:
    """The last line, with the MAC over everything, itself included."""
    end = {**sums.as_json(), "chains": chains}
    return line_of({"end": end, "mac": _mac(key, sums, end)})


def _mac(key: bytes, sums: Sums, end: dict[str, Any]) -> str:
    said = json.dumps(end, sort_keys=True, separators=(",", ":")).encode()
    return hmac.digest(key, sums.whole.digest() + said, "sha256").hex()


@dataclass(frozen=True)
class Header:
    """What the first line says."""

    revision: str
    epoch: str
    made_at: datetime
    tables: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Rows:
    """Some rows of a table, as values of its columns."""

    table: str
    values: list[dict[str, Any]]


@dataclass(frozen=True)
class End:
    """What the last line says: all of it was found to be so."""

    rows: dict[str, int]
    chains: dict[str, tuple[int, str]]


class Reading:
    """Makes sense of a backup as it comes, in pieces of any size; raises BackupError at the first thing that is wrong.

    Nothing it gives out counts before :meth:`finish` has returned: only then is it known to be whole and ours.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._sums = Sums()
        self._waiting = bytearray()
        self._header: Header | None = None
        self._end: End | None = None

    def feed(self, piece: bytes) -> Iterator[Header | Rows]:
        """Take a piece; yield what is complete by now."""
        self._waiting += piece
        while (cut := self._waiting.find(b"\n")) >= 0:
            line = bytes(self._waiting[: cut + 1])
            del self._waiting[: cut + 1]
            read = self._read(line)
            if read is not None:
                yield read
        if len(self._waiting) > LONGEST_LINE:
            raise BackupError("this is no backup of Panah")

    def finish(self) -> End:
        """Return what the end says, all of which holds."""
        if self._end is None or self._waiting:
            raise BackupError("the backup is not whole: its end is missing")
        return self._end

    def _read(self, line: bytes) -> Header | Rows | None:
        try:
            content = json.loads(line)
            if self._end is not None:
                raise BackupError("something stands behind the end of the backup")
            if self._header is None:
                self._header = self._read_header(content)
                self._sums.add(line)
                return self._header
            if "end" in content:
                self._end = self._read_end(content)
                return None
            rows = self._read_rows(content, self._header)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupError("this is no backup of Panah, or it is damaged") from error
        self._sums.add(line, rows.table, len(rows.values))
        return rows

    @staticmethod
    def _read_header(content: dict[str, Any]) -> Header:
        if content["panah_backup"] != FORMAT:
            raise BackupError("the backup has a form that this release does not know")
        tables = {str(name): dict(columns) for name, columns in content["tables"].items()}
        if any(kind not in KINDS for columns in tables.values() for kind in columns.values()):
            raise BackupError("the backup holds columns that this release does not know")
        return Header(content["revision"], content["epoch"], datetime.fromisoformat(content["made_at"]), tables)

    @staticmethod
    def _read_rows(content: dict[str, Any], header: Header) -> Rows:
        table = content["t"]
        columns = header.tables[table]
        reads = [KINDS[kind].read for kind in columns.values()]
        return Rows(table, [_row(columns, reads, values) for values in content["r"]])

    def _read_end(self, content: dict[str, Any]) -> End:
        end = content["end"]
        if not hmac.compare_digest(content["mac"], _mac(self._key, self._sums, end)):
            raise BackupError("the backup was changed, or made under another key ring")
        if {"rows": end["rows"], "sha256": end["sha256"]} != self._sums.as_json():
            raise BackupError("the backup does not hold what its end says")
        return End(end["rows"], {chain: (int(one[0]), str(one[1])) for chain, one in end["chains"].items()})


def _row(columns: dict[str, str], reads: Sequence[Callable[[Any], Any]], values: Sequence[Any]) -> dict[str, Any]:
    return {
        name: None if value is None else read(value) for name, read, value in zip(columns, reads, values, strict=True)
    }
