"""How somebody without an account comes back to what they told: a number, shown once, and what was sent already.

The number has 24 digits, because digits are on every keyboard, are read out alike in every language and look like
nothing in particular. It is derived from a secret that only the browser's form has ever held: neither the database nor
the keys give it away, and pressing the same form twice shows the same number. 10**24 is about 2**80.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import ForeignKey, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, new_id
from store.chats import Chat
from store.inserting import insert_into
from store.vault import text_bytes

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

DIGITS: Final = 24
GROUP: Final = 4
TYPED_AT_MOST: Final = 200
"""Characters that are looked at; a number with everything people put between its digits is shorter."""


class WebReceipt(Base):
    """By what number a conversation is found again. Only a keyed fingerprint of it is kept; it goes with its chat."""

    __tablename__ = "web_receipt"

    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chat.id"), primary_key=True)
    number_index: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[datetime]


class WebSending(Base):
    """One thing a form has sent (words, a file, a press), so that it counts once however often the browser sends it."""

    __tablename__ = "web_sending"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chat.id"), index=True)
    name_index: Mapped[bytes] = mapped_column(unique=True)
    """A keyed fingerprint of the form and of the thing."""
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_message.id"))
    """The message that stands for a file."""
    at: Mapped[datetime]


SENDINGS: Table = WebSending.__table__  # type: ignore[assignment]  # declarative tables are Tables


def address_from(secret: bytes) -> str:
    """Return the address of the conversation that a form begins; nobody learns the secret from it."""
    return hashlib.sha256(b"address" + secret).hexdigest()


def number_from(unit: UnitOfWork, secret: bytes) -> str:
    """Return the number that belongs to a form's secret, 24 digits."""
    digest = hmac.digest(unit.vault.subkey("web_receipt"), secret, "sha256")
    return f"{int.from_bytes(digest, 'big') % 10**DIGITS:0{DIGITS}}"


def in_groups(number: str) -> str:
    """Return a number as people copy it."""
    return " ".join(number[at : at + GROUP] for at in range(0, len(number), GROUP))


def digits_typed(typed: str) -> str:
    """Return the digits somebody typed, of whichever script, or what they typed where it is no number. Never raises."""
    folded = unicodedata.normalize("NFKC", typed[:TYPED_AT_MOST])[:TYPED_AT_MOST]
    kept = [one for one in folded if unicodedata.category(one)[0] not in "ZPC"]
    digits = [unicodedata.decimal(one, None) for one in kept]
    return folded if None in digits else "".join(map(str, digits))


def give_receipt(unit: UnitOfWork, chat: Chat, number: str) -> datetime:
    """Have a conversation be found by a number from now on; return since when it is. Repeating it changes nothing."""
    found = unit.session.get(WebReceipt, chat.id)
    if found is None:
        found = WebReceipt(chat_id=chat.id, number_index=_number_index(unit, number), made_at=unit.now)
        unit.session.add(found)
        unit.session.flush()
    return found.made_at


def find_by_number(unit: UnitOfWork, typed: str) -> Chat | None:
    """Return the conversation of a number. One statement, whatever was typed; None for every wrong one alike."""
    index = _number_index(unit, digits_typed(typed))
    found = select(Chat).join(WebReceipt, WebReceipt.chat_id == Chat.id).where(WebReceipt.number_index == index)
    return unit.session.scalars(found).one_or_none()


def is_first(unit: UnitOfWork, chat: Chat, name: bytes) -> bool:
    """Remember something that was sent; return whether it came for the first time. Of two at once one is the first."""
    fresh = unit.session.scalar(
        insert_into(unit.session, SENDINGS)
        .values(id=new_id(), chat_id=chat.id, name_index=name, at=unit.now)
        .on_conflict_do_nothing(index_elements=[SENDINGS.c.name_index])
        .returning(SENDINGS.c.id)
    )
    return fresh is not None


def name_of_sending(unit: UnitOfWork, secret: bytes, *parts: str | bytes) -> bytes:
    """Return by what something sent is recognised: the form it came from, and what it says."""
    hashed = hashlib.sha256(secret)
    for part in parts:
        raw = part if isinstance(part, bytes) else text_bytes(part)
        hashed.update(len(raw).to_bytes(8, "big") + raw)
    return unit.vault.blind_index("web_sending", hashed.hexdigest())


def _number_index(unit: UnitOfWork, number: str) -> bytes:
    return unit.vault.blind_index("web_receipt", number)
