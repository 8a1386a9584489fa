"""Replaying stories: files that make no sense, checks that can fail, and a story played through the whole program."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

import app.replay
from app.replay.checks import Verdict, judge
from app.replay.filing import lay_out
from app.replay.play import case_of
from app.replay.record import ClockShown, Paged, Record, Remembered, RiskShown, Told, WatchShown
from app.replay.story import Step, StoryFileError, read_stories
from cases.docket.entering import Entry, When, enter
from cases.incidents.models import IncidentCase
from cases.incidents.opening import Happening, open_incident
from cases.incidents.reading import read_list
from tests.quick import quick_store
from tests.web.scene import Scene

if TYPE_CHECKING:
    from tests.app.conftest import Panah

STORIES = Path(app.replay.__file__).parent / "true_stories.yaml"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOTHING = Record("UTC", (), (), (), (), (), (), 0)
PAGE = Paged(NOON, "lawyer", "lawyer", "telegram", "K7M-4TX", "custody", 1)
STORY = """\
- id: short
  steps: [{at: "2026-03-02T12:00", by: friend, says: "hello"}]
  expect: [{text: "something", check: %s}]
"""


def verdict(tmp_path: Path, check: str, record: Record) -> Verdict:
    file = tmp_path / "story.yaml"
    file.write_text(STORY % check, encoding="utf-8")
    (story,) = read_stories(file)
    (finding,) = judge(story, record)
    return finding.verdict


HEARD = replace(
    NOTHING,
    pages=(PAGE, replace(PAGE, at=NOON + timedelta(seconds=61))),
    told=(Told(NOON, "lawyer"),),
    clocks=(ClockShown("kz.a", "2026-03-09", "2026-03-12", missed=False),),
    watches=(WatchShown("removal", NOON),),
    risk=(RiskShown(NOON, 3, ("near_border",)), RiskShown(NOON + timedelta(hours=2), 1, ())),
    hashed_files=1,
    withheld=("journalist",),
)
GIVEN_UP = Remembered("hearing_scheduled", (NOON,), "contact:1", stands=False, entered_at=NOON - timedelta(days=1))
CALLED_OFF = replace(GIVEN_UP, event="hearing_cancelled", dates=(), stands=True, entered_at=NOON - timedelta(hours=9))
OFF = replace(NOTHING, history=(GIVEN_UP, CALLED_OFF))
AGREED = replace(CALLED_OFF, event="sealed_file_approved")
OPENED = replace(
    NOTHING,
    history=(AGREED, replace(AGREED, by="contact:2"), replace(AGREED, event="sealed_file_opened", by="system")),
)
ONE = '{paged: {need: lawyer, of: "2026-03-02T12:00", within: %s, messages_at_most: %s}}'


@pytest.mark.parametrize(
    ("check", "met", "missed"),
    [
        ('{paged: {need: lawyer, of: "2026-03-02T12:00", within: 60s}}', HEARD, NOTHING),
        (ONE % ("60s", 1), HEARD, replace(HEARD, pages=(PAGE, PAGE))),
        ("{not_sent: {audience: press}}", HEARD, replace(HEARD, told=(Told(NOON, "journalist"),))),
        ('{clock: {rule: kz.a, safe_on: "2026-03-09"}}', HEARD, NOTHING),
        ('{clock: {rule: kz.a, missed: false}}', HEARD, NOTHING),
        ('{watch: {kind: removal, due: "2026-03-02T12:00"}}', HEARD, NOTHING),
        ("{watch: {kind: removal, due: before 2026-03-03}}", HEARD, NOTHING),
        ('{risk: {up: true, of: "2026-03-02T12:00", within: 1h}}', HEARD, NOTHING),
        ('{risk: {not_down: true, of: "2026-03-02T15:00"}}', HEARD, replace(HEARD, risk=(
            RiskShown(NOON, 3, ()), RiskShown(NOON + timedelta(hours=4), 1, ())))),
        ('{risk: {not_down: true, of: "2026-03-02T13:30"}}', replace(HEARD, risk=HEARD.risk[:1]), NOTHING),
        ("{history: {has: [sha256]}}", HEARD, NOTHING),
        ("{history: {by: 1}}", OFF, replace(OFF, history=(replace(GIVEN_UP, by="reaction"),))),
        ('{history: {no_reminder_for: "2026-03-02T12:00"}}', OFF, replace(OFF, history=(GIVEN_UP,))),
        ("{history: {has: [sealed_file_opened], by: 2}}", OPENED, replace(OPENED, history=OPENED.history[1:])),
        ("{history: {has: [sealed_file_opened], by: 2}}", OPENED, replace(OPENED, history=OPENED.history[:2])),
        ("{not_sent: {audience: press}}", HEARD, replace(HEARD, withheld=())),
        ("{merged: {proposed: 1}}", replace(HEARD, suggested=1), replace(HEARD, suggested=2)),
        ("{merged: {proposed: 1}}", replace(HEARD, suggested=1), replace(HEARD, suggested=1, joined=1)),
    ],
)  # fmt: skip
def test_each_check_can_be_met_and_can_fail(tmp_path: Path, check: str, met: Record, missed: Record) -> None:
    assert verdict(tmp_path, check, met) is Verdict.PASSED
    assert verdict(tmp_path, check, missed) is Verdict.FAILED


NAMING = """\
- id: short
  steps: [{at: "2026-03-02T12:00", by: friend, says: "1. Guldana T. 2. Serik D"}]
  expect: [{text: "something", check: {people: {count: 2}%s}}]
"""


@pytest.mark.parametrize(
    ("also", "incidents", "wanted"),
    [
        ("", (2,), Verdict.PASSED),
        ("", (1,), Verdict.FAILED),
        ("", (), Verdict.FAILED),
        (", merged: {proposed: 0}", (2,), Verdict.PASSED),
        (", merged: {proposed: 1}", (2,), Verdict.FAILED),
        (", merged: {proposed: 1}", (), Verdict.FAILED),
    ],
)
def test_a_list_of_names_is_an_incident_with_all_of_them(
    tmp_path: Path, also: str, incidents: tuple[int, ...], wanted: Verdict
) -> None:
    file = tmp_path / "story.yaml"
    file.write_text(NAMING % also, encoding="utf-8")
    (story,) = read_stories(file)
    (finding,) = judge(story, replace(NOTHING, incidents=incidents))
    assert finding.verdict is wanted


def test_what_is_not_built_is_never_called_passed(tmp_path: Path) -> None:
    assert verdict(tmp_path, "{people: {count: 1}}", HEARD) is Verdict.NOT_BUILT


def test_an_audience_nobody_knows_is_no_success(tmp_path: Path) -> None:
    assert verdict(tmp_path, "{not_sent: {audience: pres}}", HEARD) is Verdict.FAILED


def test_without_a_check_a_human_must_look(tmp_path: Path) -> None:
    assert verdict(tmp_path, "{}", HEARD) is Verdict.FOR_A_HUMAN


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "no YAML"),
        ("a: b", "a list of stories"),
        ("- {steps: []}", "has no id"),
        ("- {id: a, timezone: Mars/Base}", "no time zone"),
        ("- {id: a, steps: [{at: soon}]}", "is no time"),
        ('- {id: a, steps: [{at: "2026-03-02"}, {at: "2026-03-01"}]}', "order of their times"),
        ('- {id: a, steps: [{at: "2026-03-02", does: "sings"}]}', "nobody knows how to do"),
        ("- {id: a, expect: [{text: b, check: {luck: {}}}]}", "unknown check luck"),
    ],
)
def test_a_story_that_cannot_be_read_says_where(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "story.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StoryFileError, match=said):
        read_stories(file)


def test_the_papers_of_a_story_are_those_of_its_first_case_and_tell_what_people_tell(tmp_path: Path) -> None:
    (story,) = [one for one in read_stories(STORIES) if one.id == "hearing-moved-to-sunday"]
    with quick_store(tmp_path) as store:
        scene = Scene.begin(store)
        with store.unit("test") as unit:
            moved = Entry("hearing_moved", When(unit.now), appointed_at=unit.now + timedelta(days=1))
            enter(unit, scene.case_id, moved, zone=story.zone)
        desk, sheets = lay_out(store, "test", story)
    said = {(one.paper.kind, one.paper.language): "\n".join(one.paper.lines()) for one in sheets}
    assert desk.record.code == scene.code
    assert "Изолятор временного содержания" in said["kz_appeal", "kk"]
    assert "Заседание перенесено: на " in said["first_hour", "ru"]
    assert not [kind for kind, _ in said if kind in ("tr_lawsuit", "echr_r39")], "they do not exist in Kazakhstan"
    assert all(one.is_draft for one in sheets)


def test_what_happened_to_some_of_a_list_is_entered_with_one_of_them(tmp_path: Path) -> None:
    with quick_store(tmp_path) as store:
        scene = Scene.begin(store)
        with store.unit("test") as unit:
            happening = Happening("custody_start", When(unit.now), "Asia/Almaty", "kk")
            people = [one for one in read_list("1. Guldana T. 2. Serik D") if one.is_person]
            open_incident(unit, happening, people, report=scene.case_id)
            assert case_of(unit, Step(NOON, "coordinator", {})).id == scene.case_id
            second = case_of(unit, Step(NOON, "coordinator", {"person": 2}))
            number = select(IncidentCase.number).where(IncidentCase.case_id == second.id)
            assert unit.session.scalars(number).one() == 2
    (story,) = [one for one in read_stories(STORIES) if one.id == "nineteen-arrests"]
    whose = {one.given["event"]: one.given.get("person") for one in story.steps if "event" in one.given}
    assert whose["administrative_arrest"] != whose["fined"], "who was fined was not arrested"


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("story", [story.id for story in read_stories(STORIES)])
def test_every_true_story_goes_as_it_should_have(panah: Panah, tmp_path: Path, story: str) -> None:
    """One of them is played each time, as a drill: `test_drill`."""
    panah.does("replay", str(STORIES), "--only", story, "--report", str(tmp_path), "--papers", str(tmp_path / "papers"))
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))[story]
    assert story in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert Verdict.FAILED not in [one["verdict"] for one in report["expectations"]]
    drawn = [one.suffix for one in (tmp_path / "papers" / story).iterdir()]
    assert drawn.count(".pdf") == drawn.count(".docx") > 0
