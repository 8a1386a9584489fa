"""What is compared and what comes of it: a record of a person, a verdict, and the words for why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date, datetime

THRESHOLD: Final = 0.5
"""From here on two records are suggested to be of one person."""


class Reason(StrEnum):
    """Why; the end of a text key. The first half speaks for it, the second against."""

    SAME_NAME = "same_name"
    SAME_NAME_OTHER_SCRIPT = "same_name_other_script"
    NAME_SPELT_OTHERWISE = "name_spelt_otherwise"
    SHORT_FORM = "short_form"
    PART_OF_NAME = "part_of_name"
    FATHER_AGREES = "father_agrees"
    BIRTH_AGREES = "birth_agrees"
    BIRTH_TURNED = "birth_turned"
    YEAR_AGREES = "year_agrees"
    AGE_NEAR = "age_near"
    PLACE_AGREES = "place_agrees"
    DOCUMENT_AGREES = "document_agrees"
    DOCUMENT_ONE_OFF = "document_one_off"
    COMMON_NAME = "common_name"
    NAME_DIFFERS = "name_differs"
    FATHER_DIFFERS = "father_differs"
    FAMILY_DIFFERS = "family_differs"
    SEX_DIFFERS = "sex_differs"
    AGE_DIFFERS = "age_differs"
    BIRTH_DIFFERS = "birth_differs"
    DOCUMENT_DIFFERS = "document_differs"
    PLACE_DIFFERS = "place_differs"


AGAINST: Final = frozenset(
    {
        Reason.COMMON_NAME,
        Reason.NAME_DIFFERS,
        Reason.FATHER_DIFFERS,
        Reason.FAMILY_DIFFERS,
        Reason.SEX_DIFFERS,
        Reason.AGE_DIFFERS,
        Reason.BIRTH_DIFFERS,
        Reason.DOCUMENT_DIFFERS,
        Reason.PLACE_DIFFERS,
    }
)
"""Reasons to doubt it."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one report tells of a person. Nothing of it shows in a repr."""

    name: str = field(repr=False)
    born: date | int | None = field(default=None, repr=False)
    """A date, or a year alone."""
    age: int | None = field(default=None, repr=False)
    at: datetime | None = None
    """When it was told (aware): from then the age counts; without it an age says nothing."""
    place: str = field(default="", repr=False)
    document: str = field(default="", repr=False)


@dataclass(frozen=True)
class Verdict:
    """How much, from 0 to 1, and why, the weightiest first."""

    score: float
    reasons: tuple[Reason, ...]

    @property
    def suggests(self) -> bool:
        """Whether people are asked to look at it."""
        return self.score >= THRESHOLD


Weighed = tuple[Reason, float]
"""A reason, and what it adds to the score or takes from it."""
