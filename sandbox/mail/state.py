"""Mailboxes and what lies in them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.seen import plain


@dataclass(frozen=True)
class Mail:
    """One mail in one mailbox. `text` is what a person reads; `links` are all addresses in it, in their order.

    `headers` have their names in lower case, decoded; `raw` is exactly what came over the wire.
    """

    number: int
    sender: str
    recipient: str
    subject: str
    text: str
    links: tuple[str, ...]
    at: datetime
    headers: dict[str, str]
    raw: bytes

    def says(self, what: str | re.Pattern[str]) -> bool:
        """Whether subject or text contain these words or match this pattern, with or without invisible marks."""
        both = f"{self.subject}\n{self.text}"
        if isinstance(what, str):
            return what in both or what in plain(both)
        return bool(what.search(both) or what.search(plain(both)))


@dataclass
class Mailbox:
    """What lies at one address, oldest first. `revision` grows with every mail."""

    address: str
    mails: list[Mail] = field(default_factory=list)
    revision: int = 0


class PostOffice:
    """All mail, whether or not somebody has the address. `now` must give aware datetimes."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.mails: list[Mail] = []
        self._boxes: dict[str, Mailbox] = {}

    def box(self, address: str) -> Mailbox:
        """The mailbox of an address, in any spelling; made when there is none."""
        return self._boxes.setdefault(address.casefold(), Mailbox(address))

    def keep(self, mail: Mail) -> None:
        """Put a mail into its box."""
        self.mails.append(mail)
        box = self.box(mail.recipient)
        box.mails.append(mail)
        box.revision += 1
