"""A home of its own for each test, and ``panah`` as an operator would type it."""

from __future__ import annotations

import itertools
import logging
import os
import shutil
import sys
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
import structlog
from click.testing import CliRunner

from app.cli import main
from store.vault import new_key
from tests.bad_days.program import OURS
from tests.conftest import in_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

_numbers = itertools.count()


class Panah:
    """The command, in this process, in a folder and with settings of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.environment = {"PANAH_HOME": str(self.home), "XDG_CONFIG_HOME": str(folder / "config")}

    def __call__(self, *arguments: str, **environment: str) -> Result:
        with everything_as_before():
            return CliRunner().invoke(main, arguments, prog_name="panah", env={**self.environment, **environment})

    def does(self, *arguments: str, **environment: str) -> str:
        """What a command that must succeed prints."""
        result = self(*arguments, **environment)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refuses(self, *arguments: str, status: int = 1, **environment: str) -> str:
        """What a command that must fail says on standard error: something, and never a traceback."""
        result = self(*arguments, **environment)
        assert result.exit_code == status, result.output
        assert result.stderr.strip()
        assert "Traceback" not in result.output
        return result.stderr

    def writes(self, name: str, text: str) -> str:
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        return str(file)


@contextmanager
def everything_as_before() -> Iterator[None]:
    """Take back what a command changes for its whole process."""
    root, umask = logging.getLogger(), os.umask(0o022)
    handlers, level = root.handlers[:], root.level
    hooks, loud = (sys.excepthook, threading.excepthook), logging.raiseExceptions
    try:
        yield
    finally:
        os.umask(umask)
        root.handlers[:], root.level = handlers, level
        (sys.excepthook, threading.excepthook), logging.raiseExceptions = hooks, loud
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()


@pytest.fixture
def panah(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Panah:
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Panah(tmp_path)


@pytest.fixture(scope="session")
def home_to_copy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home that was set up once, and its key."""
    made, key = Panah(tmp_path_factory.mktemp("home")), new_key()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made.folder)
        made.does("init", PANAH_KEY=key)
    return made.home, key


@pytest.fixture
def ready(panah: Panah, home_to_copy: tuple[Path, str]) -> Panah:
    """With a home that was set up."""
    home, key = home_to_copy
    shutil.copytree(home, panah.home)
    panah.environment["PANAH_KEY"] = key
    return panah


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without anything in it, on each engine in turn."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/empty.db"
        else:
            server = request.getfixturevalue("postgresql")
            name = f"empty_{os.getpid()}_{next(_numbers)}"
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            stack.callback(_drop, server, name)
            url = in_database(server, name)
        yield url


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
