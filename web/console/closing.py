"""The end of a case: closed with a word on why, kept for a remedy, erased in its time if somebody agrees."""

from __future__ import annotations

from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request

from cases.retention import (
    Retention,
    RetentionError,
    close_case,
    confirm_erasure,
    erased_on,
    has_open_remedy,
    keep_case,
    reopen_case,
    standing_of_case,
)
from contacts.accounts.roles import Ability
from web.console.addressed import no_case, readable_case
from web.console.gate import Guard
from web.refusals import reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cases.models import Case
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

ENDS = Guard(ability=Ability.CLOSE)
NOTHING_TYPED: Final[Mapping[str, str]] = MappingProxyType({})


def closing_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("closing", __name__)
    gate.page(pages, "/console/case/<code>/closing", look, ENDS)
    gate.press(pages, "/console/case/<code>/closing", decide, ENDS)
    return pages


def look(gate: Gate, code: str) -> Response:
    """Show whether a case is closed, and what becomes of it."""
    return _page(gate, code)


def decide(gate: Gate, code: str) -> Response:
    """Close, reopen, keep, keep no longer, or agree that it is erased. Who is being forced changes nothing."""
    who = gate.who
    if who.duress:
        return gate.to("closing.look", code=code, said="done")
    try:
        with gate.store.unit(who.actor) as unit:
            case = readable_case(gate, unit, code)
            if case is None:
                return no_case(gate)
            _act(unit, case, request.form.get("do", ""), request.form.get("note", ""))
    except RetentionError as error:
        return _page(gate, code, reason(error, gate.words()), request.form)
    return gate.to("closing.look", code=code, said="done")


def _act(unit: UnitOfWork, case: Case, what: str, note: str) -> None:
    by = unit.actor
    match what:
        case "close" | "no_case":
            close_case(unit, case.id, by=by, note=note, no_case=what == "no_case")
        case "reopen":
            reopen_case(unit, case.id, by=by)
        case "keep" | "let_go":
            keep_case(unit, case.id, by=by, note=note, keep=what == "keep")
        case "agree":
            confirm_erasure(unit, case.id, by=by)
        case _:
            raise RetentionError("press one of the buttons")


def _page(gate: Gate, code: str, trouble: str | None = None, typed: Mapping[str, str] = NOTHING_TYPED) -> Response:
    """Show it; with ``trouble``, why nothing was done, beside what they had ``typed``."""
    keeps = typed.get("do") == "keep"
    terms = None if gate.keeping is None else gate.keeping.terms
    with gate.store.read() as unit:
        case = readable_case(gate, unit, code)
        if case is None:
            return no_case(gate)
        row = unit.session.get(Retention, case.id)
        standing = None if row is None else standing_of_case(unit, row)
        on = None if standing is None or terms is None else erased_on(standing, terms)
        runs = has_open_remedy(unit, case.id)
    return gate.show(
        "console/closing.html",
        HTTPStatus.OK if trouble is None else HTTPStatus.CONFLICT,
        code=code,
        closed_at=None if standing is None else standing.closed_at,
        standing=standing,
        erased_on=on,
        runs=runs,
        trouble=trouble,
        note="" if keeps else typed.get("note", ""),
        remedy=typed.get("note", "") if keeps else "",
    )
