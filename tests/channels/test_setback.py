"""What looks at what a wrong clock put off must leave alone what waits rightly, and forget no channel."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from structlog.testing import capture_logs

from alerts.channels.port import RateLimited, TemporaryFailure
from alerts.messages.incoming import have_forgotten
from alerts.models import Delivery
from alerts.sending.results import GIVE_UP_AFTER, PATIENT_STEPS, TRY_ON
from app.setback import EVERY_SECONDS, undo_setback
from cases.intake import add_message, reports_in
from cases.models import Case
from store.chats import VOICE

if TYPE_CHECKING:
    from tests.channels.night import Night

AIGERIM = "101"
NUMBER = "+77000000001"
HELLO = "hello"
A_DAY_OF_TRIES = GIVE_UP_AFTER // timedelta(seconds=PATIENT_STEPS[-1])


def looks(night: Night, minutes: float) -> list[str]:
    """Let time pass as it does beside the program's own looks at the clock; return what they say."""
    with capture_logs() as logged:
        for _ in range(int(minutes * 60 / EVERY_SECONDS)):
            night.clock.advance(timedelta(seconds=EVERY_SECONDS))
            undo_setback(night.store)
            night.works()
    return [one["event"] for one in logged if one["event"] == "clock_was_set_back"]


def test_a_conversation_that_telegram_closed_for_an_hour_is_not_asked_again_every_half_minute(night: Night) -> None:
    night.policy(coordinator="[telegram]")
    night.helper("Aigerim", telegram=AIGERIM)
    night.channels["telegram"].fail_at(AIGERIM, RateLimited("429", "slow down", retry_after=timedelta(hours=1)))
    night.reports(HELLO)
    night.works()
    night.channels["telegram"].fail_at(AIGERIM, None)
    assert not looks(night, 4.5)
    assert not night.sent("telegram", AIGERIM)
    looks(night, 7)
    assert night.sent("telegram", AIGERIM), "longer than ten minutes no conversation is left alone"


def test_what_a_provider_is_to_forget_is_tried_once_an_hour_after_a_day(night: Night) -> None:
    tries: list[str] = []

    async def is_down(provider_id: str) -> None:
        tries.append(provider_id)
        raise TemporaryFailure("down", "the provider does not answer")

    night.channels["voice"].redact = is_down  # type: ignore[attr-defined]  # a fake that can
    with night.store.unit("test") as unit:
        have_forgotten(unit, VOICE, "RE1")
    night.works()
    with night.store.unit("test") as unit:  # as if that had gone on for a day
        unit.session.execute(update(Delivery).where(Delivery.action == "redact").values(tries=A_DAY_OF_TRIES))
    night.clock.advance(timedelta(minutes=1))
    night.works()
    tries.clear()
    assert not looks(night, 30)
    assert not tries
    night.clock.advance(-timedelta(hours=5))
    assert looks(night, 1), "this one was put off by a clock that ran ahead"
    assert tries
    assert timedelta(minutes=30) < TRY_ON


def test_pages_that_wait_for_their_readers_sake_are_no_sign_of_a_wrong_clock(night: Night) -> None:
    night.policy(coordinator="[voice]")
    night.helper("Aigerim", voice=NUMBER)
    for _ in range(4):
        night.clock.advance(timedelta(seconds=61))
        night.reports(HELLO)
        night.works()
    waiting = [row.due_at for row in night.rows("voice", "Aigerim") if row.throttled and row.due_at is not None]
    assert max(waiting) > night.clock.now() + timedelta(minutes=11)
    assert not looks(night, 1)


def test_pages_that_a_wrong_clock_held_back_are_rung_by_the_right_one(night: Night) -> None:
    night.policy(coordinator="[voice]")
    night.helper("Aigerim", voice=NUMBER)
    for _ in range(5):
        night.reports(HELLO)
        night.later(seconds=10)
    heard = len(night.sent("voice"))
    assert any(row.throttled and row.due_at is not None for row in night.rows("voice", "Aigerim"))
    night.clock.advance(-timedelta(hours=6))
    looks(night, 3)
    assert len(night.sent("voice")) > heard


def test_what_a_relative_adds_is_told_by_the_right_clock_too(night: Night) -> None:
    night.policy()
    night.helper("Aigerim", telegram=AIGERIM)
    code = night.reports(HELLO)
    night.works()
    night.takes("Aigerim", code)
    adds(night, code, "he is at the airport")
    night.later(seconds=5)
    assert news(night) == 1
    night.clock.advance(-timedelta(hours=3))
    adds(night, code, "they are boarding")
    looks(night, 2)
    assert news(night) == 2


def news(night: Night) -> int:
    """How often whoever has a case was told that something was added."""
    with night.store.read() as unit:
        told = select(Delivery.id).where(Delivery.template == "staff.news", Delivery.sent_at.is_not(None))
        return len(unit.session.scalars(told).all())


def adds(night: Night, code: str, words: str) -> None:
    with night.store.unit("test") as unit:
        case = unit.session.scalars(select(Case).where(Case.code == code)).one()
        add_message(unit, reports_in(unit, case.id)[0], kind="text", content=words)


def test_whoever_was_asked_by_a_clock_that_ran_ahead_is_rung_by_the_next_channel_all_the_same(night: Night) -> None:
    night.policy(coordinator="[telegram, sms], order: in_turn, gap: 2m")
    night.helper("Aigerim", telegram=AIGERIM, sms=NUMBER)
    code = night.reports(HELLO)
    night.works()
    (page,) = night.rows("telegram", "Aigerim")
    night.clock.advance(-timedelta(hours=3))
    looks(night, 1)
    assert any(code in one.text for one in night.sent("sms", NUMBER))
    assert page.page_id in {row.page_id for row in night.rows("sms", "Aigerim")}, "for that very asking"
