"""Known holes in the packages we use: the index is asked about every version in the lock, when somebody says so.

The index learns which packages at which versions somebody uses at this address, and nothing else. Nothing here runs by
itself. Whoever could not be asked about is told of: silence is never taken for health.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from app.doctor.findings import Finding, fault, ok, warn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LOCK = Path(__file__).parents[2] / "requirements" / "runtime.txt"
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)")
SECONDS = 15.0
"""For one question."""
IN_ALL = 300.0
AT_ONCE = 4
LARGEST = 32 * 2**20
"""Bytes of an answer: some packages have thousands of files, which the index lists in the same breath."""
OF_PIP = "/simple"
"""How the address ends that pip is given; what is known of a package lies beside it."""
IDENTIFIER = re.compile(r"[A-Z]+-[A-Za-z0-9-]{1,40}")
VERSION = re.compile(r"[A-Za-z0-9.!+_-]{1,40}")
NAMED = 5
"""How many packages a sentence names."""


@dataclass(frozen=True, order=True)
class Pin:
    """One package at one version."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Silence(Enum):
    """Why nothing is known of a pin."""

    NOT_THERE = auto()
    """The index answered, and has nothing of the kind."""
    NO_ANSWER = auto()
    """It did not answer, or nothing that can be understood."""


@dataclass(frozen=True)
class Hole:
    """One known hole: what it is called, and the versions in which it is mended."""

    name: str
    mended_in: tuple[str, ...]


def pinned(lock: str) -> list[Pin]:
    """Return every pin of a lock file."""
    found = (PIN.match(line) for line in lock.splitlines())
    return sorted({Pin(one[1], one[2]) for one in found if one is not None})


def check_holes(index: str, lock: Path = LOCK, *, within: float = IN_ALL) -> Iterator[Finding]:
    """Ask about every pin, ``within`` so many seconds.

    Yield a finding for each hole and one for all of whom nothing is known; all is well only without either.
    """
    try:
        pins = pinned(lock.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        pins = []
    if not pins:
        yield fault("holes", f"no pins were found in {lock}", "run it in a checkout of Panah, where the locks are")
        return
    yield from judge(pins, asyncio.run(_ask_all(index.rstrip("/").removesuffix(OF_PIP), pins, within)))


def judge(pins: Sequence[Pin], told: Sequence[list[Hole] | Silence]) -> Iterator[Finding]:
    """Judge by what the index said of each pin."""
    unknown: list[Pin] = []
    for pin, holes in zip(pins, told, strict=True):
        if isinstance(holes, Silence):
            unknown.append(pin)
            continue
        for hole in holes:
            mended = f"mended in {', '.join(hole.mended_in)}" if hole.mended_in else "not mended in any version yet"
            yield fault("holes", f"{pin} has {hole.name}, {mended}", "upgrade Panah; see requirements/README.md")
    if unknown:
        named = ", ".join(map(str, unknown[:NAMED])) + (" and others" if len(unknown) > NAMED else "")
        said = f"of {len(unknown)} of {len(pins)} packages it is not known whether they have holes: {named}"
        yield warn("holes", said, _what_to_do(told))
    elif not any(told):
        yield ok("holes", f"the index knows of none in {len(pins)} packages at the versions we use")


def _what_to_do(told: Sequence[list[Hole] | Silence]) -> str:
    """A mirror that has packages alone answers at once, with nothing: asking it again is in vain."""
    if all(one is Silence.NOT_THERE for one in told):
        return "this index answers and tells of no package what is known of it: a mirror of files alone? ask another"
    return "is the index reachable from here? ask again; until then nothing is said of them"


async def _ask_all(index: str, pins: Sequence[Pin], within: float) -> list[list[Hole] | Silence]:
    turns = asyncio.Semaphore(AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
        asking = [asyncio.create_task(_ask(session, turns, index, pin)) for pin in pins]
        await asyncio.wait(asking, timeout=within)
        for task in asking:
            task.cancel()
        return [_outcome(task) for task in asking]


def _outcome(task: asyncio.Task[list[Hole] | Silence]) -> list[Hole] | Silence:
    return task.result() if task.done() and not task.cancelled() else Silence.NO_ANSWER


async def _ask(session: aiohttp.ClientSession, turns: asyncio.Semaphore, index: str, pin: Pin) -> list[Hole] | Silence:
    """Ask about one pin; nothing is known when the answer is none, is too long, or is about another version."""
    async with turns:
        try:
            async with session.get(f"{index}/pypi/{pin.name}/{pin.version}/json") as answer:
                if answer.status == HTTPStatus.NOT_FOUND:
                    return Silence.NOT_THERE
                if answer.status != HTTPStatus.OK or (answer.content_length or 0) > LARGEST:
                    return Silence.NO_ANSWER
                return holes_in(await answer.json(content_type=None), pin)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return Silence.NO_ANSWER


def holes_in(answer: Any, pin: Pin) -> list[Hole] | Silence:
    """Read an answer; silence unless it is one, about this very version. Withdrawn reports do not count."""
    if not isinstance(answer, dict) or not isinstance(answer.get("info"), dict):
        return Silence.NO_ANSWER
    listed = answer.get("vulnerabilities")
    if answer["info"].get("version") != pin.version or not isinstance(listed, list):
        return Silence.NO_ANSWER
    if not all(isinstance(one, dict) for one in listed):
        return Silence.NO_ANSWER
    return [_hole(one) for one in listed if not one.get("withdrawn")]


def _hole(told: dict[str, Any]) -> Hole:
    """Take over what is shaped as it should be: it goes to a terminal."""
    name, mended = told.get("id"), told.get("fixed_in")
    versions = (
        [one for one in mended if isinstance(one, str) and VERSION.fullmatch(one)] if isinstance(mended, list) else []
    )
    return Hole(
        name if isinstance(name, str) and IDENTIFIER.fullmatch(name) else "a hole without a name", tuple(versions)
    )
