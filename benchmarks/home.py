"""Throw-away homes: a real database on disk with the production pragmas, a key ring, a small team."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from alerts.policy.policies import import_policies
from app.settings import read_settings, without_ours
from app.setup import set_up
from app.wiring import House, build
from contacts.directory import put_contact
from contacts.linking import link_account, make_link_code
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat
from store.vault import new_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.provider import Bot

COORDINATOR, LAWYER = 1001, 1002
"""The chats of the invented team."""
POLICY = """\
policies:
  - name: bench
    applies_to: {jurisdictions: [KZ], risk: any}
    repeat: 1
    needs:
      coordinator:
        - {notify: [{person: Aigerim}], channels: [telegram], wait: 24h}
      lawyer:
        - {notify: [{role: lawyer}], channels: [telegram], wait: 24h}
"""


@dataclass(frozen=True)
class Options:
    """How much to measure, and where."""

    quick: bool = False
    folder: Path | None = None
    """Where throw-away homes are made: a real disk, not memory. The system's temporary folder when None."""
    postgresql: str | None = None
    """A server on which databases may be made and dropped; SQLite when None."""

    def some(self, full: int, quick: int) -> int:
        """How many."""
        return quick if self.quick else full


@dataclass(frozen=True)
class Home:
    """A home, and what a process needs in its environment to run in it."""

    house: House
    environment: dict[str, str]


@contextmanager
def throwaway_home(options: Options, bot: Bot, **more: str) -> Iterator[Home]:
    """Set up a home whose Telegram is the stub, with ``more`` settings; everything is removed afterwards."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="panah-bench-", dir=options.folder))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        ours = {
            "PANAH_HOME": str(folder / "home"),
            "PANAH_KEY": new_key(),
            "PANAH_CANARY": "false",  # nothing else is to go on while something is measured
            "TELEGRAM_API_URL": bot.url,
            "TELEGRAM_BOT_TOKEN": bot.token,
            **more,
        }
        if options.postgresql is not None:
            ours["DATABASE_URL"] = stack.enter_context(_database(options.postgresql))
        settings = read_settings(ours)
        set_up(settings)
        house = build(settings)
        stack.callback(house.store.engine.dispose)
        inherited = without_ours(os.environ)
        yield Home(house, {**inherited, **ours})


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"panah_bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        address, _, query = server.partition("?")
        base = address.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
        yield f"{base}/{name}" + (f"?{query}" if query else "")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def seat_team(house: House) -> None:
    """One coordinator and one lawyer with linked accounts, and a policy that pages each at once."""
    _seat(house, "Aigerim", Role.COORDINATOR, COORDINATOR)
    _seat(house, "Dana", Role.LAWYER, LAWYER)
    with house.store.unit("bench") as unit:
        import_policies(unit, POLICY)


def _seat(house: House, name: str, role: Role, address: int) -> None:
    with house.store.unit("bench") as unit:
        contact_id = put_contact(unit, ContactCard(name, role, ("KZ",), ("en",), country="KZ"))
        chat = find_or_open_chat(unit, "telegram", str(address))
        link_account(unit, chat, make_link_code(unit, contact_id))
