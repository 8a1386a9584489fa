"""The disk is full for a while: that is nobody's fault, and nothing is put aside for it."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select

from cases.models import Download, FileState
from sandbox.waiting import StoryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stories.conftest import Team
    from tests.story import Town

LARGE = os.urandom(3_000_000)
OFTEN = 7
"""More failures than a fault of its own would be borne."""
ROOM = 1_000_000_000
"""Pages that SQLite may fill."""


class Disk:
    """The room there is for a database in a file. Changing a page takes none, growing does."""

    def __init__(self, town: Town) -> None:
        self.is_full = False
        event.listen(town.house.store.engine, "checkout", self._look)

    def _look(self, connection: Any, *_: object) -> None:
        # SQLite takes what the file has already for the least it may have.
        connection.execute(f"PRAGMA max_page_count={1 if self.is_full else ROOM}").close()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_found_no_room_is_fetched_when_there_is_some(town: Town, team: Team) -> None:
    town.expects("fetching_failed", "database_failed", "part_failed")
    disk = Disk(town)
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    team.aigerim.sees(town.code_on(gulnar))
    town.rests()
    town.sandbox.faults.slow(0.3, method="getFile")
    gulnar.sends("document", file=LARGE)
    town.sandbox.wait_until(lambda: town.sandbox.calls("getFile"))
    disk.is_full = True
    goes_by(town, until=lambda: failures(town) >= OFTEN)
    disk.is_full = False
    goes_by(town, until=lambda: state_of_the_file(town) == FileState.STORED)


def goes_by(town: Town, *, until: Callable[[], bool]) -> None:
    """Let time pass in steps. A try that fails after a step waits for the next, so no single step is sure to do."""
    for _ in range(40):
        town.clock.advance(timedelta(minutes=5))
        town.house.store.wake.ring()
        with suppress(StoryError):
            town.sandbox.wait_until(until, 3)
            return
    town.sandbox.wait_until(until, 0)


def failures(town: Town) -> int:
    return [entry["event"] for entry in list(town.logged)].count("fetching_failed")


def state_of_the_file(town: Town) -> str:
    with town.house.store.read() as unit:
        return unit.session.scalars(select(Download.state)).one()
