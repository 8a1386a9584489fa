"""Tests before a shift: a page that asks for nothing but to be confirmed, over every channel a person has.

Each shift brings one by itself, an hour before. A coordinator may ask for one at any time: it stands beside those, and
takes the place of none.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Table, select, update

from alerts.events import ShiftConfirmed, ShiftTestAsked, ShiftUnconfirmed
from alerts.messages.buttons import mint
from alerts.messages.channel_states import can_answer_sms
from alerts.messages.outbox import enqueue, reword
from alerts.messages.reply_numbers import next_reply_number
from alerts.models import Delivery, ShiftTest
from alerts.needs.ways import ORDER_OF_WAYS, Reachable, ways_to
from alerts.telling.tiers import Asking, language_on
from alerts.telling.wording import roster_ref, time_ref
from contacts.models import Contact
from contacts.values import ChannelName
from store.base import OWN, new_id
from store.chats import address_of
from store.inserting import insert_into

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from contacts.duty import Check
    from store.unit_of_work import UnitOfWork

CONFIRM = "confirm_shift"
"""What the button of a test does."""
SHIFT = "shift"
"""The value that says which test a message belongs to."""
ASKED_ONCE_WITHIN: Final = timedelta(minutes=5)
"""Who asks for a test twice within this time has asked for one."""
ANSWERED_WITHIN: Final = timedelta(hours=1)
"""How long a bare answer can be meant for a test that was asked for."""
TABLE: Table = ShiftTest.__table__  # type: ignore[assignment]  # declarative tables are Tables


def shift_test_in(values: dict[str, Any]) -> UUID | None:
    """Return which test a message belongs to; None for any other message."""
    found = values.get(SHIFT)
    return None if found is None else UUID(str(found))


def send_test(unit: UnitOfWork, check: Check) -> None:
    """Send a test by every way its reader has. Of several who send it at once, one does."""
    member = UUID(check.member)
    fresh = (
        insert_into(unit.session, TABLE)
        .values(id=new_id(), roster=check.roster, contact_id=member, starts_at=check.at, sent_at=unit.now)
        .on_conflict_do_nothing(index_elements=[TABLE.c.roster, TABLE.c.contact_id, TABLE.c.starts_at])
        .returning(TABLE.c.id)
    )
    unit.session.flush()
    test_id: UUID | None = unit.session.scalar(fresh)
    if test_id is not None:
        _send(unit, unit.session.get_one(ShiftTest, test_id), unit.session.get_one(Contact, member))


def ask_for_test(unit: UnitOfWork, roster: str, contact_id: UUID) -> UUID | None:
    """Send somebody a test although no shift begins; return its id, or None where no way leads to them.

    Asked for again within five minutes it is the same test: who presses twice rings a telephone once.
    """
    contact = unit.session.get_one(Contact, contact_id, with_for_update=OWN, populate_existing=True)
    before = unit.session.scalars(
        select(ShiftTest.id)
        .where(
            ShiftTest.roster == roster,
            ShiftTest.contact_id == contact_id,
            ShiftTest.starts_at == ShiftTest.sent_at,
            ShiftTest.sent_at > unit.now - ASKED_ONCE_WITHIN,
        )
        .limit(1)
    ).first()
    if before is not None or not ways_to(unit, contact):
        return before
    test = ShiftTest(id=new_id(), roster=roster, contact_id=contact_id, starts_at=unit.now, sent_at=unit.now)
    unit.session.add(test)
    unit.session.flush()
    _send(unit, test, contact)
    unit.record(ShiftTestAsked(case_id=None, test_id=test.id, contact_id=contact_id))
    return test.id


def was_asked_for(test: ShiftTest) -> bool:
    """Whether a person asked for a test; those that a shift brings are sent before it begins."""
    return test.starts_at == test.sent_at


@dataclass(frozen=True)
class SentTest:
    """A test and how far it came. ``asked_for``: by a person; otherwise it was before the shift of ``starts_at``."""

    roster: str
    contact_id: UUID
    starts_at: datetime
    sent_at: datetime
    confirmed_at: datetime | None
    asked_for: bool
    ways: tuple[tuple[str, str], ...]
    """Channel and state of each message, in the order channels are offered."""


def sent_tests(unit: UnitOfWork, since: datetime, methods: Mapping[UUID, UUID], newest: int) -> list[SentTest]:
    """Return the newest tests that were sent since an instant, and what became of each. Two queries.

    ``methods``: every way to the people who may have been tested, and whose it is.
    """
    tests = unit.session.scalars(
        select(ShiftTest)
        .where(ShiftTest.sent_at >= since)
        .order_by(ShiftTest.sent_at.desc(), ShiftTest.id.desc())
        .limit(newest)
    ).all()
    keys = {
        _dedupe_key(test.id, method_id): test.id
        for test in tests
        for method_id, contact_id in methods.items()
        if contact_id == test.contact_id
    }
    rows = unit.session.execute(
        select(Delivery.dedupe_key, Delivery.channel, Delivery.state).where(Delivery.dedupe_key.in_(list(keys)))
    )
    ways: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for key, channel, state in rows:
        ways[keys[str(key)]].append((channel, state))
    return [
        SentTest(
            test.roster,
            test.contact_id,
            test.starts_at,
            test.sent_at,
            test.confirmed_at,
            was_asked_for(test),
            tuple(sorted(ways[test.id], key=lambda way: ORDER_OF_WAYS[way[0]])),
        )
        for test in tests
    ]


def _dedupe_key(test_id: UUID, method_id: UUID) -> str:
    return f"shift:{test_id}:{method_id}"


def _send(unit: UnitOfWork, test: ShiftTest, contact: Contact) -> None:
    """Send a test by every way its reader has."""
    for way in ways_to(unit, contact):
        asking = _asking(unit, way, test)
        enqueue(
            unit,
            way.chat,
            asking.template,
            language=language_on(way.channel, way.language),
            values={SHIFT: str(test.id), "at": time_ref(test.starts_at), **asking.values},
            buttons=asking.buttons,
            method_id=way.method.id,
            number=asking.number,
            dedupe_key=_dedupe_key(test.id, way.method.id),
        )


def _asking(unit: UnitOfWork, way: Reachable, test: ShiftTest) -> Asking:
    words = "try" if was_asked_for(test) else "test"
    match way.channel:
        case ChannelName.TELEGRAM:
            button = mint(unit, way.chat.id, CONFIRM, "button.confirm_shift", subject_id=test.id)
            return Asking(f"staff.duty_{words}", {"roster": roster_ref(test.roster)}, [[button]])
        case ChannelName.VOICE:
            return Asking("voice.duty_test", {}, [])
        case ChannelName.SMS if can_answer_sms(unit, address_of(unit, way.chat)):
            number = next_reply_number(unit)
            return Asking(f"duty.{words}", {"number": str(number)}, [], number)
        case _:
            button = mint(unit, way.chat.id, CONFIRM, "button.answer", subject_id=test.id)
            return Asking(f"duty.{words}_link", {}, [[{**button, "answer": True}]])


def is_open_test(unit: UnitOfWork, test_id: UUID) -> bool:
    """Whether a bare answer can be meant for a test: it is not confirmed, and its shift has not begun.

    One that a person asked for is open for an hour.

    By its number, its key or its button it can be answered later, too: nobody says that by accident.
    """
    test = unit.session.get_one(ShiftTest, test_id)
    until = test.sent_at + ANSWERED_WITHIN if was_asked_for(test) else test.starts_at
    return test.confirmed_at is None and unit.now < until


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
    words = "staff.duty_thanks" if was_asked_for(test) else "staff.duty_confirmed"
    values = {"roster": roster_ref(test.roster), "at": time_ref(test.starts_at)}
    reword(unit, sent, words, values, dedupe_key=f"confirmed:{test.id}")


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
