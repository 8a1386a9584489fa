"""What waits for a yes: kept encrypted, answered once, by whom it was read back to, within two days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.docket.entering import Entry, When, enter, standing_hearings
from cases.docket.history import history
from cases.docket.models import Deadline, DeadlineState, Proposal
from cases.docket.proposing import Proposed, entry_of, forget_proposals, proposal, propose, settle
from cases.docket.vocabulary import is_set_for
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.base import new_id
from tests.web.scene import Scene

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store

ALMATY = "Asia/Almaty"


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene.begin(store)


def lawyer(store: Store) -> UUID:
    with store.unit("test") as unit:
        return put_contact(unit, ContactCard("Dana", Role.LAWYER))


def wanted(scene: Scene, store: Store, **more: str) -> Proposed:
    at = store.clock.now() + timedelta(days=5)
    return Proposed(scene.case_id, more.pop("event", "hearing_scheduled"), When(at), ALMATY, note="room 5, Ms K.")


def test_what_waits_is_read_back_whole_and_is_no_part_of_the_docket(scene: Scene, store: Store) -> None:
    dana = lawyer(store)
    with store.unit("test") as unit:
        proposal_id = propose(unit, dana, wanted(scene, store))
    with store.read() as unit:
        assert proposal(unit, proposal_id) == wanted(scene, store)
        assert history(unit, scene.case_id) == []
        content = unit.session.scalars(select(Proposal.content)).one()
    assert b"room" not in content
    assert b"hearing" not in content


def test_it_is_answered_once_and_by_nobody_else(scene: Scene, store: Store) -> None:
    dana = lawyer(store)
    with store.unit("test") as unit:
        proposal_id = propose(unit, dana, wanted(scene, store))
    with store.unit("test") as unit:
        assert not settle(unit, proposal_id, new_id())
        assert settle(unit, proposal_id, dana)
        assert not settle(unit, proposal_id, dana)
        assert proposal(unit, proposal_id) is None


def test_what_is_too_old_is_forgotten(scene: Scene, store: Store, clock: ManualClock) -> None:
    dana = lawyer(store)
    with store.unit("test") as unit:
        proposal_id = propose(unit, dana, wanted(scene, store))
    clock.advance(timedelta(days=2))
    with store.unit("test") as unit:
        assert proposal(unit, proposal_id) is None
        assert not settle(unit, proposal_id, dana)
        newer = propose(unit, dana, wanted(scene, store))
        forget_proposals(unit)
        assert proposal_id in set(unit.session.scalars(select(Proposal.id))), "its timer says so first"
    clock.advance(timedelta(minutes=10))
    with store.unit("test") as unit:
        forget_proposals(unit)
        assert list(unit.session.scalars(select(Proposal.id))) == [newer]


def test_of_two_hearings_that_stand_one_can_be_moved(scene: Scene, store: Store) -> None:
    now = store.clock.now()
    with store.unit("test") as unit:
        for days in (3, 9):
            enter(unit, scene.case_id, hearing(now, days), zone=ALMATY)
        first, second = standing_hearings(unit, scene.case_id)
        moved = Proposed(scene.case_id, "hearing_scheduled", When(now + timedelta(days=5)), ALMATY)
        enter(unit, scene.case_id, entry_of(moved, now, event="hearing_moved", moves=first.matter_id), zone=ALMATY)
        standing = {one.for_at for one in standing_hearings(unit, scene.case_id)}
        running = unit.session.scalars(select(Deadline.safe_at).where(Deadline.state == DeadlineState.RUNNING))
        assert standing == {now + timedelta(days=5), second.for_at} == set(running)


def hearing(now: datetime, days: int) -> Entry:
    return Entry("hearing_scheduled", When(now), appointed_at=now + timedelta(days=days))


@pytest.mark.parametrize(
    ("event", "ahead"),
    [
        ("hearing_scheduled", True), ("hearing_moved", True), ("removal_scheduled", True), ("deadline_by_hand", True),
        ("public_appearance_planned", True), ("hearing_held", False), ("released", False),
        ("ruling_copy_served", False), ("other", False),
    ],
)  # fmt: skip
def test_some_events_set_a_time_to_come_and_others_tell_one_that_was(
    scene: Scene, store: Store, event: str, ahead: bool
) -> None:
    now = store.clock.now()
    entry = entry_of(wanted(scene, store, event=event), now)
    assert is_set_for(event) is ahead
    assert entry.happened.at == (now if ahead else now + timedelta(days=5))
    assert entry.appointed_at == (now + timedelta(days=5) if ahead else None)
