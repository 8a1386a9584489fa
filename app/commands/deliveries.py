"""What became of every message: ``deliveries``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from app.commands.shared import as_data, fails_clearly, house, the_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from alerts.screens.delivery_board import Message, Tried
    from store.unit_of_work import UnitOfWork

NEWEST = 50


@click.command()
@click.option("--case", "code", help="Only what asks for somebody for this case.")
@click.option("--stuck", is_flag=True, help="Only what should have left and has not, or is parked.")
@click.option("--newest", default=NEWEST, show_default=True, type=click.IntRange(min=1), help="How many.")
@as_data
@fails_clearly
def deliveries(*, code: str | None, stuck: bool, newest: int, as_json: bool) -> None:
    """Show the newest messages: each call that was made, what the provider answered and reported, and what that means.

    Helpers are named, nobody else is; there is no number, no address and no text.
    """
    from alerts.screens.delivery_board import messages, of_case

    with house().store.read() as unit:
        which = [] if code is None else [of_case(the_case(unit, code).id)]
        shown = [_as_data(unit, one) for one in messages(unit, *which, newest=newest, stuck=stuck)]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for one in shown:
        click.echo("\n".join(_lines(one)))
    if not shown:
        click.echo("There are none.")


def _as_data(unit: UnitOfWork, one: Message) -> dict[str, Any]:
    from contacts.directory import name_of
    from contacts.models import Contact

    contact = None if one.contact_id is None else unit.session.get(Contact, one.contact_id)
    return {
        "id": str(one.id),
        "case": one.case_code,
        "need": one.need,
        "helper": None if contact is None else name_of(unit, contact),
        "channel": one.channel,
        "action": one.action,
        "template": one.template,
        "state": one.state,
        "at": _time(one.at),
        "queued_at": _time(one.created_at),
        "due_at": _time(one.due_at),
        "throttled": one.throttled,
        "parked": one.parked,
        "in_bundle": None if one.bundle_id is None else str(one.bundle_id),
        "attempts": [_attempt(tried) for tried in one.tried],
    }


def _attempt(tried: Tried) -> dict[str, Any]:
    return {
        "began_at": _time(tried.began_at),
        "ended_at": _time(tried.ended_at),
        "outcome": tried.outcome,
        "code": tried.code,
        "meaning": tried.meaning,
        "reported": [
            {"at": _time(said.at), "arrival": said.arrival, "code": said.code, "meaning": said.meaning}
            for said in tried.reported
        ],
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _lines(one: dict[str, Any]) -> Iterator[str]:
    about = " ".join(filter(None, [one["case"], one["need"], one["helper"] or "(no helper)"]))
    marks = [name for name in ("throttled", "parked") if one[name]]
    if one["in_bundle"] is not None:
        marks.append(f"in {one['in_bundle']}")
    due = f", due {one['due_at']}" if one["due_at"] is not None else ""
    yield f"{one['id']} {one['channel']} {one['action']} {about}: {' '.join([one['state'], *marks])} {one['at']}{due}"
    for tried in one["attempts"]:
        yield f"    {tried['began_at']} {tried['outcome'] or 'no outcome known'}{_because(tried)}"
        for said in tried["reported"]:
            yield f"        {said['at']} {said['arrival']}{_because(said)}"


def _because(said: dict[str, Any]) -> str:
    code, meaning = said["code"], said["meaning"]
    return f" {code}" + (f": {meaning}" if meaning else "") if code else ""
