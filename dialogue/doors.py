"""What a door says in words of its own, and what it need not say because it shows it. Pure.

The conversation is the same at every door. Where people come back to a page, that page asks the questions, names the
languages and says after each press that something was kept: a message for it would be one too many. A text message
says little, and only what has words of its own here. To a voice that called nothing is sent: a person calls back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dialogue.model import Reply
from dialogue.questions import FACT, FACTS
from store.chats import SMS, VOICE, WEB, WHATSAPP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OWN_WORDS: Final[Mapping[str, str]] = {
    "reply.first": "report.first",
    "reply.first_later": "report.first_later",
    "reply.stopped": "report.stopped",
    "reply.wiped": "report.wiped",
    "reply.asks": "report.asks",
}
"""What speaks of Telegram, or of a chat, and what the page says instead."""
SHOWN: Final = frozenset(
    {
        "reply.added",
        "reply.language",
        "reply.start",
        "reply.help",
        "reply.another",
        "reply.expired_button",
        "reply.promised",
    }
)
ASKING: Final = ("ask.", "option.")
OFFER: Final = "reply.sealed_offer"
"""What can be left sealed is left in Telegram."""
TELEGRAM: Final = "telegram"
WORDS_ONLY: Final = "text.words_only"
"""Of what came by text message something was not taken beside the words."""
TEXTED: Final[Mapping[str, str]] = {
    "reply.first": "text.first",
    "reply.first_later": "text.first_later",
    "reply.thanks": "text.thanks",
    "reply.taken": "text.taken",
    "reply.promised": "text.promised",
    "reply.waiting": "text.waiting",
    "reply.waiting_hotlines": "text.waiting_hotlines",
    "reply.unreached": "text.waiting",
    "reply.unreached_hotlines": "text.waiting_hotlines",
    "ask.call": "text.ask_call",
    "ask.where": "text.ask_where",
    "ask.who": "text.ask_who",
    WORDS_ONLY: WORDS_ONLY,
    "reply.file_too_large": WORDS_ONLY,
    "reply.files_too_many": WORDS_ONLY,
    "reply.asks": "text.asks",
    **{f"{FACT}{name}": f"{FACT}{name}" for name in sorted(FACTS)},
}
"""All that is ever texted to somebody who reports, and in which words: short ones, without a name or a fact."""
WIPED: Final = "reply.whatsapp_wipe"
"""What can be erased of a chat in WhatsApp, which is not what lies in the telephone."""
BY_WHATSAPP: Final[Mapping[str, str]] = {
    **TEXTED,
    "ask.call": "reply.whatsapp_day|reply.whatsapp_call",
    "ask.where": "ask.where",
    "ask.who": "ask.who",
    **{key: key for key in ("reply.thanks", "reply.asks", "reply.file_too_large", "reply.files_too_many")},
    WIPED: WIPED,
}
"""The same by WhatsApp. What can be told there only within a day is said with the first reply, before any promise."""
WRITTEN: Final = {SMS: TEXTED, WHATSAPP: BY_WHATSAPP}


def said_at(door: str, reply: Reply) -> Reply | None:
    """Return a reply as it is said at a door; None where nothing is said."""
    if door == VOICE or (reply.key == OFFER and door != TELEGRAM):
        return None
    if door in WRITTEN:
        return _written(reply, WRITTEN[door])
    return _on_a_page(reply) if door == WEB else reply


def _written(reply: Reply, words: Mapping[str, str]) -> Reply | None:
    said = words.get(reply.key)
    return None if said is None else Reply(said, reply.values, also=_under(reply, words.get))


def _on_a_page(reply: Reply) -> Reply | None:
    said = _paged(reply.key)
    return None if said is None else Reply(said, reply.values, also=_under(reply, _paged_under))


def _paged(key: str) -> str | None:
    return None if key in SHOWN or key.startswith(ASKING) else OWN_WORDS.get(key, key)


def _paged_under(key: str) -> str | None:
    """What a person has asked stands on no page by itself: it is one of the news."""
    return key if key.startswith(FACT) else _paged(key)


def _under(reply: Reply, words: Callable[[str], str | None]) -> str | None:
    """Of the texts under a reply those that a door has words for."""
    kept = [said for key in (reply.also or "").split("|") if (said := words(key))]
    return "|".join(kept) or None
