"""What the conversation hears, does, says and remembers.

Everything here is a value. The conversation keeps no word of the reporter: their messages are stored by whoever
applies the effects, with the report, under its key; the state holds only which questions were asked and answered.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

# --- Heard -----------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What was sent when it was not text."""

    VOICE = "voice"
    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"
    LOCATION = "location"
    CONTACT = "contact"
    STICKER = "sticker"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Said:
    """Written words, whatever they are: empty, huge, in any script."""

    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A voice message, a picture, a place. Its caption, if any, is stored with it and not read here."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Meant:
    """Words, or something sent, put expressly under one question, or none: at a door that shows them all at once."""

    question: str | None
    given: Said | Sent


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button, by the action it was offered with; any other text is a button that is no longer valid."""

    action: str


@dataclass(frozen=True, slots=True)
class Command:
    """`/name argument`, without the slash. Names the conversation does not know are taken as words."""

    name: str
    argument: str = ""


Input = Said | Sent | Meant | Tapped | Command

# --- To be done ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenReport:
    """Open a report: from here on there is a code. Always followed by AddMessage."""


@dataclass(frozen=True, slots=True)
class AddMessage:
    """Store this very input with the report."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question was answered; the latest answer counts, earlier ones are kept as history.

    `value` is the option chosen. With `from_message` the input being stored is (also) the answer in the reporter's own
    words, and `value` may be None. Neither means that the reporter skipped the question.
    """

    question: str
    value: str | None = None
    from_message: bool = False


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """Speak this language from now on, beginning with the replies of this very outcome."""

    tag: str


@dataclass(frozen=True, slots=True)
class Mute:
    """Write nothing to this person unless they write first."""


@dataclass(frozen=True, slots=True)
class Unmute:
    """The person who had us stop has come back."""


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """Tell the person where their report stands; only the store knows, so no reply comes with it."""


@dataclass(frozen=True, slots=True)
class LeaveReport:
    """The report of this chat is as complete as it gets: what is said next is about somebody else."""


@dataclass(frozen=True, slots=True)
class WipeChat:
    """Erase the chat, not the report; whoever erases says how it ended, so no reply comes with it."""


@dataclass(frozen=True, slots=True)
class DismissCounsel:
    """The lawyer is no longer wanted, somebody says: that is asked about elsewhere, and changes nothing by itself.

    Whoever keeps it says so, so no reply comes with it.
    """


Effect = (
    OpenReport
    | AddMessage
    | Answer
    | SetLanguage
    | Mute
    | Unmute
    | ShowStatus
    | LeaveReport
    | WipeChat
    | DismissCounsel
)

# --- Said ------------------------------------------------------------------------------------------------------

CODE: Final = "<code>"  # stands in a reply's values for the code of the report, which this package never learns


@dataclass(frozen=True, slots=True)
class Button:
    """What comes back when it is tapped, and the key of its label in `texts`."""

    action: str
    key: str


Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the reporter: a key of `texts`, the values to insert, rows of buttons under it.

    `also` is the key of a second text, after an empty line of the same message: the question the buttons answer. Where
    there are several, `|` stands between them.
    """

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[Row, ...] = ()
    also: str | None = None


# --- Remembered ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """Where the conversation stands. It holds nothing that a person wrote.

    `asked` is the open question. An opened report with no question asked and not finished is one whose state was
    lost: the next input has the next question asked.
    """

    opened: bool = False
    muted: bool = False
    finished: bool = False  # everything was asked and thanks were given
    asked: str | None = None
    repeats: int = 0  # how often the open question was repeated to somebody who wrote something else
    added_at: datetime | None = None  # when "added to your report" was last said under the open question
    asked_at: datetime | None = None  # when the open question was put, at a door where time tells what is an answer
    happening: str | None = None  # decides whether the time of a removal is asked for
    may_call: bool = False  # they may be called: then a number of theirs is wanted, where none is seen
    answered: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    brief: bool = False  # so many write now that only the first questions are asked; never stored: it is of the moment

    def to_json(self) -> str:
        """The state as one line of JSON; equal states give equal text."""
        return json.dumps(
            {
                "opened": self.opened,
                "muted": self.muted,
                "finished": self.finished,
                "asked": self.asked,
                "repeats": self.repeats,
                "added_at": self.added_at.astimezone(UTC).isoformat() if self.added_at else None,
                "asked_at": self.asked_at.astimezone(UTC).isoformat() if self.asked_at else None,
                "happening": self.happening,
                "may_call": self.may_call,
                "answered": sorted(self.answered),
                "skipped": sorted(self.skipped),
            },
            sort_keys=True,
        )

    @classmethod
    def from_json(cls, stored: str | bytes | None, *, open_report: bool) -> "State":
        """The state as it was stored, corrected by what the store knows: whether a report of this chat is open.

        Never raises. Fields that are missing, unknown or not what they should be take their defaults, so rows of
        older and newer releases can be read. If nothing can be read and a report is open, what comes next is added
        to that report and the questions begin anew. If no report is open, a closed one's questions are forgotten:
        the next message opens a new report. Whether the person is muted outlives both.
        """
        known = _fields(stored)
        muted = known.get("muted") is True
        if not open_report:
            return cls(muted=muted)
        return cls(
            opened=True,
            muted=muted,
            finished=known.get("finished") is True,
            asked=_name(known.get("asked")),
            repeats=_count(known.get("repeats")),
            added_at=_instant(known.get("added_at")),
            asked_at=_instant(known.get("asked_at")),
            happening=_name(known.get("happening")),
            may_call=known.get("may_call") is True,
            answered=_names(known.get("answered")),
            skipped=_names(known.get("skipped")),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from one input: apply the effects in order, in one transaction, then send the replies in order."""

    state: State
    effects: tuple[Effect, ...] = ()
    replies: tuple[Reply, ...] = ()


def _fields(stored: str | bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(stored or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _names(value: object) -> frozenset[str]:
    return frozenset(name for name in value if isinstance(name, str)) if isinstance(value, list) else frozenset()


def _count(value: object) -> int:
    return value if type(value) is int and value >= 0 else 0


def _instant(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
