"""What a helper wants to enter waits here, read back to them, until they say yes. It is no part of the docket.

A person reads a time in words once more before anybody is reminded by it. Whoever has not answered after ten minutes
is asked once more; what nobody has said yes to within two days is forgotten, and they are told so. A restart forgets
nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import delete

from cases.docket.entering import When, entry_at
from cases.docket.models import Proposal
from store.base import new_id
from store.data_keys import case_scope
from store.timers import set_timer, stop_timer
from store.vault import Field

if TYPE_CHECKING:
    from cases.docket.entering import Entry
    from store.unit_of_work import UnitOfWork

WAITS_FOR: Final = timedelta(days=2)
ASKED_AGAIN_AFTER: Final = timedelta(minutes=10)
TIMER: Final = "proposal"
"""The timer of what waits for a yes: when it is asked about once more and, at its end, forgotten."""
TOO_OLD: Final = timedelta(minutes=10)
"""So long after its end nobody is told any more that it was forgotten."""


@dataclass(frozen=True)
class Proposed:
    """What would be entered. ``when`` is when it happened or, of what is set for a time, that time."""

    case_id: UUID
    event: str
    when: When
    zone: str
    note: str = field(default="", repr=False)
    rivals: tuple[UUID, ...] = ()
    """Matters of the hearings that stood when it was read back: each of them may be the one that is moved or off."""
    stood: tuple[datetime, ...] = ()
    """When each of them was to be, as it was read back."""


def propose(unit: UnitOfWork, contact_id: UUID, proposed: Proposed) -> UUID:
    """Keep what a helper wants to enter until they have answered; return its id."""
    row = Proposal(
        id=new_id(),
        case_id=proposed.case_id,
        contact_id=contact_id,
        made_at=unit.now,
        expires_at=unit.now + WAITS_FOR,
    )
    row.content = unit.vault.seal(case_scope(row.case_id), _field(row), _written(proposed))
    unit.session.add(row)
    unit.session.flush()
    set_timer(unit, TIMER, row.id, unit.now + ASKED_AGAIN_AFTER)
    return row.id


def waiting(unit: UnitOfWork, proposal_id: UUID) -> tuple[UUID, Proposed] | None:
    """Return who has not answered yet, and what was read back to them, also when it is too old; None when answered."""
    row = unit.session.get(Proposal, proposal_id, populate_existing=True)
    return None if row is None else (row.contact_id, _read(unit, row))


def until_its_end(unit: UnitOfWork, proposal_id: UUID) -> bool:
    """Wind the timer of what waits to its end; False when that is over, and it is forgotten now."""
    row = unit.session.get_one(Proposal, proposal_id)
    if row.expires_at > unit.now:
        set_timer(unit, TIMER, row.id, row.expires_at)
        return True
    unit.session.delete(row)
    unit.session.flush()
    return False


def forget_proposals(unit: UnitOfWork) -> None:
    """Erase what is too old and was not told of: its timer was parked, or stood still too long."""
    unit.session.execute(delete(Proposal).where(Proposal.expires_at <= unit.now - TOO_OLD))


def proposal(unit: UnitOfWork, proposal_id: UUID) -> Proposed | None:
    """Return what waits for an answer; None when it was answered or is too old."""
    row = unit.session.get(Proposal, proposal_id, populate_existing=True)
    return None if row is None or row.expires_at <= unit.now else _read(unit, row)


def settle(unit: UnitOfWork, proposal_id: UUID, contact_id: UUID) -> bool:
    """Have it answered by whom it was read back to. Of two answers at once one is the first: False for any other."""
    answered = unit.session.scalar(
        delete(Proposal)
        .where(Proposal.id == proposal_id, Proposal.contact_id == contact_id, Proposal.expires_at > unit.now)
        .returning(Proposal.id)
    )
    if answered is None:
        return False
    stop_timer(unit, TIMER, proposal_id)
    return True


def entry_of(proposed: Proposed, now: datetime, *, event: str | None = None, moves: UUID | None = None) -> Entry:
    """Return what is entered by a yes: as ``event`` where the answer says more, moving the hearing of one matter."""
    return replace(entry_at(event or proposed.event, proposed.when, now), moves=moves, note=proposed.note)


def _field(row: Proposal) -> Field:
    return Field("proposal", "content", row.id)


def _written(proposed: Proposed) -> str:
    content = {
        "event": proposed.event,
        "at": proposed.when.at.isoformat(),
        "day_only": proposed.when.day_only,
        "zone": proposed.zone,
        "note": proposed.note,
        "rivals": [str(one) for one in proposed.rivals],
        "stood": [at.isoformat() for at in proposed.stood],
    }
    return json.dumps(content, ensure_ascii=False)


def _read(unit: UnitOfWork, row: Proposal) -> Proposed:
    content = json.loads(unit.vault.open(case_scope(row.case_id), _field(row), row.content))
    return Proposed(
        case_id=row.case_id,
        event=content["event"],
        when=When(datetime.fromisoformat(content["at"]), content["day_only"]),
        zone=content["zone"],
        note=content["note"],
        rivals=tuple(UUID(one) for one in content["rivals"]),
        stood=tuple(datetime.fromisoformat(at) for at in content.get("stood", ())),
    )
