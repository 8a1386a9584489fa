"""Raw input of every door, encrypted, written before anybody says "received".

Rows of one conversation are handled in their order, those of different conversations side by side.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Index, String, Table, UniqueConstraint, exists, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from store import claims
from store.base import Base, new_id
from store.chats import Chat, find_or_open_chat
from store.claims import WANTING, Claim, Claimable
from store.data_keys import SYSTEM, Scope, chat_scope
from store.errors import LeaseLostError
from store.inserting import insert_into
from store.vault import Field, text_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.unit_of_work import UnitOfWork


class InboxItem(Claimable, Base):
    """One raw input. The payload is erased in the commit that has stored what it says."""

    __tablename__ = "inbox"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(String(40))
    """Door and account, e.g. ``telegram:1a2b3c4d``: numbers are unique within it."""
    number: Mapped[int] = mapped_column(BigInteger)
    """The provider's own number of the input: repeats are recognised by it, and order follows it."""
    chat_id: Mapped[UUID | None] = mapped_column(index=True)
    opening: Mapped[bool]
    """Whether it is the first the conversation ever said: such rows go first."""
    payload: Mapped[bytes | None]
    received_at: Mapped[datetime]


class InboxCursor(Base):
    """How far a source has been read; moves in the commit that stores the inputs."""

    __tablename__ = "inbox_cursor"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)


TABLE: Table = InboxItem.__table__  # type: ignore[assignment]  # declarative tables are Tables
TABLE.append_constraint(UniqueConstraint("source", "number"))
Index("ix_inbox_waiting", TABLE.c.chat_id, TABLE.c.source, TABLE.c.number, **WANTING)


@dataclass(frozen=True)
class RawInput:
    """What a door hands in: the provider's number, the address it came from (if it could be told), the raw text."""

    number: int
    address: str | None
    payload: str


def position(unit: UnitOfWork, source: str) -> int | None:
    """Return the last stored position of a source, None before the first input."""
    cursor = unit.session.get(InboxCursor, source)
    return None if cursor is None else cursor.position


def keep(unit: UnitOfWork, source: str, door: str, inputs: Sequence[RawInput], *, moves_cursor: bool = True) -> int:
    """Store raw inputs and move the cursor, in this unit. Inputs seen before are skipped; return how many were new.

    ``moves_cursor=False`` is for inputs that are brought to us: one that came does not mean that all before it did.
    The cursor moves back where the provider numbers afresh: when all it hands out lies below what it was asked for
    (Telegram does so after a week without updates, see core.telegram.org/bots/api#update).
    """
    numbers = [given.number for given in inputs]
    known = set(
        unit.session.scalars(select(InboxItem.number).where(InboxItem.source == source, InboxItem.number.in_(numbers)))
    )
    fresh = {given.number: given for given in reversed(inputs) if given.number not in known}
    for number in sorted(fresh):
        _keep_one(unit, source, door, fresh[number])
    if numbers and moves_cursor:
        move_cursor(unit, source, max(numbers))
    return len(fresh)


def free_number(unit: UnitOfWork, source: str) -> int:
    """Return a number for what its provider does not number: microseconds, and no other input of this source has it."""
    number = int(unit.now.timestamp() * 1_000_000)
    while unit.session.scalar(select(exists().where(InboxItem.source == source, InboxItem.number == number))):
        number += 1
    return number


def is_first(unit: UnitOfWork, source: str, name: str) -> bool:
    """Remember what a provider calls an input; return whether it is heard of for the first time.

    What is remembered is a row without a payload that nobody handles, under a source of its own.
    """
    number = int.from_bytes(hashlib.sha256(text_bytes(name)).digest()[:8], "big") >> 1
    fresh = unit.session.scalar(
        insert_into(unit.session, TABLE)
        .values(id=new_id(), source=f"{source}:seen", number=number, opening=False, received_at=unit.now, tries=0)
        .on_conflict_do_nothing()
        .returning(TABLE.c.id)
    )
    return fresh is not None


def _keep_one(unit: UnitOfWork, source: str, door: str, given: RawInput) -> None:
    chat = None if given.address is None else find_or_open_chat(unit, door, given.address)
    item = InboxItem(
        id=new_id(),
        source=source,
        number=given.number,
        chat_id=None if chat is None else chat.id,
        opening=chat is not None and chat.dialogue is None and not _has_spoken(unit, chat.id),
        received_at=unit.now,
        due_at=unit.now,
    )
    item.payload = unit.vault.seal(_scope(item), Field("inbox", "payload", item.id), given.payload)
    unit.session.add(item)


def _has_spoken(unit: UnitOfWork, chat_id: UUID) -> bool:
    """Whether something of this conversation lies here already: five messages in a row are one first word."""
    return bool(unit.session.scalar(select(exists().where(InboxItem.chat_id == chat_id))))


def move_cursor(unit: UnitOfWork, source: str, to: int) -> None:
    """Only inputs after the cursor are ever asked for, so the highest of those that came is where it stands now."""
    cursor = unit.session.get(InboxCursor, source)
    if cursor is None:
        unit.session.add(InboxCursor(source=source, position=to))
    else:
        cursor.position = to
    unit.session.flush()


def claim_inputs(unit: UnitOfWork, limit: int) -> list[Claim]:
    """Take inputs that may be handled now: no earlier one of the same conversation is unfinished.

    First words of a new conversation go before follow-ups. A parked input does not hold up those behind it.
    """
    return claims.claim(
        unit.session, TABLE, unit.now, limit=limit, only=(in_turn(),), first=(TABLE.c.opening.desc(), TABLE.c.number)
    )


@cache
def in_turn() -> ColumnElement[bool]:
    """Whether no earlier input of the same conversation is unfinished."""
    earlier = aliased(TABLE)
    unfinished = exists().where(
        earlier.c.chat_id == TABLE.c.chat_id,
        earlier.c.source == TABLE.c.source,
        earlier.c.number < TABLE.c.number,
        earlier.c.due_at.is_not(None),
    )
    return ~unfinished.correlate(TABLE)


def open_input(unit: UnitOfWork, held: Claim) -> tuple[InboxItem, str, Chat | None]:
    """Return the row, its raw text and the conversation it came from."""
    item = unit.session.get_one(InboxItem, held.id)
    if item.payload is None:
        raise LeaseLostError("this input was handled already")
    text = unit.vault.open(_scope(item), Field("inbox", "payload", item.id), item.payload)
    chat = None if item.chat_id is None else unit.session.get(Chat, item.chat_id)
    return item, text, chat


def _scope(item: InboxItem) -> Scope:
    return SYSTEM if item.chat_id is None else chat_scope(item.chat_id)
