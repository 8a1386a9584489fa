"""What somebody who is being forced does on the page of a case: refused as it would be, and shown to them as done.

Nothing of it is written anywhere. It stands in the memory of this process for as long as that lasts, for the session it
was entered in and for nobody else. What is said of a need goes the usual way: there it is noted as what they believe
(:mod:`alerts.needs.feigning`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flask import request

from alerts.needs.feigning import believed_reached, believed_since, believed_to_have
from alerts.needs.milestone_buttons import next_of
from alerts.screens.case_board import board_of
from cases.consent.deciding import Known
from cases.consent.models import Fact
from cases.consent.values import CONFIDENCES, tidy, value_of
from cases.consent.vocabulary import FIELDS, FieldClass
from cases.docket.entering import GIVES_UP_A_SLOT
from cases.docket.models import Occurrence, OccurrenceState
from cases.docket.promising import FARTHEST, tomorrow_morning
from cases.docket.vocabulary import WatchKind, is_set_for, meaning_of
from cases.notes import Note
from cases.views.responder import Happened, nearly_empty_view
from cases.views.rows import CaseRows
from store.base import new_id
from web.console.call_script import SCRIPT, Question, script_of_nothing
from web.console.case_acts import IN, USES, Did
from web.console.case_shown import CaseShown
from web.console.docket_forms import entry_given, not_here_given
from web.console.entered import RefusedError, id_given, instant_given, words_given
from web.console.pretences import MOST_ENTRIES
from web.running import Awaited, Running
from web.trail import Sought, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from uuid import UUID

    from cases.docket.entering import Entry
    from cases.models import Case
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate
    from web.console.pretences import Pretence


def feigned(name: str) -> Callable[[Gate, UnitOfWork, Case], Did]:
    """Return what a press does for who is being forced. It raises what the same press raises for others."""
    if name == "need":
        return USES[name][0]

    def use(gate: Gate, unit: UnitOfWork, case: Case) -> Did:
        return _USES[name](gate, unit, case, gate.pretences.of(gate.who.session_id, case.id))

    return use


# --- What is entered


def _note(gate: Gate, unit: UnitOfWork, _case: Case, mine: Pretence) -> Did:
    words = tidy(request.form.get("text", ""))
    if not words:
        raise RefusedError("web.case_say_something")
    mine.notes = [*mine.notes, Note(new_id(), words, gate.who.actor, unit.now)][-MOST_ENTRIES:]
    return Did(about=mine.notes[-1].id)


def _event(gate: Gate, unit: UnitOfWork, case: Case, mine: Pretence) -> Did:
    zone = case.timezone or gate.zone
    if request.form.get("do") == "take_back":
        taken = _take_back(mine, id_given("entry"))
        _have_stand_again(gate, unit, mine, taken)
        return Did(about=taken.id)
    entry = entry_given(zone, unit.now)
    wrong = _take_back(mine, id_given("entry")) if request.form.get("entry") else None
    if wrong is not None and entry.event not in GIVES_UP_A_SLOT:
        _have_stand_again(gate, unit, mine, wrong)
    if entry.event in GIVES_UP_A_SLOT and (wrong is None or wrong.event not in GIVES_UP_A_SLOT):
        mine.docket = [replace(one, stands=one.stands and not is_set_for(one.event)) for one in mine.docket]
    return _entered(gate, unit, mine, entry, zone)


def _not_here(gate: Gate, unit: UnitOfWork, case: Case, mine: Pretence) -> Did:
    zone = case.timezone or gate.zone
    return _entered(gate, unit, mine, not_here_given(zone, unit.now), zone)


def _entered(gate: Gate, unit: UnitOfWork, mine: Pretence, entry: Entry, zone: str) -> Did:
    one = Happened(
        event=entry.event,
        at=entry.happened.at,
        day_only=entry.happened.day_only,
        for_at=entry.appointed_at,
        until_at=None if entry.until is None else entry.until.at,
        zone=zone,
        stands=True,
        source=entry.source,
        note=entry.note,
        id=new_id(),
        matter_id=new_id(),
        confidence=entry.confidence,
        entered_by=gate.who.actor,
        entered_at=unit.now,
    )
    mine.docket = [*mine.docket, one][-MOST_ENTRIES:]
    return Did(about=one.id)


def _take_back(mine: Pretence, entry: UUID) -> Happened:
    taken = next((one for one in mine.docket if one.id == entry and one.stands), None)
    if taken is None:
        raise RefusedError("web.case_wrong")
    mine.docket = [replace(one, stands=one.stands and one.id != entry) for one in mine.docket]
    return taken


def _have_stand_again(gate: Gate, unit: UnitOfWork, mine: Pretence, taken: Happened) -> None:
    """Enter the hearing once more that was moved or called off by what was taken back, as it is for others."""
    before = mine.docket[: [one.id for one in mine.docket].index(taken.id)]
    gave_way = [one for one in before if meaning_of(one.event).appointment and not one.stands]
    if taken.event in GIVES_UP_A_SLOT and gave_way:
        again = replace(gave_way[-1], id=new_id(), stands=True, entered_by=gate.who.actor, entered_at=unit.now)
        mine.docket = [*mine.docket, again][-MOST_ENTRIES:]


def _promise(gate: Gate, unit: UnitOfWork, case: Case, mine: Pretence) -> Did:
    zone, by = case.timezone or gate.zone, request.form.get("by", "")
    if by == "told":
        mine.promise = None
        return Did()
    if by in IN:
        at = unit.now + timedelta(hours=IN[by])
    else:
        at = tomorrow_morning(unit.now, zone) if by == "morning" else instant_given("at", zone).at
    if not unit.now < at <= unit.now + FARTHEST:
        raise RefusedError("web.case_promise_when")
    mine.promise = Awaited(new_id(), WatchKind.FAMILY_UPDATE, at, zone, missed=False)
    return Did(about=mine.promise.id)


def _fact(_gate: Gate, _unit: UnitOfWork, _case: Case, mine: Pretence) -> Did:
    name, value = request.form.get("field", ""), request.form.get("value", "")
    if name not in FIELDS:
        raise RefusedError("web.case_wrong")
    if not value.strip():
        raise RefusedError("web.case_say_something")
    source, confidence = words_given("source"), request.form.get("confidence", "")
    value = value_of(name, value)
    if confidence not in CONFIDENCES:
        raise RefusedError("web.case_wrong")
    known = Known(name, value, tidy(source), confidence)
    mine.facts[name] = (new_id(), known)
    return Did(about=mine.facts[name][0])


def _nothing(_gate: Gate, _unit: UnitOfWork, _case: Case, _mine: Pretence) -> Did:
    return Did()


_USES: Final[Mapping[str, Callable[[Gate, UnitOfWork, Case, Pretence], Did]]] = {
    "lawyer": _nothing,
    "promise": _promise,
    "event": _event,
    "not_here": _not_here,
    "done": _nothing,
    "note": _note,
    "fact": _fact,
}
"""As :data:`web.console.case_acts.USES`; no clock runs in such a case, and nobody is offered to be asked by name."""


# --- What is shown


@dataclass(frozen=True)
class Shown:
    """A case of which nothing is known but what its reader believes to have entered."""

    shown: CaseShown
    notes: tuple[Note, ...]
    script: list[Question]
    needs: tuple[Sought, ...]


def shown_to(gate: Gate, unit: UnitOfWork, case: Case) -> Shown:
    """Return what somebody who is being forced can show of a case."""
    mine = gate.pretences.of(gate.who.session_id, case.id)
    closed = gate.who.role != "lawyer"
    open_facts = [known for _, known in mine.facts.values() if not (closed and _is_counsels(known.name))]
    nothing = CaseShown.of_nothing(gate.words(), case.timezone or gate.zone, unit.now, case)
    view = replace(nearly_empty_view(unit, case.id), facts=tuple(open_facts), docket=tuple(mine.docket))
    rows = replace(
        CaseRows.of_nothing(case),
        occurrences=[_row(case, one) for one in mine.docket],
        facts=[Fact(id=id_, case_id=case.id, field=name) for name, (id_, _) in mine.facts.items()],
    )
    watches = () if mine.promise is None else (replace(mine.promise, missed=mine.promise.due_at <= unit.now),)
    needs = tuple(_needs(unit, gate, case.id))
    shown = replace(nothing, view=view, rows=rows, needs=needs, runs=Running((), watches, 0, ()))
    return Shown(shown, tuple(mine.notes), list(_script(mine, closed=closed)), needs)


def _row(case: Case, one: Happened) -> Occurrence:
    """An entry as the pictures read it; it belongs to no session of the database."""
    return Occurrence(
        id=one.id,
        case_id=case.id,
        matter_id=one.matter_id,
        kind=one.event,
        state=OccurrenceState.STANDING if one.stands else OccurrenceState.SUPERSEDED,
        at=one.at,
        day_only=one.day_only,
        for_at=one.for_at,
        until_at=one.until_at,
        zone=one.zone,
        entered_by=one.entered_by,
        entered_at=one.entered_at,
    )


def _script(mine: Pretence, *, closed: bool) -> Iterator[Question]:
    for name, one in zip(SCRIPT, script_of_nothing(), strict=True):
        id_, known = mine.facts.get(name, (None, None))
        yield replace(one, seen=id_, value=None if known is None or (closed and one.counsels) else known.value)


def _is_counsels(name: str) -> bool:
    return FIELDS[name] is FieldClass.COUNSEL


def _needs(unit: UnitOfWork, gate: Gate, case_id: UUID) -> Iterator[Sought]:
    """The searches of a case: of theirs how far they believe to have come, of all others how they stand."""
    row = next((row for row in board_of(unit, gate.who) if row.case_id == case_id), None)
    contact_id = gate.who.contact_id
    if row is None or contact_id is None:
        return
    theirs = {need.kind: need for need in believed_to_have(unit, contact_id) if need.case_id == case_id}
    for one in row.needs:
        need = theirs.get(one.kind)
        if need is None:
            yield Sought(one.kind, one.state, one.taken_by, ())
            continue
        since = believed_since(unit, need, contact_id) or need.opened_at
        reached = believed_reached(unit, need, contact_id)
        awaited = next_of(need, reached)
        steps = [Step(str(milestone), "reached", since) for milestone in reached]
        steps += [] if awaited is None else [Step(str(awaited), "awaited", since)]
        yield Sought(one.kind, one.state, one.taken_by, (), tuple(steps), need.id, need.opened_at, since, yours=True)
