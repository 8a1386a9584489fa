"""Invitations: a lawyer who holds a case gets its hearings by e-mail, for their calendar; and every change of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.enclosed import change_of
from alerts.models import Need, NeedState
from alerts.outbox import enqueue
from alerts.targets import ways_to
from cases.docket.calendar import hearing_of
from cases.docket.models import Occurrence
from cases.events import OccurrenceEntered, OccurrenceSuperseded
from contacts.models import Contact
from contacts.values import ChannelName, Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

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
    for lawyer in _lawyers(unit, occurrence.case_id):
        for way in ways_to(unit, lawyer):
            if way.channel == ChannelName.EMAIL:
                enqueue(
                    unit,
                    way.chat,
                    "email.hearing_cancelled" if entry.cancelled else "email.hearing",
                    language=way.language,
                    values={"code": entry.code, **change_of(entry)},
                    method_id=way.method.id,
                    dedupe_key=f"invitation:{entry.id}:{entry.sequence}:{lawyer.id}",
                )


def _lawyers(unit: UnitOfWork, case_id: UUID) -> Sequence[Contact]:
    holding = select(Need.accepted_by).where(Need.case_id == case_id, Need.state == NeedState.ACCEPTED)
    return unit.session.scalars(
        select(Contact)
        .where(Contact.id.in_(holding), Contact.role == Role.LAWYER, Contact.left_at.is_(None))
        .order_by(Contact.created_at, Contact.id)
    ).all()
