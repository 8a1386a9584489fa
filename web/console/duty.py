"""Duty: who is on call by the week, where nobody would hear, who takes over, and whether alerts reach them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from alerts.occasions.duty_book import duty_book
from alerts.occasions.roster_changes import Refused, cover
from alerts.occasions.shifts import ask_for_test, sent_tests
from alerts.policy.policies import duty_named
from contacts.accounts.roles import Ability, can
from contacts.duty import only_country
from contacts.duty_week import now_and_next
from contacts.models import Contact
from texts.dates import territory, written_day
from web.console.duty_week import Week, instant_of
from web.console.gate import Guard
from web.console.paging import day_in, id_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from alerts.occasions.duty_book import DutyBook
    from alerts.occasions.shifts import SentTest
    from contacts.duty import Duty
    from store.unit_of_work import UnitOfWork
    from web.console.duty_week import Roster
    from web.console.gate import Gate

READS = Guard(ability=Ability.DUTY)
CHANGES = Guard(ability=Ability.ROSTER)
A_WEEK: Final = timedelta(days=7)
TESTS_SHOWN: Final = 12
REFUSED: Final = frozenset({"times", "not_on_call", "unreached", *(why.value for why in Refused)})
"""Why nothing was done: the ends of text keys, and nothing else of an address."""
FURTHEST: Final = timedelta(days=366)
"""Weeks that lie further away are not shown: nothing is agreed so far ahead, and little is kept so long."""


def duty_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("duty", __name__)
    gate.page(pages, "/console/duty", look, READS)
    gate.press(pages, "/console/duty/cover", take_over, CHANGES)
    gate.press(pages, "/console/duty/test", test, CHANGES)
    return pages


@dataclass(frozen=True)
class Tested:
    """A test that was sent, and whom it was for."""

    name: str
    sent: SentTest


def look(gate: Gate) -> Response:
    """Show a week of every roster."""
    return _page(gate)


def take_over(gate: Gate) -> Response:
    """Put somebody on call from a time until another, by the roster's clock; what was agreed later wins."""
    given = request.form
    starts, ends, contact_id = _wall(given.get("from", "")), _wall(given.get("until", "")), id_in(given.get("who", ""))
    if starts is None or ends is None or contact_id is None:
        return _refused(gate, "times")
    if gate.who.duress:
        return gate.to("duty.look", said="done")
    with gate.store.unit(gate.who.actor) as unit:
        duty = duty_named(unit, given.get("roster", ""))
        contact = unit.session.get(Contact, contact_id)
        if duty is None or contact is None or contact.left_at is not None:
            return _refused(gate, "times")
        zone = ZoneInfo(duty.roster.timezone)
        refused = cover(unit, duty, contact, instant_of(starts, zone), instant_of(ends, zone))
    if refused is not None:
        return _refused(gate, refused.value)
    return gate.to("duty.look", said="done", week=_monday(starts.date()).isoformat())


def test(gate: Gate) -> Response:
    """Send a test page to somebody on a roster, by every way they have."""
    contact_id = id_in(request.form.get("who", ""))
    if gate.who.duress:
        return gate.to("duty.look", said="tested")
    with gate.store.unit(gate.who.actor) as unit:
        duty = duty_named(unit, request.form.get("roster", ""))
        if duty is None or contact_id is None or not _is_on(duty, contact_id, unit.now):
            return _refused(gate, "not_on_call")
        sent = ask_for_test(unit, duty.roster.name, contact_id)
    return _refused(gate, "unreached") if sent is None else gate.to("duty.look", said="tested")


def _refused(gate: Gate, why: str) -> Response:
    """Lead back to the week with a word on why nothing was done."""
    return gate.to("duty.look", refused=why)


def _page(gate: Gate) -> Response:
    who, now, refused = gate.who, gate.store.clock.now(), request.args.get("refused", "")
    today = now.astimezone(ZoneInfo(gate.words().zone)).date()
    monday = _monday(_near(day_in(request.args.get("week", "")), today))
    rosters: list[Roster] = []
    tests: list[Tested] = []
    country = None
    people: list[tuple[UUID, str]] = []
    if not who.duress:
        with gate.store.read() as unit:
            book = duty_book(unit)
            week = Week(book, monday, gate.words().language, ZoneInfo(gate.words().zone), unit.now)
            rosters = [week.drawn(number, duty) for number, duty in enumerate(book.duties, start=1)]
            country = only_country(book.duties, book.members, unit.now)
            people = sorted(((id_, book.names[str(id_)]) for id_ in book.can_be_on_call), key=lambda one: one[1])
            tests = list(_tests(unit, book))
    return gate.show(
        "console/duty.html",
        rosters=rosters,
        tests=tests,
        people=people,
        carried={str(id_) for id_, _ in people},
        country=None if country is None else territory(country, gate.words().language),
        changes=can(who.role, Ability.ROSTER),
        refused=refused if refused in REFUSED else None,
        week=monday.isoformat(),
        name=written_day(monday.isoformat(), gate.words().language),
        before=(monday - A_WEEK).isoformat(),
        after=(monday + A_WEEK).isoformat(),
        is_this_week=monday == _monday(today),
        chosen=_chosen(rosters, [id_ for id_, _ in people], now),
    )


def _tests(unit: UnitOfWork, book: DutyBook) -> Iterator[Tested]:
    for one in sent_tests(unit, unit.now - A_WEEK, book.methods, TESTS_SHOWN):
        name = book.names.get(str(one.contact_id))
        if name is not None:
            yield Tested(name, one)


def _chosen(rosters: Sequence[Roster], people: Sequence[UUID], now: datetime) -> dict[str, Any]:
    """What the form begins with: what is left of the turn that was chosen, as ``1.3`` in the address; nobody's name.

    ``who``: the id of somebody who can be on call, where one was laid onto the turn.
    """
    number, _, place = request.args.get("turn", "").partition(".")
    roster = next((one for one in rosters if str(one.number) == number), None)
    parts = [] if roster is None else [part for day in roster.days for part in day.parts]
    part = next((one for one in parts if str(one.number) == place), None)
    if roster is None or part is None:
        return {}
    zone = ZoneInfo(roster.zone)
    hole = part.turn.hole
    from_ = max(part.turn.from_ if hole is None else hole.from_, now)
    who = id_in(request.args.get("who", ""))
    return {
        "who": who if who in people else None,
        "roster": roster.name,
        "from": f"{from_.astimezone(zone):%Y-%m-%dT%H:%M}",
        "until": f"{part.turn.until.astimezone(zone):%Y-%m-%dT%H:%M}",
    }


def _is_on(duty: Duty, contact_id: UUID, now: datetime) -> bool:
    """Whether somebody is on call now or comes next: nobody else is rung for a test."""
    current, following = now_and_next(duty, now)
    return str(contact_id) in {current.member, None if following is None else following.member}


def _near(day: date | None, today: date) -> date:
    return day if day is not None and abs(day - today) <= FURTHEST else today


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _wall(text: str) -> datetime | None:
    """A time as a browser's form gives it, of no zone yet."""
    try:
        wall = datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007  a time on a wall
    except ValueError:
        return None
    return wall if day_in(wall.date().isoformat()) is not None else None
