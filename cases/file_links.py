"""Tickets for files: whoever was shown a case can fetch its files for as long as a link to the case lives."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from cases.links import LINK_MINUTES

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

_ID, _INSTANT, _SEAL = 16, 5, 16
_LENGTH = 2 * _ID + _INSTANT + _SEAL


@dataclass(frozen=True)
class Ticket:
    """Who may fetch what."""

    file_id: UUID
    contact_id: UUID


def make_ticket(unit: UnitOfWork, file_id: UUID, contact_id: UUID) -> str:
    """Return an address part that leads this helper to this file for ten minutes; nothing of it is kept."""
    until = int((unit.now + timedelta(minutes=LINK_MINUTES)).timestamp())
    body = file_id.bytes + contact_id.bytes + until.to_bytes(_INSTANT, "big")
    return base64.urlsafe_b64encode(body + _seal(unit, body)).decode().rstrip("=")


def read_ticket(unit: UnitOfWork, text: str) -> Ticket | None:
    """Return what a ticket is for; None when it is none of ours or too old. Never raises."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, seal = raw[:-_SEAL], raw[-_SEAL:]
    if len(raw) != _LENGTH or not hmac.compare_digest(seal, _seal(unit, body)):
        return None
    if int.from_bytes(body[2 * _ID :], "big") <= unit.now.timestamp():
        return None
    return Ticket(UUID(bytes=body[:_ID]), UUID(bytes=body[_ID : 2 * _ID]))


def _seal(unit: UnitOfWork, body: bytes) -> bytes:
    return hmac.digest(unit.vault.subkey("token:file"), body, "sha256")[:_SEAL]
