"""Times as a person writes them, in English, Russian, Kazakh, Turkish, Uzbek or figures, read into instants. Pure.

What is read must be shown to whoever wrote it before anything rests on it: a language leaves room for doubt.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

LANGUAGES: Final = ("en", "ru", "kk", "tr", "uz")
MOST_WORDS: Final = 9
"""A time is said in so many words at most; what comes after them is something else."""
LONGEST_WORD: Final = 24
FARTHEST: Final = timedelta(days=3653)
"""Nobody means a time that is further away than ten years."""


class Leaning(StrEnum):
    """Where a time lies that does not say its year, or its day: ahead of now (today counts), or behind."""

    AHEAD = "future"
    BEHIND = "past"


@dataclass(frozen=True)
class Written:
    """What somebody wrote down."""

    at: datetime
    """Aware UTC; of a day without a time, its first instant in the zone it was written in."""
    day_only: bool
    rest: str
    """The words behind the time, which are no part of it."""


@dataclass(frozen=True)
class _Wall:
    """A day, with a time of day or without, by a clock on the wall; aware only where a zone was written beside it."""

    at: datetime
    day_only: bool = False


def read_when(text: str, zone: str, now: datetime, leaning: Leaning = Leaning.AHEAD) -> Written | None:
    """Read the time that a text begins with; None when it begins with none. Never raises for any text.

    ``zone`` is the IANA name of the zone it was written in, ``now`` aware. As many words as make sense together are
    the time: "30 November 10:00 room 5" has the rest "room 5". A month or a week without a day is no time.
    """
    words = unicodedata.normalize("NFKC", text).split()
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    for count in range(min(len(words), MOST_WORDS), 0, -1):
        said = _plain(words[:count])
        wall = None if said is None else _read(said, local, leaning)
        if wall is not None:
            return _placed(wall, zone, now, " ".join(words[count:]).strip(",;–—- "))
    return None


def _placed(wall: _Wall, zone: str, now: datetime, rest: str) -> Written | None:
    if abs(wall.at.year - now.year) * timedelta(days=365) > FARTHEST:
        return None
    at = wall.at.replace(tzinfo=ZoneInfo(zone)) if wall.at.tzinfo is None else wall.at
    return Written(at.astimezone(UTC), wall.day_only, rest)


def _read(said: str, local: datetime, leaning: Leaning) -> _Wall | None:
    said = _day_words(said, local.date())
    if not any(letter.isalpha() for letter in said.replace("t", "").replace("z", "")):
        return _from_figures(said, local, leaning)
    return _from_words(_DOTTED_TIME.sub(r"\g<hour>:\g<minute>", said), local, leaning)


# --- What is written is made plain ----------------------------------------------------------------------------------

_TIME: Final = r"(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?"
_ENDING: Final = re.compile(r"(?<=\d[:.]\d\d)['’-]?(?:да|де|та|те|ға|ге|da|de|ta|te)\b")
_PART_OF_DAY: Final = (
    (re.compile(rf"(?<!\S)(?:в )?{_TIME} ?(?:ч\.?|час(?:а|ов)?)? ?(?P<part>утра|дня|вечера)(?!\S)"), {"утра": 0}),
    (re.compile(rf"(?<!\S)(?P<part>таңғы|түскі|кешкі) (?:сағат )?{_TIME}(?!\S)"), {"таңғы": 0}),
    (
        re.compile(rf"(?<!\S)(?P<part>ertalab(?:ki)?|kechqurun(?:gi)?|kechki) (?:soat )?{_TIME}(?!\S)"),
        {"ertalab": 0, "ertalabki": 0},
    ),
    (re.compile(rf"(?<!\S)(?P<part>sabah|öğleden sonra|akşam) (?:saat )?{_TIME}(?!\S)"), {"sabah": 0}),
)
"""A time with its part of the day, and how many hours it adds below twelve where these are not twelve."""
_BARE_HOUR: Final = re.compile(
    r"(?<!\S)(?:в|at|saat|сағат|soat|соат) (?P<hour>[01]?\d|2[0-3])(?: ?(?:ч\.?|час(?:а|ов)?))?"
    r"(?:['’-]?(?:да|де|та|те|da|de|ta|te))?(?!\S)(?! ?[ap]\.?m)"
)
_DOTTED_TIME: Final = re.compile(r"(?<![\d.])(?P<hour>[01]?\d|2[0-3])\.(?P<minute>[0-5]\d)(?![\d.])")
_CLOCK: Final = re.compile(r"\d:\d\d")
_NUMBER_AFTER_ALL: Final = re.compile(r"\d:\d\d.* \d{1,3}")
_OFTEN_BESIDE: Final = re.compile(
    r"(?<!\S)(?:saat|сағат|soat|соат|күні|günü|kuni|куни|ближайш\w+|on|в|во|at)(?!\S)"
    r"|(?<=\d{4}) ?(?:г\.?|года?|ж\.?|жылы?|жылғы|yil|yilgi)(?!\S)"
)
_KAZAKH_MONTH: Final = re.compile(
    r"-?(қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан)"
    r"(?:да|де|та|те|ның|нің|дың|дің|тың|тің)?(?!\w)"
)
_OTHER_MONTH: Final = re.compile(
    r"(?<=\d)[ -](mart|sentyabr|oktyabr|sentabr|oktabr)(?:da|ta|'?(?:ta|da|ın|ning))?(?!\w)"
)
_MONTHS: Final = {
    "mart": "march",
    "sentyabr": "september",
    "sentabr": "september",
    "oktyabr": "october",
    "oktabr": "october",
}
"""Months as the library knows them: it takes Turkish and Uzbek March for a time zone, of the Marquesas."""


def _plain(words: list[str]) -> str | None:
    """Write a time as its readers know it; None for what can be none."""
    if any(len(word) > LONGEST_WORD for word in words):
        return None
    said = " ".join(word.strip(",;").lower() for word in words).strip()
    said = _ENDING.sub("", said)
    for form, morning in _PART_OF_DAY:
        said = form.sub(lambda found, morning=morning: f" {_by_24(found, morning)}", said)  # type: ignore[misc]
    if _CLOCK.search(said) is None:
        said = _BARE_HOUR.sub(r" \g<hour>:00", said)
    said = _KAZAKH_MONTH.sub(r" \1", _OFTEN_BESIDE.sub(" ", said))
    said = _OTHER_MONTH.sub(lambda month: f" {_MONTHS[month[1]]}", said)
    said = " ".join(said.split())
    return None if not said or said.isdecimal() or _NUMBER_AFTER_ALL.fullmatch(said) else said


def _by_24(found: re.Match[str], morning: dict[str, int]) -> str:
    hour = int(found["hour"])
    return f"{hour + (0 if found['part'] in morning or hour >= 12 else 12)}:{found['minute'] or '00'}"  # noqa: PLR2004


_DAYS_AHEAD: Final = {
    "бүрсігүні": 2, "öbür gün": 2, "ertesi gün": 2, "indinga": 2, "индинга": 2, "эртага": 1, "бугун": 0, "кеча": -1
}  # fmt: skip
"""Days the library does not know the names of, counted from today."""


def _day_words(said: str, today: date) -> str:
    for word, days in _DAYS_AHEAD.items():
        said = re.sub(rf"(?<!\S){word}(?!\S)", f"{today + timedelta(days=days):%d.%m.%Y}", said)
    return said


# --- Figures --------------------------------------------------------------------------------------------------------

_DATE: Final = (
    r"(?:(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"|(?P<d>\d{1,2})[./](?P<m>\d{1,2})(?:[./](?P<y>\d{4}|\d{2}))?\.?)"
)
_CLOCK_FIGURES: Final = r"(?P<clock>\d{1,2}[:.]\d{2})(?::\d{2}(?:\.\d+)?)?"
_FIGURES: Final = (
    re.compile(rf"{_DATE}(?:[ t]{_CLOCK_FIGURES}(?P<offset>z|[+-]\d{{2}}:?\d{{2}})?)?"),
    re.compile(rf"{_CLOCK_FIGURES} {_DATE}"),
)
_CLOCK_ALONE: Final = re.compile(r"\d{1,2}[:.]\d{2}")


def _from_figures(said: str, local: datetime, leaning: Leaning) -> _Wall | None:
    """Read figures alone: a day and a time in any order, or a time. Days stand before months: 3/12 is in December."""
    for form in _FIGURES:
        found = form.fullmatch(said)
        wall = None if found is None else _day_and_time(found, local.date(), leaning)
        if wall is not None:
            return wall
    alone = _clock(said) if _CLOCK_ALONE.fullmatch(said) else None
    return None if alone is None else _next_time(alone, local, leaning)


def _day_and_time(found: re.Match[str], today: date, leaning: Leaning) -> _Wall | None:
    on = _day(found, today, leaning)
    if on is None:
        return None
    if found["clock"] is None:
        return _Wall(datetime.combine(on, time()), day_only=True)
    at = _clock(found["clock"])
    return None if at is None else _Wall(_with_offset(datetime.combine(on, at), found.groupdict().get("offset")))


def _with_offset(at: datetime, offset: str | None) -> datetime:
    try:
        return at if offset is None else datetime.fromisoformat(f"{at.isoformat()}{offset.upper()}")
    except ValueError:
        return at


def _clock(written: str) -> time | None:
    hour, _, minute = written.replace(".", ":").partition(":")
    try:
        return time(int(hour), int(minute))
    except ValueError:
        return None


def _next_time(at: time, local: datetime, leaning: Leaning) -> _Wall:
    """The nearest such time of day on the side that is meant."""
    today = datetime.combine(local.date(), at)
    if leaning is Leaning.AHEAD:
        return _Wall(today if today > local else today + timedelta(days=1))
    return _Wall(today if today <= local else today - timedelta(days=1))


def _day(found: re.Match[str], today: date, leaning: Leaning) -> date | None:
    if found["year"]:
        return _real(int(found["year"]), int(found["month"]), int(found["day"]))
    month, day = int(found["m"]), int(found["d"])
    if found["y"]:
        return _real(int(found["y"]) + (2000 if len(found["y"]) == 2 else 0), month, day)  # noqa: PLR2004
    years = (today.year + offset if leaning is Leaning.AHEAD else today.year - offset for offset in range(9))
    days = (on for year in years if (on := _real(year, month, day)) is not None)
    return next((on for on in days if (on >= today if leaning is Leaning.AHEAD else on <= today)), None)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- Words ----------------------------------------------------------------------------------------------------------

_one_at_a_time = threading.Lock()
_YEAR: Final = re.compile(r"(?<!\d)\d{4}(?!\d)")
_ENOUGH: Final = re.compile(r"\d|\w{3}")
"""What is shorter than this is no word for a day, whatever the library takes it for."""
_HAS_TIME: Final = re.compile(r"\d:\d\d|\d ?[ap]\.?m")
_OFFSET: Final = re.compile(r"(?:utc|gmt|[+-]\d{1,2}(?::?\d{2})?)$")
"""Zones that always mean the same. What the library knows of the others may be older than a country's last change."""
_FOLLOWING: Final = re.compile(r"\b(?:next|следующ|келесі|gelecek|önümüzdeki)")
_WEEK: Final = timedelta(days=7)
_TOLD: Final = frozenset({"day", "time"})
"""How exact a time must be: weeks, months and years are none."""


def _from_words(said: str, local: datetime, leaning: Leaning) -> _Wall | None:
    wall = _by_library(said, local, leaning) if _ENOUGH.search(said) else None
    if wall is None:
        return None
    if wall.at.tzinfo is not None:
        return wall if _OFFSET.search(said) else None
    if not _YEAR.search(said) and (wall.at.month, wall.at.day) == (local.month, local.day):
        return replace(
            wall, at=wall.at.replace(year=local.year)
        )  # the day of today is today, also when its time is over
    return _this_weekday(wall, said, local, leaning)


def _this_weekday(wall: _Wall, said: str, local: datetime, leaning: Leaning) -> _Wall:
    """Take today where a day of the week is named that is today, and its time lies on the side that is meant."""
    ahead = leaning is Leaning.AHEAD
    today = wall.at - _WEEK if ahead else wall.at + _WEEK
    if (
        _FOLLOWING.search(said)
        or today.date() != local.date()
        or not (wall.day_only or (today > local if ahead else today <= local))
    ):
        return wall
    # Of another day "in a week" means another day; a Tuesday stays one.
    asked_beside = _by_library(said, local - timedelta(days=1) if ahead else local + timedelta(days=1), leaning)
    return wall if asked_beside is None or asked_beside.at != today else replace(wall, at=today)


def _by_library(said: str, local: datetime, leaning: Leaning) -> _Wall | None:
    """Ask dateparser, which takes a moment to load and is not made for several who ask at once."""
    with _one_at_a_time:
        from dateparser.date import DateDataParser

        settings = {
            "PREFER_DATES_FROM": str(leaning),
            "RELATIVE_BASE": local,
            "DATE_ORDER": "DMY",
            "PARSERS": ["relative-time", "absolute-time"],
            "RETURN_TIME_AS_PERIOD": True,
        }
        try:
            found = DateDataParser(languages=list(LANGUAGES), settings=settings).get_date_data(said)
        except (ValueError, OverflowError, TypeError, AttributeError, IndexError, KeyError, RecursionError):
            return None  # whatever somebody typed that its authors did not think of
    if found.date_obj is None or found.period not in _TOLD:
        return None
    if found.period == "time" or _HAS_TIME.search(said):  # it takes a time that is just now for none
        return _Wall(found.date_obj.replace(second=0, microsecond=0))
    return _Wall(datetime.combine(found.date_obj.date(), time()), day_only=True)
