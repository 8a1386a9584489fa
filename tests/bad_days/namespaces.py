"""Places on a network: a port of this machine, or a network namespace with an address whose cable can be pulled."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

PORT = 5432


@dataclass(frozen=True)
class Place:
    """Where a server listens, and how a command is run there."""

    host: str
    port: int
    inside: tuple[str, ...] = ()
    cable: str = ""

    def is_cut_off(self) -> None:
        """Pull the cable: what is sent is lost, and nobody is told so."""
        _ip("link", "set", self.cable, "down")

    def is_back(self) -> None:
        _ip("link", "set", self.cable, "up")


def here() -> Place:
    """A port of this machine."""
    return Place("127.0.0.1", free_port())


@contextmanager
def places(count: int) -> Iterator[list[Place]]:
    """So many network namespaces on one switch, which this machine is at too. Skips where that is not allowed."""
    mark = f"p{os.getpid() % 100_000}"
    net = f"10.{83 + os.getpid() % 100}.77"
    with ExitStack() as stack:
        try:
            _ip("link", "add", f"{mark}s", "type", "bridge")
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("no network namespaces on this machine, or we are not root")
        stack.callback(_ip, "link", "del", f"{mark}s")
        _ip("addr", "add", f"{net}.1/24", "dev", f"{mark}s")
        _ip("link", "set", f"{mark}s", "up")
        yield [_place(stack, mark, net, number) for number in range(count)]


def _place(stack: ExitStack, mark: str, net: str, number: int) -> Place:
    name, cable, inner = f"{mark}n{number}", f"{mark}c{number}", f"{mark}e{number}"
    _ip("netns", "add", name)
    stack.callback(_ip, "netns", "del", name)
    _ip("link", "add", cable, "type", "veth", "peer", "name", inner, "netns", name)
    stack.callback(subprocess.run, ["ip", "link", "del", cable], check=False, capture_output=True)
    _ip("link", "set", cable, "master", f"{mark}s")
    _ip("link", "set", cable, "up")
    host = f"{net}.{10 + number}"
    _ip("-n", name, "addr", "add", f"{host}/24", "dev", inner)
    for device in (inner, "lo"):
        _ip("-n", name, "link", "set", device, "up")
    return Place(host, PORT, ("ip", "netns", "exec", name), cable)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
