"""How often something secret may be tried: counted in the database, so that all processes count together.

A try is counted before it is judged, by one statement: of many at once no more get through than of many in a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import Table, case, delete, literal, or_, select

from contacts.accounts.models import Tries
from store.inserting import insert_into
from store.types import UtcDateTime

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

TABLE: Table = Tries.__table__  # type: ignore[assignment]  # declarative tables are Tables
KEPT_FOR: Final = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """At most ``tries`` within a span that begins with the first of them.

    One that begins further ahead than a span was counted by a clock that ran ahead, and is over: by such a clock every
    code of an app is wrong, and nobody shall be shut out for as long as it was.
    """

    tries: int
    within: timedelta

    def allows(self, tries: int) -> bool:
        """Whether this try, the so-and-so-manieth of its span, may still be judged."""
        return tries <= self.tries


PER_ACCOUNT: Final = Limit(5, timedelta(minutes=15))
"""Passwords for one name; from a place where its owner has signed in before they are counted apart."""
PER_SOURCE: Final = Limit(100, timedelta(minutes=15))
"""Passwords and codes from one address: a team behind one router shares it."""
PER_CODE: Final = Limit(5, timedelta(minutes=15))
"""Second factors, and proofs before something is signed, for one account."""


def key_of(unit: UnitOfWork, what: str, *who: object) -> bytes:
    """Return the key under which tries of one sort are counted for somebody, or for some place."""
    return unit.vault.blind_index(f"tries:{what}", "\0".join(map(str, who)))


def count_try(unit: UnitOfWork, key: bytes, limit: Limit) -> bool:
    """Count one more try; return whether it may be judged."""
    is_over = or_(TABLE.c.began_at <= unit.now - limit.within, TABLE.c.began_at > unit.now + limit.within)
    counted = unit.session.scalar(
        insert_into(unit.session, TABLE)
        .values(key=key, began_at=unit.now, tries=1)
        .on_conflict_do_update(
            index_elements=[TABLE.c.key],
            set_={
                "began_at": case((is_over, literal(unit.now, UtcDateTime())), else_=TABLE.c.began_at),
                "tries": case((is_over, 1), else_=TABLE.c.tries + 1),
            },
        )
        .returning(TABLE.c.tries)
    )
    return limit.allows(counted or 1)


def has_room(unit: UnitOfWork, key: bytes, limit: Limit) -> bool:
    """Whether one more try would be judged; none is counted."""
    counted = unit.session.execute(select(TABLE.c.began_at, TABLE.c.tries).where(TABLE.c.key == key)).one_or_none()
    if counted is None or not unit.now - limit.within < counted.began_at <= unit.now + limit.within:
        return True
    return limit.allows(counted.tries + 1)


def forget_tries(unit: UnitOfWork, key: bytes) -> None:
    """Begin to count anew: whoever tried was right."""
    unit.session.execute(delete(TABLE).where(TABLE.c.key == key))


def forget_old_tries(unit: UnitOfWork) -> None:
    """Drop what was counted long ago; to be said again and again, and safe to repeat."""
    unit.session.execute(delete(TABLE).where(TABLE.c.began_at <= unit.now - KEPT_FOR))
