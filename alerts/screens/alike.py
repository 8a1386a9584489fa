"""Who may be the person of a case, for those who may read it; of a case that is not theirs, its code alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, select

from alerts.screens.opening import may_be_read_by, opened_by_codes
from cases.events import CaseViewed
from cases.identity.suggesting import SETS as PAIR_OF
from cases.identity.suggesting import pair_in, suggestions_of
from cases.identity.telling import SETS as TOLD_OF
from cases.identity.telling import records_in
from cases.models import Case
from cases.sealed.models import SealedFile
from store.data_keys import case_scope
from store.sets import Together

if TYPE_CHECKING:
    from uuid import UUID

    from cases.identity.records import Record
    from cases.identity.suggesting import Pair, Suggested
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


_TOLD: Final = Together({**TOLD_OF, **PAIR_OF})


@dataclass(frozen=True)
class Beside:
    """Two cases beside each other, and how it stands between them; no pair where nothing was suggested."""

    sides: tuple[Side, Side]
    pair: Pair | None


def both_sides(unit: UnitOfWork, code: str, other_code: str, who: SignedIn) -> Beside | None:
    """Return a case beside another; None where whoever asks does not read both. Two statements, and one for keys."""
    opened = opened_by_codes(unit, (code, other_code), who)
    if code == other_code or code not in opened or other_code not in opened:
        return None
    case, other = opened[code].case, opened[other_code].case
    found = _TOLD.of(unit.session, case.id, other.id)
    unit.vault.fetch([case_scope(case.id), case_scope(other.id)])
    told = records_in(unit, (case.id, other.id), found)
    sides = Side(case, tuple(told[case.id])), Side(other, tuple(told[other.id]))
    return Beside(sides, pair_in(case.id, other.id, found))


def note_shown(unit: UnitOfWork, sides: tuple[Side, Side], contact_id: UUID) -> None:
    """Write down who was shown both."""
    for side in sides:
        unit.record_last(CaseViewed(case_id=side.case.id, contact_id=contact_id))
