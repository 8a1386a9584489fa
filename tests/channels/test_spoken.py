"""A reply in somebody's voice, for whoever cannot read: tried more than once, and never in the way of the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.channels.port import TemporaryFailure
from alerts.messages.outbox import enqueue
from store.chats import find_or_open_chat

if TYPE_CHECKING:
    from pathlib import Path

    from tests.channels.night import Night

GULNAR = "7000077"
DOWN = TemporaryFailure("down", "the provider does not answer")


def replies_to_gulnar(night: Night, folder: Path) -> None:
    (folder / "en").mkdir()
    (folder / "en" / "reply.first.mp3").write_bytes(b"ID3 invented")
    night.speaks_from(folder)
    night.channels["telegram"].fail_at(GULNAR, DOWN)
    with night.store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", GULNAR)
        enqueue(unit, chat, "reply.first", language="en", values={"code": "K7M-4TX"})
    night.works()


def test_a_reply_that_failed_once_is_spoken_when_it_is_sent_again(night: Night, tmp_path: Path) -> None:
    replies_to_gulnar(night, tmp_path)
    night.channels["telegram"].fail_at(GULNAR, None)
    night.later(minutes=1)
    (sent,) = night.sent("telegram", GULNAR)
    assert sent.recording == tmp_path / "en" / "reply.first.mp3"


def test_whatever_stands_in_the_way_of_the_voice_lets_the_words_through_after_a_few_tries(
    night: Night, tmp_path: Path
) -> None:
    replies_to_gulnar(night, tmp_path)
    night.later(minutes=1)
    night.channels["telegram"].fail_at(GULNAR, None)
    night.later(minutes=1)
    (sent,) = night.sent("telegram", GULNAR)
    assert sent.recording is None
    assert "K7M-4TX" in sent.text
