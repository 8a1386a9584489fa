"""Who is let in and told when what somebody left is opened, or may be about to be: those who have to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.messages.channel_states import note_channels
from alerts.models import SEALED, Alert, Delivery, Need
from alerts.occasions.sealed_notices import LET_IN_FOR, bring_in, tell_of_match, tell_of_sealed
from cases.access import cases_granted, granted_until
from cases.identity.events import SamePersonSuggested
from cases.models import Case
from cases.sealed.events import SealedFileOpened, SealedSourceEntered
from cases.sealed.models import SealedApproval, SealedFile, SealedSource
from contacts.accounts.directory import open_account
from contacts.accounts.roles import AccountRole
from contacts.models import ContactMethod
from store.base import new_id
from tests.web.house import House

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store


class Night:
    """A file that Aigerim agreed to open, and a report that confirmed it."""

    def __init__(self, store: Store) -> None:
        self.store, self.house = store, House(store)
        self.aigerim, self.timur = self.house.helper("Aigerim", telegram="1"), self.house.helper("Timur", telegram="2")
        self.dana = self.house.helper("Dana", "lawyer", telegram="3")
        self.case, self.report = self.house.case(), self.house.case()
        with store.unit("test") as unit:
            note_channels(unit, frozenset({"telegram"}), ())
            self.file_id = new_id()
            unit.session.add(SealedFile(id=self.file_id, case_id=self.case.id, begun_at=unit.now))
            unit.session.add(SealedApproval(case_id=self.case.id, contact_id=self.aigerim, why=b"", at=unit.now))
            source = SealedSource(id=new_id(), case_id=self.case.id, origin="the aunt", words=b"", entered_by="system")
            source.report_case_id, source.entered_at = self.report.id, unit.now
            unit.session.add(source)
            self.source_id = source.id

    def takes(self, who: UUID, case: Case, kind: str) -> None:
        need = self.house.asks(case, who, answer="accept")
        with self.store.unit("test") as unit:
            unit.session.get_one(Need, need.id).kind = kind

    def opens(self) -> None:
        with self.store.unit("system") as unit:
            bring_in(unit, SealedFileOpened(case_id=self.case.id, file_id=self.file_id))

    def told(self) -> list[str]:
        """Whose chats hear of it, and what."""
        with self.store.read() as unit:
            found = (
                select(ContactMethod.contact_id, Delivery.values)
                .join(Delivery, Delivery.chat_id == ContactMethod.chat_id)
                .where(Delivery.template == "staff.sealed")
            )
            names = {self.aigerim: "Aigerim", self.timur: "Timur", self.dana: "Dana"}
            rows = unit.session.execute(found).all()
            return sorted(f"{names[who]} {values['what'].rpartition('_')[2]} {values['code']}" for who, values in rows)

    def sought(self) -> list[str]:
        with self.store.read() as unit:
            return sorted(unit.session.scalars(select(Need.kind).join(Alert).where(Alert.kind == SEALED)).all())


@pytest.fixture
def night(store: Store) -> Night:
    return Night(store)


def test_the_lawyer_of_the_report_is_let_in_and_a_coordinator_is_sought(night: Night) -> None:
    night.takes(night.dana, night.report, "lawyer")
    night.opens()
    assert night.told() == [f"Dana opened {night.case.code}"]
    assert night.sought() == ["coordinator"]
    with night.store.read() as unit:
        assert granted_until(unit, night.case.id, night.dana) == unit.now + LET_IN_FOR
        assert cases_granted(unit, night.timur) == []


def test_where_everybody_is_there_nobody_is_sought(night: Night) -> None:
    night.takes(night.dana, night.report, "lawyer")
    night.takes(night.timur, night.case, "coordinator")
    night.opens()
    assert night.told() == [f"Dana opened {night.case.code}", f"Timur opened {night.case.code}"]
    assert night.sought() == []


def test_a_report_that_may_be_a_trap_or_was_no_source_lets_nobody_in(night: Night) -> None:
    night.takes(night.dana, night.report, "lawyer")
    with night.store.unit("test") as unit:
        unit.session.get_one(SealedSource, night.source_id).dropped_at = unit.now
    night.opens()
    assert (night.told(), night.sought()) == ([], ["coordinator", "lawyer"])
    with night.store.unit("test") as unit:
        unit.session.get_one(SealedSource, night.source_id).dropped_at = None
        unit.session.get_one(Case, night.report.id).hostile_at = unit.now
    night.opens()
    with night.store.read() as unit:
        assert cases_granted(unit, night.dana) == []


def test_who_is_forced_is_neither_let_in_nor_told(night: Night) -> None:
    night.takes(night.dana, night.report, "lawyer")
    with night.store.unit("test") as unit:
        account = open_account(unit, "dana", AccountRole.LAWYER)
        account.contact_id, account.coerced_at = night.dana, unit.now
    night.opens()
    assert (night.told(), night.sought()) == ([], ["coordinator", "lawyer"])
    with night.store.read() as unit:
        assert cases_granted(unit, night.dana) == []


@pytest.mark.parametrize("over", [None, "opened_at", "withdrawn_at"])
def test_coordinators_hear_once_that_a_report_may_be_about_whoever_left_something(
    night: Night, over: str | None
) -> None:
    """And about nobody whose file is open, or was taken back."""
    with night.store.unit("test") as unit:
        if over is not None:
            setattr(unit.session.get_one(SealedFile, night.file_id), over, unit.now)
    suggestion = new_id()
    for one, other in ((night.report, night.case), (night.case, night.report)):
        with night.store.unit("system") as unit:
            tell_of_match(unit, SamePersonSuggested(case_id=one.id, other_id=other.id, suggestion_id=suggestion))
    code = night.case.code
    assert night.told() == ([] if over else [f"Aigerim match {code}", f"Timur match {code}"])


def test_one_source_is_not_enough_to_say_that_it_can_be_opened(night: Night) -> None:
    event = SealedSourceEntered(case_id=night.case.id, source_id=night.source_id, sources=1)
    with night.store.unit("system") as unit:
        tell_of_sealed(unit, event)
    assert night.told() == []
