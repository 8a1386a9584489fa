"""The policies and rosters in force: imported as one document, kept encrypted because it names people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import func, select

from alerts.events import PoliciesReplaced
from alerts.ladder import Holder, Ladder, Order, Step
from alerts.models import CANARY, DUE, Alert, PolicyDocument, RosterOverride
from alerts.policy import Policies, PolicyError, choose_policy, default_policy, overrides_of, read_policies
from cases.models import Case
from contacts.directory import find_contact
from contacts.duty import SAME_SHIFT, Duty
from contacts.models import Contact
from contacts.roster import Handoff, Override, RosterPlan
from store.base import new_id
from store.data_keys import SYSTEM
from store.errors import UnreadableError
from store.vault import Field

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.models import Need
    from alerts.policy import RosterSpec
    from store.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)
ABSENT = "absent"
"""Stands in a roster for a member nobody knows, so that everybody else keeps their turns."""

WHOEVER_HAS_IT = Step(
    (Holder(),),
    ("telegram", "sms", "voice", "email"),
    wait=timedelta(minutes=12),
    order=Order.IN_TURN,
    gap=timedelta(minutes=3),
)
"""Of what is due, whoever has the case hears first: in the chat, where they may just have entered it, then louder."""

CANARY_LADDER = Ladder((Step((), (CANARY,), wait=timedelta(minutes=15)),))
"""One step. Who is on it is known without looking (:func:`alerts.targets.reachable`)."""

_read = lru_cache(maxsize=2)(read_policies)
"""Every step of every search asks for the document, which seldom changes and takes milliseconds to read."""


def import_policies(unit: UnitOfWork, text: str) -> Policies:
    """Put a document in force; raises PolicyError (with lines) and changes nothing when it cannot be read.

    Searches under way begin afresh on the new ladders (:func:`alerts.paging.search_afresh`). Importing what is in
    force already changes nothing.
    """
    policies = read_policies(text)
    if policies == policies_in_force(unit):
        return policies
    document = PolicyDocument(id=new_id(), imported_at=unit.now)
    document.content = unit.vault.seal(SYSTEM, Field("policy_document", "content", document.id), text)
    unit.session.add(document)
    unit.session.flush()
    unit.record(PoliciesReplaced(case_id=None, document_id=document.id))
    return policies


def policies_in_force(unit: UnitOfWork) -> Policies:
    """Return the newest imported document, or what is used without one or with one that cannot be read any more."""
    document = unit.session.scalars(
        select(PolicyDocument).order_by(PolicyDocument.imported_at.desc(), PolicyDocument.id.desc()).limit(1)
    ).one_or_none()
    if document is None:
        return default_policy()
    field = Field("policy_document", "content", document.id)
    try:
        return _read(unit.vault.open(SYSTEM, field, document.content))
    except (PolicyError, UnreadableError) as error:
        # A document that was fine when it was imported and is not any more must not silence every search.
        log.exception("policies_unreadable", error=type(error).__name__, instead="the built-in policy")
        return default_policy()


def ladder_for(unit: UnitOfWork, need: Need) -> Ladder:
    """Return whom to ask for a need: the chosen policy's ladder, or the built-in one when the policy has none.

    Of what is due, whoever has the case hears first.
    """
    ladder = ladder_of(unit, need.kind, need.case_id)
    if unit.session.get_one(Alert, need.alert_id).kind in DUE:
        return replace(ladder, steps=(WHOEVER_HAS_IT, *ladder.steps), accepts=1)
    return ladder


def ladder_of(unit: UnitOfWork, kind: str, case_id: UUID | None) -> Ladder:
    """Return whom to ask for a need of this kind of a case, or of none."""
    if kind == CANARY:
        return CANARY_LADDER
    policies = policies_in_force(unit)
    case = None if case_id is None else unit.session.get(Case, case_id)
    jurisdiction = None if case is None or case.region is None else case.region[:2]
    chosen = choose_policy(policies.policies, jurisdiction=jurisdiction, risk=None)
    built_in = default_policy().policies[0]
    return chosen.needs.get(kind) or built_in.needs[kind]


def duties(unit: UnitOfWork) -> list[Duty]:
    """Return every roster that has members, with what was agreed about its shifts, as in the document."""
    return [_duty(unit, spec) for spec in policies_in_force(unit).rosters if spec.members]


def duty_named(unit: UnitOfWork, name: str, policies: Policies | None = None) -> Duty | None:
    """Return one roster, with members by contact id; None when there is none of that name, or it is empty.

    Of those in force, unless it is asked about ``policies`` that are not.
    """
    spec = next((one for one in (policies or policies_in_force(unit)).rosters if one.name == name), None)
    return None if spec is None or not spec.members else _duty(unit, spec)


def rosters_since(unit: UnitOfWork) -> datetime | None:
    """Return since when this team has imported documents at all; None if it never did."""
    since: datetime | None = unit.session.scalar(select(func.min(PolicyDocument.imported_at)))
    return since


def _duty(unit: UnitOfWork, spec: RosterSpec) -> Duty:
    written_at = unit.session.scalar(select(func.max(PolicyDocument.imported_at))) or unit.now
    written = overrides_of(spec, partial(_member_id, unit), written_at)
    return Duty(_plan(unit, spec), (*written, *_agreed(unit, spec.name)))


def _agreed(unit: UnitOfWork, roster: str) -> list[Override]:
    """What was agreed since, but for what is long over: the last hand-off is looked for a week back."""
    rows = unit.session.scalars(
        select(RosterOverride)
        .where(RosterOverride.roster == roster, RosterOverride.ends_at > unit.now - 2 * SAME_SHIFT)
        .order_by(RosterOverride.created_at, RosterOverride.id)
    )
    return [Override(str(row.contact_id), row.starts_at, row.ends_at, row.created_at) for row in rows]


def _plan(unit: UnitOfWork, spec: RosterSpec) -> RosterPlan:
    return RosterPlan(
        name=spec.name,
        timezone=spec.timezone,
        every=spec.every,
        handoff=Handoff(spec.handoff_time, spec.handoff_weekday),
        members=tuple(_member_id(unit, member) for member in spec.members),
    )


def _member_id(unit: UnitOfWork, name: str) -> str:
    contact = find_contact(unit, name)
    return ABSENT if contact is None else str(contact.id)


def find_member(unit: UnitOfWork, member: str) -> Contact | None:
    """Return the contact behind a roster's member id."""
    return None if member == ABSENT else unit.session.get(Contact, UUID(member))
