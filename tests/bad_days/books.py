"""The books: what the database says was done, held beside what Telegram saw.

The rule of delivery: a message may reach its reader twice, but only where the program could not know that it had. For
every delivery there is at most one call beyond those whose outcome is unknown.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select, union_all

from alerts.channels.port import UnknownOutcome
from alerts.models import Attempt, Delivery, DeliveryState
from alerts.telling.wording import Words, render
from app.parked import QUEUES
from cases.models import Report, ReportMessage
from store.chats import Chat, address_of
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from app.wiring import House
    from sandbox.telegram.journal import ApiCall
    from store.unit_of_work import UnitOfWork
    from tests.bad_days.ground import Ground

Sight = tuple[int, str, tuple[str, ...]]
"""What Telegram sees of a message: the chat, the text, and what its buttons carry."""
Held = tuple[UUID, UUID]
"""A row and the fence of the claim it is held by."""


@dataclass(frozen=True)
class Line:
    """All deliveries that look the same to Telegram (almost always one), and the calls that carried them."""

    deliveries: int
    said_sent: int
    """Deliveries that the program holds for sent."""
    attempts: int
    unknown: int
    """Attempts of which the program never learnt, or never wrote down, what became."""
    calls: int
    """Calls that Telegram carried out, or may have."""

    @property
    def is_lost(self) -> bool:
        """Held for sent, and Telegram never saw it."""
        return self.calls < self.said_sent

    @property
    def is_doubled(self) -> bool:
        return self.calls > self.deliveries

    @property
    def is_doubled_without_excuse(self) -> bool:
        return self.calls - self.deliveries > self.unknown


@dataclass(frozen=True)
class Books:
    """Everything that was sent."""

    lines: tuple[Line, ...]
    strays: int
    """Calls that no delivery asked for."""

    @property
    def doubled(self) -> int:
        """How many messages arrived more than once."""
        return sum(line.is_doubled for line in self.lines)

    @property
    def unknown(self) -> int:
        """How many calls have an outcome nobody knows."""
        return sum(line.unknown for line in self.lines)

    @property
    def summary(self) -> str:
        return (
            f"{len(self.lines)} messages, {self.unknown} calls of unknown outcome, "
            f"{self.doubled} messages arrived more than once"
        )

    def balance(self) -> None:
        """Fail unless every message was sent, each twice at most where that could not be known."""
        assert self.strays == 0, f"{self.strays} messages that nobody asked for"
        assert not [line for line in self.lines if line.is_lost]
        assert not [line for line in self.lines if line.is_doubled_without_excuse]
        assert not [line for line in self.lines if line.calls > line.attempts], "a call was not written down first"


def read_books(ground: Ground) -> Books:
    """Compare every message of the outbox with the calls the local Telegram received."""
    calls = Counter(map(_sight_of_call, ground.sandbox.calls("sendMessage")))
    with ground.house.store.read() as unit:
        rows = unit.session.scalars(select(Delivery).where(Delivery.action == "send")).all()
        attempts = _attempts(unit)
        alike: dict[Sight, list[Delivery]] = defaultdict(list)
        for row in rows:
            alike[_sight_of_delivery(unit, ground.house, row)].append(row)
        lines = tuple(_line(same, attempts, calls[sight]) for sight, same in alike.items())
    return Books(lines, strays=sum(count for sight, count in calls.items() if sight not in alike))


def _line(same: list[Delivery], attempts: dict[Any, list[str | None]], calls: int) -> Line:
    outcomes = [outcome for row in same for outcome in attempts[row.id]]
    return Line(
        deliveries=len(same),
        said_sent=sum(row.state == DeliveryState.SENT for row in same),
        attempts=len(outcomes),
        unknown=outcomes.count(None) + outcomes.count(UnknownOutcome.__name__),
        calls=calls,
    )


def _attempts(unit: UnitOfWork) -> dict[Any, list[str | None]]:
    found: dict[Any, list[str | None]] = defaultdict(list)
    for delivery_id, outcome in unit.session.execute(select(Attempt.delivery_id, Attempt.outcome)):
        found[delivery_id].append(outcome)
    return found


def _sight_of_call(call: ApiCall) -> Sight:
    markup = call.params.get("reply_markup") or {}
    parsed = json.loads(markup) if isinstance(markup, str) else markup
    buttons = (button for row in parsed.get("inline_keyboard", ()) for button in row)
    carried = tuple(button.get("callback_data") or button.get("url") for button in buttons)
    return int(call.params["chat_id"]), call.params["text"], carried


def _sight_of_delivery(unit: UnitOfWork, house: House, row: Delivery) -> Sight:
    text, keyboard = render(unit, house.wording, Words(row.template, row.values, row.buttons, row.language))
    carried = tuple(button.data or button.url or "" for line in keyboard for button in line)
    return int(address_of(unit, unit.session.get_one(Chat, row.chat_id))), text, carried


def unrest(house: House) -> dict[str, int]:
    """How many rows of each queue want something, now or at their time; queues at rest are left out."""
    with house.store.read() as unit:
        counts = {name: _count(unit, table.c.due_at.is_not(None)) for name, table in QUEUES.items()}
    return {name: count for name, count in counts.items() if count}


def undone(house: House) -> int:
    """How many rows are on their way: wanting something now, in somebody's hand, or held back for a moment.

    A timer that is wound for later rests as it should.
    """
    with house.store.read() as unit:
        now_or_in_hand = {
            name: (table.c.due_at <= unit.now) | (table.c.due_at.is_not(None) & table.c.fence.is_not(None))
            for name, table in QUEUES.items()
        }
        on_their_way = {name: QUEUES[name].c.due_at.is_not(None) for name in QUEUES if name != "timer"}
        counts = [_counted(condition) for condition in {**now_or_in_hand, **on_their_way}.values()]
        return sum(unit.session.execute(select(*counts)).one())


def in_hand(house: House) -> frozenset[Held]:
    """The rows somebody (or somebody who died lately) is working on, each with the mark of who took it."""
    with house.store.read() as unit:
        held = (
            select(table.c.id, table.c.fence).where(table.c.due_at > unit.now, table.c.fence.is_not(None))
            for table in QUEUES.values()
        )
        return frozenset((row.id, row.fence) for row in unit.session.execute(union_all(*held)))


def _count(unit: UnitOfWork, condition: Any) -> int:
    return unit.session.scalar(select(func.count()).where(condition)) or 0


def _counted(condition: Any) -> ScalarSelect[int]:
    """Many counts are asked for in one statement: whoever waits for calm asks again and again."""
    return select(func.count()).where(condition).scalar_subquery()


def calls_cut_off(house: House) -> int:
    """How many attempts have no outcome."""
    with house.store.read() as unit:
        return _count(unit, Attempt.outcome.is_(None))


def kept_words(house: House) -> dict[int, list[str]]:
    """What every reporter wrote to the bot, as it was kept, oldest first; by the address they wrote from."""
    found: dict[int, list[str]] = {}
    with house.store.read() as unit:
        for report in unit.session.scalars(select(Report).where(Report.door == "telegram")):
            address = int(address_of(unit, unit.session.get_one(Chat, report.chat_id)))
            assert address not in found, "one conversation became two reports"
            rows = unit.session.scalars(
                select(ReportMessage)
                .where(ReportMessage.report_id == report.id)
                .order_by(ReportMessage.received_at, ReportMessage.id)
            )
            found[address] = [
                unit.vault.open(case_scope(report.case_id), Field("report_message", "content", row.id), row.content)
                for row in rows
            ]
    return found
