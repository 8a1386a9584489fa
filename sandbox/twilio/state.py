"""The network's world: lines, messages and calls. No I/O, no clock of its own, no threads."""

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sandbox.twilio.errors import DELIVERY_ERRORS
from sandbox.twilio.whatsapp import DAY, bare, is_whatsapp


class Service(StrEnum):
    """The two halves of Twilio, which can fail one by one."""

    SMS = "sms"
    VOICE = "voice"


class MessageStatus(StrEnum):
    """How far a message has come."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    RECEIVED = "received"  # from a phone


class CallStatus(StrEnum):
    """How far a call has come."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


MESSAGE_UNDER_WAY: Final = frozenset({MessageStatus.QUEUED, MessageStatus.SENT})
CALL_UNDER_WAY: Final = frozenset({CallStatus.QUEUED, CallStatus.RINGING, CallStatus.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a message, until it is erased."""

    sid: str
    kind: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Message:
    """One SMS, or a message of WhatsApp: then `sender` and `recipient` begin with `whatsapp:`.

    `sender` and `recipient` are numbers (a sender may be a name). `template`: it was sent as one that is approved.
    """

    sid: str
    sender: str
    recipient: str
    body: str
    direction: str
    status: MessageStatus
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None = None
    error_code: int | None = None
    status_callback: str = ""
    messaging_service: str = ""
    deleted: bool = False
    attached: list[Attached] = field(default_factory=list)
    place: tuple[float, float] | None = None
    profile: str = ""
    template: str = ""

    @property
    def is_whatsapp(self) -> bool:
        """Whether it goes through WhatsApp."""
        return is_whatsapp(self.sender)

    @property
    def is_inbound(self) -> bool:
        """Whether a phone sent it."""
        return self.direction == "inbound"

    @property
    def error_message(self) -> str | None:
        """The error in words."""
        return DELIVERY_ERRORS.get(self.error_code or 0)


@dataclass(frozen=True, slots=True)
class Shown:
    """An SMS as the phone keeps it, whatever Twilio forgets of it later."""

    message: Message
    body: str
    at: datetime
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """Words that were spoken in a call, or the key that was pressed. `is_mine`: the phone's owner spoke them."""

    text: str
    language: str
    at: datetime
    is_key: bool = False
    is_mine: bool = False


@dataclass(slots=True)
class Recording:
    """What somebody said into a call after the tone."""

    sid: str
    call: str
    seconds: int
    content: bytes
    at: datetime


@dataclass(slots=True)
class Call:
    """One call between the program and a phone. `pressed` are keys that nothing has asked for yet.

    `is_inbound`: the phone has dialled. `records`: whatever is spoken now is recorded.
    """

    sid: str
    sender: str
    recipient: str
    created_at: datetime
    updated_at: datetime
    url: str = ""
    method: str = "POST"
    twiml: str = ""
    status_callback: str = ""
    events: frozenset[str] = frozenset({"completed"})
    machine_detection: str = ""
    ring_for: float = 60.0
    status: CallStatus = CallStatus.QUEUED
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    answered_by_machine: bool = False
    said: list[Said] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    asks_for_keys: bool = False
    is_inbound: bool = False
    records: bool = False

    @property
    def phone(self) -> str:
        """The number of the phone in it."""
        return self.sender if self.is_inbound else self.recipient

    @property
    def is_over(self) -> bool:
        """Whether it has ended, in whichever way."""
        return self.status not in CALL_UNDER_WAY

    @property
    def rings_until(self) -> datetime:
        """When it stops ringing by itself."""
        return (self.started_at or self.created_at) + timedelta(seconds=self.ring_for)

    @property
    def answered_by(self) -> str | None:
        """What machine detection says, when it was asked for and somebody or something answered."""
        if not self.machine_detection or self.answered_at is None:
            return None
        if not self.answered_by_machine:
            return "human"
        return "machine_end_beep" if self.machine_detection == "DetectMessageEnd" else "machine_start"

    @property
    def seconds(self) -> int | None:
        """How long was talked, once it is over; None when nobody answered."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return max(0, int((self.ended_at - self.answered_at).total_seconds()))


@dataclass(slots=True)
class Line:
    """What a phone with a number shows. `revision` grows with every change anybody could see.

    `whatsapp`: it has WhatsApp. `hidden`: what businesses there see in the place of the number.
    """

    number: str
    whatsapp: bool = False
    hidden: str = ""
    thread: list[Shown] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    revision: int = 0


class Network:
    """Everything there is at Twilio. `now` must give aware datetimes."""

    def __init__(self, now: Callable[[], datetime], account: str, token: str, number: str) -> None:
        self.now = now
        self.account = account
        self.token = token
        self.number = number
        self.lines: dict[str, Line] = {}
        self.messages: dict[str, Message] = {}
        self.calls: dict[str, Call] = {}
        self.recordings: dict[str, Recording] = {}
        self.opted_out: set[tuple[str, str]] = set()
        self.heard_at: dict[tuple[str, str], datetime] = {}
        self.templates: dict[str, str] = {}
        self.accepted: deque[Message | Call] = deque()
        self.problems: list[str] = []

    def line(self, number: str) -> Line:
        """The line of a phone, connected when there is none."""
        return self.lines.setdefault(number, Line(number))

    def line_at(self, address: str) -> Line | None:
        """The phone that an address leads to, if there is one."""
        known = bare(address)
        return next((one for one in self.lines.values() if known in {one.number, one.hidden}), None)

    def hears(self, message: Message) -> None:
        """Note that somebody wrote: from now on they may be written to for a day."""
        self.heard_at[message.recipient, message.sender] = self.now()

    def may_write(self, message: Message) -> bool:
        """Whether a message may be written now: on WhatsApp within a day of their last word, or as a template."""
        heard_at = self.heard_at.get((message.sender, message.recipient))
        within = heard_at is not None and self.now() - heard_at <= DAY
        return not message.is_whatsapp or bool(message.template) or within

    def add_message(self, message: Message) -> Message:
        """Accept a message; the exchange carries it from here."""
        self.messages[message.sid] = message
        self.accepted.append(message)
        return message

    def add_call(self, call: Call) -> Call:
        """Accept a call; the exchange places it."""
        self.calls[call.sid] = call
        self.accepted.append(call)
        return call

    def touch(self, thing: Message | Call) -> None:
        """Something about it changed: its date, and what phones show."""
        thing.updated_at = self.now()
        line = self.line_at(thing.phone if isinstance(thing, Call) else thing.recipient)
        if line is not None:
            line.revision += 1

    def show(self, number: str, message: Message) -> None:
        """Put a message into the thread of a phone, if a phone has this number."""
        line = self.line_at(number)
        if line is not None:
            kinds = tuple(one.kind for one in message.attached)
            line.thread.append(Shown(message, message.body, self.now(), kinds))
            line.revision += 1

    def number_that_wrote_to(self, number: str) -> str:
        """The program's number that a phone would answer to: the last that wrote to it, or that the program used."""
        outbound = [one for one in reversed(self.messages.values()) if not one.is_inbound and not one.is_whatsapp]
        to_it = [message for message in outbound if message.recipient == number]
        return next((message.sender for message in (*to_it, *outbound) if message.sender), self.number)


def new_sid(prefix: str) -> str:
    """An id as Twilio makes them."""
    return prefix + secrets.token_hex(16)
