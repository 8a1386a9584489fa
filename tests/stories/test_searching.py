"""The search never falls silent, and the relative is told the truth about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.story import HOTLINE

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town


def test_a_decline_asks_the_next_at_once_and_may_be_thought_better_of(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    page = team.aigerim.sees(code)
    team.aigerim.taps("Decline")
    team.aigerim.is_told(f"You declined {code}. We go on asking others.")
    team.timur.sees(code)
    team.aigerim.taps("Decline", on=page)
    town.rests()
    assert team.aigerim.toasts[0] == team.aigerim.toasts[1]
    with town.silence(team.aigerim):
        town.later(minutes=3, seconds=1)  # the second round, without her
        team.timur.sees("Round 2")
    team.aigerim.taps("Accept", on=page)
    team.timur.sees("taken by Aigerim")
    gulnar.sees("has taken")


def test_when_nobody_accepts_everybody_hears_and_the_rounds_go_on(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("hello")
    code = town.code_on(gulnar)
    for _ in range(2):
        team.aigerim.sees(code)
        town.later(minutes=2, seconds=1)
        team.timur.sees(code)
        town.later(minutes=3, seconds=1)
    shouts = [phone.sees(f"NOBODY HAS ACCEPTED {code}") for phone in (team.aigerim, team.timur, team.dana)]
    assert [len(shout.buttons) for shout in shouts] == [1, 1, 0]
    assert "Needed: coordinator" in shouts[2].plain

    town.later(minutes=10)
    team.aigerim.sees("Round 3: still nobody")
    team.timur.taps("Accept", on=shouts[1])
    gulnar.sees("has taken your report")
    town.later(seconds=5)
    town.rests()
    assert not any(message.button("Accept") for message in (*team.aigerim.messages, *team.timur.messages))
    assert [message.plain for message in team.dana.messages] == [f"{code}: taken by Timur."]
    with town.silence(team.aigerim, team.timur, team.dana):
        town.later(minutes=20)


def test_the_relative_is_told_after_five_and_after_fifteen_minutes_that_nobody_has_accepted(
    town: Town, team: Team
) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    team.dana.sees(code)
    with town.silence(gulnar):
        town.later(minutes=4, seconds=30)  # the clock runs on meanwhile, on a busy machine a good while
    town.later(seconds=31)
    five = gulnar.sees(f"{code}: nobody has accepted it yet. We keep alerting our team.\nMeanwhile you can also call")
    assert HOTLINE in five.plain
    assert five.silent
    with town.silence(gulnar):
        town.later(minutes=9, seconds=29)
    town.later(seconds=31)
    gulnar.sees("nobody has accepted it yet", after=five)
    team.dana.taps("Accept")
    gulnar.sees("has taken")
    with town.silence(gulnar):
        town.later(hours=5)


def test_where_nobody_can_be_reached_the_relative_is_told_at_once_and_never_that_we_ring(town: Town) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    truth = gulnar.sees("We have not reached anybody on our team yet. We keep trying.")
    assert HOTLINE in truth.plain
    town.later(minutes=5, seconds=1)
    again = gulnar.sees("We have not reached anybody", after=truth)
    gulnar.command("/status")
    gulnar.sees("We have not reached anybody", after=again)
    assert "alerting our team" not in gulnar.screen()

    aigerim = town.helper("Aigerim")
    town.later(minutes=5)
    aigerim.sees("still nobody")
    aigerim.taps("Accept")
    gulnar.sees("has taken your report")
