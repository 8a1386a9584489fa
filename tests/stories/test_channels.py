"""Every channel, over real HTTP and SMTP: whichever provider is broken, a human hears of it and can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Attempt, Delivery
from tests.conftest import START
from tests.story import Town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sandbox import Phone
    from store.vault import KeyRing

POLICY = """\
policies:
  - name: every channel
    repeat: 2
    needs:
      coordinator:
        - {notify: [{person: Aigerim}], channels: [telegram, sms, voice, email], order: in_turn, gap: 30s, wait: 5m}
        - {notify: [{person: Timur}], channels: [telegram, voice], wait: 5m}
"""
HELLO = "hello"
EVERY = frozenset({"telegram", "sms", "voice", "email"})


class EveryChannel(Town):
    """A town whose helpers have a number and a mailbox beside Telegram."""

    has_every_channel = True


@pytest.fixture
def town(database_url: str, ring: KeyRing) -> Iterator[EveryChannel]:
    with EveryChannel(database_url, ring, START) as town:
        town.policy(POLICY)
        yield town


@pytest.fixture
def both(town: EveryChannel) -> tuple[Phone, ...]:
    return town.team(Aigerim="coordinator", Timur="coordinator")


@pytest.fixture
def aigerim(both: tuple[Phone, ...]) -> Phone:
    return both[0]


@pytest.fixture
def timur(both: tuple[Phone, ...]) -> Phone:
    return both[1]


def test_nobody_answers_in_telegram_so_a_text_and_then_a_call_come(town: EveryChannel, aigerim: Phone) -> None:
    gulnar = town.relative()
    gulnar.writes(HELLO)
    code = town.code_on(gulnar)
    aigerim.sees(code)
    town.later(seconds=31)
    assert code in aigerim.gets_text(code).body
    town.later(seconds=31)
    call = aigerim.rings()
    call.answers()
    call.hears("needs a coordinator")
    call.presses("1")
    call.hears("Thank you")
    gulnar.sees("has taken your report")


def test_a_call_in_which_no_key_is_pressed_answers_nothing_and_the_next_person_is_asked(
    town: EveryChannel, aigerim: Phone, timur: Phone
) -> None:
    gulnar = town.relative()
    gulnar.writes(HELLO)
    code = town.code_on(gulnar)
    town.later(seconds=31)
    town.later(seconds=31)
    call = aigerim.rings().answers()
    call.hears("needs a coordinator")
    for _ in range(6):
        town.later(seconds=20)
    assert call.is_over() == "completed"
    assert aigerim.messages[-1].button("Accept"), "she may still take it"
    town.later(minutes=4)
    timur.sees(code)


def test_what_is_said_to_a_voicemail_has_reached_nobody_and_the_next_channel_carries_on(
    town: EveryChannel, aigerim: Phone
) -> None:
    gulnar = town.relative()
    gulnar.writes(HELLO)
    code = town.code_on(gulnar)
    town.later(seconds=31)
    town.later(seconds=31)
    aigerim.rings().goes_to_voicemail()
    aigerim.gets_mail(code)


def test_a_yes_by_text_is_confirmed_by_a_key_in_our_call(town: EveryChannel, aigerim: Phone) -> None:
    gulnar = town.relative()
    with town.sandbox.faults.forbids(chat=aigerim):
        gulnar.writes(HELLO)
        text = aigerim.gets_text("Reply")
        number = "".join(sign for sign in text.body.partition("Reply ")[2][:6] if sign.isdigit())
        aigerim.texts(f"{number} А")
        aigerim.gets_text("confirm")
        call = aigerim.rings()
        call.answers()
        call.hears("in your name")
        call.presses("1")
        gulnar.sees("has taken your report")


def test_a_mail_scanner_opens_the_link_and_answers_nothing(town: EveryChannel, aigerim: Phone) -> None:
    gulnar = town.relative()
    gulnar.writes(HELLO)
    code = town.code_on(gulnar)
    for _ in range(3):
        town.later(seconds=31)
    mail = aigerim.gets_mail(code)
    (link,) = [one for one in mail.links if "/answer/" in one]
    assert town.looks_at(link).status_code == 200
    town.rests()
    assert aigerim.messages[-1].button("Accept"), "looking has answered nothing"
    town.web.post(link.partition("example.org")[2], data={"answer": "accept"})
    aigerim.taps("Yes, I take it")
    gulnar.sees("has taken your report")


@pytest.mark.parametrize(
    "broken", ["telegram", *(pytest.param(name, marks=pytest.mark.long) for name in ("sms", "voice", "email"))]
)
def test_each_provider_in_turn_is_broken_and_a_human_is_reached(
    town: EveryChannel, aigerim: Phone, broken: str
) -> None:
    with outage(town, broken):
        if broken == "telegram":
            town.sandbox.phone("Somebody", telegram=False, number="+77000000777").texts("they took my brother")
            aigerim.gets_text("Reply")
        else:
            town.relative().writes(HELLO)
            aigerim.sees("NEW")
        for _ in range(4):
            town.later(seconds=31)
        town.rests()
    assert {channel for channel, came in arrivals(aigerim).items() if came} == EVERY - {broken}
    calls = outcomes_of(town, broken)
    assert calls, "it was tried, and the record says so"
    assert "sent" not in calls


def outcomes_of(town: EveryChannel, channel: str) -> set[str | None]:
    """How the calls ended by which a channel was to ask somebody for something."""
    with town.house.store.read() as unit:
        outcomes = (
            select(Attempt.outcome)
            .join(Delivery, Delivery.id == Attempt.delivery_id)
            .where(Delivery.channel == channel, Delivery.asks)
        )
        return set(unit.session.scalars(outcomes))


def arrivals(phone: Phone) -> dict[str, int]:
    """What has come to a phone, by channel."""
    return {
        "telegram": len(phone.messages),
        "sms": len(phone.sms),
        "voice": len(phone.calls),
        "email": len(phone.mails),
    }


def outage(town: EveryChannel, channel: str) -> AbstractContextManager[object]:
    """A provider cannot be reached."""
    match channel:
        case "telegram":
            return town.sandbox.outage()
        case "email":
            return town.sandbox.mail.faults.outage()
        case _:
            return town.sandbox.twilio.faults.outage(channel)
