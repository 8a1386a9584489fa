"""A release leaves: once, as it was approved, when the hour has room, and to nobody once that is over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.messages.channel_states import note_channels
from alerts.models import Alert, Delivery
from alerts.occasions.releasing import RELEASE_TIMER, call_back, chase_answer, send_release
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience
from cases.releases.deciding import PER_HOUR
from cases.releases.models import Release, ReleaseRecipient, ReleaseState
from cases.releases.proposing import approve, propose, recipients_of
from contacts.directory import put_contact
from contacts.models import ContactMethod
from contacts.values import ContactCard, Role
from store import claims
from store.chats import find_or_open_chat
from store.timers import TABLE as TIMERS
from store.timers import Timer, set_timer
from tests.cases.test_releases import Office, agrees, to_unhcr

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

    Acting = Callable[[UnitOfWork, Timer, claims.Claim], None]


@pytest.fixture
def office(store: Store) -> Office:
    return Office.of(store)


def leaves(store: Store, release: UUID, act: Acting = send_release) -> str:
    """What comes due of a release comes due now; return how it stands then."""
    with store.unit("system") as unit:
        set_timer(unit, RELEASE_TIMER, release, unit.now)
    with store.unit("system") as unit:
        (held,) = claims.claim(unit.session, TIMERS, unit.now, only=[TIMERS.c.subject_id == release])
        act(unit, unit.session.get_one(Timer, held.id), held)
        return unit.session.get_one(Release, release).state


def add_recipient(unit: UnitOfWork, release: UUID, name: str) -> ReleaseRecipient:
    contact_id = put_contact(unit, ContactCard(name, Role.UNHCR))
    one = ReleaseRecipient(release_id=release, contact_id=contact_id, token_index=name.encode())
    unit.session.add(one)
    return one


def written(store: Store) -> list[str]:
    with store.read() as unit:
        return sorted(unit.session.scalars(select(Delivery.template)).all())


@pytest.fixture
def approved(store: Store, office: Office) -> UUID:
    """Marta can be written to, and two people have approved what she is to get."""
    with store.unit("test") as unit:
        method = ContactMethod(contact_id=office.marta, channel="telegram")
        method.chat_id, method.verified_at = find_or_open_chat(unit, "telegram", "7000009").id, unit.now
        unit.session.add(method)
        note_channels(unit, frozenset({"telegram"}), ())
        agrees(unit, office, Audience.UNHCR)
        release = propose(unit, office.case(unit), to_unhcr(office), office.aigerim)
        approve(unit, release, office.aigerim, "coordinator")
        assert approve(unit, release, office.timur, "coordinator") is ReleaseState.APPROVED
    return release


def test_it_leaves_once_whatever_comes_due_again(store: Store, approved: UUID) -> None:
    assert [leaves(store, approved) for _ in range(2)] == [ReleaseState.SENT] * 2
    assert written(store) == ["staff.release_unhcr"]


def test_what_changed_while_it_waited_for_its_hour_does_not_leave(store: Store, office: Office, approved: UUID) -> None:
    """Even where what should have looked at it when it changed has not come to it."""
    with store.unit("test") as unit:
        enter_fact(unit, office.scene.case_id, "place", "Centre 2")
    assert leaves(store, approved) == ReleaseState.VOID
    assert written(store) == []


def test_in_an_hour_that_is_full_it_waits_for_room(
    store: Store, clock: ManualClock, office: Office, approved: UUID
) -> None:
    with store.unit("test") as unit:
        other = propose(unit, office.case(unit), to_unhcr(office), office.aigerim)
        for number in range(PER_HOUR):
            add_recipient(unit, other, f"Colleague {number}").sent_at = unit.now - timedelta(minutes=20)
    assert leaves(store, approved) == ReleaseState.APPROVED
    assert written(store) == []
    with store.read() as unit:
        wound = unit.session.scalars(select(Timer.due_at).where(Timer.subject_id == approved)).one()
        assert wound == unit.now + timedelta(minutes=40)
    clock.advance(timedelta(minutes=40))
    assert leaves(store, approved) == ReleaseState.SENT


@pytest.mark.parametrize("ended", ["acknowledged", "called back"])
def test_no_other_is_sent_what_was_acknowledged_or_called_back(store: Store, approved: UUID, ended: str) -> None:
    leaves(store, approved)
    with store.unit("test") as unit:
        (marta,) = recipients_of(unit, approved)
        add_recipient(unit, approved, "Katrin").fallback = True
        if ended == "acknowledged":
            marta.acknowledged_at = unit.now
        else:
            call_back(unit, unit.session.get_one(Release, approved), "changed")
    state = leaves(store, approved, chase_answer)
    assert state == (ReleaseState.SENT if ended == "acknowledged" else ReleaseState.RECALLED)
    with store.read() as unit:
        assert [one.sent_at is not None for one in recipients_of(unit, approved)] == [True, False]
        assert unit.session.scalars(select(Alert)).all() == [], "no coordinator is asked to call anybody"
