"""``panah up`` as a real process: ready when it says so, quiet about what it handles, gone when it is told."""

from __future__ import annotations

import json
import os
import socket
import stat
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import pytest

from app.settings import read_settings
from app.setup import set_up
from app.wiring import build
from contacts.directory import put_contact
from contacts.linking import make_link_code
from contacts.values import ContactCard, Role
from sandbox import Sandbox
from store.base import new_id
from store.vault import new_key
from tests.bad_days.program import Program
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox import Phone

pytestmark = pytest.mark.processes

TOKEN = "700000222:UP-token_of-nobody-at-all"
CANARY = "Асқар Canary"
WITHIN = 60.0


def answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=60) as response:  # noqa: S310  our own address
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class Node:
    """A home, a local Telegram and any number of processes."""

    def __init__(self, folder: Path, compiled: Path, sandbox: Sandbox, **environment: str) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.home = folder / "home"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "PANAH_HOME": str(self.home),
            "PANAH_KEY": new_key(),
            "PANAH_SANDBOX": "1",
            "PANAH_BIND": f"127.0.0.1:{self.port}",
            "TELEGRAM_API_URL": sandbox.url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            **environment,
        }
        self.environment = {**self.settings, "PYTHONDONTWRITEBYTECODE": ""}
        self.compiled = compiled
        self.programs: list[Program] = []
        umask = os.umask(0o077)  # as every command does
        set_up(read_settings(self.settings))
        os.umask(umask)

    def start(self, roles: str = "web,bot,worker", *, name: str = "up") -> Program:
        arguments = ("up", "--role", roles)
        program = Program(self.folder / "processes", name, self.environment, arguments, compiled=self.compiled)
        self.programs.append(program)
        return program.start()

    def helper(self, name: str) -> Phone:
        house = build(read_settings(self.settings))
        with house.store.unit("test") as unit:
            code = make_link_code(unit, put_contact(unit, ContactCard(name, Role.COORDINATOR, languages=("en",))))
        house.store.engine.dispose()
        phone = self.sandbox.phone(name, role="coordinator", language="en")
        phone.command(f"/link {code}")
        phone.sees(name, timeout=WITHIN)
        return phone

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for program in self.programs:
            program.clean_up()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(token=TOKEN) as sandbox:
        sandbox.bot()
        yield sandbox


@contextmanager
def node(tmp_path: Path, compiled: Path, sandbox: Sandbox, **environment: str) -> Iterator[Node]:
    with Node(tmp_path, compiled, sandbox, **environment) as made:
        yield made


def test_it_is_ready_when_it_says_so_says_nothing_of_anybody_and_ends_when_told(
    tmp_path: Path, compiled: Path, sandbox: Sandbox
) -> None:
    with node(tmp_path, compiled, sandbox) as here:
        left_behind = here.home / "restore-gone.json"
        left_behind.write_text(json.dumps({"erased": [str(new_id())], "withdrawn": []}))
        up = here.start().wait_until_ready()
        assert up.said.read_text() == f"ready http://localhost:{here.port} (bot, web, worker)\n"
        assert not left_behind.exists(), "what a restore that was killed has left is finished before anything runs"
        assert answer(f"{here.url}/healthz") == (200, "ok\n")
        assert answer(f"{here.url}/readyz") == (200, "ready\n")
        assert answer(f"{here.url}/nothing") == (404, "404 Not Found\n")

        aigerim = here.helper(CANARY)
        gulnar = sandbox.phone("Gulnar", role="relative", language="en")
        gulnar.writes(f"they took {CANARY}")
        gulnar.sees("We have your message", timeout=WITHIN)
        aigerim.taps("Accept", timeout=WITHIN)
        gulnar.sees("has taken your report", timeout=WITHIN)

        assert up.terminate() < 10, "also while a long poll is under way"
        assert up.exit_status == 0
        assert up.said.read_text().count("\n") == 1, "one line, and nothing else"
        entries = [json.loads(line) for line in up.log.splitlines()]
        assert entries[-1]["event"] == "stopped"
        assert entries[-1]["unfinished"] == []
        assert {entry["level"] for entry in entries} == {"info"}, up.log
        for secret in (CANARY, "Canary", TOKEN, TOKEN.partition(":")[2], here.settings["PANAH_KEY"], "they took"):
            assert secret not in up.log
        modes = {stat.S_IMODE(file.stat().st_mode) for file in here.home.iterdir()}
        assert modes == {0o600}
        assert stat.S_IMODE(here.home.stat().st_mode) == 0o700


def test_a_port_in_use_ends_the_start_with_a_clear_word(tmp_path: Path, compiled: Path, sandbox: Sandbox) -> None:
    with node(tmp_path, compiled, sandbox) as here, socket.socket() as taken:
        taken.bind(("127.0.0.1", here.port))
        taken.listen()
        up = here.start()
        assert up.wait_until_ended(WITHIN) == 1
        assert up.said.read_text() == ""
        assert up.log.splitlines()[-1] == (
            f"panah: PANAH_BIND: cannot listen on 127.0.0.1:{here.port} (Address already in use)"
        )


def test_without_a_token_the_pages_are_served_and_the_rest_is_said_to_be_off(
    tmp_path: Path, compiled: Path, sandbox: Sandbox
) -> None:
    with node(tmp_path, compiled, sandbox, TELEGRAM_BOT_TOKEN="") as here:
        up = here.start().wait_until_ready()
        assert answer(f"{here.url}/readyz") == (200, "ready\n")
        assert len(up.logged("telegram_is_off")) == 1
        assert sandbox.calls() == []
        up.terminate()
        assert up.exit_status == 0


@pytest.mark.long  # `tests/bad_days/test_workers.py` starts as many each time, and kills one
def test_roles_in_processes_of_their_own_share_the_work(tmp_path: Path, compiled: Path, sandbox: Sandbox) -> None:
    with node(tmp_path, compiled, sandbox) as here:
        parts = (("bot", "bot"), ("worker", "one"), ("worker", "two"))
        programs = [here.start(role, name=name) for role, name in parts]
        for program in programs:
            program.wait_until_ready()
        aigerim = here.helper("Aigerim")
        gulnar = sandbox.phone("Gulnar", role="relative", language="en")
        gulnar.writes("they took my brother")
        gulnar.sees("We have your message", timeout=WITHIN)
        aigerim.sees("NEW", timeout=WITHIN)
        aigerim.taps("Accept", timeout=WITHIN)
        gulnar.sees("has taken your report", timeout=WITHIN)
        assert len([call for call in sandbox.calls("sendMessage") if "NEW" in str(call.params.get("text"))]) == 1
        for program in programs:
            assert program.terminate() < 10
            assert program.exit_status == 0
