"""Who may know of a case and who may read it, said once: of one, and as a condition of many rows at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, or_, select, true
from sqlalchemy.orm import aliased

from alerts.models import SOUGHT, Need, Page
from alerts.telling.case_list import SEES_ALL, has_taken, taken_by
from cases.access import MAY_BE_LET_IN, TAKES_CASES, granted_until, let_in, may_read
from cases.events import CaseViewed
from cases.identity.models import IdentitySuggestion, SuggestionState
from cases.models import Case, CaseAccess
from cases.registry.models import RegistryProposal
from cases.retention import Retention
from contacts.accounts.coercion import is_coerced
from contacts.accounts.models import Account
from contacts.models import Contact
from store.eventlog import End, EventRow

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, ScalarSelect, Select

    from contacts.accounts.sessions import SignedIn
    from store.unit_of_work import UnitOfWork


def reads_case(unit: UnitOfWork, role: str | None, contact_id: UUID, case_id: UUID) -> bool:
    """Whether a contact, coming in as ``role``, may read a case now."""
    contact = unit.session.get_one(Contact, contact_id)
    return may_read(
        role,
        coerced=is_coerced(unit, contact_id),
        has_taken=contact.left_at is None and has_taken(unit, contact, case_id),
        granted_until=granted_until(unit, case_id, contact_id),
        now=unit.now,
    )


def known_and_read(who: SignedIn, contact_id: UUID, now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Of a row of cases: whether an account may know of its dates, and whether it may read it. For those who act.

    A coordinator may know of all, others of those they took or were let into. Not for who is being forced: nothing is
    shown to them.
    """
    has = taken_by(contact_id)
    reads = or_(has, let_in(contact_id, now)) if who.role in TAKES_CASES else let_in(contact_id, now)
    return (true() if who.role == SEES_ALL else reads), reads


@dataclass(frozen=True)
class Opened:
    """A case that somebody reads now, and when they were last noted to have been shown it."""

    case: Case
    shown_at: datetime | None
    alike: int = 0
    """How many other cases may be of the same person, as far as nobody has said yet."""
    listed: int = 0
    """How many entries of the registry may be of the person, likewise."""
    end: End | None = None
    """Where its log ended."""
    is_closed: bool = False


def opened_by_code(unit: UnitOfWork, code: str, who: SignedIn) -> Opened | None:
    """Return the case of a code if whoever is signed in reads it; a foreign one is like none. One statement.

    The answer is that of :func:`reads_case`.
    """
    return opened_by_codes(unit, (code,), who).get(code)


def opened_by_codes(unit: UnitOfWork, codes: Collection[str], who: SignedIn) -> dict[str, Opened]:
    """Return the same of several codes: those of cases that whoever is signed in reads. One statement."""
    codes = [code for code in codes if code.isascii() and code.isprintable()]
    if who.contact_id is None or who.duress or not codes:
        return {}
    helps = exists().where(Contact.id == who.contact_id, Contact.left_at.is_(None))
    forced = exists().where(Account.contact_id == who.contact_id, Account.coerced_at.is_not(None))
    until = latest_access(who.contact_id, unit.now)
    shown = (
        select(func.max(EventRow.at))
        .where(EventRow.case_id == Case.id, EventRow.name == CaseViewed.__name__, EventRow.actor == who.actor)
        .scalar_subquery()
    )
    listed = (
        select(func.count())
        .where(RegistryProposal.case_id == Case.id, RegistryProposal.state == SuggestionState.OPEN)
        .scalar_subquery()
    )
    last, is_last = last_event()
    wanted = (
        select(
            Case,
            taken_by(who.contact_id),
            helps,
            forced,
            until,
            shown,
            alike_cases(),
            listed,
            last.position,
            last.mac,
            Retention.closed_at,
        )
        .select_from(Case)
        .outerjoin(last, is_last)
        .outerjoin(Retention, Retention.case_id == Case.id)
        .where(Case.code.in_(codes))
    )
    opened = {}
    for row in unit.session.execute(wanted).all():
        case, has_it, still_helps, is_forced, granted, shown_at, others, entries, position, mac, closed_at = row
        takes = still_helps and has_it
        if may_read(who.role, coerced=is_forced, has_taken=takes, granted_until=granted, now=unit.now):
            is_closed = closed_at is not None
            opened[case.code] = Opened(case, shown_at, others, entries, end_at(position, mac), is_closed)
    return opened


def latest_access(contact_id: UUID | None, now: datetime) -> ScalarSelect[datetime]:
    """Of a row of cases: until when a contact is let in, at the longest; NULL where they are not, or there is none."""
    until = select(func.max(CaseAccess.until)).where(
        CaseAccess.case_id == Case.id,
        CaseAccess.contact_id == contact_id,
        CaseAccess.withdrawn_at.is_(None),
        CaseAccess.until > now,
    )
    return until.correlate(Case).scalar_subquery()


def last_event() -> tuple[type[EventRow], ColumnElement[bool]]:
    """Of a row of cases: the last event in its log, to be joined by an outer join, and what joins it."""
    last, of_case = aliased(EventRow), aliased(EventRow)
    newest = (
        select(of_case.id)
        .where(of_case.case_id == Case.id)
        .order_by(of_case.position.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    return last, last.id == newest


def end_at(position: int | None, mac: bytes | None) -> End | None:
    """Return where a log ends by position and seal of its last event; None where it has none."""
    return None if position is None or mac is None else End(position, mac)


def may_be_read_by(who: SignedIn, now: datetime) -> ColumnElement[bool]:
    """Of a row of cases: whether whoever asks may read it; what :func:`reads_case` says, for many cases at once.

    ``who`` is signed in: they help still, as what they come in as. Of somebody under duress it must not be asked.
    """
    if who.contact_id is None or who.duress or who.role not in MAY_BE_LET_IN:
        raise ValueError("nobody else reads cases")
    open_to = let_in(who.contact_id, now)
    return or_(taken_by(who.contact_id), open_to) if who.role in TAKES_CASES else open_to


def is_known_to(who: SignedIn, now: datetime) -> ColumnElement[bool] | None:
    """Of a row of cases: whether whoever asks may know that it is there; None where they may know of all.

    All cases for a coordinator; for others what they took, were asked for while it is open, or were let into.
    """
    if who.contact_id is None:
        raise ValueError("an administrator knows of no case")
    if who.role == SEES_ALL:
        return None
    return or_(taken_by(who.contact_id), let_in(who.contact_id, now), Case.id.in_(_asked_for(who)))


def _asked_for(who: SignedIn) -> Select[UUID | None]:
    return (
        select(Need.case_id)
        .join(Page, Page.need_id == Need.id)
        .where(Page.contact_id == who.contact_id, Need.kind == who.role, Need.state.in_(SOUGHT))
    )


def alike_cases() -> ScalarSelect[int]:
    """Of a row of cases: how many other cases may be of the same person, as long as nobody has decided."""
    one_of_two = or_(IdentitySuggestion.case_id == Case.id, IdentitySuggestion.other_id == Case.id)
    suggested = select(func.count()).where(one_of_two, IdentitySuggestion.state == SuggestionState.OPEN)
    return suggested.correlate(Case).scalar_subquery()
