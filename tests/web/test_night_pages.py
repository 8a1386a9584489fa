"""What every page of the night's work keeps to: few statements whatever the size, and next to nothing under duress."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from alerts.models import Delivery, RosterOverride, ShiftTest
from app.parked import QUEUES
from contacts.models import CalendarFeed, Contact, LinkCode, MethodCheck
from store.eventlog import EventRow
from store.unit_of_work import Store
from tests.accounts import Browser, join, quick
from tests.web.conftest import ZONE
from tests.web.house import House
from tests.web.queries import counted
from web.backstage import Backstage
from web.factory import make_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from store.unit_of_work import UnitOfWork

PAGES = (
    "/console/calendar",
    "/console/calendar/agenda",
    "/console/duty",
    "/console/contacts",
    "/console/contact/{aigerim}",
    "/console/deliveries",
    "/console/deliveries?show=failed&channel=sms",
    "/console/deliveries/waiting",
    "/console/deliveries/parked",
)
MOST = 8
TIMES = {"from": "2026-03-03T09:00", "until": "2026-03-04T09:00"}


def pages_of(store: Store) -> FlaskClient:
    backstage = Backstage(lambda _: NotImplemented, lambda _: True, queues=QUEUES)
    return make_app(store, ZONE, backstage, passwords=quick(store)).test_client()


@pytest.fixture
def house(quick_store: Store) -> House:
    return House(quick_store)


def fill(house: House, size: int) -> None:
    """As much of everything, again."""
    store = house.store
    names = [f"Helper {house.numbers}-{number}" for number in range(size)]
    people = [house.helper(name, sms=f"+77{house.numbers:04}{number:05}") for number, name in enumerate(names)]
    house.rosters("Aigerim", *names)
    for number, one in enumerate(people):
        case = house.case()
        need = house.asks(case, one, answer=("accept", "decline", None)[number % 3], after=timedelta(minutes=3))
        house.says(case, "hearing_scheduled", store.clock.now(), house.almaty(2, 10))
        house.says(case, "hearing_moved", store.clock.now(), house.almaty(3, 10))
        house.says(case, "ruling_copy_served", store.clock.now())
        house.says(case, "administrative_arrest", store.clock.now(), terms={15: 1})
        for state in ("sent", "failed_permanent", "unknown", "queued"):
            house.message(state, need, channel="sms")
        house.message("queued", need, due_at=None, parked_at=store.clock.now())


def test_each_takes_eight_statements_at_most_whatever_the_size(house: House) -> None:
    member = join(house.store, "Aigerim")
    taken: list[dict[str, int]] = []
    for size in (2, 9):
        fill(house, size)
        taken.append({})
        for page in PAGES:
            # Another process, which knows no key yet.
            fresh = Store(house.store.engine, house.store.ring, house.store.clock)
            browser = Browser(pages_of(fresh)).comes_in(member)
            with counted(fresh) as asked:
                browser.sees(page.format(aigerim=member.contact_id))
            taken[-1][page] = asked.count
            assert asked.count <= MOST, (page, "\n".join(asked.statements))
    assert taken[0] == taken[1], "not one statement more for more of everything"


def test_who_is_forced_finds_next_to_nothing_and_changes_nothing(house: House) -> None:
    """But an address of their calendar, which is empty: ``tests/web/test_calendar_pages.py``."""
    member = join(house.store, "Aigerim")
    fill(house, 3)
    codes = [house.case().code, house.case().code]
    browser = Browser(pages_of(house.store)).comes_in(member, duress=True)
    for page in PAGES:
        shown = browser.sees(page.format(aigerim=member.contact_id))
        assert "Helper" not in shown
        assert not [code for code in codes if code in shown]
    with house.store.read() as unit:
        before = _everything(unit)
    other = house.id_of("Helper 0-1")
    for path, fields in (
        (
            "/console/duty/cover",
            {"roster": "duty", "who": str(other), "from": "2026-03-03T09:00", "until": "2026-03-04T09:00"},
        ),
        ("/console/duty/test", {"roster": "duty", "who": str(other)}),
        (f"/console/contact/{other}/code", {}),
        (f"/console/contact/{other}/left", {}),
        (f"/console/contact/{other}/back", {}),
        (f"/console/contact/{other}/check/{other}", {}),
        (f"/console/delivery/{other}", {"answer": "send"}),
        (f"/console/parked/{other}", {}),
    ):
        assert browser.sends(path, **fields).status_code in (200, 303), path
    with house.store.read() as unit:
        assert _everything(unit) == before


def _everything(unit: UnitOfWork) -> dict[str, int]:
    """How many rows there are of all that a press could bring about."""
    kinds = (CalendarFeed, Delivery, EventRow, LinkCode, MethodCheck, RosterOverride, ShiftTest)
    counts = {kind.__tablename__: unit.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds}
    left = unit.session.scalar(select(func.count()).where(Contact.left_at.is_not(None)))
    return {**counts, "left": left or 0}
