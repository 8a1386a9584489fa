"""The end of a case: closed with a word on why, opened again, kept, and erased only if a coordinator agrees."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Page
from alerts.search.acks import accept_need
from cases.docket.entering import Entry, When, enter
from cases.models import Case
from cases.retention import Retention
from dialogue.notices import promise_in
from tests.accounts import Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.test_console import seek
from tests.web.test_settings_page import Keeping
from web.backstage import Backstage
from web.factory import make_app

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from store.unit_of_work import Store
    from tests.web.scene import Scene


@pytest.fixture
def member(scene: Scene) -> Member:
    member = join(scene.store, "Aigerim")
    need = seek(scene, "coordinator")
    assert member.contact_id is not None
    with scene.store.unit("test") as unit:
        accept_need(unit, need.id, member.contact_id)
    return member


@pytest.fixture
def browser(quick_store: Store, member: Member) -> Browser:
    backstage = Backstage(lambda _: NotImplemented, lambda _: True, keeping=Keeping())
    app = make_app(quick_store, ZONE, backstage, passwords=quick(quick_store))
    return Browser(app.test_client()).comes_in(member)


def path(scene: Scene) -> str:
    return f"/console/case/{scene.code}/closing"


def presses(browser: Browser, scene: Scene, do: str, note: str = "") -> TestResponse:
    return browser.sends(path(scene), do=do, note=note)


def row(scene: Scene) -> Retention | None:
    with scene.store.read() as unit:
        found = unit.session.get(Retention, scene.case_id)
        unit.session.expunge_all()
        return found


def test_from_closing_to_the_day_on_which_it_is_erased(browser: Browser, scene: Scene, member: Member) -> None:
    assert "Close the case" in browser.sees(path(scene))
    assert presses(browser, scene, "close", "he is at home").status_code == 303
    shown = browser.sees(path(scene))
    assert "2 March 2027" in shown
    assert "Not before a coordinator agrees" in shown
    presses(browser, scene, "agree")
    assert "Not before" not in browser.sees(path(scene))
    found = row(scene)
    assert found is not None
    assert found.confirmed_by == f"contact:{member.contact_id}"
    presses(browser, scene, "reopen")
    assert "Close the case" in browser.sees(path(scene))


def test_its_page_says_that_it_is_closed_and_a_word_promised_there_opens_it(browser: Browser, scene: Scene) -> None:
    """The family is told of it, and somebody reminded: in a closed case nobody would be."""
    page = f"/console/case/{scene.code}"
    assert ">closed<" not in browser.sees(page)
    presses(browser, scene, "close", "he is at home")
    assert ">closed<" in browser.sees(page)
    assert browser.sends(f"{page}/promise", by="1", seen="").status_code == 303
    assert ">closed<" not in browser.sees(page)
    found = row(scene)
    assert found is not None
    assert found.closed_at is None
    with scene.store.read() as unit:
        case = unit.session.get_one(Case, scene.case_id)
        assert promise_in(unit, case) is not None, "whoever reported is told"


def test_nobody_is_rung_for_it_from_a_page_that_was_shown_before(browser: Browser, scene: Scene) -> None:
    page = f"/console/case/{scene.code}"
    dana = join(scene.store, "Dana", "lawyer").contact_id
    assert 'id="lawyer"' in browser.sees(page)
    presses(browser, scene, "close", "he is at home")
    assert 'id="lawyer"' not in browser.sees(page)
    for do in ("ask", "accepted"):
        refused = browser.sends(f"{page}/lawyer", lawyer=str(dana), do=do)
        assert refused.status_code == 400
        assert "The case is closed" in refused.text
    with scene.store.read() as unit:
        assert unit.session.scalars(select(Page).where(Page.contact_id == dana)).all() == []


def test_what_was_typed_is_still_there_when_it_was_refused(browser: Browser, scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        at = unit.now + timedelta(days=3)
        enter(unit, scene.case_id, Entry("hearing_scheduled", When(unit.now), appointed_at=at), zone=ZONE)
    assert "he is at <b>home</b></textarea>" in unescape(presses(browser, scene, "close", "he is at <b>home</b>").text)
    assert "<b>home" not in presses(browser, scene, "close", "he is at <b>home</b>").text


def test_it_can_be_kept_for_a_remedy_and_let_go(browser: Browser, scene: Scene) -> None:
    presses(browser, scene, "close", "transferred to another team")
    presses(browser, scene, "keep", "a petition")
    assert "as long as a remedy is open" in browser.sees(path(scene))
    presses(browser, scene, "let_go")
    assert "as long as a remedy is open" not in browser.sees(path(scene))


def test_what_still_runs_is_not_closed_and_nothing_without_a_word(browser: Browser, scene: Scene) -> None:
    refused = presses(browser, scene, "close")
    assert (refused.status_code, "Say why it is closed." in refused.text) == (409, True)
    with scene.store.unit("test") as unit:
        at = unit.now + timedelta(days=3)
        enter(unit, scene.case_id, Entry("hearing_scheduled", When(unit.now), appointed_at=at), zone=ZONE)
    assert "still to come" in browser.sees(path(scene))
    assert presses(browser, scene, "close", "tired").status_code == 409
    assert presses(browser, scene, "<b>", "x").status_code == 409
    found = row(scene)
    assert found is None or found.closed_at is None


def test_who_has_not_the_case_finds_none_and_who_is_forced_changes_nothing(
    browser: Browser, scene: Scene, member: Member, quick_store: Store
) -> None:
    app = make_app(quick_store, ZONE, passwords=quick(quick_store))
    stranger = Browser(app.test_client()).comes_in(join(quick_store, "Timur"))
    assert stranger.client.get(path(scene)).status_code == 404
    assert stranger.sends(path(scene), do="close", note="x").status_code == 404
    browser.comes_in(member, duress=True)
    assert browser.client.get(path(scene)).status_code == 404
    assert presses(browser, scene, "close", "x").status_code == 303
    assert row(scene) is None
