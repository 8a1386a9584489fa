"""The lookout of one process: everybody in memory, kept up with what any process commits, and asked about each case.

It begins empty and fills in batches, beside everything else. Cases wait to be looked at until it is full; nothing else
waits for it. When the ring is taken away, it forgets everybody.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

import structlog
from sqlalchemy import select

from cases.consent.events import FactEntered, FactSuperseded
from cases.events import CaseErased, MovedToCounsel, QuestionAnswered, ReportExtended, ReportReceived
from cases.identity.index import Index, forget_names
from cases.identity.models import IdentityLook
from cases.identity.suggesting import LOOKS, suggest
from cases.identity.telling import records_of
from cases.models import Case
from store import claims
from store.errors import LeaseLostError, LockedError
from store.eventlog import EventRow
from store.queues import Queue, work_or_wait

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from cases.identity.index import Match
    from cases.identity.records import Record
    from store.claims import Claim
    from store.unit_of_work import Store, UnitOfWork
    from store.wake import Bell

log = structlog.get_logger(__name__)
BATCH: Final = 500
"""Cases that are read at once while it fills."""
QUEUE: Final = "identity"
TELL_SOMETHING: Final = frozenset(
    one.__name__
    for one in (
        CaseErased,
        FactEntered,
        FactSuperseded,
        MovedToCounsel,
        QuestionAnswered,
        ReportExtended,
        ReportReceived,
    )
)
"""Events after which something else is known of the people of a case, or nothing any more."""
BREATH: Final = 0.25
"""Real seconds between two looks: nobody waits for a suggestion, and whoever is paged must not wait for this."""
LOOK_BACK: Final = timedelta(minutes=2)
"""So far back events are looked for that were not there the last time: no transaction takes longer to commit."""


@dataclass(frozen=True)
class Compared:
    """Who may be the person of a case, going by what was told of it when it was compared; each other case once."""

    case_id: UUID
    records: tuple[Record, ...] = field(repr=False)
    matches: tuple[Match, ...] = field(repr=False)


class Beside(Protocol):
    """Who else looks at a case when something new is known of it."""

    def follow(self) -> None:
        """Take in what was committed since, in a transaction that only reads."""
        ...

    def compare(self, case_id: UUID, records: Sequence[Record]) -> Callable[[UnitOfWork], None]:
        """Compare a case of which this is told, holding no lock; return what keeps, in a unit, what came of it."""
        ...

    def forget(self) -> None:
        """Forget everybody."""
        ...


class Lookout:
    """Everybody, by name. One thread at a time uses it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.index = Index()
        self._seen: dict[UUID, datetime] = {}
        """Events that are in it already, as long as they are looked for."""

    def fill(self, is_over: Callable[[], bool] = lambda: False) -> bool:
        """Read everybody, in batches; return whether it came to its end."""
        began = time.monotonic()
        with self._store.read() as unit:
            self._note_events(unit)
            case_ids = list(unit.session.scalars(select(Case.id)))
        for at in range(0, len(case_ids), BATCH):
            if is_over():
                return False
            self._take_in(case_ids[at : at + BATCH])
        self.follow()
        log.info("identity_filled", cases=len(case_ids), seconds=round(time.monotonic() - began, 1))
        return True

    def follow(self) -> int:
        """Take in what was committed since, by whichever process; return how many cases changed. One glance if none."""
        with self._store.read() as unit:
            changed = self._note_events(unit)
        gone = {case_id for case_id, name in changed if name == CaseErased.__name__}
        self._take_in(list({case_id for case_id, _ in changed}))
        if gone:
            forget_names()
        return len({case_id for case_id, _ in changed})

    def compare(self, look_id: UUID) -> Compared | None:
        """Compare the case of a look with everybody, holding no lock: it takes longer than others may wait for one.

        None where the look has gone with its case.
        """
        with self._store.read() as unit:
            row = unit.session.get(IdentityLook, look_id)
            if row is None:
                return None
            case_id = row.case_id
            records = records_of(unit, [case_id])[case_id]
        self.index.put(case_id, records)
        return Compared(case_id, tuple(records), tuple(self._find(records, case_id)))

    def forget(self) -> None:
        """Forget everybody."""
        self.index.clear()
        self._seen.clear()

    def _find(self, records: Sequence[Record], case_id: UUID) -> list[Match]:
        best: dict[UUID, Match] = {}
        for record in records:
            for match in self.index.find(record, leave_out=frozenset({case_id})):
                known = best.get(match.case_id)
                if known is None or known.verdict.score < match.verdict.score:
                    best[match.case_id] = match
        return list(best.values())

    def _take_in(self, case_ids: list[UUID]) -> None:
        if not case_ids:
            return
        with self._store.read() as unit:
            told = records_of(unit, case_ids)
        for case_id, records in told.items():
            self.index.put(case_id, records)

    def _note_events(self, unit: UnitOfWork) -> list[tuple[UUID, str]]:
        """Return the cases of events that were not noted before, each with the event's name."""
        since = unit.now - LOOK_BACK
        if self._seen:
            since = min(since, max(self._seen.values()) - LOOK_BACK)
        rows = unit.session.execute(
            select(EventRow.id, EventRow.case_id, EventRow.name, EventRow.at).where(
                EventRow.at >= since, EventRow.name.in_(TELL_SOMETHING)
            )
        ).all()
        fresh = [(row.case_id, row.name) for row in rows if row.id not in self._seen and row.case_id is not None]
        self._seen = {row.id: row.at for row in rows}
        return fresh


def _rest(bell: Bell, seen: int, stop: threading.Event, due_in: float) -> None:
    bell.wait(seen, due_in)
    stop.wait(BREATH)


def keep_lookout(
    store: Store,
    stop: threading.Event,
    parked: Callable[[UnitOfWork, Claim], None],
    beside: Sequence[Beside] = (),
) -> None:
    """Fill a lookout, then look at each case that asks for it, until ``stop``. ``parked``: told of what fails."""
    lookout = Lookout(store)
    try:
        if not lookout.fill(stop.is_set):
            return
        queue = look_queue(lookout, parked, beside)
        bell = store.wake.bell(LOOKS.name, EventRow.__tablename__)
        while not stop.is_set():
            store.marks.moved(QUEUE)
            seen = bell.rung
            lookout.follow()
            for other in beside:
                other.follow()
            work_or_wait(store, queue, partial(_rest, bell, seen, stop))
    except LockedError:
        log.info("identity_forgotten")
        raise
    finally:
        lookout.forget()
        for other in beside:
            other.forget()


def look_queue(
    lookout: Lookout,
    parked: Callable[[UnitOfWork, Claim], None] = lambda _unit, _held: None,
    beside: Sequence[Beside] = (),
) -> Queue:
    """The queue of cases of which something new is known.

    Each is compared before its unit begins, and again if meanwhile something else was told of it.
    """
    compared: dict[UUID, Compared | None] = {}
    keepers: list[Callable[[UnitOfWork], None]] = []

    def prepare(held: Claim) -> None:
        compared.clear()
        keepers.clear()
        found = compared[held.id] = lookout.compare(held.id)
        if found is not None:
            keepers.extend(other.compare(found.case_id, found.records) for other in beside)

    def handle(unit: UnitOfWork, held: Claim) -> None:
        found = compared.pop(held.id)
        if found is None:
            raise LeaseLostError("the row is gone")
        if tuple(records_of(unit, [found.case_id])[found.case_id]) != found.records:
            claims.give_back(unit.session, LOOKS, held, unit.now)
            return
        suggest(unit, found.case_id, found.matches)
        for keep in keepers:
            keep(unit)
        claims.finish(unit.session, LOOKS, held)

    def take(unit: UnitOfWork, limit: int) -> list[Claim]:
        return claims.claim(unit.session, LOOKS, unit.now, limit=limit)

    return Queue(QUEUE, LOOKS, take, handle, parked, prepare=prepare)
