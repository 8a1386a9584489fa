"""The declarative base every room's tables hang on."""

from __future__ import annotations

import os
import time
import uuid
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, LargeBinary, MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase

from store.types import UtcDateTime

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


OWN: dict[str, Any] = {"key_share": True}
"""How a row is locked that is going to be changed: nobody else changes it, and others may still write rows that point
to it. PostgreSQL's plain FOR UPDATE would hold up those too, and two who wait for each other end in a deadlock."""
SHARED: dict[str, Any] = {"read": True}
"""How a row is locked that must stay as it is until we are done; others may do the same, and point to it."""


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can find it again on both engines."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        uuid.UUID: Uuid,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


def new_id() -> uuid.UUID:
    """Return a fresh identifier, known before the row is written (ciphertext is bound to it).

    Sorts by creation (RFC 9562, version 7, with the fraction of the millisecond): it keeps index pages warm and tells
    apart what one process wrote at one instant of the business clock. Between machines the order means nothing. The
    instant in it is the machine's, not the business clock's.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return uuid.UUID(int=(milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | random)
