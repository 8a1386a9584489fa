"""Telegram's bad days, switched on by hand: refusals, silence, dropped connections, slowness and outages.

Every switch applies to the next `times` calls, or until it is switched off; as a context manager it is off at the end:

    faults.too_many_requests(5, chat=aigerim, times=1)
    with faults.outage(): ...
"""

from dataclasses import dataclass
from typing import Protocol

from sandbox.switches import Board, Delays, Drop, Silence, Switch
from sandbox.telegram.errors import RefusedError, bad_gateway, bad_request, conflict, forbidden, too_many_requests
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


Fault = Refuse | Silence | Drop


class Faults:
    """All switches of one sandbox. Safe to use from any thread; the earliest switch that is meant strikes."""

    def __init__(self) -> None:
        self._switches: Board[Fault] = Board()
        self._outages: Board[Fault] = Board()
        self._delays = Delays()

    def refuses(
        self,
        refusal: RefusedError,
        *,
        method: str | None = None,
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch[Fault]:
        """Answer with this refusal. Without `method` and `chat` every call is meant, getUpdates too."""
        return self._add(Refuse(refusal), method, chat, times)

    def second_poller(self) -> Switch[Fault]:
        """409 for whoever asks for updates, as while another program asks with the same token."""
        why = "terminated by other getUpdates request; make sure that only one bot instance is running"
        return self.refuses(conflict(why), method="getUpdates")

    def too_many_requests(
        self,
        retry_after: int,
        *,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch[Fault]:
        """429 with `retry_after` seconds."""
        return self.refuses(too_many_requests(retry_after), method=method, chat=chat, times=times)

    def forbids(
        self,
        why: str = "bot was blocked by the user",
        *,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch[Fault]:
        """403."""
        return self.refuses(forbidden(why), method=method, chat=chat, times=times)

    def rejects(
        self,
        why: str,
        *,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch[Fault]:
        """400."""
        return self.refuses(bad_request(why), method=method, chat=chat, times=times)

    def breaks(
        self,
        *,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
        code: int = 502,
    ) -> Switch[Fault]:
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
    ) -> Switch[Fault]:
        """400 that names the chat's new id."""
        return self.refuses(migrated(to), method=method, chat=chat, times=times)

    def never_answers(
        self,
        *,
        accepted: bool,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch[Fault]:
        """No answer ever comes. With `accepted` the message has arrived on the phone."""
        return self._add(Silence(accepted), method, chat, times)

    def drops_connection(
        self,
        *,
        accepted: bool = False,
        method: str | None = "sendMessage",
        chat: HasChat | int | None = None,
        times: int | None = None,
    ) -> Switch[Fault]:
        """The connection breaks before the answer."""
        return self._add(Drop(accepted), method, chat, times)

    def outage(self) -> Switch[Fault]:
        """Nothing can be reached, for any bot, until it is switched off."""
        return self._outages.add(Drop(accepted=False))

    def slow(self, seconds: float, *, method: str | None = None) -> None:
        """Wait so many real seconds before every call (or every call of one method); 0 ends it."""
        self._delays.put(method, seconds)

    def all_off(self) -> None:
        """A good day again."""
        self._switches.all_off()
        self._outages.all_off()
        self._delays.all_off()

    @property
    def is_out(self) -> bool:
        """Whether an outage is on."""
        return self._outages.is_on()

    def delay_of(self, method: str) -> float:
        """Real seconds to wait before this call."""
        return self._delays.of(method)

    def strike(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault this call meets, counted."""
        return self._switches.strike(method=method, chat_id=chat_id)

    def _add(self, fault: Fault, method: str | None, chat: HasChat | int | None, times: int | None) -> Switch[Fault]:
        chat_id = chat if isinstance(chat, int) or chat is None else chat.chat_id
        return self._switches.add(fault, times, method=method, chat_id=chat_id)
