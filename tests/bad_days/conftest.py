"""Every bad day happens on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.bad_days.ground import Ground
from tests.conftest import in_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Tell = Callable[[str], None]
_numbers = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a new home finds its database: the address of an empty PostgreSQL one, or nothing (a file in the home)."""
    with ExitStack() as stack:
        url = ""
        if request.param == "postgresql":
            server = request.getfixturevalue("postgresql")
            name = f"bad_days_{os.getpid()}_{next(_numbers)}"
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            stack.callback(_drop, server, name)
            url = in_database(server, name)
        yield url


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def ground(tmp_path: Path, empty_database: str, compiled: Path) -> Iterator[Ground]:
    with Ground(tmp_path, empty_database, compiled) as ground:
        yield ground


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Note a figure: shown with ``-s`` and when the test fails, kept in the JUnit report."""

    def note(words: str) -> None:
        sys.stdout.write(f"\n  {request.node.name}: {words}")
        request.node.user_properties.append(("figure", words))

    return note
