"""What is due becomes an alert: somebody is asked until they take it, and asked anew when it is due again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts.events import NeedAccepted, NeedGivenBack
from alerts.messages.clusters import cluster_of_due
from alerts.models import CUSTODY, DEADLINE, DUE, ENTRY, SOUGHT, WATCH, Alert, Need, NeedState
from alerts.needs.seats import is_of_custody, is_over
from alerts.search.paging import give_back_need
from alerts.search.planning import close, open_need
from alerts.telling.settled import tell_settled
from cases.docket.events import DeadlineDone, DeadlineMoved, DeadlineSuperseded, UnknownEventEntered, WatchEnded
from cases.docket.models import Deadline, DeadlineState
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from store.base import OWN, new_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class About:
    """What somebody is asked about: the kind of alert and its subject, in a case."""

    case_id: UUID
    kind: str
    subject_id: UUID


def ask_about(
    unit: UnitOfWork, about: About, needs: Sequence[NeedKind], urgency: Urgency, *, zone: str, alone: bool = False
) -> None:
    """Have humans asked about something that is due; what was asked before about it, and nobody took, gives way.

    Whoever has the case is asked first. What can wait, waits for the first waking hour of ``zone``. Of many things that
    fall due together a reader hears in few messages; but what is asked ``alone`` is never held back.
    """
    stop_asking(unit, about.kind, about.subject_id)
    last = select(func.max(Alert.ordinal)).where(*_about(about.kind, about.subject_id))
    ordinal = (unit.session.scalar(last) or 0) + 1
    alert = alert_about(about, ordinal, new_id() if alone else cluster_of_due(unit), unit.now)
    unit.session.add(alert)
    unit.session.flush()
    for need in needs:
        open_need(unit, alert, need, urgency, zone)


def alert_about(about: About, ordinal: int, cluster_id: UUID, now: datetime) -> Alert:
    """Return the row that says why humans are asked; ``ordinal``: which reminder of its subject it is."""
    return Alert(
        id=new_id(),
        case_id=about.case_id,
        kind=about.kind,
        subject_id=about.subject_id,
        ordinal=ordinal,
        cluster_id=cluster_id,
        opened_at=now,
    )


def stop_asking(unit: UnitOfWork, kind: str, subject_id: UUID, *, before: datetime | None = None) -> None:
    """Ask nobody any more about something: it moved, ended or was done. Repeating it changes nothing.

    With ``before``, what was asked since goes on.
    """
    asked = (
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(*_about(kind, subject_id), Need.state.in_(SOUGHT))
        .order_by(Need.id)
    )
    until_then = asked if before is None else asked.where(Alert.opened_at < before)
    for need in unit.session.scalars(until_then).all():
        close(unit, need)


def _about(kind: str, subject_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Alert.kind == kind, Alert.subject_id == subject_id


def ask_what_it_means(unit: UnitOfWork, event: Event, zone: str) -> None:
    """Have a coordinator say what follows from an event that is no word of the vocabulary. Repeating it asks anew."""
    if isinstance(event, UnknownEventEntered) and event.case_id is not None:
        about = About(event.case_id, ENTRY, event.occurrence_id)
        ask_about(unit, about, [NeedKind.COORDINATOR], Urgency.SOON, zone=zone)


def void_reminders(unit: UnitOfWork, event: Event) -> None:
    """Withdraw every reminder of a date that is none any more, and end what somebody had taken of it."""
    match event:
        case DeadlineMoved(deadline_id=subject_id) | DeadlineSuperseded(deadline_id=subject_id):
            clock = unit.session.get_one(Deadline, subject_id)
            if clock.state == DeadlineState.RUNNING:
                # The clock of the new date may have rung before this: what it asks must stay.
                stop_asking(unit, DEADLINE, subject_id, before=clock.counted_at)
            else:
                _end_all(unit, DEADLINE, subject_id)
        case DeadlineDone(deadline_id=subject_id):
            _end_all(unit, DEADLINE, subject_id)
        case WatchEnded(watch_id=subject_id):
            _end_all(unit, WATCH, subject_id)
        case _:
            pass


def _end_all(unit: UnitOfWork, kind: str, subject_id: UUID) -> None:
    stop_asking(unit, kind, subject_id)
    for need in _taken(unit, *_about(kind, subject_id)):
        _end_taken(unit, need)


def end_older(unit: UnitOfWork, event: Event) -> None:
    """End what was taken of earlier reminders of the same thing: whoever takes the newest has it. Safe to repeat."""
    if not isinstance(event, NeedAccepted):
        return
    newest = unit.session.get_one(Need, event.need_id)
    alert = unit.session.get_one(Alert, newest.alert_id)
    if alert.kind in DUE and newest.state == NeedState.ACCEPTED:
        earlier = (*_about(alert.kind, alert.subject_id), Alert.ordinal < alert.ordinal, Need.kind == newest.kind)
        for need in _taken(unit, *earlier):
            _end_taken(unit, need)


def give_back_what_is_due(unit: UnitOfWork, event: Event) -> None:
    """Take from whoever gives a case back what they had taken of its clocks and watches, too. Safe to repeat.

    What still runs is asked of others; what is over ends. So nobody reads a case on because of a reminder of long ago.
    """
    if not isinstance(event, NeedGivenBack) or event.case_id is None:
        return
    theirs = (Need.case_id == event.case_id, Need.accepted_by == event.contact_id)
    holding = select(Need.id).join(Alert, Alert.id == Need.alert_id).where(*theirs, Alert.kind == CUSTODY)
    given = unit.session.get_one(Need, event.need_id)
    if not is_of_custody(unit, given) or unit.session.scalar(holding.limit(1)) is not None:
        return
    for need in _taken(unit, *theirs, Alert.kind.in_(DUE)):
        if is_over(unit, need):
            _end_taken(unit, need)
        else:
            give_back_need(unit, need, event.contact_id, "case")


def _taken(unit: UnitOfWork, *which: ColumnElement[bool]) -> Sequence[Need]:
    """Lock what somebody has, all of it before any of it is changed, in the order in which everybody locks needs."""
    found = select(Need).join(Alert, Alert.id == Need.alert_id).where(*which, Need.state == NeedState.ACCEPTED)
    in_order = found.order_by(Need.id).with_for_update(**OWN, of=Need).execution_options(populate_existing=True)
    return unit.session.scalars(in_order).all()


def _end_taken(unit: UnitOfWork, need: Need) -> None:
    """End what somebody has, and say so where they had been asked. The log knows who had it."""
    need.state, need.accepted_by, need.accepted_at = NeedState.CLOSED, None, None
    unit.session.flush()
    tell_settled(unit, need.id, urgent=False)
