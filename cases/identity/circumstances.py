"""What birth, document and place say of two reports; each of them may say nothing."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

from cases.identity.letters import plain
from cases.identity.places import place_agrees
from cases.identity.records import Reason, Record, Weighed

BIRTH, TURNED, YEAR, NEAR_YEARS = 3.0, 2.0, 1.5, 1.0
YEARS_RIGHT: Final = 2


def birth_says(one: Record, other: Record, *, is_common: bool) -> Weighed | None:
    """Weigh birth dates, years and ages; an age that was told at no known time says nothing."""
    if isinstance(one.born, date) and isinstance(other.born, date):
        return _dates(one.born, other.born)
    first, second = _years(one), _years(other)
    if first is None or second is None:
        return None
    apart = max(0, max(first[0], second[0]) - min(first[1], second[1]))
    exact = isinstance(one.born, int | date) and isinstance(other.born, int | date)
    if apart == 0:
        return (Reason.YEAR_AGREES, YEAR) if exact else (Reason.AGE_NEAR, NEAR_YEARS + 0.3)
    if apart <= YEARS_RIGHT:
        return Reason.AGE_NEAR, 0.4 if exact else NEAR_YEARS
    worse = 1.5 if is_common else 1.0
    return Reason.AGE_DIFFERS, -worse * min(7.0, 0.9 * (apart - YEARS_RIGHT) + 0.6)


def _dates(one: date, other: date) -> tuple[Reason, float]:
    if one == other:
        return Reason.BIRTH_AGREES, BIRTH
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return Reason.BIRTH_TURNED, TURNED
    differ = (one.year != other.year) + (one.month != other.month) + (one.day != other.day)
    apart = abs(one.year - other.year)
    if differ == 1 and apart <= 1:
        return Reason.BIRTH_DIFFERS, -0.5
    if apart > YEARS_RIGHT:
        return Reason.AGE_DIFFERS, -min(8.0, 2.5 + 0.8 * apart)
    return Reason.BIRTH_DIFFERS, -2.5


def _years(record: Record) -> tuple[int, int] | None:
    """The years in which somebody may be born."""
    if isinstance(record.born, date):
        return record.born.year, record.born.year
    if record.born is not None:
        return record.born, record.born
    if record.age is None or record.at is None:
        return None
    year = record.at.year - record.age
    return year - 1, year


LOOKS_LIKE: Final = str.maketrans({"o": "0", "i": "1", "l": "1", "о": "0", "s": "5", "b": "8", "z": "2"})
FROM_RUSSIAN: Final = str.maketrans("авекмнорстух", "abekmhopctyx")
DOCUMENT: Final = 6.0
LEAST_SIGNS: Final = 4


def document_says(one: str, other: str) -> Weighed | None:
    """Weigh two numbers of documents; one sign off is neither for nor against."""
    first, second = number_of(one), number_of(other)
    if not first or not second:
        return None
    if first == second:
        return Reason.DOCUMENT_AGREES, DOCUMENT
    if min(len(first), len(second)) >= LEAST_SIGNS and (first.endswith(second) or second.endswith(first)):
        return Reason.DOCUMENT_AGREES, DOCUMENT - 2
    if len(first) == len(second):
        off = sum(a != b for a, b in zip(first, second, strict=True))
        return (Reason.DOCUMENT_ONE_OFF, 0.0) if off == 1 else (Reason.DOCUMENT_DIFFERS, -2.5)
    return Reason.DOCUMENT_DIFFERS, -0.8


@lru_cache(maxsize=16384)
def number_of(text: str) -> str:
    """Return the signs of a document, with those that are taken for one another as one."""
    signs = "".join(one for one in plain(text) if one.isalnum()).translate(FROM_RUSSIAN)
    return signs.translate(LOOKS_LIKE)


PLACE: Final = 1.2


def place_says(one: Record, other: Record, *, is_common: bool) -> Weighed | None:
    """Weigh where they are held or were last seen: of a name that thousands bear another place tells more."""
    if not one.place or not other.place:
        return None
    if plain(one.place) == plain(other.place) or place_agrees(one.place, other.place):
        return Reason.PLACE_AGREES, PLACE
    return Reason.PLACE_DIFFERS, -1.4 if is_common else -0.6
