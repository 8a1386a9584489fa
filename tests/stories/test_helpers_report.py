"""Helpers are people who may be taken themselves, and people whom others tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.test_messages import words

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


def test_a_cry_for_help_is_heard_behind_a_command_there_is_not(town: Town, team: Team) -> None:
    team.timur.command("/sos the police are at my door, they are taking me")
    town.sandbox.wait_until(town.case_codes)
    team.dana.sees(*town.case_codes())


def test_what_a_helper_corrects_in_a_report_stands_beside_it_and_small_talk_does_not(town: Town, team: Team) -> None:
    said = team.timur.writes("ok, thanks")
    team.timur.sees("is not kept")
    told = team.timur.command("/report they took Askar to Panfilov")
    town.sandbox.wait_until(town.case_codes)
    team.timur.edits(said, "ok, many thanks")
    team.timur.edits(told, "/report they took Askar to Zharkent")
    assert words(town) == ["they took Askar to Panfilov", "/report they took Askar to Zharkent"]


def test_small_talk_of_a_helper_opens_nothing_and_is_said_not_to_be_kept(town: Town, team: Team) -> None:
    team.timur.writes("ok, thanks")
    team.timur.sees("is not kept")
    assert town.case_codes() == []
