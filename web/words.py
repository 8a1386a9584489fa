"""What the templates speak with: the words of one language, chosen once for a whole page."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cases.consent.values import FORMS, Form
from cases.pictures import CLEANED
from texts.bidi import isolate
from texts.catalogue import keys, say, say_plain, spoken
from texts.dates import age, city, local_date, local_time, territory, written_day
from texts.locale import is_right_to_left

if TYPE_CHECKING:
    from datetime import date, datetime

FALLBACK_LANGUAGE = "en"
DAYS = "web.days_and_clock"
TELLING = "web.show"
"""A key of the pages: whichever language has it, has them all."""
# Overrides and embeddings show letters in an order nobody wrote; marks and isolates are left to those who type them.
_MIRRORS = dict.fromkeys(range(0x202A, 0x202F))
FILES = frozenset({"voice", "photo", "video", "document"})
"""What has something to look at or listen to beside its words."""

KILO, MEGA = 1000, 1_000_000


def readable(text: str) -> str:
    """Return what somebody wrote as it can be shown: nothing that turns letters round, no control characters.

    What is kept stays as it was received.
    """
    return "".join(map(_shown, text.translate(_MIRRORS)))


def _shown(character: str) -> str:
    if character == "\n":
        return character
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cs":
            return "\ufffd"
        case _:
            return character


class Words:
    """The words of one page. Those of a reader whose language has no pages come in the nearest that does.

    ``telling``: a key of the page; whichever language has it, has all of the page. ``says_whose_clock``: the page says
    once whose clock its times are by, and no time says it again that is not by another.
    """

    def __init__(self, language: str, zone: str, *, telling: str = TELLING, says_whose_clock: bool = False) -> None:
        self.language = spoken(telling, language)
        self.right_to_left = is_right_to_left(self.language)
        self.zone = zone
        self._says_whose_clock = says_whose_clock

    def t(self, key: str, **values: str | int) -> str:
        """One text."""
        return say(key, self.language, **values)

    def at(self, instant: datetime, zone: str | None = None, *, with_weekday: bool = False) -> str:
        """An instant in local time, with its day: that of the reader, or of ``zone``."""
        with_city = not self._says_whose_clock or (zone is not None and self.differs(instant, zone))
        return local_time(
            instant, zone or self.zone, self.language, with_date=True, with_weekday=with_weekday, with_city=with_city
        )

    def there(self, instant: datetime, zone: str) -> str:
        """The same instant by the clock of ``zone``, beside the reader's: with its day only where that is another."""
        here, other = instant.astimezone(ZoneInfo(self.zone)), instant.astimezone(ZoneInfo(zone))
        return local_time(instant, zone, self.language, with_date=here.date() != other.date())

    @property
    def city(self) -> str:
        """The city whose clock the reader's times are by."""
        return city(self.zone, self.language)

    def on(self, instant: datetime, zone: str | None = None) -> str:
        """The local day of an instant: that of the reader, or of ``zone``."""
        return local_date(instant, zone or self.zone, self.language)

    def day(self, day: date) -> str:
        """A day that is one wherever it is read."""
        return written_day(day.isoformat(), self.language)

    def differs(self, instant: datetime, zone: str) -> bool:
        """Whether clocks in ``zone`` show another time then than those of the reader."""
        return instant.astimezone(ZoneInfo(zone)).utcoffset() != instant.astimezone(ZoneInfo(self.zone)).utcoffset()

    def span(self, instant: datetime, now: datetime) -> str:
        """How far away an instant is, as a clock shows it: 0:12:41; from a day on without seconds, days before it."""
        seconds = int(abs((now - instant).total_seconds()))
        days, rest = divmod(seconds, 86400)
        clock = f"{rest // 3600}:{rest // 60 % 60:02}"
        return self.t(DAYS, days=days, clock=clock) if days else f"{clock}:{rest % 60:02}"

    def lasting(self, span: timedelta) -> str:
        """How long something has lasted, or will, in its largest unit."""
        return age(max(span, timedelta(0)), self.language)

    def option(self, question: str, chosen: str) -> str:
        """What was chosen; a choice the program no longer knows stands as it was kept."""
        key = f"option.{question}.{chosen}"
        return self.t(key) if key in keys() else isolate(chosen)

    def event(self, event: str) -> str:
        """What an event of a docket is called; one that nobody has named yet as it is kept."""
        key = f"event.{event}"
        return self.t(key) if key in keys() else isolate(event.replace("_", " "))

    def kind(self, sent: str) -> str:
        """What kind of thing was sent."""
        key = f"web.kind.{sent}"
        return self.t(key if key in keys() else "web.kind.other")

    @staticmethod
    def size(count: int) -> str:
        """So many bytes, as people write it."""
        return f"{count / MEGA:.1f} MB" if count >= MEGA else f"{-(-count // KILO)} kB"

    def question(self, asked: str) -> str:
        """The label of a question; a detail of the menu is called what its button was called."""
        label = f"web.question.{asked}"
        return self.t(label if label in keys() else f"option.{asked}")

    def field_value(self, name: str, value: str) -> str:
        """The value of a field of a person, as people read it: a State by its name, a yes, a day."""
        match FORMS.get(name):
            case Form.STATE:
                return territory(value, self.language)
            case Form.DAY:
                return written_day(value, self.language)
            case Form.YES_OR_NO:
                return self.t(f"web.{value}")
            case _:
                return value

    def in_templates(self) -> dict[str, Any]:
        """Everything, by the names templates use."""
        return {
            "days": say_plain(DAYS, self.language, days="{days}", clock="{clock}"),
            "language": self.language,
            "direction": "rtl" if self.right_to_left else "ltr",
            "t": self.t,
            "at": self.at,
            "there": self.there,
            "city": self.city,
            "on": self.on,
            "day": self.day,
            "differs": self.differs,
            "span": self.span,
            "lasting": self.lasting,
            "option": self.option,
            "event": self.event,
            "kind": self.kind,
            "question": self.question,
            "size": self.size,
            "field_value": self.field_value,
            "files": FILES,
            "cleaned": CLEANED,
        }
