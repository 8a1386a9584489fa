"""What is due: entered in plain words, read back, reminded of in time, moved, done; and nobody outside learns of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Need, NeedState
from alerts.policy.milestones import Milestone
from alerts.search.acks import Ack, accept_need
from alerts.search.following_up import reach
from cases.docket.models import Deadline, Occurrence, Proposal, Watch, WatchState
from cases.models import Case
from contacts.directory import find_contact
from store.eventlog import EventRow
from tests.stories.test_case_commands import asks, reported

if TYPE_CHECKING:
    from sandbox import Message, Phone
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy

TOMORROW_AT_TEN = "Tuesday, 3 March 2026, 10:00 (Almaty)"  # it is 23:00 on Monday


def labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons]


def with_dana(town: Town, team: Team) -> str:
    """A case that a coordinator and the lawyer have taken, and come further with, so that nothing reminds of it."""
    code = reported(town)
    with town.house.store.unit("test") as unit:
        for need in unit.session.scalars(select(Need).where(Need.state == NeedState.PAGING)).all():
            helper = find_contact(unit, "Aigerim" if need.kind == "coordinator" else "Dana")
            assert helper is not None
            assert accept_need(unit, need.id, helper.id) is Ack.YOURS
            assert reach(unit, need.id, helper.id, Milestone.CONTACT_MADE) is Ack.NOTED
            if need.kind == "lawyer":
                assert reach(unit, need.id, helper.id, Milestone.FILED) is Ack.NOTED
    for phone in (team.aigerim, team.dana):
        phone.sees("You have taken")
    town.later(seconds=5)
    town.rests()
    return code


def enters(town: Town, helper: Phone, command: str, button: str = "Yes, enter it") -> Message:
    """Enter something and say yes; the answer to it."""
    asked = asks(town, helper, command, "say yes")
    town.later(seconds=3)
    helper.taps(button, on=asked)
    return helper.sees("entered", after=asked)


def entered(town: Town) -> list[str]:
    with town.house.store.read() as unit:
        return list(unit.session.scalars(select(Occurrence.kind).order_by(Occurrence.entered_at, Occurrence.id)))


def test_a_hearing_in_russian_words_is_read_back_and_reminded_of(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    asked = asks(town, team.dana, f"/hearing {code} завтра в 10:00 районный суд, зал 5", "a hearing")
    assert asked.plain.startswith(f"{code}: a hearing\n{TOMORROW_AT_TEN}\n")
    assert "Note: районный суд, зал 5" in asked.plain
    assert labels(asked) == ["Yes, enter it", "No"]
    assert entered(town) == []
    with town.silence(team.aigerim):
        town.later(minutes=30)  # nothing rests on it before she says yes
    team.dana.taps("Yes, enter it", on=asked)
    told = team.dana.sees(f"{code}: entered", after=asked)
    town.rests()
    read_back = next(one for one in team.dana.messages if one.id == asked.id)
    assert TOMORROW_AT_TEN in read_back.plain, "what was read back stays to be read"
    assert labels(read_back) == [], "and nothing there is to be pressed any more"
    assert f"{code}.1 · {TOMORROW_AT_TEN} · Hearing" in told.plain
    page = team.dana.sees(f"HEARING {code}", after=asked)  # less than a day is left: at once
    team.dana.taps("Accept", on=page)
    town.later(seconds=3)
    held = team.dana.sees(f"send /done {code}.1")
    assert labels(held) == ["Open", "Give it back"]
    with town.silence(team.dana):
        town.later(hours=4)
    town.later(hours=1)  # 04:30: six hours before it
    again = team.dana.sees(f"HEARING {code}", after=page)
    team.dana.taps("Accept", on=again)
    town.rests()
    town.later(hours=5)  # 09:30: the last hour
    assert team.dana.sees(f"HEARING {code}", after=again) is not None


def test_what_waits_for_a_yes_is_entered_once_and_not_after_two_days(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    asked = asks(town, team.dana, f"/hearing {code} 2026-03-30 10:00", "a hearing")
    team.dana.taps("Yes, enter it", on=asked)
    team.dana.taps("Yes, enter it", on=asked)
    team.dana.is_told("answered before")
    assert entered(town) == ["hearing_scheduled"]
    refused = asks(town, team.dana, f"/event {code} released today", "say yes")
    team.dana.taps("No", on=refused)
    team.dana.sees(f"{code}: nothing was entered")
    late = asks(town, team.dana, f"/event {code} released today", "say yes")
    town.later(days=2, seconds=1)
    team.dana.taps("Yes, enter it", on=late)
    team.dana.is_told("no longer valid")
    town.rests()
    assert entered(town) == ["hearing_scheduled"]


def test_a_hearing_is_moved_and_the_old_reminder_never_comes(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    enters(town, team.dana, f"/hearing {code} 10 March 10:00")
    asked = asks(
        town, team.aigerim, f"/hearing {code} 20 марта в 14.30", "stands already: Tuesday, 10 March 2026, 10:00"
    )
    assert labels(asked) == ["It was moved to this time", "Another hearing", "No"]
    team.aigerim.taps("It was moved to this time", on=asked)
    team.aigerim.sees("Friday, 20 March 2026, 14:30 (Almaty) · Hearing", after=asked)
    assert entered(town) == ["hearing_scheduled", "hearing_moved"]
    with town.house.store.read() as unit:
        states = unit.session.scalars(select(Deadline.state).order_by(Deadline.number)).all()
    assert states == ["superseded", "running"]
    before = len([one for one in team.dana.messages if "HEARING" in one.plain])
    for _ in range(8):  # past the old time, hour of the last reminder and all
        town.later(days=1)
        town.rests()
    told = [one for one in team.dana.messages if f"HEARING {code}" in one.plain]
    assert not any("10 March 2026" in one.plain for one in told[before:])


def test_of_two_hearings_the_one_that_was_moved_is_named(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    enters(town, team.dana, f"/hearing {code} 20 March 10:00")
    enters(town, team.dana, f"/hearing {code} 25 March 11:00", "Another hearing")
    asked = asks(town, team.dana, f"/hearing {code} 27 March 9:00", "20.03 10:00, 25.03 11:00")
    assert len(asked.buttons) == 4
    assert "\u2066" not in "".join(button.label for button in asked.buttons), "a date and an hour stay in one piece"
    team.dana.taps("25.03 11:00", on=asked)
    team.dana.sees("Friday, 27 March 2026, 09:00", after=asked)
    told = asks(town, team.dana, f"/deadlines {code}", "soonest first").plain
    assert "20 March 2026, 10:00" in told
    assert "27 March 2026, 09:00" in told
    assert "25 March" not in told


def test_two_who_enter_the_same_hearing_are_asked_whether_it_is_the_same(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    hers = asks(town, team.dana, f"/hearing {code} 20 March 10:00", "say yes")
    theirs = asks(town, team.aigerim, f"/hearing {code} 20 March 10:00", "say yes")
    team.dana.taps("Yes, enter it", on=hers)
    team.dana.sees("entered", after=hers)
    town.rests()
    team.aigerim.taps("Yes, enter it", on=theirs)
    again = team.aigerim.sees("stands already: Friday, 20 March 2026, 10:00", after=theirs)
    assert entered(town) == ["hearing_scheduled"]
    team.aigerim.taps("No", on=again)
    team.aigerim.sees("nothing was entered", after=again)


def test_what_cannot_be_meant_is_refused_in_plain_words(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    asks(town, team.dana, f"/hearing {code} yesterday 10:00", "is over already")
    asks(town, team.dana, f"/hearing {code} 2 March 2026 10:00", "is over already")
    asks(town, team.dana, f"/hearing {code} 30 ноября", "at what time?")
    asks(town, team.dana, f"/hearing {code} when the judge is back", "I cannot read when that is")
    asks(town, team.dana, f"/hearing {code}", "/hearing CODE 30 November 10:00 COURT")
    asks(town, team.dana, "/hearing", "/hearing CODE 30 November 10:00 COURT")
    asks(town, team.dana, f"/event {code} released", "Panah knows these events")
    assert "removal_scheduled" in asks(town, team.dana, "/event").plain
    assert "/hearing CODE WHEN COURT" in asks(town, team.dana, "/help").plain
    with town.house.store.read() as unit:
        assert unit.session.scalars(select(Proposal.id)).all() == []
    assert entered(town) == []


def test_events_of_the_past_are_entered_and_unknown_ones_asked_about(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    with town.house.store.unit("test") as unit:
        unit.session.scalars(select(Case)).one().timezone = "UTC"
    assert "under whose law" in enters(town, team.dana, f"/event {code} released 1 March").plain, "of no country"
    with town.house.store.unit("test") as unit:
        unit.session.scalars(select(Case)).one().jurisdiction = "KZ"
    asked = asks(town, team.dana, f"/event {code} ruling copy served вчера", "say yes")
    assert f"{code}: ruling_copy_served\nIt happened: Sunday, 1 March 2026\n" in asked.plain
    team.dana.taps("Yes, enter it", on=asked)
    told = team.dana.sees("What runs from it", after=asked).plain
    assert "Appeal against a court's expulsion or arrest ruling · UNVERIFIED" in told
    assert "whose law" not in told
    asked = asks(town, team.dana, f"/event {code} removal_scheduled 9 March 06:00", "It is set for")
    team.dana.taps("No", on=asked)
    asked = asks(town, team.dana, f"/event {code} questioned 1 March 15:00 about relatives", "does not know this event")
    team.dana.taps("Yes, enter it", on=asked)
    team.dana.sees("No deadline runs from it", after=asked)
    with town.silence(team.aigerim):
        town.later(minutes=5)  # at midnight nobody is woken to say what it means
    town.later(hours=9)
    team.aigerim.sees(f"WHAT FOLLOWS? {code}")
    with town.house.store.read() as unit:
        log = " ".join(str(row.payload) for row in unit.session.scalars(select(EventRow)))
        assert unit.session.scalars(select(Occurrence.kind).order_by(Occurrence.entered_at)).all()[-1] == "other"
    assert "questioned" not in log


def test_done_with_a_note_ends_the_reminders(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    enters(town, team.dana, f"/hearing {code} ертең 10:00")
    asks(town, team.dana, "/done", f"send /done {code}.1")
    asks(town, team.dana, f"/done {code}.1", "Say what was done, too")
    asks(town, team.dana, f"/done {code}.9 filed", "nothing to note")
    asks(town, team.dana, f"/done {code.lower()}.1 Filed with the court, by hand, at 9", f"{code}.1: noted as done")
    asks(town, team.dana, f"/done {code}.1 again", "has ended already")
    with town.silence(team.dana):
        town.later(hours=12)
    assert "No deadline runs" in asks(town, team.dana, "/deadlines").plain
    with town.house.store.read() as unit:
        row = unit.session.scalars(select(Deadline)).one()
        assert row.note is not None
        assert b"court" not in row.note


def test_deadlines_say_what_is_unverified_and_what_was_missed(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    assert "No deadline runs" in asks(town, team.dana, "/deadlines").plain
    enters(town, team.dana, f"/hearing {code} ertesi gün 10:00")
    enters(town, team.dana, f"/event {code} disappearance_occurred today")
    told = asks(town, team.dana, "/deadlines", "soonest first").plain.splitlines()[1:]
    by_law = [line for line in told if "Hearing" not in line]
    assert len(by_law) == 2, "urgent action of a committee, urgent procedure of a working group"
    for line in by_law:
        assert "UNVERIFIED" in line
        assert re.search(r"Confidence: (high|medium|low), as of 20\d\d", line), line
        assert "arguable" not in line
    (hearing,) = (line for line in told if "Hearing" in line)
    assert "UNVERIFIED" not in hearing
    assert "Confidence" not in hearing
    town.later(days=3)
    town.rests()
    told = asks(town, team.aigerim, f"/deadlines {code}", "soonest first").plain.splitlines()[1:]
    assert told[-1].endswith("MISSED")
    assert not told[0].endswith("MISSED")  # what can still be kept stands first


def test_a_watch_that_was_missed_is_answered_by_whoever_looked(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    enters(town, team.dana, f"/event {code} transferred now")
    town.later(hours=1, seconds=5)
    page = team.aigerim.sees(f"LOOK NOW {code}")
    team.aigerim.taps("Accept", on=page)
    town.later(seconds=3)
    town.rests()
    held = next(one for one in team.aigerim.messages if "All right" in labels(one))
    assert labels(held) == ["Open", "All right", "Give it back"]
    team.aigerim.taps("All right", on=held)
    team.aigerim.is_told(f"{code}: noted – all right")
    team.aigerim.taps("Give it back", on=held)  # nobody is rung for what is settled
    team.aigerim.is_told("no longer needs an answer")
    with town.house.store.read() as unit:
        kept = unit.session.scalars(select(Watch.kind).where(Watch.state == WatchState.KEPT)).all()
    assert kept == ["transfer"]
    with town.silence(team.aigerim):
        town.later(hours=2)  # at three in the morning nobody calls a family
    town.later(hours=6)
    team.aigerim.sees("Call the family back")
    told = asks(town, team.dana, "/done", "Nobody has said yet that all is right")
    assert f"1. {code} · 3 March 2026 · Call the family back" in told.plain
    team.dana.taps("All right: 1", on=told)
    team.dana.is_told("all right")


def test_nobody_outside_learns_of_the_case(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    enters(town, team.dana, f"/hearing {code} завтра в 10:00")
    stranger = town.helper("Yerlan", "lawyer")
    commands = ("/hearing {} tomorrow 10:00", "/event {} released today", "/deadlines {}")
    for command in commands:
        answers = {asks(town, stranger, command.format(one)).plain for one in (code, "K7M-4TX")}
        assert answers == {"There is no case with that code for you."}
    answers = {asks(town, stranger, f"/done {one}.1 done by me").plain for one in (code, "K7M-4TX")}
    assert len(answers) == 1
    assert "No deadline runs" in asks(town, stranger, "/deadlines").plain
    asks(town, stranger, "/done", "Nothing is left to do for you")
    asked_but_free = asks(town, team.timur, f"/hearing {code} 20 March 10:00", "stands already")
    assert asked_but_free is not None  # a coordinator may know of every case


def test_who_was_asked_and_has_not_taken_it_is_told_to_accept_first(town: Town, team: Team) -> None:
    code = reported(town)
    team.dana.sees(code)
    answer = asks(town, team.dana, f"/hearing {code} 20 March 10:00", "first, then open it")
    assert labels(answer) == ["Accept"]


def test_who_has_given_the_case_back_enters_nothing_more(town: Town, team: Team) -> None:
    code = reported(town)
    page = team.dana.sees(code)
    team.dana.taps("Accept", on=page)
    team.dana.sees("You have taken")
    asked = asks(town, team.dana, f"/hearing {code} 20 March 10:00", "say yes")
    team.dana.taps("Give it back", on=team.dana.messages[0])
    team.dana.is_told("gave")
    team.dana.taps("Yes, enter it", on=asked)
    team.dana.is_told(f"You do not have {code} any more")
    assert entered(town) == []


def test_what_is_done_is_sought_of_nobody_else_when_its_lawyer_cannot_be_reached(town: Town, team: Team) -> None:
    code = with_dana(town, team)
    enters(town, team.dana, f"/hearing {code} tomorrow 10:00")
    team.dana.taps("Accept", on=team.dana.sees(f"HEARING {code}"))
    team.dana.sees("was done, where and when")
    asks(town, team.dana, f"/done {code}.1 I was there", "noted as done")
    madina = town.helper("Madina", "lawyer")
    team.dana.blocks_the_bot()
    town.later(minutes=1)
    madina.sees(f"LAWYER NEEDED {code}")
    town.later(minutes=1)
    assert not any("HEARING" in one.plain for one in madina.messages)


def test_our_own_rule_rings_at_once_and_what_can_be_argued_is_said_only_after_the_safe_date(
    town: Town, team: Team
) -> None:
    code = with_dana(town, team)
    enters(town, team.dana, f"/event {code} disappearance_occurred today")  # 23:00; safe counts from midnight
    page = team.dana.sees(f"DEADLINE {code}")
    assert "UNVERIFIED" in page.plain
    assert "Urgent action of the CED" in page.plain
    assert "Confidence: medium, as of 2021-05-27" in page.plain
    assert "Act before: Tuesday, 3 March 2026, 00:00 (Almaty)" in page.plain
    assert "argued" not in page.plain
    town.later(hours=1)
    passed = team.dana.sees("THE SAFE DATE HAS PASSED", after=page)
    assert "still be argued until: Tuesday, 3 March 2026, 23:59" in passed.plain
    told = asks(town, team.dana, "/deadlines", "soonest first").plain
    assert "perhaps arguable until Tuesday, 3 March 2026, 23:59" in told
