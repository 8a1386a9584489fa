"""What happened in a case, and the clocks that run: ``event add``, ``event list``, ``deadlines``."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from app.commands.shared import as_data, fail, fails_clearly, house, the_case
from contacts.values import REGION

if TYPE_CHECKING:
    from uuid import UUID

    from cases.docket.entering import When
    from cases.docket.reading import ShownDeadline
    from cases.models import Case
    from store.unit_of_work import UnitOfWork

WHEN = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


class Wall(click.ParamType[tuple[datetime, bool]]):
    """A day, or a time of day on one, by the clock of the case's zone."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[datetime, bool]:
        """Return the wall-clock time, and whether only a day was given."""
        for form in WHEN:
            try:
                return datetime.strptime(value, form), form == WHEN[0]  # noqa: DTZ007  the case's zone follows
            except ValueError:
                continue
        return self.fail(f"{value!r} is no time; write 2030-12-31 or 2030-12-31T10:00", param, ctx)


WALL = Wall()


@click.group()
def event() -> None:
    """What happened in law and custody. Times are those of the case's own zone."""


@event.command(name="list")
@as_data
@fails_clearly
def list_events(*, as_json: bool) -> None:
    """Print every event that is understood: those that set clocks running, and those that mean something else."""
    from cases.docket.entering import vocabulary
    from law.shipped import load_rules

    triggers = load_rules().events()
    shown = [{"event": one, "sets_clocks": one in triggers} for one in vocabulary()]
    if as_json:
        click.echo(json.dumps(shown))
        return
    for one in shown:
        click.echo(f"{one['event']}{'  (clocks run from it)' if one['sets_clocks'] else ''}")


@event.command()
@click.argument("code")
@click.argument("name", metavar="EVENT")
@click.option("--at", "happened", type=WALL, required=True, help="When it happened: 2030-12-31 or 2030-12-31T10:00.")
@click.option("--or-at", "also", type=WALL, multiple=True, help="Another date that another source gives.")
@click.option("--for", "appointed", type=WALL, help="The time it is set for: of a hearing, a removal.")
@click.option("--until", type=WALL, help="The end that a ruling sets.")
@click.option("--moves", help="The hearing that is moved or called off, by its clock in `panah deadlines`, as in 2.")
@click.option("--people", type=click.IntRange(min=1), help="How many people it happened to.")
@click.option("--source", default="", help="Who says so.")
@click.option("--note", default="", help="Anything else. It is kept encrypted.")
@click.option("--jurisdiction", help="Whose law runs the clocks, as in KZ; kept with the case.")
@click.option("--region", help="Where the person is, as in KZ or KZ-ALM; kept with the case, and named in alerts.")
@click.option("--timezone", help="The zone of the case's papers, as in Asia/Almaty; kept with the case.")
@fails_clearly
def add(code: str, name: str, **given: Any) -> None:
    """Enter what happened in the case CODE. Clocks, watches and reminders follow at once.

    An EVENT that is not in `panah event list` is kept all the same, and a coordinator is asked what follows from it.
    Where several hearings stand, one that is moved or called off is named by --moves.
    """
    from cases.docket.entering import Entry, EntryError, enter

    built = house()
    with built.store.unit("cli") as unit:
        case = the_case(unit, code)
        _place(case, given["jurisdiction"], given["timezone"], given["region"])
        zone = case.timezone or built.settings.timezone
        try:
            entry = Entry(
                event=name,
                happened=_when(given["happened"], zone),
                appointed_at=None if given["appointed"] is None else _when(given["appointed"], zone).at,
                until=None if given["until"] is None else _when(given["until"], zone),
                also=tuple(_when(one, zone) for one in given["also"]),
                moves=None if given["moves"] is None else _matter(unit, case, given["moves"]),
                people=given["people"],
                source=given["source"],
                note=given["note"],
            )
            enter(unit, case.id, entry, zone=zone)
        except EntryError as error:
            fail(str(error))
    click.echo(f"Entered. See `panah deadlines {case.code}`.")


def _place(case: Case, jurisdiction: str | None, timezone: str | None, region: str | None) -> None:
    if region is not None:
        if REGION.fullmatch(region.upper()) is None:
            fail("a region is an ISO 3166-2 code, as in KZ or KZ-ALM")
        case.region = region.upper()
    if timezone is not None:
        try:
            ZoneInfo(timezone)
        except (ValueError, OSError, KeyError):  # as many ways as there are wrong names
            fail("there is no such time zone; names are like Asia/Almaty")
        case.timezone = timezone
    if jurisdiction is not None:
        if len(jurisdiction) != 2 or not jurisdiction.isalpha():  # noqa: PLR2004  ISO 3166-1 alpha-2
            fail("a jurisdiction is two letters, as in KZ")
        case.jurisdiction = jurisdiction.upper()


def _when(given: tuple[datetime, bool], zone: str) -> When:
    from cases.docket.entering import by_wall_clock

    wall, day_only = given
    return by_wall_clock(wall, zone, day_only=day_only)


def _matter(unit: UnitOfWork, case: Case, named: str) -> UUID:
    """Return the matter of the hearing whose clock is named: ``2``, or ``K7M-4TX.2``."""
    from cases.docket.reading import hearing_numbered

    number = re.search(r"(?:^|\.)(\d{1,4})$", named)
    matter_id = None if number is None else hearing_numbered(unit, case.id, int(number[1]))
    return fail("there is no hearing of this number; `panah deadlines` shows them") if matter_id is None else matter_id


@click.command()
@click.argument("code", required=False)
@click.option("--why", is_flag=True, help="How each date was counted, line by line.")
@as_data
@fails_clearly
def deadlines(code: str | None, *, why: bool, as_json: bool) -> None:
    """Print the clocks of a case, or of all cases, by their safe dates.

    How long one can still argue is shown once the safe date has passed, and in --why and --json.
    """
    from cases.docket.reading import deadlines_of

    with house().store.read() as unit:
        shown = [_as_data(unit, one) for one in deadlines_of(unit, [the_case(unit, code).id] if code else None)]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for one in shown:
        click.echo("\n".join(_lines(one, why=why)))
    if not shown:
        click.echo("No clock runs.")


def _as_data(unit: UnitOfWork, one: ShownDeadline) -> dict[str, Any]:
    from cases.docket.reading import rule_named
    from law.shipped import load_rules
    from law.signoff import is_signed

    zone = ZoneInfo(one.zone)
    rule = rule_named(one.rule_id)
    return {
        "id": f"{one.code}.{one.number}",
        "code": one.code,
        "rule": one.rule_id,
        "title": None if rule is None else rule.title,
        "source": None if rule is None else f"{rule.source.law}, {rule.source.article}",
        "edition": None if rule is None else rule.source.edition,
        "confidence": None if rule is None else rule.date_confidence,
        "as_of": None if rule is None else rule.as_of,
        "doubts": [] if rule is None else [doubt.id for doubt in load_rules().doubts_about(rule)],
        "verified": rule is None or is_signed(unit, rule, unit.now),
        "safe": one.safe_at.astimezone(zone).isoformat(timespec="minutes"),
        "safe_on": one.safe_on.isoformat(),
        "arguable": one.arguable_at.astimezone(zone).isoformat(timespec="minutes"),
        "arguable_on": one.arguable_on.isoformat(),
        "state": one.state,
        "safe_passed": one.safe_passed,
        "missed": one.missed,
        "why": list(one.why),
    }


def _lines(one: dict[str, Any], *, why: bool) -> list[str]:
    marks = [] if one["verified"] else ["UNVERIFIED"]
    marks += ["MISSED"] if one["missed"] else []
    marks += [one["state"]] if one["state"] != "running" else []
    head = [one["id"], f"safe {one['safe']}"]
    head += [f"arguable {one['arguable']}"] if one["safe_passed"] else []
    lines = ["  ".join([*head, one["title"] or one["rule"], *marks])]
    if one["source"]:
        lines.append(f"    {one['source']}; {one['edition']}; rule {one['rule']}")
        doubts = f"; doubts {', '.join(one['doubts'])}" if one["doubts"] else ""
        lines.append(f"    confidence {one['confidence']}, as of {one['as_of'] or 'no known date'}{doubts}")
    if why:
        from law.explaining import Line, say

        lines += [f"    {say(Line(**line))}" for line in one["why"]]
    return lines
