"""The providers of a simulation: phones that show what came, and a table of faults by time, channel and reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.channels.fake import FakeChannel, FakeSms
from alerts.channels.port import (
    ChannelError,
    Keyboard,
    Misconfigured,
    Outgoing,
    PermanentFailure,
    RateLimited,
    Report,
    Sent,
    TemporaryFailure,
    UnknownOutcome,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime


class Died(BaseException):
    """The process ended here, as by a power cut: whatever was not committed never was."""


@dataclass(frozen=True)
class Fault:
    """A provider that fails ``until`` (seconds since the beginning), for one address or for all."""

    channel: str
    how: str
    until: float
    address: str | None = None
    wait: float = 1.0


@dataclass
class Faults:
    """The table. ``elapsed`` says how many seconds have passed since the beginning."""

    elapsed: Callable[[], float]
    told: list[Fault] = field(default_factory=list)
    dies_after: int | None = None
    """After so many calls more, the process dies when the provider has taken one."""
    last_at: float = -1.0
    """When the last call failed because of a fault."""

    def at(self, channel: str, address: str | None) -> Fault | None:
        """Return what is wrong with a call now."""
        self.told = [one for one in self.told if one.until > self.elapsed()]
        wrong = (one for one in self.told if one.channel == channel and one.address in (None, address))
        found = next(wrong, None)
        if found is not None:
            self.last_at = self.elapsed()
        return found

    def begins(self, channel: str, address: str | None) -> Fault | None:
        """Raise what keeps a call from being taken; return what will be wrong once it was."""
        wrong = self.at(channel, address)
        error = None if wrong is None else _error(wrong)
        if error is not None:
            raise error
        return wrong

    def ends(self, wrong: Fault | None) -> None:
        """Raise what becomes of a call that was taken."""
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after <= 0:
                self.dies_after = None
                raise Died
        if wrong is not None:
            raise UnknownOutcome("no_answer", "the request left and no answer came")


def _error(wrong: Fault) -> ChannelError | None:
    """What a call comes to that is not taken; None for a fault that only shows once it was."""
    errors: dict[str, ChannelError] = {
        "limit": RateLimited("429", "too many", retry_after=timedelta(seconds=wrong.wait)),
        "down": TemporaryFailure("down", "the provider has trouble of its own"),
        "lost": UnknownOutcome("connection", "the connection broke"),
        "refused": PermanentFailure("refused", "our words were refused"),
        "gone": PermanentFailure("gone", "nobody is there", recipient_gone=True),
        "settings": Misconfigured("401", "our settings are not valid"),
    }
    return errors.get(wrong.how)


class Provider:
    """One channel: what it takes it shows, and ``sees`` is told of each message before its caller is."""

    def __init__(self, name: str, faults: Faults, sees: Callable[[str, Outgoing], None]) -> None:
        self.name = name
        self.inner: FakeChannel = FakeChannel() if name == "telegram" else FakeSms()
        self._faults = faults
        self._sees = sees

    async def send(self, message: Outgoing) -> Sent:
        """Take a message, unless something is wrong."""
        wrong = self._faults.begins(self.name, message.address)
        sent = await self.inner.send(message)
        self._sees(self.name, message)
        self._faults.ends(wrong)
        return sent

    async def edit(self, address: str, provider_id: str, text: str, keyboard: Keyboard) -> None:
        """Change a message."""
        wrong = self._faults.begins(self.name, address)
        await self.inner.edit(address, provider_id, text, keyboard)
        self._faults.ends(wrong)

    async def answer(self, callback_id: str, text: str) -> None:
        """Answer a press."""
        wrong = self._faults.begins(self.name, None)
        await self.inner.answer(callback_id, text)
        self._faults.ends(wrong)

    async def delete(self, address: str, provider_ids: Sequence[str]) -> None:
        """Take messages off a phone."""
        wrong = self._faults.begins(self.name, address)
        await self.inner.delete(address, provider_ids)
        self._faults.ends(wrong)

    async def leave(self, address: str) -> None:
        """Leave a group."""
        wrong = self._faults.begins(self.name, address)
        await self.inner.leave(address)
        self._faults.ends(wrong)


class AskableProvider(Provider):
    """A channel that only sends, and whose provider can be asked what became of a message."""

    inner: FakeSms

    async def find(self, message: Outgoing, since: datetime) -> Sent | None:
        """Look for a message that may have been taken."""
        self._faults.begins(self.name, message.address)
        return await self.inner.find(message, since)

    async def report(self, provider_id: str) -> Report:
        """Say how far it has come."""
        self._faults.begins(self.name, None)
        return await self.inner.report(provider_id)

    async def redact(self, provider_id: str) -> None:
        """Forget what it said."""
        wrong = self._faults.begins(self.name, None)
        await self.inner.redact(provider_id)
        self._faults.ends(wrong)


def provider(name: str, faults: Faults, sees: Callable[[str, Outgoing], None]) -> Provider:
    """Make the provider of a channel."""
    return (Provider if name == "telegram" else AskableProvider)(name, faults, sees)
