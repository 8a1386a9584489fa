"""What presses right now: alerts nobody has accepted, clocks that end next, watches that are missed or due soon.

One statement reads all three, with how many there are of each, so that what is not listed is at least counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    String,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from alerts.models import ACCOUNT, CANARY, CUSTODY, SOUGHT, Alert, Need, Page
from alerts.screens.case_board import latest_risk
from alerts.screens.opening import is_known_to, may_be_read_by
from alerts.telling.case_list import SEES_ALL
from cases.access import TAKES_CASES
from cases.docket.clocks import INFO, hash_of
from cases.docket.models import Deadline, DeadlineState, Watch, WatchState
from cases.docket.reading import rule_named
from cases.docket.vocabulary import WatchKind
from cases.models import Case
from cases.urgency import Urgency
from law.models import RuleSignoff
from store.types import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Select, Subquery

    from alerts.screens.case_board import CasePage
    from contacts.accounts.sessions import SignedIn
    from law.rules import Rule
    from store.unit_of_work import UnitOfWork

MOST_ALERTS: Final = 20
MOST_CLOCKS: Final = 12
MOST_WATCHES: Final = 12
AHEAD: Final = timedelta(hours=6)
"""How far ahead a watch is shown that is not due yet."""
ALERT, CLOCK, WATCH = "alert", "clock", "watch"


@dataclass(frozen=True)
class Unaccepted:
    """An alert that nobody has accepted: which kind of human is missing, and since when. ``code``: of no case if None.

    ``takes``: whoever looks could take it. ``reads``: they may open the case. Two alerts of one case may ring at once:
    of a clock that ends ``clock`` and ``rule_id`` say which, of what has not happened in time ``watch``.
    """

    need_id: UUID
    code: str | None
    about: str
    """The kind of its alert."""
    human: str
    urgency: str
    deferred: bool
    """Nobody is rung for it yet: it waits for the morning."""
    opened_at: datetime
    zone: str | None
    risk: int
    takes: bool
    reads: bool = False
    clock: int | None = None
    rule_id: str | None = None
    rule: Rule | None = None
    watch: str | None = None


@dataclass(frozen=True)
class Ending:
    """A clock that runs. ``arguable_at`` is there only once the safe date has passed.

    ``verified``: a lawyer vouches for the rule as it reads, or no rule counted it.
    """

    code: str
    number: int
    rule_id: str
    rule: Rule | None
    safe_at: datetime
    arguable_at: datetime | None
    is_over: bool
    zone: str
    verified: bool
    reads: bool


@dataclass(frozen=True)
class Owed:
    """Something that should happen by an instant: missed, or due within the next hours."""

    code: str
    kind: str
    due_at: datetime
    missed: bool
    zone: str | None
    reads: bool

    @property
    def is_promise(self) -> bool:
        """Whether it was promised to a family."""
        return self.kind == WatchKind.FAMILY_UPDATE


@dataclass(frozen=True)
class Pressing:
    """All three, the most urgent first, with the numbers of what is not listed."""

    alerts: tuple[Unaccepted, ...] = ()
    more_alerts: int = 0
    clocks: tuple[Ending, ...] = ()
    more_clocks: int = 0
    watches: tuple[Owed, ...] = ()
    more_watches: int = 0


def pressing(unit: UnitOfWork, who: SignedIn) -> Pressing:
    """Return what presses and whoever asks may know of, by one statement; an administrator: nothing.

    Clocks and watches are for those who act on cases: all for a coordinator, for a lawyer those of cases they read.
    Under duress it must not be asked (see :func:`feigned`).
    """
    if who.contact_id is None:
        return Pressing()
    parts = [_alerts(who, unit.now)]
    if who.role in TAKES_CASES:
        parts += [_clocks(who, unit.now), _watches(who, unit.now)]
    rows = unit.session.execute(union_all(*parts)).all()
    of = {part: sorted((row for row in rows if row.part == part), key=_place) for part in (ALERT, CLOCK, WATCH)}
    more = {part: found[0].total - len(found) if found else 0 for part, found in of.items()}
    return Pressing(
        tuple(_unaccepted(row, who) for row in of[ALERT]),
        more[ALERT],
        tuple(_ending(row, unit.now) for row in of[CLOCK]),
        more[CLOCK],
        tuple(_owed(row) for row in of[WATCH]),
        more[WATCH],
    )


def feigned(cases: CasePage) -> Pressing:
    """Return what presses on the board of somebody who is being forced: what it lists and they have not taken."""
    alerts = (
        Unaccepted(
            need_id=row.takes,
            code=row.code,
            about=CUSTODY,
            human=row.needs[0].kind,
            urgency=str(Urgency.NOW),
            deferred=False,
            opened_at=row.opened_at,
            zone=None,
            risk=0,
            takes=True,
        )
        for row in cases.rows
        if row.takes is not None
    )
    return Pressing(tuple(alerts))


def _place(row: Any) -> int:
    place: int = row.place
    return place


def _first(wanted: Select[Any], order: Sequence[Any], most: int) -> Subquery:
    """The ids of what is listed, each with its place, and how many there are in all.

    What else a row shows is looked up for these alone.
    """
    placed = wanted.add_columns(
        func.row_number().over(order_by=list(order)).label("place"), func.count().over().label("total")
    )
    return placed.order_by(*order).limit(most).subquery()


def _columns(part: str, first: Subquery, **given: Any) -> list[ColumnElement[Any]]:
    """The columns of one part, the same for all three; what a part has nothing for is NULL."""
    kinds: dict[str, Any] = {
        "word": String(),
        "about": String(),
        "urgency": String(),
        "at": UtcDateTime(),
        "until": UtcDateTime(),
        "zone": String(),
        "number": Integer(),
        "rule": String(),
        "watch": String(),
        "hash": String(),
        "marked": Boolean(),
    }
    return [
        literal(part, String()).label("part"),
        first.c.id.label("id"),
        *(given.get(name, literal(None, kind)).label(name) for name, kind in kinds.items()),
        Case.code.label("code"),
        given["reads"].label("reads"),
        latest_risk().label("risk") if part == ALERT else literal(None, Integer()).label("risk"),
        first.c.place,
        first.c.total,
    ]


def _reads(who: SignedIn, now: datetime) -> ColumnElement[bool]:
    return func.coalesce(may_be_read_by(who, now), false())


def _alerts(who: SignedIn, now: datetime) -> Select[Any]:
    """Needs nobody has taken: of several seats of one search the first, of the canary none."""
    before = aliased(Need)
    has_earlier = exists().where(
        before.alert_id == Need.alert_id, before.kind == Need.kind, before.state.in_(SOUGHT), before.seat < Need.seat
    )
    urgent_first = case((Need.urgency == Urgency.NOW, 0), (Need.urgency == Urgency.SOON, 1), else_=2)
    # Whose account may be in the wrong hands is told nothing of that alarm.
    about_themselves = and_(Alert.kind == ACCOUNT, Alert.subject_id == who.account_id)
    wanted = (
        select(Need.id)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.state.in_(SOUGHT), Need.kind != CANARY, ~has_earlier, ~about_themselves)
    )
    if who.role != SEES_ALL:
        asked = exists().where(Page.need_id == Need.id, Page.contact_id == who.contact_id)
        wanted = wanted.where(Need.kind == who.role, Need.case_id.is_not(None), asked)
    first = _first(wanted, (urgent_first, Need.opened_at, Need.id), MOST_ALERTS)
    columns = _columns(
        ALERT,
        first,
        word=Need.kind,
        about=Alert.kind,
        urgency=Need.urgency,
        at=Need.opened_at,
        zone=Case.timezone,
        number=Deadline.number,
        rule=Deadline.rule_id,
        watch=Watch.kind,
        marked=Need.began_at.is_(None),
        reads=_reads(who, now),
    )
    return (
        select(*columns)
        .select_from(first)
        .join(Need, Need.id == first.c.id)
        .join(Alert, Alert.id == Need.alert_id)
        .outerjoin(Case, Case.id == Need.case_id)
        .outerjoin(Deadline, Deadline.id == Alert.subject_id)
        .outerjoin(Watch, Watch.id == Alert.subject_id)
    )


def _clocks(who: SignedIn, now: datetime) -> Select[Any]:
    """Clocks that run and whose end matters, those that can still be kept before those that are over."""
    wanted = select(Deadline.id).join(Case, Case.id == Deadline.case_id)
    running = wanted.where(Deadline.state == DeadlineState.RUNNING, Deadline.severity != INFO)
    order = (case((Deadline.arguable_at <= now, 1), else_=0), Deadline.safe_at, Deadline.id)
    first = _first(_of_theirs(running, who, now), order, MOST_CLOCKS)
    signed = exists().where(
        RuleSignoff.rule_id == Deadline.rule_id,
        RuleSignoff.text_hash == Deadline.rule_hash,
        RuleSignoff.revoked_at.is_(None),
        RuleSignoff.signed_at <= now,
        RuleSignoff.valid_until > now,
    )
    columns = _columns(
        CLOCK,
        first,
        word=Deadline.rule_id,
        about=Deadline.severity,
        at=Deadline.safe_at,
        until=Deadline.arguable_at,
        zone=Deadline.zone,
        number=Deadline.number,
        hash=Deadline.rule_hash,
        marked=signed,
        reads=_reads(who, now),
    )
    of = select(*columns).select_from(first).join(Deadline, Deadline.id == first.c.id)
    return of.join(Case, Case.id == Deadline.case_id)


def _watches(who: SignedIn, now: datetime) -> Select[Any]:
    """Watches that were missed or are due soon, promises to families before the others."""
    is_soon = and_(Watch.state == WatchState.WAITING, Watch.due_at <= now + AHEAD)
    wanted = select(Watch.id).join(Case, Case.id == Watch.case_id).where(or_(Watch.state == WatchState.MISSED, is_soon))
    order = (case((Watch.kind == WatchKind.FAMILY_UPDATE, 0), else_=1), Watch.due_at, Watch.id)
    first = _first(_of_theirs(wanted, who, now), order, MOST_WATCHES)
    columns = _columns(
        WATCH,
        first,
        word=Watch.kind,
        about=Watch.state,
        at=Watch.due_at,
        zone=Case.timezone,
        reads=_reads(who, now),
    )
    of = select(*columns).select_from(first).join(Watch, Watch.id == first.c.id)
    return of.join(Case, Case.id == Watch.case_id)


def _of_theirs(wanted: Select[Any], who: SignedIn, now: datetime) -> Select[Any]:
    return wanted if is_known_to(who, now) is None else wanted.where(may_be_read_by(who, now))


def _unaccepted(row: Any, who: SignedIn) -> Unaccepted:
    return Unaccepted(
        need_id=row.id,
        code=row.code,
        about=row.about,
        human=row.word,
        urgency=row.urgency,
        deferred=bool(row.marked),
        opened_at=row.at,
        zone=row.zone,
        risk=row.risk or 0,
        takes=row.word == who.role,
        reads=bool(row.reads),
        clock=row.number,
        rule_id=row.rule,
        rule=None if row.rule is None else rule_named(row.rule),
        watch=row.watch,
    )


def _ending(row: Any, now: datetime) -> Ending:
    rule = rule_named(row.word)
    return Ending(
        code=row.code,
        number=row.number,
        rule_id=row.word,
        rule=rule,
        safe_at=row.at,
        arguable_at=row.until if row.at <= now and rule is not None else None,
        is_over=row.until <= now,
        zone=row.zone,
        verified=rule is None or (bool(row.marked) and row.hash == hash_of(rule.id)),
        reads=bool(row.reads),
    )


def _owed(row: Any) -> Owed:
    return Owed(row.code, row.word, row.at, row.about == WatchState.MISSED, row.zone, bool(row.reads))
