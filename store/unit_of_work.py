"""One unit of work: a transaction, with the clock read once, somebody who answers for it, and the events it records.

``with store.unit(actor) as unit:`` commits on a clean exit and leaves no trace otherwise. Nothing inside touches the
network.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from store import eventlog
from store.data_keys import Scope, Vault
from store.engine import for_glancing, for_reading
from store.errors import LockedError
from store.marks import Marks
from store.outages import Stumbles
from store.turns import Line
from store.wake import Wake, notify_others
from store.written import begin_noting, follow_writing, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection, Engine

    from store.clock import Clock
    from store.vault import KeyRing


REMEMBERED_FOR = 600.0
"""Real seconds after which a process forgets every data key it has opened: what was destroyed elsewhere is forgotten
here by then, even if nothing was heard of it."""


@dataclass
class UnitOfWork:
    """What a use-case works with. Made by :meth:`Store.unit` only."""

    session: Session
    vault: Vault
    now: datetime
    actor: str
    _reactions: Mapping[str, tuple[str, ...]]
    _ring: KeyRing = field(repr=False)
    _last: list[tuple[eventlog.Event, tuple[str, ...]]] = field(default_factory=list)

    def record(self, event: eventlog.Event) -> UUID:
        """Write an event of this unit and the rows of what must follow it."""
        reactions = self._reactions_to(event)
        return eventlog.append(
            self.session, mac_key_of(self._ring), event, actor=self.actor, now=self.now, reactions=reactions
        )

    def record_at(self, event: eventlog.Event, end: eventlog.End | None) -> UUID:
        """Do as :meth:`record`, by fewer statements where its chain still ends where it was seen to end before."""
        written = None
        if end is not None:
            written = eventlog.append_at(
                self.session,
                mac_key_of(self._ring),
                event,
                end,
                actor=self.actor,
                now=self.now,
                reactions=self._reactions_to(event),
            )
        return self.record(event) if written is None else written

    def record_last(self, event: eventlog.Event, *, is_followed: bool = True) -> None:
        """Write an event of this unit when all else is done, just before it commits.

        For units that lock rows after something has happened: whoever holds the log while waiting for a row that
        somebody holds who waits for the log would wait in a circle. If not ``is_followed`` it brings no reactions:
        whoever records it has seen to all that follows, or nothing can.
        """
        self._last.append((event, self._reactions_to(event) if is_followed else ()))

    def _reactions_to(self, event: eventlog.Event) -> tuple[str, ...]:
        return self._reactions.get(type(event).__name__, ())

    def record_what_was_put_off(self) -> None:
        """Write what :meth:`record_last` was given; the store does so when the unit ends."""
        if not self._last:
            return
        eventlog.append_all(self.session, mac_key_of(self._ring), self._last, actor=self.actor, now=self.now)
        self._last.clear()


def mac_key_of(ring: KeyRing) -> bytes:
    """The key under which events are chained; raises LockedError without keys."""
    return ring.subkey("eventlog")


class Store:
    """The database, the vault and the clock of one process."""

    def __init__(
        self,
        engine: Engine,
        ring: KeyRing,
        clock: Clock,
        *,
        reactions: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.engine = engine
        self.ring = ring
        self.clock = clock
        self.wake = Wake()
        self.marks = Marks()
        self.stumbles = Stumbles()
        self._reactions = reactions or {}
        self._keys: dict[Scope, bytes] = {}
        self._forget_at = time.monotonic() + REMEMBERED_FOR
        self._line = Line() if engine.dialect.name == "sqlite" else None
        follow_writing(engine)
        self._reading, self._glancing = for_reading(engine), for_glancing(engine)

    def look_at_ring(self) -> None:
        """Follow what happened to the key ring, and forget data keys that may have been destroyed meanwhile.

        Raises LockedError, and holds no key any more, when the ring was taken away. Costs one ``stat``.
        """
        try:
            changed = self.ring.look()
        except LockedError:
            self._keys.clear()
            raise
        if changed or time.monotonic() >= self._forget_at:
            self._keys.clear()
            self._forget_at = time.monotonic() + REMEMBERED_FOR

    def forget_key(self, scope: Scope) -> None:
        """Forget a data key that was destroyed; other processes of this home do so at their next unit of work."""
        self._keys.pop(scope, None)
        self.ring.ring_for_others()

    @contextmanager
    def unit(self, actor: str, *, rings: bool = True) -> Iterator[UnitOfWork]:
        """Begin a writing unit. The clock is read after the write lock is held, so that time follows order.

        After the commit everybody who waits for rows of a table that was written to looks again, in all processes.
        ``rings=False`` is for what gives nobody anything to do, such as a claim or a lease: ringing for it would set
        waiters looking again and again.
        """
        self.look_at_ring()
        with self._turn(), Session(self.engine, expire_on_commit=False) as session:
            begin_noting(session.connection())
            now = self.clock.now()
            vault = Vault(session, self.ring, self._keys, now)
            work = UnitOfWork(session, vault, now, actor, self._reactions, self.ring)
            yield work
            session.flush()
            work.record_what_was_put_off()
            changed = written(session.connection())
            rings = rings and changed != frozenset()
            for statement in notify_others(self.engine.dialect.name, self.wake.mark, changed) if rings else ():
                session.connection().exec_driver_sql(statement)
            self.wake.commits_now()
            session.commit()
            self.wake.commits_now()
        vault.keep_fresh_keys()
        if rings:
            self.wake.ring(changed)

    def _turn(self) -> AbstractContextManager[object]:
        return nullcontext() if self._line is None else self._line.turn()

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """Begin a unit that only reads, all of it from one moment of the database; an attempt to write is an error."""
        self.look_at_ring()
        with Session(self._reading, expire_on_commit=False) as session:
            now = self.clock.now()
            vault = Vault(session, self.ring, self._keys, now)
            yield UnitOfWork(session, vault, now, "reader", {}, self.ring)
            session.rollback()

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """Read plain columns by single statements, without a unit: for looks made hundreds of times a second."""
        with self._glancing.connect() as connection:
            yield connection

    def verify_log(self) -> list[eventlog.Break]:
        """Check every chain of the event log; an empty list means that all of them hold."""
        with self.read() as unit:
            return list(eventlog.verify(unit.session, mac_key_of(self.ring)))
