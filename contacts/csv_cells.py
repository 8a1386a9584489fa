"""How one cell of a contacts file is read: text in, a checked value out, or a reason that never repeats the text."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

import phonenumbers
from babel import Locale
from babel.core import get_global

from contacts.csv_text import RejectedError, at_most, clean, latin, one_code, one_line
from contacts.values import COUNTRY, REGION, Gender, Role

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_NOTES = 4000
MAX_EMAIL = 254
MAX_OTHER = 2000
MAX_LIST = 100
MAX_CASES = 10_000

_LANGUAGE = re.compile(r"([a-z]{2,3})(-[a-z]{4})?(-(?:[a-z]{2}|[0-9]{3}))?")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
_NUMBER = re.compile(r"\+[0-9][0-9 ().-]*")
_MANGLED_NUMBER = re.compile(r"\+?[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
_HANDLE = re.compile(r"@?([A-Za-z][A-Za-z0-9_]{2,31})")
_TELEGRAM_LINK = re.compile(r"(?:https?://)?(?:t\.me|telegram\.me)/(?![+])", re.IGNORECASE)
_TELEGRAM_ID = re.compile(r"[0-9]{1,20}")
_OTHER = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[!-\[\]-~]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_GENDERS = {
    Gender.FEMALE: ("female", "f", "woman", "w", "ж", "жен", "женский", "женщина", "әйел", "女"),
    Gender.MALE: ("male", "m", "man", "м", "муж", "мужской", "мужчина", "ер", "еркек", "ер адам", "男"),
    Gender.OTHER: ("other", "x", "nonbinary", "non-binary", "другой", "басқа"),
}
_GENDER_OF = {word: gender for gender, words in _GENDERS.items() for word in words}


def name(cell: str) -> str:
    """A person's name in any script."""
    line = one_line(cell)
    if "?" in line:
        raise RejectedError(
            "it holds a question mark: spreadsheets write one for each letter they cannot save; save as UTF-8"
        )
    if not any(character.isalnum() for character in line):
        raise RejectedError("it holds no letter; write the name by which the team knows the person")
    return line


def notes(cell: str) -> str:
    """Free text of several lines."""
    return at_most(clean(cell), MAX_NOTES)


def texts(cell: str) -> tuple[str, ...]:
    """A list of words separated by `;` or line breaks, each once, in the order written."""
    return _each(re.split(r"[;\n]", clean(cell)), one_line)


def role(cell: str) -> Role:
    """One of the roles, in any case of letters."""
    word = one_code(cell).lower()
    if word not in set(Role):
        raise RejectedError(f"this is not a role; write one of: {', '.join(Role)}")
    return Role(word)


def regions(cell: str) -> tuple[str, ...]:
    """A list of countries and their parts, such as `KZ` and `KZ-ALM`."""
    return _each(_codes(cell), _region)


def languages(cell: str) -> tuple[str, ...]:
    """A list of languages, such as `kk`, `kk-Arab`, `ug`."""
    return _each(_codes(cell), _language)


def country(cell: str) -> str:
    """The country in which the person is, such as `KZ`."""
    code = latin(one_code(cell)).upper()
    if not COUNTRY.fullmatch(code) or code not in _countries():
        raise RejectedError("this is not a country code; write the two letters of ISO 3166-1, such as KZ or TR")
    return code


def timezone(cell: str) -> str:
    """An IANA time zone known to the pinned time zone data, in its official spelling."""
    zone = _zones().get(latin(one_code(cell)).lower().replace(" ", "_"))
    if zone is None:
        raise RejectedError("this is not a known time zone; write an IANA name, such as Asia/Almaty")
    return zone


def number(cell: str) -> str:
    """A phone number as E.164.

    It has to be *possible* (a length its country uses), not assigned: operators open new ranges before
    any library knows them, and a number wrongly refused is a person who is never called.
    """
    digits = re.sub(r"[\u2010-\u2015\u2212]", "-", one_code(cell))
    if _MANGLED_NUMBER.fullmatch(digits):
        raise RejectedError(
            "the spreadsheet turned the phone number into a rounded one; "
            "format the column as text and type it again, such as +7 700 000 00 01"
        )
    if not digits.startswith("+"):
        raise RejectedError(
            "a phone number must begin with + and the country code, such as +7 700 000 00 01; "
            "format the column as text, or the spreadsheet drops the +"
        )
    if not _NUMBER.fullmatch(digits):
        raise RejectedError("write one phone number only: +, then digits; no letters, no extension, no second number")
    written = _e164(digits)
    # A national 0 behind the country code is dropped, as it should be; if another one follows, which digits are meant
    # cannot be known.
    if _e164(written) != written:
        raise RejectedError("there are too many zeros behind the country code; write the number as dialled from abroad")
    return written


def telegram(cell: str) -> str:
    """A Telegram user: `@handle`, a numeric id, or the account's number as E.164.

    It is only a hint for people: an account counts once it is linked from that account itself.
    """
    value = _TELEGRAM_LINK.sub("", one_code(cell), count=1)
    if value.startswith("+"):
        return number(value)
    if _TELEGRAM_ID.fullmatch(value):
        return value
    handle = _HANDLE.fullmatch(value)
    if handle is None:
        raise RejectedError(
            "this is not a Telegram user; write @handle, the numeric id of the person (not of a group) or a number"
        )
    return f"@{handle[1]}"


def email(cell: str) -> str:
    """One e-mail address, safe to put in a header; its domain in small letters."""
    address = latin(one_line(cell, MAX_EMAIL))
    if not _EMAIL.fullmatch(address):
        raise RejectedError("this is not one e-mail address; write it alone, such as name@example.org")
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def other(cell: str) -> str:
    """An address of Apprise's, which is a secret: only its form is looked at here, its kind when it is used."""
    address = one_line(cell, MAX_OTHER)
    if not _OTHER.fullmatch(address):
        raise RejectedError(
            "this is not one address of Apprise's; write a scheme, :// and the rest, without blanks, "
            "such as ntfys://ntfy.example.org/topic"
        )
    return address


def case_limit(cell: str) -> int:
    """How many cases the person takes at a time; 0 means none for now."""
    digits = one_code(cell)
    if not (digits.isascii() and digits.isdigit()):
        raise RejectedError("write a whole number, 0 or more, without a decimal point")
    # Leading zeros are harmless; a very long run of digits must not reach int().
    digits = digits.lstrip("0") or "0"
    if len(digits) > len(str(MAX_CASES)) or int(digits) > MAX_CASES:
        raise RejectedError(f"this is more cases than anybody can take; write at most {MAX_CASES}, or leave it empty")
    return int(digits)


def gender(cell: str) -> Gender:
    """One of the genders, also by its usual abbreviations in the team's languages."""
    word = one_line(cell).casefold()
    if word not in _GENDER_OF:
        raise RejectedError(f"write one of: {', '.join(Gender)}, or leave it empty")
    return _GENDER_OF[word]


def day(cell: str) -> date:
    """A calendar day."""
    written = one_code(cell)
    if _DATE.fullmatch(written):
        try:
            return date.fromisoformat(written)
        except ValueError:
            raise RejectedError("there is no such day in the calendar; check the month and the day") from None
    raise RejectedError("write the day as year-month-day, such as 2030-12-31; the spreadsheet may have changed it")


COLUMNS: Final[dict[str, Callable[[str], object]]] = {
    "name": name,
    "role": role,
    "regions": regions,
    "languages": languages,
    "specialities": texts,
    "timezone": timezone,
    "country": country,
    "telegram": telegram,
    "sms": number,
    "voice": number,
    "email": email,
    "max_active_cases": case_limit,
    "gender": gender,
    "avoid": texts,
    "may_act_until": day,
    "verified_by": one_line,
    "notes": notes,
    "other": other,
}
"""Every column of the file, in the order in which it is written, and how a cell that holds something is read."""


def _region(code: str) -> str:
    shape = REGION.fullmatch(latin(code).upper())
    if shape is None or shape[1] not in _countries():
        raise RejectedError(
            "one of these is not a region; write ISO 3166-2 codes separated by semicolons, such as KZ or KZ-ALM"
        )
    return shape[0]


def _language(code: str) -> str:
    shape = _LANGUAGE.fullmatch(latin(code).lower().replace("_", "-"))
    language = _known_language(shape[1]) if shape else None
    if shape is None or language is None:
        raise RejectedError(
            "one of these is not a language; write ISO 639 codes separated by semicolons, "
            "such as kk (Kazakh), kk-Arab, ug (Uyghur), ru, zh (Chinese), en, tr, uz"
        )
    return language + (shape[2] or "").title() + (shape[3] or "").upper()


def _known_language(code: str) -> str | None:
    """The shortest official code, or None. All of three letters are let through: no list has every small language."""
    modern = get_global("language_aliases").get(code)
    if modern is not None and re.fullmatch("[a-z]{2,3}", modern):
        return str(modern)
    return code if len(code) == 3 or code in _language_codes() else None  # noqa: PLR2004 (ISO 639-2 and -3)


def _e164(digits: str) -> str:
    try:
        parsed = phonenumbers.parse(digits, None)
    except phonenumbers.NumberParseException:
        raise RejectedError("no country has phone numbers that begin like this; check the digits after +") from None
    if not phonenumbers.is_possible_number(parsed):
        raise RejectedError("a phone number of that country has another length; a digit is missing or too many")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _each(parts: list[str], read: Callable[[str], str]) -> tuple[str, ...]:
    items = [read(part) for part in parts if part.strip()]
    if len(items) > MAX_LIST:
        raise RejectedError(f"the list is longer than {MAX_LIST}")
    first: dict[str, str] = {}
    for item in items:
        first.setdefault(item.casefold(), item)
    return tuple(first.values())


def _codes(cell: str) -> list[str]:
    return re.split(r"[;,\s]+", unicodedata.normalize("NFKC", clean(cell)))


@cache
def _countries() -> frozenset[str]:
    known = map(str, Locale("en").territories)
    return frozenset(code for code in known if COUNTRY.fullmatch(code)) - _NOT_COUNTRIES


@cache
def _language_codes() -> frozenset[str]:
    return frozenset(Locale("en").languages)


@cache
def _zones() -> dict[str, str]:
    # The list of the pinned package: what this machine's own files happen to hold must not decide.
    listed = (resources.files("tzdata") / "zones").read_text(encoding="ascii").split()
    return {zone.lower(): zone for zone in listed if zone != "Factory"}
