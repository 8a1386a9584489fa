"""A telephone call as somebody with a phone lives through it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.changes import Changes
from sandbox.seen import plain
from sandbox.twilio import people
from sandbox.twilio import state as twilio
from sandbox.waiting import PATIENCE, StoryError, wait_for


@dataclass(frozen=True)
class Spoken:
    """Words heard in a call; `language` is the tag the voice was given."""

    text: str
    language: str


class Call:
    """A call to a phone, live: acts return at once, `hears` and the like wait.

    Acts that come too late (the caller has hung up, the ringing is over) do nothing, as on a real phone.
    """

    def __init__(self, changes: Changes, network: twilio.Network, call: twilio.Call) -> None:
        self._changes = changes
        self._network = network
        self._call = call

    @property
    def sid(self) -> str:
        """Twilio's id of the call."""
        return self._call.sid

    @property
    def to(self) -> str:
        """The number that is called."""
        return self._call.recipient

    @property
    def caller(self) -> str:
        """The number that calls."""
        return self._call.sender

    @property
    def status(self) -> str:
        """What it is now: queued, ringing, in-progress, completed, busy, no-answer, failed or canceled."""
        return self._call.status.value

    @property
    def answered_by(self) -> str | None:
        """What machine detection says: human, machine_start, machine_end_beep; None when it was not asked for."""
        return self._call.answered_by

    @property
    def said(self) -> list[Spoken]:
        """What was spoken so far, to a person or onto the voicemail."""
        with self._changes.reading():
            return [
                Spoken(said.text, said.language) for said in self._call.said if not said.is_key and not said.is_mine
            ]

    # What the person does

    def answers(self) -> "Call":
        """Press the green button."""
        with self._changes.changing():
            people.answers(self._network, self._call)
        return self

    def goes_to_voicemail(self) -> "Call":
        """Let the machine take it, which records whatever is said."""
        with self._changes.changing():
            people.answers(self._network, self._call, by_machine=True)
        return self

    def rejects(self) -> None:
        """Press the red button while it rings: busy."""
        with self._changes.changing():
            people.rejects(self._network, self._call)

    def lets_ring(self) -> None:
        """Do not answer; the rest of the ringing takes no time."""
        with self._changes.changing():
            people.lets_ring(self._network, self._call)

    def hangs_up(self) -> None:
        """End a call that was answered."""
        with self._changes.changing():
            people.hangs_up(self._network, self._call)

    def presses(self, keys: str, *, timeout: float = PATIENCE) -> "Call":
        """Press keys, once the voice takes them (or the call is over, and then nobody hears them)."""
        self._wait(lambda: self._call.asks_for_keys or self._call.is_over, f"a question to press {keys!r} for", timeout)
        with self._changes.changing():
            people.presses(self._network, self._call, keys)
        return self

    def says(self, words: str, *, timeout: float = PATIENCE) -> "Call":
        """Speak after the tone, once it has sounded (or the call is over, and then nobody hears it)."""
        self._wait(lambda: self._call.records or self._call.is_over, f"a tone to say {words!r} after", timeout)
        with self._changes.changing():
            people.speaks(self._network, self._call, words)
        return self

    def finishes(self) -> None:
        """Press the hash key after having spoken."""
        with self._changes.changing():
            people.presses(self._network, self._call, "#")

    # What the person hears

    def hears(self, what: str | re.Pattern[str], *, timeout: float = PATIENCE) -> str:
        """Wait until something is said that contains these words or matches this pattern; gives all of it."""
        found = self._wait(lambda: self._heard(what), f"{what!r}", timeout)
        return str(found)

    def is_over(self, *, timeout: float = PATIENCE) -> str:
        """Wait until the call has ended; gives its last status."""
        self._wait(lambda: self._call.is_over, "the end of the call", timeout)
        return self.status

    def _heard(self, what: str | re.Pattern[str]) -> str | None:
        for spoken in reversed(self.said):
            text = plain(spoken.text)
            if what in text if isinstance(what, str) else what.search(text):
                return spoken.text
        return None

    def _wait(self, look: Callable[[], object], what: str, timeout: float) -> object:
        found = wait_for(self._changes, lambda: look() or None, timeout, self._changes.meanwhile)
        if found is None:
            lines = "\n".join(spoken.text for spoken in self.said)
            raise StoryError(f"{self.to} did not hear {what} within {timeout:g} s; {self.status}\n{lines}")
        return found
