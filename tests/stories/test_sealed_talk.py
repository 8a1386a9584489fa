"""Leaving a sealed file goes wrong in every way it can: a cry in the middle of it, a film too large, a forced hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from alerts.models import Delivery
from cases.consent.models import Fact
from cases.consent.people import known_of, standing_fact
from cases.docket.models import Watch, WatchState
from cases.files import LARGEST
from cases.models import Case, Download, FileState, Report, ReportMessage
from cases.sealed import check_ins, keeping, triggering
from cases.sealed.models import CheckIn, EntryKind, SealedEntry, SealedFile
from cases.verification import suspect
from contacts.accounts.coercion import note_coercion
from contacts.accounts.managing import invite_from_shell
from contacts.accounts.models import Account
from contacts.accounts.roles import AccountRole
from contacts.directory import find_contact
from store.chats import find_chat
from tests.stories.test_sealed import FORCED, NATIVE, PHRASE, agrees_on_an_hour, begins, count, presses, says
from tests.story import ZONE

if TYPE_CHECKING:
    from sandbox import Phone
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy
CRY = "they took my brother"


def entries(town: Town) -> list[str]:
    """What lies in all sealed files, the oldest first."""
    with town.house.store.read() as unit:
        rows = unit.session.scalars(select(SealedEntry).order_by(SealedEntry.left_at, SealedEntry.id)).all()
        return [keeping.content_of(unit, row) for row in rows]


def new(phone: Phone, before: int) -> list[str]:
    return [one.plain for one in phone.messages[before:]]


# A cry for help


def test_a_command_ends_the_talk_about_the_file_and_a_cry_is_a_report(town: Town, team: Team) -> None:
    for command in ("/start", "/help", "/status"):
        ardak = town.relative(f"Ardak {command}")
        begins(town, ardak)
        presses(town, ardak, "For the team")
        ardak.command(command)
        town.rests()
        ardak.writes("nobody has seen him since morning, please help")
        team.aigerim.sees(town.code_on(ardak))
    assert entries(town) == []


def test_a_cry_is_a_report_unless_they_chose_for_whom_they_write(town: Town, team: Team) -> None:
    ardak = town.relative("Ardak")
    begins(town, ardak)
    presses(town, ardak, "Name, date of birth")
    ardak.writes(CRY)
    team.aigerim.sees(town.code_on(ardak))
    team.dana.sees("LAWYER NEEDED")
    assert count(town, Report) == 1
    assert entries(town) == []
    with town.house.store.read() as unit:
        assert not unit.session.scalars(select(Fact)).all(), "it is nobody's name"


def test_what_is_told_of_the_past_is_sealed_and_one_press_makes_it_a_report(town: Town, team: Team) -> None:
    ardak = town.relative("Ardak")
    begins(town, ardak)
    presses(town, ardak, "For the team")
    with town.silence(team.aigerim, team.timur, team.dana):
        ardak.writes(CRY)
        ardak.sees("nobody reads it now")
        presses(town, ardak, "Back")
        presses(town, ardak, "For my lawyer alone")
        ardak.writes(f"in 2019 {CRY} and my uncle")
        asked = ardak.sees("nobody reads it now", after=ardak.messages[-1])
        town.rests()
    assert count(town, Report) == 0
    ardak.taps("It is happening now", on=asked)
    code = town.code_on(ardak)
    team.aigerim.sees(code)
    team.dana.sees("LAWYER NEEDED")
    assert len(entries(town)) == 2


def test_a_press_without_such_words_asks_for_them(town: Town, team: Team) -> None:
    ardak = town.relative("Ardak")
    begins(town, ardak)
    presses(town, ardak, "It is happening now")
    ardak.sees("a person is alerted at once")
    ardak.writes("please help us")
    team.aigerim.sees(town.code_on(ardak))


# Films


def test_a_film_that_is_not_kept_is_not_told_as_kept(town: Town, team: Team) -> None:
    ardak = town.relative("Ardak")
    with town.silence(team.aigerim, team.timur, team.dana):
        begins(town, ardak)
        presses(town, ardak, "For the team")
        before = len(ardak.messages)
        ardak.sends("video", file_size=LARGEST + 1)
        ardak.sees("is too large: we could not copy it, and it is not kept")
        town.rests()
        assert not any("Kept, and sealed" in text for text in new(ardak, before))
        presses(town, ardak, "What is in it")
        ardak.sees("files that were not kept: 1")


def test_of_a_film_that_turns_out_too_large_they_hear_afterwards(town: Town, team: Team) -> None:
    ardak = town.relative("Ardak")
    with town.silence(team.aigerim, team.timur, team.dana):
        begins(town, ardak)
        presses(town, ardak, "For the team")
        ardak.sends("video", file=bytes(LARGEST + 1), file_size=None)
        ardak.sees("Kept, and sealed")
        ardak.sees("is too large: we could not copy it, and it is not kept")
    with town.house.store.read() as unit:
        assert unit.session.scalars(select(Download.state)).one() == FileState.TOO_LARGE


# Helpers are people who may be taken themselves


def test_what_a_helper_leaves_goes_into_their_file_and_into_no_report(town: Town, team: Team) -> None:
    reported(town, "Gulnar")
    timur = team.timur
    with town.silence(team.dana):
        begins(town, timur)
        says(town, timur, "Name, date of birth", NATIVE)
        timur.writes("12.04.1987")
        town.rests()
        presses(town, timur, "For the team")
        said = timur.writes("they took me once, in 2019")
        timur.sees("nobody reads it now")
        sent = timur.sends("video")
        town.rests()
        presses(town, timur, "Back")
        presses(town, timur, "Done, erase the chat")
        town.later(seconds=5)
        town.rests()
    assert count(town, Report) == 1, "Gulnar's"
    assert len(entries(town)) == 2
    gone = {one.id for one in timur.conversation if one.deleted}
    assert {said.id, sent.id} <= gone
    timur.command("/cases")
    timur.sees("Cases, the newest first")
    with town.house.store.read() as unit:
        chat_id = unit.session.scalars(select(SealedFile.chat_id)).one()
        others = select(Delivery).where(Delivery.chat_id == chat_id, Delivery.erased_at.is_not(None))
        assert {one.template.split(".")[0] for one in unit.session.scalars(others)} <= {"reply", "ask"}


def reported(town: Town, name: str) -> str:
    phone = town.relative(name)
    phone.writes("a letter came from the court")
    return town.code_on(phone)


# Corrections


def test_a_name_that_is_mended_is_mended_and_no_report(town: Town, team: Team) -> None:
    ardak = town.relative("Ardak")
    with town.silence(team.aigerim, team.timur, team.dana):
        begins(town, ardak)
        presses(town, ardak, "Name, date of birth")
        name = ardak.writes("Ардак Мысалулы")
        ardak.sees("date of birth, like")
        day = ardak.writes("31.02.1990")
        ardak.sees("I could not use that")
        town.later(seconds=2)
        ardak.edits(name, NATIVE)
        ardak.edits(day, "12.04.1987")
        ardak.sees("Kept, and sealed")
        town.rests()
        presses(town, ardak, "Agreed phrase")
        phrase = ardak.writes("abc")
        town.rests()
        ardak.edits(phrase, PHRASE)
        town.rests()
    assert count(town, Report) == count(town, SealedEntry) == 0
    with town.house.store.read() as unit:
        file = unit.session.scalars(select(SealedFile)).one()
        assert keeping.is_phrase(unit, file, PHRASE)
        found = {name: standing_fact(unit, file.case_id, name) for name in keeping.MATCHED_BY}
        told = {name: known_of(unit, fact).value for name, fact in found.items() if fact is not None}
    assert told["name_native"] == NATIVE
    assert told["birth_date"] == "1987-04-12"


# Being made to write


def test_the_word_for_being_forced_is_heard_wherever_it_is_said(town: Town, team: Team) -> None:
    ardak = town.relative("Ardak")
    with town.silence(team.aigerim, team.timur, team.dana):
        begins(town, ardak)
        says(town, ardak, "Word if I am forced", FORCED)
        presses(town, ardak, "Done, erase the chat")
        town.later(hours=2)
    ardak.writes(f"we are well, {FORCED.title()} is warm")
    code = town.code_on(ardak)
    team.aigerim.sees("may be under pressure")
    team.aigerim.sees(code)
    with town.house.store.read() as unit:
        assert unit.session.scalars(select(SealedFile.forced_at)).one() is not None


def left_by(town: Town, name: str) -> Phone:
    """Somebody who has left a file with both words and a check-in in an hour. How that is said is told above."""
    phone = town.relative(name)
    begins(town, phone)
    with town.house.store.unit("test") as unit:
        chat = find_chat(unit, "telegram", str(phone.chat_id))
        assert chat is not None
        file = keeping.file_of_chat(unit, chat.id)
        assert file is not None
        assert keeping.agree_on(unit, file, "phrase", PHRASE)
        assert keeping.agree_on(unit, file, "duress_word", FORCED)
        keeping.keep(unit, file, EntryKind.TEAM, "what I saw")
        at = (unit.now + timedelta(hours=1)).astimezone(ZoneInfo(ZONE))
        check_ins.agree(unit, file, (at.hour * 60 + at.minute, ZONE), 24, 2)
    town.rests()
    return phone


def test_whoever_looks_over_their_shoulder_sees_no_difference_from_then_on(town: Town, team: Team) -> None:
    seen = []
    for name, word in (("Ardak", PHRASE), ("Bolat", f"please, {FORCED}")):
        phone = left_by(town, name)
        presses(town, phone, "Done, erase the chat")
        town.later(hours=1, minutes=1)
        before = len(phone.messages)
        phone.sees("Is everything as usual?")
        phone.writes(word)
        phone.sees("Thank you!")
        town.rests()
        phone.writes("yes")  # nothing is asked any more: it is words like any others
        phone.sees("We have your message")
        phone.command("/sealed")
        town.rests()
        presses(town, phone, "Check-ins", "3 days")
        phone.sees("Write the agreed phrase")
        phone.writes("let me out")
        phone.sees("That is not the agreed phrase")
        phone.writes(word)
        phone.sees("I will not write for this many days")
        town.rests()
        presses(town, phone, "What is in it")
        phone.sees("check-in at")
        presses(town, phone, "Done, erase the chat")
        town.later(days=4)
        for _ in range(8):
            town.later(seconds=5)  # one message a second leaves for a chat
        town.rests()
        code = town.code_on(phone)
        seen.append([text.replace(code, "CODE") for text in new(phone, before) if not is_of_now(text)])
        assert "—" not in phone_list(phone)
    assert seen[0] == seen[1]
    assert seen[1][-1].startswith("Good day!"), "after the pause they are asked again"
    team.aigerim.sees("may be under pressure")
    with town.house.store.read() as unit:
        forced = unit.session.scalars(select(SealedFile.case_id).where(SealedFile.forced_at.is_not(None))).one()
        states = unit.session.scalars(select(Watch.state).where(Watch.case_id == forced)).all()
    assert WatchState.MISSED in states, "and people look for them"


def is_of_now(text: str) -> bool:
    """Whether a text holds an hour, or what depends on how long nobody has taken a report."""
    return "check-in at" in text or text.startswith("Your report")


def phone_list(phone: Phone) -> str:
    return next(one.plain for one in reversed(phone.messages) if "check-in at" in one.plain)


def test_only_who_knows_the_phrase_agrees_on_another(town: Town, team: Team) -> None:
    ardak = left_by(town, "Ardak")
    for button in ("Agreed phrase", "Word if I am forced"):
        presses(town, ardak, button)
        ardak.sees("Write the agreed phrase", after=ardak.messages[-2])
        ardak.writes("a phrase of whoever holds the telephone")
        ardak.sees("That is not the agreed phrase", after=ardak.messages[-2])
        town.rests()
    presses(town, ardak, "Agreed phrase")
    ardak.writes(PHRASE)
    ardak.sees("Write a phrase that shows us", after=ardak.messages[-2])
    ardak.writes("plums in a blue bowl")
    ardak.sees("Kept, and sealed", after=ardak.messages[-2])
    town.rests()
    with town.house.store.read() as unit:
        file = unit.session.scalars(select(SealedFile)).one()
        assert keeping.is_phrase(unit, file, "plums in a blue bowl")
        assert keeping.holds_duress(unit, file, FORCED)
    assert count(town, SealedEntry) == 1
    team.aigerim.sees("does not know the agreed phrase")


# Check-ins


@pytest.mark.usefixtures("team")
def test_in_the_talk_about_a_file_only_the_button_answers_a_check_in(town: Town) -> None:
    ardak = town.relative("Ardak")
    agrees_on_an_hour(town, ardak)
    town.later(minutes=50)
    ardak.command("/sealed")
    town.rests()
    presses(town, ardak, "For the team")
    town.later(minutes=12)
    asked = ardak.sees("Is everything as usual?")
    for words in ("yes", PHRASE):
        ardak.writes(words)
        ardak.sees("Kept, and sealed", after=asked)
        town.rests()
        assert is_awaited(town), "they may be telling that somebody said so"
    ardak.taps("All is well", on=asked)
    ardak.sees("Thank you!")
    assert not is_awaited(town)


@pytest.mark.usefixtures("team")
def test_a_plain_yes_answers_a_check_in_only_if_nothing_else_was_talked_of(town: Town) -> None:
    ardak = town.relative("Ardak")
    agrees_on_an_hour(town, ardak)
    town.later(hours=1, minutes=1)
    ardak.sees("Is everything as usual?")
    ardak.writes("my neighbour had a letter from the court")
    town.code_on(ardak)
    ardak.writes("yes")
    town.rests()
    assert is_awaited(town), "it may answer what was asked about the letter"
    ardak.writes(PHRASE)
    ardak.sees("Thank you!")
    assert not is_awaited(town)


def is_awaited(town: Town) -> bool:
    town.rests()
    with town.house.store.read() as unit:
        row = unit.session.scalars(select(CheckIn)).one()
        return check_ins.asked_at(unit, row) is not None


# Who hears of it


def test_the_same_people_are_asked_anew_and_only_those_whom_it_concerns(town: Town, team: Team) -> None:
    ardak = town.relative("Ardak")
    begins(town, ardak)
    says(town, ardak, "For the team", "what I saw")
    forced = town.helper("Serik", "coordinator")
    stranger = town.helper("Zarina", "lawyer")
    with town.house.store.unit("test") as unit:
        contact = find_contact(unit, "Serik")
        assert contact is not None
        account = invite_from_shell(unit, "Serik", AccountRole.COORDINATOR)
        note_coercion(unit, unit.session.get_one(Account, account.id))
    town.rests()
    before = {phone: len(phone.messages) for phone in (team.aigerim, team.timur, team.dana, forced, stranger)}

    def told(phone: Phone, what: str) -> int:
        return sum(what in text for text in new(phone, before[phone]) if "Sealed file" in text)

    with town.house.store.unit("test") as unit:
        for who in ("the aunt", "a neighbour"):
            triggering.confirm_by_word(unit, the_file(unit), who, "saw it")
    town.rests()
    for times in (1, 2):
        agrees(town, "Aigerim", "coordinator")
        agrees(town, "Dana", "lawyer")
        assert told(team.timur, "One person agreed") == times
        assert told(team.timur, "Two people agreed") == times
        assert told(team.aigerim, "Two people agreed") == times
        with town.house.store.unit("test") as unit:
            triggering.object_to(unit, the_file(unit), "she was seen")
        town.later(seconds=5)
        town.rests()
        assert told(team.aigerim, "counts no longer") == times
    agrees(town, "Dana", "lawyer")
    agrees(town, "Aigerim", "coordinator")
    assert told(team.dana, "Two people agreed") == 1, "she agreed to it: it concerns her"
    assert told(stranger, "") == told(forced, "") == 0


def the_file(unit: object) -> SealedFile:
    case_id = unit.session.scalars(select(SealedFile.case_id)).one()  # type: ignore[attr-defined]  # a unit of work
    found = keeping.file_of_case(unit, case_id)  # type: ignore[arg-type]  # a unit of work
    assert found is not None
    return found


def agrees(town: Town, name: str, role: str) -> None:
    with town.house.store.unit("test") as unit:
        contact = find_contact(unit, name)
        assert contact is not None
        assert triggering.approve(unit, the_file(unit), contact.id, role, "two say so", zone=ZONE)
    town.later(seconds=5)  # one message a second leaves for a chat
    town.rests()


# A conversation that may be a trap


def test_into_a_conversation_that_may_be_a_trap_nothing_is_sent_and_what_is_told_is_kept(
    town: Town, team: Team
) -> None:
    ardak = town.relative("Ardak")
    agrees_on_an_hour(town, ardak)
    ardak.writes("a letter came from the court")
    code = town.code_on(ardak)
    ardak.command("/sealed")
    town.rests()
    presses(town, ardak, "For the team")
    with town.house.store.unit("test") as unit:
        suspect(unit, unit.session.scalars(select(Case.id).where(Case.code == code)).one())
    town.rests()
    held, before, told = len(entries(town)), len(ardak.messages), count(town, ReportMessage)
    ardak.writes("the first of them wore a green coat")
    town.rests()
    assert len(entries(town)) == held + 1
    assert count(town, ReportMessage) == told
    town.later(hours=1, minutes=1)
    ardak.writes("yes")
    town.later(hours=2, minutes=5)
    town.rests()
    assert new(ardak, before) == []
    team.aigerim.sees("should have checked in")


def test_whoever_is_asked_twice_a_day_is_told_both_hours(town: Town) -> None:
    phone = town.relative("Ardak")
    begins(town, phone)
    presses(town, phone, "Check-ins", "Twice a day", "2 hours")
    phone.writes("20:00")
    phone.sees("Agreed. I write at 08:00, 20:00")
    town.rests()
    presses(town, phone, "What is in it")
    phone.sees("check-in at: 08:00, 20:00")
