"""The canary, and drills of people: nobody takes one for an alert, and when the canary is silent people are told."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, select, update

from alerts.channels.canary import CanaryChannel
from alerts.models import CANARY, CANARY_READER, Alert, Need
from alerts.occasions.canary import EVERY, PATIENCE, keep_answer, send_canary
from alerts.occasions.people_drill import ring_everybody
from alerts.occasions.shifts import shift_test_in
from alerts.search.planning import FAULT
from contacts.models import ContactMethod
from store.eventlog import EventRow
from store.inbox import InboxItem
from tests.simulator.broken import Broken
from tests.simulator.plan import MINUTE
from tests.simulator.seals import LATE

if TYPE_CHECKING:
    from alerts.channels.port import Outgoing
    from alerts.models import Delivery
    from store.unit_of_work import UnitOfWork
    from tests.simulator.nodes import Node
    from tests.simulator.world import World

SAYS_SO: Final = "test"
"""What stands in the words of every drill, in English."""
A_WHILE: Final = 20 * MINUTE


class Drills:
    """What was sung, and whether it could be heard. Raises Broken."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._deaf_until = -A_WHILE
        self.channel = CanaryChannel(self._answers)

    def _answers(self, token: str) -> None:
        with self._world.store.unit("canary") as unit:
            keep_answer(unit, token)

    # What people and processes do

    def sings(self, times: int) -> None:
        """Send canaries, one each quarter of an hour, by whichever process lives then."""
        for place in range(times):
            self._world.later(place * EVERY.total_seconds(), self._sings_once)

    def _sings_once(self) -> None:
        node = self._world.any_node()
        if node is not None:
            self._world.lives(node, partial(_sends_one, node))

    def is_deaf(self, seconds: float) -> None:
        """Cut the way to the canary's reader for a while."""
        self._deaf_until = max(self._deaf_until, self._world.hands.elapsed + seconds)
        self._cut(cut=True)
        self._world.later(seconds, self._hears)

    def _hears(self) -> None:
        if self._world.hands.elapsed >= self._deaf_until:
            self._cut(cut=False)

    def _cut(self, *, cut: bool) -> None:
        with self._world.store.unit("simulator") as unit:
            theirs = update(ContactMethod).where(ContactMethod.contact_id == CANARY_READER)
            unit.session.execute(theirs.values(dead_at=unit.now if cut else None))

    def rings_everybody(self) -> None:
        """A drill of people."""
        with self._world.store.unit("simulator") as unit:
            ring_everybody(unit)

    # What is promised

    @property
    def was_deaf(self) -> bool:
        """Whether a canary that is out now may have met nobody who heard it."""
        return self._world.hands.elapsed < self._deaf_until + A_WHILE

    def sees(self, row: Delivery, need: Need | None, message: Outgoing) -> None:
        """Look at what goes to people: nothing of a canary, and of a drill nothing that does not say so."""
        if need is not None and need.kind == CANARY:
            raise Broken("a drill is told as one", f"a canary went out by {row.channel}: {row.id}")
        is_test = shift_test_in(row.values) is not None
        if is_test and (need is not None or SAYS_SO not in message.text.casefold()):
            raise Broken("a drill is told as one", f"{row.template} does not say what it is: {row.id}")
        if need is not None and "duty_t" in row.template:
            raise Broken("a drill is told as one", f"{row.template} stands for an alert: {row.id}")

    def between(self, unit: UnitOfWork, *, calm: bool) -> None:
        """Look whether canaries came back, and whether people were told of those that did not."""
        if not calm:
            return
        songs = (
            select(InboxItem.received_at, Need.accepted_at)
            .outerjoin(Need, Need.alert_id == InboxItem.id)
            .where(InboxItem.source == CANARY)
        )
        flights = unit.session.execute(songs).all()
        back = max((came for _, came in flights if came is not None), default=None)
        out = [left for left, came in flights if came is None and left < unit.now - PATIENCE - LATE]
        missing = [left for left in out if back is None or left > back]
        if not missing:
            return
        if max(missing) > unit.now - 3 * LATE and not self.was_deaf:
            raise Broken("the canary comes back", f"one is out since {unit.now - max(missing)}")
        told = exists().where(EventRow.name == "CanaryLost", EventRow.at > (back or min(missing)))
        if not unit.session.scalar(select(told & exists().where(Alert.kind == FAULT))):
            raise Broken("a silent canary is loud", f"one is out since {unit.now - min(missing)}")


def _sends_one(node: Node) -> None:
    with node.store.unit("canary") as unit:
        send_canary(unit)
