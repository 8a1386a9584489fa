"""``panah`` as an operator runs it: a process of its own, which can be killed at any moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OURS = ("PANAH_", "TELEGRAM_", "TWILIO_", "SMTP_", "MAIL_", "DATABASE_", "HEARTBEAT_")
"""Settings of whoever runs the tests; none of them may reach the processes."""
READY_WITHIN = 60.0
LOOK_EVERY = 0.01


class Program:
    """One process after another in the same part: started, killed, started again. What they say is kept in files."""

    def __init__(
        self, folder: Path, name: str, environment: Mapping[str, str], arguments: tuple[str, ...], *, compiled: Path
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.said = folder / f"{name}.out"
        self.log_file = folder / f"{name}.err"
        self._command = [sys.executable, "-P", "-m", "app.cli", *arguments]
        self._environment = {**inherited(), **kept_in(compiled), **environment}
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._said_before = 0

    @property
    def pid(self) -> int:
        """Of the process that was started last."""
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """None while it runs."""
        return None if self._process is None else self._process.poll()

    def start(self) -> Self:
        """Start it and return at once."""
        assert not self.is_running, f"{self.name} runs already"
        self._said_before = self.said.stat().st_size if self.said.exists() else 0
        with self.said.open("ab") as out, self.log_file.open("ab") as err:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        return self

    def wait_until_says(self, words: str, seconds: float = READY_WITHIN) -> Self:
        """Wait until the running process has printed these words."""
        deadline = time.monotonic() + seconds
        while words not in self._says():
            assert self.is_running, f"{self.name} ended ({self.exit_status})\n{self.log[-2000:]}"
            assert time.monotonic() < deadline, f"{self.name} did not say {words!r}\n{self.log[-2000:]}"
            time.sleep(LOOK_EVERY)
        return self

    def wait_until_says_in_log(self, words: str, seconds: float = READY_WITHIN) -> Self:
        """Wait until one of its processes has written these words to standard error."""
        deadline = time.monotonic() + seconds
        while words not in self.log:
            assert time.monotonic() < deadline, f"{self.name} did not log {words!r}\n{self.log[-2000:]}"
            time.sleep(LOOK_EVERY)
        return self

    def wait_until_ready(self) -> Self:
        return self.wait_until_says("ready ")

    def _says(self) -> str:
        return self.said.read_bytes()[self._said_before :].decode()

    def kill(self) -> None:
        """End it as a power cut would; it is gone when this returns."""
        self.signal(signal.SIGKILL)
        self.wait_until_ended(10)

    def terminate(self, within: float = 10.0) -> float:
        """Ask it to end; return how many seconds it took. Fails when it takes longer than ``within``."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        self.wait_until_ended(within)
        return time.monotonic() - began

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None, f"{self.name} was never started"
        self._process.send_signal(number)

    def wait_until_ended(self, within: float) -> int:
        """Return the exit status; fails when it still runs after so many seconds."""
        assert self._process is not None, f"{self.name} was never started"
        return self._process.wait(within)

    @property
    def log(self) -> str:
        """Everything its processes wrote to standard error."""
        return self.log_file.read_text(encoding="utf-8") if self.log_file.exists() else ""

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The log entries of one kind, over all its processes. A last line cut short by a kill is no entry."""
        lines = (line for line in self.log.splitlines() if line.startswith("{") and line.endswith("}"))
        return [entry for entry in map(json.loads, lines) if entry.get("event") == event]

    def clean_up(self) -> None:
        """Leave nothing running, nor anything it has started itself."""
        if self.is_running:  # once it has ended, its number may be another's
            os.killpg(self.pid, signal.SIGKILL)
            self.wait_until_ended(10)


def inherited() -> dict[str, str]:
    """The environment of whoever runs the tests, without their own home."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(OURS) and name != "PYTHONDONTWRITEBYTECODE"
    }


def kept_in(compiled: Path) -> dict[str, str]:
    """Where processes find what is compiled: where these tests keep it, and in ``compiled`` if they keep nothing."""
    return {"PYTHONPYCACHEPREFIX": str(compiled)} if sys.dont_write_bytecode else {}
