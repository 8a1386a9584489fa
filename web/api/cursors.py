"""Cursors: where a list goes on, signed, so that nobody makes one up; good for one list and one account."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from typing import TYPE_CHECKING, Any

from store.vault import text_bytes
from web.api.problems import wrong

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

MAC_BYTES = 16


def make_cursor(unit: UnitOfWork, whose: str, place: list[Any]) -> str:
    """Return the cursor of a place: values of JSON. ``whose``: the list, and who reads it."""
    said = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(unit, whose, said) + said).decode().rstrip("=")


def read_cursor(unit: UnitOfWork, whose: str, cursor: str) -> list[Any]:
    """Return the place that :func:`make_cursor` was given; raises Problem for one that was never made, or elsewhere."""
    try:
        raw = base64.urlsafe_b64decode(text_bytes(cursor) + b"=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    mac, said = raw[:MAC_BYTES], raw[MAC_BYTES:]
    if not said or not hmac.compare_digest(mac, _mac(unit, whose, said)):
        raise wrong("/query/cursor", "what `next` of the page before said, to the letter")
    place: list[Any] = json.loads(said)
    return place


def _mac(unit: UnitOfWork, whose: str, said: bytes) -> bytes:
    return hmac.digest(unit.vault.subkey("api_cursor"), text_bytes(whose) + b"\0" + said, "sha256")[:MAC_BYTES]
