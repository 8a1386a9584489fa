"""A channel for tests: keeps what phones would show, and fails as it is told."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alerts.channels.impossible import cannot_answer, cannot_delete, cannot_edit, cannot_leave
from alerts.channels.port import (
    Arrival,
    ChannelError,
    Keyboard,
    Outgoing,
    PermanentFailure,
    Report,
    Sent,
    UnknownOutcome,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


@dataclass(frozen=True)
class Shown:
    """A message as it stands on a phone, after its edits."""

    provider_id: str
    text: str
    keyboard: Keyboard
    silent: bool


class FakeChannel:
    """Takes every message, except where the next of ``failures`` says otherwise (None: take it).

    ``sent``, ``edited``, ``answered``, ``deleted`` and ``left`` hold the calls that were taken, in their order.
    """

    def __init__(self, failures: Iterable[ChannelError | None] = ()) -> None:
        self.sent: list[Outgoing] = []
        self.edited: list[tuple[str, str, str]] = []
        self.answered: list[tuple[str, str]] = []
        self.deleted: list[tuple[str, tuple[str, ...]]] = []
        self.left: list[str] = []
        self._screens: dict[str, dict[str, Shown]] = {}
        self._failures = deque(failures)
        self._failing: dict[str, ChannelError] = {}
        self._answers_to_lose = 0

    def fail(self, *errors: ChannelError | None) -> None:
        """Let the next calls end like this, one each; None lets one through."""
        self._failures.extend(errors)

    def fail_at(self, address: str, error: ChannelError | None) -> None:
        """Let every call to an address fail from now on; None mends it."""
        self._failing.pop(address, None)
        if error is not None:
            self._failing[address] = error

    def lose_answers(self, count: int = 1) -> None:
        """Take the next messages without the sender hearing of it: their outcome is unknown."""
        self._answers_to_lose += count

    def screen(self, address: str) -> list[Shown]:
        """What the phone at this address shows, oldest first."""
        return list(self._screens.get(address, {}).values())

    async def send(self, message: Outgoing) -> Sent:
        """Put the message on its phone."""
        self._fail_if_told(message.address)
        self.sent.append(message)
        provider_id = str(len(self.sent))
        shown = Shown(provider_id, message.text, message.keyboard, message.silent)
        self._screens.setdefault(message.address, {})[provider_id] = shown
        if self._answers_to_lose:
            self._answers_to_lose -= 1
            raise UnknownOutcome("no_answer", "the request left and no answer came")
        return Sent(provider_id)

    async def edit(self, address: str, provider_id: str, text: str, keyboard: Keyboard) -> None:
        """Change the message on its phone; PermanentFailure if it was never shown there."""
        self._fail_if_told(address)
        shown = self._screens.get(address, {}).get(provider_id)
        if shown is None:
            raise PermanentFailure("edit_gone", "the message to edit is not there")
        self._screens[address][provider_id] = replace(shown, text=text, keyboard=keyboard)
        self.edited.append((address, provider_id, text))

    async def answer(self, callback_id: str, text: str) -> None:
        """Remember the answer."""
        self._fail_if_told(None)
        self.answered.append((callback_id, text))

    async def delete(self, address: str, provider_ids: Sequence[str]) -> None:
        """Take the messages off their phone; those that are not there are passed over."""
        self._fail_if_told(address)
        for provider_id in provider_ids:
            self._screens.get(address, {}).pop(provider_id, None)
        self.deleted.append((address, tuple(provider_ids)))

    async def leave(self, address: str) -> None:
        """Remember that the group was left."""
        self._fail_if_told(address)
        self.left.append(address)

    def _fail_if_told(self, address: str | None) -> None:
        error = self._failures.popleft() if self._failures else None
        if error is None and address is not None:
            error = self._failing.get(address)
        if error is not None:
            raise error


class FakeSms(FakeChannel):
    """As the channels that only send: nothing can be edited or taken back, and the provider can be asked afterwards.

    ``redacted`` holds the messages whose words were taken out of its records, in their order.
    """

    def __init__(self, failures: Iterable[ChannelError | None] = ()) -> None:
        super().__init__(failures)
        self.redacted: list[str] = []
        self._reports: dict[str, Report] = {}

    def came_to(self, provider_id: str, report: Report) -> None:
        """Let the provider say this about a message, when it is asked."""
        self._reports[provider_id] = report

    async def find(self, message: Outgoing, since: datetime) -> Sent | None:
        """Find the newest message to this address that reads alike; there is no clock here to look at ``since``."""
        del since
        self._fail_if_told(message.address)
        alike = (one.provider_id for one in reversed(self.screen(message.address)) if one.text == message.text)
        provider_id = next(alike, None)
        return None if provider_id is None else Sent(provider_id)

    async def report(self, provider_id: str) -> Report:
        """Say what ``came_to`` said; until then that it is under way."""
        self._fail_if_told(None)
        return self._reports.get(provider_id, Report(Arrival.UNDER_WAY))

    async def redact(self, provider_id: str) -> None:
        """Remember it."""
        self._fail_if_told(None)
        self.redacted.append(provider_id)

    edit = cannot_edit
    answer = cannot_answer
    delete = cannot_delete
    leave = cannot_leave
