"""Linking: a Telegram account becomes a contact's only through a short-lived, single-use code."""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, update

from contacts.events import AccountLinked, LinkCodeMade
from contacts.models import Contact, ContactMethod, LinkCode, LinkTry
from store.base import new_id

if TYPE_CHECKING:
    from uuid import UUID

    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
VALID_FOR = timedelta(hours=1)
TRIES_ALLOWED = 5
TRIES_WITHIN = timedelta(hours=1)


class Refusal(Enum):
    """Why an account was not linked."""

    WRONG = "wrong"
    LIMITED = "limited"


def make_link_code(unit: UnitOfWork, contact_id: UUID) -> str:
    """Return a fresh code for the contact: one of 30^8, good for an hour. Earlier unused ones stop working."""
    unit.session.execute(
        update(LinkCode)
        .where(LinkCode.contact_id == contact_id, LinkCode.used_at.is_(None))
        .values(expires_at=unit.now)
    )
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    index = unit.vault.blind_index("link_code", code)
    unit.session.add(LinkCode(contact_id=contact_id, code_index=index, expires_at=unit.now + VALID_FOR))
    unit.session.flush()
    unit.record(LinkCodeMade(case_id=None, contact_id=contact_id))
    return code


def link_account(unit: UnitOfWork, chat: Chat, code: str) -> Contact | Refusal:
    """Tie the account behind ``chat`` to the contact the code was made for.

    A wrong, used or expired code counts as a try, and so does one of somebody who has left; after five tries in an
    hour even a right one is refused. An account linked before moves to the new contact, and a contact's earlier
    account is released.
    """
    tries = unit.session.scalar(
        select(func.count()).where(LinkTry.chat_id == chat.id, LinkTry.at > unit.now - TRIES_WITHIN)
    )
    if (tries or 0) >= TRIES_ALLOWED:
        return Refusal.LIMITED
    contact_id = _use_code(unit, code)
    if contact_id is None:
        unit.session.add(LinkTry(chat_id=chat.id, at=unit.now))
        unit.session.flush()
        return Refusal.WRONG
    _move_link(unit, chat, contact_id)
    unit.record(AccountLinked(case_id=None, contact_id=contact_id, chat_id=chat.id))
    return unit.session.get_one(Contact, contact_id)


def forget_wrong_codes(unit: UnitOfWork) -> None:
    """Drop the tries that count no longer; to be said again and again, and safe to repeat.

    Whoever tried once would stay written down for it. One that lies further ahead than it would count was noted by a
    clock that ran ahead, by which every code had expired.
    """
    unit.session.execute(
        delete(LinkTry)
        .where(or_(LinkTry.at <= unit.now - TRIES_WITHIN, LinkTry.at > unit.now + TRIES_WITHIN))
        .execution_options(synchronize_session=False)
    )


def _use_code(unit: UnitOfWork, code: str) -> UUID | None:
    tidy = "".join(code.split()).replace("-", "").upper()
    used: UUID | None = unit.session.scalar(
        update(LinkCode)
        .where(
            LinkCode.code_index == unit.vault.blind_index("link_code", tidy),
            LinkCode.used_at.is_(None),
            LinkCode.expires_at > unit.now,
            LinkCode.contact_id.in_(select(Contact.id).where(Contact.left_at.is_(None))),
        )
        .values(used_at=unit.now)
        .returning(LinkCode.contact_id)
    )
    return used


def _move_link(unit: UnitOfWork, chat: Chat, contact_id: UUID) -> None:
    unit.session.execute(
        update(ContactMethod).where(ContactMethod.chat_id == chat.id).values(chat_id=None, verified_at=None)
    )
    linked = {"chat_id": chat.id, "verified_at": unit.now, "dead_at": None}
    mine = (ContactMethod.contact_id == contact_id, ContactMethod.channel == "telegram")
    changed = unit.session.execute(
        update(ContactMethod).where(*mine).values(**linked).returning(ContactMethod.id)
    ).one_or_none()
    if changed is None:
        unit.session.add(ContactMethod(id=new_id(), contact_id=contact_id, channel="telegram", **linked))
    unit.session.flush()
