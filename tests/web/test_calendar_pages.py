"""The calendar in the console: whose dates are in it, how far, by whose clock; and one's own feed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.access import grant_access
from contacts.calendar_feeds import open_feed
from contacts.models import CalendarFeed, Contact
from law.shipped import load_rules
from law.signoff import sign_off
from tests.accounts import DURESS, Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.house import APPEAL, House, words
from web.factory import make_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import Store

MONTH, AGENDA, FEED = "/console/calendar", "/console/calendar/agenda", "/console/calendar/feed"


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()


@pytest.fixture
def house(quick_store: Store) -> House:
    return House(quick_store)


@pytest.fixture
def aigerim(house: House) -> Member:
    return join(house.store, "Aigerim")


@pytest.fixture
def dana(house: House) -> Member:
    return join(house.store, "Dana", "lawyer")


def comes(client: FlaskClient, member: Member) -> Browser:
    return Browser(client.application.test_client()).comes_in(member)


def lines(page: str, code: str) -> list[str]:
    """What stands beside a code, without the tags."""
    rows = re.findall(r"<li data-row.*?</li>", page, re.DOTALL)
    return [words(row) for row in rows if code in row]


def test_a_coordinator_finds_codes_of_all_and_what_it_is_of_their_own(
    house: House, client: FlaskClient, aigerim: Member
) -> None:
    mine, foreign = house.case(), house.case()
    assert aigerim.contact_id is not None
    house.asks(mine, aigerim.contact_id, answer="accept")
    for case in (mine, foreign):
        house.says(case, "ruling_copy_served", house.store.clock.now())
        house.says(case, "removal_scheduled", house.store.clock.now(), house.almaty(3, 10))
    page = comes(client, aigerim).sees(AGENDA)
    title = load_rules().rule(APPEAL).title
    assert any("removal" in line for line in lines(page, mine.code))
    assert any(title in line for line in lines(page, mine.code))
    assert len(lines(page, foreign.code)) == 2
    assert not any(title in line or "removal" in line for line in lines(page, foreign.code))
    assert all("deadline" in line for line in lines(page, foreign.code))
    assert f'href="/console/case/{mine.code}"' in page
    assert f'href="/console/case/{foreign.code}"' not in page
    assert foreign.code not in comes(client, aigerim).sees(f"{AGENDA}?mine=1")
    assert mine.code in comes(client, aigerim).sees(f"{AGENDA}?mine=1")


def test_a_lawyer_finds_the_cases_they_took_or_were_let_into(house: House, client: FlaskClient, dana: Member) -> None:
    mine, let_in, foreign = house.case(), house.case(), house.case()
    assert dana.contact_id is not None
    house.asks(mine, dana.contact_id, answer="accept")
    with house.store.unit("test") as unit:
        grant_access(unit, let_in.id, dana.contact_id, dana.contact_id, unit.now + timedelta(days=1))
    for case in (mine, let_in, foreign):
        house.says(case, "hearing_scheduled", house.store.clock.now(), house.almaty(2, 10))
    browser = comes(client, dana)
    for path in (MONTH, AGENDA):
        page = browser.sees(path)
        assert mine.code in page
        assert let_in.code in page
        assert foreign.code not in page


def test_a_moved_hearing_stands_at_both_times_and_once(house: House, client: FlaskClient, aigerim: Member) -> None:
    case = house.case()
    house.says(case, "hearing_scheduled", house.store.clock.now(), house.almaty(2, 10))
    house.says(case, "hearing_moved", house.store.clock.now(), house.almaty(5, 14))
    before, after = lines(comes(client, aigerim).sees(AGENDA), case.code)
    assert before.startswith("10:00")
    assert "moved to 7 March 2026, 14:00" in before
    assert after.startswith("14:00")
    assert "moved" not in after
    house.says(case, "hearing_cancelled", house.store.clock.now())
    _, after = lines(comes(client, aigerim).sees(AGENDA), case.code)
    assert "cancelled" in after


def test_a_date_nobody_vouches_for_says_so_until_somebody_does(
    house: House, client: FlaskClient, aigerim: Member, dana: Member
) -> None:
    case = house.case()
    house.says(case, "ruling_copy_served", house.store.clock.now())
    browser = comes(client, aigerim)
    assert "unverified" in browser.sees(AGENDA)
    assert "unverified" in browser.sees(MONTH)
    with house.store.unit("test") as unit:
        assert dana.contact_id is not None
        sign_off(unit, dana.contact_id, load_rules().rule(APPEAL), unit.now + timedelta(days=30))
    assert "unverified" not in browser.sees(AGENDA)
    assert "unverified" not in browser.sees(MONTH)


def test_days_are_the_readers_and_the_clock_of_the_case_stands_beside(
    house: House, client: FlaskClient, aigerim: Member
) -> None:
    case = house.case()
    assert aigerim.contact_id is not None
    house.asks(case, aigerim.contact_id, answer="accept")
    with house.store.unit("test") as unit:
        unit.session.get_one(Contact, aigerim.contact_id).timezone = "America/New_York"
    house.says(case, "hearing_scheduled", house.store.clock.now(), house.almaty(3, 9))
    page = comes(client, aigerim).sees(AGENDA)
    (line,) = lines(page, case.code)
    assert line.startswith("23:00")
    assert "5 March 2026, 09:00" in line
    assert "Wednesday, 4 March 2026" in page


def test_a_month_counts_what_it_has_no_room_for(house: House, client: FlaskClient, aigerim: Member) -> None:
    for _ in range(5):
        house.says(house.case(), "hearing_scheduled", house.store.clock.now(), house.almaty(2, 10))
    browser = comes(client, aigerim)
    page = browser.sees(MONTH)
    assert "March 2026" in page
    assert "and 2 more" in words(page)
    assert "2026-03-04" in page
    assert "and 2 more" not in words(browser.sees(f"{MONTH}?month=2026-04"))
    for text in ("x", "2026-13", "99999-01", "1900-01", "2026-04-01"):
        assert "March 2026" in browser.sees(f"{MONTH}?month={text}"), text


def test_an_agenda_goes_on_page_by_page_and_takes_any_address(
    house: House, client: FlaskClient, aigerim: Member, clock: ManualClock
) -> None:
    case = house.case()
    for hour in range(45):
        hearing = clock.now() + timedelta(hours=hour + 1)
        house.says(case, "deadline_by_hand", clock.now(), hearing)
    browser = comes(client, aigerim)
    assert len(lines(browser.sees(AGENDA), case.code)) == 40
    assert len(lines(browser.sees(f"{AGENDA}?page=2"), case.code)) == 5
    for query in ("page=9", "page=x", "page=-1", "from=x", "from=0001-01-01", "kind=x", "page=٣"):
        browser.sees(f"{AGENDA}?{query}")
    assert not lines(browser.sees(f"{AGENDA}?kind=hearing"), case.code)
    assert "Nothing stands here until" in browser.sees(f"{AGENDA}?from=2027-01-01")


def test_a_feed_is_shown_once_replaced_and_revoked(house: House, client: FlaskClient, dana: Member) -> None:
    case = house.case()
    assert dana.contact_id is not None
    house.asks(case, dana.contact_id, answer="accept")
    house.says(case, "hearing_scheduled", house.store.clock.now(), house.almaty(2, 10))
    browser = comes(client, dana)

    def made() -> str:
        found = re.search(r'https?://[^/"<]+(/calendar/[^"<]+\.ics)', browser.sends(FEED).text)
        assert found is not None
        return found[1]

    first = made()
    assert case.code in client.get(first).text
    assert first not in browser.sees(MONTH)
    assert "2 March 2026" in browser.sees(MONTH), "since when there is one"
    second = made()
    assert second != first
    assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)
    browser.sends(f"{FEED}/revoke")
    assert client.get(second).status_code == 404
    with house.store.read() as unit:
        assert all(feed.revoked_at for feed in unit.session.scalars(select(CalendarFeed)))


def test_under_duress_the_address_goes_on_answering_and_nothing_is_there(
    house: House, client: FlaskClient, dana: Member
) -> None:
    case = house.case()
    assert dana.contact_id is not None
    with house.store.unit("test") as unit:
        before = f"/calendar/{open_feed(unit, dana.contact_id)}.ics"
    nothing = client.get(before)
    house.asks(case, dana.contact_id, answer="accept")
    house.says(case, "hearing_scheduled", datetime(2026, 3, 1, tzinfo=UTC), house.almaty(2, 10))
    assert case.code in client.get(before).text
    dana.gives(DURESS)
    browser = Browser(client).comes_in(dana, duress=True)
    assert case.code not in browser.sees(AGENDA)
    assert (client.get(before).status_code, client.get(before).data) == (200, nothing.data), "as if they had no case"
    found = re.search(r"(/calendar/[^\"<]+\.ics)", browser.sends(FEED).text)
    assert found is not None
    assert [client.get(one).status_code for one in (before, found[1])] == [404, 200]
    assert client.get(found[1]).data == nothing.data
    join(house.store, dana.login, "lawyer")
    assert client.get(found[1]).status_code == 404, "whoever forced her has seen it, and a new invitation ends it"


def test_an_invitation_leaves_the_address_of_who_was_never_forced(
    house: House, client: FlaskClient, dana: Member
) -> None:
    assert dana.contact_id is not None
    with house.store.unit("test") as unit:
        feed = f"/calendar/{open_feed(unit, dana.contact_id)}.ics"
    join(house.store, dana.login, "lawyer")
    assert client.get(feed).status_code == 200
