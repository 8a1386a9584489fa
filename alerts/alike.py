"""Who may be the person of a case, for those who may read it; of a case that is not theirs, its code alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from alerts.reading import may_be_read_by
from cases.events import CaseViewed
from cases.identity.suggesting import suggestions_of
from cases.identity.telling import records_of
from cases.models import Case
from cases.sealed.models import SealedFile

if TYPE_CHECKING:
    from uuid import UUID

    from cases.identity.records import Record
    from cases.identity.suggesting import Suggested
    from contacts.accounts.sessions import SignedIn
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Alike:
    """One case that may be of the same person. Without ``reads`` there are no reasons: they tell of both."""

    suggestion_id: UUID
    code: str
    state: str
    reads: bool
    reasons: tuple[str, ...] = ()
    sealed: bool = False
    """Whether its person left a sealed file: who may open that sees how far it is."""


@dataclass(frozen=True)
class Side:
    """One of two cases beside each other: what is told of its person, a record for each name."""

    case: Case
    records: tuple[Record, ...]


def alike_with(unit: UnitOfWork, case_id: UUID, who: SignedIn) -> list[Alike]:
    """Return the cases that may be of the same person as one that whoever asks reads. Two statements."""
    found = suggestions_of(unit, case_id)
    left = exists().where(SealedFile.case_id == Case.id, SealedFile.withdrawn_at.is_(None))
    wanted = select(Case.id, may_be_read_by(who, unit.now), left).where(Case.id.in_([one.other_id for one in found]))
    known = {case_id: (reads, sealed) for case_id, reads, sealed in unit.session.execute(wanted)} if found else {}
    return [_alike(one, *known.get(one.other_id, (False, False))) for one in found]


def _alike(one: Suggested, reads: object, sealed: object) -> Alike:
    reasons = one.reasons if reads else ()
    return Alike(one.id, one.other_code, one.state, reads=bool(reads), reasons=reasons, sealed=bool(sealed))


def both_sides(unit: UnitOfWork, case: Case, other_code: str, who: SignedIn) -> tuple[Side, Side] | None:
    """Return a case that whoever asks reads beside another that they read as well; None where they do not."""
    other = unit.session.scalars(
        select(Case).where(Case.code == other_code, may_be_read_by(who, unit.now))
    ).one_or_none()
    if other is None or other.id == case.id:
        return None
    told = records_of(unit, [case.id, other.id])
    return Side(case, tuple(told[case.id])), Side(other, tuple(told[other.id]))


def note_shown(unit: UnitOfWork, sides: tuple[Side, Side], contact_id: UUID) -> None:
    """Write down who was shown both."""
    for case_id in sorted(side.case.id for side in sides):
        unit.record(CaseViewed(case_id=case_id, contact_id=contact_id))
