"""Who in the registry may be one person, and who of a case may be in it: proposed with reasons, decided by people.

Nothing is ever merged, and nothing is told to whoever reports: no reply reads these rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, update

from cases.identity.index import Index
from cases.identity.models import SuggestionState
from cases.identity.suggesting import ask_to_look_at
from cases.models import Case
from cases.registry.entries import records_in
from cases.registry.events import RegistryPairDecided, RegistryProposalRefused
from cases.registry.models import (
    RegistryEntry,
    RegistryField,
    RegistryImport,
    RegistryPair,
    RegistryProposal,
)
from store.base import OWN, new_id
from store.inserting import insert_into

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement

    from cases.identity.index import Match
    from cases.registry.importing import Planned
    from cases.registry.shelf import Candidate, Shelf
    from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 100


@dataclass(frozen=True)
class Proposed:
    """An entry that may be somebody, as it is seen from there."""

    id: UUID
    code: str
    source: str
    state: str
    reasons: tuple[str, ...]


def settle(store: Store, shelf: Shelf, *, by: str) -> int:
    """Do what follows imports, and imports that were taken back; return how many pairs are new.

    Who is in the registry twice is proposed, and every case is looked at again. In pieces, and safe to repeat: what was
    interrupted is done by whoever calls this next.
    """
    with store.read() as unit:
        waiting = {row.id: row.undone_at for row in unit.session.scalars(select(RegistryImport).where(_is_owed()))}
        touched = {import_id: touched_by(unit, import_id) for import_id in waiting}
    if not waiting:
        return 0
    fresh = propose_pairs(store, shelf, list(dict.fromkeys(one for ids in touched.values() for one in ids)), by=by)
    look_at_every_case(store, by=by)
    with store.unit(by) as unit:
        for row in unit.session.scalars(select(RegistryImport).where(RegistryImport.id.in_(waiting), _is_owed())):
            if row.undone_at == waiting[row.id]:
                row.compared_at = unit.now
    return fresh


def _is_owed() -> ColumnElement[bool]:
    ended = or_(RegistryImport.finished_at.is_not(None), RegistryImport.undone_at.is_not(None))
    return and_(RegistryImport.compared_at.is_(None), ended)


def propose_pairs(store: Store, shelf: Shelf, entry_ids: Sequence[UUID], *, by: str) -> int:
    """Compare entries with everybody in the registry; return how many pairs are new.

    What was decided stays; an open pair that nothing speaks for any more goes. In pieces, beside everything else, and
    safe to repeat.
    """
    with store.read() as unit:
        shelf.follow(unit)
    fresh = 0
    for at in range(0, len(entry_ids), BATCH):
        fresh += _compare(store, shelf, entry_ids[at : at + BATCH], by)
    return fresh


def _compare(store: Store, shelf: Shelf, entry_ids: Sequence[UUID], by: str) -> int:
    """Compare some entries: whatever takes long first, then what came of it is written."""
    found = {
        _pair(entry_id, one.entry_id): one
        for entry_id in entry_ids
        for one in shelf.alike(shelf.records_of(entry_id), leave_out=frozenset({entry_id}))
    }
    is_open = RegistryPair.state == SuggestionState.OPEN
    theirs = or_(RegistryPair.entry_id.in_(entry_ids), RegistryPair.other_id.in_(entry_ids))
    with store.read() as unit:
        gone, changed = [], []
        for row in unit.session.scalars(select(RegistryPair).where(theirs, is_open)):
            found.pop((row.entry_id, row.other_id), None)
            now = shelf.alike_each_other(row.entry_id, row.other_id)
            if now is None:
                gone.append(row.id)
            elif (now.score, _words(now)) != (row.score, row.reasons):
                changed.append((row.id, now))
    if not found and not gone and not changed:
        return 0
    with store.unit(by, rings=False) as unit:
        unit.session.execute(delete(RegistryPair).where(RegistryPair.id.in_(gone), is_open))
        for pair_id, now in changed:
            mended = update(RegistryPair).where(RegistryPair.id == pair_id, is_open)
            unit.session.execute(mended.values(score=now.score, reasons=_words(now)))
        wanted = {entry_id for pair in found for entry_id in pair}
        there = set(unit.session.scalars(select(RegistryEntry.id).where(RegistryEntry.id.in_(wanted))))
        return sum(_put_pair(unit, pair, one) for pair, one in found.items() if there.issuperset(pair))


def _words(candidate: Candidate) -> list[str]:
    return [str(reason) for reason in candidate.reasons]


def _pair(one_id: UUID, other_id: UUID) -> tuple[UUID, UUID]:
    return (one_id, other_id) if one_id < other_id else (other_id, one_id)


def touched_by(unit: UnitOfWork, import_id: UUID) -> Sequence[UUID]:
    """Return the entries of which an import says something, or of which something else stands since it was undone."""
    row = unit.session.get_one(RegistryImport, import_id)
    if row.undone_at is None:
        theirs = or_(RegistryField.import_id == import_id, RegistryField.superseded_by == import_id)
        return unit.session.scalars(select(RegistryField.entry_id).where(theirs).distinct()).all()
    since = and_(RegistryEntry.source == row.source, RegistryEntry.changed_at >= min(row.made_at, row.undone_at))
    return unit.session.scalars(select(RegistryEntry.id).where(since)).all()


@dataclass(frozen=True)
class Likely:
    """A line that may be of somebody who is there already, or stands elsewhere in the same list."""

    line: int
    other: str
    """The code of an entry, or ``line 7``."""
    reasons: tuple[str, ...]


def likely_in(shelf: Shelf, planned: Sequence[Planned]) -> Iterator[Likely]:
    """Yield, of lines that are new, who each may be; nothing is written."""
    among, numbers = Index(), dict[UUID, int]()
    for one in planned:
        records = records_in(one.line.values)
        for candidate in shelf.alike(records):
            yield Likely(one.line.number, candidate.code, tuple(map(str, candidate.reasons)))
        best: dict[int, Match] = {}
        for record in records:
            best |= {numbers[match.case_id]: match for match in among.find(record)}
        for number, match in best.items():
            yield Likely(one.line.number, f"line {number}", tuple(map(str, match.verdict.reasons)))
        this = new_id()
        numbers[this] = one.line.number
        among.put(this, records)


def _put_pair(unit: UnitOfWork, pair: tuple[UUID, UUID], candidate: Candidate) -> bool:
    first, second = pair
    made = unit.session.scalar(
        insert_into(unit.session, RegistryPair)
        .values(
            id=new_id(),
            entry_id=first,
            other_id=second,
            score=candidate.score,
            reasons=_words(candidate),
            state=SuggestionState.OPEN,
            made_at=unit.now,
        )
        .on_conflict_do_nothing(index_elements=["entry_id", "other_id"])
        .returning(RegistryPair.id)
    )
    return made is not None


def pairs_of(unit: UnitOfWork, entry_id: UUID) -> list[Proposed]:
    """Return which other entries may be the same person, the open ones first. One statement."""
    other = RegistryEntry.__table__.alias("other")
    rows = unit.session.execute(
        select(RegistryPair, other.c.code, other.c.source)
        .join(
            other,
            or_(
                (RegistryPair.entry_id == entry_id) & (other.c.id == RegistryPair.other_id),
                (RegistryPair.other_id == entry_id) & (other.c.id == RegistryPair.entry_id),
            ),
        )
        .order_by(RegistryPair.score.desc(), RegistryPair.id)
    ).all()
    found = [Proposed(row.id, code, source, row.state, tuple(row.reasons)) for row, code, source in rows]
    return sorted(found, key=lambda one: one.state != SuggestionState.OPEN)


def decide_pair(unit: UnitOfWork, entry_id: UUID, pair_id: UUID, *, same: bool) -> bool:
    """Say whether two entries are one person; return whether there is such a pair. It can be said otherwise later."""
    row = unit.session.scalars(
        update(RegistryPair)
        .where(RegistryPair.id == pair_id, or_(RegistryPair.entry_id == entry_id, RegistryPair.other_id == entry_id))
        .values(
            state=SuggestionState.SAME if same else SuggestionState.OTHER, decided_at=unit.now, decided_by=unit.actor
        )
        .returning(RegistryPair)
    ).one_or_none()
    if row is None:
        return False
    unit.record_last(RegistryPairDecided(case_id=None, entry_id=row.entry_id, other_id=row.other_id, same=int(same)))
    return True


def propose(unit: UnitOfWork, case_id: UUID, found: Sequence[Candidate]) -> None:
    """Keep who in the registry may be the person of a case. What people said stays; what nothing speaks for goes."""
    known = {
        row.entry_id: row
        for row in unit.session.scalars(
            select(RegistryProposal).where(RegistryProposal.case_id == case_id).with_for_update(**OWN)
        )
    }
    if not found and not known:
        return
    there = set(
        unit.session.scalars(select(RegistryEntry.id).where(RegistryEntry.id.in_([one.entry_id for one in found])))
    )
    for one in found:
        row = known.pop(one.entry_id, None)
        if row is not None:
            row.score, row.reasons = one.score, _words(one)
        elif one.entry_id in there:
            unit.session.add(
                RegistryProposal(
                    id=new_id(),
                    case_id=case_id,
                    entry_id=one.entry_id,
                    score=one.score,
                    reasons=_words(one),
                    state=SuggestionState.OPEN,
                    made_at=unit.now,
                )
            )
    for row in known.values():
        if row.state == SuggestionState.OPEN:
            unit.session.delete(row)
    unit.session.flush()


def proposals_of(unit: UnitOfWork, case_id: UUID) -> list[Proposed]:
    """Return who in the registry may be the person of a case, the open ones first. One statement."""
    rows = unit.session.execute(
        select(RegistryProposal, RegistryEntry.code, RegistryEntry.source)
        .join(RegistryEntry, RegistryEntry.id == RegistryProposal.entry_id)
        .where(RegistryProposal.case_id == case_id)
        .order_by(RegistryProposal.score.desc(), RegistryProposal.id)
    ).all()
    found = [Proposed(row.id, code, source, row.state, tuple(row.reasons)) for row, code, source in rows]
    return sorted(found, key=lambda one: one.state != SuggestionState.OPEN)


def refuse_proposal(unit: UnitOfWork, case_id: UUID, proposal_id: UUID) -> bool:
    """Say that the person of a case is not the one in the registry; return whether it was open."""
    row = unit.session.scalars(
        update(RegistryProposal)
        .where(
            RegistryProposal.id == proposal_id,
            RegistryProposal.case_id == case_id,
            RegistryProposal.state == SuggestionState.OPEN,
        )
        .values(state=SuggestionState.OTHER, decided_at=unit.now, decided_by=unit.actor)
        .returning(RegistryProposal)
    ).one_or_none()
    if row is None:
        return False
    unit.record_last(RegistryProposalRefused(case_id=case_id, entry_id=row.entry_id))
    return True


def look_at_every_case(store: Store, *, by: str) -> int:
    """Have every case looked at again, because the registry is another; return how many. In pieces, safe to repeat."""
    with store.read() as unit:
        case_ids = unit.session.scalars(select(Case.id)).all()
    for at in range(0, len(case_ids), BATCH):
        with store.unit(by) as unit:
            ask_to_look_at(unit, case_ids[at : at + BATCH])
    return len(case_ids)
