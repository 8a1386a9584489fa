"""The port: what every channel can do and how it fails. No channel's own words get past here.

Errors carry a code from the channel's table and its meaning; never an address, a token or a provider's free text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from cases.docket.calendar import CalendarEntry

LONGEST_DATA = 64
"""Bytes a button may carry back: the least of all channels (Telegram's)."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: opaque ``data`` comes back when it is pressed, or ``url`` is opened.

    ValueError unless exactly one of them is given and the data fit; the values do not show in a repr.
    """

    label: str
    data: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.data is None) == (self.url is None):
            raise ValueError("a button carries data or opens an address, one of the two")
        if self.data is not None and not 1 <= len(self.data.encode()) <= LONGEST_DATA:
            raise ValueError(f"a button carries 1 to {LONGEST_DATA} bytes")


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one address; where it goes and what it says do not show in a repr.

    ``silent``: it arrives without a sound. ``protected``: it cannot be forwarded or saved, where the channel can do
    that. ``attempt_id`` names the call in what the provider reports back, where it reports; ``reference`` names the
    message and stays the same when it is sent again. ``subject`` is a headline (e-mail), safe on a lock screen.
    ``language`` is what the text is written in, for a voice that reads it. ``entry`` is for the reader's calendar; a
    channel that cannot carry it leaves it out. ``recording`` is a file in which somebody speaks the words, likewise.
    ``knocks``: it says nothing but that its reader may write, as a provider approved it beforehand (WhatsApp).
    """

    address: str = field(repr=False)
    text: str = field(repr=False)
    keyboard: Keyboard = ()
    silent: bool = False
    protected: bool = False
    attempt_id: str = ""
    reference: str = ""
    subject: str = field(default="", repr=False)
    language: str = "en"
    entry: CalendarEntry | None = None
    recording: Path | None = None
    knocks: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has it. Handed to a provider is not delivered, and delivered is not read."""

    provider_id: str


class Channel(Protocol):
    """A way to send. Every method raises ChannelError and nothing else, and may be called side by side.

    No method repeats a call by itself: whether a failure is tried again is decided above.
    """

    async def send(self, message: Outgoing) -> Sent:
        """Hand one message to the provider."""
        ...

    async def edit(self, address: str, provider_id: str, text: str, keyboard: Keyboard) -> None:
        """Rewrite a message that was sent, buttons included (none: they vanish). Repeating it is fine."""
        ...

    async def answer(self, callback_id: str, text: str) -> None:
        """Answer the press of a button, with a word or with nothing."""
        ...

    async def delete(self, address: str, provider_ids: Sequence[str]) -> None:
        """Erase up to 100 messages, ours and theirs, for both sides. Those that are not there any more are fine."""
        ...

    async def leave(self, address: str) -> None:
        """Leave a group. One that was left already, or is gone, is fine."""
        ...


class Arrival(StrEnum):
    """How far a message has come, as its provider tells it."""

    UNDER_WAY = "under way"
    """The provider has it and is still at it (queued, ringing)."""
    SENT = "sent"
    """It has left the provider."""
    DELIVERED = "delivered"
    """It has reached the phone or the mailbox. A call: a human has answered it."""
    READ = "read"
    FAILED_TEMPORARY = "failed_temporary"
    """It has not arrived and will not by itself (busy, no answer, voicemail): trying again may help."""
    FAILED_PERMANENT = "failed_permanent"
    """It has not arrived, and trying again would change nothing."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says about a message it was given. ``code`` and ``meaning`` as in ChannelError.

    ``recipient_gone``: nobody can be reached at this address any more.
    """

    arrival: Arrival
    code: str = ""
    meaning: str = ""
    recipient_gone: bool = False


@runtime_checkable
class AnswersQuestions(Protocol):
    """A channel whose provider can be asked what became of a message."""

    async def find(self, message: Outgoing, since: datetime) -> Sent | None:
        """Look for a message whose call had no readable answer; None when the provider did not take it.

        ``since`` is when the call began (aware UTC). Raises ChannelError when the provider cannot be asked.
        """
        ...

    async def report(self, provider_id: str) -> Report:
        """Ask how far a message has come. Raises ChannelError when the provider cannot be asked."""
        ...


@runtime_checkable
class Redacts(Protocol):
    """A channel whose provider can be made to forget what a message said."""

    async def redact(self, provider_id: str) -> None:
        """Take the words out of the provider's records. Repeating it is fine; raises ChannelError."""
        ...


class ChannelError(Exception):
    """A call that did not do what it should.

    ``code`` is stable and safe to store, ``meaning`` is an English sentence for the team's log and board. Neither they
    nor any printed form of the error hold an address, a token or the provider's words.
    """

    def __init__(self, code: str, meaning: str = "") -> None:
        super().__init__(f"{code}: {meaning}" if meaning else code)
        self.code = code
        self.meaning = meaning


class PermanentFailure(ChannelError):  # noqa: N818  named for what happened; all are ChannelErrors
    """Trying again changes nothing.

    ``recipient_gone``: nobody can be reached at this address any more. Otherwise the fault lies in this one message,
    edit or answer, and says nothing about the address.
    """

    def __init__(self, code: str, meaning: str = "", *, recipient_gone: bool = False) -> None:
        super().__init__(code, meaning)
        self.recipient_gone = recipient_gone


class TemporaryFailure(ChannelError):  # noqa: N818  see above
    """The provider did not take it; trying again cannot double it."""


class RateLimited(ChannelError):  # noqa: N818  see above
    """The provider takes nothing for this address before ``retry_after`` (positive) has passed."""

    def __init__(self, code: str, meaning: str = "", *, retry_after: timedelta) -> None:
        super().__init__(code, meaning)
        self.retry_after = retry_after


class UnknownOutcome(ChannelError):  # noqa: N818  see above
    """The request left and no answer to it could be read: the provider may have taken it, or not."""


class AddressMoved(ChannelError):  # noqa: N818  see above
    """The conversation lives at ``new_address`` from now on; nothing was sent."""

    def __init__(self, code: str, meaning: str = "", *, new_address: str) -> None:
        super().__init__(code, meaning)
        self.new_address = new_address


class Misconfigured(ChannelError):  # noqa: N818  see above
    """Nothing at all will work until a person mends the settings (a revoked token, a second poller)."""
