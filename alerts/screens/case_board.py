"""Which cases an account finds on its board: how far each is, and whether it may open it.

Everything is loaded in sets: a board of sixty cases asks the database as often as one of three.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, exists, func, or_, select, tuple_

from alerts.models import CUSTODY, SOUGHT, Alert, FeignedAcceptance, Need, NeedState, Page
from alerts.needs.team import fetch_keys, names_of
from alerts.screens.opening import alike_cases, is_known_to, latest_access
from alerts.telling.case_list import taken_by
from cases.access import may_read
from cases.docket.custody import LEADS_TO, Custody
from cases.docket.models import Occurrence, OccurrenceState, RiskReading
from cases.models import Case, ReportMessage
from cases.retention import Retention
from cases.sealed.models import SealedFile
from contacts.accounts.models import Account
from contacts.models import Contact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, ScalarSelect, Select

    from contacts.accounts.sessions import SignedIn
    from store.unit_of_work import UnitOfWork

FEW: Final = 2
ASKED_WITHIN: Final = timedelta(hours=24)
ON_A_PAGE: Final = 50


@dataclass(frozen=True)
class BoardNeed:
    """One kind of human a case needs, and who has taken it."""

    kind: str
    state: str
    taken_by: str | None
    taker_id: UUID | None = None


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
    closed: bool = False
    risk: int = 0
    custody: Custody = Custody.UNKNOWN
    event: str | None = None
    """What happened last of what was entered, and when that was; of what is set for a time, that time."""
    event_at: datetime | None = None
    heard_at: datetime | None = None
    """When the reporter was heard from last."""
    alike: int = 0
    """How many other cases may be of the same person, undecided; 0 for whoever does not read it."""


@dataclass(frozen=True)
class CasePage:
    """Cases of one page of a board, ``ON_A_PAGE`` at most, and how many there are in all."""

    rows: tuple[BoardRow, ...]
    count: int = 0

    @property
    def takers(self) -> frozenset[UUID]:
        """Everybody who has taken something on this page."""
        return frozenset(need.taker_id for row in self.rows for need in row.needs if need.taker_id is not None)

    def with_names(self, names: Mapping[UUID, str]) -> CasePage:
        """The same, with the names of who has taken what."""
        return replace(self, rows=tuple(replace(row, needs=tuple(_named(row.needs, names))) for row in self.rows))


def _named(needs: Iterable[BoardNeed], names: Mapping[UUID, str]) -> Iterable[BoardNeed]:
    for need in needs:
        yield need if need.taker_id is None else replace(need, taken_by=names.get(need.taker_id))


def _rests_sealed() -> ColumnElement[bool]:
    """Of a row of cases: whether all there is of it is a sealed file that nobody has opened. It is listed elsewhere."""
    closed = exists().where(SealedFile.case_id == Case.id, SealedFile.opened_at.is_(None))
    return and_(closed, ~exists().where(Need.case_id == Case.id))


def board_of(unit: UnitOfWork, who: SignedIn, page: int = 1) -> list[BoardRow]:
    """Return what an account may know of; under duress next to nothing. An administrator: nothing."""
    return list(_named_takers(unit, cases_of(unit, who, page)))


def board_before(unit: UnitOfWork, who: SignedIn, before: tuple[datetime, UUID] | None, most: int) -> list[BoardRow]:
    """Return the same by when the cases were opened, newest first: so many at most, of those before one of them.

    ``before``: when that was opened, and its id. What is added meanwhile moves nothing: a program goes through all.
    """
    if who.contact_id is None:
        return []
    if who.duress:
        return [] if before is not None else board_of(unit, who)
    return list(_named_takers(unit, _gathered(unit, who, _listed(who, unit.now, _Opened(before, most)))))


def _named_takers(unit: UnitOfWork, found: CasePage) -> tuple[BoardRow, ...]:
    takers = unit.session.scalars(select(Contact).where(Contact.id.in_(found.takers))).all() if found.takers else ()
    fetch_keys(unit, takers)
    return found.with_names(names_of(unit, takers)).rows


def cases_of(unit: UnitOfWork, who: SignedIn, page: int = 1) -> CasePage:
    """Return one page of the same by one statement, without names: open cases first, one's own before others, newest.

    A page that is not there is empty.
    """
    if who.contact_id is None:
        return CasePage(())
    if who.duress:
        return _feigned_board(unit, who.contact_id)
    return _gathered(unit, who, _listed(who, unit.now, page))


def _gathered(unit: UnitOfWork, who: SignedIn, listed: Select[Any]) -> CasePage:
    rows = unit.session.execute(listed).all()
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.Case.id].append(row)
    cases = tuple(_row(who, of, unit.now) for of in found.values())
    return CasePage(cases, rows[0].total if rows else 0)


@dataclass(frozen=True)
class _Opened:
    """Cases by when they were opened: those before one of them, so many at most."""

    before: tuple[datetime, UUID] | None
    most: int


def _listed(who: SignedIn, now: datetime, part: int | _Opened) -> Select[Any]:
    """The cases of one page with their needs, a row for each need; ordered as they are to be shown.

    ``part``: the number of a page of the board, or cases by when they were opened.
    """
    contact_id = who.contact_id
    if contact_id is None:
        raise ValueError("an administrator knows of no case")
    mine, closed = taken_by(contact_id), Retention.closed_at.is_not(None)
    known = is_known_to(who, now)
    wanted = (
        select(Case.id, mine.label("mine"), closed.label("closed"), func.count().over().label("total"))
        .outerjoin(Retention, Retention.case_id == Case.id)
        .where(*(() if known is None else (known,)), ~_rests_sealed())
    )
    newest = (Case.opened_at.desc(), Case.id.desc())
    if isinstance(part, _Opened):
        earlier = () if part.before is None else (tuple_(Case.opened_at, Case.id) < part.before,)
        page_of = wanted.where(*earlier).order_by(*newest).limit(part.most).subquery()
    else:
        ordered = wanted.order_by(closed, mine.desc(), *newest)
        page_of = ordered.limit(ON_A_PAGE).offset((part - 1) * ON_A_PAGE).subquery()
    as_shown = () if isinstance(part, _Opened) else (page_of.c.closed, page_of.c.mine.desc())
    needs = select(Need).join(Alert, Alert.id == Need.alert_id).where(Alert.kind == CUSTODY).subquery()
    return (
        select(
            Case,
            page_of.c.mine,
            page_of.c.closed,
            page_of.c.total,
            latest_access(contact_id, now).label("granted_until"),
            latest_risk().label("risk"),
            latest_custody().label("custody"),
            _latest(Occurrence.kind).label("event"),
            _latest(func.coalesce(Occurrence.for_at, Occurrence.at)).label("event_at"),
            _last_heard().label("heard_at"),
            alike_cases().label("alike"),
            needs.c.id.label("need_id"),
            needs.c.kind,
            needs.c.state,
            needs.c.accepted_by,
        )
        .join(page_of, page_of.c.id == Case.id)
        .outerjoin(needs, needs.c.case_id == Case.id)
        .order_by(*as_shown, *newest, needs.c.kind, needs.c.seat)
    )


def latest_risk() -> ScalarSelect[int]:
    """Of a row of cases: how high the risk of return stands; NULL where it was never read."""
    found = select(RiskReading.level).where(RiskReading.case_id == Case.id)
    return found.order_by(RiskReading.at.desc(), RiskReading.id.desc()).limit(1).correlate(Case).scalar_subquery()


def latest_custody() -> ScalarSelect[str]:
    """Of a row of cases: the last event that tells where the person is (``LEADS_TO``); NULL where none does."""
    return _latest(Occurrence.kind, Occurrence.kind.in_(list(LEADS_TO)))


def _latest(column: Any, *which: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Of a row of cases: a column of what happened last, of what still stands."""
    of = and_(Occurrence.case_id == Case.id, Occurrence.state == OccurrenceState.STANDING, *which)
    in_order = (Occurrence.at.desc(), Occurrence.entered_at.desc(), Occurrence.id.desc())
    return select(column).where(of).order_by(*in_order).limit(1).correlate(Case).scalar_subquery()


def _last_heard() -> ScalarSelect[datetime]:
    heard = select(func.max(ReportMessage.received_at)).where(ReportMessage.case_id == Case.id)
    return heard.correlate(Case).scalar_subquery()


def _row(who: SignedIn, rows: Sequence[Any], now: datetime) -> BoardRow:
    first, case = rows[0], rows[0].Case
    mine = bool(first.mine)
    needs = [row for row in rows if row.need_id is not None]
    takes = next((row.need_id for row in needs if row.state in SOUGHT and row.kind == who.role), None)
    reads = may_read(who.role, coerced=False, has_taken=mine, granted_until=first.granted_until, now=now)
    return BoardRow(
        case_id=case.id,
        code=case.code,
        state=case.state,
        opened_at=case.opened_at,
        needs=tuple(BoardNeed(row.kind, row.state, None, row.accepted_by) for row in needs),
        reads=reads,
        mine=mine,
        takes=None if mine else takes,
        closed=bool(first.closed),
        risk=first.risk or 0,
        custody=LEADS_TO.get(first.custody, Custody.UNKNOWN),
        event=first.event,
        event_at=first.event_at,
        heard_at=first.heard_at,
        alike=first.alike if reads else 0,
    )


def _feigned_board(unit: UnitOfWork, contact_id: UUID) -> CasePage:
    """A board as of somebody new: what they said yes to since, and at most two codes their telephone has shown."""
    yes = (
        select(FeignedAcceptance.need_id)
        .join(Account, Account.contact_id == FeignedAcceptance.contact_id)
        .where(
            FeignedAcceptance.contact_id == contact_id,
            FeignedAcceptance.given_back_at.is_(None),
            FeignedAcceptance.at >= Account.coerced_at,
        )
    )
    asked = (
        select(Page.need_id)
        .join(Need, Need.id == Page.need_id)
        .where(
            Page.contact_id == contact_id,
            Page.declined_at.is_(None),
            Page.asked_at > unit.now - ASKED_WITHIN,
            Need.state.in_(SOUGHT),
            Need.case_id.is_not(None),
        )
        .order_by(Page.asked_at.desc(), Page.id.desc())
        .limit(FEW)
    )
    rows = unit.session.execute(
        select(Need, Case, Need.id.in_(yes).label("is_yes"))
        .join(Case, Case.id == Need.case_id)
        .where(or_(Need.id.in_(yes), Need.id.in_(asked.subquery().select())))
        .order_by(Need.opened_at.desc())
    )
    cases = tuple(_feigned(need, case, is_yes=bool(is_yes)) for need, case, is_yes in rows)
    return CasePage(cases, len(cases))


def _feigned(need: Need, case: Case, *, is_yes: bool) -> BoardRow:
    shown = BoardNeed(need.kind, NeedState.ACCEPTED if is_yes else NeedState.PAGING, None)
    return BoardRow(
        case.id, case.code, "reported", case.opened_at, (shown,), is_yes, is_yes, None if is_yes else need.id
    )
