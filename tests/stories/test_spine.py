"""The one way through the house: first words → page → somebody accepts → the relative is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town

HOLDING = ["Open", "Contact made", "Give it back"]


def test_first_words_ring_the_coordinator_and_the_lawyer_and_the_relative_hears_back(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")

    first_reply = gulnar.sees("We have your message")
    (code,) = town.case_codes()
    assert code in first_reply.plain
    gulnar.sees("What is happening")
    page = team.aigerim.sees(code)
    assert [button.label for button in page.buttons] == ["Accept", "Decline", "Open"]
    team.dana.sees(code)

    with town.silence(team.timur):
        team.aigerim.taps("Accept")
        gulnar.sees("has taken your report")
        team.dana.taps("Accept")
        assert [button.label for button in team.dana.sees("You have taken").buttons] == HOLDING


def test_silence_reaches_the_next_person(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    with town.silence(team.timur):
        team.aigerim.sees(code)
    town.later(minutes=2)
    team.timur.sees(code)
    team.timur.taps("Accept")
    team.aigerim.sees("Timur")
