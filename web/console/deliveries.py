"""Deliveries: what became of every message, what waits and why, what is parked; and what a person decides about it.

Ids, codes of cases and of providers, kinds and times: never a number, a name or a word of a message. Administrators see
no codes of cases either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request

from alerts.models import UNSENT, Delivery, DeliveryState
from alerts.screens.delivery_board import Message, Standing, counted, messages, standing
from alerts.screens.waiting import channels
from alerts.sending.resending import FAILED, GIVEN_UP, Decided, give_up_on, send_again
from contacts.accounts.roles import Ability, can
from contacts.values import ChannelName
from store.parked import parked_items, try_again
from web.console.gate import Guard
from web.console.paging import Paged, number_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from web.console.gate import Gate

READS = Guard(ability=Ability.DELIVERIES)
A_PAGE: Final = 25
WAITING_SHOWN: Final = 100
SAID: Final = {Decided.DONE: "done", Decided.UNDER_WAY: "under_way", Decided.OVER: "settled"}
LATER: Final = frozenset({"timer", "download", "inbox", "reaction"})
"""Queues whose parked rows are tried again here; messages are decided about one by one, with what became of them."""


def delivery_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("deliveries", __name__)
    gate.page(pages, "/console/deliveries", look, READS)
    gate.page(pages, "/console/deliveries/waiting", waiting, READS)
    gate.page(pages, "/console/deliveries/parked", parked, READS)
    gate.press(pages, "/console/delivery/<uuid:delivery_id>", decide, READS)
    gate.press(pages, "/console/parked/<uuid:item_id>", retry, READS)
    return pages


def look(gate: Gate) -> Response:
    """Show messages, the newest first, as far as they were chosen by how they stand and by channel."""
    wanted, channel = _standing(request.args.get("show", "")), _channel(request.args.get("channel", ""))
    page = number_in(request.args.get("page", ""))
    which: list[ColumnElement[bool]] = [] if channel is None else [Delivery.channel == channel]
    rows: list[Message] = []
    counts: Mapping[Standing, int] = dict.fromkeys(Standing, 0)
    if not gate.who.duress:
        with gate.store.read() as unit:
            which += [] if wanted is None else [standing(wanted, unit.now)]
            found = messages(unit, *which, newest=A_PAGE + 1, skip=(page - 1) * A_PAGE)
            rows, counts = list(reversed(found)), counted(unit)
    kept = {"show": None if wanted is None else wanted.value, "channel": channel}
    return gate.show(
        "console/deliveries.html",
        rows=rows[:A_PAGE],
        pages=Paged(rows[:A_PAGE], page, len(rows) > A_PAGE),
        counts=counts,
        wanted=wanted,
        channel=channel,
        channels=list(ChannelName),
        kept={name: value for name, value in kept.items() if value is not None},
        sees_cases=_sees_cases(gate),
        may_send=may_send,
        may_give_up=may_give_up,
        given_up=GIVEN_UP,
    )


def waiting(gate: Gate) -> Response:
    """Show what waits in each channel and why, and whether the channel is set up."""
    books = []
    if not gate.who.duress:
        with gate.store.read() as unit:
            books = channels(unit, WAITING_SHOWN)
    return gate.show("console/deliveries_waiting.html", books=books, sees_cases=_sees_cases(gate))


def parked(gate: Gate) -> Response:
    """Show what is parked in every queue."""
    items = []
    if not gate.who.duress:
        with gate.store.read() as unit:
            items = parked_items(unit, gate.queues)
    paged = Paged.of(items, number_in(request.args.get("page", "")), A_PAGE)
    return gate.show("console/deliveries_parked.html", pages=paged, later=LATER)


def decide(gate: Gate, delivery_id: UUID) -> Response:
    """Let a message be tried now, or rest for good; pressed twice it is decided once."""
    if gate.who.duress:
        return gate.to("deliveries.look", said="done")
    with gate.store.unit(gate.who.actor) as unit:
        act = give_up_on if request.form.get("answer") == "give_up" else send_again
        came = act(unit, delivery_id)
    if came is None:
        return gate.show("console/message.html", 404, key="web.delivery_none")
    return gate.to("deliveries.look", said=SAID[came], show=_standing_kept())


def retry(gate: Gate, item_id: UUID) -> Response:
    """Let something parked be tried again from the beginning; pressed twice it is tried once."""
    found = True
    if not gate.who.duress:
        queues = {name: table for name, table in gate.queues.items() if name in LATER}
        with gate.store.unit(gate.who.actor) as unit:
            found = try_again(unit, queues, item_id)
    return gate.to("deliveries.parked", said="done" if found else "under_way")


def may_send(one: Message) -> bool:
    """Whether a press could let a message be tried: the use-case looks once more."""
    return one.state in FAILED or (one.parked and one.state == DeliveryState.QUEUED)


def may_give_up(one: Message) -> bool:
    """Whether a message still waits, for its turn or for a person."""
    waits = one.due_at is not None or one.parked
    return waits and one.state in (*UNSENT, DeliveryState.FAILED_PERMANENT)


def _sees_cases(gate: Gate) -> bool:
    return can(gate.who.role, Ability.BOARD)


def _standing(text: str) -> Standing | None:
    return Standing(text) if text in set(Standing) else None


def _standing_kept() -> str | None:
    wanted = _standing(request.form.get("show", ""))
    return None if wanted is None else wanted.value


def _channel(text: str) -> str | None:
    return text if text in set(ChannelName) else None
