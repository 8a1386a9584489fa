"""Who is on call: ``roster show``, ``roster cover``, ``roster swap``."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn
from zoneinfo import ZoneInfo

import click

from app.commands.shared import as_data, fail, fails_clearly, house

if TYPE_CHECKING:
    from alerts.occasions.roster_changes import Refused
    from contacts.duty import Duty
    from contacts.roster import Shift
    from store.unit_of_work import UnitOfWork

WHEN = click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"])
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)


@click.group()
def roster() -> None:
    """Who is on call. Times are those of the roster's own time zone."""


@roster.command()
@click.option("--week", is_flag=True, help="The next seven days instead of one.")
@as_data
@fails_clearly
def show(*, week: bool, as_json: bool) -> None:
    """Print who is on call now and next, with all that was agreed since the rosters were written."""
    from alerts.policy.policies import duties

    with house().store.read() as unit:
        shown = [_shown(unit, duty, A_WEEK if week else A_DAY) for duty in duties(unit)]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    if not shown:
        click.echo("There are no rosters; describe some in a policy file and run `panah policy import FILE`.")
    for one in shown:
        click.echo(f"{one['roster']} ({one['timezone']})")
        for shift in one["shifts"]:
            click.echo(f"  {_local(shift['from'])} – {_local(shift['until'])}  {shift['member'] or 'NOBODY'}")


def _shown(unit: UnitOfWork, duty: Duty, ahead: timedelta) -> dict[str, Any]:
    from contacts.roster import shifts_between

    zone = ZoneInfo(duty.roster.timezone)
    shifts = shifts_between(duty.roster, duty.overrides, unit.now, unit.now + ahead)
    return {
        "roster": duty.roster.name,
        "timezone": duty.roster.timezone,
        "shifts": [
            {
                "from": shift.from_.astimezone(zone).isoformat(timespec="minutes"),
                "until": shift.until.astimezone(zone).isoformat(timespec="minutes"),
                "member": _name(unit, shift.member),
            }
            for shift in shifts
        ],
    }


def _name(unit: UnitOfWork, member: str | None) -> str | None:
    """Return a member's name; None for nobody, and for whoever is not among the contacts any more."""
    from alerts.policy.policies import find_member
    from contacts.directory import name_of

    contact = None if member is None else find_member(unit, member)
    return None if contact is None or contact.left_at is not None else name_of(unit, contact)


def _local(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%a %Y-%m-%d %H:%M}"


@roster.command()
@click.argument("roster_name", metavar="ROSTER")
@click.argument("name")
@click.option("--from", "from_", type=WHEN, metavar="TIME", help="When they take over; now, if not given.")
@click.option("--until", type=WHEN, metavar="TIME", required=True, help="When they hand over again.")
@fails_clearly
def cover(roster_name: str, name: str, from_: datetime | None, until: datetime) -> None:
    """Put NAME on call for a while, whosever turn it is: --from "2030-12-31 09:00" --until "2031-01-02 09:00".

    What was agreed later wins. They are told at once, and those they take over from at the hand-off.
    """
    from alerts.occasions.roster_changes import cover as agree
    from contacts.directory import find_contact

    with house().store.unit("cli") as unit:
        duty = _duty(unit, roster_name)
        contact = find_contact(unit, name)
        if contact is None or contact.left_at is not None:
            fail("there is no contact of that name; see `panah contacts show`")
        starts_at = unit.now if from_ is None else _instant(duty, from_)
        ends_at = _instant(duty, until)
        refused = agree(unit, duty, contact, starts_at, ends_at)
        if refused is not None:
            _refuse(refused)
        said = _said(duty, starts_at, ends_at)
    click.echo(f"Agreed: {said}.")


@roster.command()
@click.argument("roster_name", metavar="ROSTER")
@click.argument("one", type=WHEN, metavar="ONE")
@click.argument("other", type=WHEN, metavar="OTHER")
@fails_clearly
def swap(roster_name: str, one: datetime, other: datetime) -> None:
    """Let the two change places whose shifts these are: ONE and OTHER are any times within them, "2030-12-31 12:00".

    Of a shift that has begun, what is left of it changes hands.
    """
    from alerts.occasions.roster_changes import swap_shifts

    with house().store.unit("cli") as unit:
        duty = _duty(unit, roster_name)
        first, second = _shift(unit, duty, one), _shift(unit, duty, other)
        refused = swap_shifts(unit, duty, first, second)
        if refused is not None:
            _refuse(refused)
        said = [
            f"{_name(unit, by.member)}: {_said(duty, shift.from_, shift.until)}"
            for by, shift in ((second, first), (first, second))
        ]
    click.echo("\n".join(["Agreed:", *(f"  {line}" for line in said)]))


def _shift(unit: UnitOfWork, duty: Duty, wall: datetime) -> Shift:
    from alerts.occasions.roster_changes import Refused, shift_at

    found = shift_at(duty, _instant(duty, wall), unit.now)
    if isinstance(found, Refused) or _name(unit, found.member) is None:
        _refuse(found if isinstance(found, Refused) else Refused.NOBODY)
    return found


def _duty(unit: UnitOfWork, name: str) -> Duty:
    from alerts.policy.policies import duty_named

    duty = duty_named(unit, name)
    if duty is None:
        fail("there is no roster of that name; see `panah roster show`")
    return duty


def _instant(duty: Duty, wall: datetime) -> datetime:
    """The first instant at which the clock of the roster's zone shows this time, or later where it never does."""
    from contacts.roster import first_shown

    return first_shown(wall, ZoneInfo(duty.roster.timezone)).astimezone(UTC)


def _said(duty: Duty, starts_at: datetime, ends_at: datetime) -> str:
    zone = ZoneInfo(duty.roster.timezone)
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    return f"{start:%a %Y-%m-%d %H:%M} – {end:%a %Y-%m-%d %H:%M} {duty.roster.timezone}"


def _refuse(why: Refused) -> NoReturn:
    from alerts.occasions.roster_changes import Refused

    fail(
        {
            Refused.OVER: "that time is over; nothing was changed",
            Refused.ENDS_FIRST: "--until must come after --from",
            Refused.TOO_LONG: "that is more than a year; change the roster itself and import it again",
            Refused.WRONG_ROLE: "only coordinators and lawyers are alerted; nobody else can be on call",
            Refused.NOBODY: "nobody has the shift at that time; put somebody there with `panah roster cover`",
            Refused.SAME_PERSON: "both shifts are the same person's already",
        }[why]
    )
