"""The world of a simulation: nodes, providers, phones and one clock, which goes on to whatever happens next.

``elapsed`` is true time: seconds since the beginning, and it never goes back. The house reads ``clock``, which may be
wrong. Everything happens in one thread, in an order that depends on the plan alone.
"""

from __future__ import annotations

import heapq
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import structlog
from sqlalchemy import select
from structlog.testing import capture_logs

from alerts.messages.channel_states import note_channels
from alerts.models import CANARY
from alerts.policy.policies import import_policies
from app.erasing.retention import terms_of
from app.settings import read_settings
from cases.retention import Terms
from contacts.directory import put_contact
from contacts.models import Contact, ContactMethod
from contacts.values import ContactCard, Role
from contacts.verification import begin_check, prove
from sandbox.telegram.updates import UpdateQueue
from store.chats import find_or_open_chat
from store.queues import where_it_failed
from tests.simulator import plan as plans
from tests.simulator.acts import ACTS
from tests.simulator.broken import Broken
from tests.simulator.drills import Drills
from tests.simulator.ends import Ends
from tests.simulator.forced import Forced
from tests.simulator.nodes import ZONE, Node
from tests.simulator.people import Helper, Reporter, reacts
from tests.simulator.promises import Promises
from tests.simulator.providers import Died, Faults, provider
from tests.simulator.seals import Seals
from tests.simulator.waiting import next_due
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from flask.testing import FlaskClient

    from alerts.channels.port import Channel, Outgoing
    from alerts.sending.results import Outcome
    from store.unit_of_work import Store
    from tests.simulator.nodes import Ground
    from tests.simulator.plan import Plan

Answer = TypeVar("Answer")
log = structlog.get_logger(__name__)
START: Final = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 09:00 in Almaty
RESTARTS_AFTER: Final = 5.0
SOON: Final = 0.25
"""The least that passes between two looks, where something is due that nobody can take yet."""
LOOKS_EVERY: Final = 1200.0
LOOKS_AT_LEAST_EVERY: Final = 2 * plans.HOUR
TIDIES_EVERY: Final = 6 * plans.HOUR
AFTERWARDS: Final = 20 * plans.MINUTE
"""So long all is well at the end, before everything is looked at once more."""
MOST_AT_ONE_INSTANT: Final = 2000
POLICIES: Final = (
    "[telegram, sms, voice], order: in_turn, gap: 60s",
    "[telegram]",
    "[telegram, email, sms]",
)
POLICY: Final = """\
policies:
  - name: simulated
    repeat: 2
    needs:
      coordinator:
        - {{notify: [{{person: Aigerim}}], channels: {channels}, wait: 3m}}
        - {{notify: [{{role: coordinator}}], channels: {channels}, wait: 5m}}
      lawyer:
        - {{notify: [{{role: lawyer}}], channels: {channels}, wait: 5m}}
"""


class Hands:
    """A clock that can be wrong: true time and by how much it is off."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.off = 0.0

    def now(self) -> datetime:
        """Return what the house believes."""
        return START + timedelta(seconds=self.elapsed + self.off)


@dataclass
class Tally:
    """What a simulation consisted of."""

    actions: int = 0
    crashes: int = 0
    calls: int = 0
    said: int = 0
    erased: int = 0
    opened: int = 0
    stops: int = 0

    def add(self, other: Tally) -> None:
        """Count another simulation in."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


class World:
    """A house on a database of its own; ``plays`` a plan, and raises Broken where a promise is broken."""

    terms = Terms(case=timedelta(hours=30), no_case=timedelta(hours=8))
    """How long what is closed is kept: not for a year, of which a history of days would see nothing."""
    rests = LOOKS_AT_LEAST_EVERY
    """How long nothing may happen before somebody looks around."""

    def __init__(self, plan: Plan, ground: Ground) -> None:
        self.plan = plan
        self.ground = ground
        self.hands = Hands()
        self.tally = Tally()
        self.logged: list[Any] = []
        self._stack = ExitStack()
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._words = count(1)
        self._serials = count(1)
        self.updates = UpdateQueue()
        self.faults = Faults(lambda: self.hands.elapsed)
        self.reporters: list[Reporter] = []
        self.helpers: dict[str, Helper] = {}
        self.by_address: dict[tuple[str, str], Helper | Reporter] = {}
        self._looked_at = self._tidied_at = 0.0
        self.troubled_until = 0.0
        """Until then it is no wonder if something comes late: a machine was off, a clock wrong, a provider down."""

    def __enter__(self) -> Self:
        self.logged = self._stack.enter_context(capture_logs())
        self.ground.clears()
        self.providers = {name: provider(name, self.faults, self._sees) for name in plans.CHANNELS}
        self.promises, self.ends, self.seals = Promises(self), Ends(self), Seals(self)
        self.forced, self.drills = Forced(self), Drills(self)
        self.nodes = [self._node() for _ in range(self.plan.nodes)]
        self._console = self._node()
        self._begins()
        self.is_policy(0)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self.ground.engine.dispose()

    def _node(self) -> Node:
        channels: dict[str, Channel] = {**self.providers, CANARY: self.drills.channel}
        return Node(self.ground, self.hands, channels, self.updates, self._recorded, terms=self.terms)

    def _begins(self) -> None:
        if self.ground.furnished is None:
            self._furnishes()
            self.ground.keeps(self.helpers.values())
            return
        for helper in self.ground.furnished.helpers:
            self._knows(replace(helper))

    def _furnishes(self) -> None:
        with self.store.unit("simulator") as unit:
            note_channels(unit, frozenset(plans.CHANNELS), answers_in=("KZ",))
        roles = dict.fromkeys(plans.COORDINATORS, "coordinator") | dict.fromkeys(plans.LAWYERS, "lawyer")
        for name, role in (roles | {"Selin": "unhcr", "Maya": "journalist"}).items():
            self._joins(name, role)

    def _joins(self, name: str, role: str) -> None:
        place = len(self.helpers) + 1
        number, email, account = f"+7700000{place:04}", f"{name.lower()}@example.org", str(1000 + place)
        card = ContactCard(name, Role(role), ("KZ",), ("en",), country="KZ", sms=number, voice=number, email=email)
        with self.store.unit("simulator") as unit:
            contact_id = put_contact(unit, card)
            found = select(ContactMethod).where(ContactMethod.contact_id == contact_id)
            for method in unit.session.scalars(found).all():
                begin_check(unit, method)
                prove(unit, method)
            chat = find_or_open_chat(unit, "telegram", account)
            unit.session.add(
                ContactMethod(contact_id=contact_id, channel="telegram", chat_id=chat.id, verified_at=unit.now)
            )
        ways = {"telegram": account, "sms": number, "voice": number, "email": email}
        self._knows(Helper(name, role, contact_id, ways))

    def _knows(self, helper: Helper) -> None:
        self.helpers[helper.name] = helper
        for channel, address in helper.addresses.items():
            self.by_address[channel, address] = helper

    def is_policy(self, which: int) -> None:
        """Put another policy in force."""
        with self.store.unit("simulator") as unit:
            import_policies(unit, POLICY.format(channels=POLICIES[which]))

    # What others use

    @cached_property
    def web(self) -> FlaskClient:
        """A browser at the pages."""
        return make_app(self.store, ZONE).test_client()

    def serves(self, asks: Callable[[], Answer]) -> Answer | None:
        """Have a page answered; None where no process lives that could, or it dies of it."""
        if not any(self._can_work(node) for node in self.nodes):
            return None
        try:
            with self.ground.working():
                return asks()
        except Died:
            self.tally.crashes += 1
            self.calmly(60)
            self.ground.engine.dispose()  # as in lives()
            return None

    @property
    def store(self) -> Store:
        """The database, seen by a process that never dies: the console's, and ours."""
        return self._console.store

    def calmly(self, seconds: float) -> None:
        """Say that for so long from now, and a while after it, what is late is no wonder."""
        self.troubled_until = max(self.troubled_until, self.hands.elapsed + seconds)

    def later(self, seconds: float, does: Callable[[], None]) -> None:
        """Have something happen in so many seconds of true time."""
        heapq.heappush(self._agenda, (self.hands.elapsed + seconds, next(self._order), does))

    def secret(self) -> str:
        """Return a word that nobody has said before, by which what was said is known again."""
        return f"zq{next(self._words)}secret"

    def serial(self) -> int:
        """Return a number that a provider has given nothing else."""
        return next(self._serials)

    def cases(self) -> list[UUID]:
        """Return the cases there are, oldest first."""
        return self.promises.cases()

    # Playing

    def plays(self) -> Tally:
        """Play the plan to its end, and look whether everything was kept."""
        try:
            for action in self.plan.actions:
                self.later(action.at - self.hands.elapsed, partial(self._act, action.kind, action.given))
            self._runs_until(self.plan.days * plans.DAY)
            self._mends_everything()
            self._runs_until(self.hands.elapsed + AFTERWARDS)
            self.promises.at_the_end()
        except Broken as broken:
            broken.at = self.hands.elapsed
            raise
        except Exception as error:
            failed = Broken("whatever people do is taken", where_it_failed(error))
            failed.at = self.hands.elapsed
            raise failed from error
        return self.tally

    def _mends_everything(self) -> None:
        self.faults.told.clear()
        self.hands.off = 0.0
        for node in self.nodes:
            node.resumes_at = min(node.resumes_at, self.hands.elapsed)
        self.troubled_until = 0.0

    def _act(self, kind: str, given: dict[str, Any]) -> None:
        self.tally.actions += 1
        ACTS[kind](self, given)

    def _runs_until(self, end: float) -> None:
        while True:
            self._works()
            self._looks()
            self.promises.between(self.logged)
            at = min(self._next(), end)
            if at >= end and self.hands.elapsed >= end:
                return
            self.tally.stops += 1
            self.hands.elapsed = max(at, min(self.hands.elapsed + SOON, end))
            self._what_people_do()

    def _what_people_do(self) -> None:
        while self._agenda and self._agenda[0][0] <= self.hands.elapsed:
            heapq.heappop(self._agenda)[2]()

    def _next(self) -> float:
        """When something happens next."""
        known = [self._agenda[0][0]] if self._agenda else []
        known += [node.resumes_at for node in self.nodes if node.resumes_at > self.hands.elapsed]
        if any(self._can_work(node) for node in self.nodes):
            known += [self._looked_at + self.rests, *self._next_due()]
        return min(known)

    def _next_due(self) -> list[float]:
        """When rows fall due. What is due by now and could not be taken must not hide the others."""
        now = self.hands.now()
        with self.store.glance() as connection:
            found = next_due(connection, now)
        due = [(at - START).total_seconds() - self.hands.off for at in found]
        return [at for at in due if at > self.hands.elapsed]

    def _can_work(self, node: Node) -> bool:
        return node.resumes_at <= self.hands.elapsed

    def _works(self) -> None:
        """Do all that can be done at this instant, the nodes by turns."""
        idle = 0
        for turn in range(MOST_AT_ONE_INSTANT):
            free = [node for node in self.nodes if self._can_work(node)]
            if idle >= len(free):
                return
            node = free[(turn + self.tally.stops) % len(free)]
            idle = 0 if self.lives(node, node.works) else idle + 1
        raise Broken("work comes to an end", "the same instant goes on and on")

    def lives(self, node: Node, does: Callable[[], int | None]) -> int:
        """Have a node do something; when it dies of it, it comes back a few seconds later."""
        try:
            with self.ground.working():
                node.goes_on()
                return does() or 0
        except Died:
            self.tally.crashes += 1
            self.ground.engine.dispose()  # whatever its connections were about, nobody goes on with it
            self.dies(node, RESTARTS_AFTER)
            return 1

    def any_node(self) -> Node | None:
        """Return a process that can work now."""
        free = [one for one in self.nodes if self._can_work(one)]
        return free[self.tally.stops % len(free)] if free else None

    def dies(self, node: Node, seconds: float) -> None:
        """Have a node lose all it had in memory, and come back."""
        self.calmly(seconds + 60)
        node.is_gone(self.hands.elapsed + seconds)

    def _looks(self) -> None:
        """Have a node do what is done again and again."""
        node = next((one for one in self.nodes if self._can_work(one)), None)
        if node is None or self.hands.elapsed < self._looked_at + LOOKS_EVERY:
            return
        self._looked_at = self.hands.elapsed
        self.lives(node, node.looks_around)
        if self.hands.elapsed >= self._tidied_at + TIDIES_EVERY and self._can_work(node):
            self._tidied_at = self.hands.elapsed
            if not self.lives(node, node.tidies):
                self.ends.after_tidying()
        self._works()

    # What is seen

    def _sees(self, channel: str, message: Outgoing) -> None:
        self.tally.calls += 1
        self.promises.sees(channel, message)
        reacts(self, channel, message)
        self.seals.sees(channel, message)

    def _recorded(self, outcomes: list[Outcome]) -> None:
        self.promises.recorded(outcomes)

    def contact(self, name: str) -> Contact:
        """Read a helper's row."""
        with self.store.read() as unit:
            return unit.session.get_one(Contact, self.helpers[name].contact_id)


class ForYears(World):
    """What is closed is kept as long as it is for real, and while nothing happens somebody looks around once a day."""

    terms = terms_of(read_settings({}))
    rests = plans.DAY
