"""A process that was locked becomes the same program anew: its memory goes, and with it every key it held."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import structlog

from app.key.ring_keeper import is_locked
from app.locked.callers import hand_over

if TYPE_CHECKING:
    from app.locked.callers import Callers
    from app.settings import Settings

log = structlog.get_logger(__name__)
OPTION = "--callers"


def begin_again_if_locked(settings: Settings, callers: Callers) -> None:
    """Return at once unless it is locked; otherwise never: this process runs the same command from its beginning.

    The system gives back the memory of what it was, as if it had ended. All that goes with it are the addresses of
    those who are to be told.
    """
    if not is_locked(settings.ring_path):
        return
    log.warning("beginning_again_without_keys")
    signal.pthread_sigmask(signal.SIG_SETMASK, set())  # what is blocked now would stay blocked
    os.execv(sys.executable, [sys.executable, *_arguments(), OPTION, str(hand_over(callers.ways))])  # noqa: S606  us


def _arguments() -> list[str]:
    """Return what this process was called with, without the pipe of an earlier time."""
    given = sys.orig_argv[1:]
    return given[: given.index(OPTION)] if OPTION in given else given
