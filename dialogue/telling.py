"""How somebody who reports is told something, at whichever door they stand: the one way from here to the outbox.

A text message is sent only where it can be answered, and only so many are: whoever makes us text all night, from one
number or from many, costs us no more than that, and what they send is kept and heard all the same.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from alerts.channel_states import can_answer_sms, is_set_up
from alerts.outbox import enqueue
from contacts.accounts.throttle import Limit, count_try, key_of
from contacts.values import ChannelName
from dialogue.doors import said_at
from store.chats import SMS, address_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dialogue.model import Button, Reply
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

TO_ONE_NUMBER: Final = Limit(12, timedelta(days=1))
"""Texts to one number that reports."""
FIRST_REPLIES: Final = Limit(200, timedelta(hours=1))
"""First replies by text, to all numbers together: anybody can have us send these, from numbers that earn by it."""
_FIRST: Final = frozenset({"text.first", "text.first_later"})


def tell(
    unit: UnitOfWork,
    chat: Chat,
    reply: Reply,
    *,
    language: str,
    dedupe_key: str | None = None,
    button: Callable[[Button], dict[str, Any]] | None = None,
) -> None:
    """Tell the other side of a conversation something, without a sound; nothing where its door takes no such words.

    ``button`` makes one that can be pressed; without it none are shown.
    """
    said = said_at(chat.door, reply)
    if said is None or not _may_be_told(unit, chat, said.key):
        return
    enqueue(
        unit,
        chat,
        said.key if said.also is None else f"{said.key}|{said.also}",
        language=language,
        values=dict(said.values),
        buttons=[] if button is None else [[button(one) for one in row] for row in said.buttons],
        silent=True,
        dedupe_key=dedupe_key,
    )


def _may_be_told(unit: UnitOfWork, chat: Chat, key: str) -> bool:
    """Whether a message may leave for this door. Where texts go one way only, a reply would promise what is not so."""
    if chat.door != SMS:
        return True
    number = address_of(unit, chat)
    return (
        is_set_up(unit, ChannelName.SMS)
        and can_answer_sms(unit, number)
        and count_try(unit, key_of(unit, "text_to", chat.id), TO_ONE_NUMBER)
        and (key not in _FIRST or count_try(unit, key_of(unit, "text_first"), FIRST_REPLIES))
    )
