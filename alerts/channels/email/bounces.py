"""What comes back when mail was not delivered: delivery status notifications, read into the port's words. Pure.

Source: https://www.rfc-editor.org/rfc/rfc3464 (the report), https://www.rfc-editor.org/rfc/rfc3461 (its envelope id).

Anybody can write such a report who knows a message's reference, and the reference goes out with the message: believe
one as far as its consequences are harmless (the next channel, the next person), and never to give up an address alone.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import Message
from typing import TYPE_CHECKING, NamedTuple

from alerts.channels.email.errors import verdict_of
from alerts.channels.email.message import REFERENCE
from alerts.channels.port import Arrival, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 1_000_000
"""Bytes that are looked at; a report with headers only has a few thousand."""
STATUS = re.compile(r"\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")
REPLY = re.compile(r"\s*smtp\s*;\s*([245][0-9]{2})\b", re.IGNORECASE)
MESSAGE_ID = re.compile(r"^message-id:\s*<([^<>@\s]+)@[^<>\s]+>", re.IGNORECASE | re.MULTILINE)
ACTIONS = {
    "delayed": Report(Arrival.UNDER_WAY),
    **dict.fromkeys(("relayed", "expanded", "delivered"), Report(Arrival.SENT)),
}
"""No mail is believed that something has arrived: we never ask for such reports."""


class Bounce(NamedTuple):
    """The reference of the message it is about, and what is said of that message."""

    reference: str
    report: Report


def read_bounce(raw: bytes) -> Bounce | None:
    """Read a mail that may be a report about one of ours; None if it is none. Never raises.

    Of several recipients the worst is told: ours go to one.
    """
    if len(raw) > LARGEST:
        return None
    try:
        parts = list(message_from_bytes(raw).walk())
        blocks = [block for part in parts for block in _blocks(part)]
        reference = _reference(blocks, parts)
    except (LookupError, RecursionError, TypeError, ValueError):  # mail that no library can make sense of
        return None
    reports = [report for block in blocks if (report := _report(block)) is not None]
    if reference is None or not reports:
        return None
    failed = (Arrival.FAILED_PERMANENT, Arrival.FAILED_TEMPORARY)
    return Bounce(reference, min(reports, key=lambda one: one.arrival not in failed))


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields in a report: one about the message, then one for each recipient."""
    if part.get_content_type() == "message/delivery-status":
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from (block for block in payload if isinstance(block, Message))


def _reference(blocks: list[Message], parts: list[Message]) -> str | None:
    """What we gave with the message: as its envelope id, else in the headers that came back."""
    candidates = [str(block["Original-Envelope-Id"] or "").strip() for block in blocks]
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            candidates += MESSAGE_ID.findall(str(part.get_payload()))
        elif part.get_content_type() == "message/rfc822" and isinstance(returned := part.get_payload(0), Message):
            candidates += MESSAGE_ID.findall(f"Message-ID: {returned['Message-ID'] or ''}")
    return next((one for one in candidates if REFERENCE.fullmatch(one)), None)


def _report(block: Message) -> Report | None:
    action = str(block["Action"] or "").strip().lower()
    if action != "failed":
        return ACTIONS.get(action)
    reply = REPLY.match(str(block["Diagnostic-Code"] or ""))
    status = STATUS.match(str(block["Status"] or ""))
    enhanced = status[1] if status is not None else ""
    return verdict_of(int(reply[1]) if reply is not None else 0, enhanced).as_report()
