"""What helpers ask for in their chat: the list of cases, and the way to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Message, Phone
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy


def asks(town: Town, helper: Phone, command: str, answer: str = "") -> Message:
    """Send a command; the answer to it, which has these words."""
    town.later(seconds=5)
    before = helper.messages[-1] if helper.messages else None
    helper.command(command)
    return helper.sees(answer, after=before)


def reported(town: Town) -> str:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    town.rests()
    return code


def test_a_coordinator_sees_all_cases_and_a_lawyer_those_they_took(town: Town, team: Team) -> None:
    assert "no cases" in asks(town, team.aigerim, "/cases").plain
    first, second = reported(town), reported(town)
    team.dana.sees(first)
    team.dana.taps("Accept", on=team.dana.sees(first))
    team.dana.sees(f"You have taken {first}")
    town.later(minutes=5)
    told = asks(town, team.aigerim, "/cases", "newest first").plain
    newest, oldest = told.splitlines()[1:]
    assert newest.startswith(second)
    assert "nobody has it" in newest
    assert oldest.startswith(first)
    assert "now · reported · Dana · 5 min" in oldest
    mine = asks(town, team.dana, "/cases", "newest first").plain
    assert first in mine
    assert second not in mine


def test_the_way_to_a_case_leads_over_accepting_it(town: Town, team: Team) -> None:
    code = reported(town)
    team.aigerim.sees(code)
    assert "first" in asks(town, team.aigerim, f"/case {code}", "Accept").plain
    team.aigerim.taps("Accept")
    team.aigerim.sees("You have taken")
    assert asks(town, team.aigerim, f"/case {code.lower().replace('-', ' ')}").button("Open the page") is not None
    assert "they took my brother" in town.page(team.aigerim.link("Open the page"))


def test_who_asks_for_a_case_can_accept_it_there_as_long_as_they_are_sought(town: Town, team: Team) -> None:
    code = reported(town)
    team.aigerim.sees(code)
    answer = asks(town, team.timur, f"/case {code}", "first, then open it")
    assert [button.label for button in answer.buttons] == ["Accept"]
    team.timur.taps("Accept", on=answer)
    team.timur.is_told(f"You have taken {code}")
    team.aigerim.sees(f"{code}: taken by Timur")
    late = asks(town, team.aigerim, f"/case {code}", "already been taken by Timur")
    assert late.buttons == ()
    assert asks(town, team.timur, f"/case {code}").button("Open the page") is not None
    asks(town, team.dana, f"/case {code}", "first, then open it")
    team.dana.taps("Accept")
    team.dana.is_told(f"You have taken {code}")


def test_a_case_one_may_not_know_of_is_like_one_that_does_not_exist(town: Town, team: Team) -> None:
    code = reported(town)
    team.dana.sees(code)
    stranger = town.helper("Yerlan", "lawyer")
    answers = {asks(town, stranger, f"/case {one}").plain for one in (code, "K7M-4TX", "nonsense")}
    assert len(answers) == 1
    assert "no case" in answers.pop()
