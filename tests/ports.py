"""Ports for servers that tests start."""

from __future__ import annotations

import random
import socket

OURS = range(20_000, 32_000)
"""Below what systems give away themselves: between looking and listening no connection can take it."""


def free_port() -> int:
    """A port nobody listens on at this moment, and that nobody else is likely to choose."""
    while True:
        port = random.SystemRandom().choice(OURS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
