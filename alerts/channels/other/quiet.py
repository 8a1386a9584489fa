"""Libraries that must not log: their lines hold addresses, which are secrets here, and what was said."""

from __future__ import annotations

from alerts.channels.quiet import silence

LOGGERS = ("apprise", "requests", "urllib3", "urllib3.connectionpool", "urllib3.util.retry")


def quiet_loggers() -> None:
    """Silence them at every level, whatever level the root logger has. Repeating it changes nothing."""
    silence(LOGGERS)
