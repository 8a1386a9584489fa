"""The message as it goes on the wire."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import TYPE_CHECKING

from alerts.channels.plain import text_with_links
from alerts.ical import invitation, method_of
from texts.bidi import plain

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.channels.email.address import Mailbox
    from alerts.channels.port import Outgoing

REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST_SUBJECT = 150
"""Characters; phones show fewer."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message ready to be handed over: its identifier without brackets, and its bytes."""

    message_id: str
    content: bytes = field(repr=False)


def reference_of(message: Outgoing) -> str:
    """Return what names the message in headers and in reports of its failure; the same when it is sent again."""
    if REFERENCE.fullmatch(message.reference):
        return message.reference
    if message.reference:
        return hashlib.sha256(message.reference.encode(errors="replace")).hexdigest()[:32]
    return uuid.uuid4().hex


def compose(message: Outgoing, sender: Mailbox, to: Mailbox, reference: str, now: datetime) -> Mail:
    """Write the message: plain text, addresses without names, links as lines, and a plea to machines not to answer.

    An entry for the reader's calendar stands beside the text, as mail programs look for invitations (RFC 6047).
    Two with the same reference have the same Message-ID, by which mail servers and programs fold them into one.
    """
    mail = EmailMessage(policy=SMTPUTF8 if to.needs_utf8 else SMTP)
    message_id = f"{reference}@{sender.domain}"
    mail["From"] = Address(username=sender.local, domain=sender.domain)
    mail["To"] = Address(username=to.local, domain=to.domain)
    mail["Subject"] = plain(message.subject)[:LONGEST_SUBJECT].strip()
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(text_with_links(message) + "\n", charset="utf-8", cte="quoted-printable")
    if message.entry is not None:
        mail.add_alternative(
            invitation(message.entry, message.language, organizer=sender.address, attendee=to.address),
            subtype="calendar",
            charset="utf-8",
            cte="base64",
            params={"method": method_of(message.entry)},
        )
    return Mail(message_id, bytes(mail))
