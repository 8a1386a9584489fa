"""Very many reports at once, as coordinators meet them: what belongs together is proposed, and questions are fewer."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from alerts.messages.clusters import ASKED_FOR, SEVERAL, proposed_incidents
from alerts.models import Alert, Need, NeedState
from alerts.occasions.surge import BY_LOAD, MANY, begin_surge, feel_load, surging, told_minutes, wait_now
from alerts.search.acks import accept_need
from alerts.search.planning import plan_alert
from cases.events import ReportReceived
from cases.incidents.models import IncidentCase
from cases.intake import open_report
from cases.models import Case
from store.base import new_id
from store.chats import find_or_open_chat
from store.clock import ManualClock
from tests.accounts import Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.queries import counted
from web.factory import make_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from store.unit_of_work import Store

CLUSTER = re.compile(r'name="cluster" value="([^"]+)"')


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()


@pytest.fixture
def aigerim(quick_store: Store) -> Member:
    return join(quick_store, "Aigerim")


def reports(store: Store, count: int, region: str | None = None, first: int = 0) -> list[str]:
    """So many strangers report; what follows of it is planned."""
    codes = []
    for number in range(first, first + count):
        with store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", f"79{region or ''}{number:05}")
            case = open_report(unit, chat, language="kk", kind="text", content="they took him")
            case.region = region
            unit.session.flush()
            event = ReportReceived(case_id=case.id, report_id=new_id())
            plan_alert(unit, event, ZONE)
            feel_load(unit, event)
            codes.append(case.code)
    return codes


def later(store: Store, **amount: float) -> None:
    assert isinstance(store.clock, ManualClock)
    store.clock.advance(timedelta(**amount))


def test_reports_of_one_place_are_proposed_as_one_incident_and_one_press_makes_it(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    here, there = reports(quick_store, 5, "KZ-75"), reports(quick_store, SEVERAL - 1, "KZ-19")
    browser = Browser(client).comes_in(aigerim)
    page = browser.sees("/console/incidents")
    assert [code for code in here if code not in page] == []
    assert [code for code in there if code in page] == []
    with counted(quick_store) as asked:
        browser.sees("/console/incidents")
    assert asked.count <= 8, asked.statements
    found = CLUSTER.search(page)
    assert found is not None
    forced = Browser(client.application.test_client()).comes_in(aigerim, duress=True)
    assert forced.sends("/console/incidents/gather", cluster=found[1]).location == "/console/incidents?said=done"
    with quick_store.read() as unit:
        assert not unit.session.scalars(select(IncidentCase.id)).all(), "it looks done"
    answer = browser.sends("/console/incidents/gather", cluster=found[1])
    assert answer.status_code == 303
    with quick_store.read() as unit:
        in_it = select(Case.code).join(IncidentCase, IncidentCase.case_id == Case.id).order_by(IncidentCase.number)
        assert list(unit.session.scalars(in_it)) == here
        assert unit.session.scalars(select(IncidentCase.number).order_by(IncidentCase.number)).all() == [1, 2, 3, 4, 5]
    assert CLUSTER.search(browser.sees("/console/incidents")) is None
    assert "taken" in browser.sends("/console/incidents/gather", cluster=found[1]).location, "twice makes no second one"
    browser.sends("/console/incident/" + answer.location.split("/")[-1].split("?")[0] + "/accept")
    with quick_store.read() as unit:
        needs = unit.session.execute(
            select(Need.state, Need.accepted_by)
            .join(IncidentCase, IncidentCase.case_id == Need.case_id)
            .where(Need.kind == "coordinator")
        ).all()
        assert {(one.state, one.accepted_by) for one in needs} == {(NeedState.ACCEPTED, aigerim.contact_id)}
    assert quick_store.verify_log() == []


def test_what_came_in_slowly_or_long_ago_is_not_proposed(quick_store: Store) -> None:
    for number in range(5):
        reports(quick_store, 1, "KZ-75", first=number)
        later(quick_store, minutes=31)
    with quick_store.read() as unit:
        assert proposed_incidents(unit) == []
        assert len(set(unit.session.scalars(select(Alert.cluster_id)))) == 5
    reports(quick_store, SEVERAL, "KZ-75", first=10)
    with quick_store.read() as unit:
        (one,) = proposed_incidents(unit)
        assert len(one.codes) == SEVERAL
    later(quick_store, seconds=ASKED_FOR.total_seconds() + 1)
    with quick_store.read() as unit:
        assert proposed_incidents(unit) == []


def test_a_surge_begins_by_itself_and_ends_an_hour_after_the_last_of_it(quick_store: Store) -> None:
    reports(quick_store, MANY)
    with quick_store.read() as unit:
        assert surging(unit) is None, "more than so many are a surge"
    reports(quick_store, 1, first=100)
    with quick_store.read() as unit:
        running = surging(unit)
        assert running is not None
        assert running.began_by == BY_LOAD
    later(quick_store, minutes=20)
    reports(quick_store, 1, first=200)
    later(quick_store, minutes=59)
    with quick_store.read() as unit:
        assert surging(unit) is not None, "it went on while people wrote"
    later(quick_store, minutes=2)
    reports(quick_store, 1, first=300)
    with quick_store.read() as unit:
        assert surging(unit) is None, "what is older than half an hour is no crowd"


def test_a_coordinator_begins_and_ends_it_and_it_always_has_an_end(
    quick_store: Store, client: FlaskClient, aigerim: Member
) -> None:
    browser = Browser(client).comes_in(aigerim)
    assert browser.sends("/console/incidents/surge", hours="3").status_code == 303
    assert "Ask everything again" in browser.sees("/console/incidents")
    with quick_store.read() as unit:
        running = surging(unit)
        assert running is not None
        assert running.until - running.began_at == timedelta(hours=3)
    browser.sends("/console/incidents/surge", hours="9000")
    browser.sends("/console/incidents/surge", do="end")
    assert "Ask everything again" not in browser.sees("/console/incidents")
    with quick_store.unit("test") as unit:
        surge = begin_surge(unit, "contact:1", unit.now + timedelta(days=9))
        assert surge.until - surge.began_at == timedelta(hours=12)
    browser.comes_in(aigerim, duress=True)
    assert browser.sends("/console/incidents/surge", do="end").status_code == 303
    with quick_store.read() as unit:
        assert surging(unit) is not None, "whoever is forced changes nothing"


def test_the_wait_that_is_told_is_never_shorter_than_the_longest(quick_store: Store) -> None:
    with quick_store.read() as unit:
        assert wait_now(unit) == "15"
    reports(quick_store, 2)
    later(quick_store, minutes=16)
    reports(quick_store, 2, first=50)
    with quick_store.read() as unit:
        assert wait_now(unit) == "30"
    later(quick_store, hours=13)
    with quick_store.read() as unit:
        assert wait_now(unit) == str(24 * 60), "whoever has waited for half a day counts as well"


def test_the_wait_that_is_told_is_not_shorter_than_that_of_who_was_just_answered(
    quick_store: Store, aigerim: Member
) -> None:
    assert aigerim.contact_id is not None
    slow, *_ = reports(quick_store, 1)
    later(quick_store, minutes=50)
    quick = reports(quick_store, 3, first=50)
    with quick_store.unit("test") as unit:
        for code in (slow, *quick):
            need = select(Need.id).join(Case, Case.id == Need.case_id).where(Case.code == code)
            found = unit.session.scalars(need.where(Need.kind == "coordinator")).one()
            accept_need(unit, found, aigerim.contact_id)
    with quick_store.read() as unit:
        assert wait_now(unit) == "60"


@given(st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_wait_is_never_rounded_down(wait: timedelta) -> None:
    assert timedelta(minutes=told_minutes(wait)) >= wait


def test_figures_tell_little_of_how_busy_we_are() -> None:
    figures = [told_minutes(timedelta(minutes=minutes)) for minutes in (0, 1, 15, 16, 59, 61, 720, 721, 1441)]
    assert figures == [15, 15, 15, 30, 60, 120, 720, 1440, 2880]
