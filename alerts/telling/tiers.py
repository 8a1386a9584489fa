"""How much a channel may carry, and what an alert is called there.

Content tiers: *code* (SMS, voice, anything that shows on a lock screen or is spoken aloud) carries a case code and what
kind of human is needed; *region* (Telegram, to a linked account) also carries region, urgency and time. Names, places
and what was told travel by neither: they stand on the case page, behind a link that works once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alerts.channels.twilio.voice_twiml import spoken_language
from alerts.messages.buttons import mint
from alerts.messages.channel_states import can_answer_sms
from alerts.messages.reply_numbers import next_reply_number
from alerts.models import CANARY
from alerts.telling.wording import say_ref
from contacts.values import ChannelName
from store.chats import address_of

if TYPE_CHECKING:
    from uuid import UUID

    from alerts.needs.ways import Reachable
    from store.unit_of_work import UnitOfWork

CODE_ONLY = ("code", "codes", "count")
"""Values that may stand on a lock screen."""
SHORT = {
    "page.bundle": "bundle",
    "page.bundle_due": "bundle",
    "page.fault": "fault",
    "page.account": "account",
    "page.exhausted": "exhausted",
    "page.exhausted_other": "exhausted",
    "page.remind": "remind",
    "page.hearing": "due",
    "page.deadline": "due",
    "page.deadline_missed": "due",
    "page.deadline_over": "due",
    "page.deadline_by_hand": "due",
    "page.watch": "due",
    "page.unknown_event": "due",
}
"""Which words of a code-only channel stand for those of the fullest tier; any other page is a page. A removal is one:
it is as urgent as an arrest."""
CONFIRMING = frozenset({ChannelName.TELEGRAM, ChannelName.VOICE})
"""A yes given here is somebody's: a linked account, or a key pressed in a call that we placed to a proved number."""


def language_on(channel: str, language: str) -> str:
    """Return the language to use on a channel: a call speaks the nearest one that there is a voice for."""
    return spoken_language(language) if channel == ChannelName.VOICE else language


def words_of(channel: str) -> str:
    """Return the beginning of the text keys of a channel: what Apprise reaches, and a canary, is told as by e-mail."""
    return str(ChannelName.EMAIL if channel in (ChannelName.OTHER, CANARY) else channel)


@dataclass(frozen=True)
class Asking:
    """What a message that asks somebody for something is made of."""

    template: str
    values: dict[str, str]
    buttons: list[list[dict[str, Any]]]
    number: int | None = None


def ask_by(unit: UnitOfWork, way: Reachable, what: Asked, page: tuple[str, dict[str, str]]) -> Asking:
    """Put a page into the words of a channel. ``page``: template and values of the fullest tier."""
    template, values = page
    if way.channel == ChannelName.TELEGRAM:
        return Asking(template, values, _telegram_buttons(unit, way, what))
    words = template.rpartition("|")[2]
    kind = SHORT.get(words, "page")
    short = {name: values[name] for name in CODE_ONLY if name in values} | {"need": say_ref(f"need.{what.need}")}
    match way.channel:
        case ChannelName.SMS if can_answer_sms(unit, address_of(unit, way.chat)):
            number = next_reply_number(unit)
            return Asking(f"sms.{kind}", {**short, "number": str(number)}, [], number)
        case ChannelName.VOICE:
            return Asking(f"voice.{kind}", short, [])
        case _:
            link = mint(unit, way.chat.id, what.action, "button.answer", subject_id=what.subject_id)
            return Asking(f"{words_of(way.channel)}.{kind}_link", short, [[{**link, "answer": True}]])


@dataclass(frozen=True)
class Asked:
    """What is asked for: one need, or a bundle of them."""

    need: str
    """Which kind of human, as ``need.KIND`` in the catalogue."""
    subject_id: UUID
    action: str = "accept"
    """What the buttons do to the subject: ``accept`` (a need) or ``accept_all`` (a bundle)."""
    has_page: bool = True
    """Whether there is a case page to open."""


def _telegram_buttons(unit: UnitOfWork, way: Reachable, what: Asked) -> list[list[dict[str, Any]]]:
    decline = what.action.replace("accept", "decline")
    rows = [
        [
            mint(unit, way.chat.id, what.action, "button.accept", subject_id=what.subject_id, once=True),
            mint(unit, way.chat.id, decline, "button.decline", subject_id=what.subject_id, once=True),
        ]
    ]
    if what.has_page:
        rows.append([mint(unit, way.chat.id, "open", "button.open", subject_id=what.subject_id)])
    return rows
