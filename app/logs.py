"""Logs hold ids and codes only: one JSON object a line on standard error, from our own words and nobody else's."""

from __future__ import annotations

import logging
import re
import sys
import threading
from typing import TYPE_CHECKING, Any

import structlog

from store.queues import where_it_failed

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from types import TracebackType

TOKEN = re.compile(r"\d{3,}:[\w-]{20,}")
"""A bot's token, wherever it stands: in an address, in a message of a library."""
QUIET = ("telegram", "httpx", "aiohttp", "waitress", "apscheduler", "sqlalchemy", "alembic", "asyncio", "py.warnings")
"""Loggers of libraries: their messages repeat addresses, tokens and texts."""


def set_up_logs() -> None:
    """Write our own records to standard error and keep everybody else from writing anything but their names."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _drop_exceptions,
            _redact,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=_kind_only),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_NamesOnly()], force=True)
    for name in QUIET:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # warns whenever a request waits for a moment
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    sys.excepthook = _say_what_ended_us
    threading.excepthook = _say_what_ended_a_thread


class _NamesOnly(logging.Handler):
    """Says which library complained, how loudly and where; never what it said."""

    def emit(self, record: logging.LogRecord) -> None:
        where = f"{record.module}:{record.lineno}"
        structlog.get_logger("library").warning(
            "library_complained", library=record.name, loudness=record.levelname, where=where
        )


def _say_what_ended_us(_kind: type[BaseException], error: BaseException, _frames: TracebackType | None) -> None:
    structlog.get_logger("process").error("process_failed", trouble=where_it_failed(error))


def _say_what_ended_a_thread(given: threading.ExceptHookArgs) -> None:
    name = None if given.thread is None else given.thread.name
    trouble = None if given.exc_value is None else where_it_failed(given.exc_value)
    structlog.get_logger("process").error("thread_failed", thread=name, trouble=trouble)


def _drop_exceptions(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    entry.pop("exc_info", None)
    entry.pop("stack_info", None)
    return entry


def _redact(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in entry.items():
        if isinstance(value, str):
            entry[name] = TOKEN.sub("<token>", value)
    return entry


def _kind_only(value: object) -> str:
    """What is not plain is not written out: nobody knows what it would print."""
    return f"<{type(value).__name__}>"
