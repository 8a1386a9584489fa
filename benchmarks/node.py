"""The program as ``panah up`` runs it, with the provider's limits lifted: what is measured is the house, not the lane.

``python -m benchmarks.node ROLES LIMITS``: LIMITS is ``lifted`` or ``telegram``. Nothing else is changed: lanes are
rows that are locked, computed and written as ever; they only never say "later".
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import timedelta

from alerts.sending.limits import TELEGRAM, Limits
from app.logs import set_up_logs
from app.roles import run
from app.settings import read_settings
from app.wiring import build

LIFTED = Limits(
    everybody_every=timedelta(microseconds=1),
    everybody_burst=1_000_000,
    chat_every=timedelta(microseconds=1),
    chat_burst=1_000_000,
)
LIMITS = {"lifted": LIFTED, "telegram": TELEGRAM}


def main(roles: str, limits: str) -> None:
    """Run until SIGTERM."""
    set_up_logs()
    house = replace(build(read_settings(os.environ)), limits=LIMITS[limits])
    run(house, frozenset(roles.split(",")), lambda: print("ready", flush=True))  # noqa: T201  says when


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
