"""Suggesting that two cases are of one person, and what people say to it. Nothing is ever joined but by people.

What a reporter is told does not depend on any of this: looking happens afterwards, in a thread of its own, and what
comes of it stands in rows that no reply reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select, true, update

from cases.identity.events import CasesJoined, CasesParted, SamePersonRefused, SamePersonSuggested
from cases.identity.models import IdentityLook, IdentitySuggestion, SamePerson, SuggestionState
from cases.models import Case
from store.base import OWN, new_id
from store.inserting import insert_into
from store.sets import Wanted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, Table

    from cases.identity.index import Match
    from store.eventlog import Event
    from store.sets import Rows
    from store.unit_of_work import UnitOfWork

LOOKS: Final[Table] = IdentityLook.__table__  # type: ignore[assignment]  # declarative tables are Tables


class JoinRefusedError(ValueError):
    """Two cases cannot be joined, or parted; the message is the end of a text key."""


def ask_to_look(unit: UnitOfWork, event: Event) -> None:
    """A reaction: something is known of a case that may tell who it is. Safe to repeat."""
    if event.case_id is not None:
        ask_to_look_at(unit, [event.case_id])


def ask_to_look_at(unit: UnitOfWork, case_ids: Sequence[UUID]) -> None:
    """Have somebody look whether the people of some cases were reported before. Safe to repeat.

    What was erased meanwhile is left out.
    """
    there = unit.session.scalars(select(Case.id).where(Case.id.in_(case_ids)).order_by(Case.id)).all()
    if not there:
        return
    rows = [{"id": new_id(), "case_id": one, "due_at": unit.now, "tries": 0} for one in there]
    wanted = insert_into(unit.session, LOOKS).values(rows)
    unit.session.execute(
        wanted.on_conflict_do_update(
            index_elements=["case_id"], set_={"due_at": unit.now, "fence": None, "tries": 0, "parked_at": None}
        )
    )


def suggest(unit: UnitOfWork, case_id: UUID, matches: Sequence[Match]) -> int:
    """Keep who may be the person of a case; return how many are new. What people have said stays as they said it.

    An open suggestion that nothing speaks for any more goes: what was known has been corrected.
    """
    there = set(
        unit.session.scalars(select(Case.id).where(Case.id.in_([case_id, *(match.case_id for match in matches)])))
    )
    known = {
        _other(row, case_id): row
        for row in unit.session.scalars(select(IdentitySuggestion).where(_of(case_id)).with_for_update(**OWN))
    }
    if case_id not in there:
        return 0
    fresh = 0
    for match in matches:
        row = known.pop(match.case_id, None)
        if row is not None:
            row.score, row.reasons = match.verdict.score, [str(one) for one in match.verdict.reasons]
        elif match.case_id in there:
            fresh += _suggest_one(unit, case_id, match)
    for row in known.values():
        if row.state == SuggestionState.OPEN:
            unit.session.delete(row)
    unit.session.flush()
    return fresh


def _suggest_one(unit: UnitOfWork, case_id: UUID, match: Match) -> bool:
    first, second = sorted((case_id, match.case_id))
    made = unit.session.scalar(
        insert_into(unit.session, IdentitySuggestion)
        .values(
            id=new_id(),
            case_id=first,
            other_id=second,
            score=match.verdict.score,
            reasons=[str(one) for one in match.verdict.reasons],
            state=SuggestionState.OPEN,
            made_at=unit.now,
        )
        .on_conflict_do_nothing(index_elements=["case_id", "other_id"])
        .returning(IdentitySuggestion.id)
    )
    if made is None:
        return False
    unit.record_last(SamePersonSuggested(case_id=first, suggestion_id=made, other_id=second))
    return True


def _of(case_id: UUID) -> ColumnElement[bool]:
    return or_(IdentitySuggestion.case_id == case_id, IdentitySuggestion.other_id == case_id)


def _other(row: IdentitySuggestion, case_id: UUID) -> UUID:
    return row.other_id if row.case_id == case_id else row.case_id


@dataclass(frozen=True)
class Suggested:
    """One suggestion as it is seen from one of its cases."""

    id: UUID
    other_id: UUID
    other_code: str
    state: str
    score: float
    reasons: tuple[str, ...]


def suggestions_of(unit: UnitOfWork, case_id: UUID) -> list[Suggested]:
    """Return who may be the person of a case, the open ones first, then the likeliest. One statement."""
    return [one for one, _ in suggestions_and(unit, case_id, true())]


def suggestions_and(unit: UnitOfWork, case_id: UUID, asked: ColumnElement[bool]) -> list[tuple[Suggested, bool]]:
    """Return the same, each with what is ``asked`` of its case, a row of cases. One statement."""
    rows = unit.session.execute(
        select(IdentitySuggestion, Case.code, asked)
        .join(
            Case,
            or_(
                (IdentitySuggestion.case_id == case_id) & (Case.id == IdentitySuggestion.other_id),
                (IdentitySuggestion.other_id == case_id) & (Case.id == IdentitySuggestion.case_id),
            ),
        )
        .order_by(IdentitySuggestion.score.desc(), IdentitySuggestion.id)
    ).all()
    found = [
        (Suggested(row.id, _other(row, case_id), code, row.state, row.score, tuple(row.reasons)), bool(is_so))
        for row, code, is_so in rows
    ]
    return sorted(found, key=lambda one: one[0].state != SuggestionState.OPEN)


def say_other(unit: UnitOfWork, suggestion_id: UUID) -> bool:
    """Say that they are two people; return whether it was open. It is not suggested again."""
    row = _decided(unit, suggestion_id, SuggestionState.OTHER)
    if row is None:
        return False
    for case_id in sorted((row.case_id, row.other_id)):
        unit.record_last(SamePersonRefused(case_id=case_id, suggestion_id=suggestion_id))
    return True


def join_cases(unit: UnitOfWork, suggestion_id: UUID, leader_id: UUID) -> bool:
    """Say that they are one person, and which case leads; return whether it was open. Raises JoinRefusedError.

    The other case follows: it keeps its chain, its clocks, its helpers and its consents. Whoever leads must not follow
    another itself, and whoever follows must not lead: there are no chains of cases.
    """
    row = unit.session.get(IdentitySuggestion, suggestion_id)
    if row is None or leader_id not in (row.case_id, row.other_id):
        raise JoinRefusedError("gone")
    follower_id = _other(row, leader_id)
    unit.session.execute(
        select(Case.id).where(Case.id.in_((leader_id, follower_id))).order_by(Case.id).with_for_update(**OWN)
    )
    if _stands(unit, SamePerson.case_id.in_((leader_id, follower_id))) or _stands(
        unit, SamePerson.leader_id == follower_id
    ):
        raise JoinRefusedError("joined")
    if _decided(unit, suggestion_id, SuggestionState.SAME) is None:
        return False
    unit.session.add(
        SamePerson(id=new_id(), case_id=follower_id, leader_id=leader_id, joined_at=unit.now, joined_by=unit.actor)
    )
    unit.session.flush()
    for case_id in sorted((leader_id, follower_id)):
        unit.record_last(CasesJoined(case_id=case_id, leader_id=leader_id, follower_id=follower_id))
    return True


def part_cases(unit: UnitOfWork, one_id: UUID, other_id: UUID) -> bool:
    """Take back that two cases are of one person; return whether they were joined. All is as it was before."""
    parted = unit.session.scalars(
        update(SamePerson)
        .where(
            SamePerson.case_id.in_((one_id, other_id)),
            SamePerson.leader_id.in_((one_id, other_id)),
            SamePerson.parted_at.is_(None),
        )
        .values(parted_at=unit.now, parted_by=unit.actor)
        .returning(SamePerson)
    ).one_or_none()
    if parted is None:
        return False
    first, second = sorted((one_id, other_id))
    unit.session.execute(
        update(IdentitySuggestion)
        .where(IdentitySuggestion.case_id == first, IdentitySuggestion.other_id == second)
        .values(state=SuggestionState.OTHER, decided_at=unit.now, decided_by=unit.actor)
    )
    for case_id in (first, second):
        unit.record_last(CasesParted(case_id=case_id, leader_id=parted.leader_id, follower_id=parted.case_id))
    return True


@dataclass(frozen=True)
class Pair:
    """Two cases that may be of one person. ``leader_id``: which of them leads, where they are joined."""

    suggestion_id: UUID
    state: str
    reasons: tuple[str, ...]
    leader_id: UUID | None


def pair_of(unit: UnitOfWork, one_id: UUID, other_id: UUID) -> Pair | None:
    """Return how it stands between two cases; None where nothing was suggested. One statement."""
    first, second = sorted((one_id, other_id))
    leader = (
        select(SamePerson.leader_id)
        .where(
            SamePerson.case_id.in_((first, second)),
            SamePerson.leader_id.in_((first, second)),
            SamePerson.parted_at.is_(None),
        )
        .scalar_subquery()
    )
    found = unit.session.execute(
        select(IdentitySuggestion, leader).where(
            IdentitySuggestion.case_id == first, IdentitySuggestion.other_id == second
        )
    ).one_or_none()
    if found is None:
        return None
    row, leader_id = found
    return Pair(row.id, row.state, tuple(row.reasons), leader_id)


SETS: Final = {
    "suggested": Wanted(IdentitySuggestion, IdentitySuggestion.case_id),
    "same": Wanted(SamePerson, SamePerson.case_id, where=SamePerson.parted_at.is_(None)),
}
"""What tells how it stands between two cases, by their ids: to be read together with more (:func:`pair_in`)."""


def pair_in(one_id: UUID, other_id: UUID, found: Mapping[str, Rows]) -> Pair | None:
    """Return what :func:`pair_of` does, of what was read of two cases by :data:`SETS`."""
    both = {one_id, other_id}
    leader = next((same.leader_id for (same,) in found["same"] if {same.case_id, same.leader_id} == both), None)
    row = next((row for (row,) in found["suggested"] if {row.case_id, row.other_id} == both), None)
    return None if row is None else Pair(row.id, row.state, tuple(row.reasons), leader)


def leader_of(unit: UnitOfWork, case_id: UUID) -> UUID | None:
    """Return the case that a case follows, if it follows one."""
    return unit.session.scalar(
        select(SamePerson.leader_id).where(SamePerson.case_id == case_id, SamePerson.parted_at.is_(None))
    )


def of_one_person(unit: UnitOfWork, case_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return some cases and all that people said are of the same persons. One statement."""
    theirs = SamePerson.case_id.in_(case_ids) | SamePerson.leader_id.in_(case_ids)
    leaders = select(SamePerson.leader_id).where(theirs, SamePerson.parted_at.is_(None))
    rows = unit.session.execute(
        select(SamePerson.case_id, SamePerson.leader_id).where(
            SamePerson.leader_id.in_(leaders), SamePerson.parted_at.is_(None)
        )
    ).all()
    return frozenset(case_ids).union(*((row.case_id, row.leader_id) for row in rows))


def _stands(unit: UnitOfWork, which: ColumnElement[bool]) -> bool:
    found = select(SamePerson.id).where(which, SamePerson.parted_at.is_(None)).limit(1)
    return unit.session.scalar(found) is not None


def _decided(unit: UnitOfWork, suggestion_id: UUID, state: SuggestionState) -> IdentitySuggestion | None:
    """Of two who answer at once one is the first: None for the other."""
    return unit.session.scalars(
        update(IdentitySuggestion)
        .where(IdentitySuggestion.id == suggestion_id, IdentitySuggestion.state == SuggestionState.OPEN)
        .values(state=state, decided_at=unit.now, decided_by=unit.actor)
        .returning(IdentitySuggestion)
    ).one_or_none()
