"""``drill``: stories played with nobody outside, and real people rung to see who answers when."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from app.commands.shared import FAULT, as_data, fail, fails_clearly, house, settings

if TYPE_CHECKING:
    from alerts.occasions.people_drill import Score
    from app.drills import Drills
    from web.drill_room import Drill


@click.group()
def drill() -> None:
    """True stories, played with nobody outside; and real people, rung to see who answers when."""


@drill.command("list")
@as_data
@fails_clearly
def list_(*, as_json: bool) -> None:
    """List the stories that can be played, and the drills so far."""
    drills = _drills()
    stories, played = drills.stories(), drills.all()
    if as_json:
        told = [{"id": one.id, "jurisdiction": one.jurisdiction, "steps": one.steps} for one in stories]
        click.echo(json.dumps({"stories": told, "drills": [_plain(one) for one in played]}))
        return
    for one in stories:
        click.echo(f"{one.id:<28}{one.jurisdiction:<4}{one.steps} steps")
    for past in played:
        click.echo(f"{past.began_at:%Y-%m-%d %H:%M} UTC  {past.story:<28}{past.state}  {past.id}")


@drill.command()
@click.argument("story", default="night-arrest")
@as_data
@fails_clearly
def start(story: str, *, as_json: bool) -> None:
    """Play STORY on a throw-away database and print how it went. The console shows the report: who knew when.

    Nobody outside is written to and nothing of this home is touched but the folder of its drills. Exit status 1 when an
    expectation is not met.
    """
    from app.replay.checks import Verdict
    from web.drill_room import DrillBusyError, UnknownStoryError

    drills = _drills()
    try:
        begun = drills.start(story)
    except UnknownStoryError:
        fail("there is no story of this id; `panah drill list` shows them")
    except DrillBusyError:
        fail("another drill is being played; wait for it to end")
    drills.wait(begun)
    ended = drills.find(begun)
    if ended is None or ended.report is None:
        fail(f"the drill broke off; see errors.txt in the folder {begun} of the home's drills")
    if as_json:
        click.echo(json.dumps(_plain(ended)))
    else:
        _tell(ended.report)
    if any(one["verdict"] == Verdict.FAILED for one in ended.report["expectations"]):
        raise click.exceptions.Exit(FAULT)


def _tell(report: dict[str, Any]) -> None:
    """Print the score: what was to be, and who knew when."""
    from web.console.drill import verdicts, who_knew_when

    for one in report["expectations"]:
        click.echo(f"  {one['verdict']:<14} {one['text']}")
    counted = verdicts(report)
    click.echo(f"{counted['passed']} met, {counted['failed']} missed, {counted['for_a_human']} for a human to judge")
    for knew in who_knew_when(report):
        click.echo(f"  after {_long(knew.after)}  {knew.alert}: {knew.people} of the role {knew.role}")


def _long(time: timedelta) -> str:
    return str(timedelta(seconds=round(time.total_seconds())))


@drill.command()
@fails_clearly
def ring() -> None:
    """Ring every coordinator and lawyer by every way they have, to be confirmed. Real people, real messages; no case.

    They are told that it is a test. `panah drill score` says who answered when. Within five minutes nobody is rung
    twice.
    """
    from alerts.occasions.people_drill import ring_everybody

    with house().store.unit("cli") as unit:
        rung = ring_everybody(unit)
    click.echo(f"{rung.people} people are being rung; who answered when: panah drill score")
    if rung.out_of_reach:
        click.echo(f"No way leads to {len(rung.out_of_reach)}: {', '.join(rung.out_of_reach)}")


@drill.command()
@as_data
@fails_clearly
def score(*, as_json: bool) -> None:
    """Print who answered the latest `panah drill ring`, and how soon. Exit status 1 while somebody has not."""
    from alerts.occasions.people_drill import latest_score

    with house().store.read() as unit:
        found = latest_score(unit)
    if found is None:
        fail("nobody was rung within a year: panah drill ring")
    if as_json:
        click.echo(json.dumps(_score(found), ensure_ascii=False))
    else:
        click.echo(f"Rung at {found.began_at:%Y-%m-%d %H:%M} UTC. {found.in_time} of {len(found.answers)} within 2 min")
        for one in found.answers:
            ways = ", ".join(f"{channel} {state}" for channel, state in one.ways)
            when = "no answer" if one.after is None else f"after {_long(one.after)}"
            click.echo(f"  {when:<16} {one.name}, {one.role} ({ways})")
    if found.silent:
        raise click.exceptions.Exit(FAULT)


def _score(found: Score) -> dict[str, object]:
    return {
        "began_at": found.began_at.isoformat(),
        "in_time": found.in_time,
        "answers": [
            {
                "name": one.name,
                "role": one.role,
                "after_seconds": None if one.after is None else one.after.total_seconds(),
                "ways": [{"channel": channel, "state": state} for channel, state in one.ways],
            }
            for one in found.answers
        ],
    }


def _drills() -> Drills:
    from app.drills import Drills
    from store.clock import SystemClock

    return Drills(settings().home, SystemClock().now)


def _plain(one: Drill) -> dict[str, object]:
    return {
        "id": one.id,
        "story": one.story,
        "began_at": one.began_at.isoformat(),
        "state": str(one.state),
        "report": one.report,
    }
