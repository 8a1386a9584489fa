"""Drills: a story played on a throw-away database by a process of its own, and the report of who knew when.

Each drill has a folder of its own under the home: what was played, and since when, then its report. Nothing else is
remembered, so a drill that the program did not live to see the end of is shown as one that broke off.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.replay.story import read_stories
from app.settings import without_ours
from store.base import new_id
from web.drill_room import Drill, DrillBusyError, DrillState, Told, UnknownStoryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STORIES: Final = Path(__file__).parent / "replay" / "true_stories.yaml"
FOLDER: Final = "drills"
NAME: Final = re.compile(r"[0-9a-f-]{36}")
KEPT: Final = 20
"""Drills that are remembered."""
AT_MOST: Final = timedelta(minutes=20)
"""After which a drill that has not come back has broken off."""
BEGUN, REPORT = "drill.json", "report.json"


class Drills:
    """The drills of one home. ``clock`` is the machine's: a drill takes real time."""

    def __init__(self, home: Path, clock: Callable[[], datetime]) -> None:
        self._folder = home / FOLDER
        self._clock = clock
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def stories(self) -> tuple[Told, ...]:
        """Return what can be played."""
        return tuple(Told(one.id, one.jurisdiction or "", len(one.steps)) for one in read_stories(STORIES))

    def start(self, story: str) -> str:
        """Begin to play a story; return the drill's id. Raises UnknownStoryError, DrillBusyError (one at a time)."""
        if story not in {one.id for one in self.stories()}:
            raise UnknownStoryError
        if any(one.state is DrillState.RUNNING for one in self.all()):
            raise DrillBusyError
        drill = str(new_id())
        folder = self._folder / drill
        folder.mkdir(parents=True, mode=0o700)
        begun = {"story": story, "began_at": self._clock().astimezone(UTC).isoformat()}
        (folder / BEGUN).write_text(json.dumps(begun), encoding="utf-8")
        self._running[drill] = _play(story, folder)
        self._forget_old()
        return drill

    def all(self) -> list[Drill]:
        """Return every drill, the latest first."""
        return [found for name in self._names() if (found := self.find(name)) is not None]

    def find(self, drill: str) -> Drill | None:
        """Return one drill with its report, if it has come to one."""
        folder = self._folder / drill
        begun = _read(folder / BEGUN) if NAME.fullmatch(drill) is not None else None
        if begun is None:
            return None
        began_at, report = datetime.fromisoformat(begun["began_at"]), _report(folder, begun["story"])
        return Drill(drill, begun["story"], began_at, self._state(drill, began_at, report), report)

    def wait(self, drill: str) -> None:
        """Return when a drill begun here has ended."""
        if (process := self._running.get(drill)) is not None:
            process.wait()

    def _state(self, drill: str, began_at: datetime, report: dict[str, Any] | None) -> DrillState:
        process = self._running.get(drill)
        if report is not None:
            return DrillState.DONE
        has_ended = process is not None and process.poll() is not None
        return DrillState.BROKE_OFF if has_ended or self._clock() - began_at > AT_MOST else DrillState.RUNNING

    def _names(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        return sorted((one.name for one in self._folder.iterdir()), reverse=True)

    def _forget_old(self) -> None:
        for name in self._names()[KEPT:]:
            shutil.rmtree(self._folder / name, ignore_errors=True)
            self._running.pop(name, None)


def _play(story: str, folder: Path) -> subprocess.Popen[bytes]:
    """Play it in a process that stands back behind everything else this machine does."""
    environment = without_ours(os.environ)
    with (folder / "errors.txt").open("wb") as errors:
        return subprocess.Popen(  # noqa: S603  our own program, and the id of a story we know
            [*_politely(), sys.executable, "-P", "-m", "app.cli", *_command(story, folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )


def _command(story: str, folder: Path) -> Iterator[str]:
    yield from ("replay", str(STORIES), "--only", story, "--report", str(folder))


def _politely() -> tuple[str, ...]:
    nice = shutil.which("nice")
    return () if nice is None else (nice, "-n", "10")


def _report(folder: Path, story: str) -> dict[str, Any] | None:
    """The report, once all of it is written."""
    found: dict[str, Any] | None = (_read(folder / REPORT) or {}).get(story)
    return found


def _read(path: Path) -> dict[str, Any] | None:
    """What was written down; None where it is not there, or the program died or the disk was full as it was."""
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return told
