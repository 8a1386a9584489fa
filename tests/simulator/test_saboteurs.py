"""Every promise is broken on purpose, behind the house's back: what nothing could break would be no promise."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import structlog
from sqlalchemy import delete, select, update

from alerts.messages.incoming import IncomingText, pack
from alerts.messages.outbox import enqueue
from alerts.models import Delivery, DeliveryState, Need, NeedState
from alerts.search.paging import TIMER as ESCALATE
from cases.consent.models import Consent
from cases.docket.clocks import DEADLINE_TIMER
from cases.docket.models import Deadline, Watch
from cases.docket.watches import WATCH_TIMER
from cases.intake import open_case
from cases.models import Case, Report, ReportMessage
from cases.retention import Retention
from contacts.models import Contact, ContactMethod
from store.base import new_id
from store.chats import Chat
from store.eventlog import EventRow, Reaction
from store.inbox import RawInput, keep
from store.timers import Timer
from tests.simulator.__main__ import breaks, ground
from tests.simulator.acts import refuses
from tests.simulator.broken import Broken
from tests.simulator.plan import HOUR, MINUTE, Action, Plan
from tests.simulator.promises import MOST_WAITING
from tests.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.unit_of_work import UnitOfWork

pytestmark = pytest.mark.long  # they try the simulator, which is played by hand and by --long

log = structlog.get_logger(__name__)
ASLEEP = Action(1, "temper", {"name": "Aigerim", "temper": "asleep"})
REPORTED = Action(5, "report", {"words": "they took my brother", "door": "telegram"})
ONLY_TELEGRAM = Action(2, "policy", {"which": 1})
HEARING = Action(60, "hearing", {"case": 0, "in": 2 * HOUR})
HEARD_OF_DAILY = Action(61, "daily_contact", {"case": 0, "in": 2 * HOUR})
SILENCE = Plan(0, 0.008, 1, (ASLEEP, ONLY_TELEGRAM, REPORTED, HEARING, HEARD_OF_DAILY))
"""Eleven minutes, in which whoever is asked first does not answer."""
AGREED = Action(100, "consents", {"case": 0, "to": "unhcr"})
RELEASED = Plan(
    0, 0.008, 1, (REPORTED, AGREED, Action(2 * MINUTE - 1, "releases", {"case": 0, "to": "unhcr", "in": 0}))
)
"""The same, and a case is told to UNHCR at once."""
EMBARGO = Plan(0, 0.008, 1, (REPORTED, AGREED, Action(110, "releases", {"case": 0, "to": "unhcr", "in": 3 * MINUTE})))


@pytest.mark.parametrize("plan", [SILENCE, RELEASED, EMBARGO], ids=("silence", "released", "embargo"))
def test_nobody_breaks_a_promise_but_the_saboteur(plan: Plan) -> None:
    broken, tally = breaks(plan)
    assert broken is None
    assert tally.calls


# Searches and clocks


def stops_every_search(unit: UnitOfWork) -> None:
    unit.session.execute(update(Timer).where(Timer.kind == ESCALATE).values(due_at=None))


def stops_every_reminder(unit: UnitOfWork) -> None:
    unit.session.execute(update(Timer).where(Timer.kind == DEADLINE_TIMER).values(due_at=None))
    unit.session.execute(update(Deadline).values(rung=0))


def misses_a_watch(unit: UnitOfWork) -> None:
    unit.session.execute(update(Timer).where(Timer.kind == WATCH_TIMER).values(due_at=None))
    unit.session.execute(update(Watch).values(due_at=unit.now - timedelta(hours=1)))


def needs_nobody(unit: UnitOfWork) -> None:
    case = open_case(unit, language="en")
    unit.session.add(Report(id=new_id(), case_id=case.id, door="telegram", received_at=unit.now - timedelta(hours=1)))


def seeks_nobody_any_more(unit: UnitOfWork) -> None:
    unit.session.execute(update(Need).values(state=NeedState.CLOSED, accepted_by=None))


def takes_without_a_word(unit: UnitOfWork) -> None:
    anybody = unit.session.scalars(select(Contact.id).order_by(Contact.id)).first()
    unit.session.execute(update(Need).values(state=NeedState.ACCEPTED, accepted_by=anybody, accepted_at=unit.now))


def closes_in_silence(unit: UnitOfWork) -> None:
    for case_id in unit.session.scalars(select(Case.id)).all():
        unit.session.add(Retention(case_id=case_id, closed_at=unit.now, closed_by="nobody"))


# What was said, and what is said


def loses_what_was_said(unit: UnitOfWork) -> None:
    unit.session.execute(delete(ReportMessage))


def changes_the_log(unit: UnitOfWork) -> None:
    unit.session.execute(update(EventRow).values(actor="nobody"))


def tells_a_helper(unit: UnitOfWork) -> None:
    _says(unit, _chat_of_a_helper(unit), "reply.taken", code="zq1secret")


def says_that_somebody_has_it(unit: UnitOfWork) -> None:
    _says(unit, _chat_of_the_reporter(unit), "reply.taken")


def says_that_nobody_has_it(unit: UnitOfWork) -> None:
    _says(unit, _chat_of_the_reporter(unit), "reply.waiting")


def tells_the_log(_: UnitOfWork) -> None:
    log.info("heard", words="zq1secret")


def fails(_: UnitOfWork) -> None:
    log.error("something_broke")


def _says(unit: UnitOfWork, chat: Chat, template: str, code: str = "") -> None:
    code = code or unit.session.scalars(select(Case.code)).one()
    enqueue(unit, chat, template, language="en", values={"code": code})


def _chat_of_the_reporter(unit: UnitOfWork) -> Chat:
    return unit.session.get_one(Chat, unit.session.scalars(select(Report.chat_id)).one())


def _chat_of_a_helper(unit: UnitOfWork) -> Chat:
    ways = select(ContactMethod.chat_id).where(ContactMethod.channel == "telegram").order_by(ContactMethod.id)
    return unit.session.get_one(Chat, unit.session.scalars(ways).first())


# Messages and queues


def sends_again(unit: UnitOfWork) -> None:
    sent = (Delivery.action == "send", Delivery.sent_at.is_not(None))
    unit.session.execute(update(Delivery).where(*sent).values(state=DeliveryState.QUEUED, due_at=unit.now))


def sends_nobody(unit: UnitOfWork) -> None:
    unit.session.execute(update(Delivery).values(state=DeliveryState.QUEUED, due_at=None))


def parks(unit: UnitOfWork) -> None:
    unit.session.execute(update(Timer).values(due_at=None, parked_at=unit.now, trouble="ValueError"))


def floods(unit: UnitOfWork) -> None:
    words = [
        RawInput(9000 + one, "+77000009999", pack(IncomingText(f"SM{one}", "x"))) for one in range(MOST_WAITING + 1)
    ]
    keep(unit, "sms", "sms", words, moves_cursor=False)


@pytest.mark.parametrize(
    ("sabotage", "promise"),
    [
        (stops_every_search, "a search goes on"),
        (stops_every_reminder, "no deadline passes silently"),
        (misses_a_watch, "no watch is missed in silence"),
        (needs_nobody, "every report is somebody's"),
        (seeks_nobody_any_more, "every report is somebody's"),
        (takes_without_a_word, "nothing is accepted twice"),
        (closes_in_silence, "ended cases ring nobody"),
        (loses_what_was_said, "nothing reported is lost"),
        (changes_the_log, "the log holds"),
        (tells_a_helper, "nobody is given away"),
        (tells_the_log, "nothing is said in the log"),
        (fails, "nothing fails"),
        (sends_again, "no message is sent twice"),
        (sends_nobody, "a message has an end that says so"),
        (parks, "nothing is parked"),
    ],
)
def test_a_house_that_breaks_a_promise_is_seen(sabotage: Callable[[UnitOfWork], None], promise: str) -> None:
    assert broken_by(SILENCE, 2 * MINUTE, lambda world: in_rows(world, sabotage)) == promise


def test_it_is_seen_that_somebody_is_told_that_somebody_has_it() -> None:
    seen = broken_by(SILENCE, 10, lambda world: in_rows(world, says_that_somebody_has_it))
    assert seen == "nobody is told that somebody has it while nobody has"


def test_it_is_seen_that_somebody_is_told_that_nobody_has_it() -> None:
    plan = Plan(0, 0.008, 1, (ONLY_TELEGRAM, REPORTED))
    seen = broken_by(plan, 5 * MINUTE, lambda world: in_rows(world, says_that_nobody_has_it))
    assert seen == "nobody is told that nobody has it while somebody has"


def in_rows(world: World, sabotage: Callable[[UnitOfWork], None]) -> None:
    with world.store.unit("saboteur") as unit:
        sabotage(unit)


def broken_by(plan: Plan, at: float, sabotage: Callable[[World], None], house: type[World] = World) -> str:
    """Play a plan in which somebody does this; say which promise was seen to be broken."""
    with house(plan, ground()) as world:
        world.later(at, lambda: sabotage(world))
        with pytest.raises(Broken) as seen:
            world.plays()
    return seen.value.promise


# Queues that nobody works


def works_no(queue: str) -> Callable[[World], None]:
    def stops(world: World) -> None:
        for node in world.nodes:
            node.queues.pop(queue)

    return stops


def test_a_queue_that_nobody_works_is_seen() -> None:
    assert broken_by(SILENCE, 1, works_no("reaction")) == "what is due is done"


def test_a_queue_that_grows_is_seen() -> None:
    def grows(world: World) -> None:
        works_no("inbox")(world)
        in_rows(world, floods)

    assert broken_by(SILENCE, 2 * MINUTE, grows) == "no queue grows without bound"


# What a person has agreed to


def forgets_a_refusal(world: World) -> None:
    """The person takes it back, and of that nothing is kept."""
    refuses(world, {"case": 0, "to": "unhcr"})
    with world.store.unit("saboteur") as unit:
        unit.session.execute(delete(Reaction).where(Reaction.name == "look_again"))
        unit.session.execute(delete(Consent).where(Consent.granted.is_(False)))


def test_what_leaves_although_it_was_taken_back_is_seen() -> None:
    assert broken_by(EMBARGO, 4 * MINUTE, forgets_a_refusal) == "what was taken back does not leave"


def test_what_is_shown_although_it_was_taken_back_is_seen() -> None:
    assert broken_by(RELEASED, 2.5 * MINUTE, forgets_a_refusal) == "what was taken back is not shown"
