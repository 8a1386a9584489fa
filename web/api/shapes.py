"""What goes in and out, as types: they check what comes in, write what goes out, and are the document's schemas."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from alerts.models import NeedState
from cases.consent.deciding import Why
from cases.consent.values import CONFIDENCES
from cases.docket.custody import Custody
from cases.docket.entering import OTHER, vocabulary
from cases.models import CaseState
from contacts.accounts.api_tokens import TokenScope
from contacts.accounts.roles import AccountRole
from contacts.values import ChannelName, Role

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core.core_schema import CoreSchema

PAGE: Final = 25
LARGEST_PAGE: Final = 100
Item = TypeVar("Item")

Code = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z2-9]{3}-[A-Z2-9]{3}$"),
    Field(description="A case code.", examples=["K7M-4TX"]),
]
Day = r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"
Wall = Annotated[
    str,
    StringConstraints(pattern=rf"^{Day}(T[0-9]{{2}}:[0-9]{{2}})?$"),
    Field(description="A day, or a minute, by the clock of the case's zone.", examples=["2030-12-31T10:00"]),
]
WallTime = Annotated[
    str,
    StringConstraints(pattern=rf"^{Day}T[0-9]{{2}}:[0-9]{{2}}$"),
    Field(description="A minute, by the clock of the case's zone.", examples=["2030-12-31T10:00"]),
]


class Shape(BaseModel):
    """What all of them are: nothing beside what is named, and what came in stays as it came."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(Shape, Generic[Item]):
    """Some of a list, and how to ask for what follows."""

    data: list[Item]
    next: str | None = Field(description="Hand it on as `cursor` for what follows; null at the end.")


class Paged(Shape):
    """Which part of a list."""

    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE)
    cursor: str = Field("", max_length=400, description="What `next` of the page before said; empty for the first.")


class Nothing(Shape):
    """Takes nothing."""


class OfCase(Shape):
    """Names a case."""

    code: Code


class OfNeed(Shape):
    """Names something that is sought; the board has the ids."""

    need_id: UUID


class Listener(StrEnum):
    """Groups outside the team whose view of a case can be asked for."""

    LAWYER = "lawyer"
    UNHCR = "unhcr"
    UN = "un"
    PRESS = "press"
    PRESS_NAMED = "press-named"
    PARTNER = "partner"
    FAMILY = "family"


class OfAudience(Shape):
    """Names a case, and who outside would see it."""

    code: Code
    audience: Listener


# Who asks


class Me(Shape):
    """The token that was shown, and whose it is by now."""

    role: AccountRole
    scopes: list[TokenScope]
    purpose: str
    expires_at: datetime


# The board


class Sought(Shape):
    """One kind of human a case needs."""

    kind: str
    state: NeedState
    taken_by: str | None


class BoardCase(Shape):
    """One case on the board."""

    code: Code
    state: CaseState
    opened_at: datetime
    needs: list[Sought]
    closed: bool
    risk: int
    custody: Custody
    readable: bool = Field(description="Whether you may open it.")
    mine: bool = Field(description="Whether you have taken it.")
    takes: UUID | None = Field(description="The need that you could accept or decline.")


class Given(Shape):
    """A yes or a no."""

    answer: Literal["accept", "decline"]


class Taken(Shape):
    """What came of it. ``outcome``: yours, or declined."""

    need_id: UUID
    outcome: Literal["yours", "declined"]


# A case


class File(Shape):
    """A file that came with a message; it is fetched at the pages."""

    kind: str
    state: str
    size: int | None
    media: str | None
    sha256: str | None
    received_at: datetime | None


class Said(Shape):
    """One thing the reporter said."""

    id: UUID | None
    at: datetime
    kind: str
    text: str
    corrects: bool
    forwarded: bool
    files: list[File]


class Answer(Shape):
    """One question and what was answered."""

    question: str
    options: list[str]
    text: str
    sent: str | None
    skipped: bool


class Fact(Shape):
    """What one source says of the person."""

    name: str
    value: str
    source: str
    confidence: str


class Step(Shape):
    """A milestone of what somebody took."""

    milestone: str
    state: str
    at: datetime


class Way(Shape):
    """One channel by which somebody was asked, and how far it came."""

    channel: str
    state: str
    at: datetime


class Asked(Shape):
    """Somebody who was asked."""

    name: str
    at: datetime
    answer: str | None
    ways: list[Way]


class Search(Shape):
    """One kind of human that is, or was, sought, as far as your role sees it."""

    kind: str
    state: str
    taken_by: str | None
    asked: list[Asked]
    steps: list[Step]


class CaseView(Shape):
    """What your role sees of a case; that you looked is in the log."""

    code: Code
    state: CaseState
    opened_at: datetime
    entries: list[Said]
    answers: list[Answer]
    facts: list[Fact]
    needs: list[Search]
    contact_held_back: bool
    counsel_held_back: bool


class Event(Shape):
    """One thing that was entered, as its source dates it."""

    number: int = Field(description="Its place in the order of entry, from 1.")
    event: str
    at: datetime
    day_only: bool
    for_at: datetime | None
    until_at: datetime | None
    zone: str
    stands: bool
    source: str
    note: str
    confidence: str


class Events(Page[Event]):
    """What happened, in the order of entry."""

    version: int = Field(description="Rises with whatever is entered; send it back with what you enter.")


class _Word:
    """The vocabulary of the docket, which the rules of law add to: looked up when it is first asked for."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(core), "enum": [*vocabulary(), OTHER]}


def _known(word: str) -> str:
    if word != OTHER and word not in vocabulary():
        raise ValueError("one of /api/v1/vocabulary, or other")
    return word


Word = Annotated[str, AfterValidator(_known), _Word()]


class Entered(Shape):
    """What happened, or was set for a time, in law and custody."""

    version: int = Field(ge=0, le=1_000_000, description="The version of the case's events that you have seen.")
    event: Word
    happened: Wall = Field(
        description="When it happened; of something that was set for a time, when that became known."
    )
    also: list[Wall] = Field(default=[], max_length=5, description="Other dates that other sources give.")
    appointed: WallTime | None = Field(None, description="The time a hearing or a removal is set for.")
    until: Wall | None = Field(None, description="The end that a ruling sets.")
    moves: int | None = Field(
        None, ge=1, le=9999, description="The hearing that is moved or called off: the number of its clock."
    )
    people: int | None = Field(None, ge=1, le=100_000)
    source: str = Field(min_length=1, max_length=200, description="Who says so.")
    confidence: Literal["low", "medium", "high"] = "medium"
    note: str = Field("", max_length=2000)


assert set(CONFIDENCES) == {"low", "medium", "high"}  # noqa: S101  the words above are those


class EnteredNow(Shape):
    """What stands in the docket since."""

    number: int
    event: str
    version: int


class Words(Shape):
    """One word of the vocabulary."""

    event: str
    sets_clocks: bool
    needs_time: bool = Field(description="Whether `appointed` must be given.")


class Law(Shape):
    """Where a rule stands."""

    title: str
    law: str
    article: str
    edition: str
    confidence: str
    as_of: str | None
    doubts: list[str]


class Clock(Shape):
    """A date that runs. Until the safe one has passed, how long one could argue is not told."""

    id: str
    code: Code
    number: int
    rule: str
    source: Law | None
    verified: bool = Field(description="Whether a lawyer vouches for the rule as it was counted.")
    track: str
    severity: str
    state: str
    zone: str
    safe_at: datetime
    safe_on: date
    arguable_at: datetime | None
    safe_passed: bool
    missed: bool


class ExplainedClock(Clock):
    """The same, with the way it was counted, line by line, in English."""

    why: list[str]


class Watch(Shape):
    """What should happen by a time."""

    kind: str
    due_at: datetime
    missed: bool


class Clocks(Shape):
    """Everything that runs in a case. ``reasons`` are words of the vocabulary, the weightiest first."""

    data: list[ExplainedClock]
    watches: list[Watch]
    risk: int
    reasons: list[str]


class Told(Shape):
    """One field as this audience would hear it."""

    name: str
    value: str
    confidence: str


class Dated(Shape):
    """One thing that happened or is to happen; with ``day_only`` ``at`` is the first instant of its day in ``zone``."""

    event: str
    at: datetime
    day_only: bool
    for_at: datetime | None
    until_at: datetime | None
    zone: str | None


class Audience(Shape):
    """What would leave, if it left now; nothing leaves by looking. ``held_back``: what is known and stays, and why."""

    code: Code
    audience: Listener
    fields: list[Told]
    dates: list[Dated]
    held_back: dict[str, Why]


# The team, and what leaves


class Method(Shape):
    """One way to somebody; never its number or address."""

    channel: ChannelName
    verified: bool
    dead: bool


class Contact(Shape):
    """Somebody who helps."""

    id: UUID
    name: str
    role: Role
    regions: list[str]
    languages: list[str]
    country: str | None
    timezone: str | None
    may_act_until: date | None
    methods: list[Method]


class Release(Shape):
    """Something that waits to leave, has left, or was stopped. ``fields`` are names, never values."""

    id: UUID
    code: Code
    audience: str
    basis: str
    state: str
    fields: list[str]
    not_before: datetime | None
    proposed_at: datetime
    approved_at: datetime | None
    sent_at: datetime | None
    ended_at: datetime | None


class Channel(Shape):
    """How one way of telling people does."""

    channel: str
    configured: bool
    stuck: bool
    throttled: int
    overdue_seconds: int
    quiet_seconds: int | None
    states: dict[str, int]


class Health(Shape):
    """How every way of telling people does."""

    data: list[Channel]


class Vocabulary(Shape):
    """Every event that is understood."""

    data: list[Words]


BoardPage = Page[BoardCase]
ClockPage = Page[Clock]
ContactPage = Page[Contact]
ReleasePage = Page[Release]
