"""What somebody said in a call must not stay with its provider: it is made to forget, however long that takes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.channels.port import TemporaryFailure
from alerts.messages.incoming import HOUSE, drop_what_is_forgotten, have_forgotten
from alerts.models import Delivery
from app.erasing.erasure import erase_case
from cases.files import PER_HOUR
from cases.models import Case
from cases.retention import close_case
from dialogue.calling import find_call, note_recording, take_call
from store.chats import VOICE, find_chat
from tests.channels.night import CHANNELS

if TYPE_CHECKING:
    from tests.channels.night import Night

NUMBER = "+77000000077"
SID = "CA" + "0" * 32
DOWN = TemporaryFailure("provider_down", "the provider does not answer")


def recording(number: int) -> str:
    return f"RE{number:032}"


@pytest.fixture(autouse=True)
def call(night: Night) -> None:
    with night.store.unit("webhook") as unit:
        take_call(unit, SID, NUMBER, "en")


def leaves(night: Night, *recordings: str) -> None:
    with night.store.unit("webhook") as unit:
        called = find_call(unit, SID)
        assert called is not None
        for one in recordings:
            note_recording(unit, called, one)
    night.works()


def test_a_recording_that_is_one_too_many_to_fetch_is_erased_where_it_lies(night: Night) -> None:
    leaves(night, *(recording(number) for number in range(PER_HOUR + 1)))
    assert night.redacted("voice") == [recording(PER_HOUR)]


def test_a_provider_that_does_not_answer_for_days_is_asked_until_it_has_forgotten(night: Night) -> None:
    night.channels["voice"].fail(DOWN, DOWN)
    with night.store.unit("test") as unit:
        have_forgotten(unit, VOICE, recording(1))
    night.works()
    night.clock.advance(timedelta(days=3))
    night.works()
    assert not night.redacted("voice")
    night.later(hours=2)
    assert night.redacted("voice") == [recording(1)]


def test_what_was_not_forgotten_when_its_provider_was_taken_away_is_when_it_is_back(night: Night) -> None:
    with night.store.unit("test") as unit:
        have_forgotten(unit, VOICE, recording(1))
    night.sets_up("telegram")
    night.later(hours=1)
    night.sets_up(*CHANNELS)
    night.works()
    assert night.redacted("voice") == [recording(1)]


def test_a_recording_that_was_never_fetched_is_erased_there_when_its_case_is_erased_here(night: Night) -> None:
    leaves(night, recording(1))
    with night.store.unit("test") as unit:
        case_id = unit.session.scalars(select(Case.id)).one()
        close_case(unit, case_id, by="cli", note="he is home")
    night.works()
    night.channels["voice"].fail(DOWN)
    erase_case(night.store, case_id, by="test")
    night.later(minutes=1)
    assert night.redacted("voice") == [recording(1)]
    night.later(days=2)
    with night.store.unit("test") as unit:
        drop_what_is_forgotten(unit)
        house = find_chat(unit, VOICE, HOUSE)
        assert house is not None
        assert not unit.session.scalars(select(Delivery.id).where(Delivery.chat_id == house.id)).all()
