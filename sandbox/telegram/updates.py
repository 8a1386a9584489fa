"""One bot's queue of updates: handed out again and again until the bot confirms them by its offset.

That is the property a hotline's safety stands on: whatever was not confirmed before a crash comes again after it.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sandbox.telegram.errors import conflict
from sandbox.telegram.parameters import Json

KEPT_FOR = timedelta(hours=24)  # Telegram forgets updates nobody collected within a day
REMEMBERED = 10_000  # how many past updates can still be redelivered
FIRST_ID = 500_000_001

# Kinds a bot does not get unless it asks for them by name.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Update:
    """One update as it will be sent, and where it came from."""

    id: int
    body: dict[str, Json]
    at: datetime
    chat_id: int | None


class UpdateQueue:
    """The queue. It does no waiting: a long poll registers with `watch` and asks again when it is called."""

    def __init__(self) -> None:
        self.allowed: frozenset[str] = frozenset()
        self.next_id = FIRST_ID
        self.confirmed_below = FIRST_ID
        self.current_poll = 0
        self._waiting: deque[Update] = deque()
        self._again: deque[Update] = deque()
        self._past: OrderedDict[int, Update] = OrderedDict()
        self._watchers: dict[int, Callable[[], None]] = {}

    def __len__(self) -> int:
        """How many updates wait to be confirmed."""
        return len(self._waiting) + len(self._again)

    def wants(self, kind: str) -> bool:
        """Whether the bot asked for updates of this kind."""
        return kind in self.allowed if self.allowed else kind not in ON_REQUEST

    def push(self, kind: str, body: Json, *, at: datetime, chat_id: int | None = None) -> int | None:
        """Queue an update and wake whoever waits; gives its id, or None when the bot does not want this kind."""
        if not self.wants(kind):
            return None
        return self.push_raw({kind: body}, at=at, chat_id=chat_id)

    def push_raw(self, body: dict[str, Json], *, at: datetime, chat_id: int | None = None) -> int:
        """Queue any object at all, well-formed or not; an `update_id` is added unless the body has one."""
        update = Update(self.next_id, {"update_id": self.next_id, **body}, at, chat_id)
        self.next_id += 1
        self._waiting.append(update)
        self._past[update.id] = update
        if len(self._past) > REMEMBERED:
            self._past.popitem(last=False)
        self._wake()
        return update.id

    def redeliver(self, update_id: int) -> None:
        """Hand the same update out once more, whatever was confirmed. LookupError if it is not remembered."""
        if update_id not in self._past:
            raise LookupError(f"no update {update_id} to deliver again")
        self._again.append(self._past[update_id])
        self._wake()

    def begin_poll(self) -> int:
        """A new getUpdates: whichever one was waiting is terminated. Gives the ticket `collect` asks for."""
        self.current_poll += 1
        self._wake()
        return self.current_poll

    def confirm(self, offset: int) -> list[Update]:
        """Forget what is below `offset`; a negative one keeps only that many from the end. Gives the forgotten."""
        if offset < 0:
            forgotten = max(0, len(self._waiting) + offset)
            return [self._forget() for _ in range(forgotten)]
        done: list[Update] = []
        while self._waiting and self._waiting[0].id < offset:
            done.append(self._forget())
        return done

    def collect(self, ticket: int, limit: int, now: datetime) -> list[dict[str, Json]]:
        """What a poll gets at this moment, oldest first. 409 when a later poll has begun."""
        if ticket != self.current_poll:
            raise conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
        self._drop_old(now)
        repeated = [self._again.popleft() for _ in range(min(limit, len(self._again)))]
        return [update.body for update in [*repeated, *islice(self._waiting, limit - len(repeated))]]

    def first(self, now: datetime) -> Update | None:
        """What a webhook is brought next; it stays until it is `taken`."""
        self._drop_old(now)
        return next(iter([*self._again, *islice(self._waiting, 1)]), None)

    def taken(self, update: Update) -> None:
        """Forget what was brought."""
        if self._again and self._again[0] is update:
            self._again.popleft()
        elif self._waiting and self._waiting[0] is update:
            self._forget()

    def drop_all(self) -> list[Update]:
        """Forget everything that waits."""
        self._again.clear()
        return [self._forget() for _ in range(len(self._waiting))]

    def pending(self) -> Iterator[Update]:
        """What is not confirmed yet, oldest first."""
        return iter(self._waiting)

    def watch(self, ticket: int, wake: Callable[[], None]) -> None:
        """Call `wake` at every arrival, until `unwatch`."""
        self._watchers[ticket] = wake

    def unwatch(self, ticket: int) -> None:
        """Stop calling."""
        self._watchers.pop(ticket, None)

    def disturb(self) -> None:
        """Wake the waiting poll although nothing came (an outage began, a webhook was set)."""
        self._wake()

    def _forget(self) -> Update:
        update = self._waiting.popleft()
        self.confirmed_below = update.id + 1
        return update

    def _drop_old(self, now: datetime) -> None:
        while self._waiting and now - self._waiting[0].at > KEPT_FOR:
            self._waiting.popleft()

    def _wake(self) -> None:
        for wake in tuple(self._watchers.values()):
            wake()


def kinds_in(value: Json) -> Iterable[str]:
    """The names in `allowed_updates`; anything that is no list of texts counts as none."""
    return [kind for kind in value if isinstance(kind, str)] if isinstance(value, list) else []
