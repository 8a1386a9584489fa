"""What Twilio brings, as it is kept until a worker hears it, and how Twilio is made to forget it afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from alerts.channel_states import is_set_up
from alerts.outbox import enqueue
from texts.catalogue import SOURCE

if TYPE_CHECKING:
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

FORGET: Final = "ref"
"""The value of a message to the provider that names what is to be forgotten there."""


@dataclass(frozen=True)
class IncomingText:
    """One text. ``sid``: how the provider names it; empty where that was not kept."""

    sid: str
    words: str = field(repr=False)


def pack(text: IncomingText) -> str:
    """Return a text as one line that is kept, encrypted, until it is heard."""
    return json.dumps({"sid": text.sid, "words": text.words})


def unpack(kept: str) -> IncomingText:
    """Read what was kept. What an earlier release kept is words and nothing else. Never raises."""
    try:
        found = json.loads(kept)
        return IncomingText(str(found["sid"]), str(found["words"]))
    except (ValueError, TypeError, LookupError, RecursionError):
        return IncomingText("", kept)


def have_forgotten(unit: UnitOfWork, chat: Chat, sid: str) -> None:
    """Have the provider of a conversation's channel forget what it brought; repeating it changes nothing."""
    if sid and is_set_up(unit, chat.door):
        key = unit.vault.blind_index("forget", sid).hex()
        enqueue(unit, chat, "", language=SOURCE, action="redact", values={FORGET: sid}, dedupe_key=f"redact:{key}")
