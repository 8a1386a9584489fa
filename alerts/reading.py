"""What an account finds on its board: cases it may know of, how far each is, which of them it may read or take."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select

from alerts.case_list import MOST_LISTED, SEES_ALL, has_taken, taken_by
from alerts.models import CUSTODY, Alert, FeignedAcceptance, Need, NeedState, Page
from alerts.seats import OPEN
from cases.access import cases_granted, granted_until, may_read
from cases.models import Case
from contacts.accounts.coercion import is_coerced
from contacts.directory import name_of
from contacts.models import Contact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from contacts.accounts.sessions import SignedIn
    from store.unit_of_work import UnitOfWork

FEW: Final = 2
ASKED_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True)
class BoardNeed:
    """One kind of human a case needs, and who has taken it."""

    kind: str
    state: str
    taken_by: str | None


@dataclass(frozen=True)
class BoardRow:
    """One case on a board. ``takes``: the need its reader could take. ``mine``: they have it."""

    case_id: UUID
    code: str
    state: str
    opened_at: datetime
    needs: tuple[BoardNeed, ...]
    reads: bool
    mine: bool
    takes: UUID | None


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


def board_of(unit: UnitOfWork, who: SignedIn) -> list[BoardRow]:
    """Return what an account may know of, newest first; under duress next to nothing. An administrator: nothing."""
    if who.contact_id is None:
        return []
    if who.duress:
        return _feigned_board(unit, who.contact_id)
    contact = unit.session.get_one(Contact, who.contact_id)
    granted = set(cases_granted(unit, contact.id))
    cases = _known(unit, who, contact, granted)
    taken = set(unit.session.scalars(select(Case.id).where(taken_by(contact.id))))
    needs = _needs(unit, [case.id for case in cases])
    rows = []
    for case in cases:
        mine = case.id in taken
        reads = may_read(
            who.role,
            coerced=False,
            has_taken=mine,
            granted_until=granted_until(unit, case.id, contact.id) if case.id in granted else None,
            now=unit.now,
        )
        takes = next((need.id for need in needs[case.id] if need.state in OPEN and need.kind == who.role), None)
        rows.append(_row(unit, case, needs[case.id], reads=reads, mine=mine, takes=None if mine else takes))
    return rows


def _known(unit: UnitOfWork, who: SignedIn, contact: Contact, granted: Iterable[UUID]) -> Sequence[Case]:
    """All cases for a coordinator; for others what they took, were asked for while it is open, or were let into."""
    newest = select(Case).order_by(Case.opened_at.desc(), Case.id.desc()).limit(MOST_LISTED)
    if who.role != SEES_ALL:
        asked = (
            select(Need.case_id)
            .join(Page, Page.need_id == Need.id)
            .where(Page.contact_id == contact.id, Need.kind == who.role, Need.state.in_(OPEN))
        )
        newest = newest.where(or_(taken_by(contact.id), Case.id.in_(asked), Case.id.in_(list(granted))))
    return unit.session.scalars(newest).all()


def _needs(unit: UnitOfWork, case_ids: list[UUID]) -> dict[UUID, list[Need]]:
    found: dict[UUID, list[Need]] = defaultdict(list)
    rows = unit.session.scalars(
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.case_id.in_(case_ids), Alert.kind == CUSTODY)
        .order_by(Need.kind, Need.seat)
    )
    for need in rows:
        if need.case_id is not None:
            found[need.case_id].append(need)
    return found


def _row(unit: UnitOfWork, case: Case, needs: list[Need], *, reads: bool, mine: bool, takes: UUID | None) -> BoardRow:
    return BoardRow(
        case.id,
        case.code,
        case.state,
        case.opened_at,
        tuple(BoardNeed(need.kind, need.state, _taker(unit, need)) for need in needs),
        reads,
        mine,
        takes,
    )


def _taker(unit: UnitOfWork, need: Need) -> str | None:
    return None if need.accepted_by is None else name_of(unit, unit.session.get_one(Contact, need.accepted_by))


def _feigned_board(unit: UnitOfWork, contact_id: UUID) -> list[BoardRow]:
    """A board as of somebody new: what they said yes to since, and at most two codes their telephone has shown."""
    yes = set(unit.session.scalars(select(FeignedAcceptance.need_id).where(FeignedAcceptance.contact_id == contact_id)))
    asked = (
        select(Page.need_id)
        .join(Need, Need.id == Page.need_id)
        .where(
            Page.contact_id == contact_id,
            Page.declined_at.is_(None),
            Page.asked_at > unit.now - ASKED_WITHIN,
            Need.state.in_(OPEN),
            Need.case_id.is_not(None),
        )
        .order_by(Page.asked_at.desc(), Page.id.desc())
        .limit(FEW)
    )
    wanted = yes | set(unit.session.scalars(asked))
    needs = unit.session.scalars(select(Need).where(Need.id.in_(wanted)).order_by(Need.opened_at.desc())).all()
    return [_feigned(unit, need, is_yes=need.id in yes) for need in needs if need.case_id is not None]


def _feigned(unit: UnitOfWork, need: Need, *, is_yes: bool) -> BoardRow:
    case = unit.session.get_one(Case, need.case_id)
    state = NeedState.ACCEPTED if is_yes else NeedState.PAGING
    shown = BoardNeed(need.kind, state, None)
    return BoardRow(
        case.id, case.code, "reported", case.opened_at, (shown,), is_yes, is_yes, None if is_yes else need.id
    )
