import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texts import catalogue
from texts.catalogue import FALLBACKS, LANGUAGES, drafts, keys, placeholders, say, say_plain
from texts.locale import is_right_to_left

FSI, LRI, PDI, RLM = "\u2068", "\u2066", "\u2069", "\u200f"

all_keys = st.sampled_from(sorted(keys()))
languages = st.sampled_from([*LANGUAGES, "de", ""])
# Braces in a value stay as the person wrote them, so they would hide a placeholder that was left behind.
brace_free = st.text(alphabet=st.characters(exclude_characters="{}"))


def values_for(key: str, value: str) -> dict[str, str]:
    return dict.fromkeys(placeholders(key), value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_reply_carries_the_code_in_every_language(language: str) -> None:
    said = say("reply.first", language, code="K7M-4TX")

    assert f"{FSI}K7M-4TX{PDI}" in said
    assert len(said) <= 450


@given(key=all_keys, language=languages, value=brace_free)
def test_no_placeholder_is_ever_left_and_isolates_are_balanced(key: str, language: str, value: str) -> None:
    said = say(key, language, **values_for(key, value))

    assert "{" not in said
    assert said.count(FSI) + said.count(LRI) == said.count(PDI)
    said.encode("utf-8")


@given(key=all_keys, language=languages, value=st.text())
def test_plain_words_hold_no_invisible_characters(key: str, language: str, value: str) -> None:
    said = say_plain(key, language, **values_for(key, value))

    assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", said)


def test_a_value_that_looks_like_a_placeholder_is_not_filled() -> None:
    said = say("staff.taken_by", "en", code="K7M-4TX", name="{code}")

    assert said.count("K7M-4TX") == 1
    assert "{code}" in said


def test_numbers_are_written_with_plain_digits() -> None:
    assert f"{FSI}15{PDI}" in say("staff.open_link", "ru", code="K7M-4TX", minutes=15)


def test_values_that_a_text_does_not_use_are_ignored() -> None:
    assert say("button.accept", "en", code="K7M-4TX") == "Accept"


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(KeyError, match=r"reply\.firts"):
        say("reply.firts", "kk")


def test_a_missing_value_is_named_and_the_others_are_not_told() -> None:
    with pytest.raises(KeyError, match=r"reply\.waiting_hotlines.*hotlines") as failure:
        say("reply.waiting_hotlines", "en", code="K7M-4TX")

    assert "K7M-4TX" not in str(failure.value)


@pytest.mark.parametrize(("language", "spoken"), [("kk-Arab", "kk"), ("zh", "en"), ("de", "en")])
def test_a_missing_text_is_spoken_in_the_next_language(language: str, spoken: str) -> None:
    assert say("button.accept", language) == say("button.accept", spoken)


def test_every_language_ends_in_english() -> None:
    assert set(FALLBACKS) == set(LANGUAGES)
    assert all((language, *FALLBACKS[language])[-1] == "en" for language in LANGUAGES)


def test_commands_are_isolated_only_where_text_runs_from_right_to_left() -> None:
    for language in LANGUAGES:
        isolated = f"{RLM}{FSI}/status{PDI}" in say("reply.help", language)
        assert isolated == is_right_to_left(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_can_be_sent_as_sms_without_isolates(language: str) -> None:
    assert "/status" in say_plain("reply.help", language).split()


def test_only_translations_can_be_drafts() -> None:
    assert drafts("en") == frozenset()
    for language in LANGUAGES[1:]:
        assert drafts(language) <= keys()


PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

# review: done
#. Relative, at night.
#. en| Hello,
#. en| {name}
msgid "reply.first"
msgstr ""
"Привет,\\n"
"{name}"

# review: draft
#, fuzzy
msgid "reply.added"
msgstr "Угадано"
"""


def test_what_comments_say_is_read() -> None:
    entry = catalogue.read_entries(PO.encode(), "ru")["reply.first"]

    assert entry.text == "Привет,\n{name}"
    assert entry.notes == ("Relative, at night.",)
    assert entry.quoted == "Hello,\n{name}"
    assert entry.marks == (catalogue.REVIEWED,)
    assert entry.placeholders == {"name"}


def test_a_guess_of_a_tool_is_recognised() -> None:
    assert catalogue.read_entries(PO.encode(), "ru")["reply.added"].fuzzy


def test_a_language_without_catalogue_is_refused() -> None:
    with pytest.raises(KeyError, match="de"):
        catalogue.entries("de")
