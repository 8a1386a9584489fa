"""Who can be reached at all: a conversation that takes no more messages from us, and one that does again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from alerts.events import ReporterUnreachable
from alerts.messages.giving_up import give_up, look_at_page, look_at_row
from alerts.models import SOUGHT, Need, Page
from contacts.events import MethodDied
from contacts.models import ContactMethod
from store.chats import Chat

if TYPE_CHECKING:
    from uuid import UUID

    from alerts.models import Delivery
    from store.unit_of_work import UnitOfWork


def note_unreachable(unit: UnitOfWork, chat: Chat) -> None:
    """Note that nothing reaches this conversation any more; repeating it changes nothing.

    A helper's account is not asked again until they write, and whoever comes after them is asked at once.
    """
    if chat.unreachable_at is not None:
        return
    chat.unreachable_at = unit.now
    unit.session.flush()
    methods = unit.session.scalars(
        select(ContactMethod).where(ContactMethod.chat_id == chat.id).order_by(ContactMethod.id)
    ).all()
    for method in methods:  # two who share a telephone share its silence
        method.dead_at = unit.now
        _look_at_open_pages(unit, method.contact_id)  # timers before the log, here as everywhere
    for method in methods:
        unit.record(MethodDied(case_id=None, contact_id=method.contact_id, channel=method.channel))
    if not methods and chat.case_id is not None:
        unit.record(ReporterUnreachable(case_id=chat.case_id, chat_id=chat.id))


def lose_way(unit: UnitOfWork, row: Delivery, *, recipient_gone: bool) -> None:
    """Draw the consequences of a message that will never arrive: the next channel rings in the same second.

    ``recipient_gone``: the address is dead, so everything else to it fails too; otherwise our own words were refused,
    and a person must look at them.
    """
    if not recipient_gone:
        give_up(unit, row.id, row.page_id)
        return
    look_at_row(unit, row)
    note_unreachable(unit, unit.session.get_one(Chat, row.chat_id))


def note_reachable(unit: UnitOfWork, chat: Chat) -> None:
    """Whoever writes can be reached again."""
    if chat.unreachable_at is not None:
        chat.unreachable_at = None
        unit.session.execute(update(ContactMethod).where(ContactMethod.chat_id == chat.id).values(dead_at=None))


def _look_at_open_pages(unit: UnitOfWork, contact_id: UUID) -> None:
    """Ring whoever was asked by the next channel; where there is none, nobody waits for their answer."""
    asked = unit.session.scalars(
        select(Page.id)
        .join(Need, Need.id == Page.need_id)
        .where(
            Page.contact_id == contact_id,
            Page.unreachable_at.is_(None),
            Need.state.in_(SOUGHT),
        )
        .order_by(Page.need_id, Page.id)
    )
    for page_id in asked.all():
        look_at_page(unit, page_id)
