"""A raid: one incident, nineteen people. Coordinators are rung once, lawyers in bundles, and nobody is forgotten."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from alerts.answering.answers import settle_answer
from alerts.events import NeedAccepted
from alerts.models import HANDED_OVER, WATCH, Alert, Delivery, Need, NeedState, Page
from alerts.policy.milestones import Milestone
from alerts.search.acks import Ack, accept_need, decline_need
from alerts.search.following_up import reach
from alerts.search.planning import close
from alerts.search.taking_in import take_in
from alerts.sending.crowd import MOST_TOGETHER
from app.queues import timer_queue
from app.settings import read_settings
from cases.docket.entering import When
from cases.incidents.models import IncidentCase
from cases.incidents.opening import Happening
from cases.incidents.reading import read_list
from contacts.directory import find_contact, put_contact
from contacts.models import Contact, ContactMethod
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from store.queues import work_once
from store.timers import Timer
from tests.web.queries import counted

if TYPE_CHECKING:
    from uuid import UUID

    from tests.channels.night import Night

AIGERIM, DANA, TIMUR = "101", "102", "103"
RAID = 19
FEW = 5
"""Enough people where it is about hours or whom they are given to: nineteen, and sixty, are told of first."""
MORE = 10
"""More people than times somebody is asked."""


def raid(night: Night, *, people: int = RAID, days: int | None = None, taken_by: UUID | None = None) -> UUID:
    """So many people taken at once; they are entered now."""
    list_ = read_list("\n".join(f"{n}. Serik {chr(64 + n % 26 + 1)}n" for n in range(1, people + 1)))
    with night.store.unit("test") as unit:
        until = None if days is None else When(unit.now + timedelta(days=days))
        happening = Happening("administrative_arrest", When(unit.now), "Asia/Almaty", "en", until=until, region="KZ-75")
        incident = take_in(unit, happening, list_, taken_by=taken_by)
    night.works()
    night.later(seconds=8)
    return incident.id


def needs(night: Night, kind: str) -> list[Need]:
    with night.store.read() as unit:
        found = (
            select(Need)
            .join(IncidentCase, IncidentCase.case_id == Need.case_id)
            .where(Need.kind == kind)
            .order_by(IncidentCase.number, Need.opened_at)
        )
        rows = list(unit.session.scalars(found))
        unit.session.expunge_all()
        return rows


def asked(night: Night, whom: str) -> list[Delivery]:
    """The messages that asked somebody for something and left."""
    return [row for row in night.rows("telegram", whom) if row.state in HANDED_OVER]


def texts(night: Night, address: str) -> list[str]:
    """What somebody was told, without the marks around values."""
    return [one.text.replace("\u2068", "").replace("\u2069", "") for one in night.sent("telegram", address)]


def accepts(night: Night, name: str, row: Delivery) -> None:
    with night.store.unit("test") as unit:
        contact = unit.session.get_one(Contact, night.contact_id(name))
        settle_answer(unit, unit.session.get_one(Delivery, row.id), contact, accepts=True, proved=True)
    night.later(seconds=5)


@pytest.mark.heavy
def test_a_raid_rings_each_coordinator_once_and_a_lawyer_twice(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Dana", "lawyer", telegram=DANA)
    raid(night)
    (page,) = texts(night, AIGERIM)
    assert "19 NEW CASES" in page
    first, rest = texts(night, DANA)
    assert "18 NEW CASES" in rest
    assert "CASES" not in first


@pytest.mark.heavy
def test_sixty_are_asked_of_a_lawyer_in_a_few_messages(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Dana", "lawyer", telegram=DANA)
    raid(night, people=60)
    night.later(seconds=20)
    assert len(night.sent("telegram", AIGERIM)) == 1
    assert len(night.sent("telegram", DANA)) <= 2 + 60 // MOST_TOGETHER


@pytest.mark.heavy
def test_one_yes_takes_the_incident_and_each_person_s_lawyer_is_sought_on(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Dana", "lawyer", telegram=DANA)
    raid(night, people=FEW)
    (page,) = night.rows("telegram", "Aigerim")
    accepts(night, "Aigerim", page)
    assert {need.accepted_by for need in needs(night, "coordinator")} == {night.contact_id("Aigerim")}
    assert {need.state for need in needs(night, "lawyer")} == {NeedState.PAGING}
    first = night.rows("telegram", "Dana")[0]
    accepts(night, "Dana", first)
    assert [need.state for need in needs(night, "lawyer")].count(NeedState.ACCEPTED) == 1
    assert night.store.verify_log() == []


@pytest.mark.heavy
def test_while_nobody_accepts_the_ladder_is_climbed_once_for_all(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Timur", telegram=TIMUR)
    raid(night, people=MORE)
    with night.store.unit("test") as unit:
        decline_need(unit, needs(night, "coordinator")[0].id, night.contact_id("Aigerim"))
    night.later(minutes=12)
    for whom in ("Aigerim", "Timur"):
        assert 1 <= len(asked(night, whom)) < MORE, "not one for each person"


@pytest.mark.heavy
def test_when_the_first_of_them_is_settled_alone_the_others_are_still_sought(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    raid(night, people=FEW)
    first = needs(night, "coordinator")[0]
    with night.store.unit("test") as unit:
        close(unit, unit.session.get_one(Need, first.id))
    night.later(minutes=6)
    assert any(f"{FEW - 1} NEW CASES" in text for text in texts(night, AIGERIM)), "the second stands for all now"


@pytest.mark.heavy
def test_whoever_made_it_and_has_it_is_reminded_once_of_all(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Timur", telegram=TIMUR)
    night.helper("Dana", "lawyer", telegram=DANA)
    raid(night, people=FEW, taken_by=night.contact_id("Aigerim"))
    assert texts(night, AIGERIM) == texts(night, TIMUR) == []
    night.later(minutes=50)
    told = texts(night, AIGERIM)
    assert len([text for text in told if f"+{FEW - 1}: no lawyer has accepted" in text]) == 1
    assert len([text for text in told if "contact" in text]) == 1
    assert texts(night, TIMUR) == []
    with night.store.unit("test") as unit:
        held = needs(night, "coordinator")[3]
        assert reach(unit, held.id, night.contact_id("Aigerim"), Milestone.CONTACT_MADE) is Ack.NOTED
    assert all(need.contact_made_at is not None for need in needs(night, "coordinator"))
    night.later(hours=1)
    assert {need.state for need in needs(night, "coordinator")} == {NeedState.ACCEPTED}


@pytest.mark.heavy
def test_what_went_stale_is_given_back_whole_and_sought_once(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Timur", telegram=TIMUR)
    raid(night, people=MORE, taken_by=night.contact_id("Aigerim"))
    night.later(hours=1, minutes=15)
    assert {need.state for need in needs(night, "coordinator")} <= {NeedState.PAGING, NeedState.EXHAUSTED}
    assert 1 <= len(asked(night, "Timur")) < MORE


@pytest.mark.heavy
def test_that_nobody_was_found_is_said_of_all_of_them_at_once(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    raid(night, people=FEW, taken_by=night.contact_id("Aigerim"))
    night.later(seconds=10)
    (shouted,) = [text for text in texts(night, AIGERIM) if "lawyer" in text]
    assert f"+{FEW - 1}" in shouted


@pytest.mark.heavy
def test_the_evening_before_their_terms_end_a_lawyer_is_asked_in_two_messages(night: Night) -> None:
    night.helper("Dana", "lawyer", telegram=DANA)
    raid(night, people=FEW, days=1)  # so the evening before has come: it is 23:00
    with night.store.unit("test") as unit:
        for need in needs(night, "lawyer"):
            accept_need(unit, need.id, night.contact_id("Dana"))
            reach(unit, need.id, night.contact_id("Dana"), Milestone.FILED)
    night.later(seconds=20)
    watch = select(Need.id).join(Alert, Alert.id == Need.alert_id).where(Alert.kind == WATCH)
    with night.store.read() as unit:
        wanted = set(unit.session.scalars(watch))
    assert len(wanted) == FEW
    evening = [row for row in night.rows("telegram", "Dana") if row.need_id in wanted]
    assert len({row.need_id for row in evening}) == FEW
    said = {row.bundle_id or row.id for row in evening}
    assert len(said) <= 2


def test_of_two_who_accept_at_once_each_person_has_one_coordinator(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Timur", telegram=TIMUR)
    raid(night, people=8)
    rows, barrier, acks = needs(night, "coordinator"), Barrier(2), []

    def takes(name: str, need: Need) -> None:
        who = night.contact_id(name)
        barrier.wait()
        with night.store.unit(f"contact:{who}") as unit:
            acks.append(accept_need(unit, need.id, who))

    threads = [Thread(target=takes, args=one) for one in (("Aigerim", rows[0]), ("Timur", rows[5]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(ack.name for ack in acks) == ["TAKEN", "YOURS"]
    settled = needs(night, "coordinator")
    assert {need.state for need in settled} == {NeedState.ACCEPTED}
    assert len({need.accepted_by for need in settled}) == 1
    with night.store.read() as unit:
        taken = unit.session.scalars(select(EventRow.payload).where(EventRow.name == NeedAccepted.__name__)).all()
    assert len({one["need_id"] for one in taken if one["need"] == "coordinator"}) == len(taken) == 8
    assert night.store.verify_log() == []


@pytest.mark.heavy
def test_the_work_for_a_raid_does_not_grow_faster_than_its_people(night: Night) -> None:
    """Counted in statements: cases, clocks, searches and pages of all of them, until each page is queued."""
    night.helper("Aigerim", telegram=AIGERIM)
    for number in range(3):
        night.helper(f"Dana {number}", "lawyer", telegram=f"20{number}")
    taken = []
    for people in (20, 60):
        with counted(night.store) as asked:
            pages = take_in_and_page(night, people)
        assert pages == 3 * people + 1
        taken.append(asked.count)
    few, many = taken
    assert many <= 3 * few, taken
    assert many - few <= 40 * 6, "a person more is a handful of statements more, however many lawyers there are"


def take_in_and_page(night: Night, people: int) -> int:
    """Have so many people taken in; do what timers want now; return how many pages are queued."""
    list_ = read_list("\n".join(f"{n}. Serik {chr(64 + n % 26 + 1)}n" for n in range(1, people + 1)))
    before = pages(night)
    with night.store.unit("test") as unit:
        take_in(unit, Happening("administrative_arrest", When(unit.now), "Asia/Almaty", "en", region="KZ-75"), list_)
    queue = timer_queue(read_settings({}))
    for _ in range(8):
        work_once(night.store, queue)
    return pages(night) - before


def pages(night: Night) -> int:
    with night.store.read() as unit:
        return unit.session.scalar(select(func.count()).select_from(Page)) or 0


@pytest.mark.heavy
def test_many_are_asked_at_once_as_each_would_be_alone(night: Night) -> None:
    """By several channels in turn, with somebody who has no way at all: the same pages, rings and timers."""
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Dana", "lawyer", telegram=DANA, sms="+77000000001", voice="+77000000002")
    night.helper("Nobody", "lawyer")
    night.policy(lawyer="[telegram, sms], order: in_turn, gap: 30s")
    raid(night, people=5)
    alone = raid(night, people=1)
    with night.store.read() as unit:
        single = select(IncidentCase.case_id).where(IncidentCase.incident_id == alone)
        rows = unit.session.execute(
            select(Need, Page).join(Page, Page.need_id == Need.id).where(Need.kind == "lawyer").order_by(Need.id)
        ).all()
        singles = set(unit.session.scalars(single))
        timers = {row.subject_id: row.due_at for row in unit.session.execute(select(Timer.subject_id, Timer.due_at))}

        def shape(need: Need, page: Page) -> tuple[object, ...]:
            rings, looks = timers[page.id], timers[need.id]
            assert rings is not None
            assert looks is not None
            return (
                need.round, need.step, need.state, page.round, page.step, tuple(page.channels), page.gap_seconds,
                rings - page.asked_at, looks - page.asked_at, need.began_at == page.asked_at,
            )  # fmt: skip

        (expected,) = {shape(*row) for row in rows if row.Need.case_id in singles}
        assert {shape(*row) for row in rows} == {expected}
        wanted = {row.Need.id for row in rows}
        assert len(wanted) == 6
    night.later(minutes=1)
    first = night.rows("sms", "Dana")
    assert {row.need_id for row in first} == wanted, "then by the next channel, each of them"


@pytest.mark.heavy
def test_who_must_not_work_beside_whoever_took_it_is_not_asked(night: Night) -> None:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Dana", "lawyer", telegram=DANA)
    with night.store.unit("test") as unit:
        put_contact(unit, ContactCard("Ruslan", Role.LAWYER, ("KZ",), ("en",), country="KZ", avoid=("Aigerim",)))
        ruslan = find_contact(unit, "Ruslan")
        assert ruslan is not None
        chat = find_or_open_chat(unit, "telegram", "109")
        method = ContactMethod(contact_id=ruslan.id, channel="telegram", chat_id=chat.id, verified_at=unit.now)
        unit.session.add(method)
    raid(night, people=6, taken_by=night.contact_id("Aigerim"))
    assert texts(night, "109") == []
    assert len(texts(night, DANA)) == 2
