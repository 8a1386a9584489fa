"""Whatever a relative is told, in every language, whatever is filled in."""

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texts.audience import is_for_relatives, required
from texts.bidi import isolate, plain
from texts.catalogue import LANGUAGES, entries, keys, placeholders, say, say_plain, spoken, typed
from texts.dates import local_time
from texts.locale import is_right_to_left

RELATIVES = sorted(filter(is_for_relatives, keys()))
TELLING = sorted(key for key in RELATIVES if not key.startswith("language."))
SCRIPT = {"en": "LATIN", "ru": "CYRILLIC", "kk": "CYRILLIC", "kk-Arab": "ARABIC", "ug": "ARABIC", "zh": "CJK"} | {
    "tr": "LATIN",
    "uz": "LATIN",
}
OURS = re.compile(r"`[^`]*`|\{[a-z_]+\}|(?<![\w/])/[a-z]+|\b(?:Telegram|WhatsApp|Panah)\w*")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_one_of_them_and_speaks_it_itself(language: str) -> None:
    assert set(RELATIVES) <= required(language) & set(entries(language))
    assert [key for key in RELATIVES if spoken(key, language) != language] == []


UNITED_NATIONS = {"en": "UN ", "ru": "ООН", "kk": "БҰҰ", "kk-Arab": "ب ۇ ۇ", "ug": "ب د ت", "zh": "联合国"} | {
    "tr": "BM ",
    "uz": "BMT",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("body", ["un", "unhcr"])
def test_who_signs_a_release_beforehand_reads_that_it_goes_to_the_united_nations(language: str, body: str) -> None:
    assert UNITED_NATIONS[language] in say_plain(f"option.sealed.{body}", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_over_from_another_script(language: str) -> None:
    for key in TELLING:
        words = OURS.sub(" ", entries(language)[key].text)
        scripts = {
            unicodedata.name(letter).split()[0] for letter in words if unicodedata.category(letter) in {"Lo", "Ll"}
        }
        assert scripts <= {SCRIPT[language]}, key


@settings(max_examples=60)
@given(
    key=st.sampled_from(RELATIVES),
    language=st.sampled_from(LANGUAGES),
    value=st.text(alphabet=st.characters(), max_size=40),
)
def test_what_is_filled_in_stands_there_as_it_is_and_changes_nothing_else(key: str, language: str, value: str) -> None:
    values = dict.fromkeys(placeholders(key), value)
    said, typed_out = say(key, language, **values), say_plain(key, language, **values)
    assert not values or (isolate(value) in said and typed(plain(value)) in typed_out)
    lines = entries(language)[key].text.count("\n")
    assert said.count("\n") == typed_out.count("\n") == lines, "a value is one line"
    assert not values or "<b>{x}&\\" in say(key, language, **dict.fromkeys(values, "<b>{x}&\\")), (
        "nothing is escaped here"
    )


@pytest.mark.parametrize("language", [language for language in LANGUAGES if is_right_to_left(language)])
@pytest.mark.parametrize("code", ["K7M-4TX", "477-V23", "423-679"])
def test_codes_and_times_keep_their_order_between_arabic_letters(language: str, code: str) -> None:
    """What stands in an isolate is laid out by itself."""
    time = local_time(datetime(2026, 3, 5, 17, 5, tzinfo=UTC), "Asia/Almaty", language)
    for key in RELATIVES:
        values = dict.fromkeys(placeholders(key), "12") | {"code": code, "time": time}
        said = say(key, language, **values)
        if "{code}" in entries(language)[key].text:
            assert f"\u2068{code}\u2069" in said.replace("\u2066", "").replace("\u2069\u2069", "\u2069"), key
        if "{time}" in entries(language)[key].text:
            assert f"\u2068{time}\u2069" in said
