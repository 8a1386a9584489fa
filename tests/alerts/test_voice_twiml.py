"""What a call says: in which voice, how slowly, how often, and that Twilio can read it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.twilio.voice_twiml import (
    LONGEST,
    RUSSIAN_LETTERS,
    VOICES,
    ask_again,
    page,
    said,
    spoken_language,
)
from cases.codes import LETTERS, normalise_code
from texts.catalogue import LANGUAGES

ACTION = "https://panah.example.org/webhooks/twilio/voice?attempt=a1&b=2"


def read(markup: str) -> ET.Element:
    """What Twilio reads."""
    response = ET.fromstring(markup)  # noqa: S314  our own
    assert response.tag == "Response"
    assert response[-1].tag == "Hangup"
    return response


def heard(markup: str) -> str:
    return "".join(read(markup).itertext())


def test_a_call_says_it_three_times_asks_for_a_key_each_time_and_hangs_up() -> None:
    response = read(page("New case.", "en", action=ACTION, prompt="Press 1 to accept."))
    assert [one.tag for one in response] == ["Pause", "Gather", "Gather", "Gather", "Hangup"]
    for gather in response.iter("Gather"):
        assert gather.attrib == {
            "input": "dtmf",
            "numDigits": "1",
            "finishOnKey": "",
            "timeout": "6",
            "action": ACTION,
            "method": "POST",
        }
        assert [(one.tag, one.text) for one in gather] == [("Say", "New case."), ("Say", "Press 1 to accept.")]


def test_a_call_that_cannot_take_keys_only_speaks() -> None:
    response = read(page("New case.", "en", action=None))
    assert [one.tag for one in response] == ["Pause", *["Say", "Pause"] * 3, "Hangup"]


def test_a_code_is_said_slowly_one_character_at_a_time() -> None:
    response = read(said("Case K7M-4TX, please.", "en"))
    say = next(response.iter("Say"))
    slowly = say[0]
    assert (say.text, slowly.tag, slowly.attrib, slowly.tail) == ("Case ", "prosody", {"rate": "slow"}, ", please.")
    assert [slowly.text, *(pause.tail for pause in slowly)] == ["K", "7", "M", "4", "T", "X", None]
    assert [pause.get("time") for pause in slowly] == ["400ms", "400ms", "900ms", "400ms", "400ms", "900ms"]


def test_a_russian_voice_is_given_letters_by_their_russian_names() -> None:
    assert heard(said("Дело K7M-4TX.", "ru")).startswith("Дело ка7эм4тэикс.")


def test_every_letter_of_a_code_has_a_name_whose_letter_leads_back_to_it() -> None:
    assert set(RUSSIAN_LETTERS) == set(LETTERS)
    by_ear = {
        "C": "ц",
        "D": "д",
        "F": "ф",
        "J": "й",
        "K": "к",
        "L": "л",
        "M": "м",
        "N": "н",
        "R": "р",
        "T": "т",
        "V": "в",
    }
    for letter, typed in by_ear.items():
        assert normalise_code(f"{typed}77-777") == f"{letter}77-777"
        assert typed in RUSSIAN_LETTERS[letter]


@pytest.mark.parametrize("text", ["12-345", "AK7M-4TX", "K7M-4TX9", "K7M4TX", "ABC-OOO", "k7m-4tx"])
def test_what_is_no_code_is_said_as_it_is(text: str) -> None:
    say = next(read(said(text, "en")).iter("Say"))
    assert (say.text, len(say)) == (text, 0)


def test_lines_are_told_apart_by_ear() -> None:
    say = next(read(said("One.\n\n  \nTwo.\r\nThree.", "en")).iter("Say"))
    assert (say.text, [(one.tag, one.tail) for one in say]) == ("One.", [("break", "Two."), ("break", "Three.")])


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("en", "en"),
        ("ru", "ru"),
        ("zh", "zh"),
        ("kk", "ru"),
        ("kk-Arab", "ru"),
        ("ug", "en"),
        ("tr", "tr"),
        ("uz", "ru"),
        ("tlh", "en"),
        ("", "en"),
    ],
)
def test_who_has_no_voice_hears_the_nearest_language_that_has_one(language: str, spoken: str) -> None:
    assert spoken_language(language) == spoken
    say = next(read(said("text", language)).iter("Say"))
    assert (say.get("voice"), say.get("language")) == (VOICES[spoken].name, VOICES[spoken].language)


def test_every_language_of_the_house_is_spoken_somehow() -> None:
    assert {spoken_language(one) for one in LANGUAGES} == set(VOICES)


def test_a_long_text_is_said_less_often_rather_than_not_at_all() -> None:
    twice = page("word " * 280, "en", action=ACTION)
    once = page("word " * 600, "en", action=ACTION)
    assert [len(list(read(one).iter("Gather"))) for one in (twice, once)] == [2, 1]
    assert len(twice) <= LONGEST
    assert len(once) <= LONGEST


def test_a_key_is_answered_and_the_call_ends() -> None:
    assert [one.tag for one in read(said("Thank you.", "en"))] == ["Say", "Pause", "Say", "Pause", "Hangup"]


def test_a_key_we_do_not_know_is_asked_for_again() -> None:
    again = ask_again("We did not understand.", "en", action=ACTION, prompt="Press 1.")
    assert next(read(again).iter("Gather")).get("action") == ACTION
    assert "We did not understand." in heard(again)


@given(st.text(), st.text(), st.sampled_from([*LANGUAGES, "xx"]), st.booleans())
def test_whatever_is_said_twilio_can_read_it(text: str, prompt: str, language: str, keys: bool) -> None:
    read(page(text, language, action=ACTION if keys else None, prompt=prompt))
    read(said(text, language))


@given(st.text(alphabet=st.characters(blacklist_categories=["C", "Z"]), min_size=1))
def test_nothing_that_can_be_said_is_left_out(text: str) -> None:
    if not any(mark in text for mark in "-\ufffe\uffff"):
        assert text in heard(said(text, "en"))
