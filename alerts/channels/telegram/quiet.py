"""Libraries that must not log: addresses contain the token, updates and parameters contain people's words."""

from __future__ import annotations

import logging

LOGGERS = (
    "telegram",
    "telegram.Bot",
    "telegram.ext",
    "telegram.request",
    "httpx",
    "httpcore",
    "aiohttp.access",
    "aiohttp.client",
    "aiohttp.internal",
)
SILENT = logging.CRITICAL + 1


def quiet_loggers() -> None:
    """Silence them at every level, whatever level the root logger has. Repeating it changes nothing."""
    for name in LOGGERS:
        logging.getLogger(name).setLevel(SILENT)
