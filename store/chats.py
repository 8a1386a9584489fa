"""Conversations at the doors: who can be answered where, without a readable address in the file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import Boolean, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id
from store.data_keys import chat_scope
from store.vault import Field

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

WEB: Final = "web"
"""The door of those who come back to a page. Nothing can be sent there: what is said waits until they look."""
SMS: Final = "sms"
"""The door of those who text."""
VOICE: Final = "voice"
"""The door of those who call."""
WHATSAPP: Final = "whatsapp"
"""The door of those who write by WhatsApp. An address there is a number, or the name of somebody who hides theirs."""
TEXTING: Final = (SMS, WHATSAPP)
"""The doors at which words come from a telephone, with files beside them."""


class Chat(Base):
    """One conversation at one door. ``address_index`` finds it, ``address`` (ciphertext) answers it."""

    __tablename__ = "chat"
    __table_args__ = (UniqueConstraint("door", "address_index"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    door: Mapped[str] = mapped_column(String(16))
    address_index: Mapped[bytes]
    address: Mapped[bytes]
    language: Mapped[str | None] = mapped_column(String(16))
    language_chosen: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether the person chose it; a chosen language is not guessed again."""
    dialogue: Mapped[bytes | None]
    """State of the conversation, ciphertext; losing it loses no content."""
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    """The case that further words of this conversation belong to."""
    unreachable_at: Mapped[datetime | None]
    muted_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    """When the other side wrote last, at a door where that decides whether they may be written to (WhatsApp)."""
    created_at: Mapped[datetime]


def find_or_open_chat(unit: UnitOfWork, door: str, address: str) -> Chat:
    """Return the conversation with ``address`` at ``door``, making it at its first word."""
    found = find_chat(unit, door, address)
    if found is not None:
        return found
    chat = Chat(id=new_id(), door=door, address_index=_index(unit, door, address), created_at=unit.now)
    chat.address = unit.vault.seal(chat_scope(chat.id), Field("chat", "address", chat.id), address)
    unit.session.add(chat)
    unit.session.flush()
    return chat


def find_chat(unit: UnitOfWork, door: str, address: str) -> Chat | None:
    """Return the conversation with ``address`` at ``door``, if there is one."""
    found = select(Chat).where(Chat.door == door, Chat.address_index == _index(unit, door, address))
    return unit.session.scalars(found).one_or_none()


def hold_address(unit: UnitOfWork, address: str) -> None:
    """Make whatever else comes in from an address, at whichever door, wait for this unit's end.

    Two doors have a row each, and neither may exist yet: there is nothing else to lock. To be said before a case is
    locked. On SQLite one unit writes at a time anyway.
    """
    if unit.session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(unit.vault.blind_index("address", address)[:8], "big", signed=True)
        unit.session.execute(select(func.pg_advisory_xact_lock(number)))


def _index(unit: UnitOfWork, door: str, address: str) -> bytes:
    return unit.vault.blind_index(f"chat:{door}", address)


def address_of(unit: UnitOfWork, chat: Chat) -> str:
    """Decrypt the address to answer at."""
    return open_address(unit, chat.id, chat.address)


def open_address(unit: UnitOfWork, chat_id: UUID, address: bytes) -> str:
    """The same, from columns that were read without the row's object."""
    return unit.vault.open(chat_scope(chat_id), Field("chat", "address", chat_id), address)


def move_chat(unit: UnitOfWork, chat: Chat, address: str) -> None:
    """Note that the provider gave this conversation a new address."""
    chat.address = unit.vault.seal(chat_scope(chat.id), Field("chat", "address", chat.id), address)
    chat.address_index = _index(unit, chat.door, address)
