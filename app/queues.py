"""The queues of reactions and of timers: what is due is taken and done, and what nobody can do is left to people.

What follows what stands in :mod:`app.reactions`.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from alerts.events import ItemParked
from app.reactions import ALARMS, PAGES, looks, plot
from scheduler.reminders_together import remind_together, take_reminders
from store import claims
from store.errors import LeaseLostError
from store.eventlog import EventRow, Reaction
from store.queues import Many, Queue
from store.timers import TABLE as TIMERS
from store.timers import Timer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, Table

    from app.settings import Settings
    from store.claims import Claim
    from store.unit_of_work import UnitOfWork

Row = TypeVar("Row")
UNTIL_UPGRADED: Final = tuple(timedelta(seconds=5 * 2**times) for times in range(claims.DEATHS - 1))
"""How long what only a later release knows of rests after each node that does not: three quarters of an hour in all."""
REACTIONS: Table = Reaction.__table__  # type: ignore[assignment]  # declarative tables are Tables


def reaction_queue(settings: Settings) -> Queue:
    """The queue of reactions: what must follow what has happened."""
    reactions_to = plot(settings.timezone, settings.fallback_hotlines)
    by_name = {event.__name__: (event, reactions) for event, reactions in reactions_to.items()}

    def handle(unit: UnitOfWork, held: Claim) -> None:
        row = _still_there(unit.session.get(Reaction, held.id))
        happened = unit.session.get_one(EventRow, row.event_id)
        kind, reactions = by_name.get(happened.name, (None, {}))
        if kind is None or row.name not in reactions:
            return _leave(unit, "reaction", REACTIONS, held)
        reactions[row.name](unit, kind.from_payload(happened.case_id, happened.payload))
        return claims.finish(unit.session, REACTIONS, held)

    alarms = REACTIONS.c.name.in_(ALARMS)  # a flood leaves thousands of others, and no page waits behind them
    return Queue("reactions", REACTIONS, _taker(REACTIONS, (~alarms,)), handle, _parker("reaction"))


def timer_queue(settings: Settings) -> Queue:
    """The queue of timers: what must be looked at again."""
    kinds = looks(settings)

    def handle(unit: UnitOfWork, held: Claim) -> None:
        timer = _still_there(unit.session.get(Timer, held.id))
        if timer.kind not in kinds:
            return _leave(unit, "timer", TIMERS, held)
        return kinds[timer.kind](unit, timer, held)

    pages = TIMERS.c.kind.in_(PAGES)
    many = Many(partial(take_reminders, unless=pages), remind_together)
    return Queue("timers", TIMERS, _taker(TIMERS, (~pages,)), handle, _parker("timer"), many=many)


def _leave(unit: UnitOfWork, queue: str, table: Table, held: Claim) -> None:
    """Leave what only a later release knows of to a node of it; in the end, to a person.

    While nodes are replaced one by one, those that are still to be replaced see rows of the new ones.
    """
    if held.tries > len(UNTIL_UPGRADED):
        claims.park(unit.session, table, held, unit.now, claims.LATER)
        return note_parked(unit, queue, held.id)
    return claims.leave(unit.session, table, held, unit.now + claims.nth_pause(UNTIL_UPGRADED, held.tries))


def _still_there(row: Row | None) -> Row:
    """Return a claimed row; raises LeaseLostError when it went with its case, which was erased meanwhile."""
    if row is None:
        raise LeaseLostError("the row is gone")
    return row


def _taker(table: Table, first: Sequence[ColumnElement[bool]] = ()) -> Callable[[UnitOfWork, int], list[Claim]]:
    return lambda unit, limit: claims.claim(unit.session, table, unit.now, limit=limit, first=first)


def _parker(queue: str) -> Callable[[UnitOfWork, Claim], None]:
    def parked(unit: UnitOfWork, held: Claim) -> None:
        note_parked(unit, queue, held.id)

    return parked


def note_parked(unit: UnitOfWork, queue: str, item_id: UUID) -> None:
    """Write down that something waits for a person."""
    unit.record(ItemParked(case_id=None, queue=queue, item_id=item_id))
