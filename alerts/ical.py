"""A calendar as calendar programs read it (RFC 5545, RFC 7986). The same entries are always the same bytes."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from texts.catalogue import say_plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icalendar import Calendar, Event, Timezone

    from cases.docket.calendar import CalendarEntry

PRODUCT = "-//Panah//Panah//EN"
FETCH_EVERY = timedelta(hours=1)


def method_of(entry: CalendarEntry) -> str:
    """What a mail asks the reader's calendar to do with an entry: to put or move it, or to strike it out."""
    return "CANCEL" if entry.cancelled else "REQUEST"


def invitation(entry: CalendarEntry, language: str, *, organizer: str, attendee: str) -> str:
    """Write one entry for a mail (RFC 6047), between two plain e-mail addresses; no answer to it is asked for."""
    from icalendar import vCalAddress

    calendar = _calendar(method_of(entry))
    calendar.add_component(_zone(entry.zone))
    event = _event(entry, language)
    event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    event.add("attendee", vCalAddress(f"mailto:{attendee}"), parameters={"RSVP": "FALSE"})
    calendar.add_component(event)
    return bytes(calendar.to_ical()).decode()


def written(entries: Iterable[CalendarEntry], language: str, zone: str) -> bytes:
    """Write a calendar for publishing; ``zone`` is described in it even while there are no entries.

    An entry is a code, a kind and a time: no name, no place, nothing of what it is about.
    """
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", say_plain("calendar.name", language))
    calendar.add("refresh-interval", FETCH_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    told = list(entries)
    # A calendar with no component at all is none.
    for name in sorted({zone, *(one.zone for one in told)}):
        calendar.add_component(_zone(name))
    for one in told:
        calendar.add_component(_event(one, language))
    return bytes(calendar.to_ical())


def _calendar(method: str) -> Calendar:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(entry: CalendarEntry, language: str) -> Event:
    from icalendar import Event

    zone = ZoneInfo(entry.zone)
    event = Event()
    event.add("uid", str(entry.id))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", say_plain(_key(entry), language, code=entry.code))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event


def _key(entry: CalendarEntry) -> str:
    """What an entry is called. Programs that know no cancelled entries show them as any other: so the words say it."""
    if entry.given_back:
        return "calendar.hearing_given_back"
    return "calendar.hearing_cancelled" if entry.cancelled else f"calendar.{entry.kind}"


@cache
def _zone(name: str) -> Timezone:
    """The rules of a zone from 1970 to 2038: looking for all its changes takes time, and they are always the same."""
    from icalendar import Timezone

    return Timezone.from_tzid(name)
