"""A coordinator sends a list to the bot: it is read back, and nothing is made before they say that it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from cases.docket.models import Occurrence
from cases.incidents.models import Incident, IncidentCase
from cases.models import SetAside
from contacts.accounts.coercion import note_coercion
from contacts.accounts.models import Account
from tests.accounts import join
from tests.cases.test_workbooks import rows, workbook

if TYPE_CHECKING:
    from sandbox import Phone
    from sandbox.seen import Message
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy
PASTED = """\
Задержали вчера в 22:30 на рынке в Алматы:
1. Нұрлан Серікұлы, 1991
2. Aigul M.
3. 努尔兰·赛力克，34岁
4. سەرىك د، Талдықорған
и другие
"""
MINE, OTHERS, REPORT, FORGET = "I have them", "ask others", "Keep it as a report", "Forget it"
TABLE = workbook(rows(["№", "ФИО", "год рождения"], ["1", "Ерлан М", "1985"], ["2", "Гүлдана Т", "1990"]))


def incidents(town: Town) -> dict[str, int]:
    """The incidents there are, with how many people each has."""
    with town.house.store.read() as unit:
        people = select(Incident.code, func.count(IncidentCase.id)).join(IncidentCase).group_by(Incident.code)
        return {row[0]: row[1] for row in unit.session.execute(people)}


def waiting(town: Town) -> int:
    with town.house.store.read() as unit:
        return unit.session.scalar(select(func.count()).select_from(SetAside)) or 0


def read_back(phone: Phone, after: Message | None = None) -> Message:
    return phone.sees("Read as people", after=after)


def sends_table(phone: Phone, file: bytes = TABLE, name: str = "people.xlsx") -> None:
    phone.sends("document", file=file, file_name=name)


def test_a_pasted_list_is_read_back_and_becomes_cases_when_its_sender_says_so(town: Town, team: Team) -> None:
    with town.silence(team.timur, team.dana):
        team.aigerim.writes(PASTED)
        said = read_back(team.aigerim)
    for words in (
        "people: 4",
        "1. Нұрлан Серікұлы, 1991",
        "3. 努尔兰·赛力克",
        "– и другие",
        "Алматы, Талдықорған",
        "22:30",
    ):
        assert words in said.plain, words
    assert town.case_codes() == [], "nobody has said yes"

    team.aigerim.taps(MINE, on=said)
    made = team.aigerim.sees("4 people, each with a case of their own")
    town.rests()
    assert incidents(town) == {made.plain[:7]: 4}
    with town.house.store.read() as unit:
        taken = {at.astimezone(ZoneInfo("Asia/Almaty")) for at in unit.session.scalars(select(Occurrence.at))}
    assert {(at.hour, at.minute) for at in taken} == {(22, 30)}, "their clocks run from when they were taken"
    town.later(seconds=5)
    town.rests()
    told = "".join(one.plain for one in team.dana.messages)
    assert [code for code in town.case_codes() if code not in told] == [], "a lawyer is asked for each"
    assert team.timur.messages == [], "she has all of them"

    team.aigerim.taps(MINE, on=said)
    town.rests()
    assert len(town.case_codes()) == 4, "a second press finds it settled"


def test_of_two_lists_one_is_made_and_only_as_it_was_seen(town: Town, team: Team) -> None:
    team.aigerim.writes(PASTED)
    first = read_back(team.aigerim)
    sends_table(team.aigerim)
    both = read_back(team.aigerim, after=first)
    assert "people: 6" in both.plain
    assert "5. Ерлан М, 1985" in both.plain

    team.aigerim.taps(OTHERS, on=first)
    again = read_back(team.aigerim, after=both)
    assert town.case_codes() == [], "she had not seen the last two"
    team.aigerim.taps(OTHERS, on=again)
    team.aigerim.sees("6 people")
    town.rests()
    assert list(incidents(town).values()) == [6]
    town.later(seconds=5)
    team.aigerim.sees("6 NEW CASES")  # whoever is on duty is asked, and that is her


def test_a_table_that_cannot_be_read_or_names_nobody_is_said_to_be_so(town: Town, team: Team) -> None:
    sends_table(team.aigerim, b"PK\x03\x04 and nothing more")
    team.aigerim.sees("cannot be read")
    sends_table(team.aigerim, b"1;2\n3;4\n", "numbers.csv")
    team.aigerim.sees("Nobody was read")
    team.aigerim.command("/list")
    team.aigerim.sees("a person a line")
    team.aigerim.command("/list " + "\n".join(f"{n}. Serik D" for n in range(1, 302)))
    team.aigerim.sees("more than 300")
    town.rests()
    assert (town.case_codes(), waiting(town)) == ([], 0)


def test_what_nobody_says_a_word_about_is_asked_about_and_then_heard(town: Town, team: Team) -> None:
    team.aigerim.writes(PASTED)
    first = read_back(team.aigerim)
    with town.silence(team.timur):
        town.later(minutes=11)
        assert "You have not said yet" in read_back(team.aigerim, after=first).plain
    town.later(minutes=20)
    team.aigerim.sees("heard as a report")
    town.rests()
    (code,) = town.case_codes()
    team.timur.sees(code)
    assert (incidents(town), waiting(town)) == ({}, 0)


def test_of_a_photo_it_is_asked_what_it_is_for(town: Town, team: Team) -> None:
    team.aigerim.sends("photo")
    asked = team.aigerim.sees("What is this for?")
    team.aigerim.taps(FORGET, on=asked)
    team.aigerim.sees("It is forgotten")
    with town.silence(team.timur):
        town.later(minutes=40)
    assert town.case_codes() == []

    team.dana.sends("photo", caption="the list from the station")
    asked = team.dana.sees("What is this for?")
    team.dana.taps(REPORT, on=asked)
    town.sandbox.wait_until(town.case_codes)
    (code,) = town.case_codes()
    town.rests()
    team.aigerim.taps("Accept", on=team.aigerim.sees(code))
    team.aigerim.taps("Open")
    team.aigerim.sees("One-time link")
    assert "the list from the station" in town.page(team.aigerim.link("Open the page"))


def test_others_have_no_lists_and_small_talk_is_none(town: Town, team: Team) -> None:
    team.dana.writes(PASTED.split("\n", 1)[1])
    team.dana.sees("is not kept")
    team.aigerim.writes("Thanks Timur, see you tomorrow")
    team.aigerim.sees("is not kept")
    assert (town.case_codes(), waiting(town)) == ([], 0)


def test_who_is_forced_sees_the_same_and_nothing_is_made(town: Town, team: Team) -> None:
    member = join(town.house.store, "Aigerim")
    with town.house.store.unit("test") as unit:
        note_coercion(unit, unit.session.get_one(Account, member.account_id))
    town.rests()
    team.aigerim.writes(PASTED)
    team.aigerim.taps(MINE, on=read_back(team.aigerim))
    team.aigerim.sees("4 people, each with a case of their own")
    town.rests()
    assert (town.case_codes(), waiting(town)) == ([], 0)


def test_a_list_that_is_kept_here_stands_in_the_chat_for_a_day(town: Town, team: Team) -> None:
    pasted = team.aigerim.writes(PASTED)
    said = read_back(team.aigerim)
    team.aigerim.taps(MINE, on=said)
    team.aigerim.sees("each with a case")
    town.later(hours=25)
    town.rests()
    there = {one.id for one in team.aigerim.conversation if not one.deleted}
    assert {pasted.id, said.id}.isdisjoint(there)
