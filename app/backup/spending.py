"""Codes and tries while a backup is put back: they count whatever becomes of it, as those that were given before do.

The accounts that are asked are rows of the backup, in a transaction that a no undoes. So what is spent is written into
a small file in the home before anybody is told whether a code was good, and, when all is undone, into the database that
stays. It is spent again in whatever is put back next.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from contacts.accounts.models import Account, RecoveryCode, Tries
from contacts.accounts.spent import Spent, spend, spent_in
from store.data_keys import Vault
from store.engine import open_engine
from store.ring_file import replace_secret
from store.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from store.clock import Clock
    from store.vault import KeyRing

    Units = Callable[[], AbstractContextManager[UnitOfWork]]

log = structlog.get_logger(__name__)
NEEDED = tuple(model.__tablename__ for model in (Account, RecoveryCode, Tries))


class SpentFile:
    """The file. One that is damaged says nothing, and is written anew."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Spent:
        """Return what it holds; nothing where there is none."""
        try:
            stored = json.loads(self._path.read_text(encoding="ascii"))
            return Spent(
                {UUID(one): int(step) for one, step in stored["steps"].items()},
                {UUID(one): datetime.fromisoformat(at) for one, at in stored["codes"].items()},
                {bytes.fromhex(key): (datetime.fromisoformat(at), int(n)) for key, (at, n) in stored["tries"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return Spent()

    def write(self, spent: Spent) -> None:
        """Keep it, durably."""
        stored = {
            "steps": {str(one): step for one, step in spent.steps.items()},
            "codes": {str(one): at.isoformat() for one, at in spent.codes.items()},
            "tries": {key.hex(): (at.isoformat(), count) for key, (at, count) in spent.tries.items()},
        }
        replace_secret(self._path, json.dumps(stored))


class Spending:
    """What is spent while one backup is put back into a database."""

    def __init__(self, file: SpentFile, url: str) -> None:
        self._file = file
        self._url = url
        self._spent = file.read().joined_with(_spent_here(url))

    def units(self, session: Session, ring: KeyRing, clock: Clock) -> Units:
        """Return how to begin a unit on what was put back, each with the time of its own: people take their time.

        What was spent before is spent there first. What a unit spends is kept when it ends, whatever comes of it.
        """
        spend(session, self._spent)

        @contextmanager
        def unit() -> Iterator[UnitOfWork]:
            now = clock.now()
            yield UnitOfWork(session, Vault(session, ring, {}, now), now, "cli", {}, ring)
            session.flush()
            self._keep(spent_in(session), now)

        return unit

    def _keep(self, found: Spent, now: datetime) -> None:
        """Whoever was right may try again: of tries what is counted now counts."""
        before = Spent(self._spent.steps, self._spent.codes)
        spent = before.joined_with(found).without_old_tries(now)
        if spent != self._spent:
            self._file.write(spent)
            self._spent = spent

    def keep_here(self) -> None:
        """Spend it in the database that stays, because what was put back is undone; as well as it can be done."""
        engine = open_engine(self._url)
        try:
            with engine.connect() as connection, Session(bind=connection) as session:
                if _has_accounts(session):
                    spend(session, self._spent)
                    session.commit()
        except DBAPIError:
            log.warning("codes_not_spent_here")
        finally:
            engine.dispose()


def _spent_here(url: str) -> Spent:
    """Return what was spent in a database before it is replaced; nothing where it is empty or foreign."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection, Session(bind=connection) as session:
            return spent_in(session) if _has_accounts(session) else Spent()
    except DBAPIError:
        return Spent()
    finally:
        engine.dispose()


def _has_accounts(session: Session) -> bool:
    there = inspect(session.connection())
    return all(there.has_table(name) for name in NEEDED)
