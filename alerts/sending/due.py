"""What is due in the outbox: which rows a sender may claim, and all there is to know of those it has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, exists, select
from sqlalchemy.orm import aliased

from alerts.messages.outbox import HOLDS_UP_FOR, TABLE
from alerts.models import Need
from contacts.models import Contact, ContactMethod
from store import claims
from store.chats import Chat

if TYPE_CHECKING:
    from store.claims import Claim
    from store.unit_of_work import UnitOfWork

FREE_OF_LIMITS = ("answer", "leave", "redact")


@cache
def may_be_taken(channel: str) -> tuple[ColumnElement[bool], ...]:
    """Which due rows the sender of a channel may take."""
    return (TABLE.c.channel == channel, in_turn())


@cache
def in_turn() -> ColumnElement[bool]:
    """Whether no earlier message of the same conversation and urgency still has to leave.

    What is the first of another happening waits for nothing but the provider's limits. One that was tried several
    times in vain holds up nobody any more: the fault may be its own.
    """
    earlier = aliased(TABLE)
    behind_another = (
        exists()
        .where(
            earlier.c.chat_id == TABLE.c.chat_id,
            earlier.c.urgent == TABLE.c.urgent,
            earlier.c.order_key < TABLE.c.order_key,
            earlier.c.due_at.is_not(None),
            earlier.c.tries < HOLDS_UP_FOR,
            earlier.c.throttled.is_(False),
            earlier.c.action.not_in(FREE_OF_LIMITS),
        )
        .correlate(TABLE)
    ) & and_(TABLE.c.action.not_in(FREE_OF_LIMITS), TABLE.c.first_of_cluster.is_(False))
    return ~behind_another


@dataclass(frozen=True)
class Due:
    """A claimed message with all that decides whether and where it leaves, read in one query."""

    held: Claim
    row: Any
    """Columns of the delivery, its address in ciphertext, the state of its need, the message it edits, the chat its
    reader's way leads to by now, and whether they have left."""

    @property
    def limited(self) -> bool:
        """Whether the provider's limits count it."""
        return self.row.action not in FREE_OF_LIMITS


@cache
def _details() -> Select[Any]:
    """Everything that is needed of claimed messages. Made once: making a statement costs more than running it."""
    original = aliased(TABLE)
    chats: Table = Chat.__table__  # type: ignore[assignment]  # declarative tables are Tables
    needs: Table = Need.__table__  # type: ignore[assignment]
    ways: Table = ContactMethod.__table__  # type: ignore[assignment]
    contacts: Table = Contact.__table__  # type: ignore[assignment]
    return (
        select(
            TABLE.c.id,
            TABLE.c.channel,
            TABLE.c.chat_id,
            TABLE.c.page_id,
            TABLE.c.need_id,
            TABLE.c.state,
            TABLE.c.asks,
            TABLE.c.first_of_cluster,
            TABLE.c.throttled,
            TABLE.c.action,
            TABLE.c.template,
            TABLE.c["values"].label("given"),
            TABLE.c.buttons,
            TABLE.c.language,
            TABLE.c.silent,
            TABLE.c.edits_id,
            chats.c.address,
            chats.c.heard_at,
            needs.c.state.label("need_state"),
            TABLE.c.method_id,
            ways.c.chat_id.label("way_leads_to"),
            contacts.c.left_at.label("left_at"),
            original.c.due_at.label("original_due_at"),
            original.c.provider_ref.label("original_ref"),
        )
        .select_from(TABLE)
        .outerjoin(chats, chats.c.id == TABLE.c.chat_id)
        .outerjoin(needs, needs.c.id == TABLE.c.need_id)
        .outerjoin(ways, ways.c.id == TABLE.c.method_id)
        .outerjoin(contacts, contacts.c.id == ways.c.contact_id)
        .outerjoin(original, original.c.id == TABLE.c.edits_id)
        .where(TABLE.c.id.in_(bindparam("ids", expanding=True)))
    )


def load(unit: UnitOfWork, held: list[Claim]) -> list[Due]:
    """Read all claimed messages at once: a few queries for each would be most of the work."""
    found = unit.session.execute(_details(), {"ids": [one.id for one in held]})
    rows = {row.id: row for row in found}
    return [Due(one, rows[one.id]) for one in held]


def rest(unit: UnitOfWork, due: Due, **values: Any) -> bool:
    """Put a claimed message to rest, or off; always False, for it does not leave now."""
    claims.settle(unit.session, TABLE, due.held, **values)
    return False
