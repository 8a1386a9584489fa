"""Messages as they may come: whatever is in them, they are read, and what they hold is found."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.reading import FILES, SERVICE, wrapping_of
from bot.updates import Elsewhere, MalformedUpdateError, Message, Nothing, read_update

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (*FILES, "text", "caption", "location", "forward_origin", "media_group_id", "paid_media", "message_id", "from",
          "date", "poll", "reply_to_message", "a_field_of_next_year")  # fmt: skip
MESSAGES = st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=6)


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 7, "date": 1772000000, "chat": {"id": 7000001, "type": "private"}, **fields}


@given(MESSAGES, st.sampled_from(["message", "edited_message"]))
def test_whatever_a_message_holds_it_is_read_or_refused_as_malformed(fields: dict[str, Any], update: str) -> None:
    try:
        read = read_update(json.dumps({"update_id": 1, update: message(**fields)}))
    except MalformedUpdateError:
        return
    assert isinstance(read, Message | Nothing | Elsewhere)


def test_the_largest_of_the_sizes_of_a_picture_is_its_file() -> None:
    sizes = [
        {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60, "file_size": 900},
        {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 960, "file_size": 90_000},
        {"file_id": "middle", "file_unique_id": "m", "width": 320, "height": 240, "file_size": 9_000},
    ]
    (file,) = wrapping_of(message(photo=sizes), edited=False).files
    assert (file.kind, file.source, file.unique, file.size) == ("photo", "large", "l", 90_000)


def test_a_moving_picture_is_one_file_though_it_is_shown_as_two() -> None:
    held = {"file_id": "one", "file_unique_id": "1"}
    files = wrapping_of(message(animation=held, document=held), edited=False).files
    assert [file.kind for file in files] == ["animation"]


def test_each_part_of_what_has_to_be_paid_for_is_a_file() -> None:
    photo = [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]
    paid = {"star_count": 1, "paid_media": [{"type": "photo", "photo": photo}, {"type": "preview"}]}
    assert [file.source for file in wrapping_of(message(paid_media=paid), edited=False).files] == ["p"]


def test_what_telegram_itself_says_is_nothing_to_us() -> None:
    for name in SERVICE:
        assert read_update(json.dumps({"update_id": 1, "message": message(**{name: {}})})) == Nothing()


def test_a_file_is_not_in_a_repr() -> None:
    assert "secret" not in repr(
        wrapping_of(message(voice={"file_id": "secret", "file_unique_id": "secret"}), edited=False)
    )
