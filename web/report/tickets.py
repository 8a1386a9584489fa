"""What a form carries so that no cookie is needed: sealed by us, it says which form it is and whose. Pure.

A ticket begins a report, or goes on with one for a while. Its secret makes the number to come back with, and has
whatever is sent twice count once. It stands in forms only, never in an address.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

GOOD_FOR: Final = timedelta(hours=2)
"""How long a page somebody came back to can be used before its number is asked for again."""
SECRET_BYTES: Final = 16
_TIME_BYTES, _CHAT_BYTES, _SEAL_BYTES = 6, 16, 16
_LENGTHS: Final = (SECRET_BYTES + _TIME_BYTES + _SEAL_BYTES, SECRET_BYTES + _TIME_BYTES + _CHAT_BYTES + _SEAL_BYTES)


@dataclass(frozen=True)
class Ticket:
    """One form that was shown at ``at`` (aware), of a conversation or, without one, of a report yet to be made."""

    secret: bytes = field(repr=False)
    at: datetime
    chat_id: UUID | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it goes on with its conversation; one that begins a report is always good."""
        return self.chat_id is None or abs(now - self.at) < GOOD_FOR


def new_ticket(now: datetime, chat_id: UUID | None = None) -> Ticket:
    """Make the ticket of a form that is shown now."""
    return Ticket(secrets.token_bytes(SECRET_BYTES), now.replace(microsecond=0), chat_id)


def sealed(key: bytes, ticket: Ticket) -> str:
    """Return a ticket as a form carries it."""
    at = int(ticket.at.timestamp()).to_bytes(_TIME_BYTES, "big")
    body = ticket.secret + at + (b"" if ticket.chat_id is None else ticket.chat_id.bytes)
    return base64.urlsafe_b64encode(body + _seal(key, body)).decode().rstrip("=")


def opened(key: bytes, text: str) -> Ticket | None:
    """Read what a form brought; None for whatever we did not make. Never raises."""
    if len(text) > 2 * max(_LENGTHS) or not text.isascii():
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) not in _LENGTHS:
        return None
    body, seal = raw[:-_SEAL_BYTES], raw[-_SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(key, body)):
        return None
    chat = body[SECRET_BYTES + _TIME_BYTES :]
    at = int.from_bytes(body[SECRET_BYTES : SECRET_BYTES + _TIME_BYTES], "big")
    return Ticket(body[:SECRET_BYTES], datetime.fromtimestamp(at, UTC), UUID(bytes=chat) if chat else None)


def _seal(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:_SEAL_BYTES]
