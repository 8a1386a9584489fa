"""E-mail addresses as they go on the wire: nothing in them can end a line, a header or a command."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from alerts.channels.port import PermanentFailure

LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN = re.compile(rf"(?:{LABEL}\.)*{LABEL}")
LONGEST_LOCAL = 64
LONGEST = 254
"""Bytes; https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3"""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address: its part before the @, and its domain in ASCII. Neither shows in a repr."""

    local: str = field(repr=False)
    domain: str = field(repr=False)

    @property
    def address(self) -> str:
        """The whole of it, as it goes on the wire."""
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server that speaks SMTPUTF8 (RFC 6531) can take it."""
        return not self.local.isascii()


def mailbox(address: str) -> Mailbox:
    """Read an address; a domain in another script becomes its ASCII form.

    PermanentFailure for what is none, which nobody can be reached at. Quoted names before the @, addresses in angle
    brackets and domains in square ones are none here: nobody on a team has them, and much can be hidden in them.
    """
    local, at, domain = address.rpartition("@")
    try:
        # The standard library's codec knows the older rules (IDNA 2003); they differ in four letters.
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        at = ""
    found = Mailbox(local, domain)
    if not at or not _is_local(local) or not DOMAIN.fullmatch(domain) or len(found.address.encode()) > LONGEST:
        raise PermanentFailure("address_invalid", "this is not an e-mail address", recipient_gone=True)
    return found


def _is_local(local: str) -> bool:
    """Letters of other scripts are taken as they are; everything of ASCII has to be on the list."""
    ascii_only = "".join(character if character.isascii() else "x" for character in local)
    letters = all(character.isascii() or character.isalnum() for character in local)
    return letters and LOCAL.fullmatch(ascii_only) is not None and len(local.encode(errors="replace")) <= LONGEST_LOCAL
