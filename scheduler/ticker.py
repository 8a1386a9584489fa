"""The ticker: APScheduler runs the few recurring jobs it is given. It remembers nothing, so nothing is lost with it.

Everything that must happen at a certain time is a row with a ``due_at``; a tick only makes somebody look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Job:
    """Something to be done every so many seconds of real time."""

    name: str
    run: Callable[[], object]
    every_seconds: float


class Ticker:
    """Runs jobs side by side; a job that is late runs once, not once for each time it missed."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        for job in jobs:
            self._scheduler.add_job(job.run, "interval", seconds=job.every_seconds, id=job.name)

    def start(self) -> None:
        """Begin ticking, in threads of its own."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking and wait for running jobs."""
        self._scheduler.shutdown(wait=True)
