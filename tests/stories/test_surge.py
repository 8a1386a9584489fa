"""A night on which very many write: everybody is rung for, asked three questions, and told how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.occasions.surge import MANY

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town


def test_while_very_many_write_three_questions_are_asked_and_the_wait_is_told(town: Town, team: Team) -> None:
    before = town.relative("Early")
    before.writes("they took my brother")
    first = before.sees("Your code")
    assert "Very many people" not in first.plain
    for number in range(MANY):
        town.relative(f"Relative {number}").writes("they took my brother")
    town.rests()
    team.aigerim.sees("three questions only, until")

    late = town.relative("Late")
    late.writes("they took my sister")
    assert "it can take 15 minutes or longer" in late.sees("Your code").plain
    code = town.code_on(late)
    team.aigerim.sees("NEW")
    for _ in range(2):
        late.taps("Skip")
        town.rests()
    late.writes("Aigul Examplekyzy")
    late.sees("Thank you")
    assert not any(message.says("safe to reach you") for message in late.messages)

    town.later(hours=3)
    late.writes("she was moved to another town")
    late.sees(f"Added to your report {code}")
    new = town.relative("After")
    new.writes("they took my neighbour")
    assert "Very many people" not in new.sees("Your code").plain
    for _ in range(2):
        new.taps("Skip")
        town.rests()
    new.writes("Serik Example")
    new.sees("How many")
