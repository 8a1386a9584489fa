"""Playing a story: each step is done as its person would do it, and time passes in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from alerts.models import Need, NeedState
from alerts.search.taking_in import take_in
from app.replay.checks import lists_people
from app.replay.left_sealed import leave, look_after, name_them
from app.replay.record import Record, read_record
from app.replay.staff import COORDINATOR, LAWYER, Staff
from app.replay.stage import Stage
from app.replay.story import DAILY, instant, is_day
from cases.docket.entering import Entry, When, enter, on_day
from cases.incidents.models import IncidentCase
from cases.incidents.opening import MEASURES, Happening
from cases.incidents.reading import read_list
from cases.intake import open_case
from cases.models import Case

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.replay.story import Step, Story
    from sandbox import Phone
    from store.unit_of_work import UnitOfWork

BEFORE = timedelta(hours=1)
AFTER = timedelta(hours=12)
"""How long a story goes on after its last step, so that what follows from it is seen."""
STAFF: Final = frozenset({COORDINATOR, LAWYER})


@dataclass
class Replay:
    """A story on its stage."""

    stage: Stage
    story: Story
    staff: Staff
    phones: dict[str, Phone] = field(default_factory=dict)
    unnamed: set[str] = field(default_factory=set)
    """Who left a sealed file, and was not reported since by anybody who named them."""
    case_id: UUID | None = None
    lists: list[str] = field(default_factory=list)
    """Messages that name several people, of which no incident was made yet."""

    def do_their_duty(self) -> bool:
        """Let everybody press what they were asked to press, and whoever has a report do what follows from it."""
        return self.staff.do_their_duty() or _make_incident(self) or look_after(self.stage, self.staff)


def play(
    story: Story,
    on_step: Callable[[Step], None] = lambda _step: None,
    at_end: Callable[[Replay], object] = lambda _replay: None,
) -> Record:
    """Play a story from its first step to half a day after its last, and return who knew what when.

    ``at_end`` is called behind the last moment, when the record was read.
    """
    begins_at = story.steps[0].at - BEFORE
    with Stage(begins_at, story.zone) as stage:
        replay = Replay(stage, story, Staff(stage))
        replay.staff.join()
        for step in story.steps:
            stage.travel(step.at, replay.do_their_duty)
            on_step(step)
            _do(replay, step)
        stage.travel(story.steps[-1].at + AFTER, replay.do_their_duty)
        record = read_record(stage.house.store, story)
        at_end(replay)
        return record


def _do(replay: Replay, step: Step) -> None:
    given = step.given
    if "says" in given and step.by not in STAFF:
        _phone(replay, step.by).writes(str(given["says"]))
        if lists_people(str(given["says"])):
            replay.lists.append(str(given["says"]))
        if replay.unnamed and step.by not in replay.unnamed:
            replay.unnamed.clear()
            name_them(replay.stage, _phone(replay, step.by))
    elif "sends" in given:
        _phone(replay, step.by).sends(str(given["sends"]).split()[0])
    elif "event" in given:
        _enter(replay, step, _entry(replay.story, step))
    elif "does" in given:
        _does(replay, step)


def _make_incident(replay: Replay) -> bool:
    """Make an incident of a message that names several people, as its coordinator does at the page of the case."""
    if not replay.lists:
        return False
    with replay.stage.house.store.unit(replay.staff.actor(COORDINATOR)) as unit:
        found = unit.session.execute(
            select(Need.case_id, Need.accepted_by)
            .where(Need.kind == COORDINATOR, Need.state == NeedState.ACCEPTED, Need.case_id.is_not(None))
            .order_by(Need.accepted_at)
        ).first()
        if found is None:
            return False
        pieces = read_list(replay.lists.pop(0))
        happening = Happening(MEASURES[0], When(unit.now), replay.story.zone, "en")
        take_in(
            unit,
            happening,
            [one for one in pieces if one.is_person],
            unread=[one.written for one in pieces if not one.is_person],
            report=found.case_id,
            taken_by=found.accepted_by,
        )
    return True


def _phone(replay: Replay, role: str) -> Phone:
    if role not in replay.phones:
        replay.phones[role] = replay.stage.sandbox.phone(role.capitalize(), role="relative", language="en")
    return replay.phones[role]


def _does(replay: Replay, step: Step) -> None:
    """Do what is told in words: agree on a daily contact, or leave a sealed file."""
    daily = DAILY.match(str(step.given["does"]))
    if daily is None:
        leave(replay.stage, _phone(replay, step.by))
        replay.unnamed.add(step.by)
        return
    zone = ZoneInfo(replay.story.zone)
    local = step.at.astimezone(zone)
    expected = datetime.combine(local.date(), time(int(daily[1]), int(daily[2])), zone)
    if expected < local:
        expected += timedelta(days=1)
    entry = Entry("daily_contact_expected", When(step.at), appointed_at=expected.astimezone(UTC))
    _enter(replay, step, entry)


def _enter(replay: Replay, step: Step, entry: Entry) -> None:
    with replay.stage.house.store.unit(replay.staff.actor(step.by)) as unit:
        case = case_of(unit, step)
        case.jurisdiction = replay.story.jurisdiction
        case.threatened_state = replay.story.threatened_state
        enter(unit, case.id, entry, zone=replay.story.zone)


def case_of(unit: UnitOfWork, step: Step) -> Case:
    """Return the case that something is entered in: the first, or that of the ``person`` of a list a step names.

    It is opened where there is none yet.
    """
    cases = select(Case).order_by(Case.opened_at, Case.id).limit(1)
    if "person" in step.given:
        cases = cases.join(IncidentCase, IncidentCase.case_id == Case.id)
        return unit.session.scalars(cases.where(IncidentCase.number == int(step.given["person"]))).one()
    return unit.session.scalars(cases).one_or_none() or open_case(unit, language="en")


def _entry(story: Story, step: Step) -> Entry:
    """Read what somebody enters: dates are those the story gives, or the moment of entry."""
    given = step.given
    zone = story.zone
    happened = _when(given["occurred"], zone) if "occurred" in given else When(step.at)
    return Entry(
        event=str(given["event"]),
        happened=happened,
        appointed_at=instant(given["for"], zone) if "for" in given else None,
        until=_when(given["until"], zone) if "until" in given else None,
        also=(_when(given["conflicting"], zone),) if "conflicting" in given else (),
        people=_people(given.get("people")),
        terms={int(str(days).rstrip("d")): int(people) for days, people in dict(given.get("terms", {})).items()},
        source=str(given.get("source", "")),
        note=str(given.get("note", "")),
    )


def _people(given: Any) -> int | None:
    return None if given is None else int(given)


def _when(written: object, zone: str) -> When:
    at = instant(written, zone)
    return on_day(at.astimezone(ZoneInfo(zone)), zone) if is_day(written) else When(at)
