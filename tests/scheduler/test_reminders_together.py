"""A backlog of reminders: done together it ends as one by one, and one that cannot be done holds up no other."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from alerts.models import Alert, Delivery, Need, NeedState, Page
from alerts.policy.policies import import_policies
from app.queues import timer_queue
from app.settings import read_settings
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Deadline, Dismissal
from cases.intake import open_case, open_report
from cases.models import Case
from contacts.directory import put_contact
from contacts.linking import link_account, make_link_code
from contacts.models import Contact
from contacts.values import ContactCard, Role
from scheduler.reminders_together import TOGETHER
from store.base import Base
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from store.queues import AT_ONCE, work_once
from store.timers import Timer

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from store.clock import ManualClock
    from store.queues import Queue
    from store.unit_of_work import Store

ZONE = "Asia/Almaty"
POLICY = """\
policies:
  - name: docket
    repeat: 2
    needs:
      coordinator:
        - {notify: [{role: coordinator}], channels: [telegram], wait: 5m}
      lawyer:
        - {notify: [{person: Nobody}], channels: [telegram], wait: 5m}
        - {notify: [{role: lawyer}], channels: [telegram], wait: 5m}
"""


def team(store: Store) -> dict[str, UUID]:
    people = {"Aigerim": Role.COORDINATOR, "Dana": Role.LAWYER, "Madina": Role.LAWYER}
    found = {}
    with store.unit("test") as unit:
        import_policies(unit, POLICY)
        for place, (name, role) in enumerate(people.items()):
            found[name] = put_contact(unit, ContactCard(name, role, ("KZ",), ("en",), country="KZ"))
            link_account(unit, find_or_open_chat(unit, "telegram", str(place)), make_link_code(unit, found[name]))
    return found


def docket(store: Store, code: str, entry: Entry, *, zone: str = ZONE, holder: UUID | None = None) -> None:
    """A case with one thing to be reminded of; its lawyer is ``holder``."""
    with store.unit("test") as unit:
        case = open_case(unit, language="en")
        case.code, case.timezone = code, zone
        enter(unit, case.id, entry, zone=zone)
        if holder is not None:
            custody = Alert(case_id=case.id, kind="custody", subject_id=case.id, cluster_id=case.id, opened_at=unit.now)
            unit.session.add(custody)
            unit.session.flush()
            taken = {"state": NeedState.ACCEPTED, "accepted_by": holder, "accepted_at": unit.now}
            unit.session.add(
                Need(alert_id=custody.id, case_id=case.id, kind="lawyer", urgency="now", opened_at=unit.now, **taken)
            )


def dismissed(store: Store, code: str, counsel: UUID) -> None:
    """The person of a case wants this lawyer no more, and has confirmed it."""
    with store.unit("test") as unit:
        case = unit.session.scalars(select(Case).where(Case.code == code)).one()
        answered = {"answered_at": unit.now, "answered_by": "test", "confirmed": True}
        unit.session.add(Dismissal(case_id=case.id, asked_at=unit.now, asked_by="test", counsel_id=counsel, **answered))


def by_hand(store: Store, ahead: timedelta, event_: str = "deadline_by_hand") -> Entry:
    now = store.clock.now()
    return Entry(event_, When(now), appointed_at=now + ahead)


def of_all_kinds(store: Store) -> None:
    """Everything that makes one reminder another than the next."""
    people = team(store)
    hour, day = timedelta(hours=1), timedelta(days=1)
    docket(store, "AAA-222", by_hand(store, hour / 2), holder=people["Dana"])
    docket(store, "AAA-333", by_hand(store, 5 * hour), holder=people["Dana"])
    docket(store, "AAA-444", by_hand(store, 2 * hour, "hearing_scheduled"))
    docket(store, "CCC-222", by_hand(store, hour, "removal_scheduled"), holder=people["Madina"])
    docket(store, "CCC-333", by_hand(store, hour, "removal_scheduled"))
    docket(store, "CCC-444", by_hand(store, timedelta(0), "hearing_scheduled"))  # its very hour
    docket(store, "DDD-222", by_hand(store, 2 * day), holder=people["Dana"])  # it is night: it waits
    docket(store, "DDD-333", by_hand(store, 2 * day), zone="America/New_York")  # there it is noon
    docket(store, "DDD-444", by_hand(store, 6 * day), zone="America/New_York")  # only to be looked at later
    docket(store, "FFF-222", by_hand(store, 40 * day))
    with store.unit("test") as unit:
        case = unit.session.scalars(select(Case).where(Case.code == "AAA-333")).one()
        enter(unit, case.id, Entry("asylum_refusal_known", When(unit.now)), zone=ZONE)
        case.jurisdiction = "KZ"
        enter(unit, case.id, Entry("extradition_detention_actual", When(unit.now)), zone=ZONE)
        told = open_report(unit, find_or_open_chat(unit, "telegram", "1"), language="en", kind="text", content="he is")
        told.code = "FFF-333"  # Dana told of it: she is not asked
        enter(unit, told.id, by_hand(store, hour), zone=ZONE)
    docket(store, "FFF-444", by_hand(store, 2 * hour))
    dismissed(store, "FFF-444", people["Dana"])  # she is not asked, but for others like it she is


def queues() -> dict[str, Queue]:
    together = timer_queue(read_settings({}))
    return {"together": together, "alone": replace(together, many=None)}


def works(store: Store, queue: Queue) -> None:
    while work_once(store, queue):
        pass


def what_became(store: Store) -> dict[str, Counter[str]]:
    """Everything that is kept of it, by what names a row to people."""
    with store.read() as unit:
        code = {case.id: case.code for case in unit.session.scalars(select(Case))}
        clock = {row.id: f"{code[row.case_id]}.{row.number}" for row in unit.session.scalars(select(Deadline))}
        alert = {row.id: f"{clock.get(row.subject_id)}/{row.kind}/{row.ordinal}" for row in _all(unit.session, Alert)}
        need = {row.id: f"{alert[row.alert_id]}/{row.kind}" for row in _all(unit.session, Need)}
        people = select(Contact.id).order_by(Contact.created_at, Contact.id)
        who = {contact_id: place for place, contact_id in enumerate(unit.session.scalars(people))}
        page = {row.id: f"{need[row.need_id]}/{who[row.contact_id]}" for row in _all(unit.session, Page)}
        names = {**clock, **need, **page}
        return {
            "clocks": Counter(f"{clock[row.id]} {row.rung} {row.state}" for row in _all(unit.session, Deadline)),
            "needs": Counter(
                f"{need[row.id]} {row.state} {row.urgency} {row.round} {row.step} {row.began_at}"
                for row in _all(unit.session, Need)
            ),
            "pages": Counter(
                f"{page[row.id]} {row.round} {row.step} {row.channels} {row.gap_seconds}"
                for row in _all(unit.session, Page)
            ),
            "messages": Counter(
                f"{page[row.page_id]} {row.channel} {row.template} {row.values} {row.urgent} {row.silent} "
                f"{row.throttled} {row.due_at} {[one['label'] for line in row.buttons for one in line]}"
                for row in _all(unit.session, Delivery)
                if row.page_id is not None
            ),
            "timers": Counter(
                f"{row.kind} {names[row.subject_id]} {row.due_at} {row.tries}"
                for row in _all(unit.session, Timer)
                if row.subject_id in names and row.due_at is not None
            ),
            "log": Counter(f"{code.get(row.case_id)} {row.name}" for row in _all(unit.session, EventRow)),
        }


def _all(session: Session, model: type[Any]) -> list[Any]:
    return list(session.scalars(select(model)))


def test_together_it_ends_as_one_by_one(make_store: Callable[[], Store]) -> None:
    ended = []
    for queue in queues().values():
        store = make_store()
        of_all_kinds(store)
        works(store, queue)
        ended.append(what_became(store))
        assert store.verify_log() == []
        with store.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
    together, alone = ended
    assert len(together["messages"]) > 10
    assert together == alone


def test_the_next_reminder_takes_the_place_of_one_that_nobody_took(store: Store, clock: ManualClock) -> None:
    people = team(store)
    for number in range(AT_ONCE + 2):
        docket(store, f"AAA-22{number}", by_hand(store, timedelta(minutes=90)), holder=people["Dana"])
    queue = queues()["together"]
    works(store, queue)
    clock.advance(timedelta(minutes=31))
    with store.unit("test") as unit:  # for this moment nobody else is asked
        for timer in unit.session.scalars(select(Timer).where(Timer.kind != "deadline")):
            timer.due_at = None
    works(store, queue)
    with store.read() as unit:
        states = Counter(tuple(row) for row in unit.session.execute(select(Alert.ordinal, Need.state).join(Need)))
    assert states[1, "closed"] == states[2, "paging"] == AT_ONCE + 2


def backlog(store: Store, count: int) -> None:
    dana = team(store)["Dana"]
    for number in range(count):
        docket(store, f"C{number:06d}", by_hand(store, timedelta(minutes=30)), holder=dana)


def asked_of(store: Store) -> Counter[str]:
    """How many messages ask about each case."""
    with store.read() as unit:
        found = select(Case.code).join(Need, Need.case_id == Case.id).join(Delivery, Delivery.need_id == Need.id)
        return Counter(unit.session.scalars(found.where(Delivery.action == "send")))


def test_one_that_cannot_be_done_holds_up_no_other(store: Store, clock: ManualClock) -> None:
    backlog(store, 8)
    with store.unit("test") as unit:
        broken = unit.session.scalars(select(Case).where(Case.code == "C000003")).one()
        row = unit.session.scalars(select(Deadline).where(Deadline.case_id == broken.id)).one()
        row.severity, row.zone, row.safe_at = "user_action", "Mars/Base", row.safe_at + timedelta(days=2)
    with capture_logs() as logged:
        works(store, queues()["together"])
    assert [one["event"] for one in logged if one["log_level"] in ("warning", "error")] == [
        "not_together",
        "handling_failed",
    ]
    assert asked_of(store) == Counter({f"C{number:06d}": 1 for number in range(8) if number != 3})
    for _ in range(6):
        clock.advance(timedelta(seconds=30))
        with store.unit("test") as unit:  # nobody else is to be asked meanwhile
            for timer in unit.session.scalars(select(Timer).where(Timer.kind != "deadline")):
                timer.due_at = None
        works(store, queues()["together"])
    with store.read() as unit:
        assert len(unit.session.scalars(select(Timer).where(Timer.parked_at.is_not(None))).all()) == 1


def test_what_is_killed_amid_a_backlog_is_done_once_afterwards(store: Store, clock: ManualClock) -> None:
    backlog(store, AT_ONCE + 3)
    queue = queues()["together"]
    ends: list[Session] = []

    def killed(session: Session) -> None:
        ends.append(session)
        if len(ends) == 2:  # the first is the claim
            raise KeyboardInterrupt

    event.listen(Session, "before_commit", killed)
    try:
        with pytest.raises(KeyboardInterrupt):
            work_once(store, queue)
    finally:
        event.remove(Session, "before_commit", killed)
    assert asked_of(store) == Counter()
    clock.advance(timedelta(seconds=11))  # its lease is over
    works(store, queue)
    assert set(asked_of(store).values()) == {1}
    assert len(asked_of(store)) == AT_ONCE + 3


def test_few_are_left_to_be_done_one_by_one(store: Store) -> None:
    backlog(store, AT_ONCE)
    with store.unit("test") as unit:
        assert queues()["together"].many.take(unit) == []  # type: ignore[union-attr]  # it has one


def test_a_page_that_is_due_goes_before_a_backlog(store: Store) -> None:
    backlog(store, AT_ONCE + 3)
    many = queues()["together"].many
    assert many is not None
    with store.unit("test") as unit:
        unit.session.add(
            Timer(kind="escalate", subject_id=unit.session.scalars(select(Case.id)).first(), due_at=unit.now)
        )
        unit.session.flush()
        assert many.take(unit) == []


def test_after_a_day_off_the_worst_is_asked_first(store: Store, clock: ManualClock) -> None:
    dana = team(store)["Dana"]
    hour = timedelta(hours=1)
    entries = {
        "OVER-22": by_hand(store, 20 * hour),
        "LATE-22": by_hand(store, 30 * hour),
        "SOON-22": by_hand(store, 26 * hour),
        "GONE-22": by_hand(store, 25 * hour, "removal_scheduled"),
    }
    for number in range(TOGETHER):
        docket(store, f"C{number:06d}", by_hand(store, 40 * hour), holder=dana)
    for code, entry in entries.items():
        docket(store, code, entry, holder=dana)
    with store.unit("test") as unit:  # nobody was there to be reminded
        for timer in unit.session.scalars(select(Timer)):
            timer.due_at = unit.now + timedelta(minutes=5) if timer.kind == "deadline" else None
    clock.advance(24 * hour)
    works(store, queues()["together"])
    with store.read() as unit:
        asked = select(Case.code).join(Need, Need.case_id == Case.id).join(Delivery, Delivery.need_id == Need.id)
        in_order = list(unit.session.scalars(asked.order_by(Delivery.order_key)))
    assert list(dict.fromkeys(in_order))[:3] == ["GONE-22", "SOON-22", "LATE-22"]
    assert in_order[-1] == "OVER-22", "nothing can be saved there any more"
