"""Handing a case over: who could take it, who was asked, and what they said on the telephone."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy import select

from alerts.models import CUSTODY, Alert, Need, NeedState
from alerts.screens.opening import opened_by_code
from alerts.search.handing_over import NotHandedOverError, colleagues_for, offer, taken_over_on_word
from cases.urgency import Need as NeedKind
from contacts.accounts.roles import Ability
from web.console.addressed import no_case
from web.console.gate import Guard
from web.refusals import reason

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

HANDS_OVER = Guard(ability=Ability.ASSIGN)


def handover_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("handover", __name__)
    gate.page(pages, "/console/case/<code>/handover", look, HANDS_OVER)
    gate.press(pages, "/console/case/<code>/handover", decide, HANDS_OVER)
    return pages


def look(gate: Gate, code: str) -> Response:
    """Show who could take over what whoever asks has; under duress nobody."""
    return _page(gate, code)


def decide(gate: Gate, code: str) -> Response:
    """Ask a colleague, or record that they said yes; then the case is theirs. Who is being forced changes nothing."""
    if gate.who.duress:
        return gate.to("handover.look", code=code, said="done")
    on_word = request.form.get("do") == "accepted"
    try:
        with gate.store.unit(gate.who.actor) as unit:
            need, contact_id = _theirs(gate, unit, code), gate.who.contact_id
            if need is None or contact_id is None:
                return no_case(gate)
            (taken_over_on_word if on_word else offer)(unit, need.id, contact_id, _chosen())
    except NotHandedOverError as error:
        return _page(gate, code, reason(error, gate.words()))
    return gate.to("board.look" if on_word else "handover.look", **({} if on_word else {"code": code}), said="done")


def _chosen() -> UUID:
    try:
        return UUID(request.form.get("colleague", ""))
    except ValueError:
        raise NotHandedOverError("choose a colleague") from None


def _page(gate: Gate, code: str, trouble: str | None = None) -> Response:
    with gate.store.read() as unit:
        need = _theirs(gate, unit, code)
        if need is None:
            return no_case(gate)
        colleagues = [] if gate.who.duress else colleagues_for(unit, need)
    return gate.show(
        "console/handover.html",
        HTTPStatus.OK if trouble is None else HTTPStatus.CONFLICT,
        code=code,
        colleagues=colleagues,
        trouble=trouble,
    )


def _theirs(gate: Gate, unit: UnitOfWork, code: str) -> Need | None:
    """The need by which whoever asks has the case of this code."""
    opened = opened_by_code(unit, code, gate.who)
    if opened is None:
        return None
    mine = select(Need).join(Alert, Alert.id == Need.alert_id)
    mine = mine.where(
        Need.case_id == opened.case.id,
        Alert.kind == CUSTODY,
        Need.kind == NeedKind.COORDINATOR,
        Need.state == NeedState.ACCEPTED,
        Need.accepted_by == gate.who.contact_id,
    )
    return unit.session.scalars(mine).one_or_none()
