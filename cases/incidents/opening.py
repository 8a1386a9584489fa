"""Making an incident: each person of a list becomes a case of their own, with name, custody and clocks, in one unit."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from cases.consent.events import FactEntered
from cases.consent.models import Fact, FactState, Person
from cases.consent.values import tidy, value_of
from cases.docket.entering import Entry, When, enter_first
from cases.identity.suggesting import ask_to_look_at
from cases.incidents.events import IncidentJoined, IncidentLeft, PeopleListed
from cases.incidents.models import Incident, IncidentCase
from cases.incidents.naming import unused_codes
from cases.incidents.reading import MOST_PEOPLE, Piece
from cases.models import Case
from store.base import OWN, new_id
from store.data_keys import case_scope, incident_scope
from store.vault import Field
from texts.zones import territory_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

LONGEST_NOTE: Final = 4000
LIKELY_LANGUAGE: Final = "kk"
"""In which language of theirs a lawyer and an interpreter are sought where nobody has said it."""
MEASURES: Final = (
    "custody_start",
    "administrative_arrest",
    "criminal_detention_actual",
    "admin_detention_actual_start",
    "extradition_detention_actual",
    "petty_offence_report",
)
"""What several people can have happened to them at once, as the docket calls it; the first says least."""


class IncidentError(ValueError):
    """An incident cannot be made or changed like this; the message says why."""


@dataclass(frozen=True)
class Happening:
    """What happened to all of them. ``language``: in which a lawyer and an interpreter are sought."""

    measure: str
    happened: When
    zone: str
    language: str
    until: When | None = None
    """Where the measure has an end that a ruling set."""
    region: str | None = None
    threatened_state: str | None = None
    place: str = field(default="", repr=False)
    notes: str = field(default="", repr=False)


def open_incident(
    unit: UnitOfWork,
    happening: Happening,
    people: Sequence[Piece],
    *,
    unread: Sequence[str] = (),
    report: UUID | None = None,
    taken_by: UUID | None = None,
) -> Incident:
    """Make an incident of a list that a human has looked at; each person has a case of their own since this unit.

    ``unread``: what the list said besides people; it is kept. ``report``: the case of the message that told of all of
    them, which stays what it is and stands beside theirs. Nobody is asked here: :mod:`alerts.needs.incidents` does
    that. Raises IncidentError.
    """
    incident = _frame(unit, happening, unread, taken_by)
    if report is not None:
        join(unit, incident.id, report, number=0)
    add_people(unit, incident.id, happening, people)
    return incident


def gather(unit: UnitOfWork, happening: Happening, case_ids: Sequence[UUID]) -> Incident:
    """Make an incident of cases that were reported one by one; what is in another incident stays there.

    Nothing is entered in any of them: what happened to each is in its own case. Raises IncidentError when fewer than
    two are left.
    """
    taken = set(unit.session.scalars(select(IncidentCase.case_id).where(IncidentCase.case_id.in_(case_ids))))
    free = [case_id for case_id in case_ids if case_id not in taken]
    if len(free) < 2:  # noqa: PLR2004  one is no incident
        raise IncidentError("these cases belong to an incident already")
    incident = _frame(unit, happening, (), None)
    for case_id in free[:MOST_PEOPLE]:
        join(unit, incident.id, case_id)
    return incident


def _frame(unit: UnitOfWork, happening: Happening, unread: Sequence[str], taken_by: UUID | None) -> Incident:
    """An incident without anybody in it."""
    if happening.measure not in MEASURES:
        raise IncidentError("choose what happened to them")
    if happening.happened.at > unit.now:
        raise IncidentError("what happened lies ahead; enter it when it has come")
    code = unused_codes(unit)[0]
    incident = Incident(
        id=new_id(),
        code=code,
        measure=happening.measure,
        happened_at=happening.happened.at,
        day_only=happening.happened.day_only,
        zone=happening.zone,
        taken_by=taken_by,
        opened_at=unit.now,
        opened_by=unit.actor,
    )
    scope = incident_scope(incident.id)
    for name, said in (("place", tidy(happening.place)), ("notes", tidy(happening.notes)[:LONGEST_NOTE])):
        if said:
            setattr(incident, name, unit.vault.seal(scope, Field("incident", name, incident.id), said))
    if unread:
        kept = json.dumps(list(unread), ensure_ascii=False)
        incident.unread = unit.vault.seal(scope, Field("incident", "unread", incident.id), kept)
    unit.session.add(incident)
    unit.session.flush()
    return incident


def add_people(unit: UnitOfWork, incident_id: UUID, happening: Happening, people: Sequence[Piece]) -> list[UUID]:
    """Open a case for each person, in the order of the list, and enter what happened; return the cases.

    Takes as many statements for sixty as for two. Raises IncidentError.
    """
    if not people:
        raise IncidentError("there is nobody on the list")
    incident = unit.session.get_one(Incident, incident_id, with_for_update=OWN, populate_existing=True)
    numbers = select(func.max(IncidentCase.number)).where(IncidentCase.incident_id == incident_id)
    last = unit.session.scalar(numbers) or 0
    if last + len(people) > MOST_PEOPLE:
        raise IncidentError(f"an incident has at most {MOST_PEOPLE} people; make a second one of the others")
    jurisdiction = happening.region[:2] if happening.region else territory_of(happening.zone)
    cases = [
        Case(
            id=new_id(),
            code=code,
            language=happening.language,
            region=happening.region,
            timezone=happening.zone,
            jurisdiction=jurisdiction,
            threatened_state=happening.threatened_state,
            opened_at=unit.now,
        )
        for code in unused_codes(unit, len(people))
    ]
    unit.session.add_all(cases)
    unit.session.flush()
    unit.vault.make(case_scope(case.id) for case in cases)
    for number, (case, piece) in enumerate(zip(cases, people, strict=True), last + 1):
        _write(unit, incident, case.id, number, piece.written)
    _know(
        unit, [(case.id, _fields(piece, happening)) for case, piece in zip(cases, people, strict=True)], incident.code
    )
    unit.session.flush()
    unit.record_last(PeopleListed(case_id=None, incident_id=incident.id, people=len(people)))
    entry = Entry(happening.measure, happening.happened, until=happening.until, source=incident.code)
    enter_first(
        unit, {case: replace(entry, note=tidy(piece.remark)) for case, piece in zip(cases, people, strict=True)}
    )
    return [case.id for case in cases]


def join(unit: UnitOfWork, incident_id: UUID, case_id: UUID, *, number: int | None = None) -> None:
    """Put a case that there is into an incident; what is in it already stays. Raises IncidentError for another's."""
    incident = unit.session.get_one(Incident, incident_id, with_for_update=OWN, populate_existing=True)
    standing = unit.session.scalars(select(IncidentCase).where(IncidentCase.case_id == case_id)).one_or_none()
    if standing is not None:
        if standing.incident_id == incident_id:
            return
        raise IncidentError("this case belongs to another incident")
    numbers = select(func.max(IncidentCase.number)).where(IncidentCase.incident_id == incident_id)
    last = unit.session.scalar(numbers) or 0
    _write(unit, incident, case_id, last + 1 if number is None else number, "")
    unit.session.flush()


def leave(unit: UnitOfWork, incident_id: UUID, case_id: UUID) -> bool:
    """Take a case out of its incident; return whether it was there. The case stays.

    Raises IncidentError for the last one: an incident ends with its last case.
    """
    unit.session.get_one(Incident, incident_id, with_for_update=OWN, populate_existing=True)
    rows = unit.session.scalars(select(IncidentCase).where(IncidentCase.incident_id == incident_id)).all()
    row = next((one for one in rows if one.case_id == case_id), None)
    if row is None:
        return False
    if len(rows) == 1:
        raise IncidentError("it is the last one; an incident ends with its last case")
    unit.session.delete(row)
    unit.session.flush()
    unit.record_last(IncidentLeft(case_id=case_id, incident_id=incident_id))
    return True


def _write(unit: UnitOfWork, incident: Incident, case_id: UUID, number: int, written: str) -> None:
    row = IncidentCase(
        id=new_id(),
        incident_id=incident.id,
        case_id=case_id,
        number=number,
        joined_at=unit.now,
        joined_by=unit.actor,
    )
    if written:
        row.written = unit.vault.seal(case_scope(case_id), Field("incident_case", "written", row.id), written)
    unit.session.add(row)
    unit.record_last(IncidentJoined(case_id=case_id, incident_id=incident.id))


def _fields(piece: Piece, happening: Happening) -> dict[str, str]:
    """What the list says of one person, in the words of the consent vocabulary."""
    day = happening.happened.at.astimezone(ZoneInfo(happening.zone)).date().isoformat()
    known = {name_field(piece.name): piece.name, "place": happening.place, "taken_on": day}
    if len(piece.born) == len("1985-04-03"):
        known["birth_date"] = piece.born
    return {name: value_of(name, text) for name, text in known.items() if tidy(text)}


def name_field(name: str) -> str:
    """Return the field a name belongs in: as it stands in a passport, or in another script. Pure."""
    letters = [character for character in name if character.isalpha()]
    is_latin = all("LATIN" in unicodedata.name(character, "") for character in letters)
    return "name_latin" if is_latin else "name_native"


def _know(unit: UnitOfWork, known: Sequence[tuple[UUID, dict[str, str]]], source: str) -> None:
    """Write down what is known of people of whom nothing was known before."""
    people = [Person(id=new_id(), case_id=case_id, number=1, created_at=unit.now) for case_id, _ in known]
    unit.session.add_all(people)
    unit.session.flush()
    for person, (case_id, fields) in zip(people, known, strict=True):
        scope = case_scope(case_id)
        for name, value in fields.items():
            fact = Fact(
                id=new_id(),
                case_id=case_id,
                person_id=person.id,
                field=name,
                state=FactState.STANDING,
                confidence="medium",
                entered_by=unit.actor,
                entered_at=unit.now,
            )
            fact.value = unit.vault.seal(scope, Field("fact", "value", fact.id), value)
            fact.source = unit.vault.seal(scope, Field("fact", "source", fact.id), source)
            unit.session.add(fact)
            # No release of a case can be that is a moment old; that somebody looks who it is, is asked for below.
            unit.record_last(FactEntered(case_id=case_id, fact_id=fact.id, field=name), is_followed=False)
    unit.session.flush()
    ask_to_look_at(unit, [case_id for case_id, _ in known])
