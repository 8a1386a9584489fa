"""Footprint: how soon the program is ready, what it weighs and what it burns when nothing happens.

The baseline is a Python that only imports the libraries the program uses.
"""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import end, first_line, start
from benchmarks.figures import Row
from benchmarks.home import Options, seat_team, throwaway_home
from benchmarks.provider import Bot, provider

LIBRARIES = (
    "aiohttp", "alembic.command", "apscheduler.schedulers.background", "babel.dates", "click", "cryptography",
    "cryptography.hazmat.primitives.ciphers.aead", "dotenv", "flask", "phonenumbers", "psycopg", "pydantic",
    "sqlalchemy.orm", "structlog", "telegram", "telegram.request", "waitress", "yaml",
)  # fmt: skip
ALONE = f"import {', '.join(LIBRARIES)}; print('ready', flush=True); import time; time.sleep(600)"
SECOND, MEGABYTES = 1.0, 50.0
KILOBYTE = 1024.0


@dataclass(frozen=True)
class Weight:
    """Seconds until ready, megabytes then, share of one core burnt afterwards."""

    ready: float
    memory: float
    burnt: float


def measure(options: Options) -> list[Row]:
    """Medians of several starts."""
    ours, bare = [], []
    with provider() as port:
        for _ in range(options.some(5, 1)):
            ours.append(_program(options, port, options.some(10, 1)))
            bare.append(_alone())
    ready, bare_ready = (statistics.median(one.ready for one in weights) for weights in (ours, bare))
    memory, bare_memory = (statistics.median(one.memory for one in weights) for weights in (ours, bare))
    burnt = statistics.median(one.burnt for one in ours)
    return [
        Row("footprint", "start → ready", ready, "s", bare_ready, "imports alone", f"≤ imports + {SECOND:g} s",
            ready <= bare_ready + SECOND),
        Row("footprint", "memory, idle", memory, "MB", bare_memory, "imports alone", f"≤ imports + {MEGABYTES:g} MB",
            memory <= bare_memory + MEGABYTES),
        Row("footprint", "one core, idle", burnt * 100, "%"),
    ]  # fmt: skip


def _program(options: Options, port: int, seconds: int) -> Weight:
    bot = Bot(port)
    with throwaway_home(options, bot) as home:
        seat_team(home.house)
        environment = {**home.environment, "PANAH_BIND": f"127.0.0.1:{_free_port()}"}
        return _weigh("-m", "app.cli", "up", environment=environment, seconds=seconds, bot=bot)


def _alone() -> Weight:
    return _weigh("-c", ALONE, environment=dict(os.environ), seconds=0, bot=None)


def _weigh(*arguments: str, environment: dict[str, str], seconds: int, bot: Bot | None) -> Weight:
    """Start it, wait until it is ready (a program: until it polls, too), let it idle."""
    began = time.perf_counter()
    process = start(*arguments, environment=environment)
    try:
        first_line(process, "ready")
        if bot is not None:
            bot.wait(0, polls=1)
        ready = time.perf_counter() - began
        time.sleep(min(seconds, 2))
        before, at = _burnt(process.pid), time.perf_counter()
        time.sleep(seconds)
        burnt = 0.0 if not seconds else (_burnt(process.pid) - before) / (time.perf_counter() - at)
        return Weight(ready, _memory(process.pid), burnt)
    finally:
        end(process)


def _memory(pid: int) -> float:
    """Resident megabytes (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return float(line.split()[1]) / KILOBYTE


def _burnt(pid: int) -> float:
    """Seconds of processor time so far (Linux)."""
    numbers = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    user, kernel = 11, 12
    return (int(numbers[user]) + int(numbers[kernel])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    from app.demo.playing import free_port

    return free_port(0)
