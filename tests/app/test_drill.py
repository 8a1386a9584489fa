"""Drills are played by a process of their own and survive ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from app.drills import BEGUN, FOLDER, KEPT, REPORT, Drills
from web.drill_room import DrillBusyError, DrillState, UnknownStoryError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.app.conftest import Panah

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


def past(home: Path, number: int, report: object = None, *, ago: timedelta = timedelta(0)) -> str:
    """A drill that an earlier life of the program began."""
    drill = str(UUID(int=number))
    folder = home / FOLDER / drill
    folder.mkdir(parents=True)
    (folder / BEGUN).write_text(json.dumps({"story": "night-arrest", "began_at": (NOW - ago).isoformat()}))
    if report is not None:
        (folder / REPORT).write_text(json.dumps({"night-arrest": report}))
    return drill


def test_what_is_known_of_a_drill_is_in_its_folder(tmp_path: Path) -> None:
    drills = Drills(tmp_path, Clock())
    assert drills.all() == []
    done, runs = past(tmp_path, 1, {"pages": []}), past(tmp_path, 2)
    found = {one.id: one for one in drills.all()}
    assert (found[done].state, found[done].report) == (DrillState.DONE, {"pages": []})
    assert (found[runs].state, found[runs].report) == (DrillState.RUNNING, None)
    with pytest.raises(DrillBusyError):
        drills.start("night-arrest")


def test_one_of_which_nothing_could_be_written_down_hides_no_other(tmp_path: Path) -> None:
    empty, played = past(tmp_path, 1), past(tmp_path, 2, {"pages": []})
    (tmp_path / FOLDER / empty / BEGUN).write_text("")
    assert [one.id for one in Drills(tmp_path, Clock()).all()] == [played]


def test_one_whose_end_nobody_saw_broke_off(tmp_path: Path) -> None:
    left = past(tmp_path, 1, ago=timedelta(minutes=21))
    found = Drills(tmp_path, Clock()).find(left)
    assert found is not None
    assert found.state is DrillState.BROKE_OFF


def test_a_report_that_is_being_written_is_none_yet(tmp_path: Path) -> None:
    drill = past(tmp_path, 1)
    (tmp_path / FOLDER / drill / REPORT).write_text('{"night-arr')
    found = Drills(tmp_path, Clock()).find(drill)
    assert found is not None
    assert found.state is DrillState.RUNNING


@pytest.mark.parametrize("name", ["..", "", "x", f"../{UUID(int=1)}"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    past(tmp_path, 1)
    assert Drills(tmp_path / FOLDER, Clock()).find(name) is None
    assert Drills(tmp_path, Clock()).find(name) is None


def test_an_unknown_story_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownStoryError):
        Drills(tmp_path, Clock()).start("no-such-story")
    assert not (tmp_path / FOLDER).exists()


@pytest.mark.processes
def test_a_story_is_played_from_the_shell_and_old_drills_are_forgotten(panah: Panah) -> None:
    home = panah.home
    for number in range(1, KEPT + 1):
        past(home, number, {"pages": []}, ago=timedelta(days=300))
    told = json.loads(panah("drill", "start", "hearing-moved-to-sunday", "--json").stdout)
    assert told["state"] == "done"
    report = told["report"]
    assert any(page["role"] == "lawyer" for page in report["pages"])
    assert report["withheld"] == ["journalist", "unhcr"]
    verdicts = [one["verdict"] for one in report["expectations"]]
    assert verdicts.count("passed") >= 3
    assert "failed" not in verdicts
    listed = json.loads(panah.does("drill", "list", "--json"))
    assert len(listed["drills"]) == KEPT
    assert listed["drills"][0]["id"] == told["id"]
    assert "no story of this id" in panah.refuses("drill", "start", "no-such-story")
