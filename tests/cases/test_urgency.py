from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.urgency import (
    HELD_ANSWERS,
    QUIET_ANSWERS,
    Need,
    Signals,
    Urgency,
    needs_of,
    read_urgency,
    urgency_of,
)
from tests.cases.held_out import HELD_OUT
from tests.cases.messages import AFRAID, BOTH, PAPER, TUNED, UNKNOWN, Message

COORDINATOR = frozenset({Need.COORDINATOR})
EVERYBODY = frozenset({Need.COORDINATOR, Need.LAWYER})

URGENCY = {BOTH: Urgency.NOW, UNKNOWN: Urgency.SOON, AFRAID: Urgency.LATER, PAPER: Urgency.LATER}

# Words of custody about nothing of the kind. A lawyer is paged for them; that is the price.
OVERHEARD = {"көші-қон полициясы қай жерде", "қайтарса не болады деп қорқамын"}

answers = st.sampled_from([None, "nonsense", *sorted(HELD_ANSWERS | QUIET_ANSWERS)])
signals = st.builds(
    Signals,
    custody=st.booleans(),
    removal=st.booleans(),
    hearing_or_paper=st.booleans(),
    fear=st.booleans(),
    today=st.booleans(),
    somebody=st.booleans(),
    long=st.booleans(),
)


def lawyer_paged(message: Message) -> bool:
    return Need.LAWYER in needs_of(read_urgency(message.text), None)


def recall_and_precision(messages: Iterable[Message]) -> tuple[float, float]:
    outcomes = [(message.expected == BOTH, lawyer_paged(message)) for message in messages]
    hits = outcomes.count((True, True))
    return hits / (hits + outcomes.count((True, False))), hits / (hits + outcomes.count((False, True)))


@pytest.mark.parametrize("message", TUNED, ids=lambda message: message.text[:40].encode("unicode_escape").decode())
def test_who_is_paged_for_a_first_message(message: Message) -> None:
    heard = read_urgency(message.text)
    if message.text in OVERHEARD:
        assert needs_of(heard, None) == EVERYBODY
        return
    assert needs_of(heard, None) == (EVERYBODY if message.expected == BOTH else COORDINATOR)
    assert urgency_of(heard, None) is URGENCY[message.expected]


def test_enough_messages_are_tried_in_every_way_people_write() -> None:
    assert len(TUNED) >= 400
    assert len(HELD_OUT) >= 100
    assert not {message.text for message in TUNED} & {message.text for message in HELD_OUT}


def test_messages_the_tables_were_not_made_for_are_understood() -> None:
    recall, precision = recall_and_precision(HELD_OUT)
    assert recall >= 0.95
    assert precision >= 0.9


def test_no_message_of_custody_is_left_until_morning() -> None:
    held = [message for message in (*TUNED, *HELD_OUT) if message.expected == BOTH]
    assert all(urgency_of(read_urgency(message.text), None) is not Urgency.LATER for message in held)


@pytest.mark.parametrize("text", [None, "", "hello", "Hi", "привет", "салем", "سالام", "你好", "selam", "salom", "🙏"])
def test_a_greeting_or_a_message_without_words_pages_a_coordinator_and_no_lawyer(text: str | None) -> None:
    heard = read_urgency(text)
    assert needs_of(heard, None) == COORDINATOR
    assert urgency_of(heard, None) is Urgency.SOON


@pytest.mark.parametrize("answer", sorted(HELD_ANSWERS))
def test_a_tap_on_custody_pages_both_even_after_a_bare_hello(answer: str) -> None:
    heard = read_urgency("hello")
    assert needs_of(heard, answer) == EVERYBODY
    assert urgency_of(heard, answer) is Urgency.NOW


@pytest.mark.parametrize("answer", sorted(QUIET_ANSWERS))
def test_a_tap_on_fear_or_a_paper_rings_nobody_at_night(answer: str) -> None:
    heard = read_urgency("hello")
    assert needs_of(heard, answer) == COORDINATOR
    assert urgency_of(heard, answer) is Urgency.LATER


def test_a_tap_on_fear_does_not_take_back_words_of_custody() -> None:
    heard = read_urgency("they arrested him")
    assert needs_of(heard, "afraid") == EVERYBODY
    assert urgency_of(heard, "afraid") is Urgency.NOW


def test_a_paper_for_today_pages_a_lawyer() -> None:
    assert needs_of(read_urgency("it says today"), "paper") == EVERYBODY


def test_fear_for_somebody_else_rings_the_coordinator() -> None:
    assert urgency_of(read_urgency("I am afraid for my brother"), None) is Urgency.SOON


def test_fear_in_a_long_message_rings_the_coordinator() -> None:
    assert urgency_of(read_urgency("I am afraid" + " and there is more to tell" * 6), None) is Urgency.SOON
    assert urgency_of(read_urgency("我害怕" + "还有很多话要说" * 12), None) is Urgency.SOON


@pytest.mark.parametrize(
    ("written", "as_typed"),
    [
        ("ағамды ұстады", "агамды устады"),
        ("gözaltına aldılar", "gozaltina aldilar"),
        ("yoʻqolib qoldi", "yo'qolib qoldi"),
        ("yoʻqolib qoldi", "yoqolib qoldi"),
        ("ئېلىپ كەتتى", "\u202eئېلىپ\u200c كەتتى\u202c"),
        ("ئېلىپ كەتتى", "ېليپ كهتتي"),
        ("الىپ كەتتى", "الیپ کەتتی"),
        ("arrested", "ＡＲＲＥＳＴＥＤ"),
        ("arrested", "ar\u00adrest\u200bed"),
        ("задержали", "ЗАДЕРЖАЛИ!!!"),
    ],
)
def test_the_wrong_keyboard_and_invisible_marks_do_not_matter(written: str, as_typed: str) -> None:
    assert read_urgency(written).custody
    assert read_urgency(as_typed).custody


@pytest.mark.parametrize("text", ["я устал", "сообщение", "cellphone", "устаз", "судьба", "nowhere", "Bangkok"])
def test_words_that_only_look_alike_are_not_heard(text: str) -> None:
    assert read_urgency(text) == Signals()


@pytest.mark.parametrize("text", ["22:05", "15.02.2024", "+7 700 000 00 01", "12/12", "٢٢:٠٥"])
def test_numbers_and_times_say_nothing(text: str) -> None:
    assert read_urgency(text) == Signals()


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    read_urgency(text)


@given(st.sampled_from([message.text for message in TUNED if message.expected == BOTH]), st.text(max_size=20))
def test_what_is_written_on_the_next_line_hides_nothing(text: str, more: str) -> None:
    assert Need.LAWYER in needs_of(read_urgency(f"{text}\n{more}") | read_urgency(text), None)


@given(signals, signals, answers)
def test_more_words_never_take_a_need_away(heard: Signals, more: Signals, answer: str | None) -> None:
    assert needs_of(heard, answer) <= needs_of(heard | more, answer)
    assert heard | more == more | heard
    assert heard | Signals() == heard


@given(signals, answers)
def test_a_coordinator_is_always_needed_and_a_lawyer_exactly_when_it_is_now(heard: Signals, answer: str | None) -> None:
    needs = needs_of(heard, answer)
    assert Need.COORDINATOR in needs
    assert (Need.LAWYER in needs) == (urgency_of(heard, answer) is Urgency.NOW)
