"""May two cases be of one person? What speaks for it and against, both side by side, and what people say to it.

Only coordinators are asked. Who reads one of the two alone is told the code of the other, and nothing of it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from alerts.screens.alike import alike_with, both_sides, note_shown
from alerts.screens.opening import opened_by_code
from cases.identity.models import SuggestionState
from cases.identity.records import AGAINST
from cases.identity.suggesting import JoinRefusedError, join_cases, pair_of, part_cases, say_other
from contacts.accounts.roles import Ability
from web.console.addressed import no_case, readable_case
from web.console.gate import Guard

if TYPE_CHECKING:
    from web.console.gate import Gate

JOINS = Guard(ability=Ability.JOIN)


def identity_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("identity", __name__)
    gate.page(pages, "/console/case/<code>/same", look, JOINS)
    gate.page(pages, "/console/case/<code>/same/<other>", beside, JOINS)
    gate.press(pages, "/console/case/<code>/same/<other>", decide, JOINS)
    return pages


def look(gate: Gate, code: str) -> Response:
    """Show which cases may be of the same person, and why."""
    with gate.store.read() as unit:
        opened = opened_by_code(unit, code, gate.who)
        if opened is None:
            return no_case(gate)
        found = alike_with(unit, opened.case.id, gate.who)
    return gate.show("console/same.html", code=code, found=found, against=AGAINST)


def beside(gate: Gate, code: str, other: str) -> Response:
    """Show what is told of both, side by side, and log that it was seen."""
    contact_id = gate.who.contact_id
    with gate.store.read() as unit:
        found = both_sides(unit, code, other, gate.who)
        if found is None or contact_id is None:
            return no_case(gate)
        sides, row = found.sides, found.pair
        leader = next((side.case.code for side in sides if row is not None and side.case.id == row.leader_id), None)
        unit.session.expunge_all()
    with gate.store.unit(gate.who.actor) as unit:
        note_shown(unit, sides, contact_id)
    return gate.show("console/same_both.html", code=code, sides=sides, row=row, leader=leader, against=AGAINST)


def decide(gate: Gate, code: str, other: str) -> Response:
    """Carry out what somebody says: two people, one person (which case leads), or no longer one."""
    if gate.who.duress:
        return no_case(gate)
    try:
        with gate.store.unit(gate.who.actor) as unit:
            ours, theirs = readable_case(gate, unit, code), readable_case(gate, unit, other)
            if ours is None or theirs is None or ours.id == theirs.id:
                return no_case(gate)
            row = pair_of(unit, ours.id, theirs.id)
            if row is None:
                return no_case(gate)
            match request.form.get("do", ""):
                case "other" if row.state == SuggestionState.OPEN:
                    say_other(unit, row.suggestion_id)
                case "lead":
                    join_cases(unit, row.suggestion_id, ours.id)
                case "follow":
                    join_cases(unit, row.suggestion_id, theirs.id)
                case "part":
                    part_cases(unit, ours.id, theirs.id)
    except JoinRefusedError:
        why = gate.words().t("web.same_refused")
        return gate.show("console/refused.html", HTTPStatus.CONFLICT, why=why)
    return gate.to("identity.look", code=code, said="done")
