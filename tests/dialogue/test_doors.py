"""A door that shows every question at once: what is meant for one answers it, and nothing is said that is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.conversation import start, step
from dialogue.doors import OWN_WORDS, said_at
from dialogue.model import AddMessage, Answer, Kind, Meant, OpenReport, Reply, Said, Sent, State, Tapped
from dialogue.questions import BY_NAME
from store.chats import WEB
from texts.catalogue import keys, placeholders, say

NOON = datetime(2024, 2, 15, 12, 0, tzinfo=UTC)
WORDY = sorted(name for name, question in BY_NAME.items() if question.words)


def after_first_words() -> State:
    return step(start(), Meant(None, Said("they took my brother")), NOON).state


@pytest.mark.parametrize("name", WORDY)
def test_what_is_meant_for_a_question_answers_it_whichever_was_asked(name: str) -> None:
    for thing in (Said("in Zharkent"), Said("?!"), Sent(Kind.PHOTO)):
        outcome = step(after_first_words(), Meant(name, thing), NOON + timedelta(minutes=1))
        assert outcome.effects == (AddMessage(), Answer(name, from_message=True))
        assert name in outcome.state.answered


def test_what_is_meant_for_none_answers_none_although_one_is_asked() -> None:
    asked = step(after_first_words(), Tapped("happening.held"), NOON).state
    assert asked.asked == "removal_time"
    outcome = step(asked, Meant(None, Said("tomorrow, by air")), NOON)
    assert outcome.effects == (AddMessage(),)
    assert step(asked, Said("tomorrow, by air"), NOON).effects[-1] == Answer("removal_time", from_message=True)


def test_the_first_thing_opens_a_report_whatever_it_was_meant_for() -> None:
    outcome = step(start(), Meant("who", Said("Serik")), NOON)
    assert outcome.effects == (OpenReport(), AddMessage(), Answer("who", from_message=True))


def test_a_question_nobody_asks_is_no_reason_to_lose_words() -> None:
    assert step(after_first_words(), Meant("border_crossing", Said("x")), NOON).effects == (AddMessage(),)
    assert step(after_first_words(), Meant("how_many", Said("x")), NOON).effects == (AddMessage(),)


@given(key=st.sampled_from(sorted(keys())))
def test_nothing_is_asked_by_a_message_where_the_page_asks_and_all_is_said_elsewhere(key: str) -> None:
    reply = Reply(key)
    assert said_at("telegram", reply) is reply
    said = said_at(WEB, reply)
    assert said is None or not said.key.startswith(("ask.", "option."))


def test_what_the_form_says_in_its_own_words_needs_the_same_values_and_speaks_of_no_chat() -> None:
    for chat, web in OWN_WORDS.items():
        assert placeholders(web) <= placeholders(chat)
        said = say(web, "en", **dict.fromkeys(placeholders(web), "x")).lower()
        assert not {word for word in ("telegram", "chat", "/status", "button") if word in said}
