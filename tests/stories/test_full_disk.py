"""The disk is full for a while: that is nobody's fault, and nothing is put aside for it."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select

from cases.models import Download, FileState

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town

LARGE = os.urandom(3_000_000)
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
    for times in range(1, 8):  # more often than a failure of its own would be borne
        town.sandbox.wait_until(partial(has_failed, town, times), 40)
        if times == 7:  # nobody tries now: the next try is the first that finds room
            disk.is_full = False
        town.clock.advance(timedelta(minutes=5))
        town.house.store.wake.ring()
    town.sandbox.wait_until(lambda: state_of_the_file(town) == FileState.STORED, 40)


def has_failed(town: Town, times: int) -> bool:
    return [entry["event"] for entry in list(town.logged)].count("fetching_failed") >= times


def state_of_the_file(town: Town) -> str:
    with town.house.store.read() as unit:
        return unit.session.scalars(select(Download.state)).one()
