"""What can happen to an alert, in the past tense. Ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID  # noqa: TC003  the event log reads these types back from their names

from store.eventlog import Event


@dataclass(frozen=True)
class NeedOpened(Event):
    """A human of one kind is needed from now on."""

    need_id: UUID
    need: str
    urgency: str


@dataclass(frozen=True)
class StepPaged(Event):
    """The people of one step of one round were asked (nobody, when the step was empty)."""

    need_id: UUID
    round: int
    step: int
    people: int


@dataclass(frozen=True)
class NeedAccepted(Event):
    """A human took it.

    ``came_with``: the case of the same person that they took or had, with which this one came to them.
    """

    need_id: UUID
    need: str
    contact_id: UUID
    came_with: UUID | None = None


@dataclass(frozen=True)
class NeedAcceptedOnWord(Event):
    """Who took it said so to somebody of the team, who answers for that it was said."""

    need_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class LawyerChosen(Event):
    """A coordinator asked one lawyer by name; the search goes on meanwhile."""

    need_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class HandoverOffered(Event):
    """Whoever has it asks a colleague to take it over, and has it until they say yes."""

    need_id: UUID
    contact_id: UUID
    offered_to: UUID


@dataclass(frozen=True)
class HandoverRefused(Event):
    """A colleague does not take over what was offered to them: it stays where it is."""

    need_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class NeedGivenBack(Event):
    """Who had taken it has it no longer; somebody else is sought.

    ``why``: unreachable (no message reaches them), wish (they gave it back), stale (they did not follow it up), case
    (they gave back the case, and with it what they had taken of what is due in it, or of the same person), parted (it
    had come to them with another case, which is not of the same person after all), handed_over (somebody else has
    taken it in the same moment) or dismissed (the person wants them no more, and said so by a safe way).
    """

    need_id: UUID
    contact_id: UUID
    why: str = "unreachable"


@dataclass(frozen=True)
class NeedDeclined(Event):
    """Somebody who was asked cannot."""

    need_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class NeedExhausted(Event):
    """Everybody on the list was asked and nobody accepted; asking goes on.

    Said again once an hour while there is nobody who could be asked at all.
    """

    need_id: UUID
    hours: int = 0


@dataclass(frozen=True)
class PoliciesReplaced(Event):
    """Other policies and rosters are in force from now on."""

    document_id: UUID


@dataclass(frozen=True)
class ReporterUnreachable(Event):
    """The reporter's account does not take our messages any more."""

    chat_id: UUID


@dataclass(frozen=True)
class WindowClosed(Event):
    """Something is to be told to a reporter by WhatsApp and waits until they write again."""

    chat_id: UUID


@dataclass(frozen=True)
class ChatNotErased(Event):
    """Messages stand in a reporter's chat that should have been erased and soon cannot be any more."""

    chat_id: UUID


@dataclass(frozen=True)
class ItemParked(Event):
    """Something could not be handled after several tries and waits for a person."""

    queue: str
    item_id: UUID


@dataclass(frozen=True)
class MessageSentAgain(Event):
    """A person had a message tried again that had failed or waited for a person."""

    delivery_id: UUID


@dataclass(frozen=True)
class MessageGivenUp(Event):
    """A person decided that a message is not tried any more."""

    delivery_id: UUID


@dataclass(frozen=True)
class CanaryHeard(Event):
    """A canary came out of the inbox; its alert bears the id of the input."""

    alert_id: UUID


@dataclass(frozen=True)
class CanaryLost(Event):
    """A canary has not come back in time, and nobody was told so of an earlier one."""

    alert_id: UUID


@dataclass(frozen=True)
class ReceiptCame(Event):
    """A provider reported what became of a message it had taken."""

    attempt_id: UUID


@dataclass(frozen=True)
class NeedHeld(Event):
    """Somebody said yes by a way that can be forged; the ladder waits for them to confirm."""

    need_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class HoldLapsed(Event):
    """Nobody confirmed in time; the ladder goes on."""

    need_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class MilestoneReached(Event):
    """Who took it has come further: contact made, or filed."""

    need_id: UUID
    milestone: str
    contact_id: UUID


@dataclass(frozen=True)
class MilestoneMissed(Event):
    """Who took it was reminded and did not come further; it was given back."""

    need_id: UUID
    milestone: str
    contact_id: UUID


@dataclass(frozen=True)
class ShiftCovered(Event):
    """Somebody takes over part of a roster."""

    override_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class ShiftTestAsked(Event):
    """A person had a test sent to somebody on a roster, beside those that shifts bring."""

    test_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class ShiftConfirmed(Event):
    """Somebody confirmed the test before their shift."""

    test_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class ShiftUnconfirmed(Event):
    """Somebody did not confirm the test before their shift in time, or said that they cannot."""

    test_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class BotChanged(Event):
    """Another token of the bot is in use from now on, or (``same_bot`` is false) another bot in its place."""

    same_bot: bool


@dataclass(frozen=True)
class SurgeBegan(Event):
    """So many report that only the first questions are asked from now on."""

    surge_id: UUID


@dataclass(frozen=True)
class SurgeEnded(Event):
    """Somebody had everything asked again before it ended by itself."""

    surge_id: UUID
