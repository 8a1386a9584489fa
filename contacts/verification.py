"""Verification: a number or an address counts only once its owner has shown that they read there.

A typing error in a contacts file must not page a stranger. So a code goes to the method, short-lived and good once, and
whoever answers it proves the method; until then nothing else is sent there.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from contacts.directory import address_of_method, forget_codes
from contacts.events import MethodDied, MethodProved
from contacts.models import ContactMethod, MethodCheck
from contacts.values import ChannelName
from store.base import OWN, new_id
from store.chats import Chat, find_or_open_chat
from store.data_keys import contact_scope
from store.tokens import token_index, token_of
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

DIGITS = 6
VALID_FOR = {ChannelName.EMAIL: timedelta(hours=24), ChannelName.OTHER: timedelta(hours=24)}
"""How long a code is good, where it is not an hour."""
AN_HOUR = timedelta(hours=1)
CHECKS_AN_HOUR = 3
TRIES_ALLOWED = 5


def begin_check(unit: UnitOfWork, method: ContactMethod) -> MethodCheck | None:
    """Open the conversation at a method and make a code for it; None where three were made within the hour.

    Earlier codes of the method stop working. The code is in the row, encrypted, until it is used, replaced or has
    expired (``forget_expired``): whoever sends it reads it there (``code_of``).
    """
    recent = select(func.count()).where(MethodCheck.method_id == method.id, MethodCheck.sent_at > unit.now - AN_HOUR)
    address = address_of_method(unit, method)
    if address is None or (unit.session.scalar(recent) or 0) >= CHECKS_AN_HOUR:
        return None
    method.chat_id = find_or_open_chat(unit, method.channel, address).id
    forget_codes(unit, method.id)
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
    forget_codes(unit, method.id)
    method.verified_at, method.dead_at = unit.now, None
    unit.session.flush()
    _revive(unit, method)
    unit.record(MethodProved(case_id=None, contact_id=method.contact_id, channel=method.channel))


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
        .with_for_update(**OWN)
    ).one_or_none()
    if check is None:
        return False
    check.used_at = unit.now
    prove(unit, unit.session.get_one(ContactMethod, check.method_id))
    return True


def link_token(unit: UnitOfWork, check_id: UUID) -> str:
    """Return the token of the link that proves a method; made again whenever its message must be sent again."""
    return token_of(unit, "method_check", check_id)


def forget_expired(unit: UnitOfWork) -> None:
    """Erase the ciphertext of every code that is not good any more; to be said again and again, and safe to repeat."""
    unit.session.execute(
        update(MethodCheck)
        .where(MethodCheck.code.is_not(None), MethodCheck.expires_at <= unit.now)
        .values(code=None)
        .execution_options(synchronize_session=False)
    )


class Standing(StrEnum):
    """How far a way to somebody can be relied on."""

    PROVED = "proved"
    UNPROVED = "unproved"
    """Nothing is sent there but a check."""
    DEAD = "dead"
    """Nothing arrives there, or somebody else answers."""


def standing_of(method: ContactMethod) -> Standing:
    """Say how far a method can be relied on; only one that is proved is ever paged."""
    if method.dead_at is not None:
        return Standing.DEAD
    return Standing.UNPROVED if method.verified_at is None or method.chat_id is None else Standing.PROVED


class Verdict(Enum):
    """What a key that was pressed in a call says about the number."""

    PROVED = "proved"
    REFUSED = "refused"
    """Somebody else answers there: nothing is sent to the number any more."""
    OVER = "over"
    """The check had ended before."""


def settle_by_key(unit: UnitOfWork, check_id: UUID, *, expected: bool) -> Verdict:
    """Prove a number by a key pressed in the call of its check, or give it up where the call was not expected.

    The first key stands; what comes later, or again, hears what came of it. A number that is given up is so for
    everybody who has not proved it; whoever shares it and has keeps it.
    """
    check = unit.session.scalars(select(MethodCheck).where(MethodCheck.id == check_id).with_for_update(**OWN)).one()
    method = unit.session.get_one(ContactMethod, check.method_id)
    if check.used_at is not None:
        return Verdict.REFUSED if method.verified_at is None else Verdict.PROVED
    if not _is_good(unit, check):
        return Verdict.OVER
    check.used_at = unit.now
    if expected:
        prove(unit, method)
        return Verdict.PROVED
    _give_up(unit, method)
    return Verdict.REFUSED


def is_open(unit: UnitOfWork, check_id: UUID) -> bool:
    """Whether a check still waits for its answer."""
    check = unit.session.get_one(MethodCheck, check_id)
    return check.used_at is None and _is_good(unit, check)


def _is_good(unit: UnitOfWork, check: MethodCheck) -> bool:
    return check.code is not None and check.expires_at > unit.now


def _give_up(unit: UnitOfWork, method: ContactMethod) -> None:
    method.verified_at = None
    unit.session.flush()
    unproved = unit.session.scalars(
        select(ContactMethod)
        .where(ContactMethod.chat_id == method.chat_id, ContactMethod.verified_at.is_(None))
        .order_by(ContactMethod.id)
    ).all()
    for one in unproved:
        forget_codes(unit, one.id)
        one.dead_at = unit.now
    unit.session.flush()
    unit.record(MethodDied(case_id=None, contact_id=method.contact_id, channel=method.channel))


def _revive(unit: UnitOfWork, method: ContactMethod) -> None:
    """Where nothing could be sent to, something can again: for everybody who had shown that they read there."""
    chat = None if method.chat_id is None else unit.session.get(Chat, method.chat_id)
    if chat is None or chat.unreachable_at is None:
        return
    chat.unreachable_at = None
    unit.session.execute(
        update(ContactMethod)
        .where(ContactMethod.chat_id == chat.id, ContactMethod.verified_at.is_not(None))
        .values(dead_at=None)
    )


def _confirm_any(unit: UnitOfWork, methods: Sequence[ContactMethod], code: str) -> bool:
    """Prove what the code belongs to. One that belongs to nothing counts as a try for everything that is being checked.

    Two who share a telephone are checked by a code each: the right one of one is no wrong try of the other.
    """
    open_checks = [(check, method) for method in methods if (check := _open_check(unit, method)) is not None]
    matching = [pair for pair in open_checks if pair[0].code_index == _index(unit, pair[1].id, code)]
    for check, method in matching:
        check.used_at = unit.now
        prove(unit, method)
    for check, _ in () if matching else open_checks:
        check.tries += 1
    unit.session.flush()
    return bool(matching)


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
        .with_for_update(**OWN)
    ).one_or_none()


def _index(unit: UnitOfWork, method_id: UUID, code: str) -> bytes:
    return unit.vault.blind_index(f"method_check:{method_id}", code)


def _field(check: MethodCheck) -> Field:
    return Field("method_check", "code", check.id)
