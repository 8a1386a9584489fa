"""Tests before a shift: a page that asks for nothing but to be confirmed, over every channel a person has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Table, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from alerts.buttons import mint
from alerts.channel_states import can_answer_sms
from alerts.events import ShiftConfirmed, ShiftUnconfirmed
from alerts.models import Delivery, ShiftTest
from alerts.outbox import enqueue
from alerts.reply_numbers import next_reply_number
from alerts.targets import Reachable, ways_to
from alerts.tiers import Asking, language_on
from alerts.wording import roster_ref, time_ref
from contacts.models import Contact
from contacts.values import ChannelName
from store.base import OWN, new_id
from store.chats import Chat, address_of

if TYPE_CHECKING:
    from contacts.duty import Check
    from store.unit_of_work import UnitOfWork

CONFIRM = "confirm_shift"
"""What the button of a test does."""
SHIFT = "shift"
"""The value that says which test a message belongs to."""
TABLE: Table = ShiftTest.__table__  # type: ignore[assignment]  # declarative tables are Tables


def shift_test_in(values: dict[str, Any]) -> UUID | None:
    """Return which test a message belongs to; None for any other message."""
    found = values.get(SHIFT)
    return None if found is None else UUID(str(found))


def send_test(unit: UnitOfWork, check: Check) -> None:
    """Send a test by every way its reader has. Of several who send it at once, one does."""
    insert = postgresql_insert if unit.session.get_bind().dialect.name == "postgresql" else sqlite_insert
    member = UUID(check.member)
    fresh = (
        insert(TABLE)
        .values(id=new_id(), roster=check.roster, contact_id=member, starts_at=check.at, sent_at=unit.now)
        .on_conflict_do_nothing(index_elements=[TABLE.c.roster, TABLE.c.contact_id, TABLE.c.starts_at])
        .returning(TABLE.c.id)
    )
    unit.session.flush()
    test_id: UUID | None = unit.session.scalar(fresh)
    if test_id is None:
        return
    for way in ways_to(unit, unit.session.get_one(Contact, member)):
        _send_by(unit, way, check, test_id)


def _send_by(unit: UnitOfWork, way: Reachable, check: Check, test_id: UUID) -> None:
    asking = _asking(unit, way, check, test_id)
    enqueue(
        unit,
        way.chat,
        asking.template,
        language=language_on(way.channel, way.language),
        values={SHIFT: str(test_id), "at": time_ref(check.at), **asking.values},
        buttons=asking.buttons,
        method_id=way.method.id,
        number=asking.number,
        dedupe_key=f"shift:{test_id}:{way.method.id}",
    )


def _asking(unit: UnitOfWork, way: Reachable, check: Check, test_id: UUID) -> Asking:
    match way.channel:
        case ChannelName.TELEGRAM:
            button = mint(unit, way.chat.id, CONFIRM, "button.confirm_shift", subject_id=test_id)
            return Asking("staff.duty_test", {"roster": roster_ref(check.roster)}, [[button]])
        case ChannelName.VOICE:
            return Asking("voice.duty_test", {}, [])
        case ChannelName.SMS if can_answer_sms(unit, address_of(unit, way.chat)):
            number = next_reply_number(unit)
            return Asking("duty.test", {"number": str(number)}, [], number)
        case _:
            button = mint(unit, way.chat.id, CONFIRM, "button.answer", subject_id=test_id)
            return Asking("duty.test_link", {}, [[{**button, "answer": True}]])


def is_open_test(unit: UnitOfWork, test_id: UUID) -> bool:
    """Whether a bare answer can be meant for a test: it is not confirmed, and its shift has not begun.

    By its number, its key or its button it can be answered later, too: nobody says that by accident.
    """
    test = unit.session.get_one(ShiftTest, test_id)
    return test.confirmed_at is None and unit.now < test.starts_at


def confirm_test(unit: UnitOfWork, test_id: UUID, contact_id: UUID) -> bool:
    """Note that whoever was tested is there; False for somebody else's test. Repeating it changes nothing.

    It counts by whichever channel it comes, also one that can be forged: nothing is given away by it.
    """
    test = unit.session.scalars(select(ShiftTest).where(ShiftTest.id == test_id).with_for_update(**OWN)).one()
    if test.contact_id != contact_id:
        return False
    if test.confirmed_at is None:
        test.confirmed_at = unit.now
        unit.session.flush()
        unit.record(ShiftConfirmed(case_id=None, test_id=test_id, contact_id=contact_id))
    _take_button_away(unit, test)
    return True


def _take_button_away(unit: UnitOfWork, test: ShiftTest) -> None:
    """Rewrite the message in Telegram: it says now that it is confirmed."""
    sent = unit.session.scalars(
        select(Delivery).where(
            Delivery.dedupe_key.startswith(f"shift:{test.id}:"), Delivery.channel == ChannelName.TELEGRAM
        )
    ).one_or_none()
    if sent is None:
        return
    enqueue(
        unit,
        unit.session.get_one(Chat, sent.chat_id),
        "staff.duty_confirmed",
        language=sent.language,
        values={"roster": roster_ref(test.roster), "at": time_ref(test.starts_at)},
        action="edit",
        edits_id=sent.id,
        dedupe_key=f"confirmed:{test.id}",
    )


def refuse_test(unit: UnitOfWork, test_id: UUID, contact_id: UUID) -> None:
    """Note that whoever was tested cannot take the shift: others are told at once. Repeating it tells nobody again."""
    if unit.session.get_one(ShiftTest, test_id).contact_id == contact_id:
        note_unconfirmed(unit, test_id)


def note_unconfirmed(unit: UnitOfWork, test_id: UUID) -> None:
    """Have others told that a test was not confirmed; once, whoever finds out, and not after it was."""
    told: UUID | None = unit.session.scalar(
        update(ShiftTest)
        .where(ShiftTest.id == test_id, ShiftTest.told_at.is_(None), ShiftTest.confirmed_at.is_(None))
        .values(told_at=unit.now)
        .returning(ShiftTest.contact_id)
    )
    if told is not None:
        unit.record(ShiftUnconfirmed(case_id=None, test_id=test_id, contact_id=told))
