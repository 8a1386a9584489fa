"""Timers of clocks and watches, carried out in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from alerts.models import Alert, Need, NeedState
from alerts.needs.loads import loads
from app.queues import timer_queue
from app.settings import read_settings
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Watch, WatchState
from cases.docket.vocabulary import MEANINGS, WatchKind, is_set_for, meaning_of
from cases.intake import open_case
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.queues import work_once
from texts.catalogue import keys

if TYPE_CHECKING:
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store

ZONE = "Asia/Almaty"


@pytest.fixture
def case_id(store: Store) -> UUID:
    with store.unit("test") as unit:
        return open_case(unit, language="en").id


def happens(store: Store, case_id: UUID, event: str, **given: object) -> None:
    with store.unit("test") as unit:
        enter(unit, case_id, Entry(event, When(unit.now), **given), zone=ZONE)  # type: ignore[arg-type]


def later(store: Store, clock: ManualClock, at: datetime) -> None:
    clock.advance(at - clock.now())
    queue = timer_queue(read_settings({}))
    while work_once(store, queue):
        pass


def asked(store: Store) -> list[str]:
    """Kinds of what humans are asked about."""
    with store.read() as unit:
        return list(unit.session.scalars(select(Alert.kind).order_by(Alert.opened_at, Alert.id)))


def local(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def test_what_is_routine_waits_for_the_morning_and_what_is_not_does_not(
    store: Store, case_id: UUID, clock: ManualClock
) -> None:
    happens(store, case_id, "transferred")  # at 23:00: the family hears by 02:00, flights are looked at by 00:00
    later(store, clock, local(3, 1))
    assert asked(store) == ["watch"]
    later(store, clock, local(3, 3))
    assert asked(store) == ["watch"], "nobody calls a family at three in the morning"
    later(store, clock, local(3, 8))
    assert asked(store) == ["watch", "watch"]


def test_a_missed_watch_is_asked_about_once_however_often_its_timer_rings(
    store: Store, case_id: UUID, clock: ManualClock
) -> None:
    happens(store, case_id, "summons")
    later(store, clock, clock.now() + timedelta(hours=2))
    later(store, clock, clock.now() + timedelta(hours=1))
    assert asked(store) == ["watch"]
    with store.read() as unit:
        assert unit.session.scalars(select(Watch.state)).all() == [WatchState.MISSED]


def test_a_reminder_that_somebody_takes_is_no_case_more(store: Store, case_id: UUID, clock: ManualClock) -> None:
    happens(store, case_id, "hearing_scheduled", appointed_at=clock.now() + timedelta(hours=5))
    later(store, clock, clock.now())
    with store.unit("test") as unit:
        dana = put_contact(unit, ContactCard("Dana", Role.LAWYER, ("KZ",), ("en",)))
        need = unit.session.scalars(select(Need).join(Alert).where(Alert.kind == "deadline")).one()
        need.state, need.accepted_by, need.accepted_at = NeedState.ACCEPTED, dana, unit.now
        unit.session.flush()
        assert loads(unit) == {}


def test_with_more_than_a_day_left_a_reminder_waits_for_the_morning(
    store: Store, case_id: UUID, clock: ManualClock
) -> None:
    happens(store, case_id, "hearing_scheduled", appointed_at=local(4, 10))  # at 23:00, for the day after tomorrow
    later(store, clock, local(3, 3))
    assert asked(store) == []
    later(store, clock, local(3, 8))
    assert asked(store).count("deadline") == 1


def test_what_waits_for_the_morning_waits_no_longer_than_until_a_day_is_left(
    store: Store, case_id: UUID, clock: ManualClock
) -> None:
    happens(store, case_id, "hearing_scheduled", appointed_at=local(4, 5))  # at 23:00, thirty hours ahead
    later(store, clock, local(3, 4))
    assert asked(store) == []
    later(store, clock, local(3, 5))
    assert asked(store).count("deadline") == 1, "at 08:00 three hours of the last day would be gone"


def test_with_less_than_a_day_left_it_comes_at_night_too(store: Store, case_id: UUID, clock: ManualClock) -> None:
    happens(store, case_id, "hearing_scheduled", appointed_at=local(3, 10))
    later(store, clock, clock.now())
    assert asked(store).count("deadline") == 1


def test_every_watch_that_is_missed_asks_whoever_it_is_for(store: Store, clock: ManualClock) -> None:
    """One event for each kind of watch that an event opens; five days on, nobody has answered any of them."""
    opens = {rule.kind: (event, rule) for event, meaning in MEANINGS.items() for rule in meaning.watches}
    begun = clock.now()
    for event, _ in opens.values():
        with store.unit("test") as unit:
            case = open_case(unit, language="en")
            soon = unit.now + timedelta(days=2, hours=12) if is_set_for(event) else None
            ends = When(unit.now + timedelta(days=3)) if meaning_of(event).track != "custody" else None
            enter(unit, case.id, Entry(event, When(unit.now), appointed_at=soon, until=ends), zone=ZONE)
    later(store, clock, local(7, 12))
    with store.read() as unit:
        missed = select(Watch, Need, Alert).join(Alert, Alert.subject_id == Watch.id).join(Need)
        rows = unit.session.execute(missed.where(Alert.kind == "watch")).all()
        asked = {(row.Watch.kind, row.Need.kind) for row in rows}
        assert all(begun <= row.Watch.due_at <= row.Alert.opened_at for row in rows)
    assert asked == {(str(kind), rule.pages) for kind, (_, rule) in opens.items()}
    named = {f"watch.{kind}" for kind in WatchKind}
    assert named <= keys(), "and each has a name"
