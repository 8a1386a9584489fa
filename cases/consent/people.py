"""The people of a case, and what is known of each: entered field by field, corrected, taken back, never overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from cases.changed import refuse_unless_seen
from cases.consent.deciding import Known
from cases.consent.errors import ConsentError
from cases.consent.events import FactEntered, FactSuperseded, GuardianMarked
from cases.consent.models import Fact, FactState, Person
from cases.consent.values import CONFIDENCES, tidy, value_of
from cases.consent.vocabulary import FIELDS
from cases.models import Case
from store.base import OWN, new_id
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from cases.changed import Version
    from store.unit_of_work import UnitOfWork

_PLACE = {name: place for place, name in enumerate(FIELDS)}


def person_of(unit: UnitOfWork, case_id: UUID) -> Person:
    """Return the person a case is about, written down on first use.

    The case is locked, so that of two who begin at once both find the same.
    """
    unit.session.execute(select(Case.id).where(Case.id == case_id).with_for_update(**OWN))
    found = known_person(unit, case_id)
    if found is not None:
        return found
    person = Person(id=new_id(), case_id=case_id, number=1, created_at=unit.now)
    unit.session.add(person)
    unit.session.flush()
    return person


def known_person(unit: UnitOfWork, case_id: UUID) -> Person | None:
    """Return the person a case is about, None while nothing was entered."""
    return unit.session.scalars(
        select(Person).where(Person.case_id == case_id).order_by(Person.number).limit(1)
    ).one_or_none()


def mark_guardian(unit: UnitOfWork, case_id: UUID, *, implicated: bool) -> bool:
    """Note whether the guardian has a part in what happens: then their yes is none. Return whether it changed."""
    person = person_of(unit, case_id)
    if person.guardian_implicated == implicated:
        return False
    person.guardian_implicated = implicated
    unit.session.flush()
    unit.record(GuardianMarked(case_id=case_id, person_id=person.id, implicated="yes" if implicated else "no"))
    return True


def enter_fact(
    unit: UnitOfWork,
    case_id: UUID,
    name: str,
    text: str,
    *,
    source: str = "",
    confidence: str = "medium",
    seen: Version | Literal["any"] = "any",
) -> UUID:
    """Enter what one source says about a field; return the fact's id. What stood before is superseded.

    The same value from the same source again changes and records nothing. Raises ConsentError, and
    ChangedMeanwhileError where another fact stands than the one that was ``seen`` when the form was filled in.
    """
    value, source = value_of(name, text), tidy(source)
    if confidence not in CONFIDENCES:
        raise ConsentError(f"confidence is one of {', '.join(CONFIDENCES)}")
    person = person_of(unit, case_id)
    before = _standing(unit, person.id, name)
    if before is not None and _says(known_of(unit, before), value, source, confidence):
        return before.id
    if seen != "any":
        refuse_unless_seen(seen, None if before is None else before.id)
    if before is not None:
        _supersede(unit, before)
    fact = Fact(
        id=new_id(),
        case_id=case_id,
        person_id=person.id,
        field=name,
        confidence=confidence,
        entered_by=unit.actor,
        entered_at=unit.now,
    )
    scope = case_scope(case_id)
    fact.value = unit.vault.seal(scope, Field("fact", "value", fact.id), value)
    fact.source = unit.vault.seal(scope, Field("fact", "source", fact.id), source)
    unit.session.add(fact)
    unit.session.flush()
    unit.record(FactEntered(case_id=case_id, fact_id=fact.id, field=name))
    return fact.id


def _says(known: Known, value: str, source: str, confidence: str) -> bool:
    return (known.value, known.source, known.confidence) == (value, source, confidence)


def standing_fact(unit: UnitOfWork, case_id: UUID, name: str) -> Fact | None:
    """Return what stands in a field, None where nothing does; locked, as whoever changes it does."""
    return _standing(unit, person_of(unit, case_id).id, name)


def take_fact_back(unit: UnitOfWork, case_id: UUID, name: str) -> bool:
    """Have a field stand no longer; return whether it did. Repeating it changes nothing. Raises ConsentError."""
    if name not in FIELDS:
        raise ConsentError("there is no such field; `panah case fields` lists them")
    person = person_of(unit, case_id)
    before = _standing(unit, person.id, name)
    if before is None:
        return False
    _supersede(unit, before)
    return True


def _supersede(unit: UnitOfWork, fact: Fact) -> None:
    fact.state = FactState.SUPERSEDED
    unit.session.flush()
    unit.record(FactSuperseded(case_id=fact.case_id, fact_id=fact.id, field=fact.field))


def _standing(unit: UnitOfWork, person_id: UUID, name: str) -> Fact | None:
    return unit.session.scalars(
        select(Fact)
        .where(Fact.person_id == person_id, Fact.field == name, Fact.state == FactState.STANDING)
        .with_for_update(**OWN)
    ).one_or_none()


def facts_of(unit: UnitOfWork, person_id: UUID) -> Sequence[Fact]:
    """Return what stands of a person, in the order in which the vocabulary lists its fields."""
    return in_order(
        unit.session.scalars(select(Fact).where(Fact.person_id == person_id, Fact.state == FactState.STANDING))
    )


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts in the order in which the vocabulary lists their fields."""
    return sorted(facts, key=lambda one: _PLACE[one.field])


def known_of(unit: UnitOfWork, fact: Fact) -> Known:
    """Decrypt a fact."""
    scope = case_scope(fact.case_id)
    return Known(
        fact.field,
        unit.vault.open(scope, Field("fact", "value", fact.id), fact.value),
        unit.vault.open(scope, Field("fact", "source", fact.id), fact.source),
        fact.confidence,
    )
