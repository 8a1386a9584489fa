"""The control bar: what the owner of the sandbox lets the page do."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from sandbox.telegram.hub import Hub

if TYPE_CHECKING:
    from sandbox.switches import Switch
    from sandbox.telegram.faults import Fault

LONGEST_ADVANCE: Final = 7 * 24 * 3600


class Controls:
    """The hooks. They may block, so they are called outside the server's event loop."""

    def __init__(self, hub: Hub, hooks: Mapping[str, Callable[..., Any]]) -> None:
        self._hub = hub
        self._hooks = dict(hooks)
        self._outage: Switch[Fault] | None = None

    def status(self) -> dict[str, Any]:
        """What the bar shows: which buttons exist, whether Telegram is out, and the owner's own status."""
        told = self._hooks["status"]() if "status" in self._hooks else {}
        return {
            "can": sorted(self._hooks.keys() & {"advance", "kill"}),
            "outage": self._hub.faults.is_out,
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

    def outage(self, *, on: bool) -> None:
        """Make Telegram unreachable, or reachable again."""
        if self._outage is not None:
            self._outage.off()
        self._outage = self._hub.faults.outage() if on else None
        self._hub.announce()
