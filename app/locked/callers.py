"""Who is told that something came in while it is locked: addresses that live in memory and nowhere else.

Addresses at rest are ciphertext, and while it is locked nobody can open them. Whoever takes the machine must not find
them in a file either. So a running process remembers them while it has keys, hands them to the image of itself that it
becomes when it is locked (through a pipe, never a disk), and they are gone with the next restart or power cut.
"""

from __future__ import annotations

import itertools
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.needs.ways import ways_to
from contacts.accounts.coercion import coerced_contacts
from contacts.directory import active_contacts
from store.chats import address_of
from store.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.unit_of_work import UnitOfWork

COORDINATOR = "coordinator"
FITS = 60_000
"""Bytes that surely fit into a pipe that nobody reads yet."""


@dataclass(frozen=True)
class Way:
    """One way to one coordinator. The address does not show in a repr."""

    channel: str
    language: str
    address: str = field(repr=False)


@dataclass
class Callers:
    """What a process remembers while it has keys. Replaced once a minute; nothing writes it down."""

    ways: tuple[Way, ...] = field(default=(), repr=False)


def ways_now(unit: UnitOfWork) -> tuple[Way, ...]:
    """Return every proved way to every coordinator, except to those who are thought to be forced."""
    apart = coerced_contacts(unit)
    found = []
    for contact in active_contacts(unit, COORDINATOR):
        for way in ways_to(unit, contact) if contact.id not in apart else ():
            with suppress(UnreadableError):  # one whose key is gone does not keep the others from being told
                found.append(Way(way.channel, way.language, address_of(unit, way.chat)))
    return tuple(found)


def hand_over(ways: Sequence[Way]) -> int:
    """Put them into a pipe and return its open end, which the program that this process becomes inherits."""
    given = [json.dumps([way.channel, way.language, way.address]) for way in ways]
    ends = itertools.accumulate(len(one) + len(",") for one in given)  # the brackets around them are one more byte
    fitting = itertools.takewhile(lambda end: end < FITS, ends)
    reading, writing = os.pipe()
    os.write(writing, f"[{','.join(given[: len(list(fitting))])}]".encode())
    os.close(writing)
    os.set_inheritable(reading, True)  # noqa: FBT003  the library's own form
    return reading


def take_over(handle: int) -> tuple[Way, ...]:
    """Read what :func:`hand_over` put into a pipe, and close it. Nobody, where there is no such pipe."""
    try:
        with os.fdopen(handle, "rb") as pipe:
            return tuple(Way(*one) for one in json.loads(pipe.read()))
    except (OSError, ValueError, TypeError):
        return ()
