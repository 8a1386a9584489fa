"""What is to leave: side by side with what stays, two who approve, an embargo, and calling it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy import select

from alerts.reading import reads_case
from alerts.releasing import call_back
from cases.consent.errors import ConsentError
from cases.consent.vocabulary import Audience
from cases.models import Case
from cases.releases.deciding import APPROVERS, GOES_TO
from cases.releases.models import OPEN, Basis, Release, ReleaseState, ReleaseVoice
from cases.releases.proposing import Proposal, approve, content_of, locked, propose, recipients_of, veto
from cases.views.audience import view_for_audience
from contacts.accounts.roles import Ability
from contacts.directory import active_contacts, name_of
from contacts.models import Contact
from web.console.gate import Guard
from web.console.person import no_case, readable_case, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

RELEASE = Guard(ability=Ability.RELEASE)
MOST_LISTED = 100


def release_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("releases", __name__)
    gate.page(pages, "/console/releases", look, RELEASE)
    gate.page(pages, "/console/case/<code>/release", prepare, RELEASE)
    gate.press(pages, "/console/case/<code>/release", propose_it, RELEASE)
    gate.page(pages, "/console/release/<uuid:release_id>", one, RELEASE)
    gate.press(pages, "/console/release/<uuid:release_id>", decide, RELEASE)
    return pages


@dataclass(frozen=True)
class Listed:
    """One release in the list. ``at``: when it came to be as it is."""

    id: UUID
    code: str
    audience: str
    state: str
    at: datetime
    not_before: datetime | None
    is_open: bool


def look(gate: Gate) -> Response:
    """List what waits, has left or was stopped, the newest first."""
    newest = select(Release).order_by(Release.proposed_at.desc(), Release.id.desc()).limit(MOST_LISTED)
    with gate.store.read() as unit:
        rows = [_listed(unit, one) for one in unit.session.scalars(newest) if _may_decide(gate, unit, one)]
    return gate.show("console/releases.html", rows=rows)


def _listed(unit: UnitOfWork, one: Release) -> Listed:
    return Listed(
        id=one.id,
        code=unit.session.get_one(Case, one.case_id).code,
        audience=one.audience,
        state=one.state,
        at=one.ended_at or one.sent_at or one.approved_at or one.proposed_at,
        not_before=one.not_before,
        is_open=one.state in OPEN,
    )


def prepare(gate: Gate, code: str) -> Response:
    """Show what would leave for an audience, beside what stays, and a form to propose it."""
    audience = _audience(request.args.get("audience", ""))
    with gate.store.read() as unit:
        case = readable_case(gate, unit, code)
        if case is None:
            return no_case(gate)
        view = None if audience is None else view_for_audience(unit, case, audience)
        role = None if audience is None else GOES_TO[audience]
        people = [] if role is None else [(one.id, name_of(unit, one)) for one in active_contacts(unit, role)]
    return gate.show(
        "console/release_new.html",
        code=code,
        audience=audience,
        audiences=list(GOES_TO),
        view=view,
        people=people,
        bases=list(Basis),
    )


def propose_it(gate: Gate, code: str) -> Response:
    """Write it down for others to approve; whoever proposes it has said yes to it."""
    try:
        with gate.store.unit(gate.who.actor) as unit:
            case, contact_id = readable_case(gate, unit, code), gate.who.contact_id
            if case is None or contact_id is None:
                return no_case(gate)
            release_id = propose(unit, case, _proposal(gate), contact_id)
            approve(unit, release_id, contact_id, gate.who.role)
    except (ConsentError, ValueError) as error:
        return refused(gate, error)
    return gate.to("releases.one", release_id=release_id, said="waits")


def one(gate: Gate, release_id: UUID) -> Response:
    """Show one release: what leaves, what stays, who said what, who has it."""
    with gate.store.read() as unit:
        release = unit.session.get(Release, release_id)
        if release is None or not _may_decide(gate, unit, release):
            return no_case(gate)
        case = unit.session.get_one(Case, release.case_id)
        return gate.show(
            "console/release.html",
            release=release,
            code=case.code,
            content=content_of(unit, release),
            view=view_for_audience(unit, case, Audience(release.audience)),
            voices=_voices(unit, release),
            recipients=[(_name(unit, row.contact_id), row) for row in recipients_of(unit, release.id)],
            is_open=release.state in OPEN,
            may_recall=release.state in (*OPEN, ReleaseState.SENT),
        )


def decide(gate: Gate, release_id: UUID) -> Response:
    """Say yes, stop it, or call it back."""
    try:
        with gate.store.unit(gate.who.actor) as unit:
            release, contact_id = unit.session.get(Release, release_id), gate.who.contact_id
            if release is None or contact_id is None or not _may_decide(gate, unit, release):
                return no_case(gate)
            _act(unit, release_id, contact_id, gate.who.role)
    except ConsentError as error:
        return refused(gate, error)
    return gate.to("releases.one", release_id=release_id, said="done")


def _act(unit: UnitOfWork, release_id: UUID, contact_id: UUID, role: str) -> None:
    acts: dict[str, Callable[[UnitOfWork, UUID, UUID, str], ReleaseState]] = {"approve": approve, "veto": veto}
    what = request.form.get("do", "")
    if what in acts:
        acts[what](unit, release_id, contact_id, role)
    elif what == "recall":
        release = locked(unit, release_id)
        if release.state in (*OPEN, ReleaseState.SENT):
            call_back(unit, release, "recalled")


def _may_decide(gate: Gate, unit: UnitOfWork, release: Release) -> bool:
    """Whether a release is shown: to every coordinator, and to counsel who reads the case; nobody who is forced."""
    who = gate.who
    if who.duress or who.contact_id is None or str(who.role) not in APPROVERS:
        return False
    return who.role == "coordinator" or reads_case(unit, who.role, who.contact_id, release.case_id)


def _proposal(gate: Gate) -> Proposal:
    audience = _audience(request.form.get("audience", ""))
    if audience is None:
        raise ConsentError("choose for whom it is")
    first = tuple(UUID(one) for one in request.form.getlist("recipient"))
    then = tuple(UUID(one) for one in request.form.getlist("fallback") if UUID(one) not in first)
    return Proposal(
        audience,
        first,
        then,
        Basis(request.form.get("basis", "")),
        request.form.get("reason", ""),
        _instant(request.form.get("not_before", ""), gate.words().zone),
    )


def _instant(text: str, zone: str) -> datetime | None:
    """Read a wall-clock time of the form, by the clock of whoever filled it in."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except ValueError:
        raise ConsentError("the time is written as 2030-12-31T10:00") from None


def _audience(text: str) -> Audience | None:
    return next((one for one in GOES_TO if one == text), None)


def _voices(unit: UnitOfWork, release: Release) -> list[tuple[str, ReleaseVoice]]:
    rows = unit.session.scalars(
        select(ReleaseVoice).where(ReleaseVoice.release_id == release.id).order_by(ReleaseVoice.said_at)
    )
    return [(_name(unit, row.contact_id), row) for row in rows]


def _name(unit: UnitOfWork, contact_id: UUID) -> str:
    return name_of(unit, unit.session.get_one(Contact, contact_id))
