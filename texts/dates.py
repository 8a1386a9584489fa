"""Instants as a person reads them: in local time, with the city whose clock is meant.

Formats, month names and most city names come from CLDR through Babel. Hours are always 00 to 23, because an
alert that says 7:30 must not be read as evening by one person and morning by another.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import TIMEDELTA_UNITS, format_date, format_skeleton, format_timedelta, get_timezone_location

# English as written outside the United States: 5 March 2026, never 3/5 or 5/3.
_LOCALES: Final[Mapping[str, str]] = {
    "en": "en_001",
    "ru": "ru",
    "kk": "kk",
    "kk-Arab": "kk_Arab",
    "ug": "ug",
    "zh": "zh_Hans",
    "tr": "tr",
    "uz": "uz_Latn",
}
_COMMAS: Final[Mapping[str, str]] = {"kk-Arab": "، ", "ug": "، ", "zh": " "}

# CLDR has no Uyghur names of cities yet; these are the ones our people live in.
_UYGHUR_CITIES: Final[Mapping[str, str]] = {
    "Asia/Almaty": "ئالمۇتا",
    "Asia/Bangkok": "بانكوك",
    "Asia/Bishkek": "بىشكەك",
    "Asia/Dubai": "دۇبەي",
    "Asia/Kuala_Lumpur": "كۇئالالۇمپۇر",
    "Asia/Shanghai": "شاڭخەي",
    "Asia/Tashkent": "تاشكەنت",
    "Asia/Urumqi": "ئۈرۈمچى",
    "Europe/Berlin": "بېرلىن",
    "Europe/Istanbul": "ئىستانبۇل",
    "Europe/Moscow": "موسكۋا",
}


def age(since: timedelta, language: str) -> str:
    """Return how long something has lasted, in its largest unit: "5 min", "3 days"."""
    seconds = since.total_seconds()
    unit = next((unit for unit in _UNITS if abs(seconds) >= unit), 1)
    return _age(round(seconds / unit) * unit, language)


def time_left(span: timedelta, language: str) -> str:
    """Return how much time is left, in the largest unit of which there are two: "10 days", "47 hrs".

    Never more than there is: of ten days and a half nobody may read two weeks.
    """
    seconds = max(int(span.total_seconds()), 0)
    unit = next((unit for unit in _UNITS if seconds >= _TWO * unit), 1)
    return _age(seconds // unit * unit, language, _TWO)


_TWO: Final = 2
_UNITS: Final = tuple(seconds for _, seconds in TIMEDELTA_UNITS)
"""Seconds of a year, a month, …, a second."""


@lru_cache(maxsize=8192)
def _age(seconds: int, language: str, threshold: int = 1) -> str:
    """Return it of whole units, at least ``threshold``: there are few of them, and CLDR's plurals take their time."""
    span = timedelta(seconds=seconds)
    return format_timedelta(span, locale=_LOCALES.get(language, _LOCALES["en"]), format="short", threshold=threshold)


class NaiveDatetimeError(ValueError):
    """An instant without a time zone: nobody can say when it is."""


@lru_cache(maxsize=8192)
def local_time(
    at: datetime,
    zone: str,
    language: str,
    *,
    with_date: bool = False,
    with_weekday: bool = False,
    with_city: bool = True,
) -> str:
    """Return an instant as the clock of `zone` shows it, with the zone's city: "22:05 (Almaty)".

    `zone` is an IANA name. With `with_date` the day stands before: "5 March 2026, 22:05 (Almaty)"; with
    `with_weekday` too that of the week: "Thursday, 5 March 2026, 22:05 (Almaty)". Without `with_city` the reader
    must be told elsewhere whose clock it is.
    A language we do not speak is answered in English, as by `texts.catalogue.say`. Raises NaiveDatetimeError
    for an instant without a zone, zoneinfo.ZoneInfoNotFoundError for a zone that does not exist.
    """
    local = _at_zone(at, zone)
    clock = f"{local:%H:%M} ({city(zone, language)})" if with_city else f"{local:%H:%M}"
    if not with_date:
        return clock
    return f"{_day(local.date(), language, with_weekday=with_weekday)}{_COMMAS.get(language, ', ')}{clock}"


@lru_cache(maxsize=8192)
def local_date(at: datetime, zone: str, language: str, *, with_weekday: bool = False) -> str:
    """Return the day an instant falls on in `zone`, in full: "5 March 2026". Raises as `local_time`."""
    return _day(_at_zone(at, zone).date(), language, with_weekday=with_weekday)


def written_day(iso: str, language: str) -> str:
    """Return a day (``2026-03-05``) or a month (``2026-03``) in full: "5 March 2026", "March 2026".

    Raises ValueError for anything else.
    """
    if len(iso) == len("2026-03"):
        month = date.fromisoformat(f"{iso}-01")
        return format_skeleton("yMMMM", month, locale=_locale(language)).replace("\u202f", "\u00a0")
    return format_date(date.fromisoformat(iso), "long", locale=_locale(language)).replace("\u202f", "\u00a0")


@lru_cache(maxsize=4096)
def weekday(day: date, language: str) -> str:
    """Return the short name of a day of the week: "Thu"."""
    return format_date(day, "ccc", locale=_locale(language))


def short_day(at: datetime, zone: str, language: str) -> str:
    """Return the day an instant falls on in `zone` where there is little room: "5 Mar". Raises as `local_time`."""
    return _short_day(_at_zone(at, zone).date(), language)


@lru_cache(maxsize=4096)
def _short_day(of: date, language: str) -> str:
    return format_skeleton("MMMd", of, locale=_locale(language)).replace("\u202f", "\u00a0")


@lru_cache(maxsize=4096)
def territory(code: str, language: str) -> str:
    """Return what a State (ISO 3166-1 alpha-2) is called; its code where CLDR has no name in this language."""
    name: str | None = _locale(language).territories.get(code) or _locale("en").territories.get(code)
    return name or code


def stamp(at: datetime, zone: str) -> str:
    """Return an instant in figures alone, the day before the month, for where there is no room: "05.03 22:05"."""
    return f"{_at_zone(at, zone):%d.%m %H:%M}"


def _at_zone(at: datetime, zone: str) -> datetime:
    if at.utcoffset() is None:
        raise NaiveDatetimeError("an instant needs a time zone before it can be told")
    return at.astimezone(ZoneInfo(zone))


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, _LOCALES["en"]))


@lru_cache(maxsize=4096)
def _day(of: date, language: str, *, with_weekday: bool = False) -> str:
    day = format_date(of, "full" if with_weekday else "long", locale=_locale(language))
    # CLDR's narrow no-break space is a box on older phones.
    return day.replace("\u202f", "\u00a0")


@lru_cache(maxsize=256)
def city(zone: str, language: str) -> str:
    """Return the city that a zone is called by: "Almaty". Raises zoneinfo.ZoneInfoNotFoundError for what is no zone."""
    if language == "ug" and zone in _UYGHUR_CITIES:
        return _UYGHUR_CITIES[zone]
    name = get_timezone_location(ZoneInfo(zone), locale=_locale(language), return_city=True)
    # CLDR spells the Kazakh high hamza with the full-size letter; our catalogues, and fonts, have its own.
    return name.replace("\u0621", "\u0674") if language == "kk-Arab" else name
