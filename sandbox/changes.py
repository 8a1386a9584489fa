"""One door to the sandbox's world for all threads: one change at a time, and whoever waits hears of it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final

IDLE: Final = 5.0
LOOK_AT_CLOCK: Final = 0.05  # real seconds: the business clock is moved without a word


class Changes:
    """What is shared is touched only inside `changing` or `reading`; both may be entered again by the same thread.

    `meanwhile` is called, from the thread that waits, again and again while somebody looks at a phone in vain.
    """

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.meanwhile = meanwhile
        self._changed = threading.Condition(threading.RLock())
        self._listeners: set[Callable[[], None]] = set()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change something; everybody who waits is woken afterwards."""
        with self._changed:
            yield
            self._changed.notify_all()
            for listener in tuple(self._listeners):
                listener()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Look while nobody changes anything."""
        with self._changed:
            yield

    def announce(self) -> None:
        """Wake everybody: something outside changed, the clock or a switch."""
        with self.changing():
            pass

    def wait_for_change(self, seconds: float) -> bool:
        """Return at the next change, at the latest after so many real seconds; whether there was one."""
        with self._changed:
            return self._changed.wait(seconds)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change; it must not block."""
        with self._changed:
            self._listeners.add(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Stop calling."""
        with self._changed:
            self._listeners.discard(listener)


class Watch:
    """Waiting inside the server's event loop: for a change, and for the business clock to come to a time."""

    def __init__(self, changes: Changes, now: Callable[[], datetime]) -> None:
        self._changes = changes
        self._now = now

    async def until(self, seen: Callable[[], object], *, at_latest: datetime | None = None) -> bool:
        """Return True once `seen()` is true, False when the business clock comes to that time first."""
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(changed.set)

        self._changes.listen(wake)
        try:
            while True:
                changed.clear()
                with self._changes.reading():
                    if seen():
                        return True
                if at_latest is not None and self._now() >= at_latest:
                    return False
                await _wait(changed, IDLE if at_latest is None else LOOK_AT_CLOCK)
        finally:
            self._changes.unlisten(wake)


async def _wait(changed: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()
