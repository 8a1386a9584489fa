"""The ticker: jobs run side by side again and again; what fails or is late harms nobody."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from scheduler.ticker import Job, Ticker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

from contextlib import contextmanager


@contextmanager
def ticking(*jobs: Job) -> Iterator[None]:
    ticker = Ticker(jobs)
    ticker.start()
    try:
        yield
    finally:
        ticker.stop()


def soon(truth: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not truth() and time.monotonic() < deadline:
        time.sleep(0.005)
    return truth()


def test_a_job_runs_again_and_again_until_it_is_stopped() -> None:
    runs: list[float] = []
    with ticking(Job("look", lambda: runs.append(time.monotonic()), 0.02)):
        assert soon(lambda: len(runs) >= 3)
    count = len(runs)
    time.sleep(0.06)
    assert len(runs) == count


def test_a_job_that_fails_is_named_runs_again_and_hinders_no_other() -> None:
    failures, runs = [], []

    def fails() -> None:
        failures.append(1)
        raise ValueError("what somebody wrote")

    with capture_logs() as logged, ticking(Job("fails", fails, 0.02), Job("runs", lambda: runs.append(1), 0.02)):
        assert soon(lambda: len(failures) >= 3 and len(runs) >= 3)
    assert {(one["event"], one["job"]) for one in logged} == {("job_failed", "fails")}
    assert str(logged[0]["trouble"]).startswith("ValueError at test_ticker.py:")


def test_a_job_that_takes_long_runs_once_at_a_time_and_makes_nothing_up() -> None:
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    going_on, most, runs, gate = 0, 0, [], threading.Event()

    def slow() -> None:
        nonlocal going_on, most
        going_on += 1
        most = max(most, going_on)
        runs.append(1)
        if len(runs) == 1:
            gate.wait(0.2)  # misses a good many ticks
        going_on -= 1

    with ticking(Job("slow", slow, 0.02)):
        assert soon(lambda: len(runs) == 1)
        time.sleep(0.1)
        gate.set()
        assert soon(lambda: len(runs) >= 2)
    assert most == 1
    assert len(runs) < 10, "missed ticks are not made up for"


def test_stopping_waits_for_what_runs() -> None:
    begun, done = threading.Event(), []

    def takes_a_moment() -> None:
        begun.set()
        time.sleep(0.05)
        done.append(1)

    with ticking(Job("slow", takes_a_moment, 0.01)):
        assert begun.wait(60)
    assert done
