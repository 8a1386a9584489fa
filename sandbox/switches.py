"""Switches for bad days, the same for every provider: what goes wrong, for whom, and how many times."""

import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

Fault = TypeVar("Fault")


@dataclass(frozen=True)
class Silence:
    """Never answer. With `accepted` the call has been carried out all the same."""

    accepted: bool


@dataclass(frozen=True)
class Drop:
    """Break the connection. With `accepted` the call has been carried out all the same."""

    accepted: bool


class Switch(Generic[Fault]):
    """One fault that is on; `off` ends it. `aim` says whom it is meant for; what is None there means anybody."""

    def __init__(self, fault: Fault, times: int | None, aim: dict[str, object]) -> None:
        self.fault = fault
        self.left = times
        self._aim = aim
        self._off = False

    @property
    def is_on(self) -> bool:
        """Whether it will still strike."""
        return not self._off and self.left != 0

    def off(self) -> None:
        """End it; ending it again does nothing."""
        self._off = True

    def is_meant_for(self, case: dict[str, object]) -> bool:
        """Whether it is on and aims at such a case."""
        return self.is_on and all(wanted in {None, case.get(name)} for name, wanted in self._aim.items())

    def strikes(self, case: dict[str, object]) -> bool:
        """Whether this case is meant; counts it when it is."""
        if not self.is_meant_for(case):
            return False
        if self.left is not None:
            self.left -= 1
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.off()


class Board(Generic[Fault]):
    """Switches side by side; the earliest that is meant strikes. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._switches: list[Switch[Fault]] = []

    def add(self, fault: Fault, times: int | None = None, **aim: object) -> Switch[Fault]:
        """Switch a fault on, for the next `times` cases or until it is switched off."""
        switch = Switch(fault, times, aim)
        with self._lock:
            self._switches.append(switch)
        return switch

    def strike(self, **case: object) -> Fault | None:
        """The fault that this case meets, counted."""
        with self._lock:
            self._forget_those_that_are_off()
            return next((switch.fault for switch in self._switches if switch.strikes(case)), None)

    def is_on(self, **case: object) -> bool:
        """Whether such a case would be struck; counts nothing."""
        with self._lock:
            self._forget_those_that_are_off()
            return any(switch.is_meant_for(case) for switch in self._switches)

    def all_off(self) -> None:
        """A good day again."""
        with self._lock:
            for switch in self._switches:
                switch.off()

    def _forget_those_that_are_off(self) -> None:
        self._switches = [switch for switch in self._switches if switch.is_on]


class Delays:
    """Real seconds to wait before something is done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: dict[str | None, float] = {}

    def put(self, what: str | None, seconds: float) -> None:
        """Delay one thing, or everything when it is None; 0 ends it."""
        with self._lock:
            self._seconds[what] = seconds

    def of(self, what: str) -> float:
        """The delay of this thing."""
        with self._lock:
            return self._seconds.get(what, self._seconds.get(None, 0.0))

    def all_off(self) -> None:
        """No delays."""
        with self._lock:
            self._seconds.clear()
