"""Telegram's bad days, switched on by hand: refusals, silence, dropped connections, slowness and outages.

Every switch applies to the next `times` calls, or until it is switched off; as a context manager it is off at the end:

    faults.too_many_requests(5, chat=aigerim, times=1)
    with faults.outage(): ...
"""

import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from sandbox.telegram.errors import RefusedError, bad_gateway, bad_request, forbidden, too_many_requests
from sandbox.telegram.methods.finding import migrated


class HasChat(Protocol):
    """A phone or a group: something with a chat."""

    @property
    def chat_id(self) -> int:
        """Telegram's id of the chat."""


@dataclass(frozen=True)
class Refuse:
    """Answer with an error; nothing is accepted."""

    refusal: RefusedError


@dataclass(frozen=True)
class Silence:
    """Never answer. With `accepted` the call has been carried out all the same."""

    accepted: bool


@dataclass(frozen=True)
class Drop:
    """Break the connection. With `accepted` the call has been carried out all the same."""

    accepted: bool


Fault = Refuse | Silence | Drop


class Switch:
    """One fault that is on; `off` ends it."""

    def __init__(self, fault: Fault, method: str | None, chat_id: int | None, times: int | None) -> None:
        self.fault = fault
        self.left = times
        self._method = method
        self._chat_id = chat_id
        self._off = False

    @property
    def is_on(self) -> bool:
        """Whether it will still strike."""
        return not self._off and self.left != 0

    def off(self) -> None:
        """End it; ending it again does nothing."""
        self._off = True

    def strikes(self, method: str, chat_id: int | None) -> bool:
        """Whether this call is meant; counts it when it is."""
        meant = self._method in {None, method} and self._chat_id in {None, chat_id}
        if not (meant and self.is_on):
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


class Faults:
    """All switches of one sandbox. Safe to use from any thread; the earliest switch that is meant strikes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._switches: list[Switch] = []
        self._outages: list[Switch] = []
        self._delays: dict[str | None, float] = {}

    def refuses(
        self,
        refusal: RefusedError,
        *,
        method: str | None = None,
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch:
        """Answer with this refusal. Without `method` and `chat` every call is meant, getUpdates too."""
        return self._add(Refuse(refusal), method, chat, times)

    def too_many_requests(
        self,
        retry_after: int,
        *,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch:
        """429 with `retry_after` seconds."""
        return self.refuses(too_many_requests(retry_after), method=method, chat=chat, times=times)

    def forbids(
        self,
        why: str = "bot was blocked by the user",
        *,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch:
        """403."""
        return self.refuses(forbidden(why), method=method, chat=chat, times=times)

    def rejects(
        self,
        why: str,
        *,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch:
        """400."""
        return self.refuses(bad_request(why), method=method, chat=chat, times=times)

    def breaks(
        self,
        *,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
        code: int = 502,
    ) -> Switch:
        """A 5xx answer, 502 unless said otherwise."""
        refusal = bad_gateway() if code == 502 else RefusedError(code, "Internal Server Error")  # noqa: PLR2004 - an HTTP status
        return self.refuses(refusal, method=method, chat=chat, times=times)

    def migrates(
        self,
        to: int,
        *,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch:
        """400 that names the chat's new id."""
        return self.refuses(migrated(to), method=method, chat=chat, times=times)

    def never_answers(
        self,
        *,
        accepted: bool,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch:
        """No answer ever comes. With `accepted` the message has arrived on the phone."""
        return self._add(Silence(accepted), method, chat, times)

    def drops_connection(
        self,
        *,
        accepted: bool = False,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch:
        """The connection breaks before the answer."""
        return self._add(Drop(accepted), method, chat, times)

    def outage(self) -> Switch:
        """Nothing can be reached, for any bot, until it is switched off."""
        switch = Switch(Drop(accepted=False), None, None, None)
        with self._lock:
            self._outages.append(switch)
        return switch

    def slow(self, seconds: float, *, method: str | None = None) -> None:
        """Wait so many real seconds before every call (or every call of one method); 0 ends it."""
        with self._lock:
            self._delays[method] = seconds

    def all_off(self) -> None:
        """A good day again."""
        with self._lock:
            for switch in (*self._switches, *self._outages):
                switch.off()
            self._delays.clear()

    @property
    def is_out(self) -> bool:
        """Whether an outage is on."""
        with self._lock:
            self._outages = [switch for switch in self._outages if switch.is_on]
            return bool(self._outages)

    def delay_of(self, method: str) -> float:
        """Real seconds to wait before this call."""
        with self._lock:
            return self._delays.get(method, self._delays.get(None, 0.0))

    def strike(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault this call meets, counted."""
        with self._lock:
            self._switches = [switch for switch in self._switches if switch.is_on]
            return next((switch.fault for switch in self._switches if switch.strikes(method, chat_id)), None)

    def _add(self, fault: Fault, method: str | None, chat: HasChat | int | None, times: int | None) -> Switch:
        chat_id = chat if isinstance(chat, int) or chat is None else chat.chat_id
        switch = Switch(fault, method, chat_id, times)
        with self._lock:
            self._switches.append(switch)
        return switch
