"""Each page asks the database eight times at most, however much there is, in a process that has just begun."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.reactions import reaction_names
from cases.access import grant_access
from cases.consent.people import enter_fact
from cases.docket.entering import Entry, When, enter
from contacts.accounts.managing import ask_for_role
from contacts.accounts.roles import AccountRole
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from law.shipped import load_rules
from law.signoff import sign_off
from store.data_keys import case_scope
from store.unit_of_work import Store
from tests.accounts import Browser, join, quick
from tests.web.conftest import ZONE
from tests.web.house import House
from tests.web.night import Night, begin_night
from tests.web.pages import addresses
from tests.web.queries import counted
from tests.web.scene import Scene
from tests.web.test_console import seek
from web.factory import make_app

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork
    from tests.accounts import Member

MOST = 8


def grows(night: Night) -> None:
    """More of everything that pages show."""
    for name in ("Botagoz", "Kanat", "Zhibek"):
        member, lawyer = join(night.store, name), join(night.store, f"{name} the lawyer", "lawyer")
        with night.store.unit("test") as unit:
            assert member.contact_id is not None
            assert lawyer.contact_id is not None
            grant_access(unit, night.case.case_id, member.contact_id, lawyer.contact_id, unit.now + timedelta(days=2))
            ask_for_role(unit, night.admin.account_id, member.account_id, AccountRole.OBSERVER)
            put_contact(unit, ContactCard(f"{name} of UNHCR", Role.UNHCR, email="one@example.org"))
            enter(unit, night.case.case_id, Entry("officials_statement", When(unit.now), source=name), zone=ZONE)
            enter_fact(unit, night.case.case_id, "relation", f"aunt of {name}")
            vouches(unit, lawyer)
        seek(Scene.begin(night.store, f"they took {name}"), "coordinator")
        night.case.says(f"said {name}")
        House(night.store).message("unknown")


def vouches(unit: UnitOfWork, lawyer: Member) -> None:
    assert lawyer.contact_id is not None
    sign_off(unit, lawyer.contact_id, load_rules().rule("kz.coao.motion_3d"), unit.now + timedelta(days=30))


def taken(night: Night, member: Member) -> dict[str, int]:
    """How many statements each page takes in a process that knows no key yet and records what follows."""
    store, found = night.store, {}
    fresh = Store(store.engine, store.ring, store.clock, reactions=reaction_names())
    browser = Browser(make_app(fresh, ZONE, passwords=quick(fresh)).test_client()).comes_in(member)
    for address in addresses(night):
        for case in (night.case, night.twin):
            fresh.forget_key(case_scope(case.case_id))  # what was logged before this has fetched it
        with counted(fresh) as asked:
            answer = browser.client.get(address)
        assert answer.status_code in (200, 303, 403, 404), address
        found[address] = asked.count
    return found


@pytest.mark.timeout(300)
def test_each_page_takes_eight_statements_at_most_whatever_there_is(quick_store: Store) -> None:
    night = begin_night(quick_store)
    with quick_store.unit("test") as unit:
        vouches(unit, night.lawyer)
    everybody = {"coordinator": night.coordinator, "lawyer": night.lawyer, "admin": night.admin}
    few = taken(night, night.coordinator)  # who sees the most
    grows(night)
    many = {who: taken(night, member) for who, member in everybody.items()}
    dear = {
        f"{who} {address}": (count, few[address])
        for who, pages in many.items()
        for address, count in pages.items()
        if count > MOST or (who == "coordinator" and count > few[address])
    }
    assert dear == {}, "\n".join(map(str, dear.items()))
