"""The program of the demo: ``panah up`` in a process of its own, watched as a service manager would watch it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RESTART_AFTER = 0.5
STOP_WITHIN = 12
"""Real seconds: the program itself takes ten at most."""
LAST_LINES = 5


class Program:
    """``panah up`` as a child process, restarted whenever it ends before it was told to."""

    def __init__(self, folder: Path) -> None:
        self._environment: dict[str, str] = {}
        self._folder = folder
        self._log = folder / "program.log"
        self._child: subprocess.Popen[str] | None = None
        self._turn = threading.Lock()
        self._ready = threading.Event()
        self._over = threading.Event()
        self._starts = 0

    def begin(self, environment: Mapping[str, str]) -> None:
        """Start it, and start it again whenever it ends, until :meth:`stop`."""
        self._environment = dict(environment)
        threading.Thread(target=self._run, name="program", daemon=True).start()

    def _run(self) -> None:
        while (child := self._start()) is not None:
            for line in child.stdout or ():
                if line.startswith("ready"):
                    self._ready.set()
            child.wait()
            self._ready.clear()
            self._over.wait(RESTART_AFTER)

    def _start(self) -> subprocess.Popen[str] | None:
        with self._turn, self._log.open("a", encoding="utf-8") as log:
            if self._over.is_set():
                return None
            self._starts += 1
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", "app.cli", "up"],
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            return self._child

    @property
    def is_ready(self) -> bool:
        """Whether the process that runs now has said that it is ready."""
        return self._ready.is_set()

    @property
    def starts(self) -> int:
        """How often it was started."""
        return self._starts

    def last_words(self) -> str:
        """The last lines of its log: ids and codes, as in every log of ours."""
        if not self._log.exists():
            return ""
        with self._log.open(encoding="utf-8") as log:
            return "".join(deque(log, LAST_LINES))

    def kill(self) -> None:
        """End it as a power cut would."""
        child = self._child
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGKILL)

    def stop(self) -> None:
        """End it cleanly and do not start it again."""
        with self._turn:
            self._over.set()
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def status(self) -> dict[str, object]:
        """What the phones' page shows of it."""
        state = "running" if self.is_ready else "starting"
        return {"program": state, "detail": f"started {self._starts} times" if self._starts > 1 else ""}
