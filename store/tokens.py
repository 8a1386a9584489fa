"""Unguessable tokens derived from a row's id: whoever holds the database alone can make none of them.

A token can be made again when a message must be sent again; the row keeps only a fingerprint.
"""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING

from store.vault import fingerprint, text_bytes

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

TOKEN_BYTES = 18


def token_of(unit: UnitOfWork, purpose: str, id_: UUID) -> str:
    """Derive the token of a row: 144 bits, 24 characters that are safe in callback data and in addresses."""
    digest = hmac.digest(unit.vault.subkey(f"token:{purpose}"), id_.bytes, "sha256")
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def token_index(token: str) -> bytes:
    """What a row keeps to recognise its token."""
    return fingerprint(text_bytes(token))
