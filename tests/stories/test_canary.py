"""An alert that nobody sees goes through the whole path; when it does not come back, people are told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from alerts.models import CANARY, CANARY_READER, Alert, Attempt, Delivery, Need, Page, PressableButton
from alerts.occasions.canary import CanaryVitals, read_canary
from alerts.screens.vitals import read_vitals
from app.canary import tend_canary
from app.parked import QUEUES
from contacts.directory import active_contacts, all_cards
from contacts.models import ContactMethod
from scheduler.heartbeat import troubles
from store.inbox import InboxItem
from tests.conftest import START
from tests.stories.conftest import DUTY, Team
from tests.story import Town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.vault import KeyRing

pytestmark = pytest.mark.heavy

LEFT_BEHIND = (Alert, Need, Page, Delivery, Attempt, PressableButton, InboxItem)


@pytest.fixture
def town(database_url: str, ring: KeyRing) -> Iterator[Town]:
    with Town(database_url, ring, START, canary=True) as town:
        yield town


@pytest.fixture
def team(town: Town) -> Team:
    town.policy(DUTY)
    return Team(*town.team(Aigerim="coordinator", Timur="coordinator", Dana="lawyer"))


def sings(town: Town) -> CanaryVitals:
    """Let the next canary go, and see what became of it once there is nothing left to do."""
    tend_canary(town.house.store)
    town.rests()
    with town.house.store.read() as unit:
        return read_canary(unit)


def heart_stops(town: Town) -> bool:
    """Whether the canary keeps the heart from beating."""
    with town.house.store.read() as unit:
        return "the canary has not come back" in troubles(read_vitals(unit, QUEUES, canary=True))


def is_deaf(town: Town, *, deaf: bool = True) -> None:
    """Cut the way to the canary's reader, or mend it."""
    with town.house.store.unit("test") as unit:
        cut = update(ContactMethod).where(ContactMethod.contact_id == CANARY_READER)
        unit.session.execute(cut.values(dead_at=unit.now if deaf else None))


def test_a_canary_goes_through_the_whole_path_and_disturbs_nobody(town: Town, team: Team) -> None:
    with town.silence(team.aigerim, team.timur, team.dana):
        found = sings(town)
    assert found.took is not None
    assert not found.is_silent
    assert not heart_stops(town)
    with town.house.store.read() as unit:
        assert read_vitals(unit, QUEUES, canary=True).needs == {}
        assert unit.session.scalars(select(Need.state)).all() == ["accepted"]
        assert unit.session.scalars(select(Delivery.channel)).all() == [CANARY]


def test_its_reader_is_none_of_those_who_help(town: Town) -> None:
    sings(town)
    with town.house.store.read() as unit:
        assert list(active_contacts(unit)) == []
        assert all_cards(unit) == []


def test_one_goes_every_quarter_of_an_hour_whoever_looks(town: Town) -> None:
    assert [tend_canary(town.house.store) for _ in range(3)] == [True, False, False]
    town.later(minutes=15)
    assert tend_canary(town.house.store)


def test_one_that_does_not_come_back_is_a_fault_that_is_told_once(town: Town, team: Team) -> None:
    town.expects("canary_lost", "canary_silent")
    sings(town)
    is_deaf(town)
    town.later(minutes=15)
    with town.silence(team.aigerim, team.timur):
        sings(town)
    town.later(minutes=2, seconds=1)
    fault = team.aigerim.sees("FAULT")
    team.aigerim.taps("Accept", on=fault)
    team.aigerim.is_told("You have taken FAULT.")
    assert heart_stops(town)
    for _ in range(2):  # those after it are lost too
        town.later(minutes=15)
        with town.silence(team.aigerim, team.timur, team.dana):
            assert sings(town).is_silent
            town.later(minutes=3)
    is_deaf(town, deaf=False)
    town.later(minutes=15)
    sings(town)
    assert not heart_stops(town)
    is_deaf(town)
    town.later(minutes=15)
    sings(town)
    town.later(minutes=2, seconds=1)
    team.aigerim.sees("FAULT", after=fault)


def test_silence_is_noticed_also_when_nobody_sends_any(town: Town) -> None:
    sings(town)
    town.later(minutes=16)
    assert not heart_stops(town)
    town.later(minutes=2)
    assert heart_stops(town)


def test_what_canaries_leave_behind_is_little(town: Town) -> None:
    for _ in range(7):
        sings(town)
        town.later(minutes=15)
    with town.house.store.read() as unit:
        counted = [unit.session.scalar(select(func.count()).select_from(one)) or 0 for one in LEFT_BEHIND]
    assert max(counted) <= 12, dict(zip(LEFT_BEHIND, counted, strict=True))
    assert not sings(town).is_silent


def test_after_a_clock_was_set_back_they_go_on_and_their_silence_is_noticed(town: Town) -> None:
    town.expects("canary_lost", "canary_silent")
    sings(town)
    town.later(hours=-3)
    assert tend_canary(town.house.store)
    town.rests()
    is_deaf(town)
    town.later(minutes=15)
    sings(town)
    town.later(minutes=3)
    assert heart_stops(town)
