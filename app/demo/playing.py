"""The demo: the real program in a process of its own, a local Telegram and phones in this one.

Its home and its key are thrown away at the end.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.demo.accounts import make_accounts
from app.demo.cast import TEMPLATE, seed
from app.demo.night import live_through, wait_for_night
from app.demo.program import Program
from app.settings import read_settings, without_ours
from app.setup import set_up
from app.wiring import build
from sandbox import Sandbox
from store.clock import SharedClock
from store.errors import StoreError
from store.vault import new_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.demo.accounts import Keys
    from sandbox import Phone

LINKED_WITHIN = 90.0
"""Real seconds after which the demo gives up; a slow machine that compiles everything first takes half a minute."""
MOST_STARTS = 3
PHONES, CONSOLE = 8765, 8000
"""Where the phones and the console are, unless another place is asked for: then the console is beside it."""
ZONE = "Asia/Almaty"
SPEECH = 15.0
"""Characters a voice speaks in a second, about as a person does."""


class DemoError(StoreError):
    """The demo cannot be shown; the message says why."""


def play(port: int, *, lived_in: bool) -> None:
    """Set the stage, print where to look, and run until the reader has seen enough (Ctrl-C). Leaves nothing behind."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as stage:
        stage.callback(_no_second_interruption)
        try:
            page, night = set_stage(stage, port, lived_in=lived_in)
            click.echo(f"\n  Panah is running. Open  {page}\n")
            if night:
                click.echo(f"  It is night there, and {night} (--empty: nobody has).")
            click.echo("  The console is a link on that page, with who may sign in.")
            click.echo("  Type “they took my brother” on the relative's phone. Ctrl-C ends it; nothing is kept.")
            threading.Event().wait()
        except KeyboardInterrupt:
            _no_second_interruption()
            click.echo("")


def _no_second_interruption() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


THREE, FEWER = "three people have reported already", "people have reported already; not all, this machine is slow"


def set_stage(stage: ExitStack, port: int, *, lived_in: bool) -> tuple[str, str]:
    """Set up a throw-away home, a local Telegram, the team and their phones, and start the program.

    With ``lived_in`` it is night, and others have reported before; see :mod:`app.demo.night`.
    What must be taken down again is left with ``stage``. Returns the address of the phones' page, and what the night
    has seen so far; raises DemoError.
    """
    home = Path(tempfile.mkdtemp(prefix="panah-demo-"))
    stage.callback(shutil.rmtree, home, ignore_errors=True)
    token = f"{secrets.randbelow(9 * 10**8) + 10**8}:{secrets.token_urlsafe(24)}"
    clock = SharedClock(home / "clock.json", sandbox=True)
    if lived_in:
        wait_for_night(clock, ZONE)
    program = Program(home)
    web = free_port(CONSOLE if port == PHONES else port + 1)
    doors: list[Keys] = []
    controls: dict[str, Callable[..., object]] = {
        "advance": lambda seconds: clock.advance(timedelta(seconds=seconds)),
        "kill": program.kill,
        "status": lambda: {**program.status(), "links": [one for keys in doors for one in keys.links(clock.now())]},
    }
    sandbox = Sandbox(
        now=clock.now,
        port=free_port(port),
        token=token,
        zone=ZONE,
        controls=controls,
        public_url=f"http://localhost:{web}",
        deliver_to=f"http://127.0.0.1:{web}",
        speech=SPEECH,
    )
    stage.enter_context(sandbox)
    environment = demo_environment(home, sandbox, token, web)
    settings = read_settings(environment)
    set_up(settings)
    house = build(settings)
    stage.callback(house.store.engine.dispose)
    phones = seed(house, sandbox)
    doors.append(make_accounts(house, f"http://localhost:{web}"))
    stage.callback(program.stop)
    program.begin({**without_ours(os.environ), **environment})
    wait_until_linked(phones, program)
    if not lived_in:
        return sandbox.page_url, ""
    coordinator, _, lawyer = phones
    return sandbox.page_url, THREE if live_through(house.store, sandbox, clock, ZONE, (coordinator, lawyer)) else FEWER


def demo_environment(home: Path, sandbox: Sandbox, token: str, port: int) -> dict[str, str]:
    """The settings of a demo: a throw-away home and key, local providers."""
    return {
        "PANAH_HOME": str(home),
        "PANAH_KEY": new_key(),
        "PANAH_SANDBOX": "1",
        "PANAH_BIND": f"127.0.0.1:{port}",
        "TELEGRAM_API_URL": sandbox.url,
        "TELEGRAM_BOT_TOKEN": token,
        "TWILIO_API_URL": sandbox.twilio_url,
        "TWILIO_ACCOUNT_SID": sandbox.twilio.account,
        "TWILIO_AUTH_TOKEN": sandbox.twilio.token,
        "TWILIO_SMS_FROM": sandbox.twilio.number,
        "TWILIO_VOICE_FROM": sandbox.twilio.number,
        "TWILIO_WHATSAPP_FROM": sandbox.twilio.number,
        "TWILIO_WHATSAPP_TEMPLATE": TEMPLATE,
        "PANAH_SMS_ANSWERS_IN": "KZ",
        "SMTP_URL": sandbox.smtp_url,
        "MAIL_FROM": "panah@example.org",
    }


def wait_until_linked(phones: list[Phone], program: Program) -> None:
    """Wait until the program has answered everybody's /link; raises DemoError when it will not."""
    deadline = time.monotonic() + LINKED_WITHIN
    while not all(phone.messages for phone in phones):
        if time.monotonic() > deadline or program.starts > MOST_STARTS:
            raise DemoError(f"the program did not start; its last words:\n{program.last_words()}")
        time.sleep(0.05)


def free_port(wanted: int) -> int:
    """Return ``wanted`` if nobody listens there, else any free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise DemoError("no port is free on this machine")
