"""People in memory, found by how their names sound: candidates first, cheaply, then weighed one by one.

Nothing of it is ever on a disk. An entry that goes takes with it whatever led to it; what the functions of this package
remember of names they were asked about is forgotten by :func:`forget_names`.
"""

from __future__ import annotations

import heapq
import threading
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz

from cases.identity import chinese, circumstances, distance, known, letters, name_likeness, names, places
from cases.identity.comparing import compare
from cases.identity.distance import skeleton
from cases.identity.names import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from cases.identity.records import Record, Verdict

WEIGHED: Final = 10
"""Candidates that are weighed in full for one question."""
MOST_TELLING: Final = 3
"""Of these, so many that share what fewest have: a number, a rare name."""
LONGEST_POSTINGS: Final = 4000
"""People who share one key; what more share says too little to look through, unless nothing else is known."""
LEAST_SKELETON: Final = 2


@dataclass(frozen=True)
class Match:
    """Somebody who may be the person asked about."""

    case_id: UUID
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Entry:
    case_id: UUID
    record: Record
    sounds: str
    """Its words as they sound: enough to tell which of many to weigh."""


class Index:
    """Everybody this process knows of. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self._of_case: dict[UUID, tuple[int, ...]] = {}
        self._postings: dict[int, int | array[int]] = {}
        """Entries by key: one alone stands as it is, several in an array."""
        self._next = 0
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return f"Index({len(self._entries)} entries)"

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, case_id: UUID, records: Iterable[Record]) -> None:
        """Have a case stand with these records and no others; with none it is gone, and all that led to it."""
        with self._lock:
            for number in self._of_case.pop(case_id, ()):
                self._take_out(number)
            added = [self._add(_Entry(case_id, one, _heard(one.name))) for one in records if one.name]
            if added:
                self._of_case[case_id] = tuple(added)

    def clear(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._entries.clear()
            self._of_case.clear()
            self._postings.clear()
        forget_names()

    def records_of(self, case_id: UUID) -> tuple[Record, ...]:
        """Return what is known of a case here."""
        with self._lock:
            return tuple(self._entries[number].record for number in self._of_case.get(case_id, ()))

    def cases(self) -> frozenset[UUID]:
        """Return which cases stand in it."""
        with self._lock:
            return frozenset(self._of_case)

    def find(self, record: Record, *, leave_out: frozenset[UUID] = frozenset(), most: int = 10) -> list[Match]:
        """Return who may be the person of a record, the likeliest first, each case once, none that speaks against it.

        Only what is suggested (:attr:`Verdict.suggests`) is returned.
        """
        with self._lock:
            candidates = [self._entries[number] for number in self._candidates(record, leave_out)]
        best: dict[UUID, Verdict] = {}
        for entry in candidates:
            verdict = compare(record, entry.record)
            if verdict.suggests and (entry.case_id not in best or best[entry.case_id].score < verdict.score):
                best[entry.case_id] = verdict
        found = [Match(case_id, verdict) for case_id, verdict in best.items()]
        return sorted(found, key=lambda match: (-match.verdict.score, str(match.case_id)))[:most]

    def _add(self, entry: _Entry) -> int:
        number = self._next
        self._next += 1
        self._entries[number] = entry
        for key in keys_of(entry.record):
            there = self._postings.get(key)
            if there is None:
                self._postings[key] = number
            elif isinstance(there, int):
                self._postings[key] = array("I", (there, number))
            else:
                there.append(number)
        return number

    def _take_out(self, number: int) -> None:
        entry = self._entries.pop(number)
        for key in keys_of(entry.record):
            there = self._postings[key]
            if not isinstance(there, int):
                there.remove(number)
            if isinstance(there, int) or not there:
                del self._postings[key]

    def _candidates(self, record: Record, leave_out: frozenset[UUID]) -> list[int]:
        """Entries that share the most telling keys with a record, best first; rare keys tell more than common ones."""
        found: Counter[int] = Counter()
        there = (self._postings.get(key) for key in keys_of(record))
        shared = sorted(
            (array("I", (one,)) if isinstance(one, int) else one for one in there if one is not None), key=len
        )
        for postings in shared:
            if len(postings) > LONGEST_POSTINGS and found:
                break  # too many to walk through, as all that follow
            weight = 1 + TELLING // (len(postings) + 1)
            for number in postings:
                found[number] += weight
        sifted = heapq.nlargest(SIFTED, ((count, -number) for number, count in found.items()))
        common = [postings for postings in shared if len(postings) > LONGEST_POSTINGS]
        near = heapq.nlargest(
            LOOKED_AT,
            ((count + sum(_holds(postings, -number) for postings in common), number) for count, number in sifted),
        )
        mine = [-number for _, number in near if self._entries[-number].case_id not in leave_out]
        return list(dict.fromkeys((*mine[:MOST_TELLING], *self._nearest(record, mine))))

    def _nearest(self, record: Record, among: list[int]) -> list[int]:
        """The entries that sound nearest, those of the same age first where many bear one name.

        Consonants before vowels, in which scripts differ most.
        """
        sound, born = _heard(record.name), _year(record)
        bones = _bones(sound)

        def distance(number: int) -> tuple[int, int, int, int]:
            entry = self._entries[number]
            alike = round(fuzz.token_set_ratio(bones, _bones(entry.sounds)) / 5)
            vowels_too = round(fuzz.token_set_ratio(sound, entry.sounds) / 5)
            return -alike, -vowels_too, self._years_apart(number, born), number

        return heapq.nsmallest(WEIGHED, among, key=distance)

    def _years_apart(self, number: int, born: int | None) -> int:
        theirs = _year(self._entries[number].record)
        return UNKNOWN_APART if born is None or theirs is None else abs(born - theirs)


SIFTED: Final = 1200
"""Of all that share a telling key, so many are asked which common ones they share as well."""
LOOKED_AT: Final = 400
TELLING: Final = 100_000
UNKNOWN_APART: Final = 3
"""Somebody of unknown age stands behind those of the same age, and before those of another."""


def _holds(postings: array[int], number: int) -> bool:
    """Whether a number is among numbers that were appended in order."""
    place = bisect_left(postings, number)
    return place < len(postings) and postings[place] == number


def _year(record: Record) -> int | None:
    if isinstance(record.born, date):
        return record.born.year
    if record.born is not None:
        return record.born
    return None if record.age is None or record.at is None else record.at.year - record.age


def _heard(name: str) -> str:
    """Return the words of a name as they sound."""
    readings = name_of(name).readings
    return " ".join(word.roots[-1].text for word in readings[0]) if readings else ""


def _bones(sounds: str) -> str:
    """Return the consonants of each word."""
    return " ".join(map(skeleton, sounds.split()))


def keys_of(record: Record) -> frozenset[int]:
    """Return by what a record is found: known names, consonants of each word and of two together, the number."""
    found: set[str] = set()
    for reading in name_of(record.name).readings:
        bones = []
        for word in reading:
            found |= {f"g{group}" for group in word.groups | word.guess.groups}
            for sound in {word.roots[0].text, word.sounds[-1].text, word.roots[-1].text}:
                bone = skeleton(sound)
                if len(bone) >= LEAST_SKELETON:
                    found.add(bone)
                    found |= {bone[:at] + bone[at + 1 :] for at in range(len(bone)) if len(bone) > LEAST_SKELETON + 1}
            bones.append(_main_key(word))
        found |= {f"{one}+{other}" for one in bones for other in bones if one < other}
    number = circumstances.number_of(record.document)
    if number:
        found.add(f"#{number}")
    return frozenset(zlib.crc32(key.encode()) for key in found)  # two that share a number cost a look, no more


def _main_key(word: names.Word) -> str:
    return f"g{min(word.groups)}" if word.groups else skeleton(word.roots[-1].text)


def forget_names() -> None:
    """Forget what was remembered of names for speed: somebody was erased, or the instance is locked."""
    for module in (chinese, circumstances, distance, known, letters, name_likeness, names, places):
        for remembered in vars(module).values():
            if hasattr(remembered, "cache_clear") and remembered.__module__ == module.__name__:
                remembered.cache_clear()
