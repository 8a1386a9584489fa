"""What is known of the person of a case, and who may learn it: entered by who has the case, never overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import aliased

from alerts.screens.opening import opened_by_code
from alerts.search.dismissing import confirm_dismissal, counsel_of, deny_dismissal
from cases import verification
from cases.consent import agreeing
from cases.consent.deciding import in_force
from cases.consent.errors import ConsentError
from cases.consent.models import EmergencyRelease
from cases.consent.people import enter_fact, mark_guardian, take_fact_back
from cases.consent.values import CONFIDENCES
from cases.consent.vocabulary import CEILING, FIELDS, Audience, Authority, FieldClass
from cases.docket.dismissing import ask_to_dismiss
from cases.docket.models import Dismissal
from cases.duress import agree_on_word
from cases.models import Report
from cases.views.audience import standing_in
from cases.views.responder import view_of
from cases.views.rows import SETS, rows_from
from contacts.accounts.roles import Ability
from store.sets import Together, Wanted
from web.console.addressed import no_case, note_shown, readable_case
from web.console.entered import refused
from web.console.gate import Guard

if TYPE_CHECKING:
    from collections.abc import Callable

    from cases.consent.deciding import Standing
    from cases.models import Case
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

_UNVERIFIED = aliased(Report)
_WANTED: Final = Together(
    {
        **SETS,
        "signed": Wanted(EmergencyRelease, EmergencyRelease.case_id),
        "dismissal": Wanted(Dismissal, Dismissal.case_id, where=Dismissal.answered_at.is_(None)),
        "unverified": Wanted(_UNVERIFIED, _UNVERIFIED.case_id, where=_UNVERIFIED.verified_at.is_(None)),
    }
)
ENTER = Guard(ability=Ability.ENTER)
ASKED = (Authority.PERSON, Authority.PRIOR_INSTRUCTION, Authority.GUARDIAN, Authority.RELATIVE, Authority.REPORTER)
"""Whose word can be entered here. Vital interest is approved with a release."""


def person_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("person", __name__)
    path = "/console/case/<code>/person"
    gate.page(pages, path, look, ENTER)
    for name, use in USES.items():
        gate.press(pages, f"{path}/{name.replace('_', '-')}", _press(name, use), ENTER)
    return pages


def look(gate: Gate, code: str) -> Response:
    """Show it, and note who was shown it."""
    with gate.store.read() as unit:
        opened = opened_by_code(unit, code, gate.who)
        if opened is None:
            return no_case(gate)
        found = _WANTED.of(unit.session, opened.case.id)
        rows = rows_from(opened.case, found)
        view = view_of(unit, rows, gate.who.role, docket=(), told=())
        standing = standing_in(unit, rows)
        unwanted = [row for (row,) in found["dismissal"]]
        counsel = counsel_of(unit, opened.case.id) if unwanted and gate.who.role == "coordinator" else []
        signed = agreeing.signed_in(unit, [row for (row,) in found["signed"]])
        unit.session.expunge_all()  # it is drawn when the unit is over
    note_shown(gate, opened.case.id, opened.end)
    return gate.show(
        "console/person.html",
        view=view,
        standing=standing,
        matrix=matrix_of(standing),
        kinds=list(FieldClass),
        audiences=list(Audience),
        authorities=[one.name.lower() for one in ASKED],
        fields=list(FIELDS),
        confidences=CONFIDENCES,
        bases=list(verification.Basis),
        counsels=[name for name, kind in FIELDS.items() if kind is FieldClass.COUNSEL],
        is_counsel=gate.who.role == "lawyer",
        signed=signed,
        unwanted=unwanted,
        counsel=counsel,
        is_verified=not found["unverified"],
    )


def _press(name: str, use: Callable[[Gate, UnitOfWork, Case], None]) -> Callable[..., Response]:
    """Make the view that carries something out in a case that whoever asks reads; or says what is wrong."""

    def view(gate: Gate, code: str) -> Response:
        try:
            with gate.store.unit(gate.who.actor) as unit:
                case = readable_case(gate, unit, code)
                if case is None:
                    return no_case(gate)
                use(gate, unit, case)
        except (ConsentError, ValueError) as error:
            return refused(gate, error)
        return gate.to("person.look", code=code, said="done")

    view.__name__ = name
    return view


def _fact(gate: Gate, unit: UnitOfWork, case: Case) -> None:
    """Enter what one source says about a field, or take back what stands in it: of the compartment, counsel only."""
    given = request.form
    name = given.get("field", "")
    if FIELDS.get(name) is FieldClass.COUNSEL and gate.who.role != "lawyer":
        raise ConsentError("only counsel opens the compartment, and puts anything in the place of what lies there")
    if given.get("do") == "take_back":
        take_fact_back(unit, case.id, name)
        return
    enter_fact(
        unit,
        case.id,
        name,
        given.get("value", ""),
        source=given.get("source", ""),
        confidence=given.get("confidence", ""),
    )


def _consent(_gate: Gate, unit: UnitOfWork, case: Case) -> None:
    """Enter what somebody said about who may learn what."""
    given = request.form
    kinds = [FieldClass(kind) for kind in given.getlist("kind")]
    if not kinds:
        raise ConsentError("tick what it is about")
    agreeing.enter_consent(
        unit,
        case.id,
        Audience(given.get("audience", "")),
        kinds,
        granted=given.get("granted") == "yes",
        authority=_authority(given.get("authority", "")),
        how=given.get("how", ""),
    )


def _bear_out(_gate: Gate, unit: UnitOfWork, case: Case) -> None:
    """Enter a source that bears the case out."""
    basis = verification.Basis(request.form.get("basis", ""))
    verification.bear_out(unit, case.id, basis, request.form.get("source", ""))


def _counsel(gate: Gate, unit: UnitOfWork, case: Case) -> None:
    """Open a field of the compartment to an audience, or close it again. Counsel only."""
    name, audience = request.form.get("field", ""), Audience(request.form.get("audience", ""))
    if gate.who.role != "lawyer" or gate.who.contact_id is None:
        raise ConsentError("only counsel opens the compartment")
    if request.form.get("do") == "close":
        agreeing.take_release_back(unit, case.id, name, audience)
    else:
        agreeing.release_field(unit, case.id, name, audience, gate.who.contact_id)


SWITCHES = {
    "freeze": agreeing.freeze,
    "thaw": agreeing.thaw,
    "suspect": verification.suspect,
    "clear": verification.clear,
}


def _switch(_gate: Gate, unit: UnitOfWork, case: Case) -> None:
    """Freeze or thaw; hold for a trap or clear."""
    act = SWITCHES.get(request.form.get("do", ""))
    if act is None:
        raise ConsentError("this is none of the choices of the form")
    act(unit, case.id)


def _message(_gate: Gate, unit: UnitOfWork, case: Case) -> None:
    """Move a message into the compartment of counsel, for good."""
    verification.move_to_counsel(unit, case.id, UUID(request.form.get("message", "")))


def _reporter(_gate: Gate, unit: UnitOfWork, case: Case) -> None:
    """Vouch for whoever reported it, or keep the word they say when they are made to write."""
    reports = unit.session.scalars(select(Report.id).where(Report.case_id == case.id).order_by(Report.id)).all()
    if not reports:
        raise ConsentError("nobody reported this case in a chat")
    for report_id in reports:
        if request.form.get("do") == "duress":
            agree_on_word(unit, report_id, request.form.get("word", ""))
        else:
            verification.verify_reporter(unit, report_id)


def _guardian(_gate: Gate, unit: UnitOfWork, case: Case) -> None:
    """Note whether the guardian has a part in what happens."""
    mark_guardian(unit, case.id, implicated=request.form.get("do") == "implicated")


def _dismissal(gate: Gate, unit: UnitOfWork, case: Case) -> None:
    """Keep that somebody wants the lawyer dismissed, or what the safe contact said to it. Only a coordinator asks."""
    given, lawyer = request.form, request.form.get("lawyer", "")
    match given.get("do"):
        case "ask":
            ask_to_dismiss(unit, case.id)
        case "confirmed" if gate.who.role == "coordinator":
            confirm_dismissal(unit, case, UUID(lawyer) if lawyer else None, given.get("how", ""))
        case "denied" if gate.who.role == "coordinator":
            deny_dismissal(unit, case, given.get("how", ""))
        case _:
            raise ConsentError("a coordinator asks the safe contact about the lawyer")


def _emergency(gate: Gate, unit: UnitOfWork, case: Case) -> None:
    """Keep what the person signed beforehand; fire it, or take it back."""
    given, release = request.form, request.form.get("release", "")
    match given.get("do"):
        case "fire" if gate.who.role == "coordinator" and gate.who.contact_id is not None:
            agreeing.fire_emergency_release(
                unit, agreeing.emergency_of(unit, case.id, UUID(release)), gate.who.contact_id
            )
        case "withdraw":
            agreeing.withdraw_emergency_release(unit, agreeing.emergency_of(unit, case.id, UUID(release)))
        case "sign":
            audiences = [Audience(one) for one in given.getlist("audience")]
            kinds = [FieldClass(one) for one in given.getlist("kind")]
            if not audiences or not kinds:
                raise ConsentError("tick for whom it is, and what")
            agreeing.sign_emergency_release(unit, case.id, audiences, kinds, given.get("terms", ""))
        case _:
            raise ConsentError("a coordinator fires what was signed beforehand")


USES: dict[str, Callable[[Gate, UnitOfWork, Case], None]] = {
    "fact": _fact,
    "consent": _consent,
    "bear_out": _bear_out,
    "counsel": _counsel,
    "switch": _switch,
    "message": _message,
    "reporter": _reporter,
    "guardian": _guardian,
    "emergency": _emergency,
    "dismissal": _dismissal,
}
"""What the forms of the page do, by the last part of their address."""


def _authority(name: str) -> Authority:
    found = {one.name.lower(): one for one in ASKED}.get(name)
    if found is None:
        raise ConsentError("say whose word it is")
    return found


def matrix_of(standing: Standing) -> list[tuple[FieldClass, list[tuple[Audience, str]]]]:
    """Return, for each class and audience, whether it is agreed to, refused, not asked, or could never be."""
    return [(kind, [(audience, _cell(kind, audience, standing)) for audience in Audience]) for kind in FieldClass]


def _cell(kind: FieldClass, audience: Audience, standing: Standing) -> str:
    if not any(FIELDS[name] is kind for name in CEILING[audience]):
        return "never"
    word = in_force(audience, kind, standing)
    if word is None:
        return "default" if audience is Audience.LAWYER else "not_asked"
    return "granted" if word.granted else "refused"
