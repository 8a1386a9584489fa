"""The conversation by text message: few texts, none twice, and nothing that is texted is lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.answering.replies import Stop, read_reply
from dialogue.doors import TEXTED, WORDS_ONLY, said_at
from dialogue.model import AddMessage, Answer, Input, Kind, Mute, OpenReport, Outcome, Reply, Said, Sent, State, Unmute
from dialogue.texting import PATIENCE, step_by_text
from store.chats import SMS, VOICE
from texts.catalogue import LANGUAGES, keys, say_plain
from texts.dates import local_time

NOON = datetime(2024, 2, 15, 12, 0, tzinfo=UTC)
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)


def talk(*said: tuple[Input, timedelta], state: State | None = None) -> list[Outcome]:
    """Text one thing after another, each so long after the one before."""
    state, now, outcomes = state or State(), NOON, []
    for one, later in said:
        now += later
        outcomes.append(step_by_text(state, one, now))
        state = outcomes[-1].state
    return outcomes


def words(*texts: str, apart: timedelta = timedelta(minutes=1)) -> list[Outcome]:
    return talk(*((Said(text), apart) for text in texts))


def replies(outcome: Outcome) -> list[str]:
    return [f"{one.key}|{one.also}" if one.also else one.key for one in outcome.replies]


def test_three_questions_follow_each_other_and_then_nothing_is_said() -> None:
    outcomes = words("they took my brother", "1", "Almaty, the station", "Nurlan, alone", "he is back", "hello?")
    assert [replies(one) for one in outcomes] == [
        ["reply.first|ask.call"],
        ["ask.where"],
        ["ask.who"],
        ["reply.thanks"],
        [],
        [],
    ]
    assert outcomes[0].effects == (OpenReport(), AddMessage())
    assert outcomes[1].effects == (AddMessage(), Answer("call", "yes", from_message=True))
    assert outcomes[2].effects == (AddMessage(), Answer("where", from_message=True))


def test_whoever_tells_on_is_not_interrupted_and_asked_on_later() -> None:
    at_once = timedelta(seconds=20)
    first, second, third, later = talk(
        (Said("they took"), at_once),
        (Said("my brother"), at_once),
        (Said("at the market"), at_once),
        (Said("nobody answers his phone"), PATIENCE),
    )
    assert replies(first) == ["reply.first|ask.call"]
    assert replies(second) == replies(third) == []
    assert replies(later) == ["ask.where"]
    assert later.effects == (AddMessage(),), "no answer was given, so none is noted"


@pytest.mark.parametrize(("digit", "option"), [("1", "yes"), ("2.", "write"), (" 3 ", "unsafe"), ("۳", "unsafe")])
def test_a_choice_is_a_digit_in_whichever_script(digit: str, option: str) -> None:
    assert Answer("call", option, from_message=True) in words("help", digit)[-1].effects


@pytest.mark.parametrize("text", ["4", "0", "11", "1 but not at night", "yes", ""])
def test_what_is_no_digit_of_the_choice_chooses_nothing(text: str) -> None:
    assert words("help", text)[-1].effects == (AddMessage(),)


@pytest.mark.parametrize("word", ["STOP", "стоп", "ТОҚТА", "توختا", "توقتا", "停止"])
def test_stop_in_each_language_ends_what_we_send_and_start_begins_it_again(word: str) -> None:
    _, stopped, more, back, after = words("they took him", word, "they beat him", "START", "1")
    assert stopped.effects == (AddMessage(), Mute())
    assert more.effects == (AddMessage(),)
    assert not stopped.replies
    assert not more.replies
    assert back.effects == (AddMessage(), Unmute())
    assert not back.replies
    assert replies(after) == ["ask.where"]


def test_stop_before_anything_was_told_opens_nothing_and_words_after_it_are_heard_in_silence() -> None:
    stopped, told, back = words("stop", "they took my brother", "start")
    assert stopped.effects == (Mute(),)
    assert told.effects == (OpenReport(), AddMessage())
    assert not told.replies
    assert back.effects == (AddMessage(), Unmute())


def test_who_says_that_it_is_not_safe_is_texted_nothing_more_until_they_take_it_back() -> None:
    _, unsafe = words("they took my brother", "3")
    assert unsafe.effects == (AddMessage(), Answer("call", "unsafe", from_message=True))
    assert not unsafe.replies
    on = step_by_text(unsafe.state, Said("Almaty, the station"), NOON + timedelta(hours=1), unsafe=True)
    assert on.effects == (AddMessage(),)
    assert not on.replies
    back = step_by_text(on.state, Said("2"), NOON + timedelta(hours=2), unsafe=True)
    assert replies(back) == ["ask.where"]


def test_start_says_that_texts_are_safe_again_and_calls_are_not() -> None:
    _, unsafe = words("they took my brother", "3")
    back = step_by_text(unsafe.state, Said("START"), NOON, unsafe=True)
    assert back.effects == (AddMessage(), Answer("call", "write"), Unmute())


def test_who_said_that_it_is_not_safe_and_reports_again_is_not_answered_and_people_know_why() -> None:
    again = step_by_text(State(), Said("now they took my sister"), NOON, unsafe=True)
    assert again.effects == (OpenReport(), AddMessage(), Answer("call", "unsafe"))
    assert not again.replies


def test_who_could_not_be_answered_when_they_began_is_answered_when_they_write_on() -> None:
    (first,) = words("they took my brother")
    on = step_by_text(first.state, Said("at the market"), NOON, answered=False)
    assert on.effects == (AddMessage(),)
    assert replies(on) == ["reply.first|ask.call"]


def test_start_alone_is_somebody_who_may_be_unable_to_say_more() -> None:
    (first,) = words("start")
    assert OpenReport() in first.effects
    assert replies(first) == ["reply.first|ask.call"]


said = st.one_of(
    st.builds(Said, st.one_of(st.text(), st.sampled_from(["1", "2", "3", "STOP", "START", "стоп", "", "x" * 2000]))),
    st.builds(Sent, st.sampled_from(Kind)),
)


@given(st.lists(st.tuples(said, st.timedeltas(timedelta(0), timedelta(days=2))), max_size=30))
@settings(max_examples=60, deadline=None)
def test_nothing_is_lost_and_a_report_costs_four_texts_at_most(told: list[tuple[Input, timedelta]]) -> None:
    outcomes = talk(*told)
    state = State()
    for outcome in outcomes:
        kept = outcome.effects.count(AddMessage())
        assert kept == 1 or (outcome.effects == (Mute(),) and not state.opened)
        assert len(outcome.replies) <= 1
        assert not (outcome.replies and outcome.state.muted)
        assert State.from_json(outcome.state.to_json(), open_report=outcome.state.opened) == outcome.state
        state = outcome.state
    assert sum(len(one.replies) for one in outcomes) <= 4
    assert sum(one.effects.count(OpenReport()) for one in outcomes) <= 1


def test_only_what_has_words_of_its_own_is_texted_and_nothing_is_said_to_a_voice() -> None:
    assert set(TEXTED.values()) <= keys()
    assert said_at(SMS, Reply("reply.file_too_large")) == Reply(WORDS_ONLY)
    assert said_at(SMS, Reply("reply.sealed_menu")) is None
    assert all(said_at(VOICE, Reply(key)) is None for key in TEXTED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_reply_with_its_question_fits_four_segments_and_each_other_text_two(language: str) -> None:
    values = {"code": "K7M-4TX", "hotlines": "+7 700 000 00 99", "until": longest_time(language)}
    first = "\n\n".join(say_plain(key, language, **values) for key in ("text.first", "text.ask_call"))
    later = "\n\n".join(say_plain(key, language, **values) for key in ("text.first_later", "text.ask_call"))
    assert segments(first) <= 4
    assert segments(later) <= 4
    for key in sorted(set(TEXTED.values())):
        assert segments(say_plain(key, language, **values)) <= 2, key


def longest_time(language: str) -> str:
    """The time of a day that takes most letters in a year."""
    days = (datetime(2026, 1, 1, 18, 59, tzinfo=UTC) + timedelta(days=n) for n in range(365))
    return max((local_time(day, "Asia/Almaty", language, with_date=True) for day in days), key=len)


def segments(text: str) -> int:
    """How many segments a text costs: 160 or 153 letters of the GSM alphabet, 70 or 67 of any other."""
    one, several = (160, 153) if set(text) <= GSM else (70, 67)
    return 1 if len(text) <= one else -(-len(text) // several)


OTHERS = {"en": "Others", "ru": "чужие", "kk": "бөгделер", "kk-Arab": "بوگدەلەر", "ug": "باشقىلار", "zh": "他人"} | {
    "tr": "başkaları",
    "uz": "boshqalar",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_does_not_say_who_we_are_and_warns_that_others_can_read_it(language: str) -> None:
    values = {"code": "K7M-4TX", "hotlines": "1", "until": "12:00"}
    said = {key: say_plain(key, language, **values) for key in sorted(set(TEXTED.values()))}
    assert [key for key, text in said.items() if "panah" in text.casefold()] == [], "the phone may be in other hands"
    for key in ("text.ask_where", "text.thanks"):
        assert OTHERS[language] in said[key], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_that_ends_texts_is_one_that_ends_them(language: str) -> None:
    for key in ("text.first", "text.first_later"):
        words = re.findall(r"\w+", say_plain(key, language, code="K7M-4TX"))
        chinese = language == "zh"
        assert any(isinstance(read_reply(word), Stop) for word in words) or (chinese and "停止" in "".join(words)), key
