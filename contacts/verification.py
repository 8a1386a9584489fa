"""Verification: a number or an address counts only once its owner has shown that they read there.

A typing error in a contacts file must not page a stranger. So a code goes to the method, short-lived and good once, and
whoever answers it proves the method; until then nothing else is sent there.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from contacts.directory import address_of_method
from contacts.events import MethodProved
from contacts.models import ContactMethod, MethodCheck
from contacts.values import ChannelName
from store.base import new_id
from store.chats import find_or_open_chat
from store.data_keys import contact_scope
from store.tokens import token_index, token_of
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

DIGITS = 6
VALID_FOR = {ChannelName.EMAIL: timedelta(hours=24), ChannelName.OTHER: timedelta(hours=24)}
"""How long a code is good, where it is not an hour."""
AN_HOUR = timedelta(hours=1)
CHECKS_AN_HOUR = 3
TRIES_ALLOWED = 5


def begin_check(unit: UnitOfWork, method: ContactMethod) -> MethodCheck | None:
    """Open the conversation at a method and make a code for it; None where three were made within the hour.

    Earlier codes of the method stop working. The code is in the row, encrypted, until it is used or replaced: whoever
    sends it reads it there (``code_of``).
    """
    recent = select(func.count()).where(MethodCheck.method_id == method.id, MethodCheck.sent_at > unit.now - AN_HOUR)
    address = address_of_method(unit, method)
    if address is None or (unit.session.scalar(recent) or 0) >= CHECKS_AN_HOUR:
        return None
    method.chat_id = find_or_open_chat(unit, method.channel, address).id
    _forget_codes(unit, method.id)
    check = MethodCheck(
        id=new_id(),
        method_id=method.id,
        expires_at=unit.now + VALID_FOR.get(ChannelName(method.channel), AN_HOUR),
        sent_at=unit.now,
    )
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    check.code_index = _index(unit, method.id, code)
    check.link_index = token_index(link_token(unit, check.id))
    check.code = unit.vault.seal(contact_scope(method.contact_id), _field(check), code)
    unit.session.add(check)
    unit.session.flush()
    return check


def code_of(unit: UnitOfWork, check: MethodCheck) -> str:
    """Decrypt a code that is still good; KeyError for one that was used, replaced or has expired."""
    if check.code is None or check.expires_at <= unit.now:
        raise KeyError("this code is not good any more")
    contact_id = unit.session.get_one(ContactMethod, check.method_id).contact_id
    return unit.vault.open(contact_scope(contact_id), _field(check), check.code)


def confirm(unit: UnitOfWork, chat: Chat, code: str) -> bool:
    """Prove the method a code was sent to, by the code coming back from there. A wrong one counts as a try."""
    methods = unit.session.scalars(select(ContactMethod).where(ContactMethod.chat_id == chat.id)).all()
    return _confirm_any(unit, methods, code)


def confirm_for(unit: UnitOfWork, contact_id: UUID, code: str) -> bool:
    """Prove a method of this contact, by its code coming from their linked Telegram account."""
    methods = unit.session.scalars(
        select(ContactMethod).where(
            ContactMethod.contact_id == contact_id, ContactMethod.channel != ChannelName.TELEGRAM
        )
    ).all()
    return _confirm_any(unit, methods, code)


def prove(unit: UnitOfWork, method: ContactMethod) -> None:
    """Note that the owner of a method was there: a code came back, a key was pressed, a link was followed."""
    _forget_codes(unit, method.id)
    method.verified_at, method.dead_at = unit.now, None
    unit.session.flush()
    unit.record(MethodProved(case_id=None, contact_id=method.contact_id, channel=method.channel))


def _confirm_any(unit: UnitOfWork, methods: Sequence[ContactMethod], code: str) -> bool:
    found = False
    for method in methods:
        check = _open_check(unit, method)
        if check is not None and check.code_index == _index(unit, method.id, code):
            check.used_at = unit.now
            prove(unit, method)
            found = True
        elif check is not None:
            check.tries += 1
    unit.session.flush()
    return found


def _open_check(unit: UnitOfWork, method: ContactMethod) -> MethodCheck | None:
    return unit.session.scalars(
        select(MethodCheck)
        .where(
            MethodCheck.method_id == method.id,
            MethodCheck.code.is_not(None),
            MethodCheck.used_at.is_(None),
            MethodCheck.expires_at > unit.now,
            MethodCheck.tries < TRIES_ALLOWED,
        )
        .order_by(MethodCheck.sent_at.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()


def _forget_codes(unit: UnitOfWork, method_id: UUID) -> None:
    unit.session.execute(
        update(MethodCheck).where(MethodCheck.method_id == method_id, MethodCheck.code.is_not(None)).values(code=None)
    )


def _index(unit: UnitOfWork, method_id: UUID, code: str) -> bytes:
    return unit.vault.blind_index(f"method_check:{method_id}", code)


def _field(check: MethodCheck) -> Field:
    return Field("method_check", "code", check.id)


def prove_by_link(unit: UnitOfWork, token: str) -> bool:
    """Prove the method a link was sent to; False for a token nobody was sent, or one that is not good any more."""
    check = unit.session.scalars(
        select(MethodCheck)
        .where(
            MethodCheck.link_index == token_index(token),
            MethodCheck.code.is_not(None),
            MethodCheck.used_at.is_(None),
            MethodCheck.expires_at > unit.now,
        )
        .with_for_update()
    ).one_or_none()
    if check is None:
        return False
    check.used_at = unit.now
    prove(unit, unit.session.get_one(ContactMethod, check.method_id))
    return True


def link_token(unit: UnitOfWork, check_id: UUID) -> str:
    """Return the token of the link that proves a method; made again whenever its message must be sent again."""
    return token_of(unit, "method_check", check_id)
