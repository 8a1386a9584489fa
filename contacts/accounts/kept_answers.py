"""Kept answers: a program that asks for a change twice, because it heard no answer, changes it once.

The answer is kept in the transaction of the change. So of two who ask by one key at once, the second waits for the
first and hears what it was told; and where the change was undone nothing is kept.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from contacts.accounts.models import ApiToken, KeptAnswer
from store.base import OWN, new_id
from store.data_keys import account_scope, case_scope
from store.vault import Field, text_bytes

if TYPE_CHECKING:
    from uuid import UUID

    from store.data_keys import Scope
    from store.unit_of_work import UnitOfWork

KEPT_FOR: Final = timedelta(hours=24)


class OtherQuestionError(ValueError):
    """The key was used before, for something else."""


@dataclass(frozen=True)
class Kept:
    """An answer: its status, and its body as text."""

    status: int
    body: str = field(repr=False)


@dataclass(frozen=True)
class Asked:
    """One wish of a program. ``key``: chosen by it; ``what``: all of what it wants, as text."""

    token_id: UUID
    account_id: UUID
    case_id: UUID | None
    key: str = field(repr=False)
    what: str = field(repr=False)


def answered_before(unit: UnitOfWork, asked: Asked) -> Kept | None:
    """Return what was answered to this wish before; None where nothing was. Others with this token wait their turn.

    Raises OtherQuestionError where the key was used for another wish within the last day.
    """
    unit.session.get_one(ApiToken, asked.token_id, with_for_update=OWN)
    row = unit.session.scalars(
        select(KeptAnswer).where(
            KeptAnswer.token_id == asked.token_id,
            KeptAnswer.key_index == _index(unit, "key", asked.key),
        )
    ).one_or_none()
    if row is None:
        return None
    if row.at <= unit.now - KEPT_FOR:
        unit.session.delete(row)
        unit.session.flush()
        return None
    if row.asked_index != _index(unit, "asked", asked.what):
        raise OtherQuestionError
    return Kept(row.status, unit.vault.open(_scope(asked), _field(row.id), row.answer))


def keep_answer(unit: UnitOfWork, asked: Asked, kept: Kept) -> None:
    """Keep an answer for a day; in the unit of what it tells of, after :func:`answered_before`."""
    id_ = new_id()
    sealed = unit.vault.seal(_scope(asked), _field(id_), kept.body)
    row = KeptAnswer(id=id_, token_id=asked.token_id, case_id=asked.case_id, status=kept.status, answer=sealed)
    row.key_index, row.asked_index = _index(unit, "key", asked.key), _index(unit, "asked", asked.what)
    row.at = unit.now
    unit.session.add(row)
    unit.session.flush()


def forget_old_answers(unit: UnitOfWork) -> None:
    """Drop what nobody can ask for again; to be said again and again, and safe to repeat."""
    unit.session.execute(delete(KeptAnswer).where(KeptAnswer.at <= unit.now - KEPT_FOR))


def _scope(asked: Asked) -> Scope:
    return account_scope(asked.account_id) if asked.case_id is None else case_scope(asked.case_id)


def _field(id_: UUID) -> Field:
    return Field("kept_answer", "answer", id_)


def _index(unit: UnitOfWork, what: str, value: str) -> bytes:
    """A keyed fingerprint to the letter: what differs in a capital is another wish."""
    return hmac.digest(unit.vault.subkey(f"kept_answer:{what}"), text_bytes(value), "sha256")
