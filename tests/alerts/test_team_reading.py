"""What the pages of the team read is read the same on both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.occasions.duty_book import duty_book
from alerts.occasions.shifts import ask_for_test, sent_tests
from alerts.screens.contact_book import entries, helpers, history
from alerts.screens.delivery_board import Standing, counted, messages, standing
from alerts.screens.waiting import Waits, channels
from app.parked import QUEUES
from store.parked import parked_items
from tests.web.house import House

if TYPE_CHECKING:
    from store.unit_of_work import Store


def test_people_rosters_messages_and_what_is_parked(store: Store) -> None:
    house = House(store)
    aigerim = house.helper("Aigerim", sms="+77000000001", telegram="@a")
    timur = house.helper("Timur", "lawyer", email="t@example.org")
    house.rosters("Aigerim", "Timur", "Nobody")
    case = house.case()
    need = house.asks(case, aigerim, answer="accept", after=timedelta(minutes=3))
    failed, queued = house.message("failed_permanent", need), house.message("queued")
    parked = house.message("queued", due_at=None, parked_at=store.clock.now())
    with store.unit("test") as unit:
        test_id = ask_for_test(unit, "duty", aigerim)
        assert ask_for_test(unit, "duty", aigerim) == test_id
    with store.read() as unit:
        assert {entry.id for entry, left in entries(unit) if not left} == {aigerim, timur}
        (first, _) = helpers(unit, [aigerim, timur], tails=True)
        assert [(way.channel, way.tail) for way in first.ways] == [("telegram", ""), ("sms", "01")]
        assert (first.load, first.answers.took, first.is_linked) == (1, timedelta(minutes=3), True)
        assert [(one.code, one.answer) for one in history(unit, aigerim, 5)] == [(case.code, "accepted")]

        book = duty_book(unit)
        assert [duty.roster.members[:2] for duty in book.duties] == [(str(aigerim), str(timur))] * 2
        assert set(book.can_be_on_call) == {aigerim, timur}
        assert set(book.names.values()) == {"Aigerim", "Timur"}
        (sent,) = sent_tests(unit, unit.now - timedelta(days=1), book.methods, 5)
        assert (sent.contact_id, sent.asked_for, sent.ways) == (
            aigerim,
            True,
            (("telegram", "queued"), ("sms", "queued")),
        )

        assert counted(unit)[Standing.FAILED] == counted(unit)[Standing.PARKED] == 1
        assert [one.id for one in messages(unit, standing(Standing.FAILED, unit.now))] == [failed]
        telegram = next(one for one in channels(unit, 50) if one.channel == "telegram")
        assert {one.id: one.why for one in telegram.queued}[queued] is Waits.DUE
        assert [(one.queue, one.id) for one in parked_items(unit, QUEUES)] == [("delivery", parked)]
        assert parked_items(unit, {}) == []
