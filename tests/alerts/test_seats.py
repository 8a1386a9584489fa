"""When nobody needs to be asked any more for what was due: each kind ends in its own way, and none before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.models import ENTRY, WATCH, Alert, Need
from alerts.needs.seats import ENTRY_LASTS, is_over
from cases.docket.models import Watch, WatchState
from store.base import new_id
from tests.web.house import House

if TYPE_CHECKING:
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork


def alert(unit: UnitOfWork, case_id: UUID, kind: str, subject_id: UUID, ordinal: int = 1) -> Alert:
    row = Alert(id=new_id(), case_id=case_id, kind=kind, subject_id=subject_id, ordinal=ordinal)
    row.cluster_id, row.opened_at = case_id, unit.now
    unit.session.add(row)
    unit.session.flush()
    return row


def need_of(unit: UnitOfWork, asked: Alert) -> Need:
    return Need(alert_id=asked.id, case_id=asked.case_id, kind="coordinator", urgency="now", opened_at=unit.now)


@pytest.mark.parametrize(("state", "ends"), [(one, one in ("kept", "cancelled")) for one in WatchState])
def test_a_watch_is_asked_about_until_it_is_kept_or_needed_no_longer(
    store: Store, state: WatchState, *, ends: bool
) -> None:
    """That it was missed is why somebody is asked."""
    case = House(store).case()
    with store.unit("test") as unit:
        watch = Watch(id=new_id(), case_id=case.id, matter_id=new_id(), kind="check_in", pages="coordinator")
        watch.due_at = watch.opened_at = unit.now
        watch.state = state
        if ends:
            watch.ended_at, watch.ended_by = unit.now, "test"
        unit.session.add(watch)
        unit.session.flush()
        first = alert(unit, case.id, WATCH, watch.id)
        assert is_over(unit, need_of(unit, first)) is ends
        alert(unit, case.id, WATCH, watch.id, 2)
        assert is_over(unit, need_of(unit, first)), "it is asked anew"


def test_what_an_entry_means_is_asked_for_a_day(store: Store, clock: ManualClock) -> None:
    case = House(store).case()
    with store.unit("test") as unit:
        asked = need_of(unit, alert(unit, case.id, ENTRY, new_id()))
    for wait, ends in ((ENTRY_LASTS - timedelta(seconds=1), False), (timedelta(seconds=1), True)):
        clock.advance(wait)
        with store.read() as unit:
            assert is_over(unit, asked) is ends
