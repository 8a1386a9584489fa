"""An SMS as a phone shows it, frozen at the moment somebody looked."""

import re
from dataclasses import dataclass
from datetime import datetime

from sandbox.seen import plain
from sandbox.twilio import state as twilio


@dataclass(frozen=True)
class Text:
    """One SMS, or a message of WhatsApp. `mine` says that the phone's owner wrote it.

    `status` and `error_code` are Twilio's; `kinds` are the files that came with it.
    """

    sid: str
    sender: str
    recipient: str
    body: str
    at: datetime
    mine: bool
    status: str
    error_code: int | None
    kinds: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """The words without the invisible marks that keep names and codes in their place."""
        return plain(self.body)

    def says(self, what: str | re.Pattern[str]) -> bool:
        """Whether it contains these words or matches this pattern, with or without invisible marks."""
        if isinstance(what, str):
            return what in self.body or what in self.plain
        return bool(what.search(self.body) or what.search(self.plain))


def shown(message: twilio.Message, body: str, at: datetime) -> Text:
    """The message as it is now; a phone keeps the words that Twilio may have forgotten."""
    return Text(
        message.sid,
        message.sender,
        message.recipient,
        body,
        at,
        message.is_inbound,
        message.status.value,
        message.error_code,
        tuple(one.kind for one in message.attached),
    )
