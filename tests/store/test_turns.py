"""Turns: one at a time, in the order in which they came, and a turn that nobody uses goes on to the next."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from store.turns import Line

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 60.0
"""So long nobody stands in line on a good day."""


class SomebodyPressedControlC(BaseException):
    """What ends a thread that waits, as KeyboardInterrupt does."""


class Interrupted(threading.Event):
    """An event whose waiting ends by an exception, after what happens meanwhile."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    def wait(self, timeout: float | None = None) -> bool:
        self._meanwhile()
        raise SomebodyPressedControlC(timeout)


def in_line(line: Line, name: str, had: list[str]) -> threading.Thread:
    """Somebody who stands in line, in a thread of their own; returns when they do."""

    def stands() -> None:
        with line.turn(LONG) as has_it:
            had.append(name if has_it else f"{name} without")

    before = line.waiting
    thread = threading.Thread(target=stands)
    thread.start()
    until = time.monotonic() + LONG
    while line.waiting == before and time.monotonic() < until:
        time.sleep(0.001)
    return thread


def test_whoever_comes_first_is_first() -> None:
    line, had = Line(), list[str]()
    with line.turn() as has_it:
        assert has_it
        threads = [in_line(line, name, had) for name in ("Aigerim", "Timur", "Dana")]
        assert had == []
    for thread in threads:
        thread.join(LONG)
    assert had == ["Aigerim", "Timur", "Dana"]


def test_of_many_at_once_only_one_has_it() -> None:
    line, inside, most = Line(), [0], [0]

    def works() -> None:
        for _ in range(200):
            with line.turn(LONG) as has_it:
                assert has_it
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=works) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert most == [1]
    assert line.waiting == 0


def test_whoever_has_waited_long_enough_goes_without_and_gives_nothing_back() -> None:
    line, had = Line(), list[str]()
    with line.turn():
        with line.turn(longest=0.01) as has_it:
            assert not has_it
        thread = in_line(line, "Aigerim", had)
        assert had == [], "the turn is still somebody's"
    thread.join(LONG)
    assert had == ["Aigerim"]


def test_a_turn_is_given_back_whatever_ends_the_work() -> None:
    line = Line()
    with pytest.raises(SomebodyPressedControlC), line.turn():
        raise SomebodyPressedControlC
    with line.turn(longest=0.01) as has_it:
        assert has_it


def test_whoever_is_interrupted_in_line_leaves_it() -> None:
    line, had = Line(new_event=Interrupted), list[str]()
    with line.turn():
        with pytest.raises(SomebodyPressedControlC), line.turn(LONG):
            had.append("never")
        assert line.waiting == 0, "a turn would come to nobody"
    with line.turn(longest=0.01) as has_it:
        assert has_it
    assert had == []


def test_a_turn_that_comes_while_somebody_is_interrupted_goes_on_to_the_next() -> None:
    """Both happen in one moment: the turn is theirs, and they will never give it back."""
    first = threading.Event()
    came = threading.Event()

    def comes_now() -> None:
        first.set()
        assert came.wait(LONG)

    line = Line(new_event=lambda: Interrupted(comes_now))

    def holds() -> None:
        with line.turn():
            holding.set()
            assert first.wait(LONG)
        came.set()

    holding = threading.Event()
    holder = threading.Thread(target=holds)
    holder.start()
    assert holding.wait(LONG)
    with pytest.raises(SomebodyPressedControlC), line.turn(LONG):
        pass
    holder.join(LONG)
    with line.turn(longest=0.01) as has_it:
        assert has_it
