"""What is due in a case, on every channel: who is rung by it, when, in which words, and when that ends."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from alerts.answering.answers import needs_asked, settle_answer
from alerts.models import CUSTODY, DEADLINE, FREEZE, WATCH, Alert, Delivery, Need, NeedState
from alerts.occasions.due_alerts import About, ask_about
from alerts.search.acks import Ack, accept_need
from alerts.search.following_up import give_away
from alerts.telling.case_list import has_taken
from alerts.telling.news import takers
from alerts.telling.wording import WATCHES, Wording, Words, render
from cases.docket.clocks import recount
from cases.docket.closing import mark_done
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Deadline, Occurrence, Watch
from cases.docket.reading import case_by_code
from cases.docket.vocabulary import WatchKind
from cases.docket.watches import open_watch
from cases.docket.watching import PlannedWatch
from cases.events import CaseViewed
from cases.models import Case
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from contacts.models import Contact
from store.base import OWN
from store.queues import work_once
from tests.scheduler.test_reminders_together import by_hand, docket
from texts.dates import local_date

if TYPE_CHECKING:
    from uuid import UUID

    from tests.channels.night import Night

AIGERIM, DANA, MADINA = "101", "102", "103"
DANAS = "+77000000002"
ZONE = "Asia/Almaty"
ISOLATES = dict.fromkeys(range(0x2066, 0x206A))


@pytest.fixture
def code(night: Night) -> str:
    """A case that a coordinator and a lawyer hold, and nobody has anything left to do for."""
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Dana", "lawyer", telegram=DANA, sms=DANAS)
    night.helper("Madina", "lawyer", telegram=MADINA)
    night.policy()
    code = night.reports()
    night.works()
    for name, kind in (("Aigerim", "coordinator"), ("Dana", "lawyer")):
        takes(night, name, night.need(code, kind).id)
    with night.store.unit("test") as unit:
        for need in unit.session.scalars(select(Need)):
            need.contact_made_at = need.filed_at = unit.now
    night.later(minutes=1)
    return code


def takes(night: Night, name: str, need_id: UUID) -> None:
    with night.store.unit("test") as unit:
        assert accept_need(unit, need_id, night.contact_id(name)) is Ack.YOURS
    night.works()


def enters(night: Night, code: str, event: str, ahead: timedelta | None = None) -> None:
    with night.store.unit("test") as unit:
        case = case_by_code(unit, code)
        assert case is not None
        case.jurisdiction = "KZ"
        entry = Entry(event, When(unit.now), appointed_at=None if ahead is None else unit.now + ahead)
        enter(unit, case.id, entry, zone=ZONE)
    night.works()


def told(night: Night, to: str, words: str, channel: str = "telegram") -> int:
    return sum(words in one.text for one in night.sent(channel, to))


def needs_due(night: Night, kind: str = DEADLINE) -> list[Need]:
    with night.store.read() as unit:
        asked = select(Need).join(Alert, Alert.id == Need.alert_id).where(Alert.kind == kind)
        needs = list(unit.session.scalars(asked.order_by(Alert.ordinal, Need.kind)))
        unit.session.expunge_all()
        return needs


def has_case(night: Night, name: str, code: str) -> bool:
    with night.store.read() as unit:
        case = case_by_code(unit, code)
        assert case is not None
        return has_taken(unit, unit.session.get_one(Contact, night.contact_id(name)), case.id)


def until(night: Night, day: int, hour: int, minute: int = 0) -> timedelta:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo(ZONE)) - night.clock.now()


def wait_until(night: Night, day: int, hour: int, minute: int = 0) -> None:
    night.later(seconds=until(night, day, hour, minute).total_seconds())


# Removals


@pytest.mark.heavy
def test_a_removal_rings_both_now_and_again_before_it_also_at_night(night: Night, code: str) -> None:
    enters(night, code, "removal_scheduled", timedelta(hours=8))  # at 23:00, for 07:00
    for times, pause in ((1, 2), (2, 5), (3, 1)):  # now, six hours before, and one
        assert (told(night, AIGERIM, "REMOVAL"), told(night, DANA, "REMOVAL")) == (times, times)
        for need in needs_due(night)[-2:]:
            takes(night, "Aigerim" if need.kind == "coordinator" else "Dana", need.id)
        night.later(hours=pause, seconds=1)
    assert told(night, DANA, "REMOVAL") == 3, "at its hour the watch asks"
    assert told(night, DANA, "LOOK NOW") == 1


@pytest.mark.heavy
def test_days_before_a_removal_nothing_waits_for_the_morning(night: Night, code: str) -> None:
    enters(night, code, "removal_scheduled", timedelta(days=5))
    assert (told(night, AIGERIM, "REMOVAL"), told(night, DANA, "REMOVAL")) == (1, 1)
    enters(night, code, "removed")
    assert {need.state for need in needs_due(night)} == {NeedState.CLOSED}


# Hearings


@pytest.mark.heavy
def test_at_its_own_hour_nobody_is_rung_anew_and_an_hour_later_nobody_at_all(night: Night, code: str) -> None:
    enters(night, code, "hearing_scheduled", timedelta(minutes=2))
    night.later(minutes=3)
    assert len(needs_due(night)) == 1, "the hour itself is no reminder"
    assert needs_due(night)[-1].state != NeedState.CLOSED, "somebody may still go there"
    night.later(hours=1)
    assert {need.state for need in needs_due(night)} == {NeedState.CLOSED}


def test_a_hearing_that_was_held_is_reminded_of_no_more(night: Night, code: str) -> None:
    enters(night, code, "hearing_scheduled", timedelta(minutes=30))
    night.later(minutes=35)
    enters(night, code, "hearing_held")
    assert {need.state for need in needs_due(night)} == {NeedState.CLOSED}


def test_a_hearing_that_moves_within_a_day_is_said_at_once_to_whoever_has_it(night: Night, code: str) -> None:
    enters(night, code, "hearing_scheduled", timedelta(hours=20))  # at 23:00
    takes(night, "Dana", needs_due(night)[0].id)
    night.later(minutes=30)
    enters(night, code, "hearing_moved", timedelta(hours=9))
    assert [need.state for need in needs_due(night)] == [NeedState.CLOSED, NeedState.PAGING]
    assert told(night, DANA, "HEARING") == 2
    assert told(night, DANA, "IT HAS MOVED") == 1
    assert told(night, MADINA, "HEARING") == 0, "who has the case is asked first"
    takes(night, "Dana", needs_due(night)[1].id)
    night.later(minutes=1)
    enters(night, code, "hearing_moved", timedelta(hours=22))
    assert told(night, DANA, "IT HAS MOVED") == 2, "later, but within a day"


def test_however_far_away_it_moves_counsel_hears_of_it_as_soon_as_it_is_day(night: Night, code: str) -> None:
    enters(night, code, "hearing_scheduled", timedelta(days=20))
    wait_until(night, 3, 12)
    assert told(night, DANA, "HEARING") == 0, "a week before it is soon enough"
    enters(night, code, "hearing_moved", timedelta(days=30))
    assert told(night, DANA, "IT HAS MOVED") == 1
    takes(night, "Dana", needs_due(night)[0].id)
    wait_until(night, 3, 23)
    enters(night, code, "hearing_moved", timedelta(days=40))
    assert told(night, DANA, "IT HAS MOVED") == 1, "nobody is woken for it"
    wait_until(night, 4, 8, 1)
    assert told(night, DANA, "IT HAS MOVED") == 2


# What is said


@pytest.mark.heavy
def test_a_reminder_that_gives_way_says_to_nobody_that_somebody_has_it(night: Night, code: str) -> None:
    enters(night, code, "hearing_scheduled", timedelta(minutes=70))
    night.later(minutes=11)
    assert len(needs_due(night)) == 2
    assert night.sent("sms", DANAS), "she was texted, since she did not answer in the chat"
    assert told(night, DANAS, "somebody has it", "sms") == 0


def test_a_text_about_a_hearing_is_not_one_about_an_arrest(night: Night, code: str) -> None:
    enters(night, code, "hearing_scheduled", timedelta(hours=2))
    night.later(minutes=4)
    assert [code in one.text and "something is due" in one.text for one in night.sent("sms", DANAS)] == [True]


def test_when_it_is_due_is_told_by_the_clock_of_the_case(night: Night, code: str) -> None:
    with night.store.unit("test") as unit:
        case = case_by_code(unit, code)
        assert case is not None
        case.timezone = "Europe/Berlin"
    enters(night, code, "hearing_scheduled", timedelta(hours=2))
    assert told(night, DANA, "Monday, 2 March 2026, 21:01 (Berlin)") == 1


# Nights


@pytest.mark.heavy
def test_what_can_wait_is_silent_all_night_on_every_step_and_shouts_at_nobody(night: Night, code: str) -> None:
    wait_until(night, 3, 21, 55)
    enters(night, code, "hearing_scheduled", timedelta(days=5))
    before = {name: len(night.channels[name].sent) for name in night.channels}
    assert told(night, DANA, "HEARING") == 1
    wait_until(night, 3, 22)
    by_ten = {name: len(night.channels[name].sent) for name in night.channels}
    wait_until(night, 4, 7, 59)
    assert {name: len(night.channels[name].sent) for name in night.channels} == by_ten, before
    wait_until(night, 4, 8, 30)
    assert told(night, MADINA, "HEARING") > 0, "in the morning others are asked"
    assert needs_due(night)[0].exhausted_at is not None
    assert told(night, AIGERIM, "NOBODY HAS ACCEPTED") == 0, "nor is anybody shouted at"


@pytest.mark.heavy
def test_what_nobody_understands_waits_for_the_morning(night: Night, code: str) -> None:
    enters(night, code, "moon_rose")
    assert told(night, AIGERIM, "WHAT FOLLOWS") == 0
    wait_until(night, 3, 8, 1)
    assert told(night, AIGERIM, "WHAT FOLLOWS") == 1


# Many at once


def test_what_falls_due_together_is_one_happening_and_an_arrest_another(night: Night, code: str) -> None:
    for hours in (2, 3, 4):
        enters(night, code, "hearing_scheduled", timedelta(hours=hours))
    night.reports("they took my sister")
    night.works()
    with night.store.read() as unit:
        clusters: dict[str, set[UUID]] = {}
        for alert in unit.session.scalars(select(Alert)):
            clusters.setdefault(alert.kind, set()).add(alert.cluster_id)
        asked = unit.session.execute(
            select(Alert.kind, Delivery.first_of_cluster)
            .join(Need, Need.id == Delivery.need_id)
            .join(Alert, Alert.id == Need.alert_id)
            .where(Delivery.chat_id.is_not(None), Delivery.page_id.is_not(None), Delivery.channel == "telegram")
            .order_by(Delivery.order_key)
        ).all()
    assert len(clusters[DEADLINE]) == 1
    assert not clusters[DEADLINE] & clusters[CUSTODY]
    assert [first for kind, first in asked if kind == DEADLINE] == [True, False, False]


def test_after_a_day_off_many_reminders_come_in_few_messages_the_worst_first(night: Night, code: str) -> None:
    dana = night.contact_id("Dana")
    for number in range(25):
        ahead = timedelta(hours=40, minutes=25 - number)  # the last that is entered ends first
        docket(night.store, f"C{number:06d}", by_hand(night.store, ahead), holder=dana)
    docket(night.store, "GONE-22", by_hand(night.store, timedelta(hours=40), "removal_scheduled"), holder=dana)
    before = len(night.sent("telegram", DANA))
    night.clock.advance(timedelta(hours=30))  # nobody was there to say anything
    night.later(minutes=3)
    said = [one.text.translate(ISOLATES) for one in night.sent("telegram", DANA)[before:]]
    due = [text for text in said if text.startswith(("REMOVAL", "DEADLINE")) or "ARE DUE" in text]
    assert "REMOVAL GONE-22" in due[0]
    assert [f"C{number:06d}" in due[25 - number] for number in range(24, 15, -1)] == [True] * 9, "then what ends first"
    (bundle,) = due[10:]
    assert bundle.startswith("16 THINGS ARE DUE, the worst first; a lawyer is needed for each:\nC000015, C000014")
    assert "NEW CASES" not in bundle
    assert code not in bundle


# What somebody took


@pytest.mark.heavy
def test_whoever_takes_the_newest_reminder_has_it_and_earlier_ones_end(night: Night, code: str) -> None:
    enters(night, code, "hearing_scheduled", timedelta(hours=2))
    takes(night, "Madina", needs_due(night)[0].id)
    assert has_case(night, "Madina", code), "she goes there, so she must be able to read it"
    night.later(hours=1, minutes=1)
    assert [need.state for need in needs_due(night)] == [NeedState.ACCEPTED, NeedState.PAGING]
    assert told(night, MADINA, "HEARING") == 1, "who took it is asked first"
    takes(night, "Dana", needs_due(night)[1].id)
    assert [need.state for need in needs_due(night)] == [NeedState.CLOSED, NeedState.ACCEPTED]
    assert not has_case(night, "Madina", code)


def test_what_is_done_is_held_by_nobody_any_more(night: Night, code: str) -> None:
    enters(night, code, "hearing_scheduled", timedelta(hours=2))
    takes(night, "Madina", needs_due(night)[0].id)
    with night.store.unit("test") as unit:
        mark_done(unit, unit.session.scalars(select(Deadline.id)).one(), by="contact:1", note="was there")
    night.works()
    assert not has_case(night, "Madina", code)
    assert has_case(night, "Dana", code)


def test_who_gives_the_case_back_keeps_nothing_of_it(night: Night, code: str) -> None:
    enters(night, code, "hearing_scheduled", timedelta(hours=2))
    takes(night, "Dana", needs_due(night)[0].id)
    with night.store.read() as unit:
        case = case_by_code(unit, code)
        assert case is not None
        assert sorted(contact.role for _, contact in takers(unit, case.id)) == ["coordinator", "lawyer"], "each once"
    with night.store.unit("test") as unit:
        assert give_away(unit, custody(night, code).id, night.contact_id("Dana")) is Ack.GIVEN_BACK
    night.works()
    assert not has_case(night, "Dana", code)
    (due,) = needs_due(night)
    assert due.state == NeedState.PAGING, "the hearing still comes: others are asked"
    night.later(minutes=1)
    assert told(night, MADINA, "HEARING") == 1


def custody(night: Night, code: str) -> Need:
    with night.store.read() as unit:
        asked = select(Need).join(Alert).join(Case, Case.id == Need.case_id)
        need = unit.session.scalars(asked.where(Case.code == code, Need.kind == "lawyer", Alert.kind == CUSTODY)).one()
        unit.session.expunge_all()
        return need


# Two at once


def test_a_move_does_not_take_back_what_the_new_date_asks(night: Night, code: str) -> None:
    enters(night, code, "extradition_decision_copy_received")
    night.later(hours=9, minutes=30)
    with night.store.unit("test") as unit:
        for row in unit.session.scalars(select(Occurrence)):
            row.at -= timedelta(days=8)  # less than a day is left, or none
        recount(unit, unit.session.scalars(select(Case)).one())
    reactions, timers = night._queues  # noqa: SLF001  the timers are quicker, for once
    while work_once(night.store, timers):
        pass
    asked = [need.id for need in needs_due(night) if need.state == NeedState.PAGING]
    assert asked
    while work_once(night.store, reactions):
        pass
    assert [need.id for need in needs_due(night) if need.state == NeedState.PAGING] == asked


def test_two_who_answer_about_one_case_do_not_wait_in_a_circle(night: Night, code: str) -> None:
    """Of one need somebody holds the row and wants the log; the other's answer is to both needs of the case."""
    for hours in (2, 3):
        enters(night, code, "hearing_scheduled", timedelta(hours=hours))
    night.later(minutes=4)  # by now she was texted as well
    first, second = sorted(need.id for need in needs_due(night))
    troubles: list[BaseException] = []

    def answer_both() -> None:
        try:
            with night.store.unit("test") as unit:
                bundle = unit.session.scalars(select(Delivery).where(Delivery.need_id == first).limit(1)).one()
                bundle.need_id = None
                for need_id in (first, second):
                    asked = select(Delivery).where(Delivery.need_id == need_id, Delivery.action == "send").limit(1)
                    row = unit.session.scalars(asked).one()
                    row.state, row.bundle_id = "bundled", bundle.id
                unit.session.flush()
                assert needs_asked(unit, bundle) == [first, second]
                dana = unit.session.get_one(Contact, night.contact_id("Dana"))
                settle_answer(unit, bundle, dana, accepts=True, proved=True)
        except BaseException as error:  # noqa: BLE001  told below
            troubles.append(error)

    with night.store.unit("test") as unit:
        need = unit.session.get_one(Need, second, with_for_update=OWN)
        other = threading.Thread(target=answer_both)
        other.start()
        time.sleep(0.5)
        unit.record(CaseViewed(case_id=need.case_id, contact_id=night.contact_id("Aigerim")))
    other.join(30)
    assert troubles == []


# Watches


@pytest.mark.heavy
def test_what_is_routine_is_asked_quietly_and_once(night: Night, code: str) -> None:
    enters(night, code, "weak_signal")
    for day in (3, 4):
        wait_until(night, day, 8, 1)
        newest = needs_due(night, "watch")[-1]
        assert newest.urgency == "soon"
        takes(night, "Aigerim", newest.id)
    states = sorted(need.state for need in needs_due(night, "watch"))
    assert states == [NeedState.ACCEPTED, NeedState.CLOSED], "the newest question alone"
    with night.store.read() as unit:
        assert len(unit.session.scalars(select(Watch).where(Watch.state == "missed")).all()) == 1


# Where nobody has said in which zone a case is


def test_what_is_routine_waits_for_the_morning_of_the_team_where_nobody_has_said_a_cases_own(
    night: Night, code: str
) -> None:
    """By the clock of Greenwich it is evening still, in Almaty past midnight."""
    with night.store.unit("test") as unit:
        case = case_by_code(unit, code)
        assert case is not None
        assert case.timezone is None
        word = PlannedWatch(WatchKind.FAMILY_UPDATE, 1, unit.now + timedelta(hours=2), "coordinator", None)
        open_watch(unit, case.id, case.id, word)
    wait_until(night, 3, 2)
    assert needs_due(night, WATCH) == []
    wait_until(night, 3, 8, 1)
    assert len(needs_due(night, WATCH)) == 1


def test_what_can_wait_rings_by_no_channel_in_the_night_of_the_team(night: Night, code: str) -> None:
    with night.store.unit("test") as unit:
        case = case_by_code(unit, code)
        assert case is not None
        ask_about(unit, About(case.id, FREEZE, case.id), [NeedKind.COORDINATOR], Urgency.SOON, zone=ZONE)
    night.works()
    asked = len(night.rows("telegram", "Aigerim"))
    wait_until(night, 3, 7, 59)
    assert len(night.rows("telegram", "Aigerim")) == asked
    wait_until(night, 3, 8, 1)
    assert len(night.rows("telegram", "Aigerim")) > asked


def test_what_was_missed_after_midnight_stands_on_the_day_of_the_team(night: Night, code: str) -> None:
    with night.store.unit("test") as unit:
        case = case_by_code(unit, code)
        assert case is not None
        at = unit.now + until(night, 3, 2)
        open_watch(unit, case.id, case.id, PlannedWatch(WatchKind.TRANSFER, 1, at, "coordinator", None))
        watch = unit.session.scalars(select(Watch)).one()
        words = Words("staff.watches", {WATCHES: [str(watch.id)]}, [], "en")
        text, _ = render(unit, Wording(ZONE, "https://panah.example.org"), words)
    assert local_date(at, ZONE, "en") in text
    assert local_date(at, "UTC", "en") != local_date(at, ZONE, "en")
