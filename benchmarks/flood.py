"""Flood: 1,000 updates from 200 chats wait at Telegram when the program starts. Nothing may be lost, the new go first.

A chat's clock runs from the instant ``getUpdates`` handed out its first words to the instant at which its page is seen
committed in the database. How long the provider's limits then make it wait is arithmetic, and told apart.
"""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts.models import Delivery, Need, Page
from alerts.sending.limits import TELEGRAM
from benchmarks.children import child
from benchmarks.figures import MILLISECONDS, Row, percentile
from benchmarks.home import COORDINATOR, Options, seat_team, throwaway_home
from benchmarks.provider import Bot, LostError, provider
from cases.models import Report, ReportMessage
from store.chats import Chat
from store.eventlog import EventRow
from store.inbox import InboxItem

if TYPE_CHECKING:
    from uuid import UUID

    from app.wiring import House

FIRST_CHAT = 200_000
LOOK_EVERY = 0.003
PATIENCE = 300.0
GOAL = 1000.0
FIRST_WORDS = "they took my brother"


@dataclass(frozen=True)
class Flood:
    """What one run showed."""

    waited: list[float]
    """Milliseconds from the hand-out of first words to their page being committed, one for each chat."""
    overtaken: int
    """The most follow-ups of other chats that were handled while a chat's first words lay in the inbox."""
    seconds: float
    """From the first hand-out until every message was sent."""
    sent: int
    busiest: int
    """Messages to the chat that got the most."""


def measure(options: Options) -> list[Row]:
    """The 50th and 99th percentile, the median of several runs, and what was lost (nothing, or this raises)."""
    chats, each = options.some(200, 10), 5
    with provider() as port:
        runs = [
            _run(options, Bot(port), chats, each, random.Random(number))  # noqa: S311  a shuffle
            for number in range(options.some(3, 1))
        ]
    p99 = statistics.median(percentile(run.waited, 0.99) for run in runs)
    p50 = statistics.median(percentile(run.waited, 0.5) for run in runs)
    seconds = statistics.median(run.seconds for run in runs)
    last = runs[-1]
    lane = max(last.sent * TELEGRAM.everybody_every, last.busiest * TELEGRAM.chat_every).total_seconds()
    overtaken = max(run.overtaken for run in runs)
    return [
        Row("flood", "first words handed out → page durably queued, p99", p99, "ms", goal=f"≤ {GOAL:g} ms",
            met=p99 <= GOAL, note=f"{chats * each} updates from {chats} chats, none lost; lanes lifted"),
        Row("flood", "the same, p50", p50, "ms"),
        Row("flood", "follow-ups handled while another chat's first words lay waiting, at most", overtaken, "inputs",
            note="three workers hold up to four inputs each when first words arrive"),
        Row("flood", "until everything was handled and sent", seconds, "s",
            note=f"under Telegram's limits the same {last.sent} messages need {lane:,.0f} s, most of it for the one "
            f"chat that gets {last.busiest} of them"),
    ]  # fmt: skip


def _run(options: Options, bot: Bot, chats: int, each: int, dice: random.Random) -> Flood:
    with throwaway_home(options, bot) as home:
        seat_team(home.house)
        first = _push(bot, chats, each, dice)
        with child("-m", "benchmarks.node", "bot,worker", "lifted", environment=home.environment, until="ready"):
            committed = _watch_pages(home.house, chats)
            _wait_until_handled(home.house, chats * each)
        journal = bot.journal()
        waited = [
            (at - journal.handed[first[chat]]) * MILLISECONDS for chat, at in _by_chat(home.house, committed).items()
        ]
        _see_that_nothing_was_lost(home.house, chats, each, len(waited))
        sent = [chat for chat, _ in journal.sent]
        last = max(at for _, at in journal.sent)
        return Flood(
            waited=waited,
            overtaken=_overtaken(home.house),
            seconds=last - min(journal.handed.values()),
            sent=len(sent),
            busiest=sent.count(str(COORDINATOR)),
        )


def _push(bot: Bot, chats: int, each: int, dice: random.Random) -> dict[int, int]:
    """Queue the updates, shuffled; return the update with which each chat begins."""
    order = [FIRST_CHAT + number for number in range(chats)] * each
    dice.shuffle(order)
    begun: set[int] = set()
    messages: list[tuple[int, str]] = []
    for chat in order:
        messages.append((chat, f"and this too, {len(messages)}" if chat in begun else FIRST_WORDS))
        begun.add(chat)
    first: dict[int, int] = {}
    for update, chat in zip(bot.push(*messages), order, strict=True):
        first.setdefault(chat, update)
    return first


def _watch_pages(house: House, count: int) -> dict[UUID, float]:
    """When the coordinator's page for each case was first seen committed, by the page's need."""
    seen: dict[UUID, float] = {}
    needs = (
        select(Need.id)
        .join(Page, Page.need_id == Need.id)
        .join(Delivery, Delivery.page_id == Page.id)
        .where(Need.kind == "coordinator")
    )
    known = -1
    ends_at = time.monotonic() + PATIENCE
    while len(seen) < count:
        with house.store.read() as unit:
            total = unit.session.scalar(select(func.count()).select_from(Page)) or 0
            now = time.monotonic()
            for need in unit.session.scalars(needs) if total != known else ():
                seen.setdefault(need, now)
        known = total
        if now > ends_at:
            raise LostError(f"only {len(seen)} of {count} pages were queued")
        time.sleep(LOOK_EVERY)
    return seen


def _wait_until_handled(house: House, inputs: int) -> None:
    ends_at = time.monotonic() + PATIENCE
    while time.monotonic() < ends_at:
        with house.store.read() as unit:
            known = unit.session.scalar(select(func.count()).select_from(InboxItem))
            waiting = unit.session.scalar(select(func.count()).where(InboxItem.due_at.is_not(None)))
            unsent = unit.session.scalar(select(func.count()).where(Delivery.due_at.is_not(None)))
        if known == inputs and not waiting and not unsent:
            return
        time.sleep(0.05)
    raise LostError("the flood was not worked off")


def _by_chat(house: House, committed: dict[UUID, float]) -> dict[int, float]:
    """The same instants by the number of the chat."""
    with house.store.read() as unit:
        rows = unit.session.execute(
            select(Need.id, Chat.address_index)
            .join(Report, Report.case_id == Need.case_id)
            .join(Chat, Chat.id == Report.chat_id)
        ).all()
        numbers = {
            unit.vault.blind_index("chat:telegram", str(FIRST_CHAT + number)): FIRST_CHAT + number
            for number in range(len(committed))
        }
    return {numbers[index]: committed[need] for need, index in rows if need in committed}


def _see_that_nothing_was_lost(house: House, chats: int, each: int, paged: int) -> None:
    with house.store.read() as unit:
        kept = unit.session.scalar(select(func.count()).select_from(ReportMessage))
        reports = unit.session.scalar(select(func.count()).select_from(Report))
        parked = unit.session.scalar(select(func.count()).where(InboxItem.parked_at.is_not(None)))
    if (kept, reports, paged, parked) != (chats * each, chats, chats, 0):
        raise LostError(f"of {chats * each} inputs {kept} were kept; {reports} reports, {paged} paged, {parked} parked")


def _overtaken(house: House) -> int:
    """Of each report: the follow-ups handled between its arrival in the inbox and its own handling; the worst."""
    with house.store.read() as unit:
        opened = unit.session.execute(
            select(func.min(InboxItem.received_at), EventRow.at)
            .join(Chat, Chat.id == InboxItem.chat_id)
            .join(EventRow, (EventRow.case_id == Chat.case_id) & (EventRow.name == "ReportReceived"))
            .group_by(EventRow.id)
        ).all()
        followed = list(unit.session.scalars(select(EventRow.at).where(EventRow.name == "ReportExtended")))
    return max(sum(arrived < at < handled for at in followed) for arrived, handled in opened)
