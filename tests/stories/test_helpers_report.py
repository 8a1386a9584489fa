"""Helpers are people who may be taken themselves, and people whom others tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy


def test_each_report_of_a_helper_is_a_case_of_its_own(town: Town, team: Team) -> None:
    team.timur.command("/report they took Askar at the market")
    team.dana.sees("LAWYER NEEDED")
    town.later(seconds=3)
    team.timur.command("/report a second man was detained at the border")
    town.sandbox.wait_until(lambda: len(town.case_codes()) == 2)
    for code in town.case_codes():
        team.aigerim.sees(code)


def test_a_helper_in_need_is_heard_without_any_command(town: Town, team: Team) -> None:
    team.timur.writes("the police are at my door, they are taking me")
    town.sandbox.wait_until(town.case_codes)
    (code,) = town.case_codes()
    team.dana.sees(code)
    team.timur.sends("voice")
    team.timur.sees("Do you know when they will be sent away?")


def test_small_talk_of_a_helper_opens_nothing_and_is_said_not_to_be_kept(town: Town, team: Team) -> None:
    team.timur.writes("ok, thanks")
    team.timur.sees("is not kept")
    assert town.case_codes() == []
