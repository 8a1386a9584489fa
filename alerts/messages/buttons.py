"""Buttons under messages: opaque, expiring, bound to the conversation they were shown in.

The token a provider sees is derived from the row's id with a key, so that a message that must be sent again carries
the same button, and the database holds only a fingerprint of it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from alerts.models import PressableButton
from store.base import new_id
from store.data_keys import chat_scope
from store.tokens import token_index, token_of
from store.vault import Field

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

VALID_FOR = timedelta(days=2)


@dataclass(frozen=True)
class Pressed:
    """What pressing a valid button means."""

    button_id: UUID
    action: str
    subject_id: UUID | None
    once: bool


def mint(
    unit: UnitOfWork,
    chat_id: UUID,
    action: str,
    label: str,
    *,
    subject_id: UUID | None = None,
    once: bool = False,
    values: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Make a button for a conversation; return what a delivery keeps of it.

    ``label`` is a text key, ``values`` what the text needs, shown as it is: figures and codes only.
    """
    button = PressableButton(
        id=new_id(),
        chat_id=chat_id,
        action=action,
        subject_id=subject_id,
        once=once,
        expires_at=unit.now + VALID_FOR,
    )
    button.token_index = token_index(token_of(unit, "button", button.id))
    unit.session.add(button)
    return {"button": str(button.id), "label": label, **({} if values is None else {"values": values})}


def press(unit: UnitOfWork, chat_id: UUID, token: str) -> Pressed | None:
    """Recognise a button; None when it is unknown, expired or was shown to somebody else. Uses nothing up."""
    row = unit.session.scalars(
        select(PressableButton).where(
            PressableButton.token_index == token_index(token),
            PressableButton.chat_id == chat_id,
            PressableButton.expires_at > unit.now,
        )
    ).one_or_none()
    return None if row is None else Pressed(row.id, row.action, row.subject_id, row.once)


def find_button(unit: UnitOfWork, token: str) -> PressableButton | None:
    """Recognise a button by its token alone, for links that are opened outside the conversation; None as in `press`."""
    return unit.session.scalars(
        select(PressableButton).where(
            PressableButton.token_index == token_index(token), PressableButton.expires_at > unit.now
        )
    ).one_or_none()


def use_up(unit: UnitOfWork, pressed: Pressed) -> bool:
    """Use a button; False for a one-use button that was used before. Of two presses at once, one finds it used."""
    unused = (PressableButton.used_at.is_(None),) if pressed.once else ()
    used = unit.session.scalar(
        update(PressableButton)
        .where(PressableButton.id == pressed.button_id, *unused)
        .values(used_at=unit.now)
        .returning(PressableButton.id)
    )
    return used is not None


def seal_callback(unit: UnitOfWork, chat_id: UUID, callback_id: str) -> str:
    """Seal the provider's id of a press for a queued answer: a user's number can be read out of it."""
    return base64.b64encode(unit.vault.seal(chat_scope(chat_id), _callback_field(chat_id), callback_id)).decode()


def open_callback(unit: UnitOfWork, chat_id: UUID, sealed: str) -> str:
    """Open what :func:`seal_callback` sealed."""
    return unit.vault.open(chat_scope(chat_id), _callback_field(chat_id), base64.b64decode(sealed))


def _callback_field(chat_id: UUID) -> Field:
    return Field("delivery", "callback", chat_id)


def belongs_to_somebody_else(unit: UnitOfWork, chat_id: UUID, token: str) -> bool:
    """Whether the button exists but was shown in another conversation (a forwarded message's button)."""
    owner = unit.session.scalar(
        select(PressableButton.chat_id).where(PressableButton.token_index == token_index(token))
    )
    return owner is not None and owner != chat_id
