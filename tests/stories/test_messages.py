"""Every kind of message: kept as it is, answered once, and nobody given away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from cases.models import Case, ReportAnswer, ReportMessage
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from sandbox import Phone
    from store.unit_of_work import UnitOfWork
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy

FORWARDED = {"type": "user", "date": 1772000000, "sender_user": {"id": 7000555, "first_name": "Ruslan-Invented"}}


@dataclass(frozen=True)
class Kept:
    """A message as it was kept."""

    kind: str
    words: str
    number: int | None
    album: str | None
    correction: bool
    forwarded: bool
    about: str | None
    code: str


def kept(town: Town) -> list[Kept]:
    """Everything that was kept, oldest first."""
    town.rests()
    with town.house.store.read() as unit:
        rows = unit.session.scalars(select(ReportMessage).order_by(ReportMessage.received_at, ReportMessage.id))
        return [_opened(unit, row) for row in rows]


def _opened(unit: UnitOfWork, row: ReportMessage) -> Kept:
    def opened(column: str, sealed: bytes) -> str:
        return unit.vault.open(case_scope(row.case_id), Field("report_message", column, row.id), sealed)

    return Kept(
        row.kind,
        opened("content", row.content),
        row.number,
        row.album,
        row.correction,
        row.forwarded,
        None if row.about is None else opened("about", row.about),
        unit.session.get_one(Case, row.case_id).code,
    )


def words(town: Town) -> list[str]:
    """What was kept of every message, oldest first."""
    return [one.words for one in kept(town)]


def taken_by(team: Team, gulnar: Phone, code: str) -> None:
    team.aigerim.sees(code)
    team.aigerim.taps("Accept")
    gulnar.sees("has taken your report")


FILES = {"video_note": "video", "audio": "voice", "animation": "video", "sticker": "sticker"}
PLACE = {"latitude": 43.2, "longitude": 76.9}
SENT: dict[str, tuple[str, dict[str, Any]]] = {
    "venue": ("location", {"location": PLACE, "title": "Police station", "address": "Invented street 1"}),
    "contact": ("contact", {"phone_number": "+77000000321", "first_name": "Dana-Invented"}),
    "poll": ("other", {"id": "1", "question": "Who was taken?", "options": [{"text": "my brother"}]}),
    "dice": ("other", {"emoji": "🎲", "value": 3}),
    "story": ("other", {"id": 5, "chat": {"id": 7000003, "type": "private"}}),
    "a_kind_of_next_year": ("other", {"value": 3}),
}
SERVICE: dict[str, Any] = {
    "pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}},
    "message_auto_delete_timer_changed": {"message_auto_delete_time": 86400},
    "chat_background_set": {"type": {"type": "fill"}},
    "write_access_allowed": {},
}


def test_whatever_comes_first_opens_a_report_and_is_kept_as_it_is(town: Town) -> None:
    for name in FILES:
        somebody = town.relative()
        somebody.sends(name)
        somebody.sees("We have your message")
    for name, (_, content) in SENT.items():
        somebody = town.relative()
        somebody.sends_raw({name: content})
        somebody.sees("We have your message")
    found = kept(town)
    assert [one.kind for one in found] == [*FILES.values(), *(kind for kind, _ in SENT.values())]
    for one, (name, (_, content)) in zip(found[len(FILES) :], SENT.items(), strict=True):
        assert json.loads(one.words)[name] == content


def test_the_question_of_a_poll_is_read_like_words(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.sends_raw({"poll": {"id": "1", "question": "They took him to prison, who knows?"}})
    team.dana.sees(town.code_on(gulnar))


def test_what_telegram_itself_says_is_no_report(town: Town) -> None:
    gulnar = town.relative()
    with town.silence(gulnar):
        for name, content in SERVICE.items():
            gulnar.sends_raw({name: content})
    assert town.case_codes() == []


def test_another_program_is_not_answered(town: Town) -> None:
    bot = {"id": 7000999, "is_bot": True, "first_name": "Echo"}
    town.sandbox.push_raw_update(
        {"message": {"message_id": 1, "date": 0, "chat": {"id": 7000999, "type": "private"}, "from": bot, "text": "hi"}}
    )
    town.rests()
    assert town.case_codes() == []
    assert not town.sandbox.calls("sendMessage")


def test_an_edited_message_stands_beside_what_it_was_and_those_who_took_it_hear_of_it(town: Town, team: Team) -> None:
    gulnar = town.relative()
    first = gulnar.writes("they took my brother to Panfilov")
    code = town.code_on(gulnar)
    taken_by(team, gulnar, code)
    town.later(minutes=2)
    before = team.aigerim.sees(code)
    gulnar.edits(first, "they took my brother to Zharkent")
    team.aigerim.sees("Something new was added", after=before)
    assert words(town) == ["they took my brother to Panfilov", "they took my brother to Zharkent"]
    assert [one.correction for one in kept(town)] == [False, True]
    assert len({one.number for one in kept(town)}) == 1


def test_a_command_that_was_edited_in_is_words(town: Town) -> None:
    gulnar = town.relative()
    first = gulnar.writes("they took my brother")
    town.code_on(gulnar)
    gulnar.edits(first, "/stop")
    assert words(town) == ["they took my brother", "/stop"]
    gulnar.writes("and my cousin")
    assert words(town)[-1] == "and my cousin"


def test_a_forwarded_message_is_known_to_be_one_and_its_origin_is_told_to_nobody_in_a_chat(
    town: Town, team: Team
) -> None:
    gulnar = town.relative()
    gulnar.sends_raw({"text": "they are holding them at the border post", "forward_origin": FORWARDED})
    team.aigerim.sees(town.code_on(gulnar))
    (one,) = kept(town)
    assert one.forwarded
    assert json.loads(one.about or "")["forward_origin"] == FORWARDED


def test_an_answer_to_an_older_message_is_kept_with_what_it_answers(town: Town) -> None:
    gulnar = town.relative()
    first = gulnar.writes("they took my brother")
    town.code_on(gulnar)
    gulnar.writes("this is where", reply_to=first)
    assert [one.about is None for one in kept(town)] == [True, False]


def test_pictures_sent_together_are_answered_once(town: Town) -> None:
    gulnar = town.relative()
    gulnar.sends_raw({"media_group_id": "139", "caption": "his papers"})
    gulnar.sees("What is happening")
    with town.silence(gulnar):
        for _ in range(3):
            gulnar.sends_raw({"media_group_id": "139", "location": PLACE})
    assert [one.album for one in kept(town)] == ["139"] * 4


def test_a_live_place_is_followed_once_a_minute_and_rings_nobody(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    taken_by(team, gulnar, code)
    place = gulnar.sends_raw({"location": {"latitude": 43.0, "longitude": 76.0, "live_period": 3600}})
    town.later(minutes=2)
    with town.silence(gulnar, team.aigerim, team.dana):
        for step in range(1, 7):
            moves(town, gulnar, place.id, 43.0 + step)
            town.later(seconds=20)
    places = [json.loads(said)["location"]["latitude"] for said in words(town)[1:]]
    assert places == [43.0, 46.0, 49.0]  # the last of each minute


def moves(town: Town, phone: Phone, number: int, latitude: float) -> None:
    """What Telegram sends while somebody shares where they are."""
    person = {"id": phone.user_id, "is_bot": False, "first_name": phone.name}
    chat = {"id": phone.chat_id, "type": "private", "first_name": phone.name}
    at = int(town.clock.now().timestamp())
    place = {"latitude": latitude, "longitude": 76.0, "live_period": 3600}
    body = {"message_id": number, "date": at, "edit_date": at, "chat": chat, "from": person, "location": place}
    town.sandbox.push_raw_update({"edited_message": body})
    town.rests()


def test_a_very_long_story_in_several_parts_keeps_its_order(town: Town) -> None:
    gulnar = town.relative()
    parts = [f"part {number} " + "ұзақ әңгіме " * 340 for number in range(5)]
    for part in parts:
        gulnar.writes(part.strip())
    assert words(town) == [part.strip() for part in parts]


def test_what_is_written_with_the_help_of_an_inline_bot_is_the_persons(town: Town) -> None:
    gulnar = town.relative()
    bot = {"id": 7000998, "is_bot": True, "first_name": "Pictures"}
    gulnar.sends_raw({"text": "they took my brother", "via_bot": bot})
    gulnar.sees("We have your message")
    assert words(town) == ["they took my brother"]


def test_one_phone_may_report_about_several_people(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    first = town.code_on(gulnar)
    question = gulnar.sees("What is happening")
    gulnar.command("/add")
    gulnar.sees("Tell us about the other person")
    invited = gulnar.messages[-1]
    gulnar.writes("my neighbour is held at the airport")
    gulnar.sees("We have your message", after=invited)
    town.rests()
    codes = town.case_codes()
    assert len(codes) == 2
    assert codes[0] == first
    for code in codes:
        team.aigerim.sees(code)
    gulnar.taps("Being taken now", on=question)
    town.rests()
    assert [one.code for one in kept(town)] == codes
    with town.house.store.read() as unit:
        answered = select(Case.code).join(ReportAnswer, ReportAnswer.case_id == Case.id)
        assert list(unit.session.scalars(answered)) == [first]
    before = gulnar.messages[-1]
    gulnar.command("/status")
    for code in codes:
        gulnar.sees(f"Your report {code}", after=before)


def test_somebody_who_blocked_us_and_comes_back_goes_on_with_the_same_report(town: Town) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    town.code_on(gulnar)
    gulnar.blocks_the_bot()
    town.later(hours=30)
    gulnar.unblocks()
    gulnar.writes("he called from the border")
    assert words(town) == ["they took my brother", "he called from the border"]
    assert len(town.case_codes()) == 1


def test_one_person_may_report_from_several_phones(town: Town, team: Team) -> None:
    at_home, borrowed = town.relative(), town.relative()
    at_home.writes("they took my brother")
    borrowed.writes("it is Gulnar again, my phone is dead, they took my brother")
    codes = [town.code_on(phone) for phone in (at_home, borrowed)]
    assert len(set(codes)) == 2, "whose phone it is nobody can know: each is told nothing of the other"
    for code in codes:
        team.aigerim.sees(code)
    assert codes[0] not in borrowed.screen()
    assert codes[1] not in at_home.screen()


def test_what_is_posted_in_a_channel_is_no_report_and_the_channel_is_left(town: Town, team: Team) -> None:
    channel = {"id": -1001234567890, "type": "channel", "title": "Invented news"}
    with town.silence(team.aigerim, team.timur, team.dana):
        post = {"message_id": 1, "date": 0, "chat": channel, "text": "they took somebody's brother"}
        town.sandbox.push_raw_update({"channel_post": post})
        town.sandbox.wait_until(lambda: town.sandbox.calls("leaveChat"))
    assert town.case_codes() == []
    assert [call.chat_id for call in town.sandbox.calls("leaveChat")] == [channel["id"]]
