"""The words in what was sent, whatever it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.words import words_in

JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)
FIELDS = st.sampled_from(["caption", "venue", "contact", "document", "location", "title", "latitude", "phone_number"])


def test_a_text_is_its_words() -> None:
    assert words_in("text", '{"caption": "no"}') == '{"caption": "no"}'


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"caption": "they took him\nhere", "photo": []}, "they took him\nhere"),
        ({"location": {"latitude": 43.35, "longitude": 77.04}}, "43.35, 77.04"),
        (
            {"location": {"latitude": 1, "longitude": 2}, "venue": {"title": "Police", "address": "Street 2"}},
            "Police\nStreet 2\n1, 2",
        ),
        ({"venue": {"title": "Airport", "location": {"latitude": 1, "longitude": 2}}}, "Airport\n1, 2"),
        (
            {"contact": {"first_name": "Gulnar", "last_name": "Invented", "phone_number": "+77000000022"}},
            "Gulnar Invented\n+77000000022",
        ),
        ({"document": {"file_name": "order.pdf"}}, "order.pdf"),
        ({"voice": {"duration": 3}}, ""),
    ],
)
def test_what_was_sent_is_read_a_line_each(sent: dict[str, object], words: str) -> None:
    assert words_in("any", json.dumps(sent)) == words


@given(st.text())
def test_what_is_no_description_has_no_words(content: str) -> None:
    assert isinstance(words_in("photo", content), str)


def test_what_is_nested_too_deeply_has_none_either() -> None:
    assert words_in("photo", "[" * 200_000) == ""


@settings(max_examples=60)
@given(st.dictionaries(FIELDS, st.dictionaries(FIELDS, JSON, max_size=3) | JSON, max_size=3))
def test_no_description_is_too_strange(sent: dict[str, object]) -> None:
    assert isinstance(words_in("photo", json.dumps(sent)), str)
