"""Who is on call is told so, tested before it, and missed before anybody needs them."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.occasions.roster_changes import cover
from alerts.policy.policies import duty_named
from contacts.directory import find_contact, put_contact
from contacts.values import ContactCard, Role
from tests.story import Town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Phone
    from store.vault import KeyRing

pytestmark = pytest.mark.heavy

MONDAY_EVE = {"days": 6, "hours": 8, "minutes": 30}
"""From the beginning of a story, Monday 23:00, to the next Monday, an hour and a half before the hand-off at 09:00."""


def rosters(*members: str, every: str = "1 week", handoff: str = "Mon 09:00", zone: str = "Asia/Almaty") -> str:
    """A policy that asks whoever is on ``duty``: of two members this week the second, next week the first."""
    return f"""\
policies:
  - name: test
    applies_to: {{jurisdictions: [KZ], risk: any}}
    repeat: 2
    needs:
      coordinator:
        - {{notify: [{{roster: duty}}], channels: [telegram], wait: 2m}}
rosters:
  - name: duty
    timezone: {zone}
    rotation: {{every: {every}, handoff: "{handoff}", members: [{", ".join(members)}]}}
"""


def heard(phone: Phone, words: str) -> int:
    return sum(words in message.plain for message in phone.messages)


@contextmanager
def somewhen(database_url: str, ring: KeyRing, begins_at: datetime) -> Iterator[Town]:
    with Town(database_url, ring, begins_at) as town:
        yield town


def test_a_hand_off_is_told_once_to_who_goes_and_who_comes(town: Town) -> None:
    town.policy(rosters("Aigerim", "Timur"))
    aigerim, timur, marat = town.team(Aigerim="coordinator", Timur="coordinator", Marat="coordinator")
    with town.silence(aigerim, timur, marat):
        town.later(minutes=2)  # who is on call was so before there were rosters here
    town.later(**MONDAY_EVE)
    town.later(minutes=40)
    aigerim.taps("Confirm", on=aigerim.sees("This is a test. You go on call at"))
    aigerim.sees("Confirmed: you go on call")
    # Another process looks as well. It does not poll: to a clock that jumps the poller's lease would seem to be over.
    with town.running(town.build(), frozenset({"worker"})), town.silence(marat):
        town.later(minutes=50)
        aigerim.sees("You are on call now: duty")
        timur.sees("Your shift is over: duty. Aigerim is on call now")
        for _ in range(3):
            town.later(minutes=2)
    town.rests()
    assert (heard(aigerim, "on call now"), heard(timur, "shift is over")) == (1, 1)
    gulnar = town.relative()
    with town.silence(timur, marat):
        gulnar.writes("hello")
        aigerim.sees(town.code_on(gulnar))


def test_an_unconfirmed_test_is_told_and_taken_back(town: Town) -> None:
    town.policy(rosters("Aigerim", "Timur"))
    aigerim, timur, marat = town.team(Aigerim="coordinator", Timur="coordinator", Marat="coordinator")
    town.later(minutes=2)
    town.later(**MONDAY_EVE)
    town.later(minutes=30)
    test = aigerim.sees("This is a test")
    with town.silence(timur, marat):
        town.later(minutes=40)
    town.later(minutes=6)
    for phone in (timur, marat):
        phone.sees("Aigerim goes on call at")
        phone.sees("has not confirmed the test")
    with town.silence(aigerim, timur, marat):
        town.later(minutes=3)
    aigerim.taps("Confirm", on=test)
    for phone in (timur, marat):
        phone.sees("Aigerim has confirmed the test after all")
    town.later(minutes=15)
    aigerim.sees("You are on call now")


def test_a_test_that_nobody_could_send_in_time_is_sent_late_and_leaves_time_to_confirm(town: Town) -> None:
    town.policy(rosters("Aigerim", "Timur"))
    aigerim, timur = town.team(Aigerim="coordinator", Timur="coordinator")
    town.later(minutes=2)
    town.later(**MONDAY_EVE)
    with town.silence(timur):
        town.later(minutes=80)  # the machine was off until ten minutes before the hand-off
        aigerim.sees("This is a test")
        town.later(minutes=5)
    town.later(minutes=10, seconds=30)
    timur.sees("has not confirmed the test")


def test_holes_are_told_the_day_before_and_once(town: Town) -> None:
    town.policy(rosters("Aigerim", "Nobody-Knows"))
    (aigerim,) = town.team(Aigerim="coordinator")
    town.later(minutes=2)
    first = aigerim.sees("duty: nobody is on call from")
    with town.silence(aigerim):
        town.later(days=2)
    town.later(days=11, hours=8)  # Monday morning again, and nobody's week begins
    aigerim.sees("duty: nobody is on call from", after=first)


def test_who_cannot_be_reached_or_may_not_act_any_more_is_missed_a_day_before(town: Town) -> None:
    town.policy(rosters("Aigerim", "Timur"))
    (timur,) = town.team(Timur="coordinator")
    aigerim = town.helper("Aigerim", linked=False)
    town.later(minutes=2)
    with town.silence(timur):
        town.later(days=5)
    town.later(days=1)
    timur.sees("it is Aigerim's turn from 9 March 2026, 09:00 (Almaty) until 16 March 2026, 09:00 (Almaty)")
    timur.sees("no alert would reach them")
    aigerim.command(f"/link {town.link_code('Aigerim')}")
    aigerim.sees("This account is linked")
    with town.house.store.unit("test") as unit:
        put_contact(
            unit,
            ContactCard(
                "Aigerim",
                Role.COORDINATOR,
                languages=("en",),
                timezone="Asia/Almaty",
                may_act_until=date(2026, 3, 10),
            ),
        )
    with town.silence(timur):
        town.later(minutes=2)
    town.later(days=1, hours=1, minutes=10)
    for phone in (timur, aigerim):
        phone.sees("their term has ended")


def test_who_covers_is_told_at_once_and_asked_for_as_long_as_agreed(town: Town) -> None:
    town.policy(rosters("Aigerim", "Timur"))
    timur, marat = town.team(Timur="coordinator", Marat="coordinator")
    town.helper("Aigerim")
    town.later(minutes=2)
    with town.house.store.unit("test") as unit:
        duty, contact = duty_named(unit, "duty"), find_contact(unit, "Marat")
        assert duty is not None
        assert contact is not None
        assert cover(unit, duty, contact, unit.now, unit.now + timedelta(hours=3)) is None
    marat.sees("You are on call for duty from")
    marat.sees("You are on call now: duty")
    timur.sees("Your shift is over: duty. Marat is on call now")
    gulnar = town.relative()
    with town.silence(timur):
        gulnar.writes("hello")
        marat.taps("Accept", on=marat.sees(town.code_on(gulnar)))
        gulnar.sees("has taken")
    town.later(hours=2, minutes=30)
    timur.taps("Confirm", on=timur.sees("This is a test"))
    town.later(minutes=31)
    timur.sees("You are on call now: duty")
    marat.sees("Your shift is over: duty. Timur is on call now")


def test_a_shift_follows_the_clock_on_the_wall_when_it_is_put_forward(town: Town) -> None:
    town.policy(rosters("Aigerim", "Timur", every="1 day", handoff="09:00", zone="Europe/Berlin"))
    phones = town.team(Aigerim="coordinator", Timur="coordinator")
    town.later(days=26, hours=10, minutes=30)  # Sunday 29 March, 04:30 UTC: Berlin has just gone to summer time
    with town.silence(*phones):
        town.later(minutes=80)
    town.later(minutes=12)  # 06:02 UTC is 08:02 there
    town.rests()
    assert sum(heard(phone, "This is a test. You go on call at") for phone in phones) == 1
    with town.silence(*phones):
        town.later(minutes=30)
    before = sum(heard(phone, "You are on call now") for phone in phones)
    town.later(minutes=29)  # 07:01 UTC
    town.rests()
    assert sum(heard(phone, "You are on call now") for phone in phones) == before + 1


def test_a_shift_follows_the_clock_on_the_wall_when_kazakhstan_moved(database_url: str, ring: KeyRing) -> None:
    with somewhen(database_url, ring, datetime(2024, 2, 29, 18, 0, tzinfo=UTC)) as town:
        town.policy(rosters("Aigerim", "Timur", every="1 day", handoff="09:00"))
        phones = town.team(Aigerim="coordinator", Timur="coordinator")
        town.later(minutes=2)
        with town.silence(*phones):
            town.later(hours=8, minutes=50)  # 02:52 UTC: on the day before this was eight minutes to nine
        town.later(minutes=10)
        town.rests()
        assert sum(heard(phone, "This is a test") for phone in phones) == 1
        with town.silence(*phones):
            town.later(minutes=3)
        town.later(minutes=56)  # 04:01 UTC
        town.rests()
        assert sum(heard(phone, "You are on call now") for phone in phones) == 1
