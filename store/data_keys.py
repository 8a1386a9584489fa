"""One data key per scope (a case, an incident, a chat, …), wrapped by the key ring, as a row."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from store import handover
from store.base import Base, new_id
from store.errors import EpochUnknownError, UnreadableError
from store.inserting import insert_into
from store.vault import KEY_BYTES, Field, KeyRing, decrypt, encrypt, text_bytes, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Scope:
    """Whose key a field is under. Destroying the key of a scope erases all that was written under it."""

    kind: str
    id: UUID | None = None

    def __str__(self) -> str:
        return self.kind if self.id is None else f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Scope:
        """Read back what :meth:`__str__` wrote; raises ValueError."""
        kind, _, id_ = text.partition(":")
        return cls(kind, UUID(id_) if id_ else None)


def case_scope(case_id: UUID) -> Scope:
    """What belongs to one case."""
    return Scope("case", case_id)


def chat_scope(chat_id: UUID) -> Scope:
    """What came in from, or is needed to reach, one conversation (raw input precedes any case)."""
    return Scope("chat", chat_id)


def contact_scope(contact_id: UUID) -> Scope:
    """What belongs to somebody who helps."""
    return Scope("contact", contact_id)


def account_scope(account_id: UUID) -> Scope:
    """What belongs to one account: the name to sign in with, the second factor."""
    return Scope("account", account_id)


def incident_scope(incident_id: UUID) -> Scope:
    """What belongs to an incident and to nobody in it: where it was, what was said of all together."""
    return Scope("incident", incident_id)


def sealed_scope(case_id: UUID) -> Scope:
    """What somebody left sealed for the day they are taken; ``case_id`` is the case it was left for."""
    return Scope("sealed", case_id)


SYSTEM = Scope("system")


class DataKey(Base):
    """A wrapped data key."""

    __tablename__ = "data_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(String(64), unique=True)
    epoch: Mapped[str] = mapped_column(String(16), index=True)
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]


class Vault:
    """Seals and opens fields within one unit of work.

    A key made in a unit that rolls back is forgotten with it: the shared cache is filled on commit only.
    """

    def __init__(self, session: Session, ring: KeyRing, cache: dict[Scope, bytes], now: datetime) -> None:
        self._session = session
        self._ring = ring
        self._cache = cache
        self._fresh: dict[Scope, bytes] = {}
        self._now = now

    def seal(self, scope: Scope, field: Field, text: str) -> bytes:
        """Encrypt ``text`` for ``field`` under the scope's key, making the key on first use."""
        return encrypt(self._key(scope, make=True), text_bytes(text), str(field))

    def open(self, scope: Scope, field: Field, ciphertext: bytes) -> str:
        """Decrypt; raises UnreadableError when the key is gone or the value stands in the wrong place."""
        return text_of(decrypt(self._key(scope, make=False), ciphertext, str(field)))

    def seal_bytes(self, scope: Scope, bound_to: str, data: bytes) -> bytes:
        """Encrypt bytes under the scope's key; they open with the same ``bound_to`` only."""
        return encrypt(self._key(scope, make=True), data, bound_to)

    def open_bytes(self, scope: Scope, bound_to: str, ciphertext: bytes) -> bytes:
        """Decrypt what :meth:`seal_bytes` made; raises UnreadableError."""
        return decrypt(self._key(scope, make=False), ciphertext, bound_to)

    def fetch(self, scopes: Iterable[Scope]) -> None:
        """Have the keys of these scopes at hand, at the price of one query; those that were destroyed are left out."""
        missing = {str(scope): scope for scope in scopes if scope not in self._cache and scope not in self._fresh}
        if not missing:
            return
        rows = self._session.execute(
            select(DataKey.scope, DataKey.epoch, DataKey.wrapped).where(DataKey.scope.in_(list(missing)))
        )
        for row in rows:
            with suppress(UnreadableError):  # whoever needs that one will be told; the others go on
                self._fresh[missing[row.scope]] = self._unwrap(row.epoch, row.wrapped, row.scope)

    def make(self, scopes: Iterable[Scope]) -> None:
        """Have keys for these scopes, made where there are none, at the price of two statements for all of them."""
        wanted = [scope for scope in dict.fromkeys(scopes) if scope not in self._cache and scope not in self._fresh]
        if wanted:
            self._insert_if_absent(*wanted)
            self.fetch(wanted)

    def blind_index(self, purpose: str, value: str) -> bytes:
        """See :meth:`KeyRing.blind_index`."""
        return self._ring.blind_index(purpose, value)

    def subkey(self, purpose: str) -> bytes:
        """See :meth:`KeyRing.subkey`."""
        return self._ring.subkey(purpose)

    def keep_fresh_keys(self) -> None:
        """Publish the keys made in this unit; called after its commit."""
        self._cache.update(self._fresh)

    def _key(self, scope: Scope, *, make: bool) -> bytes:
        known = self._fresh.get(scope) or self._cache.get(scope)
        return known if known is not None else self._load(scope, make=make)

    def _load(self, scope: Scope, *, make: bool) -> bytes:
        if make:
            self._insert_if_absent(scope)
        row = self._session.execute(
            select(DataKey.epoch, DataKey.wrapped).where(DataKey.scope == str(scope))
        ).one_or_none()
        if row is None:
            raise UnreadableError(f"the key of a {scope.kind} was destroyed")
        self._fresh[scope] = self._unwrap(row.epoch, row.wrapped, str(scope))
        return self._fresh[scope]

    def _unwrap(self, epoch: str, wrapped: bytes, scope: str) -> bytes:
        """Open a data key; an epoch that another process has begun is looked for first in the file, then in rows."""
        try:
            return self._ring.unwrap(epoch, wrapped, scope)
        except EpochUnknownError:
            if not self._ring.look() or epoch not in self._ring.epochs:
                handover.take_over(self._session, self._ring)
            return self._ring.unwrap(epoch, wrapped, scope)

    def _insert_if_absent(self, *scopes: Scope) -> None:
        """Insert unless somebody else did: two writers end with one key, whoever was first."""
        if self._ring.current_epoch < handover.epoch_of(self._now):
            handover.take_over(self._session, self._ring)  # another home may have begun one
        rows = []
        for scope in sorted(scopes, key=str):
            epoch, wrapped = self._ring.wrap(os.urandom(KEY_BYTES), str(scope))
            rows.append(
                {"id": new_id(), "scope": str(scope), "epoch": epoch, "wrapped": wrapped, "created_at": self._now}
            )
        fresh = insert_into(self._session, DataKey).values(rows)
        self._session.execute(fresh.on_conflict_do_nothing(index_elements=["scope"]))
