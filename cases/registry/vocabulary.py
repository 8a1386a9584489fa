"""What an entry of the registry can hold: a fixed set of fields, each read in one way. Pure."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cases.consent.errors import ConsentError
from cases.consent.values import tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OWN_ID: Final = "id"
"""By what the source itself knows an entry; it is never kept, only a fingerprint of it."""
NAMES: Final = ("name", "name_latin", "name_cyrillic", "name_arabic", "name_chinese")
"""A name as the list writes it, and in scripts; one of them has to be there."""
FIELDS: Final = (
    *NAMES,
    "born",
    "document",
    "region",
    "place",
    "since",
    "until",
    "status",
    "happened",
    "basis",
    "url",
    "note",
)
"""In the order in which they are shown. ``born``, ``since`` and ``until`` are a year, a month or a day."""
EARLIEST: Final = 1900
LONGEST_LINE: Final = 200
"""Characters of what is one line: a name, a place."""


class Status(StrEnum):
    """Where the person is, as the source has it."""

    HELD = "held"
    SENTENCED = "sentenced"
    RELEASED = "released"
    DEPORTED = "deported"
    MISSING = "missing"
    DIED = "died"
    ABROAD = "abroad"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """Why it may be kept: the person agreed, the family asked for it, or the source has published it."""

    CONSENT = "consent"
    FAMILY = "family"
    PUBLIC = "public"


class FieldError(ValueError):
    """What stands there cannot be taken; the message says what is wrong and never what stands there."""


class First(StrEnum):
    """What stands first in a date with slashes whose year stands last."""

    DAY = "day"
    MONTH = "month"


def value_of(field: str, written: str, first: First | None = None) -> str:
    """Return what is kept of what stands in a cell, empty for an empty one; raises FieldError.

    ``first``: what 03/04/2018 begins with, as whoever knows the list said; unsaid, such a date is refused.
    """
    try:
        text = tidy(written)
    except ConsentError as error:
        raise FieldError(str(error)) from None
    if not text:
        return ""
    return _day(text, first) if field in DAYS else _READ.get(field, _line)(text)


def _line(text: str) -> str:
    line = " ".join(text.split())
    if len(line) > LONGEST_LINE:
        raise FieldError(f"it is longer than {LONGEST_LINE} characters")
    return line


def _name(text: str) -> str:
    line = _line(text)
    if not any(letter.isalpha() for letter in line):
        raise FieldError("there is no letter in it")
    return line


def _word(kinds: type[Status | Basis]) -> Callable[[str], str]:
    def read(text: str) -> str:
        word = " ".join(text.split()).casefold()
        if word not in set(kinds):
            raise FieldError(f"it is none of {', '.join(kinds)}; say with --value what it stands for")
        return word

    return read


DAYS: Final = frozenset({"born", "since", "until"})
_DAY_FORMS: Final = (
    re.compile(r"(?P<y>\d{4})(?:[-./](?P<m>\d{1,2})(?:[-./](?P<d>\d{1,2}))?)?"),
    re.compile(r"(?:(?P<d>\d{1,2})\.)?(?P<m>\d{1,2})[./](?P<y>\d{4})"),
)
_SLASHED: Final[Mapping[First, re.Pattern[str]]] = {
    First.DAY: re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
    First.MONTH: re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})"),
}


def _day(text: str, first: First | None) -> str:
    """A year, a month or a day, as ISO has it; with dots, days stand before months where the year stands last."""
    if first is None and _SLASHED[First.DAY].fullmatch(text.strip()):
        raise FieldError("day and month could be taken for each other; say with --dates which stands first")
    forms = _DAY_FORMS if first is None else (*_DAY_FORMS, _SLASHED[first])
    found = next((match for form in forms if (match := form.fullmatch(text.strip()))), None)
    if found is None:
        raise FieldError("it is no year, month or day; write 2018, 2018-03 or 2018-03-05")
    year, month, day = int(found["y"]), found["m"], found["d"]
    try:
        on = date(year, int(month or 1), int(day or 1))
    except ValueError:
        raise FieldError("there is no such day") from None
    if year < EARLIEST:
        raise FieldError(f"it is before {EARLIEST}")
    whole = on.isoformat()
    return whole if day else whole[:7] if month else whole[:4]


_READ: Final[Mapping[str, Callable[[str], str]]] = {
    **dict.fromkeys(NAMES, _name),
    "status": _word(Status),
    "basis": _word(Basis),
    "happened": lambda text: text,
    "note": lambda text: text,
}
