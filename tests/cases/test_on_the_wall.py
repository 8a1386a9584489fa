"""The law changes the clocks of a place: what is to come stays at the hour that its papers have."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from app.recounting import recount_all
from cases.docket.clocks import recount
from cases.docket.entering import Entry, When, enter, standing_hearings
from cases.docket.history import details_of, standing
from cases.docket.models import Deadline, DeadlineState, Occurrence
from cases.models import Case
from law.shipped import counted_by, has_older_clocks, load_rules, written_down
from store.data_keys import case_scope
from store.eventlog import EventRow
from store.vault import Field
from tests.web.scene import Scene

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

ALMATY = "Asia/Almaty"
BOOK = load_rules()
OF_BEFORE = written_down(BOOK.fingerprint, "2024.0")
AT_TEN = datetime(2026, 3, 10, 5, tzinfo=UTC)
"""Ten o'clock in Almaty, where clocks are five hours ahead."""
BY_THE_OLD_CLOCK = AT_TEN - timedelta(hours=1)
"""Where they were six hours ahead."""


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene.begin(store)


def entered_by_the_old_clock(unit: UnitOfWork, scene: Scene, entry: Entry) -> Occurrence:
    """As a program left it that knew UTC+6: the instants are an hour early, and what its papers say stands beside."""
    row = enter(unit, scene.case_id, entry, zone=ALMATY)
    hour = timedelta(hours=1)
    details = details_of(unit, row)
    details["wall"] = {name: told.replace("+05:00", "+06:00") for name, told in details["wall"].items()}
    row.details = unit.vault.seal(
        case_scope(row.case_id), Field("occurrence", "details", row.id), json.dumps(details, ensure_ascii=False)
    )
    row.for_at = row.for_at and row.for_at - hour
    row.until_at = row.until_at and row.until_at - hour
    row.at = row.at - hour if row.day_only else row.at
    unit.session.flush()
    recount(unit, unit.session.get_one(Case, scene.case_id))
    unit.session.execute(update(Case).values(rules_hash=OF_BEFORE))
    return row


def hearing_clocks(unit: UnitOfWork) -> list[datetime]:
    running = (Deadline.rule_id == "hearing", Deadline.state == DeadlineState.RUNNING)
    return list(unit.session.scalars(select(Deadline.safe_at).where(*running)))


def test_a_hearing_at_ten_is_at_ten_by_the_new_clock(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        entry = Entry("hearing_scheduled", When(unit.now), appointed_at=AT_TEN, source="the clerk", note="room 5")
        old = entered_by_the_old_clock(unit, scene, entry)
        assert hearing_clocks(unit) == [BY_THE_OLD_CLOCK]
    assert recount_all(scene.store) == 1
    with scene.store.unit("test") as unit:
        (hearing,) = standing_hearings(unit, scene.case_id)
        assert (hearing.for_at, hearing.matter_id) == (AT_TEN, old.matter_id)
        assert {name: details_of(unit, hearing)[name] for name in ("source", "note")} == {
            "source": "the clerk",
            "note": "room 5",
        }
        assert hearing_clocks(unit) == [AT_TEN]
        assert unit.session.get_one(Case, scene.case_id).rules_hash == counted_by()
        unit.session.execute(update(Case).values(rules_hash=OF_BEFORE))
        events = len(unit.session.scalars(select(EventRow.id)).all())
    assert recount_all(scene.store) == 1
    with scene.store.read() as unit:
        assert len(unit.session.scalars(select(EventRow.id)).all()) == events, "done once, it is done"


def test_the_day_by_which_somebody_has_to_leave_is_the_day_in_the_ruling(scene: Scene) -> None:
    until = datetime(2026, 3, 9, 19, tzinfo=UTC)  # the first instant of the tenth in Almaty
    with scene.store.unit("test") as unit:
        day = datetime(2026, 2, 28, 19, tzinfo=UTC)
        ruled = Entry("expulsion_ruling_pronounced", When(day, day_only=True), until=When(until, day_only=True))
        entered_by_the_old_clock(unit, scene, ruled)
    recount_all(scene.store)
    with scene.store.read() as unit:
        (row,) = standing(unit, scene.case_id)
        assert (row.at, row.until_at, row.day_only) == (day, until, True)


def test_what_is_over_and_what_was_counted_by_newer_clocks_than_ours_stay(scene: Scene, clock: ManualClock) -> None:
    with scene.store.unit("test") as unit:
        entered_by_the_old_clock(unit, scene, Entry("hearing_scheduled", When(unit.now), appointed_at=AT_TEN))
        unit.session.execute(update(Case).values(rules_hash=written_down(BOOK.fingerprint, "2999.1")))
    assert recount_all(scene.store) == 1
    with scene.store.unit("test") as unit:
        assert hearing_clocks(unit) == [BY_THE_OLD_CLOCK], "an older node leaves it to the newer one"
        unit.session.execute(update(Case).values(rules_hash=OF_BEFORE))
    clock.advance(timedelta(days=30))
    assert recount_all(scene.store) == 1
    with scene.store.read() as unit:
        assert hearing_clocks(unit) == [BY_THE_OLD_CLOCK], "it was at that instant"


def test_what_dates_are_counted_by_names_the_edition_of_the_zones() -> None:
    assert len(counted_by()) <= 64
    assert written_down(BOOK.fingerprint, "2026.6") != written_down(BOOK.fingerprint, "2026.5")
    assert has_older_clocks(OF_BEFORE)
    assert has_older_clocks(BOOK.fingerprint), "counted before zones were named"
    assert not has_older_clocks(counted_by())
