"""Those who took it hear of what comes after, without being rung for every word."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town


def test_new_words_are_told_once_a_minute_and_none_stays_untold(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    team.aigerim.taps("Accept")
    gulnar.sees("has taken")
    gulnar.writes("it was a white car")
    news = team.aigerim.sees(f"Something new was added to {code}")
    assert [button.label for button in news.buttons] == ["Open"]
    with town.silence(team.aigerim, team.timur, team.dana):
        gulnar.writes("there were four of them")
        gulnar.sends("voice")
        town.later(seconds=50)
    with town.silence(team.timur, team.dana):
        town.later(seconds=11)
        later = team.aigerim.sees("Something new", after=news)
    with town.silence(team.aigerim):
        town.later(minutes=3)
    gulnar.taps("Being held")
    team.aigerim.sees("Something new", after=later)


def test_a_skipped_question_is_no_news(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    team.aigerim.taps("Accept")
    gulnar.sees("has taken")
    with town.silence(team.aigerim):
        gulnar.taps("Skip")
        gulnar.sees("last seen")
