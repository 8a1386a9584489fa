"""What was entered wrongly is put right, and all that it had set is undone: no hearing is forgotten by a slip."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.docket.calendar import calendar_of, hearing_of
from cases.docket.correcting import correct, take_back
from cases.docket.entering import Entry, When, enter, standing_hearings
from cases.docket.models import Deadline, DeadlineState, Occurrence, Watch
from tests.conftest import START
from tests.web.scene import Scene

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

ZONE = "Asia/Almaty"
DAY = timedelta(days=1)
TENTH, TWELFTH, TWENTIETH = START + 10 * DAY, START + 12 * DAY, START + 20 * DAY


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene.begin(store)


def enters(unit: UnitOfWork, scene: Scene, event: str, at: datetime | None = None, moves: UUID | None = None) -> UUID:
    entry = Entry(event, When(unit.now), appointed_at=at, moves=moves, note="by telephone")
    return enter(unit, scene.case_id, entry, zone=ZONE).id


def stand(unit: UnitOfWork, scene: Scene) -> list[datetime]:
    return sorted(one.for_at for one in standing_hearings(unit, scene.case_id) if one.for_at is not None)


def clocks(unit: UnitOfWork, scene: Scene) -> list[datetime]:
    running = (
        Deadline.case_id == scene.case_id,
        Deadline.rule_id == "hearing",
        Deadline.state == DeadlineState.RUNNING,
    )
    return sorted(unit.session.scalars(select(Deadline.safe_at).where(*running)))


@pytest.mark.parametrize(("event", "at"), [("hearing_cancelled", None), ("hearing_moved", TWELFTH)])
def test_a_hearing_that_was_called_off_or_moved_by_mistake_is_as_it_was(
    scene: Scene, event: str, at: datetime | None
) -> None:
    with scene.store.unit("test") as unit:
        hearing = unit.session.get_one(Occurrence, enters(unit, scene, "hearing_scheduled", TENTH))
        wrong = enters(unit, scene, event, at)
        assert stand(unit, scene) == clocks(unit, scene) == ([] if at is None else [at])
        before = hearing_of(unit, hearing.matter_id)
        take_back(unit, scene.case_id, wrong)
        assert stand(unit, scene) == clocks(unit, scene) == [TENTH]
        after = hearing_of(unit, hearing.matter_id)
        assert before is not None
        assert after is not None
        assert (after.id, after.starts_at, after.cancelled) == (hearing.matter_id, TENTH, False)
        assert after.sequence > before.sequence, "who has it in a calendar hears of it"
        watched = unit.session.scalars(select(Watch.due_at).where(Watch.kind == "court_list", Watch.state == "waiting"))
        assert len(watched.all()) == 2, "the list of the court is looked at again"


def test_a_hearing_that_was_moved_twice_goes_back_one_step_at_a_time(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        enters(unit, scene, "hearing_scheduled", TENTH)
        enters(unit, scene, "hearing_moved", TWELFTH)
        again = enters(unit, scene, "hearing_moved", TWENTIETH)
        take_back(unit, scene.case_id, again)
        assert stand(unit, scene) == [TWELFTH]
        (moved,) = standing_hearings(unit, scene.case_id)
        take_back(unit, scene.case_id, moved.id)
        assert stand(unit, scene) == clocks(unit, scene) == [TENTH]


def test_a_hearing_with_the_word_of_several_sources_stands_again_by_all_of_them(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        entry = Entry("hearing_scheduled", When(START - DAY), appointed_at=TENTH, also=(When(START),))
        enter(unit, scene.case_id, entry, zone=ZONE)
        wrong = enters(unit, scene, "hearing_cancelled")
        take_back(unit, scene.case_id, wrong)
        assert sorted(one.at for one in standing_hearings(unit, scene.case_id)) == [START - DAY, START]


@pytest.mark.parametrize(("event", "at"), [("hearing_cancelled", None), ("hearing_moved", TWELFTH)])
def test_putting_the_hour_or_the_note_right_touches_no_other_hearing(
    scene: Scene, event: str, at: datetime | None
) -> None:
    with scene.store.unit("test") as unit:
        first = unit.session.get_one(Occurrence, enters(unit, scene, "hearing_scheduled", TENTH))
        wrong = enters(unit, scene, event, at, moves=first.matter_id)
        enters(unit, scene, "hearing_scheduled", TWENTIETH)
        right = Entry(event, When(unit.now), appointed_at=at and at + DAY, note="the clerk")
        row = correct(unit, scene.case_id, wrong, right, zone=ZONE)
        assert row.matter_id == first.matter_id
        assert stand(unit, scene) == [*([] if at is None else [at + DAY]), TWENTIETH]
        take_back(unit, scene.case_id, row.id)
        assert stand(unit, scene) == clocks(unit, scene) == [TENTH, TWENTIETH], "it was never called off or moved"


def test_what_was_called_off_by_the_wrong_word_stands_again(scene: Scene) -> None:
    """It was not called off: it was held, and told of badly."""
    with scene.store.unit("test") as unit:
        enters(unit, scene, "hearing_scheduled", TENTH)
        wrong = enters(unit, scene, "hearing_cancelled")
        correct(unit, scene.case_id, wrong, Entry("access_refused", When(unit.now)), zone=ZONE)
        assert stand(unit, scene) == clocks(unit, scene) == [TENTH]


def test_a_hearing_that_was_not_moved_but_set_besides_stands_beside_the_other(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        enters(unit, scene, "hearing_scheduled", TENTH)
        wrong = enters(unit, scene, "hearing_moved", TWENTIETH)
        right = Entry("hearing_scheduled", When(unit.now), appointed_at=TWENTIETH)
        correct(unit, scene.case_id, wrong, right, zone=ZONE)
        assert stand(unit, scene) == clocks(unit, scene) == [TENTH, TWENTIETH], "a clock for each"


def test_what_turns_out_to_be_a_cancellation_calls_the_hearing_off(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        enters(unit, scene, "hearing_scheduled", TENTH)
        wrong = enters(unit, scene, "access_refused")
        correct(unit, scene.case_id, wrong, Entry("hearing_cancelled", When(unit.now)), zone=ZONE)
        assert stand(unit, scene) == clocks(unit, scene) == []
        assert [one.cancelled for one in calendar_of(unit, [scene.case_id])] == [True]
