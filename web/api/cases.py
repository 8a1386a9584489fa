"""One case: what your role sees of it, what happened, what runs, what an audience would see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from alerts.screens.case_board import board_of
from alerts.screens.opening import reads_case
from cases.consent.vocabulary import Audience
from cases.docket.entering import GIVES_UP_A_SLOT, OTHER, Entry, EntryError, by_wall_clock, enter, vocabulary
from cases.docket.history import history
from cases.docket.models import OccurrenceState, WatchState
from cases.docket.reading import case_by_code, deadlines_of, hearing_numbered, risks_of, watches_shown
from cases.docket.vocabulary import meaning_of
from cases.events import CaseViewed
from cases.models import CaseState
from cases.views.audience import view_for_audience
from cases.views.responder import hides_reporter, nearly_empty_view, view_for_responder
from law.explaining import Line, say
from law.shipped import load_rules
from web.api import shapes
from web.api.problems import Problem, wrong
from web.api.times import clock_of, signed_rules
from web.running import WHO_ACTS
from web.trail import trail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from cases.docket.entering import When
    from cases.models import Case
    from cases.views.responder import Happened, ResponderView
    from web.api.door import Call
    from web.trail import Sought


@dataclass(frozen=True)
class Opened:
    """A case that whoever asks may read. ``feigned``: they are being forced, and nothing is known of it yet."""

    case: Case
    reader_id: UUID
    feigned: bool


def opened(call: Call, code: str) -> Opened:
    """Return the case of this code for whoever may read it; one that is not theirs is answered as one that is not."""
    case, who = case_by_code(call.unit, code), call.who
    if case is None or who.contact_id is None:
        raise Problem("absent")
    if who.duress:
        shown = {row.case_id for row in board_of(call.unit, who) if row.reads}
        if case.id not in shown:
            raise Problem("absent")
    elif not reads_case(call.unit, who.role, who.contact_id, case.id):
        raise Problem("absent")
    return Opened(case, who.contact_id, who.duress)


def look(call: Call) -> shapes.CaseView:
    """Show a case as the role sees it."""
    one = opened(call, call.place(shapes.OfCase).code)
    view = _view(call, one)
    with_people = not hides_reporter(call.who.role)
    needs = () if one.feigned else trail(call.unit, one.case, one.reader_id, with_people=with_people)
    return shapes.CaseView(
        code=view.code,
        state=CaseState(view.state),
        opened_at=view.opened_at,
        entries=[_said(entry) for entry in view.entries],
        answers=[
            shapes.Answer(
                question=one.question, options=list(one.options), text=one.text, sent=one.sent, skipped=one.skipped
            )
            for one in view.answers
        ],
        facts=[shapes.Fact(name=f.name, value=f.value, source=f.source, confidence=f.confidence) for f in view.facts],
        needs=[_search(one) for one in needs],
        contact_held_back=view.contact_held_back,
        counsel_held_back=view.counsel_held_back,
    )


def _view(call: Call, one: Opened) -> ResponderView:
    """The one view that pages and chats have too, which logs that it was made."""
    if one.feigned:
        return nearly_empty_view(call.unit, one.case.id)
    call.note(one.case.id)
    return view_for_responder(call.unit, one.case.id, one.reader_id, call.who.role)


def events(call: Call) -> shapes.Events:
    """Show what was entered, also what stands no longer."""
    one = opened(call, call.place(shapes.OfCase).code)
    view = _view(call, one)
    first = int((call.after() or [0])[0])
    entered = [_event(number, row) for number, row in enumerate(view.docket, start=1)]
    data, following = call.cut(entered[first : first + call.limit + 1], lambda index: [first + index + 1])
    return shapes.Events(data=data, next=following, version=_version(view.docket))


def enter_event(call: Call) -> shapes.EnteredNow | Problem:
    """Enter what happened, if nothing was entered since whoever asks has looked."""
    given, code = call.body(shapes.Entered), call.place(shapes.OfCase).code
    one = opened(call, code)
    if one.feigned:
        raise Problem("absent")
    call.once(one.case.id)
    zone = one.case.timezone or call.zone
    entry = _entry(call, one.case, given, zone)
    seen = view_for_responder(call.unit, one.case.id, one.reader_id, call.who.role).docket
    version = _version(seen)
    if given.version != version:
        return Problem("moved", yours=given.model_dump(mode="json"), now=_stands(seen, version))
    try:
        row = enter(call.unit, one.case.id, entry, zone=zone)
    except EntryError:
        raise wrong("/moves", "several hearings stand: the number of the clock of the one that is meant") from None
    call.note(one.case.id)
    after = history(call.unit, one.case.id)
    superseded = sum(old.state != OccurrenceState.STANDING for old in after)
    number = next(place for place, entered in enumerate(after, start=1) if entered.id == row.id)
    return shapes.EnteredNow(number=number, event=row.kind, version=len(after) + superseded)


def clocks(call: Call) -> shapes.Clocks:
    """Show what runs, and how each date was counted; to those who act on it."""
    one = opened(call, call.place(shapes.OfCase).code)
    if call.who.role not in WHO_ACTS:
        raise Problem("absent")
    if one.feigned:
        return shapes.Clocks(data=[], watches=[], risk=0, reasons=[])
    call.note(one.case.id)
    call.unit.record(CaseViewed(case_id=one.case.id, contact_id=one.reader_id))
    signed = signed_rules(call.unit)
    readings = risks_of(call.unit, one.case.id)
    open_ones = (WatchState.WAITING, WatchState.MISSED)
    return shapes.Clocks(
        data=[
            shapes.ExplainedClock(**clock_of(row, signed).model_dump(), why=[say(Line(**line)) for line in row.why])
            for row in deadlines_of(call.unit, [one.case.id])
        ],
        watches=[
            shapes.Watch(kind=row.kind, due_at=row.due_at, missed=row.state == WatchState.MISSED)
            for row in watches_shown(call.unit, one.case.id)
            if row.state in open_ones
        ],
        risk=readings[-1].level if readings else 0,
        reasons=list(readings[-1].reasons) if readings else [],
    )


def audience(call: Call) -> shapes.Audience:
    """Show what an audience would see now, exactly as consent allows."""
    place = call.place(shapes.OfAudience)
    one = opened(call, place.code)
    if one.feigned:
        return shapes.Audience(code=place.code, audience=place.audience, fields=[], dates=[], held_back={})
    call.note(one.case.id)
    call.unit.record(CaseViewed(case_id=one.case.id, contact_id=one.reader_id))
    view = view_for_audience(call.unit, one.case, Audience(place.audience))
    return shapes.Audience(
        code=view.code,
        audience=place.audience,
        fields=[shapes.Told(name=f.name, value=f.value, confidence=f.confidence) for f in view.fields],
        dates=[shapes.Dated.model_validate(one, from_attributes=True) for one in view.dates],
        held_back=dict(view.held_back),
    )


def words(_call: Call) -> shapes.Vocabulary:
    """Show every event that is understood."""
    triggers = load_rules().events()
    return shapes.Vocabulary(
        data=[
            shapes.Words(event=one, sets_clocks=one in triggers, needs_time=meaning_of(one).appointment)
            for one in vocabulary()
        ]
    )


# As shapes


def _said(entry: object) -> shapes.Said:
    return shapes.Said.model_validate(entry, from_attributes=True)


def _search(one: Sought) -> shapes.Search:
    return shapes.Search.model_validate(one, from_attributes=True)


def _event(number: int, row: Happened) -> shapes.Event:
    return shapes.Event(
        number=number,
        event=row.event,
        at=row.at,
        day_only=row.day_only,
        for_at=row.for_at,
        until_at=row.until_at,
        zone=row.zone,
        stands=row.stands,
        source=row.source,
        note=row.note,
        confidence=row.confidence,
    )


def _version(docket: Sequence[Happened]) -> int:
    """Rows are only ever added or superseded: this rises with either."""
    return len(docket) + sum(not one.stands for one in docket)


def _stands(docket: Sequence[Happened], version: int) -> dict[str, object]:
    """What stands now, as far as it may be shown to whoever asks: the last that was entered."""
    last = [_event(number, row).model_dump(mode="json") for number, row in enumerate(docket, start=1)]
    return {"version": version, "events": last[-shapes.PAGE :]}


def _entry(call: Call, case: Case, given: shapes.Entered, zone: str) -> Entry:
    """What is entered; raises Problem for what cannot be."""
    if meaning_of(given.event).appointment and given.appointed is None:
        raise wrong("/appointed", "the time it is set for")
    if given.event == OTHER and not given.note:
        raise wrong("/note", "what happened, in words")
    moves = None
    if given.moves is not None:
        moves = hearing_numbered(call.unit, case.id, given.moves) if given.event in GIVES_UP_A_SLOT else None
        if moves is None:
            raise wrong(
                "/moves", "the number of the clock of a hearing that stands, with what moves it or calls it off"
            )
    return Entry(
        event=given.event,
        happened=_past("/happened", given.happened, zone, call.unit.now),
        appointed_at=None if given.appointed is None else _when("/appointed", given.appointed, zone).at,
        until=None if given.until is None else _when("/until", given.until, zone),
        also=tuple(_past(f"/also/{place}", one, zone, call.unit.now) for place, one in enumerate(given.also)),
        moves=moves,
        people=given.people,
        source=given.source,
        note=given.note,
        confidence=given.confidence,
    )


def _past(pointer: str, written: str, zone: str, now: datetime) -> When:
    """Read when something happened: of a year that has not come every date that is counted would be too late."""
    when = _when(pointer, written, zone)
    if when.at > now:
        raise wrong(pointer, "a time that has come; what lies ahead is set for a time")
    return when


def _when(pointer: str, written: str, zone: str) -> When:
    try:
        return by_wall_clock(datetime.fromisoformat(written), zone, day_only="T" not in written)
    except ValueError:
        raise wrong(pointer, "a day, or a minute, that there is") from None
