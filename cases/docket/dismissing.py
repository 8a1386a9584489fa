"""Dismissing the lawyer: asked for by anybody, and done only when the person has confirmed it by a safe way.

A State that wants somebody without a lawyer has the family dismiss them. So the wish alone takes nothing from anybody:
it raises the risk, and a coordinator is asked again and again until somebody has spoken with the safe contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from cases.consent.errors import ConsentError
from cases.consent.values import tidy
from cases.docket.entering import Entry, When, enter
from cases.docket.events import DismissalAsked, DismissalConfirmed, DismissalDenied, OccurrenceEntered
from cases.docket.models import Dismissal, Occurrence
from cases.docket.vocabulary import WatchKind
from cases.docket.watches import end_watches, open_watch
from cases.docket.watching import PlannedWatch
from cases.models import Case
from contacts.values import Role
from store.base import OWN, new_id
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

BY_HAND: Final = "counsel_dismissed"
"""What people enter when they hear of it, as of somebody who signed in custody that they want no lawyer."""
ASKED, DENIED, CONFIRMED = "counsel_dismissal_asked", "counsel_dismissal_denied", "counsel_dismissal_confirmed"
AGAIN_AFTER: Final = timedelta(hours=6)
"""How long after a coordinator was told that nobody has asked the safe contact yet they are told once more."""


@dataclass(frozen=True)
class Answer:
    """What the safe contact said. ``how``: by what way they were asked, and in which words they answered."""

    confirmed: bool
    how: str
    counsel_id: UUID | None = None
    """Who has the case no longer, if somebody had it."""


def ask_to_dismiss(unit: UnitOfWork, case_id: UUID) -> bool:
    """Keep that somebody wants the lawyer dismissed; return whether that was not open before. Nothing else changes."""
    if not _open(unit, case_id, unit.actor):
        return False
    zone = unit.session.get_one(Case, case_id).timezone or "UTC"
    enter(unit, case_id, Entry(ASKED, When(unit.now)), zone=zone, assumed=True, by_program=True)
    return True


def ask_about_entry(unit: UnitOfWork, event: Event) -> None:
    """Have the safe contact asked, too, where people entered that the lawyer was dismissed. Safe to repeat."""
    if isinstance(event, OccurrenceEntered) and event.event == BY_HAND and event.case_id is not None:
        _open(unit, event.case_id, unit.session.get_one(Occurrence, event.occurrence_id).entered_by)


def _open(unit: UnitOfWork, case_id: UUID, asked_by: str) -> bool:
    unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    if open_dismissal(unit, case_id) is not None:
        return False
    row = Dismissal(id=new_id(), case_id=case_id, asked_at=unit.now, asked_by=asked_by)
    unit.session.add(row)
    unit.session.flush()
    unit.record_last(DismissalAsked(case_id=case_id, dismissal_id=row.id))
    planned = PlannedWatch(WatchKind.DISMISSAL, 1, unit.now, Role.COORDINATOR, AGAIN_AFTER)
    open_watch(unit, case_id, row.id, planned)
    return True


def open_dismissal(unit: UnitOfWork, case_id: UUID) -> Dismissal | None:
    """Return the wish of which the safe contact has not been asked yet, if there is one."""
    waiting = select(Dismissal).where(Dismissal.case_id == case_id, Dismissal.answered_at.is_(None))
    return unit.session.scalars(waiting.execution_options(populate_existing=True)).one_or_none()


def settle(unit: UnitOfWork, case_id: UUID, answer: Answer) -> None:
    """Keep what the safe contact said, and ask no more. Who loses the case by it is for the caller to see to.

    Raises ConsentError without a word on how they were asked, and where nothing is open.
    """
    how = tidy(answer.how)
    if not how:
        raise ConsentError("write down by what safe way they were asked")
    case = unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    row = open_dismissal(unit, case_id)
    if row is None:
        raise ConsentError("nobody has asked for the lawyer to be dismissed, or it is settled")
    row.answered_at, row.answered_by, row.confirmed = unit.now, unit.actor, answer.confirmed
    row.counsel_id = answer.counsel_id if answer.confirmed else None
    row.how = unit.vault.seal(case_scope(case_id), Field("dismissal", "how", row.id), how)
    unit.session.flush()
    end_watches(unit, case_id, [WatchKind.DISMISSAL])
    kind = CONFIRMED if answer.confirmed else DENIED
    enter(unit, case_id, Entry(kind, When(unit.now)), zone=case.timezone or "UTC", assumed=True, by_program=True)
    if answer.confirmed:
        unit.record_last(DismissalConfirmed(case_id=case_id, dismissal_id=row.id, contact_id=row.counsel_id))
    else:
        unit.record_last(DismissalDenied(case_id=case_id, dismissal_id=row.id))


def dismissed_from(unit: UnitOfWork, case_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Return who was dismissed from which of some cases: (case, contact). One statement."""
    rows = select(Dismissal.case_id, Dismissal.counsel_id).where(
        Dismissal.case_id.in_(case_ids), Dismissal.confirmed.is_(True), Dismissal.counsel_id.is_not(None)
    )
    return {(case_id, one) for case_id, one in unit.session.execute(rows) if one is not None}
