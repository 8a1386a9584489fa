"""Checks: the message by which the owner of a number or an address shows that they read there.

Nothing else is sent to a method before. A text is answered with its code, or where texts cannot be answered the code is
typed in Telegram; in a call a key is pressed; an e-mail, and whatever Apprise reaches, brings a link to a page with a
button. The code itself stands in no message's row: it is looked up when the message leaves, and if it is not good any
more by then the message is not sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from alerts.messages.channel_states import can_answer_sms
from alerts.messages.outbox import enqueue
from alerts.models import ChannelState
from alerts.needs.ways import staff_language
from alerts.telling.tiers import language_on, words_of
from alerts.telling.wording import VERIFY, check_ref
from contacts.directory import address_of_method, telegram_method
from contacts.models import Contact, ContactMethod
from contacts.values import ChannelName
from contacts.verification import begin_check
from store.chats import Chat, find_chat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from contacts.models import MethodCheck
    from store.unit_of_work import UnitOfWork

CHECKED = tuple(channel for channel in ChannelName if channel is not ChannelName.TELEGRAM)
"""The channels whose methods are proved by a check; a Telegram account is by ``/link``."""


class NotSent(Enum):
    """Why no check was sent."""

    CHANNEL_OFF = "channel_off"
    STOPPED = "stopped"
    """The number has asked for no more texts, or none arrives there; a text from it undoes that."""
    GIVEN_UP = "given_up"
    """Somebody there did not expect us, or nothing arrives."""
    NEEDS_TELEGRAM = "needs_telegram"
    """The code would have to be typed in Telegram, and no account is linked."""
    TOO_OFTEN = "too_often"


@dataclass(frozen=True)
class Sent:
    """A check is on its way; ``key`` names the text it says."""

    key: str


def methods_to_check(unit: UnitOfWork, contact_id: UUID) -> Sequence[ContactMethod]:
    """Return the stated numbers and addresses of a contact, proved or not, in the order of `ChannelName`."""
    found = unit.session.scalars(
        select(ContactMethod).where(
            ContactMethod.contact_id == contact_id,
            ContactMethod.channel.in_(CHECKED),
            ContactMethod.address.is_not(None),
        )
    ).all()
    return sorted(found, key=lambda method: CHECKED.index(ChannelName(method.channel)))


def send_check(unit: UnitOfWork, method: ContactMethod, *, again: bool = False) -> Sent | NotSent:
    """Send a method the check that proves it; codes that were sent to it before stop working.

    ``again``: also where somebody had said that they do not know us. A method that is proved stays so meanwhile.
    """
    why_not = _why_not(unit, method, again=again)
    if why_not is not None:
        return why_not
    check = begin_check(unit, method)
    if check is None:
        return NotSent.TOO_OFTEN
    chat = unit.session.get_one(Chat, method.chat_id)
    contact = unit.session.get_one(Contact, method.contact_id)
    key, buttons = _words(unit, method, check)
    enqueue(
        unit,
        chat,
        key,
        language=language_on(method.channel, staff_language(contact, chat)),
        values={VERIFY: check_ref(check.id)},
        buttons=buttons,
        method_id=method.id,
        dedupe_key=f"check:{check.id}",
    )
    return Sent(key)


def _why_not(unit: UnitOfWork, method: ContactMethod, *, again: bool) -> NotSent | None:
    state = unit.session.get(ChannelState, method.channel)
    address = address_of_method(unit, method)
    if address is None or (state is not None and not state.configured):
        return NotSent.CHANNEL_OFF
    chat = find_chat(unit, method.channel, address)
    is_silent = chat is not None and chat.unreachable_at is not None
    if method.channel == ChannelName.SMS:
        if is_silent:
            return NotSent.STOPPED
        if not can_answer_sms(unit, address) and telegram_method(unit, method.contact_id) is None:
            return NotSent.NEEDS_TELEGRAM
    given_up = method.verified_at is None and (is_silent or method.dead_at is not None)
    return NotSent.GIVEN_UP if given_up and not again else None


def _words(unit: UnitOfWork, method: ContactMethod, check: MethodCheck) -> tuple[str, list[list[dict[str, Any]]]]:
    match method.channel:
        case ChannelName.SMS:
            address = address_of_method(unit, method) or ""
            return ("sms.code" if can_answer_sms(unit, address) else "sms.code_oneway"), []
        case ChannelName.VOICE:
            return "voice.code", []
        case _:
            return f"{words_of(method.channel)}.code", [[{"prove": str(check.id), "label": "button.prove"}]]
