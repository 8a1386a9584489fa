"""The calendar: hearings, ends of terms and clocks of the cases one may know of, by the month and as an agenda."""

from __future__ import annotations

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy import and_

from alerts.screens.opening import known_and_read
from alerts.telling.case_list import taken_by
from cases.docket.agenda import AgendaEntry, AgendaKind, agenda
from cases.docket.reading import rule_named
from contacts.accounts.roles import Ability
from contacts.calendar_feeds import feed_since, open_feed, revoke_feed
from contacts.roster import first_shown
from texts.dates import local_date, weekday, written_day
from web.calendar import ENDPOINT as FEED
from web.console.gate import Guard
from web.console.paging import Paged, day_in, number_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

READS = Guard(ability=Ability.CALENDAR)
A_PAGE: Final = 40
AHEAD: Final = timedelta(days=60)
"""How far an agenda looks."""
SHOWN_A_DAY: Final = 3
"""Entries of a day that a month has room for; the rest is counted."""
MONDAY: Final = 0


def calendar_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("dates", __name__)
    gate.page(pages, "/console/calendar", month, READS)
    gate.page(pages, "/console/calendar/agenda", look, READS)
    gate.press(pages, "/console/calendar/feed", make, READS)
    gate.press(pages, "/console/calendar/feed/revoke", revoke, READS)
    return pages


@dataclass(frozen=True)
class Shown:
    """One entry as a line. ``local``: the time by the clock of the case, where that is another than the reader's."""

    entry: AgendaEntry
    clock: str
    local: bool
    title: str | None
    """The rule, in English: no translation of law is shown that nobody has checked."""
    is_over: bool


@dataclass(frozen=True)
class Day:
    """One day of a month."""

    day: date
    inside: bool
    is_today: bool
    shown: tuple[Shown, ...]
    more: int


def month(gate: Gate) -> Response:
    """Show a month by the reader's clock; of each day the first entries, and how many more there are."""
    zone, now = gate.words().zone, gate.store.clock.now()
    today = now.astimezone(ZoneInfo(zone)).date()
    first = _first_of(request.args.get("month", ""), today)
    weeks = Weeks(MONDAY).monthdatescalendar(first.year, first.month)
    start, end = _midnight(weeks[0][0], zone), _midnight(weeks[-1][-1] + timedelta(days=1), zone)
    kind = _kind(request.args.get("kind", ""))
    with gate.store.read() as unit:
        shown = _entries(gate, unit, start, end, kind)
        since = _feed_since(gate, unit)
    by_day = {day: list(those) for day, those in groupby(shown, key=lambda one: _day_of(one.entry, zone))}
    grid = [[_day(day, first, today, by_day.get(day, [])) for day in week] for week in weeks]
    return gate.show(
        "console/calendar_month.html",
        weeks=grid,
        weekdays=[weekday(day, gate.words().language) for day in weeks[0]],
        name=written_day(first.strftime("%Y-%m"), gate.words().language),
        before=(first - timedelta(days=1)).strftime("%Y-%m"),
        after=(first + timedelta(days=32)).strftime("%Y-%m"),
        month=first.strftime("%Y-%m"),
        this=today.strftime("%Y-%m"),
        **_around(kind, since),
    )


def look(gate: Gate) -> Response:
    """Show what comes, day by day, from a day on."""
    zone, now = gate.words().zone, gate.store.clock.now()
    today = now.astimezone(ZoneInfo(zone)).date()
    first = day_in(request.args.get("from", "")) or today
    start, kind = _midnight(first, zone), _kind(request.args.get("kind", ""))
    with gate.store.read() as unit:
        shown = _entries(gate, unit, start, start + AHEAD, kind)
        since = _feed_since(gate, unit)
    paged = Paged.of(shown, number_in(request.args.get("page", "")), A_PAGE)
    language = gate.words().language
    days = [
        (local_date(_midnight(day, zone), zone, language, with_weekday=True), day == today, list(those))
        for day, those in groupby(paged.rows, key=lambda one: _day_of(one.entry, zone))
    ]
    return gate.show(
        "console/calendar_agenda.html",
        days=days,
        first=first,
        today=today,
        until=local_date(start + AHEAD, zone, language),
        pages=paged,
        **_around(kind, since),
    )


def make(gate: Gate) -> Response:
    """Make the reader's own feed and show its address, this once; one that was there leads nowhere any more.

    Under duress too: that calendar is empty, and is gone with the next invitation.
    """
    who = gate.who
    if who.contact_id is None:
        raise LookupError("whoever has a calendar is a contact")
    with gate.store.unit(who.actor) as unit:
        revoke_feed(unit, who.contact_id)
        token = open_feed(unit, who.contact_id)
    return gate.show("console/calendar_feed.html", address=gate.address(FEED, token=token))


def revoke(gate: Gate) -> Response:
    """Make the address of the reader's feed lead nowhere."""
    who = gate.who
    if who.contact_id is not None:
        with gate.store.unit(who.actor) as unit:
            revoke_feed(unit, who.contact_id)
    return gate.to("dates.month", said="done")


def _entries(gate: Gate, unit: UnitOfWork, start: datetime, end: datetime, kind: AgendaKind | None) -> list[Shown]:
    who = gate.who
    if who.duress or who.contact_id is None:
        return []
    known, reads = known_and_read(who, who.contact_id, unit.now)
    if request.args.get("mine"):
        known = and_(known, taken_by(who.contact_id))
    found = agenda(unit, start, end, known, reads)
    return [_shown(entry, gate.words().zone, unit.now) for entry in found if kind in (None, entry.kind)]


def _shown(entry: AgendaEntry, zone: str, now: datetime) -> Shown:
    mine, theirs = entry.at.astimezone(ZoneInfo(zone)), entry.at.astimezone(ZoneInfo(entry.zone))
    rule = None if entry.of is None or entry.kind is not AgendaKind.CLOCK else rule_named(entry.of)
    return Shown(
        entry,
        f"{mine:%H:%M}",
        mine.utcoffset() != theirs.utcoffset(),
        None if rule is None else rule.title,
        entry.runs and entry.at <= now,
    )


def _day(day: date, first: date, today: date, shown: Sequence[Shown]) -> Day:
    """Of a day that is full, what still runs goes before what was moved or is done."""
    ordered = sorted(shown, key=lambda one: not one.entry.runs)[:SHOWN_A_DAY]
    kept = [one for one in shown if one in ordered]
    return Day(day, day.month == first.month, day == today, tuple(kept), len(shown) - len(kept))


def _around(kind: AgendaKind | None, since: datetime | None) -> dict[str, Any]:
    """What both ways of looking share."""
    mine = {"mine": 1} if request.args.get("mine") else {}
    return {
        "kind": kind,
        "kinds": list(AgendaKind),
        "mine": mine,
        "kept": {**({} if kind is None else {"kind": kind.value}), **mine},
        "feed_since": since,
    }


def _feed_since(gate: Gate, unit: UnitOfWork) -> datetime | None:
    who = gate.who
    return None if who.contact_id is None else feed_since(unit, who.contact_id)


def _first_of(text: str, today: date) -> date:
    return (day_in(f"{text}-01") or today).replace(day=1)


def _kind(text: str) -> AgendaKind | None:
    return AgendaKind(text) if text in set(AgendaKind) else None


def _midnight(day: date, zone: str) -> datetime:
    return first_shown(datetime.combine(day, time()), ZoneInfo(zone)).astimezone(UTC)


def _day_of(entry: AgendaEntry, zone: str) -> date:
    return entry.at.astimezone(ZoneInfo(zone)).date()
