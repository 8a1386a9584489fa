"""Invitations: a lawyer who holds a case gets its hearings by e-mail, for their calendar; and every change of them.

Who takes a case later gets what stands; who gives it back has it taken out again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts.events import NeedAccepted, NeedGivenBack
from alerts.messages.outbox import cancel, enqueue
from alerts.models import CUSTODY, UNSENT, Alert, Delivery, Need, NeedState
from alerts.needs.ways import ways_to
from alerts.telling.enclosed import change_of
from cases.docket.calendar import hearing_of
from cases.docket.entering import standing_hearings
from cases.docket.events import OccurrenceEntered, OccurrenceSuperseded
from cases.docket.models import Occurrence
from contacts.models import Contact
from contacts.values import ChannelName, Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from cases.docket.calendar import CalendarEntry
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork


def invite(unit: UnitOfWork, event: Event) -> None:
    """Send a hearing that was set, moved or cancelled to every lawyer who holds its case and reads proved e-mail.

    What has passed is sent to nobody. One change is sent to one lawyer once, however many rows it is made of.
    """
    if not isinstance(event, OccurrenceEntered | OccurrenceSuperseded):
        return
    occurrence = unit.session.get_one(Occurrence, event.occurrence_id)
    entry = hearing_of(unit, occurrence.matter_id)
    if entry is None or entry.ends_at <= unit.now:
        return
    for lawyer, since in _lawyers(unit, occurrence.case_id):
        _send(unit, lawyer, entry, since)


def invite_who_took_it(unit: UnitOfWork, event: Event) -> None:
    """Send the hearings that stand to a lawyer who has taken the case. Repeating it sends nothing twice."""
    if not isinstance(event, NeedAccepted) or event.case_id is None:
        return
    for lawyer, since in _lawyers(unit, event.case_id):
        if lawyer.id == event.contact_id:
            for entry in _to_come(unit, event.case_id):
                _send(unit, lawyer, entry, since)


def strike_out(unit: UnitOfWork, event: Event) -> None:
    """Take the hearings of a case out of the calendar of a lawyer who has it no longer. Safe to repeat."""
    if not isinstance(event, NeedGivenBack) or event.case_id is None:
        return
    if any(lawyer.id == event.contact_id for lawyer, _ in _lawyers(unit, event.case_id)):
        return
    lawyer = unit.session.get_one(Contact, event.contact_id)
    for entry in _to_come(unit, event.case_id):
        sent = unit.session.scalars(
            select(Delivery.id).where(_sent_to(entry, lawyer)).order_by(Delivery.order_key.desc()).limit(1)
        ).one_or_none()
        if sent is None:
            continue
        cancel(unit, _sent_to(entry, lawyer), Delivery.state.in_(UNSENT))
        for way in ways_to(unit, lawyer):
            if way.channel == ChannelName.EMAIL:
                enqueue(
                    unit,
                    way.chat,
                    "email.hearing_given_back",
                    language=way.language,
                    values={"code": entry.code, **change_of(entry, told_at=unit.now, given_back=True)},
                    method_id=way.method.id,
                    dedupe_key=f"struck:{sent}",
                )


def _send(unit: UnitOfWork, lawyer: Contact, entry: CalendarEntry, since: datetime) -> None:
    for way in ways_to(unit, lawyer):
        if way.channel == ChannelName.EMAIL:
            enqueue(
                unit,
                way.chat,
                "email.hearing_cancelled" if entry.cancelled else "email.hearing",
                language=way.language,
                values={"code": entry.code, **change_of(entry, told_at=unit.now)},
                method_id=way.method.id,
                # Who takes a case again gets everything again: it was taken out of their calendar meanwhile.
                dedupe_key=f"{_key(entry)}:{entry.sequence}:{lawyer.id}:{since:%Y%m%dT%H%M%S.%f}",
            )


def _key(entry: CalendarEntry) -> str:
    return f"invitation:{entry.id}"


def _sent_to(entry: CalendarEntry, lawyer: Contact) -> ColumnElement[bool]:
    return Delivery.dedupe_key.startswith(f"{_key(entry)}:") & Delivery.dedupe_key.contains(f":{lawyer.id}:")


def _to_come(unit: UnitOfWork, case_id: UUID) -> Iterator[CalendarEntry]:
    """Every hearing of a case that is still to come, once, however many sources date it."""
    for matter_id in dict.fromkeys(row.matter_id for row in standing_hearings(unit, case_id)):
        entry = hearing_of(unit, matter_id)
        if entry is not None:
            yield entry


def _lawyers(unit: UnitOfWork, case_id: UUID) -> list[tuple[Contact, datetime]]:
    """Who holds the case itself, not only something that is due in it, and since when."""
    holding = (
        select(Need.accepted_by, func.min(Need.accepted_at).label("since"))
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.case_id == case_id, Need.state == NeedState.ACCEPTED, Alert.kind == CUSTODY)
        .group_by(Need.accepted_by)
        .subquery()
    )
    rows = unit.session.execute(
        select(Contact, holding.c.since)
        .join(holding, holding.c.accepted_by == Contact.id)
        .where(Contact.role == Role.LAWYER, Contact.left_at.is_(None))
        .order_by(Contact.created_at, Contact.id)
    )
    return [(lawyer, since) for lawyer, since in rows]
