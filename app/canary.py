"""The canary's job and its channel: what sends it, and what answers it in this process."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import IntegrityError

from alerts.channels.canary import CanaryChannel
from alerts.models import CANARY
from alerts.occasions.canary import keep_answer, read_canary, send_canary
from alerts.sending.limits import limits_of
from alerts.sending.sender import Sender

if TYPE_CHECKING:
    import threading

    from app.wiring import House
    from store.unit_of_work import Store

log = structlog.get_logger(__name__)
EVERY_SECONDS = 20.0
"""How often a process looks whether it is time for the next one."""
PER_SECOND = 10.0


def tend_canary(store: Store) -> bool:
    """Send the next canary if it is time, and say in the log as long as one is missing. Return whether one was sent."""
    with store.read() as unit:
        missing = read_canary(unit)
    if missing.is_silent:
        log.error("canary_silent", seconds=round(missing.missing.total_seconds()))
    try:
        with store.unit("canary") as unit:
            return send_canary(unit)
    except IntegrityError:
        return False  # another node was quicker by a moment


def answer_canaries(house: House, stop: threading.Event) -> None:
    """Send canaries to where they are answered, until ``stop``."""
    channel = CanaryChannel(partial(_answer, house.store))
    sender = Sender(house.store, channel, house.wording, name=CANARY, limits=limits_of(CANARY, PER_SECOND), at_once=2)
    asyncio.run(sender.run(stop))


def _answer(store: Store, token: str) -> None:
    with store.unit("canary") as unit:
        keep_answer(unit, token)
