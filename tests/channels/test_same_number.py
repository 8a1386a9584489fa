"""Two doors and one number: what comes in by both in the same instant is one case."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.models import Case, Report
from dialogue.by_sms import hear_text
from dialogue.calling import take_call
from store.chats import find_or_open_chat

if TYPE_CHECKING:
    from tests.channels.night import Night

NUMBER = "+77000000077"
SID = "CA" + "0" * 32


def test_a_text_and_a_call_in_the_same_instant_are_one_case(night: Night) -> None:
    called = Event()

    def calls() -> None:
        with night.store.unit("webhook") as unit:
            take_call(unit, SID, NUMBER, "en")
        called.set()

    with night.store.unit("test") as unit:
        hear_text(unit, find_or_open_chat(unit, "sms", NUMBER), "they took my brother")
        caller = Thread(target=calls)
        caller.start()
        assert not called.wait(0.3), "what comes second waits for the first"
    caller.join()
    with night.store.read() as unit:
        assert len(unit.session.scalars(select(Case.id)).all()) == 1
        assert sorted(unit.session.scalars(select(Report.door))) == ["sms", "voice"]
