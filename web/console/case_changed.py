"""Two who change the same thing at once: what stands now beside what the second wanted; nothing was changed yet."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Response, request

from cases.consent.models import Fact
from cases.consent.people import known_of
from cases.consent.values import CONFIDENCES
from cases.consent.vocabulary import FIELDS
from cases.docket.entering import standing_hearings
from cases.docket.history import details_of
from cases.docket.models import Deadline, DeadlineState, Occurrence, Watch
from store.data_keys import case_scope
from store.vault import Field
from texts.catalogue import keys
from web.console.addressed import no_case, readable_case

if TYPE_CHECKING:
    from cases.changed import ChangedMeanwhileError, Version
    from cases.models import Case
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate
    from web.words import Words


def side_by_side(gate: Gate, code: str, name: str, changed: ChangedMeanwhileError) -> Response:
    """Show what stands now beside what was wanted; whoever looks chooses, and nothing was changed yet."""
    words = gate.words()
    with gate.store.read() as unit:
        case = readable_case(gate, unit, code)
        if case is None:
            return no_case(gate)
        stands = _as_it_stands(unit, words, name, changed.stands, case)
        again = _version_now(unit, name, changed.stands, case)
    mine = [(label, value) for key, label in _LABELS.items() if (value := _mine(words, key))]
    given = [(key, value) for key, value in request.form.items(multi=True) if key not in ("form", "seen", "stood")]
    return gate.show(
        "console/case_changed.html",
        HTTPStatus.CONFLICT,
        code=code,
        act=f"case.{name}",
        stands=[(words.t(label), value) for label, value in stands],
        mine=[(words.t(label), value) for label, value in mine],
        given=given,
        again=again,
    )


_LABELS: Final = {
    "field": "web.fact_field",
    "event": "web.case_what",
    "by": "web.case_promise",
    "at": "web.case_when",
    "value": "web.fact_value",
    "source": "web.fact_source",
    "confidence": "web.fact_sure",
    "note": "web.case_note",
}


def _mine(words: Words, key: str) -> str:
    value = request.form.get(key, "")
    match key:
        case "field" if value in FIELDS:
            return words.t(f"field.{value}")
        case "event" if value:
            return words.event(value)
        case "confidence" if value in CONFIDENCES:
            return words.t(f"confidence.{value}")
        case "by" if value:
            known = f"web.case_in_{value}"
            return words.t(known) if known in keys() else ""
        case "value" if request.form.get("field") in FIELDS:
            return _as_read(words, request.form["field"], value)
        case _:
            return value.replace("T", " ") if key == "at" else value


def _as_read(words: Words, name: str, value: str) -> str:
    try:
        return words.field_value(name, value)
    except ValueError:
        return value


def _as_it_stands(unit: UnitOfWork, words: Words, name: str, stands: Version, case: Case) -> list[tuple[str, str]]:
    """What stands now, as labels and values. A row of another case is none."""
    zone = case.timezone or words.zone
    match name:
        case "fact":
            fact = None if stands is None else unit.session.get(Fact, stands)
            return [] if fact is None else _of_fact(unit, words, fact)
        case "done":
            clock = None if stands is None else unit.session.get(Deadline, stands)
            return [] if clock is None else _of_clock(unit, words, clock)
        case "promise":
            watch = None if stands is None else unit.session.get(Watch, stands)
            return [] if watch is None else [("web.case_promise", words.at(watch.due_at, zone, with_weekday=True))]
        case _:
            row = None if stands is None else unit.session.get(Occurrence, stands)
            return [] if row is None else _of_entry(unit, words, row)


def _of_fact(unit: UnitOfWork, words: Words, fact: Fact) -> list[tuple[str, str]]:
    known = known_of(unit, fact)
    return [
        ("web.fact_field", words.t(f"field.{known.name}")),
        ("web.fact_value", words.field_value(known.name, known.value)),
        ("web.fact_source", known.source),
        ("web.fact_sure", words.t(f"confidence.{known.confidence}")),
        ("web.case_entered", words.at(fact.entered_at)),
    ]


def _of_clock(unit: UnitOfWork, words: Words, clock: Deadline) -> list[tuple[str, str]]:
    said = [("web.case_safe", words.at(clock.safe_at, clock.zone, with_weekday=True))]
    if clock.note is not None and clock.done_at is not None:
        place = Field("deadline", "note", clock.id)
        said.append(("web.done", words.at(clock.done_at)))
        said.append(("web.case_note", unit.vault.open(case_scope(clock.case_id), place, clock.note)))
    return said


def _of_entry(unit: UnitOfWork, words: Words, row: Occurrence) -> list[tuple[str, str]]:
    details = details_of(unit, row)
    at = row.for_at or row.at
    when = words.on(at, row.zone) if row.day_only and row.for_at is None else words.at(at, row.zone, with_weekday=True)
    said = [
        ("web.case_what", words.event(row.kind)),
        ("web.case_when", when),
        ("web.fact_source", str(details.get("source", ""))),
        ("web.case_note", str(details.get("note", ""))),
        ("web.case_entered", words.at(row.entered_at)),
    ]
    return [(label, value) for label, value in said if value]


def _version_now(unit: UnitOfWork, name: str, stands: Version, case: Case) -> list[tuple[str, str]]:
    """What a form says it was shown, if mine is to be put in the place of what stands; nothing where it cannot be."""
    match name:
        case "fact" | "promise":
            return [("seen", "" if stands is None else str(stands))]
        case "done":
            clock = None if stands is None else unit.session.get(Deadline, stands)
            runs = clock is not None and clock.state == DeadlineState.RUNNING
            return [("seen", clock.safe_at.isoformat())] if clock is not None and runs else []
        case "event" if not request.form.get("entry"):
            return [("stood", ",".join(str(one.id) for one in standing_hearings(unit, case.id)))]
        case "event" if stands is not None and request.form.get("do") != "take_back":
            return [("entry", str(stands))]
        case _:
            return []
