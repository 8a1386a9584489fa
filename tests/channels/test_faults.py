"""What was parked is shown to a person, also where the search for that person was parked before."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select, update

from alerts.models import Need
from app.queues import note_parked
from store.timers import Timer

if TYPE_CHECKING:
    from uuid import UUID

    from tests.channels.night import Night

AIGERIM = "101"


def parks(night: Night, queue: str = "inbox", item: UUID | None = None) -> None:
    with night.store.unit("test") as unit:
        note_parked(unit, queue, item or uuid4())


def faults(night: Night) -> int:
    return len([one for one in night.sent("telegram", AIGERIM) if "FAULT" in one.text])


def test_while_a_fault_is_unanswered_another_one_rings_nobody(night: Night) -> None:
    night.policy()
    night.helper("Aigerim", telegram=AIGERIM)
    for _ in range(2):
        parks(night)
        night.works()
    assert faults(night) == 1


def test_a_fault_whose_own_search_was_parked_silences_no_other(night: Night) -> None:
    night.policy()
    parks(night)
    night.works()  # nobody is there to hear it
    with night.store.unit("test") as unit:
        need_id = unit.session.scalars(select(Need.id)).one()
        theirs = update(Timer).where(Timer.kind == "escalate", Timer.subject_id == need_id)
        parked = theirs.values(due_at=None, parked_at=unit.now, tries=5, trouble="ValueError")
        timer_id = unit.session.scalars(parked.returning(Timer.id)).one()
    night.helper("Aigerim", telegram=AIGERIM)
    parks(night, "timer", timer_id)
    night.works()
    assert faults(night) == 0, "what fails again and again is not tried again for its own sake"
    parks(night)
    night.later(minutes=11)
    assert faults(night) > 0
