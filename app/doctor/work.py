"""The work: what is parked, what is late, whom nobody has answered, and whether anybody listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.models import NeedState
from alerts.screens.vitals import OUTBOX, OVERDUE_AFTER, Vitals, read_vitals
from app.doctor.findings import Finding, fault, ok, warn
from app.parked import QUEUES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from app.wiring import House


def check_work(house: House) -> Iterator[Finding]:
    """Look at every queue, the messages and the needs."""
    with house.store.read() as unit:
        vitals = read_vitals(unit, QUEUES, canary=house.settings.sends_canary)
    yield judge_parked(vitals)
    yield judge_queues(vitals)
    yield judge_needs(vitals)
    yield judge_canary(vitals)
    if house.settings.telegram_bot_token is not None:
        yield judge_listening(vitals)


def judge_parked(vitals: Vitals) -> Finding:
    """What could not be handled after several tries."""
    if vitals.parked:
        return fault(
            "parked",
            f"{vitals.parked} inputs or messages could not be handled and wait for a person",
            "run `panah parked`, mend the cause, then `panah parked retry ID`",
        )
    return ok("parked", "nothing waits for a person")


def judge_queues(vitals: Vitals) -> Finding:
    """What ought to have been done already."""
    if not vitals.stuck:
        return _one_that_waits(vitals)
    late = {name: queue.overdue for name, queue in vitals.queues.items()}
    late |= {f"{OUTBOX}:{name}": channel.oldest_unsent for name, channel in vitals.channels.items()}
    said = ", ".join(f"{name} {_minutes(late[name])}" for name in vitals.stuck)
    return fault(
        "queues",
        f"work is stuck; the oldest has waited: {said}",
        "is `panah up` running with the role worker? see its log and the runbook",
    )


def _one_that_waits(vitals: Vitals) -> Finding:
    if vitals.waiting_chats:
        said = f"messages to {vitals.waiting_chats} conversations have not left for {_minutes(vitals.oldest_unsent)}"
        return warn(
            "queues", said, "they are tried again for a day; see `panah deliveries --stuck` for what the provider says"
        )
    return ok("queues", "nothing is late")


def judge_needs(vitals: Vitals) -> Finding:
    """People who are needed and whom nobody has given."""
    exhausted = sum(count for (_, state), count in vitals.needs.items() if state == NeedState.EXHAUSTED)
    open_ = sum(count for (_, state), count in vitals.needs.items() if state == NeedState.PAGING)
    if exhausted:
        return fault(
            "needs",
            f"{exhausted} needs have gone through the whole list and nobody has accepted (ringing goes on)",
            "ring somebody yourself; then lengthen the policy's list",
        )
    return ok("needs", f"{open_} open, none without anybody left to ask")


def judge_canary(vitals: Vitals) -> Finding:
    """Whether the drill that goes through the whole path comes back."""
    canary = vitals.canary
    if canary is None:
        return warn(
            "canary",
            "PANAH_CANARY is off: a path that is broken half-way shows when an alert is lost",
            "remove PANAH_CANARY=false",
        )
    if canary.is_silent:
        return fault(
            "canary",
            f"the alert that tries the whole path has not come back ({_minutes(canary.missing)} out)",
            "is `panah up` running with the role worker? see its log, `panah deliveries --stuck` and the runbook",
        )
    if canary.took is None or canary.age is None:
        return warn("canary", "none has come back yet", "`panah up` sends one within half a minute")
    said = f"an alert went through the whole path in {canary.took.total_seconds():.1f} s, {_minutes(canary.age)} ago"
    return ok("canary", said)


def judge_listening(vitals: Vitals) -> Finding:
    """Whether a node takes messages from Telegram right now."""
    start = "start `panah up` with the role bot"
    if vitals.unheard_for is None:
        return warn("listening", "nobody has taken messages from Telegram yet", start)
    if vitals.unheard_for > OVERDUE_AFTER:
        said = f"nobody has taken messages from Telegram for {_minutes(vitals.unheard_for)}"
        return fault("listening", said, f"{start}; if one runs, its log says why (`polling_failed`, `webhook_not_set`)")
    return ok("listening", "a node takes messages from Telegram")


def _minutes(age: timedelta) -> str:
    return f"{age.total_seconds() / 60:.0f} min"
