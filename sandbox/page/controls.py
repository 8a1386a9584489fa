"""The control bar: what the owner of the sandbox lets the page do, the providers' outages, Telegram's bad answers."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from sandbox.cast import Cast
from sandbox.mail.service import MailService
from sandbox.telegram.faults import Faults
from sandbox.telegram.hub import Hub
from sandbox.twilio.service import Twilio

LONGEST_ADVANCE: Final = 7 * 24 * 3600
RETRY_AFTER: Final = 5
"""Seconds that Telegram asks to wait: long enough to be seen, short enough to be waited for."""


class _CanBeSwitchedOff(Protocol):
    @property
    def is_on(self) -> bool: ...

    def off(self) -> None: ...


BAD_ANSWERS: Final[dict[str, Callable[[Faults], _CanBeSwitchedOff]]] = {
    "second_poller": lambda faults: faults.second_poller(),
    "too_many": lambda faults: faults.too_many_requests(RETRY_AFTER),
    "blocked": lambda faults: faults.forbids(),
    "rejected": lambda faults: faults.rejects("chat not found"),
    "broken": lambda faults: faults.breaks(method=None, code=500),
    "lost_before": lambda faults: faults.never_answers(accepted=False),
    "lost_after": lambda faults: faults.never_answers(accepted=True),
}
"""What Telegram may answer instead of yes, until it is switched off, for every phone. Only the second poller and the
500 meet anything else than a message that is sent."""


class Controls:
    """The hooks. They may block, so they are called outside the server's event loop."""

    def __init__(
        self, hub: Hub, cast: Cast, twilio: Twilio, mail: MailService, hooks: Mapping[str, Callable[..., Any]]
    ) -> None:
        self._hub = hub
        self._cast = cast
        self._hooks = dict(hooks)
        self._outages: dict[str, Callable[[], _CanBeSwitchedOff]] = {
            "telegram": hub.faults.outage,
            "sms": lambda: twilio.faults.outage("sms"),
            "voice": lambda: twilio.faults.outage("voice"),
            "mail": mail.faults.outage,
        }
        self._is_out: dict[str, Callable[[], bool]] = {
            "telegram": lambda: hub.faults.is_out,
            "sms": lambda: twilio.faults.is_out("sms"),
            "voice": lambda: twilio.faults.is_out("voice"),
            "mail": lambda: mail.faults.is_out,
        }
        self._on: dict[str, _CanBeSwitchedOff] = {}

    def status(self) -> dict[str, Any]:
        """What the bar shows: which buttons exist, which providers are out, and the owner's own status.

        Only providers that some phone uses are named.
        """
        told = self._hooks["status"]() if "status" in self._hooks else {}
        return {
            "can": sorted(self._hooks.keys() & {"advance", "kill"}),
            "outages": {service: self._is_out[service]() for service in self._in_use()},
            "bad_answers": self._bad_answers(),
            **{name: told[name] for name in ("program", "detail", "links") if name in told},
        }

    def advance(self, seconds: float) -> None:
        """Move the business clock forward; LookupError without a hook, ValueError for nonsense."""
        if not 0 < seconds <= LONGEST_ADVANCE:
            raise ValueError("forward, and a week at most")
        self._hooks["advance"](seconds)
        self._hub.announce()

    def kill(self) -> None:
        """End the program as a crash would; LookupError without a hook."""
        self._hooks["kill"]()
        self._hub.announce()

    def outage(self, service: str, *, on: bool) -> None:
        """Make a provider unreachable, or reachable again; LookupError when there is no such provider."""
        begin = self._outages[service]
        if service in self._on:
            self._on.pop(service).off()
        if on:
            self._on[service] = begin()
        self._hub.announce()

    def bad_answer(self, name: str, *, on: bool) -> None:
        """Have Telegram answer like this, or stop it; LookupError when there is no such answer."""
        begin, key = BAD_ANSWERS[name], f"telegram:{name}"
        if key in self._on:
            self._on.pop(key).off()
        if on:
            self._on[key] = begin(self._hub.faults)
            if name == "second_poller":
                self._end_waiting_polls()
        self._hub.announce()

    def _end_waiting_polls(self) -> None:
        """The other program begins to poll, so that whoever waits is told at once."""
        with self._hub.changing() as world:
            for bot in world.bots.values():
                bot.updates.begin_poll()

    def _bad_answers(self) -> dict[str, bool]:
        if "telegram" not in self._in_use():
            return {}
        on = {key for key, switch in list(self._on.items()) if switch.is_on}
        return {name: f"telegram:{name}" in on for name in BAD_ANSWERS}

    def _in_use(self) -> list[str]:
        phones = list(self._cast.handsets.values())
        numbers = any(phone.line for phone in phones)
        in_use = {
            "telegram": not phones or any(phone.telegram for phone in phones),
            "sms": numbers,
            "voice": numbers,
            "mail": any(phone.mailbox for phone in phones),
        }
        return [service for service, used in in_use.items() if used]
