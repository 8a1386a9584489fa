"""Pages to send: rows as the escalation makes them, each to a conversation of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from alerts.messages.buttons import mint
from alerts.messages.outbox import enqueue
from alerts.models import Alert, Attempt, Delivery, DeliveryState, Need, Page
from alerts.telling.page_words import page_words
from cases.models import Case
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.base import new_id
from store.chats import find_or_open_chat
from store.lanes import Lane

if TYPE_CHECKING:
    from uuid import UUID

    from app.wiring import House
    from store.unit_of_work import UnitOfWork

FIRST_CHAT = 100_000
IN_A_UNIT = 200


def queue_pages(house: House, count: int) -> None:
    """Queue so many pages for one need: three buttons each, for chats FIRST_CHAT and on."""
    with house.store.unit("bench") as unit:
        need_id, contact_id = open_need(unit)
    for begin in range(0, count, IN_A_UNIT):
        with house.store.unit("bench") as unit:
            need = unit.session.get_one(Need, need_id)
            for number in range(begin, min(begin + IN_A_UNIT, count)):
                _queue_page(unit, need, contact_id, number)


def open_need(unit: UnitOfWork) -> tuple[UUID, UUID]:
    """Open a case and its need for a coordinator; return the need's id and that of a coordinator."""
    case = Case(id=new_id(), code="K7M-4TX", region="KZ-ALM", language="en", opened_at=unit.now)
    unit.session.add(case)
    unit.session.flush()
    alert = Alert(
        id=new_id(), case_id=case.id, kind="custody", subject_id=case.id, cluster_id=new_id(), opened_at=unit.now
    )
    unit.session.add(alert)
    unit.session.flush()
    need = Need(id=new_id(), alert_id=alert.id, case_id=case.id, kind="coordinator", urgency="now", opened_at=unit.now)
    unit.session.add(need)
    unit.session.flush()
    return need.id, put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR, ("KZ",), ("en",), country="KZ"))


def _queue_page(unit: UnitOfWork, need: Need, contact_id: UUID, number: int) -> None:
    chat = find_or_open_chat(unit, "telegram", str(FIRST_CHAT + number))
    page = Page(id=new_id(), need_id=need.id, contact_id=contact_id, round=1, step=number, asked_at=unit.now)
    page.channels = ["telegram"]
    unit.session.add(page)
    unit.session.flush()
    template, values = page_words(unit, need)
    accept, decline, look = (
        mint(unit, chat.id, action, f"button.{action}", subject_id=need.id, once=action != "open")
        for action in ("accept", "decline", "open")
    )
    enqueue(
        unit,
        chat,
        template,
        language="en",
        values=values,
        buttons=[[accept, decline], [look]],
        urgent=True,
        page_id=page.id,
        need_id=need.id,
        asks=True,
        first_of_cluster=True,
    )


def queue_again(house: House) -> None:
    """Put every page back into the queue as if nothing had been sent; attempts and lanes are forgotten."""
    with house.store.unit("bench") as unit:
        unit.session.execute(delete(Attempt))
        unit.session.execute(delete(Lane))
        unit.session.execute(
            update(Delivery).values(
                due_at=unit.now, state=DeliveryState.QUEUED, fence=None, tries=0, sent_at=None, provider_ref=None
            )
        )


def unfinished(house: House) -> bool:
    """Whether any message is still to be sent, or its outcome to be recorded."""
    with house.store.read() as unit:
        return unit.session.scalar(select(Delivery.id).where(Delivery.due_at.is_not(None)).limit(1)) is not None


def count_in(house: House, state: DeliveryState) -> int:
    """How many messages are in a state."""
    with house.store.read() as unit:
        return unit.session.scalar(select(func.count()).where(Delivery.state == state)) or 0
