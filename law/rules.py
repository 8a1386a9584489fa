"""The rules as data: what may be asked of them, and a fingerprint of everything a lawyer's sign-off binds.

Read from ``law/rules/*.yaml`` by :func:`load_rules`; no database, no clock. How a file is written: docs/law.md.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import time
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from law.errors import UnknownRuleError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

    from law.calendars import Calendar

EVERYWHERE: Final = "INTL"
"""The jurisdiction of rules that are not one State's."""

Confidence = Literal["high", "medium", "low"]
SURENESS: Final[tuple[Confidence, ...]] = ("high", "medium", "low")
"""From sure to doubtful."""


class Kind(StrEnum):
    """Whom a rule binds."""

    USER_ACTION = "user_action"
    """Our side must have acted by then."""
    AUTHORITY_LIMIT = "authority_limit"
    """The State must have acted by then: told when near, and when broken."""
    INFO = "info"
    """A date or moment that has an effect; nothing is filed."""
    OPERATIONAL = "operational"
    """Our own rule of safety, not law."""


class Track(StrEnum):
    """The proceedings a person may be in, side by side. Safety in one is not safety in another."""

    ADMINISTRATIVE = "administrative"
    CRIMINAL = "criminal"
    EXTRADITION = "extradition"
    ASYLUM = "asylum"
    UN = "un"
    """Before an international body, of the United Nations or not."""
    CUSTODY = "custody"
    """No proceedings: what happens to the person. No rule of law is of it."""


class Unit(StrEnum):
    """What a period is counted in."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True)
class Source:
    """Where a rule was read: the law, the article in it, and in which edition."""

    id: str
    law: str
    article: str
    edition: str
    edition_date: str | None
    """As exact as it is known: ``2026-07-12``, ``2018-07``, ``2024``; None if the text bears no date."""
    edition_confirmed: bool
    url: str


@dataclass(frozen=True)
class Period:
    """How long. ``value`` None takes the date from the ruling; 0 means at once, or on the same day."""

    value: int | None
    unit: Unit
    native_wording: str = ""
    days_before_ruling_date: int = 0
    """Only where the ruling gives the date: so many days before it everything must be done."""


@dataclass(frozen=True)
class Extension:
    """A step by which an authority can lengthen the period: by ``plus``, or to ``up_to`` from the trigger.

    Both are None where only the ground is known, not the length.
    """

    plus: int | None
    up_to: int | None
    unit: Unit
    ground: str


@dataclass(frozen=True)
class Counting:
    """How a law counts. Everything :mod:`law.counting` does follows from these fields, nothing from ids."""

    id: str
    law: str
    sources: tuple[str, ...]
    as_of: str | None
    confidence: Confidence
    unit_basis: Literal["continuous_hours", "civil_days"]
    """Continuous: days are spans of 24 hours from the minute. Civil: days are those of the calendar on the wall."""
    first_hour: Literal["included", "excluded"]
    """Of periods in hours. Excluded: they run from the next full hour; only the arguable date believes it."""
    first_day: Literal["included", "excluded", "unknown"]
    """Of periods in days. Unknown: it counts where that makes a period end earlier for safety, and not where the
    question is what can be argued. Months and years end on the matching date either way."""
    ends: Literal["end_of_day", "same_minute"]
    reading: tuple[str, ...]
    doubt: str = ""
    days_may_mean_working_days: bool = False
    """Days off may not count, as the text can be understood; only the arguable date relies on it."""
    working_days_confidence: Confidence | None = None
    """How sure that understanding is, where it is less so than the text; no safe date goes by it."""
    in_time_when: Literal["received", "posted", "unknown"] = "unknown"
    detained_in_time_when: Literal["handed_to_facility", "unknown"] = "unknown"
    office_hours_end_it: bool = False
    """What must be done at the office itself must be done before it closes."""
    zone: str | None = None
    """Where the office is whose clock decides; None: where the person is held."""
    calendar: str | None = None
    """The jurisdiction whose working days count; None: the rule's own."""
    day_ends_at: time | None = None
    """When the office's day ends; None: midnight."""
    office_closes_at: time = time(18, 0)
    """When nobody is there any more to take what is brought; only the safe date goes by it."""

    @property
    def may_close_with_the_office(self) -> bool:
        """Whether what comes in the evening may be late: unless it is known that posting in time is enough."""
        return self.office_hours_end_it or self.in_time_when != "posted"


@dataclass(frozen=True)
class Rule:
    """One deadline or moment of the law, with where it was read and how sure we are."""

    id: str
    jurisdiction: str
    title: str
    kind: Kind
    track: Track
    trigger_event: str
    safe_trigger_event: str | None
    """An earlier event from which the safe date counts, if it is known."""
    period: Period
    safe_period: Period | None
    safe_note: str
    direction: Literal["after_trigger", "before_trigger"]
    extensions: tuple[Extension, ...]
    counting: Counting
    roll_if_non_working: bool
    """A last day that is not a working day moves to the next one; only the arguable date does."""
    only_in: tuple[str, ...]
    """The jurisdictions where a rule of EVERYWHERE can help; empty: all."""
    action_required: str
    addressee: str
    consequence_if_missed: str
    source: Source
    as_of: str | None
    confidence: Confidence
    needs_recheck: bool
    notes: str
    also: tuple[Source, ...] = ()
    """Where else something of it was read."""
    passing_harms: bool = False
    """Of a moment of the law (``INFO``): its coming harms the person, and something can be done before it."""

    @property
    def date_confidence(self) -> Confidence:
        """How sure a date is that is counted by it: as the rule, or as the way of counting, whichever is less sure."""
        return max(self.confidence, self.counting.confidence, key=SURENESS.index)

    @property
    def edition(self) -> str:
        """The edition in which the rule was read."""
        return self.source.edition

    @property
    def calendar(self) -> str:
        """The jurisdiction whose working days count."""
        return self.counting.calendar or self.jurisdiction

    def begins_with(self, event: str) -> bool:
        """Whether this event starts the rule's clock, or its safe date."""
        return event in (self.trigger_event, self.safe_trigger_event)

    def text_hash(self) -> str:
        """Return the SHA-256, hexadecimal, of all that a sign-off binds.

        That is everything here, with the counting rule and the source, except how sure we are (``confidence``,
        ``needs_recheck``), since what a signature is there to change does not undo it, and ``track``, by which we sort.
        """
        bound = asdict(self)
        for unbound in ("confidence", "needs_recheck", "track"):
            del bound[unbound]
        del bound["counting"]["confidence"], bound["counting"]["working_days_confidence"]
        canonical = json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
        return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class Doubt:
    """Where sources contradict each other, or one that matters could not be read."""

    id: str
    jurisdiction: str
    topic: str
    detail: str
    action: str
    severity: Literal["critical", "high", "medium", "low"]
    rules: tuple[str, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Point:
    """One sentence for a person in danger, with its sources."""

    point: str
    sources: tuple[str, ...]
    article: str


@dataclass(frozen=True)
class Card:
    """Know your rights: what a person may ask for and need not sign."""

    id: str
    jurisdiction: str
    title: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Lever:
    """Something that can hold a removal back and is not a deadline."""

    id: str
    jurisdiction: str
    text: str
    source: Source
    confidence: Confidence


@dataclass(frozen=True)
class Instrument:
    """A body outside the country that can be asked, and what it wants to know."""

    id: str
    name: str
    kazakhstan: str
    interim: str
    exhaustion: str
    time_limit: str
    procedures: str
    languages: str
    content: tuple[str, ...]
    contact: str
    note: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True)
class Jurisdiction:
    """A State, or EVERYWHERE, and what belongs to it beside its rules."""

    code: str
    name: str
    zone: ZoneInfo
    calendar: Calendar
    not_researched: tuple[str, ...]


@dataclass(frozen=True)
class Rulebook:
    """All rules of all jurisdictions."""

    rules: tuple[Rule, ...]
    jurisdictions: Mapping[str, Jurisdiction]
    countings: Mapping[str, Counting]
    doubts: tuple[Doubt, ...]
    cards: tuple[Card, ...]
    levers: tuple[Lever, ...]
    instruments: tuple[Instrument, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)
    """Every law and page that was read, by its id; without an article."""
    _by_id: Mapping[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {rule.id: rule for rule in self.rules})

    def rule(self, rule_id: str) -> Rule:
        """Return the rule of this id; raise UnknownRuleError."""
        if rule_id not in self._by_id:
            raise UnknownRuleError(f"there is no rule {rule_id}")
        return self._by_id[rule_id]

    def of(self, jurisdiction: str) -> tuple[Rule, ...]:
        """Return the rules that can help somebody held there: its own, and those of EVERYWHERE that reach it.

        A jurisdiction we have no rules for has those of EVERYWHERE.
        """
        own = tuple(rule for rule in self.rules if rule.jurisdiction == jurisdiction)
        common = tuple(rule for rule in self.rules if rule.jurisdiction == EVERYWHERE != jurisdiction)
        return own + tuple(rule for rule in common if not rule.only_in or jurisdiction in rule.only_in)

    def triggered_by(self, event: str, jurisdiction: str) -> tuple[Rule, ...]:
        """Return the rules whose clock this event starts there, or whose safe date it starts.

        Of the latter ``rule.trigger_event != event``: count them with the event as ``safe_trigger``.
        """
        begun = self._triggered
        if (event, jurisdiction) not in begun:
            begun[event, jurisdiction] = tuple(rule for rule in self.of(jurisdiction) if rule.begins_with(event))
        return begun[event, jurisdiction]

    @cached_property
    def _triggered(self) -> dict[tuple[str, str], tuple[Rule, ...]]:
        """What was asked before: every occurrence of every case asks for it at every count."""
        return {}

    def events(self) -> tuple[str, ...]:
        """Return every event that starts something, sorted."""
        named = {rule.trigger_event for rule in self.rules} | {rule.safe_trigger_event for rule in self.rules}
        return tuple(sorted(event for event in named if event))

    def doubts_about(self, rule: Rule) -> tuple[Doubt, ...]:
        """Return where sources contradict each other on this rule; whoever shows its dates shows these too."""
        return tuple(doubt for doubt in self.doubts if rule.id in doubt.rules)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, hexadecimal, of every rule and every calendar: other words of one, or another day, have another."""
        rules = sorted(rule.text_hash() for rule in self.rules)
        calendars = sorted(one.calendar.written_out() for one in self.jurisdictions.values())
        return hashlib.sha256("".join([*rules, *calendars]).encode()).hexdigest()

    def with_local_days(self, days: Mapping[str, Mapping[date, bool]]) -> Rulebook:
        """Return these rules with a team's own table of days on top of the calendars."""
        over = {
            code: replace(one, calendar=one.calendar.with_overrides(days.get(code, {})))
            for code, one in self.jurisdictions.items()
        }
        return replace(self, jurisdictions=over)

    @property
    def local_days(self) -> Mapping[str, Mapping[date, bool]]:
        """The team's own table of days, as far as it says anything."""
        return {code: one.calendar.overrides for code, one in self.jurisdictions.items() if one.calendar.overrides}

    def calendar(self, rule: Rule) -> Calendar:
        """Return the working days that count for the rule."""
        return self.jurisdictions[rule.calendar].calendar

    def zone(self, jurisdiction: str) -> ZoneInfo:
        """Return the usual zone of a jurisdiction; raise KeyError if it has no file.

        Where a country has several, whoever knows the place knows better.
        """
        return self.jurisdictions[jurisdiction].zone
