"""One door to the sandbox's world for all threads: one change at a time, and whoever waits hears of it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Changes:
    """What is shared is touched only inside `changing` or `reading`; both may be entered again by the same thread."""

    def __init__(self) -> None:
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

    def wait_for_change(self, seconds: float) -> None:
        """Return at the next change, at the latest after so many real seconds."""
        with self._changed:
            self._changed.wait(seconds)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change; it must not block."""
        with self._changed:
            self._listeners.add(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Stop calling."""
        with self._changed:
            self._listeners.discard(listener)
