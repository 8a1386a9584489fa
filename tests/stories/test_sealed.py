"""For the day they are taken: left in the chat, kept sealed, withdrawn with proof; check-ins that are missed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.erasing.sealing import erase_withdrawn
from cases.docket.entering import Entry, When, enter
from cases.files import LARGEST
from cases.models import Case, Download, FileState, Report, ReportMessage
from cases.sealed import check_ins
from cases.sealed.keeping import file_of_case
from cases.sealed.models import SealedEntry, SealedFile
from cases.sealed.triggering import approve, confirm_missed
from contacts.directory import find_contact
from store.data_keys import DataKey
from store.files import StoredFile
from tests.story import ZONE

if TYPE_CHECKING:
    from uuid import UUID

    from sandbox import Phone
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy
NATIVE = "Ардақ Мысалұлы Үлгібеков"
PHRASE, FORCED = "green apples on a sill", "grandmother's old samovar"


def begins(town: Town, phone: Phone) -> None:
    phone.command("/sealed")
    presses(town, phone, "Yes, I agree")


def presses(town: Town, phone: Phone, *labels: str) -> None:
    for label in labels:
        phone.taps(label)
        town.rests()


def says(town: Town, phone: Phone, button: str, words: str) -> None:
    presses(town, phone, button)
    phone.writes(words)
    town.rests()


def case_of(town: Town) -> UUID:
    with town.house.store.read() as unit:
        return unit.session.scalars(select(SealedFile.case_id)).one()


def is_open(town: Town) -> bool:
    with town.house.store.read() as unit:
        return unit.session.scalars(select(SealedFile.opened_at)).one() is not None


def count(town: Town, model: type[object]) -> int:
    with town.house.store.read() as unit:
        return unit.session.scalar(select(func.count()).select_from(model)) or 0


def files_of(town: Town) -> list[Path]:
    path = town.house.settings.database_url.removeprefix("sqlite:///")
    return [Path(path), Path(f"{path}-wal")]


def test_it_is_left_looked_at_and_withdrawn_with_proof(town: Town, team: Team) -> None:
    ardak = town.relative("Ardak")
    with town.silence(team.aigerim, team.timur, team.dana):
        begins(town, ardak)
        says(town, ardak, "Name, date of birth", NATIVE)
        ardak.writes("31.02.1990")
        ardak.sees("I could not use that")
        ardak.writes("12.04.1987")
        town.rests()
        says(town, ardak, "For my lawyer alone", "how I came here")
        presses(town, ardak, "For the team")
        sent = ardak.sends("video")
        town.rests()
        presses(town, ardak, "Who may be told", "UN refugee agency", "Who and where I am", "If I could be sent back")
        presses(town, ardak, "The press", "Yes, without my name", "What is in it")
        told = ardak.sees("In your file").plain
        assert [line.split(": ")[1] for line in told.splitlines()[1:]] == ["1", "1", "0", "1", "1", "0", "—"]
        presses(town, ardak, "Done, erase the chat")
        town.later(seconds=5)  # one message a second leaves for a chat
        town.rests()
    assert count(town, Report) == count(town, ReportMessage) == 0, "it is no report"
    assert next(one for one in ardak.conversation if one.id == sent.id).deleted, "and nothing stays in the chat"
    with town.house.store.read() as unit:
        assert unit.session.scalars(select(Download.state)).all() == [FileState.STORED]
        assert unit.session.scalars(select(StoredFile.scope)).one().startswith("sealed:")
        pieces = [row[1:17] for row in unit.session.scalars(select(SealedEntry.content))]
        pieces += [
            row[1:17] for row in unit.session.scalars(select(DataKey.wrapped).where(DataKey.scope.like("seal%")))
        ]
    ardak.command("/sealed")
    presses(town, ardak, "Withdraw it", "Yes, withdraw it")
    town.later(seconds=5)
    ardak.sees("Withdrawn: 4")
    town.rests()
    assert count(town, SealedEntry) == count(town, StoredFile) == 0
    assert erase_withdrawn(town.house.store) <= 1
    assert town.case_codes() == [], "the name by which they would have been recognised went with it"
    lying = b"".join(file.read_bytes() for file in files_of(town) if file.exists())
    assert not [piece for piece in pieces if piece in lying]
    ardak.command("/sealed")
    ardak.sees("A sealed file is there in case you are taken one day")


def test_who_is_made_to_withdraw_sees_what_they_would_see(town: Town, team: Team) -> None:
    seen = []
    for name, word in (("Ardak", PHRASE), ("Bolat", f"please, {FORCED}")):
        phone = town.relative(name)
        begins(town, phone)
        says(town, phone, "Agreed phrase", PHRASE)
        says(town, phone, "Word if I am forced", FORCED)
        says(town, phone, "For the team", "what I saw")
        sent = phone.sends("video", file_size=LARGEST + 1)
        phone.sees("is not kept")
        phone.command("/sealed")
        town.rests()
        presses(town, phone, "Withdraw it", "Yes, withdraw it")
        phone.writes("let me out")
        phone.sees("That is not the agreed phrase")
        town.rests()
        before = len(phone.messages)
        phone.writes(word)
        phone.sees("Withdrawn:")
        town.later(seconds=5)  # one message a second leaves for a chat
        town.rests()
        assert next(one for one in phone.conversation if one.id == sent.id).deleted, "what was not copied goes too"
        phone.command("/sealed")
        phone.sees("A sealed file is there in case you are taken one day")
        town.rests()
        seen.append([one.plain for one in phone.messages[before:]])
    assert seen[0] == seen[1]
    team.aigerim.sees("may be under pressure")
    with town.house.store.read() as unit:
        kept = unit.session.scalars(select(SealedFile).where(SealedFile.withdrawn_at.is_(None))).one()
        assert kept.forced_at is not None
    assert count(town, SealedEntry) == 2, "nothing was destroyed"


def agrees_on_an_hour(town: Town, phone: Phone) -> UUID:
    begins(town, phone)
    says(town, phone, "Agreed phrase", PHRASE)
    says(town, phone, "For the team", "what I saw")
    presses(town, phone, "Check-ins", "Every day", "2 hours")
    at = town.clock.now() + timedelta(hours=1)
    phone.writes(f"{at.astimezone(ZoneInfo(ZONE)):%H:%M}")
    phone.sees("Agreed. I write at")
    presses(town, phone, "Done, erase the chat")
    return case_of(town)


def test_silence_pages_and_two_people_open_unless_an_answer_comes(town: Town, team: Team) -> None:
    ardak = town.relative("Ardak")
    case_id = agrees_on_an_hour(town, ardak)
    with town.silence(team.aigerim, team.timur):
        town.later(hours=1, minutes=1)
        asked = ardak.sees("Is everything as usual?")
        town.rests()
        presses(town, ardak, "All is well")
        ardak.sees("Thank you!")
        town.later(hours=3)
    town.later(hours=21, minutes=30)
    ardak.sees("Is everything as usual?", after=asked)
    town.later(hours=2, minutes=5)
    page = team.aigerim.sees("should have checked in")
    team.aigerim.taps("Accept", on=page)
    follow_up_and_agree(town, case_id)
    ardak.writes(PHRASE.upper())
    town.later(hours=1)
    town.rests()
    assert not is_open(town), "they answered after all"
    town.later(hours=24)
    town.later(hours=2, minutes=5)
    town.rests()
    follow_up_and_agree(town, case_id)
    town.later(minutes=35)
    town.rests()
    assert is_open(town)
    with town.house.store.read() as unit:
        code = unit.session.scalars(select(Case.code)).one()
    team.dana.sees(code)  # nobody has the case as a lawyer yet


def follow_up_and_agree(town: Town, case_id: UUID) -> None:
    for name, role in (("Aigerim", "coordinator"), ("Dana", "lawyer")):
        with town.house.store.unit("test") as unit:
            contact, file = find_contact(unit, name), file_of_case(unit, case_id)
            assert contact is not None
            assert file is not None
            unit.actor = f"contact:{contact.id}"
            confirm_missed(unit, file, "rang those they trust: nobody knows")
            approve(unit, file, contact.id, role, "nobody has heard of them", zone=ZONE)
    town.rests()


def test_a_summons_is_asked_about_at_once_and_a_cry_is_no_answer(town: Town, team: Team) -> None:
    town.later(hours=10)  # by day: at night nobody is disturbed beyond what they agreed to
    ardak = town.relative("Ardak")
    case_id = agrees_on_an_hour(town, ardak)
    with town.house.store.unit("test") as unit:
        enter(unit, case_id, Entry("summons", When(unit.now)), zone=ZONE)
    town.rests()
    ardak.sees("Is everything as usual?")
    ardak.writes("they took my brother")
    code = town.code_on(ardak)
    team.aigerim.sees(code)
    assert is_awaited(town, case_id), "a cry for help is heard, and is no answer"
    presses(town, ardak, "All is well")
    ardak.sees("Thank you!")
    assert not is_awaited(town, case_id)


def is_awaited(town: Town, case_id: UUID) -> bool:
    town.rests()
    with town.house.store.unit("test") as unit:
        row = check_ins.check_in_of(unit, case_id)
        return row is not None and check_ins.asked_at(unit, row) is not None
