"""Libraries that must not log: their lines hold addresses and tokens, and what was said."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SILENT = logging.CRITICAL + 1


def silence(loggers: Iterable[str]) -> None:
    """Silence them at every level, whatever level the root logger has. Repeating it changes nothing."""
    for name in loggers:
        logging.getLogger(name).setLevel(SILENT)
