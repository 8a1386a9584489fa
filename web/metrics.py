"""``/metrics`` in Prometheus' text format: counts by state and ages, nothing about anybody.

Even counts tell how busy a hotline is, so they are shown on this machine only: to a peer on a loopback address that
asked for a loopback name. A reverse proxy on the same machine is such a peer too; as long as it keeps the Host header
of what it passes on, the world does not get here through it (``panah doctor`` tries).
"""

from __future__ import annotations

from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, request

from store.eventlog import newest_at
from store.events import BackupMade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import timedelta

    from alerts.screens.vitals import ChannelVitals, Vitals
    from store.unit_of_work import Store, UnitOfWork

FORMAT = "text/plain; version=0.0.4; charset=utf-8"
Labels = tuple[tuple[str, str], ...]
Sample = tuple[Labels, float]


def metrics_page(store: Store, look: Callable[[UnitOfWork], Vitals]) -> Blueprint:
    """Build the route."""
    pages = Blueprint("metrics", __name__)

    @pages.get("/metrics")
    def metrics() -> Response:
        """Show how the work flows, to this machine."""
        if not _asked_from_here():
            abort(HTTPStatus.NOT_FOUND)
        with store.read() as unit:
            vitals = look(unit)
            copied_at = newest_at(unit.session, BackupMade.__name__)
            copied = None if copied_at is None else unit.now - copied_at
        return Response(exposition(vitals, store.marks.idle(), copied), content_type=FORMAT)

    return pages


def _asked_from_here() -> bool:
    name = urlsplit(f"//{request.host}").hostname or ""
    return _is_loopback(request.remote_addr or "") and (name == "localhost" or _is_loopback(name))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def exposition(vitals: Vitals, idle: Mapping[str, float], copied: timedelta | None = None) -> str:
    """Write a reading down. ``idle``: seconds since each part of this process moved. ``copied``: age of the backup."""
    return "".join([*_families(vitals, idle), *_backup(copied)])


def _backup(copied: timedelta | None) -> Iterator[str]:
    if copied is not None:
        meaning = "Age of the newest backup that `panah backup` made; one a day is meant."
        yield _family("backup_age_seconds", meaning, [((), copied.total_seconds())])


def _families(vitals: Vitals, idle: Mapping[str, float]) -> Iterator[str]:
    queues = vitals.queues.items()
    yield _family(
        "queue_rows",
        "Rows by queue: ready to be worked on, scheduled for later (or being worked on), parked for a person.",
        [
            ((("queue", name), ("state", state)), count)
            for name, queue in queues
            for state, count in (("ready", queue.ready), ("scheduled", queue.scheduled), ("parked", queue.parked))
        ],
    )
    yield _family(
        "queue_overdue_seconds",
        "How long the oldest ready row has been wanting work.",
        [((("queue", name),), queue.overdue.total_seconds()) for name, queue in queues],
    )
    yield from _channels(vitals.channels)
    yield _family(
        "needs",
        "People that are, or were, sought; exhausted: nobody is left to ask.",
        [((("kind", kind), ("state", state)), count) for (kind, state), count in vitals.needs.items()],
    )
    if vitals.unheard_for is not None:
        yield _family(
            "unheard_seconds",
            "How long no node has been taking messages from Telegram; 0 while one does.",
            [((), vitals.unheard_for.total_seconds())],
        )
    yield from _canary(vitals)
    yield _family(
        "part_idle_seconds",
        "Since when each part of this process has not begun another round.",
        [((("part", part),), seconds) for part, seconds in idle.items()],
    )


def _channels(channels: Mapping[str, ChannelVitals]) -> Iterator[str]:
    """What each channel carries; a channel that never had a message has no sample."""
    names = {name: (("channel", name),) for name in channels}
    yield _family(
        "deliveries",
        "Messages by channel and state; unknown: the provider may have it.",
        [
            ((*names[name], ("state", state)), count)
            for name, channel in channels.items()
            for state, count in channel.states.items()
        ],
    )
    yield _family(
        "throttled",
        "Messages that wait because their reader has had enough for the moment.",
        [(names[name], channel.throttled) for name, channel in channels.items()],
    )
    yield _family(
        "oldest_unsent_seconds",
        "Age of the oldest message that should have left and has not.",
        [(names[name], channel.oldest_unsent.total_seconds()) for name, channel in channels.items()],
    )
    yield _family(
        "quiet_seconds",
        "Since when nothing has left; on a quiet day that is long.",
        [(names[name], one.quiet_for.total_seconds()) for name, one in channels.items() if one.quiet_for is not None],
    )


def _canary(vitals: Vitals) -> Iterator[str]:
    canary = vitals.canary
    if canary is None:
        return
    if canary.took is not None and canary.age is not None:
        yield _family(
            "canary_seconds",
            "How long the last alert that tries the whole path took, from the inbox to its acceptance.",
            [((), canary.took.total_seconds())],
        )
        yield _family(
            "canary_age_seconds", "Since when that is known; one comes every 900.", [((), canary.age.total_seconds())]
        )
    yield _family(
        "canary_missing_seconds",
        "How long one has been out that has not come back; above 120 is an alarm.",
        [((), canary.missing.total_seconds())],
    )


def _family(name: str, meaning: str, samples: list[Sample]) -> str:
    """One metric, a gauge as all of ours. Labels are our own words: nothing in them needs escaping."""
    lines = [f"# HELP panah_{name} {meaning}", f"# TYPE panah_{name} gauge"]
    for labels, value in samples:
        inside = ",".join(f'{label}="{of}"' for label, of in labels)
        lines.append(f"panah_{name}{{{inside}}} {value:g}" if inside else f"panah_{name} {value:g}")
    return "\n".join(lines) + "\n"
