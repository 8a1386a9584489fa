"""Assigning: a coordinator asks one lawyer for a case, by name, while the search for one goes on.

Whoever is chosen is paged as anybody on the ladder is, on the step on which it stands: if they do not answer, the next
are asked when they would have been. A yes by telephone is recorded as theirs, on the word of who heard it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, exists, false, or_, select

from alerts.events import LawyerChosen, NeedAcceptedOnWord
from alerts.models import CUSTODY, SOUGHT, Alert, ChannelState, Need, Page
from alerts.needs.conflicts import conflicts_of
from alerts.needs.loads import cases_held
from alerts.needs.seats import seated
from alerts.search.acks import Ack, accept_need
from alerts.search.planning import open_need
from alerts.search.rings import ring
from cases.models import Report
from cases.retention import is_closed
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from contacts.accounts.coercion import is_coerced
from contacts.accounts.models import Account
from contacts.directory import avoided_by, name_of
from contacts.matching import Candidate, Wanted, match
from contacts.models import Contact, ContactMethod
from contacts.values import Role
from store.base import OWN, new_id

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import Select

    from cases.models import Case
    from store.unit_of_work import UnitOfWork

CHANNELS: Final = ("telegram", "sms", "voice", "email")
"""By what somebody who was chosen is rung: all at once, for a person stands behind it and waits."""

FITTING: Final = ("region", "language")
"""By what a lawyer may fit a case, as far as both are known."""


class NotAssignedError(ValueError):
    """A lawyer cannot be asked for a case; the message says why."""


@dataclass(frozen=True)
class Lawyer:
    """Somebody who could be asked. ``fits``: which of region and language they are known to match."""

    contact_id: UUID
    name: str
    regions: tuple[str, ...]
    languages: tuple[str, ...]
    cases: int
    is_full: bool
    is_reached: bool
    fits: frozenset[str]


@dataclass(frozen=True)
class People:
    """Contacts that were read by one statement: lawyers who could be asked, and others whose names are wanted."""

    lawyers: Sequence[tuple[Contact, int, bool]]
    """Each with how many cases they have, and whether any way leads to them."""
    named: Mapping[UUID, Contact]


def people_for(unit: UnitOfWork, case: Case, named: Collection[UUID], *, lawyers: bool) -> People:
    """Read the contacts whose names are wanted and, with ``lawyers``, whoever could take the case. One statement.

    No lawyer is among them who is being forced or reported it themselves.
    """
    rows = unit.session.execute(_people(case, named, lawyers=lawyers)).all()
    return People(
        [(contact, cases or 0, bool(reached)) for contact, cases, reached, fit in rows if fit],
        {contact.id: contact for contact, *_ in rows if contact.id in named},
    )


def _people(case: Case, named: Collection[UUID], *, lawyers: bool) -> Select[Contact, int, bool, bool]:
    loads = cases_held().subquery()
    off = select(ChannelState.channel).where(ChannelState.configured.is_(False))
    way = exists().where(
        ContactMethod.contact_id == Contact.id,
        ContactMethod.chat_id.is_not(None),
        ContactMethod.verified_at.is_not(None),
        ContactMethod.dead_at.is_(None),
        ContactMethod.channel.not_in(off),
    )
    reported = exists().where(
        ContactMethod.contact_id == Contact.id, ContactMethod.chat_id == Report.chat_id, Report.case_id == case.id
    )
    forced = exists().where(Account.contact_id == Contact.id, Account.coerced_at.is_not(None))
    fit = and_(Contact.role == str(Role.LAWYER), Contact.left_at.is_(None), ~reported, ~forced)
    wanted = Contact.id.in_(list(named))
    return (
        select(Contact, loads.c.cases, way, fit if lawyers else false())
        .outerjoin(loads, loads.c.accepted_by == Contact.id)
        .where(or_(wanted, fit) if lawyers else wanted)
        .order_by(Contact.created_at, Contact.id)
    )


def lawyers_among(unit: UnitOfWork, case: Case, people: People, takers: Collection[Contact]) -> list[Lawyer]:
    """Return the lawyers who could take a case, the best first: who can be reached, who fits, who has room.

    ``takers``: who has it by now; nobody is asked to work beside whom they avoid. No statement where keys are at hand.
    """
    avoided = {name for taker in takers for name in avoided_by(unit, taker)}
    names = {taker.name_index for taker in takers}
    held = {taker.id for taker in takers}
    known = {
        str(contact.id): (contact, is_reached, cases)
        for contact, cases, is_reached in people.lawyers
        if contact.id not in held
        and contact.name_index not in avoided
        and names.isdisjoint(_avoids(unit, contact, names))
    }
    region = case.region
    wanted = Wanted(
        role=Role.LAWYER,
        at=unit.now,
        region=region,
        language=case.language,
        country=None if region is None else region[:2],
    )
    everybody = [_candidate(contact, cases) for contact, _, cases in known.values()]
    by = {name: {one.contact_id for one in match(everybody, wanted, frozenset({name}))} for name in FITTING}
    found = [
        _lawyer(unit, one, known[one.contact_id], frozenset(name for name, who in by.items() if one.contact_id in who))
        for one in match(everybody, wanted, frozenset())
    ]
    return sorted(found, key=lambda one: (not one.is_reached, -len(one.fits), one.is_full, one.cases, one.name))


def _avoids(unit: UnitOfWork, contact: Contact, names: Collection[bytes]) -> frozenset[bytes]:
    return avoided_by(unit, contact) if names else frozenset()


def _candidate(contact: Contact, cases: int) -> Candidate:
    return Candidate(
        contact_id=str(contact.id),
        role=Role(contact.role),
        regions=tuple(contact.regions),
        languages=tuple(contact.languages),
        country=contact.country,
        active_cases=cases,
        max_active_cases=contact.max_active_cases,
        may_act_until=contact.may_act_until,
        timezone=contact.timezone,
    )


def _lawyer(unit: UnitOfWork, one: Candidate, known: tuple[Contact, bool, int], fits: frozenset[str]) -> Lawyer:
    contact, is_reached, cases = known
    return Lawyer(contact.id, name_of(unit, contact), one.regions, one.languages, cases, one.is_full, is_reached, fits)


def assign_lawyer(unit: UnitOfWork, case: Case, contact_id: UUID, zone: str) -> None:
    """Page a lawyer for a case, and nobody else; the search goes on as it was going. Repeating it rings nobody twice.

    Where none is sought, because nobody thought of one yet, one is from now on. Raises NotAssignedError.
    """
    need = _sought(unit, case, zone)
    contact = _lawyer_of(unit, contact_id)
    if is_coerced(unit, contact_id) or contact_id in seated(unit, need) or conflicts_of(unit, need).has(unit, contact):
        raise NotAssignedError("they cannot work on this case")
    same = select(Page).where(
        Page.need_id == need.id, Page.round == need.round, Page.step == need.step, Page.contact_id == contact_id
    )
    page = unit.session.scalars(same).one_or_none()
    if page is not None and page.declined_at is not None:
        raise NotAssignedError("they have just said no; talk to them, or ask somebody else")
    if page is None:
        page = Page(
            id=new_id(),
            need_id=need.id,
            contact_id=contact_id,
            round=need.round,
            step=need.step,
            asked_at=unit.now,
            channels=list(CHANNELS),
            gap_seconds=None,
        )
        unit.session.add(page)
        unit.session.flush()
        unit.record_last(LawyerChosen(case_id=case.id, need_id=need.id, contact_id=contact_id))
    ring(unit, need, page)


def accepted_by_telephone(unit: UnitOfWork, case: Case, contact_id: UUID, zone: str) -> Ack:
    """Record that a lawyer has said yes to who answers for this unit; as if they had pressed it themselves.

    Raises NotAssignedError.
    """
    need = _sought(unit, case, zone)
    contact = _lawyer_of(unit, contact_id)
    if is_coerced(unit, contact_id) or conflicts_of(unit, need).has(unit, contact):
        raise NotAssignedError("they cannot work on this case")
    ack = accept_need(unit, need.id, contact_id)
    if ack is Ack.YOURS:
        unit.record_last(NeedAcceptedOnWord(case_id=case.id, need_id=need.id, contact_id=contact_id))
    return ack


def _lawyer_of(unit: UnitOfWork, contact_id: UUID) -> Contact:
    contact = unit.session.get(Contact, contact_id)
    if contact is None or contact.left_at is not None or contact.role != str(Role.LAWYER):
        raise NotAssignedError("choose a lawyer of the directory who helps now")
    return contact


def _sought(unit: UnitOfWork, case: Case, zone: str) -> Need:
    """The search for a lawyer, locked: the first seat that is open. One is opened where there was never any.

    None for a closed case, for which nobody is sought. Raises NotAssignedError.
    """
    if is_closed(unit, case.id):
        raise NotAssignedError("the case is closed: nobody is rung for it")
    needs = _lawyer_needs(unit, case.id)
    if not needs:
        alert = unit.session.scalars(select(Alert).where(Alert.case_id == case.id, Alert.kind == CUSTODY)).one_or_none()
        if alert is None:
            raise NotAssignedError("nobody is sought for this case yet; it was opened a moment ago")
        open_need(unit, alert, NeedKind.LAWYER, Urgency.NOW, zone)
        needs = _lawyer_needs(unit, case.id)
    found = next((need for need in needs if need.state in SOUGHT), None)
    if found is None:
        raise NotAssignedError("a lawyer has it by now")
    return found


def _lawyer_needs(unit: UnitOfWork, case_id: UUID) -> Sequence[Need]:
    rows = (
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.case_id == case_id, Need.kind == str(NeedKind.LAWYER), Alert.kind == CUSTODY)
        .order_by(Need.seat)
    )
    in_order = rows.with_for_update(**OWN, of=Need).execution_options(populate_existing=True)
    return unit.session.scalars(in_order).all()
