"""Whatever Telegram does, on one and the same day: who can be reached is reached, and nothing is lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from contacts.models import ContactMethod
from sandbox.telegram.errors import unauthorized
from tests.bad_days.books import kept_words
from tests.bad_days.storm import wait_for_calm

if TYPE_CHECKING:
    from sandbox import Phone
    from tests.bad_days.ground import Ground

pytestmark = pytest.mark.processes
LIMIT = 3
"""Seconds for which Telegram wants to be left alone."""


def is_out_of_reach(ground: Ground) -> bool:
    """Whether somebody's account was found to take nothing more."""
    with ground.house.store.read() as unit:
        return unit.session.scalar(select(ContactMethod.id).where(ContactMethod.dead_at.is_not(None))) is not None


@pytest.mark.heavy
@pytest.mark.timeout(200)
@pytest.mark.parametrize("down", [2, pytest.param(30, marks=pytest.mark.long)])
def test_everything_telegram_can_do_to_us(ground: Ground, down: int) -> None:
    program = ground.running()
    aigerim, dana = ground.team()
    timur = ground.helper("Timur")
    ground.linked(timur)
    faults = ground.sandbox.faults
    wrote = {}

    def reports(name: str) -> str:
        phone = ground.relative(name)
        wrote[phone.chat_id] = [f"they took {name}'s brother"]
        phone.writes(f"they took {name}'s brother")
        return ground.code_on(phone)

    with faults.never_answers(accepted=True, chat=aigerim, times=1):  # and meanwhile, to the others:
        lost = reports("Gulnar")
        dana.sees(lost)
        first = aigerim.sees(lost)

    with faults.too_many_requests(LIMIT, chat=dana, times=5):
        limited = reports("Zarina")
        timur.sees(limited)

    with faults.forbids(chat=timur):
        blocked = reports("Alim")
        dana.sees(limited)
        dana.sees(blocked)
        ground.sandbox.wait_until(lambda: is_out_of_reach(ground))

    with ground.sandbox.outage():
        during = ground.relative("Madina")
        wrote[during.chat_id] = ["they took my father"]
        during.writes("they took my father")
        time.sleep(down)
    dana.sees(ground.code_on(during))

    with faults.refuses(unauthorized()):
        late = ground.relative("Serik")
        wrote[late.chat_id] = ["they took my uncle"]
        late.writes("they took my uncle")
        ground.sandbox.wait_until(lambda: "token_refused" in program.log)
    dana.sees(ground.code_on(late))

    aigerim.sees(lost, after=first)  # its answer never came, so that it was sent again
    wait_for_calm(ground)
    once = dict.fromkeys(ground.case_codes(), 1)
    assert pages_on(dana, ground) == once
    assert pages_on(aigerim, ground) == {**once, lost: 2}
    assert pages_on(timur, ground)[blocked] == 0
    assert kept_words(ground.house) == wrote
    assert ground.house.store.verify_log() == []
    assert ground.environment["TELEGRAM_BOT_TOKEN"] not in program.log
    assert program.is_running


def pages_on(phone: Phone, ground: Ground) -> dict[str, int]:
    """How often each case was shown with a button to accept it."""
    asked = [message for message in phone.messages if message.button("Accept")]
    return {code: sum(message.says(code) for message in asked) for code in ground.case_codes()}
