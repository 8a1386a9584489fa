"""What is to leave: side by side with what stays, two who approve, an embargo, and calling it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import aliased

from alerts.needs.team import fetch_keys, names_of
from alerts.occasions.releasing import call_back, reached_by_link
from alerts.screens.opening import end_at, last_event, may_be_read_by, opened_by_code, reads_case
from alerts.telling.case_list import SEES_ALL
from cases.consent.errors import ConsentError
from cases.consent.vocabulary import Audience
from cases.models import Case
from cases.releases.deciding import APPROVERS, GOES_TO
from cases.releases.models import OPEN, Basis, Release, ReleaseRecipient, ReleaseState, ReleaseVoice
from cases.releases.opening import free_link
from cases.releases.proposing import (
    Proposal,
    approve,
    content_in,
    locked,
    propose,
    reason_of,
    stopped_by,
    veto,
)
from cases.views.audience import rows_for_audiences, view_for_audience, view_in
from contacts.accounts.roles import Ability
from contacts.directory import active_contacts
from contacts.models import Contact
from store.data_keys import case_scope, contact_scope
from store.sets import Together, Wanted
from web.console.addressed import no_case, note_shown, readable_case
from web.console.entered import RefusedError, id_given, instant_given, refused
from web.console.gate import Guard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select

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
    with gate.store.read() as unit:
        rows = [] if not _has_a_voice(gate) else [_listed(*row) for row in unit.session.execute(_newest(gate, unit))]
    return gate.show("console/releases.html", rows=rows)


def _newest(gate: Gate, unit: UnitOfWork) -> Select[Release, str]:
    """The newest releases: to a coordinator all, to counsel those of cases they read."""
    wanted = (
        select(Release, Case.code)
        .join(Case, Case.id == Release.case_id)
        .order_by(Release.proposed_at.desc(), Release.id.desc())
        .limit(MOST_LISTED)
    )
    return wanted if gate.who.role == SEES_ALL else wanted.where(may_be_read_by(gate.who, unit.now))


def _listed(one: Release, code: str) -> Listed:
    return Listed(
        id=one.id,
        code=code,
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
        opened = opened_by_code(unit, code, gate.who)
        if opened is None:
            return no_case(gate)
        view = None if audience is None else view_for_audience(unit, opened.case, audience)
        role = None if audience is None else GOES_TO[audience]
        found = [] if role is None else list(active_contacts(unit, role))
        fetch_keys(unit, found)
        reached = reached_by_link(unit, [one.id for one in found]) if found else set()
        people = [(id_, name, id_ in reached) for id_, name in names_of(unit, found).items()]
        unit.session.expunge_all()  # it is drawn when the unit is over
    if view is not None:
        note_shown(gate, opened.case.id, opened.end)
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
            proposal = _proposal(gate)
            release_id = propose(unit, case, proposal, contact_id)
            _refuse_unreachable(unit, proposal)
            approve(unit, release_id, contact_id, gate.who.role)
    except (ConsentError, ValueError) as error:
        return refused(gate, error)
    return gate.to("releases.one", release_id=release_id, said="waits")


def _refuse_unreachable(unit: UnitOfWork, proposal: Proposal) -> None:
    """Refuse who can be sent nothing now: it would be approved, and said to be sent, and reach nobody."""
    everybody = {*proposal.recipients, *proposal.fallbacks}
    if everybody - reached_by_link(unit, everybody):
        raise ConsentError("a recipient has no proved way that carries a link")


def one(gate: Gate, release_id: UUID) -> Response:
    """Show one release: what leaves and stays, why, on what ground, who said what, who has it. That it was is noted."""
    if not _has_a_voice(gate):
        return no_case(gate)
    with gate.store.read() as unit:
        last, is_last = last_event()
        wanted = _newest(gate, unit).add_columns(Case, last.position, last.mac).outerjoin(last, is_last)
        found = unit.session.execute(wanted.where(Release.id == release_id)).one_or_none()
        if found is None:
            return no_case(gate)
        release, _, case, position, mac = found
        rows = rows_for_audiences(unit, case)
        voices, recipients = _people_of(unit, release)
        content = content_in(unit, rows, release)
        shown = {
            "release": release,
            "code": rows.case.code,
            "content": content,
            "view": view_in(unit, rows, Audience(release.audience)),
            "voices": voices,
            "recipients": recipients,
            "reason": reason_of(unit, release),
            "is_open": release.state in OPEN,
            "may_approve": release.state == ReleaseState.PROPOSED and not _has_approved(gate, voices),
            "may_stop": release.state in stopped_by(str(gate.who.role)),
            "may_recall": release.state in (*OPEN, ReleaseState.SENT),
            "elsewhere": _open_somewhere(release, [one for _, one in recipients], unit.now),
        }
        unit.session.expunge_all()  # it is drawn when the unit is over
    if content is not None:
        note_shown(gate, rows.case.id, end_at(position, mac))
    return gate.show("console/release.html", **shown)


def _open_somewhere(release: Release, recipients: Sequence[ReleaseRecipient], now: datetime) -> set[UUID]:
    """Whose link opens on one device alone by now: they may want it on another."""
    opened = [one for one in recipients if one.device_index is not None and (one.expires_at or now) > now]
    return {one.id for one in opened} if release.state == ReleaseState.SENT else set()


def _has_approved(gate: Gate, voices: Sequence[tuple[str, ReleaseVoice]]) -> bool:
    return any(one.contact_id == gate.who.contact_id and one.approves for _, one in voices)


def decide(gate: Gate, release_id: UUID) -> Response:
    """Say yes, stop it, call it back, or let a recipient open their link on another device."""
    try:
        with gate.store.unit(gate.who.actor) as unit:
            release, contact_id = unit.session.get(Release, release_id), gate.who.contact_id
            if release is None or contact_id is None or not _may_decide(gate, unit, release):
                return no_case(gate)
            _act(unit, release_id, contact_id, gate.who.role)
    except (ConsentError, RefusedError) as error:
        return refused(gate, error)
    return gate.to("releases.one", release_id=release_id, said="done")


def _act(unit: UnitOfWork, release_id: UUID, contact_id: UUID, role: str) -> None:
    match request.form.get("do", ""):
        case "approve":
            approve(unit, release_id, contact_id, role)
        case "veto":
            if veto(unit, release_id, contact_id, role) != ReleaseState.VETOED:
                raise ConsentError("a no stops it no longer: call it back")
        case "recall":
            release = locked(unit, release_id)
            if release.state in (*OPEN, ReleaseState.SENT):
                call_back(unit, release, "recalled")
        case "another_device":
            free_link(unit, release_id, id_given("recipient"))
        case _:
            pass


def _has_a_voice(gate: Gate) -> bool:
    """Whether releases are for whoever asks at all: for nobody who is forced."""
    return not gate.who.duress and gate.who.contact_id is not None and str(gate.who.role) in APPROVERS


def _may_decide(gate: Gate, unit: UnitOfWork, release: Release) -> bool:
    """Whether a release is shown: to every coordinator, and to counsel who reads the case; nobody who is forced."""
    who = gate.who
    if who.contact_id is None or not _has_a_voice(gate):
        return False
    return who.role == SEES_ALL or reads_case(unit, who.role, who.contact_id, release.case_id)


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
        instant_given("not_before", gate.words().zone).at if request.form.get("not_before") else None,
    )


def _audience(text: str) -> Audience | None:
    return next((one for one in GOES_TO if one == text), None)


_OF_VOICE, _OF_RECIPIENT = aliased(Contact), aliased(Contact)
_PEOPLE: Final = Together(
    {
        "voices": Wanted(
            ReleaseVoice, ReleaseVoice.release_id, ((_OF_VOICE, _OF_VOICE.id == ReleaseVoice.contact_id),)
        ),
        "recipients": Wanted(
            ReleaseRecipient,
            ReleaseRecipient.release_id,
            ((_OF_RECIPIENT, _OF_RECIPIENT.id == ReleaseRecipient.contact_id),),
        ),
    }
)


def _people_of(
    unit: UnitOfWork, release: Release
) -> tuple[list[tuple[str, ReleaseVoice]], list[tuple[str, ReleaseRecipient]]]:
    """Return who said what to a release, and whom it goes to, by name. The keys of its case come along."""
    found = _PEOPLE.of(unit.session, release.id)
    voices = sorted(found["voices"], key=lambda row: row[0].said_at)
    recipients = sorted(found["recipients"], key=lambda row: (row[0].fallback, row[0].id))
    people = [contact for _, contact in (*voices, *recipients)]
    unit.vault.fetch([case_scope(release.case_id), *(contact_scope(one.id) for one in people)])
    names = names_of(unit, people)
    return (
        [(names.get(contact.id, ""), row) for row, contact in voices],
        [(names.get(contact.id, ""), row) for row, contact in recipients],
    )
