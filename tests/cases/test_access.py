"""Who may read a case: one decision, tried with everything; and what somebody was given, until it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.screens.opening import reads_case
from cases.access import (
    GrantRefusedError,
    cases_granted,
    grant_access,
    granted_until,
    grants_of,
    may_read,
    withdraw_access,
)
from tests.conftest import START
from tests.web.scene import Scene

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store

ROLES = ("coordinator", "lawyer", "press_officer", "observer")


@given(
    role=st.sampled_from([*ROLES, "admin", "journalist", "unhcr", "root", None]),
    coerced=st.booleans(),
    has_taken=st.booleans(),
    left=st.none() | st.integers(-100, 100),
)
def test_nobody_reads_but_who_has_it_or_was_let_in(
    role: str | None, coerced: bool, has_taken: bool, left: int | None
) -> None:
    until = None if left is None else START + timedelta(hours=left)
    may = may_read(role, coerced=coerced, has_taken=has_taken, granted_until=until, now=START)
    if may:
        assert role in ROLES
        assert not coerced
        assert (has_taken and role in ("coordinator", "lawyer")) or (left is not None and left > 0)
    if role in ROLES and not coerced and left is not None and left > 0:
        assert may
    if role in ("coordinator", "lawyer") and not coerced and has_taken:
        assert may


def test_access_that_was_given_ends_by_itself_or_is_taken_back(store: Store, clock: ManualClock) -> None:
    scene = Scene.begin(store)
    aigerim, dana = scene.helper("Aigerim"), scene.helper("Dana", "lawyer", accepts=False)

    def reads() -> bool:
        with store.read() as unit:
            return reads_case(unit, "lawyer", dana, scene.case_id)

    assert not reads()
    with store.unit("test") as unit:
        grant_access(unit, scene.case_id, dana, aigerim, unit.now + timedelta(hours=1))
        grant_access(unit, scene.case_id, dana, aigerim, unit.now + timedelta(hours=2))
        assert granted_until(unit, scene.case_id, dana) == unit.now + timedelta(hours=2)
        assert list(cases_granted(unit, dana)) == [scene.case_id]
        assert len(grants_of(unit, scene.case_id)) == 2
    assert reads()
    with store.unit("test") as unit:
        assert withdraw_access(unit, scene.case_id, dana)
        assert not withdraw_access(unit, scene.case_id, dana)
    assert not reads()
    with store.unit("test") as unit:
        grant_access(unit, scene.case_id, dana, aigerim, unit.now + timedelta(hours=1))
    clock.advance(timedelta(hours=1))
    assert not reads()


@pytest.mark.parametrize("term", [timedelta(0), timedelta(hours=-1), timedelta(days=91)])
def test_access_is_for_a_while(store: Store, term: timedelta) -> None:
    scene = Scene.begin(store)
    aigerim, dana = scene.helper("Aigerim"), scene.helper("Dana", "lawyer", accepts=False)
    with store.unit("test") as unit, pytest.raises(GrantRefusedError):
        grant_access(unit, scene.case_id, dana, aigerim, unit.now + term)
