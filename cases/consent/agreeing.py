"""Who agreed to what: words of consent, taking it back, counsel's releases, what was signed beforehand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select

from cases.consent.deciding import Decision, Standing
from cases.consent.errors import ConsentError
from cases.consent.events import (
    ConsentEntered,
    CounselReleased,
    CounselReleaseRevoked,
    DisclosuresFrozen,
    DisclosuresThawed,
    EmergencyReleaseFired,
    EmergencyReleaseSigned,
    EmergencyReleaseWithdrawn,
)
from cases.consent.models import Consent, CounselRelease, EmergencyRelease, Freeze, Person
from cases.consent.people import facts_of, known_of, known_person, person_of
from cases.consent.values import tidy
from cases.consent.vocabulary import FIELDS, Audience, Authority, FieldClass
from cases.models import Case, CaseState
from store.base import OWN, new_id
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


def enter_consent(
    unit: UnitOfWork,
    case_id: UUID,
    audience: Audience,
    kinds: Iterable[FieldClass],
    *,
    granted: bool,
    authority: Authority,
    how: str,
    given_at: datetime | None = None,
) -> None:
    """Enter what somebody with authority over a person said about an audience; nothing that was said is changed.

    ``how``: by what way it was given and who heard it. ``given_at``: aware, now if it is not told. Raises ConsentError
    for a yes that its giver cannot give.
    """
    how = tidy(how)
    if not how:
        raise ConsentError("say how it was given and who heard it: it may have to be shown")
    given_at = unit.now if given_at is None else given_at
    if given_at > unit.now:
        raise ConsentError("consent cannot be given later than now")
    if granted and authority is Authority.REPORTER:
        raise ConsentError(
            "a reporter can agree to nothing for somebody else; ask the person, a guardian or a relative"
        )
    if granted and authority is Authority.VITAL_INTEREST and audience is not Audience.UNHCR:
        raise ConsentError("where nobody could be asked, only UNHCR may be told")
    person = person_of(unit, case_id)
    for kind in sorted(set(kinds)):
        _write(unit, person, Decision(audience, kind, granted, authority, given_at), how)


def _write(unit: UnitOfWork, person: Person, word: Decision, how: str) -> None:
    row = Consent(
        id=new_id(),
        case_id=person.case_id,
        person_id=person.id,
        audience=str(word.audience),
        kind=str(word.kind),
        granted=word.granted,
        authority=int(word.authority),
        given_at=word.given_at,
        entered_by=unit.actor,
        entered_at=unit.now,
    )
    row.how = unit.vault.seal(case_scope(person.case_id), Field("consent", "how", row.id), how)
    unit.session.add(row)
    unit.session.flush()
    unit.record(
        ConsentEntered(
            case_id=person.case_id,
            person_id=person.id,
            audience=row.audience,
            kind=row.kind,
            granted="yes" if row.granted else "no",
        )
    )


def freeze(unit: UnitOfWork, case_id: UUID) -> bool:
    """Stop everything of a case from leaving, at once; return whether it was not stopped before."""
    unit.session.execute(select(Case.id).where(Case.id == case_id).with_for_update(**OWN))
    if _freeze_in_force(unit, case_id) is not None:
        return False
    held = Freeze(id=new_id(), case_id=case_id, began_at=unit.now, began_by=unit.actor)
    unit.session.add(held)
    unit.session.flush()
    unit.record(DisclosuresFrozen(case_id=case_id, freeze_id=held.id))
    return True


def anything_agreed(unit: UnitOfWork, case_id: UUID) -> bool:
    """Whether anybody ever agreed to anything being told, beforehand too: otherwise there is nothing to take back."""
    agreed = exists().where(Consent.case_id == case_id, Consent.granted)
    signed = exists().where(EmergencyRelease.case_id == case_id, EmergencyRelease.withdrawn_at.is_(None))
    return bool(unit.session.scalar(select(or_(agreed, signed))))


def thaw(unit: UnitOfWork, case_id: UUID) -> bool:
    """End a freeze, after the person was asked by a way that is safe; return whether there was one."""
    held = _freeze_in_force(unit, case_id)
    if held is None:
        return False
    held.lifted_at, held.lifted_by = unit.now, unit.actor
    unit.session.flush()
    unit.record(DisclosuresThawed(case_id=case_id, freeze_id=held.id))
    return True


def _freeze_in_force(unit: UnitOfWork, case_id: UUID) -> Freeze | None:
    return unit.session.scalars(
        select(Freeze).where(Freeze.case_id == case_id, Freeze.lifted_at.is_(None)).with_for_update(**OWN)
    ).one_or_none()


def release_field(unit: UnitOfWork, case_id: UUID, name: str, audience: Audience, counsel_id: UUID) -> None:
    """Let an audience see one field of counsel's compartment. Safe to repeat. Raises ConsentError.

    That ``counsel_id`` is counsel in this case was checked by the caller.
    """
    if FIELDS.get(name) is not FieldClass.COUNSEL:
        raise ConsentError("only a field of counsel's compartment is released by counsel")
    person = person_of(unit, case_id)
    row = _release_of(unit, person, name, audience)
    if row is not None and row.revoked_at is None:
        return
    if row is None:
        row = CounselRelease(
            id=new_id(), case_id=case_id, person_id=person.id, field=name, audience=str(audience), revoked_at=None
        )
        unit.session.add(row)
    row.released_by, row.released_at, row.revoked_at = counsel_id, unit.now, None
    unit.session.flush()
    unit.record(CounselReleased(case_id=case_id, field=name, audience=str(audience), contact_id=counsel_id))


def take_release_back(unit: UnitOfWork, case_id: UUID, name: str, audience: Audience) -> bool:
    """Close a field of the compartment to an audience again; return whether it was open."""
    person = person_of(unit, case_id)
    row = _release_of(unit, person, name, audience)
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = unit.now
    unit.session.flush()
    unit.record(CounselReleaseRevoked(case_id=case_id, field=name, audience=str(audience)))
    return True


def _release_of(unit: UnitOfWork, person: Person, name: str, audience: Audience) -> CounselRelease | None:
    return unit.session.scalars(
        select(CounselRelease)
        .where(
            CounselRelease.person_id == person.id,
            CounselRelease.field == name,
            CounselRelease.audience == str(audience),
        )
        .with_for_update(**OWN)
    ).one_or_none()


def sign_emergency_release(
    unit: UnitOfWork,
    case_id: UUID,
    audiences: Iterable[Audience],
    kinds: Iterable[FieldClass],
    terms: str,
    *,
    signed_at: datetime | None = None,
) -> UUID:
    """Keep what a person signed beforehand: to whom which classes go, on what trigger. Raises ConsentError.

    ``signed_at``: aware, now if it is not told.
    """
    terms = tidy(terms)
    if not terms:
        raise ConsentError("write down the trigger, and how it was signed")
    person = person_of(unit, case_id)
    row = EmergencyRelease(
        id=new_id(),
        case_id=case_id,
        person_id=person.id,
        audiences=sorted(set(map(str, audiences))),
        kinds=sorted(set(map(str, kinds))),
        signed_at=unit.now if signed_at is None else signed_at,
    )
    row.terms = unit.vault.seal(case_scope(case_id), Field("emergency_release", "terms", row.id), terms)
    unit.session.add(row)
    unit.session.flush()
    unit.record(EmergencyReleaseSigned(case_id=case_id, release_id=row.id))
    return row.id


@dataclass(frozen=True)
class Signed:
    """What a person signed beforehand. ``state``: dormant, fired or withdrawn."""

    id: UUID
    audiences: tuple[str, ...]
    kinds: tuple[str, ...]
    terms: str = field(repr=False)
    signed_at: datetime
    state: str


def emergency_releases(unit: UnitOfWork, case_id: UUID) -> list[Signed]:
    """Return everything that was signed beforehand in a case, oldest first."""
    return signed_in(
        unit, unit.session.scalars(select(EmergencyRelease).where(EmergencyRelease.case_id == case_id)).all()
    )


def signed_in(unit: UnitOfWork, rows: Iterable[EmergencyRelease]) -> list[Signed]:
    """Return the same of rows that were read, in any order."""
    return [_signed(unit, row) for row in sorted(rows, key=lambda one: (one.signed_at, one.id))]


def _signed(unit: UnitOfWork, row: EmergencyRelease) -> Signed:
    place = Field("emergency_release", "terms", row.id)
    state = "fired" if row.fired_at else "withdrawn" if row.withdrawn_at else "dormant"
    terms = unit.vault.open(case_scope(row.case_id), place, row.terms)
    return Signed(row.id, tuple(row.audiences), tuple(row.kinds), terms, row.signed_at, state)


def emergency_of(unit: UnitOfWork, case_id: UUID, release_id: UUID) -> UUID:
    """Return the id of what was signed beforehand in this case; raises ConsentError if it belongs to no or another."""
    row = unit.session.get(EmergencyRelease, release_id)
    if row is None or row.case_id != case_id:
        raise ConsentError("nothing of that kind was signed in this case")
    return row.id


def withdraw_emergency_release(unit: UnitOfWork, release_id: UUID) -> bool:
    """Take back what was signed beforehand, as long as it has not been fired; return whether it was in force."""
    row = _dormant(unit, release_id)
    if row is None:
        return False
    row.withdrawn_at = unit.now
    unit.session.flush()
    unit.record(EmergencyReleaseWithdrawn(case_id=row.case_id, release_id=row.id))
    return True


def fire_emergency_release(unit: UnitOfWork, release_id: UUID, coordinator_id: UUID) -> None:
    """Let what was signed beforehand count as the person's instruction, because its trigger has come.

    One coordinator is enough: the person has decided. Raises ConsentError if it was fired or withdrawn before.
    """
    row = _dormant(unit, release_id)
    if row is None:
        raise ConsentError("there is nothing of it to be fired: it was fired before, or withdrawn")
    row.fired_at, row.fired_by = unit.now, coordinator_id
    unit.session.flush()
    unit.record(EmergencyReleaseFired(case_id=row.case_id, release_id=row.id, contact_id=coordinator_id))
    terms = unit.vault.open(case_scope(row.case_id), Field("emergency_release", "terms", row.id), row.terms)
    for audience in row.audiences:
        enter_consent(
            unit,
            row.case_id,
            Audience(audience),
            map(FieldClass, row.kinds),
            granted=True,
            authority=Authority.PRIOR_INSTRUCTION,
            how=json.dumps({"emergency_release": str(row.id), "terms": terms}, ensure_ascii=False)[:2000],
            given_at=row.signed_at,
        )


def _dormant(unit: UnitOfWork, release_id: UUID) -> EmergencyRelease | None:
    return unit.session.scalars(
        select(EmergencyRelease)
        .where(
            EmergencyRelease.id == release_id,
            EmergencyRelease.fired_at.is_(None),
            EmergencyRelease.withdrawn_at.is_(None),
        )
        .with_for_update(**OWN)
    ).one_or_none()


def standing_of(unit: UnitOfWork, case: Case) -> Standing:
    """Return how things stand for the person of a case: all that deciding needs."""
    person = known_person(unit, case.id)
    frozen = unit.session.scalar(
        select(Freeze.id).where(Freeze.case_id == case.id, Freeze.lifted_at.is_(None)).limit(1)
    )
    if person is None:
        return standing_from(case, None, frozen=frozen is not None)
    return standing_from(
        case,
        person,
        frozen=frozen is not None,
        minor=any(known_of(unit, one).value == "yes" for one in facts_of(unit, person.id) if one.field == "minor"),
        consents=unit.session.scalars(select(Consent).where(Consent.person_id == person.id)).all(),
        released=unit.session.scalars(
            select(CounselRelease).where(CounselRelease.person_id == person.id, CounselRelease.revoked_at.is_(None))
        ).all(),
    )


def standing_from(
    case: Case,
    person: Person | None,
    *,
    frozen: bool,
    minor: bool = False,
    consents: Iterable[Consent] = (),
    released: Iterable[CounselRelease] = (),
) -> Standing:
    """Return the same of rows that were read. Pure."""
    return Standing(
        decisions=tuple(map(_decision, sorted(consents, key=lambda one: one.id))),
        frozen=frozen,
        hostile=case.hostile_at is not None,
        minor=minor,
        guardian_implicated=person is not None and person.guardian_implicated,
        corroborated=case.state in (CaseState.CORROBORATED, CaseState.CONFIRMED),
        released_by_counsel=frozenset((row.field, Audience(row.audience)) for row in released),
    )


def _decision(row: Consent) -> Decision:
    return Decision(Audience(row.audience), FieldClass(row.kind), row.granted, Authority(row.authority), row.given_at)
