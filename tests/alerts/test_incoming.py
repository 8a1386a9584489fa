"""What is kept of a text until it is heard: read back whole, and by no means lost where it was kept in another way."""

from __future__ import annotations

import pytest

from alerts.messages.incoming import PHOTO, Attached, IncomingText, pack, unpack


@pytest.mark.parametrize(
    "text",
    [
        IncomingText("SM1", "Ағамды алып кетті \u2066\x00"),
        IncomingText("SM1", "", (Attached("ME1", "voice"), Attached("ME2", PHOTO)), (43.25, -76.9)),
    ],
)
def test_what_is_kept_is_read_back(text: IncomingText) -> None:
    assert unpack(pack(text)) == text


@pytest.mark.parametrize(
    "kept",
    ["they took my brother", "", "112", "null", "true", '"yes"', "[1, 2]", "{}", '{"sid": "SM1"}', "[" * 100_000],
)
def test_words_that_an_earlier_release_kept_are_words(kept: str) -> None:
    assert unpack(kept) == IncomingText("", kept)


@pytest.mark.parametrize("place", ['"here"', "[1]", "{}", "7"])
def test_where_a_part_cannot_be_read_all_of_it_is_heard(place: str) -> None:
    kept = f'{{"sid": "SM1", "words": "help", "place": {place}}}'
    assert unpack(kept) == IncomingText("", kept)


def test_a_file_of_which_no_kind_was_kept_is_a_photo() -> None:
    kept = '{"sid": "SM1", "words": "", "pictures": ["ME1", "ME2"], "kinds": ["voice"]}'
    assert unpack(kept).files == (Attached("ME1", "voice"), Attached("ME2", PHOTO))
