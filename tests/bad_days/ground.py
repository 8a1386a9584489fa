"""The ground a bad day happens on: a home, a database, a local Telegram, people with phones, and processes.

The test process holds the phones and may look into the database; the program runs in processes of its own, and all of
them read the sandbox's clock, which can be moved for everybody at once.
"""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from sqlalchemy import select

from alerts.policy.policies import import_policies
from alerts.sending import taking
from app.settings import read_settings
from app.setup import set_up
from app.wiring import build
from cases.models import Case
from contacts.directory import put_contact
from contacts.linking import make_link_code
from contacts.values import ContactCard, Role
from sandbox import Phone, Sandbox
from store import claims
from store.clock import SharedClock
from store.vault import new_key
from tests.bad_days.program import Program, inherited
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "700000111:BAD-DAYS-token-of-nobody"
EVERYTHING = "web,bot,worker"
LONGEST_LEASE = max(claims.LEASE, taking.LEASE)
CODE = re.compile(r"[A-Z2-9]{3}-[A-Z2-9]{3}")

POLICY = """\
policies:
  - name: bad days
    applies_to: {jurisdictions: [KZ], risk: any}
    repeat: 2
    needs:
      coordinator:
        - {notify: [{role: coordinator}], channels: [telegram], wait: 2h}
      lawyer:
        - {notify: [{role: lawyer}], channels: [telegram], wait: 2h}
"""
"""Everybody at once, and long waits: what is sent twice here was not meant to be."""


class Ground:
    """Everything of one test. Use as a context manager: nothing keeps running afterwards."""

    def __init__(self, folder: Path, database_url: str, compiled: Path) -> None:
        self.home = folder / "home"
        self.processes = folder / "processes"
        self._folder = folder
        self._compiled = compiled
        self.home.mkdir(exist_ok=True)
        self.clock = SharedClock(self.home / "clock.json", sandbox=True)
        self.sandbox = Sandbox(now=self.clock.now, token=TOKEN)
        self._database_url = database_url
        self._stack = ExitStack()
        self.programs: list[Program] = []

    def __enter__(self) -> Self:
        self.sandbox.start()
        self._stack.callback(self.sandbox.stop)
        self.bot = self.sandbox.bot()
        self.port = free_port()
        self.environment = {
            "PANAH_HOME": str(self.home),
            "PANAH_KEY": new_key(),
            "PANAH_SANDBOX": "1",
            "PANAH_BIND": f"127.0.0.1:{self.port}",
            "PANAH_FALLBACK_HOTLINES": "+7 700 000 00 99",
            "TELEGRAM_API_URL": self.sandbox.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            **({"DATABASE_URL": self._database_url} if self._database_url else {}),
        }
        settings = read_settings(self.environment)
        set_up(settings)
        self.house = build(settings)
        self._stack.callback(self.house.store.engine.dispose)
        with self.house.store.unit("test") as unit:
            import_policies(unit, POLICY)
        return self

    def __exit__(self, *_: object) -> None:
        for program in self.programs:
            program.clean_up()
        self._stack.close()

    # Processes

    def program(self, roles: str = EVERYTHING, name: str = "panah") -> Program:
        """``panah up`` in these roles; not started yet."""
        program = Program(self.processes, name, self.environment, ("up", "--role", roles), compiled=self._compiled)
        self.programs.append(program)
        return program

    def running(self, roles: str = EVERYTHING, name: str = "panah") -> Program:
        """``panah up``, started and ready."""
        return self.program(roles, name).start().wait_until_ready()

    def all_running(self, **roles: str) -> list[Program]:
        """Several processes, by name, started side by side: ``all_running(bot="bot", first="worker")``."""
        programs = [self.program(role, name).start() for name, role in roles.items()]
        return [program.wait_until_ready() for program in programs]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command of the operator, to its end."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "app.cli", *arguments],
            env={**inherited(), **self.environment},
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    @property
    def logs(self) -> str:
        """What all processes wrote to standard error."""
        return "".join(program.log for program in self.programs)

    # Time

    def later(self, **amount: float) -> None:
        """Let business time pass: ``later(minutes=2)``."""
        self.clock.advance(timedelta(**amount))

    def after_leases(self) -> None:
        """Jump to when what a dead process held is anybody's again. Only while no process is at work."""
        assert not any(program.is_running for program in self.programs), "the living would lose their leases too"
        self.clock.advance(LONGEST_LEASE + timedelta(seconds=1))

    # People

    def relative(self, name: str = "Gulnar", language: str = "en") -> Phone:
        """Somebody who is not in our directory."""
        return self.sandbox.phone(name, role="relative", language=language)

    def helper(self, name: str, role: str = "coordinator") -> Phone:
        """Somebody in our directory who has sent the bot the code that links their phone."""
        card = ContactCard(name, Role(role), ("KZ",), ("en",), country="KZ")
        with self.house.store.unit("test") as unit:
            code = make_link_code(unit, put_contact(unit, card))
        phone = self.sandbox.phone(name, role=role, language="en")
        phone.command(f"/link {code}")
        return phone

    def linked(self, *helpers: Phone) -> tuple[Phone, ...]:
        """Wait until the running program has linked these phones."""
        for phone in helpers:
            phone.sees(f"linked: {phone.name}")
        return helpers

    def team(self) -> tuple[Phone, Phone]:
        """A coordinator and a lawyer, linked; the program must be running."""
        aigerim, dana = self.helper("Aigerim"), self.helper("Dana", "lawyer")
        self.linked(aigerim, dana)
        return aigerim, dana

    def code_on(self, phone: Phone) -> str:
        """The case code the first reply on a relative's phone shows."""
        found = CODE.search(phone.sees("We have your message").plain)
        assert found is not None
        return found[0]

    def case_codes(self) -> list[str]:
        """The codes of all cases, oldest first."""
        with self.house.store.read() as unit:
            return list(unit.session.scalars(select(Case.code).order_by(Case.opened_at, Case.id)))
