"""A lawyer who may not act for much longer: another is sought before their last day, once for each case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from alerts.occasions.counsel_watch import AHEAD, watch_counsel
from cases.docket.models import Watch, WatchState
from cases.models import Case
from cases.retention import close_case, reopen_case
from contacts.models import Contact
from tests.conftest import START
from tests.web.scene import Scene

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store

LAST_DAY = START.date() + timedelta(days=20)


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene.begin(store)


def may_act_until(store: Store, contact_id: object, day: date) -> None:
    with store.unit("test") as unit:
        unit.session.execute(update(Contact).where(Contact.id == contact_id).values(may_act_until=day))


def asked(store: Store) -> list[tuple[str, str, str]]:
    with store.unit("system") as unit:
        watch_counsel(unit)
    with store.read() as unit:
        return [(one.kind, one.pages, one.state) for one in unit.session.scalars(select(Watch))]


def test_somebody_is_asked_a_week_ahead_and_once(store: Store, scene: Scene, clock: ManualClock) -> None:
    may_act_until(store, scene.helper("Dana", "lawyer"), LAST_DAY)
    assert asked(store) == []
    clock.advance(timedelta(days=20) - AHEAD)
    assert asked(store) == [("counsel", "coordinator", WatchState.WAITING)]
    clock.advance(timedelta(days=3))
    assert len(asked(store)) == 1


def test_only_of_lawyers_who_have_a_case(store: Store, scene: Scene) -> None:
    may_act_until(store, scene.helper("Dana", "lawyer", accepts=False), START.date())
    may_act_until(store, scene.helper("Aigerim"), START.date())
    assert asked(store) == []
    may_act_until(store, scene.helper("Madina", "lawyer"), START.date() - timedelta(days=1))
    assert len(asked(store)) == 1, "also when the day is over already"


def test_about_a_closed_case_nobody_is_asked_before_it_is_open_again(store: Store, scene: Scene) -> None:
    may_act_until(store, scene.helper("Dana", "lawyer"), START.date())
    with store.unit("test") as unit:
        case_id = unit.session.scalars(select(Case.id)).one()
        close_case(unit, case_id, by="cli", note="she is home")
    assert asked(store) == []
    with store.unit("test") as unit:
        assert reopen_case(unit, case_id, by="cli")
    assert asked(store) == [("counsel", "coordinator", WatchState.WAITING)]
