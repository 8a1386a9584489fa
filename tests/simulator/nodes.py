"""One process of the house, without threads: it does what is due when it is asked to, and can die at any statement."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

import store
from alerts.channels.port import ChannelError, Sent, TemporaryFailure
from alerts.models import CANARY
from alerts.sending import results, taking
from alerts.sending.limits import TELEGRAM, Limits, limits_of
from alerts.sending.sender import call, is_too_late
from alerts.telling.wording import Wording
from app.canary import PER_SECOND as CANARIES_A_SECOND
from app.erasing.retention import look_at_closed
from app.erasing.sealing import erase_withdrawn
from app.inbox import inbox_queue
from app.queues import reaction_queue, timer_queue
from app.reactions import reaction_names
from app.recounting import recount_all
from app.roles import MINUTELY, look_parked
from app.schema import metadata
from app.setback import undo_setback
from app.settings import read_settings
from bot.poller import LEASE, raw_input, source_of
from cases.identity.lookout import Lookout, look_queue
from cases.registry.looking import RegistryLookout
from store import leases
from store.epochs import rotate
from store.inbox import keep, position
from store.queues import handle_one, work_once
from store.ring_file import make_ring, open_ring
from store.sealed import open_sealed
from store.unit_of_work import Store
from tests.empty_database import open_in_a_hurry, put_empty_database
from tests.simulator.providers import Died
from tests.simulator.waiting import due

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence

    from alerts.channels.port import Channel
    from alerts.sending.jobs import Job
    from cases.retention import Terms
    from sandbox.telegram.updates import UpdateQueue
    from store.claims import Claim
    from store.clock import Clock
    from store.queues import Queue
    from tests.simulator.people import Helper

log = structlog.get_logger(__name__)
TOKEN = "1:TEST"
ZONE = "Asia/Almaty"
ADDRESS = "https://panah.example.org"
HOTLINES = "+7 700 000 00 99"
SETTINGS = {"PANAH_TIMEZONE": ZONE, "PANAH_FALLBACK_HOTLINES": HOTLINES, "PANAH_CANARY": "false"}
AT_ONCE = 20
MIGRATIONS = Path(store.__file__).parent / "migrations"
KEY = b"k" * 32


@dataclass(frozen=True)
class Furnished:
    """What every world begins with: a database in which those who help are known, its ring, and who they are."""

    database: bytes
    ring: bytes
    helpers: tuple[Helper, ...]


class Ground:
    """Where a world stands: a folder and an engine, used for one world after another.

    What the engine has compiled is by far the most of what a new one would cost; the most of the rest is furnishing it.
    With an ``address`` it is that database, which has the schema, instead of a file.
    """

    def __init__(self, home: Path, address: str = "") -> None:
        self.home = home
        self.engine = open_in_a_hurry(address or f"sqlite:///{home}/panah.db")
        self.furnished: Furnished | None = None
        self._fuse: int | None = None
        self._lit = False
        event.listen(self.engine, "before_cursor_execute", self._burn)
        event.listen(self.engine, "commit", self._burn)

    def clears(self) -> None:
        """Begin anew: furnished, or with an empty database and a new ring of keys."""
        self._fuse = None
        self.engine.dispose()
        for path in self.home.iterdir():
            path.unlink()
        if self.furnished is not None:
            self._database.write_bytes(self.furnished.database)
            self._ring.write_bytes(self.furnished.ring)
            return
        if self._is_a_file:
            put_empty_database(self._database)
        else:
            self._empties()
        make_ring(self._ring, KEY, "2026-03")
        with self.engine.begin() as connection:  # a backup says which schema it is of
            MigrationContext.configure(connection).stamp(ScriptDirectory(str(MIGRATIONS)), "head")

    def _empties(self) -> None:
        names = ", ".join(f'"{name}"' for name in metadata().tables)
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"TRUNCATE {names}")

    def keeps(self, helpers: Iterable[Helper]) -> None:
        """Let every world after this one begin as this one stands, where it is a file."""
        if not self._is_a_file:
            return
        self.engine.dispose()  # the last connection writes the journal into the file
        database, ring = self._database.read_bytes(), self._ring.read_bytes()
        self.furnished = Furnished(database, ring, tuple(replace(one) for one in helpers))

    @property
    def _is_a_file(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def files(self) -> tuple[Path, ...]:
        """What lies on the disk of the database, where it is a file."""
        if not self._is_a_file:
            return ()
        return tuple(self._database.with_name(f"panah.db{end}") for end in ("", "-wal"))

    @property
    def _database(self) -> Path:
        return self.home / "panah.db"

    @property
    def _ring(self) -> Path:
        return self.home / "ring"

    def dies_after(self, statements: int) -> None:
        """Have whichever node works next die when so many statements or commits more were begun: before the last."""
        self._fuse = statements

    @contextmanager
    def working(self) -> Iterator[None]:
        """Only a node can die, and only while it works."""
        self._lit = True
        try:
            yield
        finally:
            self._lit = False

    def _burn(self, *_: Any) -> None:
        if self._lit and self._fuse is not None:
            self._fuse -= 1
            if self._fuse <= 0:
                self._fuse = None
                raise Died


class Node:
    """A process: its own memory and identity. ``recorded`` is told which outcomes were committed."""

    def __init__(
        self,
        ground: Ground,
        clock: Clock,
        providers: Mapping[str, Channel],
        updates: UpdateQueue,
        recorded: Callable[[list[results.Outcome]], None],
        *,
        terms: Terms,
    ) -> None:
        self._ground, self._clock, self._providers, self._terms = ground, clock, providers, terms
        self._updates, self._recorded = updates, recorded
        self._me = uuid4()
        self.in_hand: list[Callable[[], None]] = []
        """What was claimed before it stood still."""
        self.resumes_at = 0.0
        """Until then it does nothing; seconds since the beginning."""
        self.starts()

    # Life and death

    def starts(self) -> None:
        """Begin with nothing in memory, as after a crash."""
        settings = read_settings(SETTINGS)
        ring = open_ring(self._ground.home / "ring", KEY)
        self.store = Store(self._ground.engine, ring, self._clock, reactions=reaction_names())
        self._wording = Wording(ZONE, ADDRESS)
        self._lookout, self._registry = Lookout(self.store), RegistryLookout(self.store)
        self._lookout_is_filled = False
        looks = look_queue(self._lookout, look_parked, [self._registry])
        self._looks = looks
        self.queues: dict[str, Queue] = {
            "inbox": inbox_queue(settings.timezone),
            "reaction": reaction_queue(settings),
            "timer": timer_queue(settings),
        }
        self._limits: dict[str, Limits] = {name: limits_of(name) for name in self._providers}
        self._limits |= {"telegram": TELEGRAM, CANARY: limits_of(CANARY, CANARIES_A_SECOND)}

    def is_gone(self, until: float) -> None:
        """Lose everything in memory; begin again ``until`` then."""
        self.in_hand.clear()
        self.resumes_at = until
        self.starts()

    # Work

    def works(self) -> int:
        """Do what is due now, once around; return how much it was."""
        done = self._hears()
        waiting = self._due()
        done += sum(work_once(self.store, queue) for name, queue in self.queues.items() if name in waiting)
        if "identity" in waiting:
            done += self._compares()
        return done + sum(self._sends(name) for name in self._providers if name in waiting)

    def _due(self) -> set[str]:
        """Return the queues, and the channels, of which something is due."""
        with self.store.glance() as connection:
            return due(connection, self._clock.now())

    def _hears(self) -> int:
        """Ask Telegram for updates, as the only one that does."""
        if not len(self._updates):
            return 0
        source = source_of(TOKEN)
        with self.store.unit("poller") as unit:
            if not leases.hold(unit, source, self._me, LEASE):
                return 0
        with self.store.read() as unit:
            last = position(unit, source)
        if last is not None:
            self._updates.confirm(last + 1)
        found = self._updates.collect(self._updates.begin_poll(), 100, self._clock.now())
        inputs = [one for one in map(raw_input, found) if one is not None]
        if not inputs:
            return 0
        with self.store.unit("poller") as unit:
            keep(unit, source, "telegram", inputs)
        return len(inputs)

    def _compares(self) -> int:
        if not self._lookout_is_filled:
            self._lookout_is_filled = self._lookout.fill()
        self._lookout.follow()
        self._registry.follow()
        return work_once(self.store, self._looks)

    def _sends(self, name: str) -> int:
        jobs = self._takes(name)
        self._calls(name, jobs)
        return len(jobs)

    def _takes(self, name: str) -> list[Job]:
        with self.store.unit("sender") as unit:
            return taking.take(unit, self._wording, AT_ONCE, self._limits[name], channel=name)

    def _calls(self, name: str, jobs: Sequence[Job]) -> None:
        ours = [job for job in jobs if not is_too_late(job, self._clock.now())]
        self._records(name, [results.Outcome(job, self._call(name, job)) for job in ours])

    def _call(self, name: str, job: Job) -> Sent | ChannelError:
        try:
            asked = call(self._providers[name], job)
            return asyncio.run(asked) if name == CANARY else at_once(asked)
        except ChannelError as error:
            return error
        except Exception:
            log.exception("channel_broke")
            return TemporaryFailure("channel_broke")

    def _records(self, name: str, outcomes: list[results.Outcome]) -> None:
        if not outcomes:
            return
        try:
            with self.store.unit("sender") as unit:
                results.record(unit, outcomes, self._limits[name])
        except Exception:
            log.exception("outcome_not_recorded")
            raise
        self._recorded(outcomes)

    # Standing still

    def stands_still(self, until: float, *, calls: bool) -> None:
        """Claim what is due and do nothing with it before ``until``; calls are made before or after, as ``calls``."""
        for queue in self.queues.values():
            with self.store.unit("queue", rings=False) as unit:
                held = queue.take(unit, 4)
            self.in_hand += [partial(self._handles, queue, one) for one in held]
        for name in self._providers:
            jobs = self._takes(name)
            if calls:
                outcomes = [results.Outcome(job, self._call(name, job)) for job in jobs]
                self.in_hand.append(partial(self._records, name, outcomes))
            else:
                self.in_hand.append(partial(self._calls, name, jobs))
        self.resumes_at = until

    def _handles(self, queue: Queue, held: Claim) -> None:
        handle_one(self.store, queue, held)

    def goes_on(self) -> None:
        """Finish what was in hand, as if no time had passed."""
        while self.in_hand:
            self.in_hand.pop(0)()

    # What is looked at again and again

    def looks_around(self) -> None:
        """Do once what the program does every minute or oftener."""
        for look in MINUTELY.values():
            with self.store.unit("system") as unit:
                look(unit)
        undo_setback(self.store)
        open_sealed(self.store)
        recount_all(self.store)

    def tidies(self) -> None:
        """Do once what can wait for hours."""
        rotate(self.store)
        look_at_closed(self.store, self._terms)
        erase_withdrawn(self.store)


def at_once(work: Coroutine[Any, Any, Sent]) -> Sent:
    """Run to its end what never waits for anything: the providers of a simulation answer at once."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]  # StopIteration does not say what it carries
    raise AssertionError("a provider of a simulation waited for something")
