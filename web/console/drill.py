"""Drills: a true story goes through the whole system with nobody outside, and its report says who knew when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from contacts.accounts.roles import Ability
from web.console.gate import Guard
from web.drill_room import DrillBusyError, DrillState, UnknownStoryError

if TYPE_CHECKING:
    from uuid import UUID

    from web.console.gate import Gate

DRILLS = Guard(ability=Ability.DRILL)


@dataclass(frozen=True)
class Knew:
    """Who was asked for one kind of human: how long after the first page of the story, how many, by which channels."""

    alert: str
    role: str
    after: timedelta
    people: int
    messages: int
    channels: tuple[str, ...]


def drill_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("drill", __name__)
    gate.page(pages, "/console/drill", look, DRILLS)
    gate.press(pages, "/console/drill", start, DRILLS)
    gate.page(pages, "/console/drill/<uuid:drill_id>", show, DRILLS)
    return pages


def look(gate: Gate) -> Response:
    """Show the stories there are, and the drills so far."""
    return _all(gate)


def start(gate: Gate) -> Response:
    """Begin one."""
    if gate.drills is None:
        return _all(gate)
    try:
        drill = gate.drills.start(request.form.get("story", ""))
    except DrillBusyError:
        return _all(gate, wrong="busy")
    except UnknownStoryError:
        return _all(gate, wrong="unknown")
    return gate.to("drill.show", drill_id=drill)


def show(gate: Gate, drill_id: UUID) -> Response:
    """Show one drill: what was to be, who knew when, which clocks ran."""
    drill = None if gate.drills is None else gate.drills.find(str(drill_id))
    if drill is None:
        return gate.show("console/message.html", HTTPStatus.NOT_FOUND, key="web.drill_none")
    return gate.show(
        "console/drill_one.html",
        drill=drill,
        knew=[] if drill.report is None else who_knew_when(drill.report),
        verdicts=Counter() if drill.report is None else verdicts(drill.report),
        runs=drill.state is DrillState.RUNNING,
    )


def _all(gate: Gate, wrong: str | None = None) -> Response:
    stories = () if gate.drills is None else gate.drills.stories()
    drills = [] if gate.drills is None else gate.drills.all()
    counted = {one.id: verdicts(one.report) for one in drills if one.report is not None}
    return gate.show(
        "console/drill.html",
        HTTPStatus.OK if wrong is None else HTTPStatus.CONFLICT,
        stories=stories,
        drills=drills,
        counted=counted,
        busy=any(one.state is DrillState.RUNNING for one in drills),
        wrong=wrong,
    )


def verdicts(report: dict[str, Any]) -> Counter[str]:
    """Count what was expected by how it came out: passed, failed, for a human."""
    return Counter(str(one["verdict"]).lower().replace(" ", "_") for one in report["expectations"])


def who_knew_when(report: dict[str, Any]) -> list[Knew]:
    """Return, for each kind of alert and of human, when the first was asked, counted from the first page of the story.

    The score of a drill: everything else follows from somebody knowing in time.
    """
    pages = sorted(report["pages"], key=lambda page: page["at"])
    if not pages:
        return []
    began = datetime.fromisoformat(pages[0]["at"])
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for page in pages:
        found.setdefault((page["alert"], page["role"]), []).append(page)
    return [
        Knew(
            alert,
            role,
            datetime.fromisoformat(those[0]["at"]) - began,
            len({page["to"] for page in those}),
            len(those),
            tuple(dict.fromkeys(page["channel"] for page in those)),
        )
        for (alert, role), those in found.items()
    ]
