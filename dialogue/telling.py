"""How somebody who reports is told something, at whichever door they stand: the one way from here to the outbox.

A text message is sent only where it can be answered and is safe, and only so many are: whoever makes us text all night,
from one number or from many, costs us no more than that, and what they send is kept and heard all the same. That
somebody has their report is told in any flood: a person has decided it, so it cannot be had in masses.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, select

from alerts.messages.channel_states import can_answer_sms, is_set_up
from alerts.messages.outbox import cancel, enqueue
from alerts.models import Delivery, DeliveryState
from cases import intake
from contacts.accounts.throttle import Limit, count_try, has_room, key_of
from dialogue.doors import said_at
from dialogue.same_number import said_unsafe
from store.chats import SMS, TEXTING, WHATSAPP, address_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dialogue.model import Button, Reply
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

TO_ONE_NUMBER: Final = Limit(12, timedelta(days=1))
"""Texts to one number that reports."""
FIRST_REPLIES: Final = Limit(200, timedelta(hours=1))
"""First replies by text, to all numbers together: anybody can have us send these, from numbers that earn by it."""
ALL_TEXTS: Final = Limit(400, timedelta(hours=1))
"""Whatever is texted to all who report together."""
KINDS: Final = {SMS: "text", WHATSAPP: "whatsapp"}
"""By which name a door's limits are counted: a flood of texts, whose senders can be forged, silences nobody else."""
_FIRST: Final = frozenset({"text.first", "text.first_later"})
_TAKEN: Final = "text.taken"


def tell(
    unit: UnitOfWork,
    chat: Chat,
    reply: Reply,
    *,
    language: str,
    dedupe_key: str | None = None,
    button: Callable[[Button], dict[str, Any]] | None = None,
) -> bool:
    """Tell the other side of a conversation something, without a sound; nothing where its door takes no such words.

    Return whether it will be told now, and was not before.

    ``button`` makes one that can be pressed; without it none are shown. What was told under the same ``dedupe_key``
    before is not told again, and counts for nothing.
    """
    said = said_at(chat.door, reply)
    if said is None or (chat.door in TEXTING and not _may_be_texted(unit, chat, said.key, dedupe_key)):
        return False
    queued = enqueue(
        unit,
        chat,
        said.key if said.also is None else f"{said.key}|{said.also}",
        language=language,
        values=dict(said.values),
        buttons=[] if button is None else [[button(one) for one in row] for row in said.buttons],
        silent=True,
        dedupe_key=dedupe_key,
    )
    return queued is not None


def was_answered(unit: UnitOfWork, chat: Chat) -> bool:
    """Whether the first reply to what is reported in a conversation by text was sent, or is about to be."""
    report = intake.current_report(unit, chat)
    if report is None:
        return False
    first = exists().where(
        Delivery.chat_id == chat.id,
        Delivery.template.startswith("text.first"),
        Delivery.created_at >= report.received_at,
        Delivery.state != DeliveryState.CANCELLED,
    )
    return bool(unit.session.scalar(select(first)))


def withdraw_texts(unit: UnitOfWork, chat: Chat) -> None:
    """Have nothing leave any more that waits to be texted to whoever reports."""
    cancel(unit, Delivery.chat_id == chat.id, Delivery.page_id.is_(None))


def _may_be_texted(unit: UnitOfWork, chat: Chat, key: str, dedupe_key: str | None) -> bool:
    """Whether a text may leave. Where texts go one way only, a reply would promise what is not so.

    Who never heard from us is not asked anything, nor told that nobody has their report: of which we did not tell them.
    """
    one_way = chat.door == SMS and not can_answer_sms(unit, address_of(unit, chat))
    if one_way or not is_set_up(unit, chat.door):
        return False
    if said_unsafe(unit, chat) or _was_told(unit, dedupe_key):
        return False
    if key == _TAKEN:
        return True
    is_first = key in _FIRST
    return (is_first or was_answered(unit, chat)) and _is_within_limits(unit, chat, is_first=is_first)


def _was_told(unit: UnitOfWork, dedupe_key: str | None) -> bool:
    """Whether it would be the same once more: what is never sent must not use up what may be."""
    return dedupe_key is not None and bool(
        unit.session.scalar(select(exists().where(Delivery.dedupe_key == dedupe_key)))
    )


def _is_within_limits(unit: UnitOfWork, chat: Chat, *, is_first: bool) -> bool:
    """Count one more text, where all limits have room for it: none is used up by what another one holds back."""
    name = KINDS[chat.door]
    limits = [(key_of(unit, "text_to", chat.id), TO_ONE_NUMBER), (key_of(unit, f"{name}_out"), ALL_TEXTS)]
    if is_first:
        limits.append((key_of(unit, f"{name}_first"), FIRST_REPLIES))
    return all(has_room(unit, *one) for one in limits) and all(count_try(unit, *one) for one in limits)
