"""Processes of a benchmark: started from this checkout, ended by their own handle."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STOP_WITHIN = 15


@contextmanager
def child(
    *arguments: str, environment: Mapping[str, str] | None = None, until: str = ""
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``python -P ARGUMENTS`` for as long as the block lasts.

    Yields the process and the first line it prints that begins with ``until``; RuntimeError when it ends before.
    """
    process = start(*arguments, environment=environment)
    try:
        yield process, first_line(process, until)
    finally:
        end(process)


def start(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start ``python -P ARGUMENTS`` with its words thrown away, except for standard output."""
    return subprocess.Popen(  # noqa: S603  our own modules
        [sys.executable, "-P", *arguments],
        env=None if environment is None else dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def first_line(process: subprocess.Popen[str], until: str = "") -> str:
    """The first line of a process that begins with ``until``."""
    for line in process.stdout or ():
        if line.startswith(until):
            return line.strip()
    raise RuntimeError("a process of the benchmark ended before it was ready; start it by hand to see why")


def end(process: subprocess.Popen[str]) -> None:
    """Ask a process to end, and see that it does."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
