"""Whatever is said first opens a report: a human is alerted before anything is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town

FIRST_WORDS = (
    ("they took my brother", "We have your message", "What is happening"),
    ("Моего брата забрали", "Мы получили ваше сообщение", "Что происходит"),
    ("Ағамды алып кетті", "Хабарыңызды алдық", "Не болып жатыр"),
    ("اعامدى الىپ كەتتى", "حابارىڭىزدى الدىق", "نە بولىپ جاتىر"),
    ("ئاكامنى تۇتۇپ كەتتى", "ئۇچۇرىڭىزنى تاپشۇرۇۋالدۇق", "نېمە"),
    ("他们抓走了我哥哥", "我们已收到您的消息", "什么情况"),
    ("abimi götürdüler", "Mesajınızı aldık", "Ne oluyor"),
    ("akamni olib ketishdi", "Xabaringizni oldik", "Nima boʻlyapti"),
    ("Эримни ушлаб кетишди", "Xabaringizni oldik", "Nima boʻlyapti"),
)


@pytest.mark.parametrize(
    "first_words", [FIRST_WORDS[::4], pytest.param(FIRST_WORDS[1::2] + FIRST_WORDS[2::4], marks=pytest.mark.long)]
)
def test_words_in_any_script_are_answered_in_their_language_and_ring_two_people(
    town: Town, team: Team, first_words: tuple[tuple[str, str, str], ...]
) -> None:
    """Each time in the first, the fifth and the last; all the others by --long."""
    for words, answer, asked in first_words:
        relative = town.relative(language="tr")
        relative.writes(words)
        first, question = relative.sees(answer), relative.sees(asked)
        assert len(first.plain) < 500
        assert len(first.buttons) == 3, "may we call you: yes, only write, not safe"
        assert len(question.buttons) == 6 + 1 + 8, "what is happening, skip, and every language"
        code = town.code_on(relative)
        assert [phone.sees(code).silent for phone in (team.aigerim, team.dana)] == [False, False]
        town.later(seconds=2)


def test_a_voice_a_picture_or_a_place_is_a_report_too(town: Town, team: Team) -> None:
    for kind in ("voice", "photo", "location"):
        relative = town.relative()
        relative.sends(kind)
        code = town.code_on(relative)
        team.aigerim.sees(code)
        town.later(seconds=2)
    with town.silence(team.dana):
        assert len(town.case_codes()) == 3


def test_words_under_a_photo_are_words(town: Town, team: Team) -> None:
    gulnar = town.relative(language="tr")
    gulnar.sends("photo", caption="Моего брата забрали")
    gulnar.sees("Мы получили")
    team.dana.sees(town.code_on(gulnar))


def test_a_bare_hello_rings_the_coordinator_only(town: Town, team: Team) -> None:
    gulnar = town.relative()
    with town.silence(team.dana, team.timur):
        gulnar.writes("hello")
        team.aigerim.sees(town.code_on(gulnar))
    with town.silence(team.aigerim):
        gulnar.taps("Missing")
        team.dana.sees(town.code_on(gulnar))


def test_fear_alone_rings_nobody_at_night(town: Town, team: Team) -> None:
    everybody = (team.aigerim, team.timur, team.dana)
    gulnar = town.relative()
    with town.silence(*everybody):
        gulnar.writes("I am afraid to go back")
        gulnar.sees("in the morning")
        gulnar.command("/status")
        gulnar.sees("Received: 23:00 (Almaty)\nA person on our team will read it")
        town.later(hours=8, minutes=50)
    told_at_night = len(gulnar.messages)
    town.later(minutes=11)
    assert team.aigerim.sees(town.code_on(gulnar)).silent
    assert len(gulnar.messages) == told_at_night, "nothing was promised to be at once, so there is nothing to take back"
    town.later(minutes=5, seconds=5)
    gulnar.sees("nobody has accepted it yet")


def test_what_could_wait_rings_at_once_when_it_cannot_any_more(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("I am afraid to go back")
    code = town.code_on(gulnar)
    with town.silence(team.aigerim, team.dana):
        town.later(hours=1)
    gulnar.taps("Being held")
    assert not team.aigerim.sees(code).silent
    team.dana.sees(code)


@pytest.mark.parametrize("telling", ["/help they took my brother", "/link the police took my brother this morning"])
def test_words_beside_a_command_are_heard(town: Town, team: Team, telling: str) -> None:
    gulnar = town.relative()
    gulnar.writes(telling)
    team.dana.sees(town.code_on(gulnar))


def test_opening_the_chat_opens_no_report(town: Town, team: Team) -> None:
    gulnar = town.relative(language="ru")
    with town.silence(team.aigerim):
        gulnar.command("/start")
        gulnar.sees("Расскажите")
        gulnar.command("/status")
        gulnar.sees("обращени")
        gulnar.command("/help")
        gulnar.sees("/language")
    assert town.case_codes() == []
