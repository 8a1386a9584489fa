"""A home moves from SQLite into PostgreSQL: in pieces, killed and resumed, and nobody opens half of anything."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import select, text, update

from app.migration import SchemaError, differences, needed, upgrade
from app.moving.marking import MoveError
from app.moving.move import give_up, move
from cases.models import ReportMessage
from store.clock import ManualClock
from store.engine import open_engine
from store.eventlog import EventRow
from store.vault import KeyRing
from tests.app.test_backup import Filled, everything, using
from tests.bad_days.program import inherited, kept_in
from tests.conftest import START, in_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from store.unit_of_work import Store
    from tests.app.conftest import Panah

    Opened = Callable[[str], AbstractContextManager[Store]]

_numbers = itertools.count()
LIVES = 4
LATIN = "ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'"


class PlugPulledError(Exception):
    """The plug was pulled."""


@pytest.fixture(scope="session")
def in_use(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Filled]:
    """An SQLite database that was in use until now, made once."""
    file = tmp_path_factory.mktemp("old") / "panah.db"
    upgrade(f"sqlite:///{file}")
    with using(f"sqlite:///{file}", KeyRing({"2026-03": b"e" * 32}, b"r" * 32), ManualClock(START)) as store:
        return file, Filled(store)


@pytest.fixture
def old(tmp_path: Path, in_use: tuple[Path, Filled]) -> tuple[str, Filled]:
    """A copy of it."""
    file, filled = in_use
    shutil.copy(file, tmp_path / "panah.db")
    return f"sqlite:///{tmp_path}/panah.db", filled


@contextmanager
def database(server: str, options: str = "") -> Iterator[str]:
    name = f"moved_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {options}")
    try:
        yield in_database(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def new(postgresql: str) -> Iterator[str]:
    with database(postgresql) as url:
        yield url


@pytest.fixture
def opened(ring: KeyRing, clock: ManualClock) -> Opened:
    return lambda url: using(url, ring, clock)


@pytest.fixture
def moves(old: tuple[str, Filled], new: str, ring: KeyRing, clock: ManualClock, tmp_path: Path) -> Callable[..., None]:
    def moves(*, to: str = new, until: Callable[[str, int], bool] = lambda *_: False) -> None:
        def tell(table: str, rows: int) -> None:
            if until(table, rows):
                raise PlugPulledError

        move(old[0], to, ring, clock, backups=tmp_path, tell=tell)

    return moves


def refuses_everybody(url: str, why: str) -> None:
    engine = open_engine(url)
    try:
        with engine.connect() as connection, pytest.raises(SchemaError, match=why):
            needed(connection)
    finally:
        engine.dispose()


def test_everything_is_there_afterwards_and_the_old_one_opens_for_nobody(
    old: tuple[str, Filled], new: str, opened: Opened, moves: Callable[..., None]
) -> None:
    url, filled = old
    with opened(url) as store:
        before = everything(store)
    moves()
    with opened(new) as store:
        assert filled.is_there(store)
        with store.engine.connect() as connection:
            assert differences(connection) == [], "constraints that were taken away for copying are back"
            assert needed(connection) is None
        after = everything(store)
        with store.read() as unit:
            assert list(unit.session.scalars(select(EventRow.name).where(EventRow.chain == "system")))[-1] == (
                "DatabaseMoved"
            )
    noted = {"event", "chain_head"}
    assert {name: rows for name, rows in before.items() if name not in noted} == {
        name: rows for name, rows in after.items() if name not in noted
    }
    refuses_everybody(url, "was moved to PostgreSQL")
    with pytest.raises(MoveError, match="moved already"):
        moves()
    with pytest.raises(MoveError, match="to its end"):
        give_up(url)


def test_interrupted_it_goes_on_where_it_was_and_nobody_opens_either_meanwhile(
    old: tuple[str, Filled], new: str, opened: Opened, moves: Callable[..., None]
) -> None:
    seen: list[str] = []

    def at(pulled: str) -> Callable[[str, int], bool]:
        def hears(table: str, _rows: int) -> bool:
            seen.append(table)
            return table == pulled

        return hears

    for pulled in ("case", "file_chunk", "delivery"):
        with pytest.raises(PlugPulledError):
            moves(until=at(pulled))
        refuses_everybody(old[0], "has not come to its end")
        refuses_everybody(new, "has not come to its end")
    moves(until=at("no table"))
    assert len(seen) == len(set(seen)) > 5, "what was copied is not copied again"
    with opened(new) as store:
        assert old[1].is_there(store)


def test_a_row_that_did_not_arrive_as_it_was_is_found_and_copied_anew(
    old: tuple[str, Filled], new: str, opened: Opened, moves: Callable[..., None]
) -> None:
    def at_the_last(table: str, _rows: int) -> bool:
        if table == "delivery":
            with opened(new) as store, store.engine.begin() as connection:
                connection.execute(update(ReportMessage).values(content=b"something else"))
        return False

    with pytest.raises(MoveError, match="report_message"):
        moves(until=at_the_last)
    refuses_everybody(new, "has not come to its end")
    moves()
    with opened(new) as store:
        assert old[1].is_there(store)


def test_one_can_go_back_until_it_has_ended(
    old: tuple[str, Filled], postgresql: str, opened: Opened, moves: Callable[..., None]
) -> None:
    with pytest.raises(PlugPulledError):
        moves(until=lambda *_: True)
    give_up(old[0])
    with opened(old[0]) as store:
        assert old[1].is_there(store)
    with pytest.raises(MoveError, match="no move"):
        give_up(old[0])
    with pytest.raises(MoveError, match="another move"):
        moves()
    with database(postgresql) as another:
        moves(to=another)


def test_what_others_use_is_not_touched(
    old: tuple[str, Filled], new: str, opened: Opened, moves: Callable[..., None], postgresql: str
) -> None:
    upgrade(new)
    with opened(new) as store:
        there = Filled(store)
    with pytest.raises(MoveError, match="holds something"):
        moves()
    with database(postgresql, LATIN) as latin_only, pytest.raises(MoveError, match="UTF8"):
        moves(to=latin_only)
    for url, filled in ((new, there), old):
        with opened(url) as store:
            assert filled.is_there(store)


def test_a_crash_between_closing_the_old_and_opening_the_new_is_finished_by_the_next(
    old: tuple[str, Filled], new: str, opened: Opened, moves: Callable[..., None], postgresql: str
) -> None:
    with pytest.raises(PlugPulledError):
        moves(until=lambda table, _: table == "case")
    with opened(old[0]) as store, store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = replace(version_num, 'moving', 'moved')"))
    with database(postgresql) as another, pytest.raises(MoveError, match="moved already"):
        moves(to=another)
    moves()
    with opened(new) as store:
        assert old[1].is_there(store)


MOVING = """\
import sys
from pathlib import Path
from app.moving.move import move
from store.clock import SystemClock
from store.vault import KeyRing

old, new, folder = sys.argv[1:]
ring = KeyRing({"2026-03": b"e" * 32}, b"r" * 32)
print("ready", flush=True)
move(old, new, ring, SystemClock(), backups=Path(folder), tell=lambda name, rows: None)
"""


@pytest.mark.long  # that it goes on wherever it was is told above, each time
@pytest.mark.processes
@pytest.mark.timeout(400)
def test_killed_again_and_again_at_any_moment_it_comes_to_its_end(
    old: tuple[str, Filled], new: str, opened: Opened, compiled: Path, tmp_path: Path
) -> None:
    url, filled = old
    with opened(url) as store:
        much(store, filled)
        before = everything(store)
    dice = random.Random(20260302)  # noqa: S311  dice, not secrets
    for life in itertools.count():
        child = subprocess.Popen(
            [sys.executable, "-c", MOVING, url, new, str(tmp_path)],
            env={**inherited(), **kept_in(compiled)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        if life < LIVES:
            time.sleep(dice.uniform(0.1, 0.6 + life / 3))
            child.kill()
        _, said = child.communicate(timeout=200)
        if child.returncode == 0 or b"moved already" in said:
            break
        assert child.returncode < 0, said.decode()[-2000:]
    with opened(new) as store:
        assert filled.is_there(store)
        after = everything(store)
    noted = {"event", "chain_head"}
    assert {one: rows for one, rows in before.items() if one not in noted} == {
        one: rows for one, rows in after.items() if one not in noted
    }


def much(store: Store, filled: Filled) -> None:
    """Rows of many tables, enough for several batches of some."""
    from cases.intake import add_message, current_report
    from store.chats import Chat

    for _ in range(4):
        with store.unit("test") as unit:
            report = current_report(unit, unit.session.get_one(Chat, filled.chat_id))
            assert report is not None
            for number in range(300):
                add_message(unit, report, kind="text", content=f"more {number}")


class TestTheCommand:
    def test_a_home_moves_and_works_on(self, ready: Panah, new: str) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", "name,role\nAigerim,coordinator\n"))
        address = ready.writes("address", new)
        assert "rows of" in ready.does("migrate", "--to-file", address)
        assert "was moved" in ready.refuses("contacts", "export")
        assert "Aigerim" in ready.does("contacts", "show", DATABASE_URL=new)
        assert "PostgreSQL already" in ready.refuses("migrate", "--to", new, DATABASE_URL=new)

    def test_it_needs_the_home_alone_and_an_address_that_is_one(self, ready: Panah, new: str) -> None:
        from app.presence import at_home

        with at_home(ready.home):
            assert "stop it first" in ready.refuses("migrate", "--to", new)
        said = ready.refuses("migrate", "--to", "mysql://panah:secret@example.org/panah")
        assert "postgresql+psycopg://" in said
        assert "secret" not in said
        ready.refuses("migrate", "--to", new, "--give-up", status=2)
        assert "no move" in ready.refuses("migrate", "--give-up")
