"""The registry in the memory of one process: found by name, compared with people, counted. Nothing of it is on a disk.

It begins empty, is filled by whoever asks first, and takes in what changed since before each question.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from cases.identity.comparing import compare
from cases.identity.index import Index, forget_names
from cases.identity.models import SuggestionState
from cases.identity.records import Record
from cases.registry.counting import Figure, figure_of
from cases.registry.entries import records_in, standing
from cases.registry.models import RegistryEntry, RegistryErased, RegistryImport, RegistryPair
from cases.registry.vocabulary import NAMES, Status
from cases.spelling import Sought, folded, heard_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from cases.identity.records import Reason
    from cases.spelling import Heard
    from store.unit_of_work import UnitOfWork

BATCH: Final = 500
MOST_FOUND: Final = 20


@dataclass(frozen=True)
class Held:
    """What is remembered of one entry."""

    code: str
    source: str
    names: tuple[str, ...] = field(repr=False)
    born: str = field(repr=False)
    records: tuple[Record, ...] = field(repr=False)
    figure: Figure
    changed_at: datetime
    folded: tuple[str, ...] = field(repr=False)
    """Its names as they are compared letter by letter."""


@dataclass(frozen=True)
class Candidate:
    """An entry that may be somebody; how much speaks for it, and what."""

    entry_id: UUID
    code: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Named:
    """An entry that was found by a name."""

    entry_id: UUID
    code: str
    source: str
    names: tuple[str, ...] = field(repr=False)
    born: str = field(repr=False)


class Shelf:
    """Every entry, by name. All methods may be called from any thread.

    One thread at a time takes in what changed, which of a long list takes long, and no other waits for it.
    """

    def __init__(self) -> None:
        self._held: dict[UUID, Held] = {}
        self._people = Index()
        self._names = Index()
        """By their names alone: who searches has often nothing else, and looks at what is found."""
        self._heard: dict[str, tuple[Heard, ...]] = {}
        """How the words of names sound: hearing twenty thousand anew for each question would take seconds."""
        self._upto: datetime | None = None
        self._stand: tuple[int, datetime | None, int, int] | None = None
        self._lock = threading.RLock()
        """Held while an entry is put in or what is in is looked through; never while the database is asked."""
        self._following = threading.Lock()

    def __repr__(self) -> str:
        return f"Shelf({len(self._held)} entries)"

    def follow(self, unit: UnitOfWork) -> bool:
        """Take in what changed; one statement where nothing did. Return whether there is something to answer from.

        Where another thread is at it, this one goes on with what was taken in before, and with False if that is nothing
        yet.
        """
        if not self._following.acquire(blocking=False):
            return self._stand is not None
        try:
            stand = _stand(unit)
            if stand != self._stand:
                self._follow(unit)
                self._upto, self._stand = stand[1], stand
        finally:
            self._following.release()
        return True

    def _follow(self, unit: UnitOfWork) -> None:
        rows = unit.session.execute(select(RegistryEntry.id, RegistryEntry.changed_at)).all()
        there = {row.id: row.changed_at for row in rows}
        gone = set(self._held) - set(there)
        for entry_id in gone:
            self._put(entry_id, None)
        if gone:
            forget_names()
            with self._lock:
                self._heard.clear()
        news = [one for one, at in there.items() if self._is_news(one, at)]
        for at in range(0, len(news), BATCH):
            self._take_in(unit, news[at : at + BATCH])

    def _is_news(self, entry_id: UUID, changed_at: datetime) -> bool:
        """Whether an entry is to be read: its time differs, whichever way clocks went.

        Whatever is as new as the newest that was seen is read again: two may have been written at one instant.
        """
        held = self._held.get(entry_id)
        return held is None or held.changed_at != changed_at or self._upto is None or changed_at >= self._upto

    def forget(self) -> None:
        """Forget everybody."""
        with self._following, self._lock:
            self._held.clear()
            self._people.clear()
            self._names.clear()
            self._heard.clear()
            self._upto = self._stand = None

    def alike(
        self, records: Iterable[Record], *, leave_out: frozenset[UUID] = frozenset(), most: int = 5
    ) -> list[Candidate]:
        """Return entries that may be the person of these records, the likeliest first."""
        best: dict[UUID, Candidate] = {}
        with self._lock:
            for record in records:
                for match in self._people.find(record, leave_out=leave_out, most=most):
                    held, known = self._held.get(match.case_id), best.get(match.case_id)
                    if held is not None and (known is None or known.score < match.verdict.score):
                        best[match.case_id] = Candidate(
                            match.case_id, held.code, match.verdict.score, match.verdict.reasons
                        )
        return sorted(best.values(), key=lambda one: (-one.score, one.code))[:most]

    def named(self, typed: str) -> list[Named]:
        """Return entries of this name: as it is written, as it sounds, in any script; what fits best first."""
        with self._lock:
            sought = Sought.of(typed, self._heard)
            if sought.is_empty:
                return []
            found = [match.case_id for match in self._names.find(Record(typed), most=MOST_FOUND)]
            spelt = [one for one, held in self._held.items() if any(map(sought.is_in, held.names, held.folded))]
            chosen = list(dict.fromkeys((*found, *sorted(spelt, key=lambda one: self._held[one].code))))[:MOST_FOUND]
            return [
                Named(one, held.code, held.source, held.names, held.born)
                for one in chosen
                if (held := self._held.get(one)) is not None
            ]

    def alike_each_other(self, entry_id: UUID, other_id: UUID) -> Candidate | None:
        """Return how much speaks for two entries being one person; None where nothing does any more."""
        ours, theirs = self.records_of(entry_id), self.records_of(other_id)
        verdicts = [verdict for one in ours for other in theirs if (verdict := compare(one, other)).suggests]
        with self._lock:
            held = self._held.get(other_id)
        if held is None or not verdicts:
            return None
        best = max(verdicts, key=lambda verdict: verdict.score)
        return Candidate(other_id, held.code, best.score, best.reasons)

    def records_of(self, entry_id: UUID) -> tuple[Record, ...]:
        """Return what can be compared of an entry."""
        with self._lock:
            held = self._held.get(entry_id)
        return () if held is None else held.records

    def figures(self, unit: UnitOfWork) -> list[Figure]:
        """Return what counts of each person: of entries that people said are one, the one that says most.

        Of several that say as much, the one that was changed last: its source knows what the others knew, or more.
        """
        same = unit.session.execute(
            select(RegistryPair.entry_id, RegistryPair.other_id).where(RegistryPair.state == SuggestionState.SAME)
        ).all()
        with self._lock:
            alone = dict(self._held)
        groups = _together(alone, [(row[0], row[1]) for row in same])
        return [max(group, key=_says).figure for group in groups]

    def _take_in(self, unit: UnitOfWork, entry_ids: Sequence[UUID]) -> None:
        values = standing(unit, entry_ids)
        rows = unit.session.execute(
            select(RegistryEntry.id, RegistryEntry.code, RegistryEntry.source, RegistryEntry.changed_at).where(
                RegistryEntry.id.in_(entry_ids)
            )
        ).all()
        for entry_id, code, source, changed_at in rows:
            said = values.get(entry_id)
            if said is None:
                self._put(entry_id, None)
                continue
            names = tuple(dict.fromkeys(said[name] for name in NAMES if name in said))
            records, born = tuple(records_in(said)), said.get("born", "")
            spelt = tuple(map(folded, names))
            self._put(entry_id, Held(code, source, names, born, records, figure_of(said), changed_at, spelt))

    def _put(self, entry_id: UUID, held: Held | None) -> None:
        records = () if held is None else held.records
        with self._lock:
            self._people.put(entry_id, records)
            self._names.put(entry_id, [Record(record.name) for record in records])
            if held is None:
                self._held.pop(entry_id, None)
            else:
                self._held[entry_id] = held
                for token in (token for name in held.names for token in name.split()):
                    if token not in self._heard:
                        self._heard[token] = heard_in(token)


def _stand(unit: UnitOfWork) -> tuple[int, datetime | None, int, int]:
    """What has to be the same for nothing to have changed: how many there are, the latest change, erasures, imports."""
    erased = select(func.count(RegistryErased.id)).scalar_subquery()
    finished = select(func.count(RegistryImport.finished_at) + func.count(RegistryImport.undone_at)).scalar_subquery()
    row = unit.session.execute(
        select(func.count(RegistryEntry.id), func.max(RegistryEntry.changed_at), erased, finished)
    ).one()
    return row[0], row[1], row[2], row[3]


def _says(held: Held) -> tuple[int, datetime, str]:
    """How much an entry says; that nothing is known of where somebody is says nothing."""
    figure = held.figure
    status = "" if figure.status == Status.UNKNOWN else figure.status
    return sum(value != "" for value in (status, figure.since, figure.region)), held.changed_at, held.code


def _together(entries: Mapping[UUID, Held], same: Sequence[tuple[UUID, UUID]]) -> list[list[Held]]:
    """Put what is one person into one group. Pure."""
    leader = {one: one for one in entries}

    def led(one: UUID) -> UUID:
        while leader[one] != one:
            one = leader[one]
        return one

    for one, other in same:
        if one in leader and other in leader:
            leader[led(one)] = led(other)
    groups: dict[UUID, list[Held]] = {}
    for one, held in entries.items():
        groups.setdefault(led(one), []).append(held)
    return list(groups.values())
