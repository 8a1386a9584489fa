"""``drill``: what the console's page of that name does, from a shell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from app.commands.shared import FAULT, as_data, fail, fails_clearly, settings

if TYPE_CHECKING:
    from app.drills import Drills
    from web.drill_room import Drill


@click.group()
def drill() -> None:
    """True stories, played with nobody outside."""


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
        for one in ended.report["expectations"]:
            click.echo(f"  {one['verdict']:<14} {one['text']}")
    if any(one["verdict"] == Verdict.FAILED for one in ended.report["expectations"]):
        raise click.exceptions.Exit(FAULT)


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
