"""Where a policy asks for several who accept: each takes a seat, nobody takes two, nobody is asked twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Phone
    from tests.story import Town

TWO = """\
policies:
  - name: two
    applies_to: {jurisdictions: [KZ], risk: any}
    repeat: 2
    needs:
      coordinator:
        - {notify: [{person: Aigerim}], channels: [telegram], wait: 2h}
      lawyer:
        accepts: 2
        steps:
          - {notify: [{person: Dana}, {person: Marat}], channels: [telegram], wait: 5m}
          - {notify: [{person: Zhanna}], channels: [telegram], wait: 5m}
"""
ONE = TWO.replace("accepts: 2", "accepts: 1")


@pytest.fixture
def lawyers(town: Town) -> tuple[Phone, Phone, Phone]:
    town.policy(TWO)
    town.helper("Aigerim")
    dana, marat, zhanna = town.team(Dana="lawyer", Marat="lawyer", Zhanna="lawyer")
    return dana, marat, zhanna


def reported(town: Town, gulnar: Phone) -> str:
    gulnar.writes("they took my brother")
    return town.code_on(gulnar)


def settles(town: Town) -> None:
    town.later(seconds=3)
    town.rests()


def test_two_are_wanted_and_two_different_people_have_it(town: Town, lawyers: tuple[Phone, Phone, Phone]) -> None:
    dana, marat, zhanna = lawyers
    gulnar = town.relative()
    code = reported(town, gulnar)
    dana.sees(code)
    page = marat.sees(f"LAWYER NEEDED {code}")
    settles(town)
    assert [len(phone.messages) for phone in lawyers] == [1, 1, 0], "nobody is asked twice for the same thing"
    dana.taps("Accept")
    gulnar.sees("has taken your report")
    another = marat.sees("One more is needed", after=page)
    settles(town)
    assert "taken by Dana" in marat.messages[0].plain
    with town.silence(gulnar, dana, zhanna):
        marat.taps("Accept", on=another)
        settles(town)
    assert all(phone.messages[-1].plain == f"You have taken {code}." for phone in (dana, marat))
    with town.silence(zhanna):
        town.later(minutes=12)


def test_one_person_does_not_count_as_two(town: Town, lawyers: tuple[Phone, Phone, Phone]) -> None:
    dana, marat, zhanna = lawyers
    gulnar = town.relative()
    code = reported(town, gulnar)
    page = dana.sees(code)
    dana.taps("Accept", on=page)
    dana.is_told(f"You have taken {code}")
    dana.taps("Accept", on=page)
    with town.silence(dana):
        marat.taps("Decline", on=marat.sees("One more is needed"))
        zhanna.sees(f"LAWYER NEEDED {code}")
    settles(town)  # that Marat has declined is said to him a second after he was asked, as Telegram allows
    with town.silence(dana, marat):
        zhanna.taps("Accept")
        settles(town)


def test_who_is_a_moment_late_has_the_next_seat(town: Town, lawyers: tuple[Phone, Phone, Phone]) -> None:
    dana, marat, zhanna = lawyers
    gulnar = town.relative()
    code = reported(town, gulnar)
    late, early = marat.sees(code), dana.sees(code)
    dana.taps("Accept", on=early)
    marat.taps("Accept", on=late)
    marat.is_told(f"You have taken {code}")
    settles(town)
    assert marat.messages[0].plain == f"You have taken {code}."
    marat.taps("Contact made", on=marat.messages[0])
    marat.is_told("noted")
    with town.silence(zhanna):
        town.later(minutes=30)


def test_who_declined_one_seat_is_not_asked_for_the_next(town: Town, lawyers: tuple[Phone, Phone, Phone]) -> None:
    dana, marat, zhanna = lawyers
    gulnar = town.relative()
    code = reported(town, gulnar)
    marat.taps("Decline", on=marat.sees(code))
    marat.sees("You declined")
    with town.silence(marat):
        dana.taps("Accept", on=dana.sees(code))
        zhanna.sees(f"LAWYER NEEDED {code}")


def test_a_new_policy_adds_a_seat_and_takes_it_away(town: Town, lawyers: tuple[Phone, Phone, Phone]) -> None:
    dana, marat, _ = lawyers
    town.policy(ONE)
    gulnar = town.relative()
    code = reported(town, gulnar)
    page = dana.sees(code)
    town.policy(TWO)
    town.rests()
    dana.taps("Accept", on=dana.sees("Round 2", after=page))
    another = marat.sees("One more is needed")
    settles(town)
    town.policy(ONE)
    settles(town)
    assert "no longer needs an answer" in another.plain or "no longer needs an answer" in marat.messages[-1].plain
    with town.silence(*lawyers):
        town.later(minutes=12)


def test_the_page_and_the_list_name_both(town: Town, lawyers: tuple[Phone, Phone, Phone]) -> None:
    dana, marat, _ = lawyers
    gulnar = town.relative()
    code = reported(town, gulnar)
    dana.taps("Accept", on=dana.sees(code))
    marat.taps("Accept", on=marat.sees("One more is needed"))
    marat.is_told("You have taken")
    town.later(seconds=5)
    marat.command("/cases")
    assert "Dana, Marat" in marat.sees("newest first").plain
    town.later(seconds=5)
    marat.command(f"/case {code}")
    marat.sees("One-time link")
    page = town.page(marat.link("Open the page"))
    assert page.count("Dana") == page.count("Marat") == 1
