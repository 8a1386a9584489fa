"""Who has one case of a person is given the other, unless it must not be theirs; who gives one back keeps no part."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from alerts.events import NeedGivenBack
from alerts.messages.channel_states import note_channels
from alerts.models import WATCH, Alert, Need, NeedState, Page
from alerts.needs.one_person import is_handed_over
from alerts.occasions.due_alerts import give_back_what_is_due
from alerts.search.paging import give_back_need
from cases.docket.models import Watch
from cases.identity.models import SamePerson
from cases.models import Report
from contacts.accounts.directory import open_account
from contacts.accounts.roles import AccountRole
from contacts.models import Contact, ContactMethod
from store.base import new_id
from tests.web.house import House

if TYPE_CHECKING:
    from uuid import UUID

    from cases.models import Case
    from store.unit_of_work import Store, UnitOfWork


class Joined:
    """Two cases of one person; Aigerim has the first, and the second is sought for."""

    def __init__(self, store: Store) -> None:
        self.store, self.house = store, House(store)
        self.aigerim = self.house.helper("Aigerim", telegram="1")
        self.first, self.second = self.house.case(), self.house.case()
        self.had = self.house.asks(self.first, self.aigerim, answer="accept")
        self.sought = self.house.asks(self.second, self.house.helper("Timur"))
        with store.unit("test") as unit:
            note_channels(unit, frozenset({"telegram"}), ())
            same = SamePerson(case_id=self.second.id, leader_id=self.first.id, joined_at=unit.now, joined_by="test")
            unit.session.add(same)
            unit.session.execute(update(Need).values(seat=1))

    def is_handed_over(self) -> bool:
        with self.store.unit("system") as unit:
            need = unit.session.get_one(Need, self.sought.id, with_for_update=True)
            given = is_handed_over(unit, need)
            assert (need.accepted_by == self.aigerim) is given
            return given


@pytest.fixture
def joined(store: Store) -> Joined:
    return Joined(store)


def has_left(unit: UnitOfWork, joined: Joined) -> None:
    unit.session.get_one(Contact, joined.aigerim).left_at = unit.now


def is_forced(unit: UnitOfWork, joined: Joined) -> None:
    account = open_account(unit, "aigerim", AccountRole.COORDINATOR)
    account.contact_id, account.coerced_at = joined.aigerim, unit.now


def is_out_of_reach(unit: UnitOfWork, joined: Joined) -> None:
    theirs = update(ContactMethod).where(ContactMethod.contact_id == joined.aigerim)
    unit.session.execute(theirs.values(dead_at=unit.now))


def has_said_no(unit: UnitOfWork, joined: Joined) -> None:
    page = Page(need_id=joined.sought.id, contact_id=joined.aigerim, round=1, step=0, asked_at=unit.now, channels=[])
    page.declined_at = unit.now + timedelta(seconds=1)
    unit.session.add(page)


def has_reported_it(unit: UnitOfWork, joined: Joined) -> None:
    chat_id = unit.session.scalars(select(Report.chat_id).where(Report.case_id == joined.second.id)).one()
    theirs = update(ContactMethod).where(ContactMethod.contact_id == joined.aigerim)
    unit.session.execute(theirs.values(chat_id=chat_id))


def test_who_has_one_has_the_other(joined: Joined) -> None:
    assert joined.is_handed_over()


@pytest.mark.parametrize("why", [has_left, is_forced, is_out_of_reach, has_said_no, has_reported_it])
def test_to_whom_it_must_not_come_it_does_not(joined: Joined, why: object) -> None:
    with joined.store.unit("test") as unit:
        assert callable(why)
        why(unit, joined)
    assert not joined.is_handed_over()


@pytest.mark.parametrize(("state", "then"), [("missed", NeedState.PAGING), ("kept", NeedState.CLOSED)])
def test_who_gives_a_case_back_has_nothing_of_what_is_due_in_it(joined: Joined, state: str, then: NeedState) -> None:
    """What still runs is asked of others; what is over is asked of nobody."""
    with joined.store.unit("test") as unit:
        due = taken_watch(unit, joined.first, joined.aigerim, state)
        give_back_need(unit, unit.session.get_one(Need, joined.had.id), joined.aigerim, "wish")
    with joined.store.unit("system") as unit:
        event = NeedGivenBack(case_id=joined.first.id, need_id=joined.had.id, contact_id=joined.aigerim, why="wish")
        give_back_what_is_due(unit, event)
    with joined.store.read() as unit:
        row = unit.session.get_one(Need, due)
        assert (row.state, row.accepted_by) == (then, None)


def taken_watch(unit: UnitOfWork, case: Case, who: UUID, state: str) -> UUID:
    watch = Watch(id=new_id(), case_id=case.id, matter_id=new_id(), kind="check_in", pages="coordinator", state=state)
    watch.due_at = watch.opened_at = unit.now
    watch.ended_at, watch.ended_by = (unit.now, "test") if state == "kept" else (None, None)
    alert = Alert(id=new_id(), case_id=case.id, kind=WATCH, subject_id=watch.id, ordinal=1, cluster_id=new_id())
    alert.opened_at = unit.now
    unit.session.add_all([watch, alert])
    unit.session.flush()
    need = Need(id=new_id(), alert_id=alert.id, case_id=case.id, kind="coordinator", urgency="now")
    need.opened_at = need.accepted_at = unit.now
    need.state, need.accepted_by = NeedState.ACCEPTED, who
    unit.session.add(need)
    unit.session.flush()
    return need.id
