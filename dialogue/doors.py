"""What a door says in words of its own, and what it need not say because it shows it. Pure.

The conversation is the same at every door. Where people come back to a page, that page asks the questions, names the
languages and says after each press that something was kept: a message for it would be one too many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dialogue.model import Reply
from store.chats import WEB

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_WORDS: Final[Mapping[str, str]] = {
    "reply.first": "report.first",
    "reply.first_later": "report.first_later",
    "reply.stopped": "report.stopped",
    "reply.wiped": "report.wiped",
}
"""What speaks of Telegram, or of a chat, and what the page says instead."""
SHOWN: Final = frozenset(
    {"reply.added", "reply.language", "reply.start", "reply.help", "reply.another", "reply.expired_button"}
)
ASKING: Final = ("ask.", "option.")


def said_at(door: str, reply: Reply) -> Reply | None:
    """Return a reply as it is said at a door; None where the door shows it without being told."""
    if door != WEB:
        return reply
    if reply.key in SHOWN or reply.key.startswith(ASKING):
        return None
    return Reply(OWN_WORDS.get(reply.key, reply.key), reply.values)
