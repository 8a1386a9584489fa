"""What a field may hold. Pure: returns the value as it is kept, or says what is wrong without repeating it."""

from __future__ import annotations

import unicodedata
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cases.consent.errors import ConsentError
from cases.consent.vocabulary import FIELDS
from contacts.values import COUNTRY, REGION

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 2000
"""Characters of a value, or of a source."""
CONFIDENCES: Final = ("low", "medium", "high")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def tidy(text: str) -> str:
    """Return a text without marks nobody sees (line ends stay), NFC, blanks around it cut; raises ConsentError.

    Marks of direction would let a name read backwards; what shows a text puts its own around it.
    """
    if len(text) > LONGEST:
        raise ConsentError(f"it is longer than {LONGEST} characters; keep it shorter, and the rest in a note")
    lines = unicodedata.normalize("NFC", text).splitlines()
    return "\n".join("".join(map(_seen, line)) for line in lines).strip()


def _seen(character: str) -> str:
    kind = unicodedata.category(character)
    if character == "\t" or kind == "Zs":
        return " "
    return "" if kind in _UNSEEN else character


def value_of(name: str, text: str) -> str:
    """Return the value of a field as it is kept; raises ConsentError."""
    if name not in FIELDS:
        raise ConsentError("there is no such field; `panah case fields` lists them")
    value = tidy(text)
    if not value:
        raise ConsentError("it is empty; to take a value back, say so instead")
    form = FORMS.get(name)
    return value if form is None else _READ[form](value)


class Form(StrEnum):
    """What the value of a field is, where it is not plain words."""

    DAY = "day"
    STATE = "state"
    REGION = "region"
    YES_OR_NO = "yes_or_no"


FORMS: Final[dict[str, Form]] = {
    "birth_date": Form.DAY,
    "taken_on": Form.DAY,
    "court_date": Form.DAY,
    "entry_date": Form.DAY,
    "nationality": Form.STATE,
    "country": Form.STATE,
    "feared_state": Form.STATE,
    "region": Form.REGION,
    "removal_order": Form.YES_OR_NO,
    "asylum_asked": Form.YES_OR_NO,
    "signed": Form.YES_OR_NO,
    "fears_return": Form.YES_OR_NO,
    "minor": Form.YES_OR_NO,
    "pregnant": Form.YES_OR_NO,
    "medical_urgent": Form.YES_OR_NO,
    "survivor": Form.YES_OR_NO,
}
CODED: Final = frozenset(FORMS)
"""Fields that hold a code, a date or a yes: nothing can be hidden in them."""


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ConsentError("a date is written as 2030-12-31") from None


def _state(value: str) -> str:
    if not COUNTRY.fullmatch(value.upper()):
        raise ConsentError("a State is two letters, as in KZ")
    return value.upper()


def _region(value: str) -> str:
    if not REGION.fullmatch(value.upper()):
        raise ConsentError("a region is a code of ISO 3166-2, as in KZ-ALM")
    return value.upper()


def _yes_or_no(value: str) -> str:
    if value.lower() not in ("yes", "no"):
        raise ConsentError("it is yes or no")
    return value.lower()


_READ: Final[dict[Form, Callable[[str], str]]] = {
    Form.DAY: _day,
    Form.STATE: _state,
    Form.REGION: _region,
    Form.YES_OR_NO: _yes_or_no,
}
