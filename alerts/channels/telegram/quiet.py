"""Libraries that must not log: addresses contain the token, updates and parameters contain people's words."""

from __future__ import annotations

from alerts.channels.quiet import silence

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


def quiet_loggers() -> None:
    """Silence them at every level, whatever level the root logger has. Repeating it changes nothing."""
    silence(LOGGERS)
