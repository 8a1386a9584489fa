"""Whom a step means right now: rosters, roles and persons become contacts that can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.models import CANARY, CANARY_READER, Need, NeedState
from alerts.needs.conflicts import conflicts_of
from alerts.needs.loads import loads
from alerts.needs.seats import seated
from alerts.needs.ways import ways_to
from alerts.policy.ladder import Holder, Person, Role, Roster
from alerts.policy.policies import duty_named, find_member
from cases.models import Case
from cases.triage import topics_of
from contacts.accounts.coercion import coerced_contacts
from contacts.directory import active_contacts, find_contact
from contacts.matching import Candidate, Wanted, match
from contacts.models import Contact
from contacts.roster import on_call
from contacts.values import Role as ContactRole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from alerts.needs.conflicts import Conflicts
    from alerts.policy import Policies
    from alerts.policy.ladder import Step, Target
    from store.unit_of_work import UnitOfWork


ROLES_BEFORE_CONSENT = frozenset({"coordinator", "lawyer"})
"""Until there is consent nobody else is alerted, whatever a policy or a roster names."""


def may_be_on_call(contact: Contact) -> bool:
    """Whether somebody can have a turn on a roster: they have not left, and are alerted before there is consent."""
    return contact.left_at is None and contact.role in ROLES_BEFORE_CONSENT


def reachable(unit: UnitOfWork, step: Step, need: Need, policies: Policies | None = None) -> list[Contact]:
    """Return everybody a step means who may be paged and can be; each once, in the order of the step.

    Who sits on another seat of the same search is not asked for a second one, and nobody whose interests conflict or
    who is thought to be forced.
    Rosters are those of ``policies``, or those in force. A canary is read by nobody who lives.
    """
    if need.kind == CANARY:
        return [unit.session.get_one(Contact, CANARY_READER)]
    apart = seated(unit, need) | coerced_contacts(unit)
    about = _About(need, conflicts_of(unit, need), policies)
    seen: set[UUID] = set()
    found = []
    for target in step.notify:
        for contact in _contacts(unit, target, about):
            if contact.id in seen | apart or contact.role not in ROLES_BEFORE_CONSENT:
                continue
            seen.add(contact.id)
            if not about.conflicts.has(unit, contact) and ways_to(unit, contact):
                found.append(contact)
    return found


@dataclass(frozen=True)
class _About:
    """What a target is looked up for."""

    need: Need
    conflicts: Conflicts
    policies: Policies | None


def _contacts(unit: UnitOfWork, target: Target, about: _About) -> Iterator[Contact]:
    match target:
        case Person(name):
            yield from _present(find_contact(unit, name))
        case Roster(name):
            yield from _on_roster(unit, name, about.policies)
        case Role(role, criteria):
            yield from _of_role(unit, Role(role, criteria), about)
        case Holder():
            yield from _holders(unit, about.need)


def _present(contact: Contact | None) -> Iterator[Contact]:
    if contact is not None and contact.left_at is None:
        yield contact


def _on_roster(unit: UnitOfWork, name: str, policies: Policies | None) -> Iterator[Contact]:
    """Who is on call; without such a roster every coordinator, because an alert must not fall through a gap."""
    duty = duty_named(unit, name, policies)
    if duty is None:
        yield from active_contacts(unit, "coordinator")
        return
    member = on_call(duty.roster, duty.overrides, unit.now).member
    if member is not None:
        yield from _present(find_member(unit, member))


def _holders(unit: UnitOfWork, need: Need) -> Iterator[Contact]:
    """Who has the case, as the kind of human that is needed, the latest first."""
    holding = (
        select(Contact)
        .join(Need, Need.accepted_by == Contact.id)
        .where(Need.case_id == need.case_id, Need.kind == need.kind, Need.state == NeedState.ACCEPTED)
        .order_by(Need.accepted_at.desc())
    )
    yield from (one for one in unit.session.scalars(holding) if one.left_at is None)


def _of_role(unit: UnitOfWork, target: Role, about: _About) -> Iterator[Contact]:
    need = about.need
    contacts = {str(contact.id): contact for contact in active_contacts(unit, target.role)}
    held = loads(unit)
    case = None if need.case_id is None else unit.session.get(Case, need.case_id)
    region = None if case is None else case.region
    wanted = Wanted(
        role=ContactRole(target.role),
        region=region,
        language=None if case is None else case.language,
        country=None if region is None else region[:2],
        specialities=_topics(unit, need, target),
        at=unit.now,
    )
    candidates = [
        Candidate(
            contact_id=key,
            role=ContactRole(contact.role),
            regions=tuple(contact.regions),
            languages=tuple(contact.languages),
            specialities=tuple(contact.specialities),
            country=contact.country,
            active_cases=held.get(contact.id, 0),
            max_active_cases=contact.max_active_cases,
            may_act_until=contact.may_act_until,
            timezone=contact.timezone,
            conflicts=about.conflicts.has(unit, contact),
        )
        for key, contact in contacts.items()
    ]
    for candidate in match(candidates, wanted, target.match):
        yield contacts[candidate.contact_id]


def _topics(unit: UnitOfWork, need: Need, target: Role) -> frozenset[str]:
    """What the case is about, where the step asks for specialists: it stands in what was answered, under a key."""
    if need.case_id is None or "speciality" not in target.match:
        return frozenset()
    return topics_of(unit, need.case_id)
