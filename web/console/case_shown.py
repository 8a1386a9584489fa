"""What a case page says, made of what was read: words, pictures and lists. Pure; nothing here asks the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from cases.docket.custody import Custody, custody_now, custody_spans
from cases.docket.models import OccurrenceState
from cases.docket.seen import Seen
from cases.docket.vocabulary import WatchKind, is_set_for, meaning_of
from cases.views.responder import ResponderView
from cases.views.rows import CaseRows
from texts.dates import age, short_day, time_left
from web.pictures.axis import MOST_MARKS, Axis, Bar, Mark, draw_axis
from web.pictures.ladder import Ladder, Person, Rung, draw_ladder
from web.running import Running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from markupsafe import Markup

    from cases.docket.custody import Span
    from cases.docket.models import Occurrence
    from cases.models import Case
    from cases.notes import Note
    from cases.views.responder import Happened
    from web.running import Awaited, Clock
    from web.trail import Asked, Sought, Way
    from web.words import Words

PAGE: Final = 25
HEAVY: Final = 4
"""From this weight on an event raises the risk by itself."""
HIGH: Final = 5
"""From this level on the risk is high."""
REACHED: Final = {"delivered": "delivered", "read": "read", "sent": "sent", "failed": "failed", "unknown": "failed"}


@dataclass(frozen=True)
class Paged:
    """One page of a list, the newest first. ``number`` counts from 1."""

    items: Sequence[Any]
    number: int
    pages: int
    count: int

    def showing(self, by_id: Mapping[UUID | None, Any]) -> Paged:
        """Return the same page with what its rows say, by their ids."""
        return replace(self, items=[by_id[one.id] for one in self.items])


def pages_of(items: Sequence[Any], wanted: str | None) -> Paged:
    """Return the page that is wanted; the nearest there is for anything that is none."""
    pages = max(-(-len(items) // PAGE), 1)
    number = int(wanted) if wanted is not None and wanted.isascii() and wanted.isdecimal() and len(wanted) < PAGE else 1
    number = min(max(number, 1), pages)
    return Paged(items[(number - 1) * PAGE : number * PAGE], number, pages, len(items))


@dataclass(frozen=True)
class CaseShown:
    """One case, to one reader. ``zone`` is the case's; ``runs`` None for who does not act on it."""

    words: Words
    zone: str
    now: datetime
    rows: CaseRows
    view: ResponderView
    needs: Sequence[Sought]
    runs: Running | None

    @classmethod
    def of_nothing(cls, words: Words, zone: str, now: datetime, case: Case) -> CaseShown:
        """Return a case of which nothing is known but that it was reported."""
        empty = ResponderView(case.code, "reported", case.opened_at, (), (), contact_held_back=False)
        return cls(words, zone, now, CaseRows.of_nothing(case), empty, (), Running((), (), 0, ()))

    # How it stands

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """How custody went."""
        return custody_spans(self._docket())

    @property
    def custody(self) -> Custody:
        """Where the person stands."""
        return custody_now(self.spans)

    @property
    def risk_look(self) -> str:
        """How loud the risk is shown."""
        level = 0 if self.runs is None else self.runs.risk
        return "bad" if level >= HIGH else "warn" if level else "quiet"

    @property
    def next_clock(self) -> Clock | None:
        """The clock that ends next and can still be kept; where there is none, one that can still be argued."""
        can_be_argued = [one for one in self.clocks_over if not one.is_missed]
        return next(iter(self.clocks_ahead or can_be_argued), None)

    @property
    def clocks_ahead(self) -> list[Clock]:
        """The clocks that can still be kept, the soonest first."""
        return [one for one in self._clocks() if not one.is_done and not one.is_over]

    @property
    def clocks_over(self) -> list[Clock]:
        """The clocks whose safe date has passed and of which nobody has said what was done, the latest first."""
        return [one for one in self._clocks() if one.is_over][::-1]

    @property
    def clocks_done(self) -> list[Clock]:
        """The clocks of which somebody has said what was done."""
        return [one for one in self._clocks() if one.is_done]

    @property
    def promise(self) -> Awaited | None:
        """The promise to the family: the one that was missed, else the next."""
        watches = () if self.runs is None else self.runs.watches
        return next((one for one in watches if one.kind == WatchKind.FAMILY_UPDATE), None)

    @property
    def risk_words(self) -> str:
        """How high the risk is, in a word and its figure."""
        level = 0 if self.runs is None else self.runs.risk
        return f"{self.words.t('web.case_risk_high' if level >= HIGH else 'web.case_risk_some')} · {level}"

    def written(self, one: Happened) -> str:
        """When an entry was or is to be, as the field of a form writes it, by the clock of the case."""
        at = one.for_at if is_set_for(one.event) and one.for_at is not None else one.at
        return at.astimezone(ZoneInfo(one.zone)).strftime("%Y-%m-%dT%H:%M")

    def length(self, instant: datetime) -> str:
        """How long until an instant, and never longer than that; or since it, in its largest unit."""
        if instant > self.now:
            return time_left(instant - self.now, self.words.language)
        return age(self.now - instant, self.words.language)

    def event(self, kind: str) -> str:
        """What an event is called."""
        return self.words.event(kind)

    def standing_hearings(self) -> list[Occurrence]:
        """Return the hearings that are still to come, the soonest first; one of each matter."""
        found = {
            one.matter_id: one
            for one in self._standing()
            if meaning_of(one.kind).appointment and one.for_at is not None and one.for_at > self.now
        }
        return sorted(found.values(), key=lambda one: (one.for_at or one.at, one.id))

    def not_here(self) -> list[Happened]:
        """Return the dated answers of those who say that they do not hold the person, the newest first."""
        return sorted((one for one in self.view.docket if one.event == "not_here"), key=lambda one: one.at)[::-1]

    # Pictures

    @cached_property
    def _drawn(self) -> tuple[list[Mark], list[Mark]]:
        """What happened, and what is watched for; the newest, as many as a picture bears."""
        return list(self._marks()), list(self._watches())

    def axis(self) -> Markup:
        """Draw custody, events, clocks and watches along one axis of time."""
        t = self.words.t
        axis = Axis(
            now=self.now,
            zone=self.zone,
            custody=[Bar(one.since, one.until, t(f"custody.{one.custody}"), str(one.custody)) for one in self.spans],
            events=self._drawn[0],
            clocks=[self._bar(one) for one in self._clocks() if not one.is_done],
            watches=self._drawn[1],
            lanes={
                "custody": t("web.case_custody"),
                "events": t("web.docket"),
                "clocks": t("web.case_clocks"),
                "watches": t("web.case_watches"),
                "now": t("web.case_now"),
            },
            title=t("web.case_axis"),
            summary=self._summary(),
            right_to_left=self.words.right_to_left,
        )
        return draw_axis(axis, lambda at: short_day(at, self.zone, self.words.language))

    def axis_list(self) -> list[tuple[datetime, str]]:
        """Return what the picture shows, as sentences in order of time."""
        said = [(one.since, self.words.t(f"custody.{one.custody}")) for one in self.spans]
        said += [(mark.at, mark.words) for marks in self._drawn for mark in marks]
        said += [
            (one.safe_at, self.words.t("web.case_clock_ends", clock=one.title))
            for one in (*self.clocks_ahead, *self.clocks_over)
        ]
        return sorted(said, key=lambda one: one[0])[-2 * PAGE :]

    def _summary(self) -> str:
        custody = self.words.t(f"custody.{self.custody}")
        clock = self.next_clock
        if clock is None:
            return self.words.t("web.case_axis_says", custody=custody)
        return self.words.t(
            "web.case_axis_says_clock", custody=custody, clock=clock.title, at=self.words.at(clock.safe_at, clock.zone)
        )

    def _marks(self) -> Iterator[Mark]:
        yield Mark(self.view.opened_at, self.words.t("web.received"), "told", weight=1)
        newest = sorted(self._standing(), key=lambda one: one.for_at or one.at)[-MOST_MARKS:]
        for one in newest:
            weight = meaning_of(one.kind).risk
            ahead = one.for_at if is_set_for(one.kind) else None
            look = "heavy" if weight >= HEAVY else "happened"
            if ahead is not None:
                look = "ahead" if weight < HEAVY else "ahead-heavy"
            at = ahead or one.at
            yield Mark(at, self.event(one.kind), look, weight + 2 * (ahead is not None), self._said(one, at))

    def _said(self, one: Occurrence, at: datetime) -> str:
        moment = self.words.on(at, one.zone) if one.day_only else self.words.at(at, one.zone)
        return f"{self.event(one.kind)} · {moment}"

    def _watches(self) -> Iterator[Mark]:
        for one in () if self.runs is None else self.runs.watches:
            look = "watch-missed" if one.missed else "watch"
            words = self.words.t(f"watch_short.{one.kind}")
            yield Mark(one.due_at, words, look, int(one.missed), f"{words} · {self.words.at(one.due_at, self.zone)}")

    def _bar(self, one: Clock) -> Bar:
        left = self.length(one.safe_at)
        key = "web.case_over" if one.is_over else "web.case_left"
        look = "missed" if one.is_over else "runs" if one.is_verified else "unverified"
        arguable = one.arguable_at if one.is_over else None
        words = f"{self.words.t(key, time=left)} · {one.title}"
        return Bar(min(one.counted_at, one.safe_at), one.safe_at, words, look, arguable)

    def ladder(self, need: Sought) -> Markup:
        """Draw whom the search for one human has met."""
        begins = need.opened_at or self.now
        ladder = Ladder(
            title=self.words.t("web.case_ladder", need=self.words.t(f"web.need.{need.kind}")),
            summary=self.words.t("web.case_ladder_says", asked=len(need.asked)),
            begins=min([begins, *(one.at for one in need.asked)]),
            ends=max(need.accepted_at or self.now, begins),
            people=[self._person(one) for one in need.asked],
            right_to_left=self.words.right_to_left,
        )
        return draw_ladder(ladder, f"ladder-{need.id}")

    def _person(self, one: Asked) -> Person:
        t = self.words.t
        chosen = one.step <= 0
        return Person(
            name=one.name,
            step=t("web.case_chosen") if chosen else t("web.case_step", step=one.step, round=one.round),
            since=one.at,
            until=one.answered_at,
            look=one.answer or "waits",
            waited=self.waited(one),
            ways=" · ".join(self.way(way) for way in one.ways),
            rungs=[Rung(way.at, REACHED.get(way.state, "waits"), self.way(way)) for way in one.ways],
        )

    def waited(self, one: Asked) -> str:
        """How long somebody who was asked has waited, or took to answer; and what they answered."""
        until = one.answered_at or self.now
        lasted = age(max(until - one.at, until - until), self.words.language)
        answer = "web.case_no_answer" if one.answer is None else f"web.state.{one.answer}"
        return f"{self.words.t(answer)} · {lasted}"

    def way(self, way: Way) -> str:
        """One channel, and how far it came."""
        return f"{self.words.t(f'web.channel.{way.channel}')}: {self.words.t(f'web.state.{way.state}')}"

    # What was just done

    def echo(self, about: UUID | None, notes: Sequence[Note]) -> str:
        """Say in a line how what was just entered was read; nothing where it is not this case's, or not theirs to see.

        An address says only which row is meant: what it is about is read from the case.
        """
        return "" if about is None else next(self._echoes(about, self.runs, notes), "")

    def _echoes(self, about: UUID, runs: Running | None, notes: Sequence[Note]) -> Iterator[str]:
        if runs is None:
            return
        t = self.words.t
        for one in (one for one in self.view.docket if one.id == about):
            key = "web.case_echo_event" if one.stands else "web.case_echo_taken_back"
            yield t(key, what=self.event(one.event), when=self._moment(one))
        for watch in (one for one in runs.watches if one.id == about):
            yield t("web.case_echo_promise", when=self.words.at(watch.due_at, self.zone, with_weekday=True))
        for clock in (one for one in runs.clocks if one.id == about and one.is_done):
            yield t("web.case_echo_done", what=clock.title)
        if any(note.id == about for note in notes):
            yield t("web.case_echo_note")
        for fact in (one for one in self.rows.facts if one.id == about):
            yield t("web.case_echo_fact", what=t(f"field.{fact.field}"))
        for need in (one for one in self.needs if one.id == about):
            if need.taken_by is not None:
                yield t("web.case_echo_taken", who=need.taken_by)
            elif need.asked:
                yield t("web.case_echo_asked", who=max(need.asked, key=lambda one: one.at).name)

    def _moment(self, one: Happened) -> str:
        if is_set_for(one.event) and one.for_at is not None:
            return self.words.at(one.for_at, one.zone, with_weekday=True)
        return self.words.on(one.at, one.zone) if one.day_only else self.words.at(one.at, one.zone, with_weekday=True)

    # What it is made of

    def _clocks(self) -> tuple[Clock, ...]:
        return () if self.runs is None else self.runs.clocks

    def _standing(self) -> Iterator[Occurrence]:
        return (one for one in self.rows.occurrences if one.state == OccurrenceState.STANDING)

    def _docket(self) -> Iterator[Seen]:
        for one in self._standing():
            yield Seen(one.id, one.matter_id, one.kind, one.at, one.day_only, one.for_at, one.until_at, one.zone)
