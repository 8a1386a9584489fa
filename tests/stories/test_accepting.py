"""Somebody takes it: everybody who was asked knows who, the relative hears once, the other search goes on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from cases.links import LINK_MINUTES

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town

HOLDING = ["Open", "Contact made", "Give it back"]
BOTH_AT_ONCE = """\
policies:
  - name: both
    applies_to: {jurisdictions: [KZ], risk: any}
    needs:
      coordinator:
        - {notify: [{role: coordinator}], channels: [telegram], wait: 10m}
      lawyer:
        - {notify: [{role: lawyer}], channels: [telegram], wait: 10m}
"""


def test_buttons_vanish_for_everybody_who_was_asked(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    team.aigerim.sees(code)
    town.later(minutes=2)
    team.timur.taps("Accept")
    team.timur.is_told(f"You have taken {code}")
    assert [button.label for button in team.timur.sees(f"You have taken {code}").buttons] == HOLDING
    assert team.aigerim.sees(f"{code}: taken by Timur").buttons == ()
    assert [button.label for button in team.dana.sees(code).buttons] == ["Accept", "Decline", "Open"]


def test_a_coordinator_does_not_end_the_search_for_a_lawyer_and_the_relative_hears_once(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    team.aigerim.taps("Accept")
    gulnar.sees("has taken your report")
    with town.silence(team.aigerim, gulnar):
        town.later(minutes=5, seconds=1)
        team.dana.sees("Round 2: still nobody")
        team.dana.taps("Accept")
        team.dana.sees("You have taken")


@pytest.mark.both
def test_two_accept_in_the_same_instant_and_one_wins(town: Town) -> None:
    town.policy(BOTH_AT_ONCE)
    pair = town.team(Aigerim="coordinator", Timur="coordinator")
    gulnar = town.relative()
    gulnar.writes("hello")
    pages = [phone.sees(town.code_on(gulnar)) for phone in pair]
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda one: one[0].taps("Accept", on=one[1]), zip(pair, pages, strict=True)))
    town.rests()
    winner, loser = sorted(pair, key=lambda phone: "You have taken" not in phone.messages[0].plain)
    assert "You have taken" in winner.messages[0].plain
    assert f"taken by {winner.name}" in loser.messages[0].plain
    loser.is_told(f"already been taken by {winner.name}")
    gulnar.sees("has taken your report")
    winner.taps("Accept", on=pages[pair.index(winner)])  # a thumb that taps twice changes nothing
    town.rests()
    assert winner.toasts[-1] == winner.toasts[0]


def test_late_forwarded_and_expired_buttons_do_nothing_and_say_so(town: Town, team: Team) -> None:
    stranger = town.relative("Arman")
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    page, of_dana = team.aigerim.sees(code), team.dana.sees(code)
    for other in (team.timur, stranger):
        other.taps("Accept", on=page)
    town.rests()
    answers = [call.params["text"] for call in town.sandbox.calls("answerCallbackQuery")]
    assert answers == ["This button belongs to somebody else's alert."] * 2
    town.later(minutes=2)
    team.timur.taps("Accept")
    team.aigerim.sees("taken by Timur")
    for late in ("Accept", "Decline", "Open"):
        team.aigerim.taps(late, on=page)
        town.rests()
        assert f"{code} has already been taken by Timur" in team.aigerim.screen()
    assert len(team.aigerim.toasts) == 3

    town.later(days=2, seconds=1)
    team.dana.taps("Accept", on=of_dana)
    team.dana.is_told("no longer valid. Use the newest alert")
    gulnar.taps("Being held", on=gulnar.sees("What is happening"))
    gulnar.is_told("no longer valid. Just write to us")


def test_an_account_that_is_somebody_elses_now_answers_for_nobody(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    page = team.aigerim.sees(town.code_on(gulnar))
    new_phone = town.sandbox.phone("Aigerim", role="coordinator")
    new_phone.command(f"/link {town.link_code('Aigerim')}")
    new_phone.sees("This account is linked: Aigerim")
    team.aigerim.taps("Accept", on=page)
    team.aigerim.is_told("link this account")
    team.aigerim.command(f"/link {town.link_code('Dana')}")
    team.aigerim.sees("This account is linked: Dana")
    team.aigerim.taps("Accept", on=page)
    team.aigerim.is_told("belongs to somebody else")
    with town.silence(gulnar):
        town.rests()


def test_open_comes_after_accept_and_a_link_is_used_once(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    page = team.aigerim.sees(town.code_on(gulnar))
    team.aigerim.taps("Open")
    team.aigerim.is_told("first, then open it")
    team.aigerim.taps("Accept")
    team.aigerim.taps("Open", on=team.aigerim.sees("You have taken"))
    link = team.aigerim.link("Open the page")
    for _ in range(2):  # a messenger's preview, and again
        look = town.looks_at(link)
        assert (look.status_code, "my brother" in look.text) == (200, False)
    assert "they took my brother" in town.page(link)
    assert town.looks_at(link).status_code == 404
    assert town.presses(link).status_code == 404

    team.aigerim.taps("Open", on=page)
    town.sandbox.wait_until(lambda: team.aigerim.link("Open the page") != link)
    expiring = team.aigerim.link("Open the page")
    town.later(minutes=LINK_MINUTES, seconds=1)
    assert town.presses(expiring).status_code == 404
    assert town.presses(expiring[:-1] + "A").status_code == 404
