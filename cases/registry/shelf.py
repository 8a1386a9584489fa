"""The registry in the memory of one process: found by name, compared with people, counted. Nothing of it is on a disk.

It begins empty, is filled by whoever asks first, and takes in what changed since before each question.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from cases.identity.index import Index
from cases.identity.records import Record
from cases.registry.counting import Figure, figure_of
from cases.registry.entries import records_in, standing
from cases.registry.models import ProposalState, RegistryEntry, RegistryErased, RegistryImport, RegistryPair
from cases.registry.vocabulary import NAMES
from cases.spelling import Sought

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from cases.identity.records import Reason
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
    """Every entry, by name. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._held: dict[UUID, Held] = {}
        self._people = Index()
        self._names = Index()
        """By their names alone: who searches has often nothing else, and looks at what is found."""
        self._upto: datetime | None = None
        self._stand: tuple[int, datetime | None, int, int] | None = None
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return f"Shelf({len(self._held)} entries)"

    def follow(self, unit: UnitOfWork) -> None:
        """Take in what changed; one statement where nothing did."""
        with self._lock:
            stand = _stand(unit)
            if stand == self._stand:
                return
            rows = unit.session.execute(select(RegistryEntry.id, RegistryEntry.changed_at)).all()
            there = {row.id: row.changed_at for row in rows}
            for entry_id in set(self._held) - set(there):
                self._put(entry_id, None)
            # Whatever is as new as the newest that was seen is read again: two may have been written at one instant.
            news = [one for one, at in there.items() if self._upto is None or at >= self._upto or one not in self._held]
            for at in range(0, len(news), BATCH):
                self._take_in(unit, news[at : at + BATCH])
            self._upto, self._stand = stand[1], stand

    def forget(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._held.clear()
            self._people.clear()
            self._names.clear()
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
        sought = Sought.of(typed)
        if sought.is_empty:
            return []
        with self._lock:
            found = [match.case_id for match in self._names.find(Record(typed), most=MOST_FOUND)]
            spelt = [one for one, held in self._held.items() if any(sought.is_in(name) for name in held.names)]
            chosen = list(dict.fromkeys((*found, *sorted(spelt, key=lambda one: self._held[one].code))))[:MOST_FOUND]
            return [
                Named(one, held.code, held.source, held.names, held.born)
                for one in chosen
                if (held := self._held.get(one)) is not None
            ]

    def records_of(self, entry_id: UUID) -> tuple[Record, ...]:
        """Return what can be compared of an entry."""
        with self._lock:
            held = self._held.get(entry_id)
        return () if held is None else held.records

    def figures(self, unit: UnitOfWork) -> list[Figure]:
        """Return what counts of each person: of entries that people said are one, the one that says most."""
        same = unit.session.execute(
            select(RegistryPair.entry_id, RegistryPair.other_id).where(RegistryPair.state == ProposalState.SAME)
        ).all()
        with self._lock:
            alone = {entry_id: held.figure for entry_id, held in self._held.items()}
        return [max(group, key=_says) for group in _together(alone, [(row[0], row[1]) for row in same])]

    def _take_in(self, unit: UnitOfWork, entry_ids: Sequence[UUID]) -> None:
        values = standing(unit, entry_ids)
        rows = unit.session.execute(
            select(RegistryEntry.id, RegistryEntry.code, RegistryEntry.source).where(RegistryEntry.id.in_(entry_ids))
        ).all()
        for entry_id, code, source in rows:
            said = values.get(entry_id)
            self._put(
                entry_id,
                None
                if said is None
                else Held(
                    code,
                    source,
                    tuple(dict.fromkeys(said[name] for name in NAMES if name in said)),
                    said.get("born", ""),
                    tuple(records_in(said)),
                    figure_of(said),
                ),
            )

    def _put(self, entry_id: UUID, held: Held | None) -> None:
        records = () if held is None else held.records
        self._people.put(entry_id, records)
        self._names.put(entry_id, [Record(record.name) for record in records])
        if held is None:
            self._held.pop(entry_id, None)
        else:
            self._held[entry_id] = held


def _stand(unit: UnitOfWork) -> tuple[int, datetime | None, int, int]:
    """What has to be the same for nothing to have changed: how many there are, the latest change, erasures, imports."""
    erased = select(func.count(RegistryErased.id)).scalar_subquery()
    finished = select(func.count(RegistryImport.finished_at) + func.count(RegistryImport.undone_at)).scalar_subquery()
    row = unit.session.execute(
        select(func.count(RegistryEntry.id), func.max(RegistryEntry.changed_at), erased, finished)
    ).one()
    return row[0], row[1], row[2], row[3]


def _says(figure: Figure) -> tuple[int, str]:
    return sum(value != "" for value in (figure.status, figure.since, figure.region)), figure.status


def _together(figures: dict[UUID, Figure], same: Sequence[tuple[UUID, UUID]]) -> list[list[Figure]]:
    """Put what is one person into one group. Pure."""
    leader = {one: one for one in figures}

    def led(one: UUID) -> UUID:
        while leader[one] != one:
            one = leader[one]
        return one

    for one, other in same:
        if one in leader and other in leader:
            leader[led(one)] = led(other)
    groups: dict[UUID, list[Figure]] = {}
    for one, figure in figures.items():
        groups.setdefault(led(one), []).append(figure)
    return list(groups.values())
