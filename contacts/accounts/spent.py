"""What was spent of second factors: which codes are used up, how often it was tried. It can be carried elsewhere.

Whoever puts a backup back is asked for codes by accounts as they were when it was made: what was spent since, and what
is spent while it is refused, must count there too. Holds ids and keyed fingerprints only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from contacts.accounts.models import Account, RecoveryCode, Tries
from contacts.accounts.throttle import KEPT_FOR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Spent:
    """Per account the half-minute of the last code of its app; codes on paper and when; tries as they are counted."""

    steps: Mapping[UUID, int] = field(default_factory=dict)
    codes: Mapping[UUID, datetime] = field(default_factory=dict)
    tries: Mapping[bytes, tuple[datetime, int]] = field(default_factory=dict)

    def joined_with(self, other: Spent) -> Spent:
        """Return what was spent by either; of tries of the same sort those that were counted last."""
        steps = {one: max(self.steps.get(one, 0), other.steps.get(one, 0)) for one in {*self.steps, *other.steps}}
        tries = {
            key: max(side.tries[key] for side in (self, other) if key in side.tries)
            for key in {*self.tries, *other.tries}
        }
        return Spent(steps, {**other.codes, **self.codes}, tries)

    def without_old_tries(self, now: datetime) -> Spent:
        """Return the same without tries that count no longer."""
        fresh = {key: one for key, one in self.tries.items() if one[0] > now - KEPT_FOR}
        return Spent(self.steps, self.codes, fresh)


def spent_in(session: Session) -> Spent:
    """Return all that was spent in a database."""
    steps = session.execute(select(Account.id, Account.last_step).where(Account.last_step > 0))
    codes = session.execute(select(RecoveryCode.id, RecoveryCode.used_at).where(RecoveryCode.used_at.is_not(None)))
    tries = session.execute(select(Tries.key, Tries.began_at, Tries.tries))
    return Spent(
        {row.id: row.last_step for row in steps},
        {row.id: row.used_at for row in codes},
        {row.key: (row.began_at, row.tries) for row in tries},
    )


def spend(session: Session, spent: Spent) -> None:
    """Have it spent in another database as well, as far as the same accounts and codes are there. Safe to repeat."""
    for account_id, step in spent.steps.items():
        session.execute(
            update(Account).where(Account.id == account_id, Account.last_step < step).values(last_step=step)
        )
    for code_id, at in spent.codes.items():
        unused = (RecoveryCode.id == code_id, RecoveryCode.used_at.is_(None))
        session.execute(update(RecoveryCode).where(*unused).values(used_at=at))
    for key, counted in spent.tries.items():
        row = session.get(Tries, key)
        if row is None:
            session.add(Tries(key=key, began_at=counted[0], tries=counted[1]))
        elif (row.began_at, row.tries) < counted:
            row.began_at, row.tries = counted
    session.flush()
