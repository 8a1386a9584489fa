"""Sealed files: that they are there, who confirms that one must be opened, who agrees, who objects.

What was left in one shows on no page before it was opened; then it shows on the page of its case, by the rules of that.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, Response, request

from alerts.screens.sealed_reading import note_trusted_shown, report_to_count, sealed_listed, sealed_shown
from cases.consent.errors import ConsentError
from cases.docket.reading import case_by_code
from cases.sealed import keeping, triggering
from cases.sealed.confirming import free_as_confirmed, stop_as_confirmed
from contacts.accounts.roles import Ability
from web.console.gate import Guard
from web.refusals import reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from cases.sealed.models import SealedFile
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

UNSEALS = Guard(ability=Ability.UNSEAL)


def sealed_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("sealed", __name__)
    gate.page(pages, "/console/sealed", look_through, UNSEALS)
    gate.page(pages, "/console/sealed/<code>", look, UNSEALS)
    gate.press(pages, "/console/sealed/<code>", decide, UNSEALS)
    return pages


def look_through(gate: Gate) -> Response:
    """List the files; under duress there are none."""
    with gate.store.read() as unit:
        listed = [] if gate.who.duress else sealed_listed(unit)
    return gate.show("console/sealed.html", listed=listed)


def look(gate: Gate, code: str) -> Response:
    """Show one, and note who was shown whom the person trusts, whatever the request says of itself."""
    if gate.who.duress or gate.who.contact_id is None:
        return _none(gate)
    with gate.store.read() as unit:
        shown = sealed_shown(unit, code, gate.who)
    if shown is None:
        return _none(gate)
    if shown.trusted:
        with gate.store.unit(gate.who.actor, rings=False) as unit:
            note_trusted_shown(unit, shown, gate.who.contact_id)
    return gate.show("console/sealed_one.html", shown=shown, is_coordinator=gate.who.role == "coordinator")


def decide(gate: Gate, code: str) -> Response:
    """Carry out what the form says. Under duress it looks done, and nothing is."""
    if gate.who.duress:
        return gate.to("sealed.look_through", said="done")
    act = ACTS.get(request.form.get("do", ""))
    try:
        with gate.store.unit(gate.who.actor) as unit:
            case = case_by_code(unit, code)
            file = None if case is None else keeping.file_of_case(unit, case.id)
            if file is None or file.withdrawn_at is not None or act is None:
                return _none(gate)
            act(gate, unit, file)
    except ConsentError as error:
        return gate.show("console/refused.html", HTTPStatus.CONFLICT, why=reason(error, gate.words()))
    return gate.to("sealed.look", code=code, said="done")


def _given(name: str) -> str:
    return request.form.get(name, "")


def _report(gate: Gate, unit: UnitOfWork, file: SealedFile) -> None:
    """Count a report as a source: only for who reads it, because they say that it is about the person."""
    report = report_to_count(unit, _given("report"), gate.who)
    if report is None:
        raise ConsentError("only who reads that report can say whom it is about")
    triggering.confirm_by_report(unit, file, report, _given("words"))


def _word(_gate: Gate, unit: UnitOfWork, file: SealedFile) -> None:
    triggering.confirm_by_word(unit, file, _given("who"), _given("words"))


def _missed(_gate: Gate, unit: UnitOfWork, file: SealedFile) -> None:
    triggering.confirm_missed(unit, file, _given("words"))


def _drop(_gate: Gate, unit: UnitOfWork, file: SealedFile) -> None:
    try:
        triggering.drop_source(unit, file, UUID(_given("source")))
    except ValueError:
        raise ConsentError("this is none of the choices of the form") from None


def _approve(gate: Gate, unit: UnitOfWork, file: SealedFile) -> None:
    if gate.who.contact_id is None:
        raise ConsentError("a coordinator or a lawyer agrees to opening it")
    triggering.approve(unit, file, gate.who.contact_id, gate.who.role, _given("words"), zone=gate.zone)


def _object(_gate: Gate, unit: UnitOfWork, file: SealedFile) -> None:
    triggering.object_to(unit, file, _given("words"))


def _stop(_gate: Gate, unit: UnitOfWork, file: SealedFile) -> None:
    """Stop the check-ins, because the person said so by the way that is safe."""
    stop_as_confirmed(unit, file, _given("words"))


def _free(_gate: Gate, unit: UnitOfWork, file: SealedFile) -> None:
    """Say that nobody makes the person write, as they confirmed by the way that is safe."""
    free_as_confirmed(unit, file, _given("words"))


ACTS: dict[str, Callable[[Gate, UnitOfWork, SealedFile], None]] = {
    "report": _report,
    "word": _word,
    "missed": _missed,
    "drop": _drop,
    "approve": _approve,
    "object": _object,
    "stop": _stop,
    "free": _free,
}
"""What the forms of the page do."""


def _none(gate: Gate) -> Response:
    """Answer for a file that is not there; one that was withdrawn is none."""
    return gate.show("console/message.html", HTTPStatus.NOT_FOUND, key="web.sealed_none")
