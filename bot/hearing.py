"""What a message is to a conversation, and what is kept of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogue.model import Command, Input, Kind, Said, Sent
from dialogue.reception import Heard

if TYPE_CHECKING:
    from bot.updates import Message

_KINDS = frozenset(kind.value for kind in Kind)


def heard(message: Message) -> Heard:
    """Say what a message is to the conversation, and what is kept of it."""
    return Heard(
        given=read_input(message),
        kind=message.kind,
        content=message.text if message.kind == "text" and message.text is not None else message.raw,
        words=message.text,
        client_language=message.client_language,
        wrapping=message.wrapping,
        moves=message.moves,
    )


def read_input(message: Message) -> Input:
    """Say what a message is to a conversation: a command, words, or something sent."""
    if message.kind != "text" or message.text is None:
        return Sent(kind_of(message.kind))
    if message.text.startswith("/") and not message.edited:
        name, *argument = message.text[1:].split(maxsplit=1) or [""]
        return Command(name.partition("@")[0].casefold(), "".join(argument).strip())
    return Said(message.text)


def kind_of(name: str) -> Kind:
    """Return the kind of thing that this is the name of; what has none here is *other*."""
    return Kind(name) if name in _KINDS else Kind.OTHER
