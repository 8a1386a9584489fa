"""A name planted on purpose is in no message to the staff, in no log and in no row of the database."""

from __future__ import annotations

import json
import logging
import sys
import threading
from contextlib import redirect_stderr
from io import StringIO
from typing import TYPE_CHECKING

import pytest
import structlog
from sqlalchemy import select

from app.logs import set_up_logs
from app.schema import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stories.conftest import Team
    from tests.story import Town

CANARIES = ("Zhansaya", "Kuanyshbek", "7005551234", "Turgen")


@pytest.fixture
def logs(town: Town) -> Iterator[StringIO]:
    """What is written to standard error under ``panah up``, instead of the records a town collects."""
    said = [one["event"] for one in town.logged]
    assert set(said) <= {"identity_filled"}, "nothing else was logged before"
    root = logging.getLogger()
    handlers, level, raises = list(root.handlers), root.level, logging.raiseExceptions
    hooks, processors = (sys.excepthook, threading.excepthook), structlog.get_config()
    written = StringIO()
    with redirect_stderr(written):
        set_up_logs()
    yield written
    structlog.configure(**processors)
    logging.captureWarnings(capture=False)
    root.handlers, logging.raiseExceptions = handlers, raises
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks


def test_what_a_relative_tells_stays_where_it_belongs(town: Town, team: Team, logs: StringIO) -> None:
    town.expects("handling_failed", parked=1)
    gulnar = town.relative("Zhansaya")
    gulnar.writes("they took Kuanyshbek near Turgen")
    team.aigerim.taps("Accept")
    gulnar.sees("has taken")
    town.later(seconds=5)
    gulnar.sends("contact", phone_number="+77005551234", first_name="Kuanyshbek")
    gulnar.sends("photo", caption="Kuanyshbek, +77005551234")
    gulnar.sends_raw({"text": ["Kuanyshbek"]})
    for seconds in (1, 2, 6, 26):
        town.later(seconds=seconds)
    team.aigerim.sees("Something new")
    team.aigerim.sees("FAULT")
    gulnar.blocks_the_bot()
    team.aigerim.sees("can no longer be reached")

    logged = logs.getvalue()
    assert "updates_kept" in logged, "the log is being looked at"
    assert all(json.loads(line) for line in logged.splitlines())
    for secret in (*CANARIES, str(gulnar.user_id), *(str(phone.user_id) for phone in (team.aigerim, team.dana))):
        assert secret not in logged
        assert secret not in everything_stored(town)


def everything_stored(town: Town) -> str:
    """Every value of every row, as it lies in the database."""
    with town.house.store.read() as unit:
        return repr([unit.session.execute(select(table)).all() for table in metadata().sorted_tables])
