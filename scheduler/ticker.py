"""The ticker: APScheduler runs the few recurring jobs it is given. It remembers nothing, so nothing is lost with it.

Everything that must happen at a certain time is a row with a ``due_at``; a tick only makes somebody look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from store.queues import where_it_failed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """Something to be done every so many seconds of real time."""

    name: str
    run: Callable[[], object]
    every_seconds: float


def run_once(job: Job) -> None:
    """Run it; what fails is logged under its name, runs again at its next time, and harms nobody else."""
    try:
        job.run()
    except Exception:
        log.exception("job_failed", job=job.name, trouble=where_it_failed())


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
            self._scheduler.add_job(run_once, "interval", (job,), seconds=job.every_seconds, id=job.name)

    def start(self) -> None:
        """Begin ticking, in threads of its own."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking and wait for running jobs."""
        self._scheduler.shutdown(wait=True)
