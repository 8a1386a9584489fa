"""Handing over at the console: a colleague is asked, or says yes on the telephone, and then the case is theirs."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Delivery, Need
from alerts.search.acks import accept_need
from alerts.search.handing_over import answer_offer
from contacts.directory import put_contact
from contacts.models import ContactMethod
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat
from tests.accounts import Browser, Member, join, quick
from tests.web.conftest import ZONE
from tests.web.test_console import seek
from web.factory import make_app

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store
    from tests.web.scene import Scene


@pytest.fixture
def need_id(scene: Scene, member: Member) -> UUID:
    """The need of the case, which Aigerim has taken."""
    need = seek(scene, "coordinator")
    with scene.store.unit("test") as unit:
        assert member.contact_id is not None
        accept_need(unit, need.id, member.contact_id)
    return need.id


@pytest.fixture
def member(scene: Scene) -> Member:
    return join(scene.store, "Aigerim")


@pytest.fixture
def timur(scene: Scene) -> UUID:
    """A colleague with Telegram; a second one, Marat, has only a telephone."""
    with scene.store.unit("test") as unit:
        put_contact(unit, ContactCard("Marat", Role.COORDINATOR))
        contact_id = put_contact(unit, ContactCard("Timur", Role.COORDINATOR))
        chat = find_or_open_chat(unit, "telegram", "102")
        unit.session.add(
            ContactMethod(contact_id=contact_id, channel="telegram", chat_id=chat.id, verified_at=unit.now)
        )
        return contact_id


@pytest.fixture
def browser(quick_store: Store, member: Member) -> Browser:
    return Browser(make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()).comes_in(member)


def path(scene: Scene) -> str:
    return f"/console/case/{scene.code}/handover"


def holder(scene: Scene, need_id: UUID) -> UUID | None:
    with scene.store.read() as unit:
        return unit.session.get_one(Need, need_id).accepted_by


def test_a_colleague_is_asked_and_the_page_says_so(
    browser: Browser, scene: Scene, member: Member, need_id: UUID, timur: UUID
) -> None:
    assert path(scene) in browser.sees(f"/console/case/{scene.code}")
    shown = browser.sees(path(scene))
    assert shown.index("Timur") < shown.index("Marat"), "who can be asked at once stands first"
    assert "by telephone only" in shown
    browser.sends(path(scene), do="ask", colleague=str(timur))
    assert "asked" in browser.sees(path(scene))
    assert holder(scene, need_id) == member.contact_id, "it is hers until he says yes"
    with scene.store.unit("test") as unit:
        assert unit.session.scalars(select(Delivery.template)).all() == ["staff.handover_offered"]
        answer_offer(unit, need_id, timur, takes=True)
    assert holder(scene, need_id) == timur
    browser.sees(path(scene), HTTPStatus.NOT_FOUND)  # it is hers no longer


def test_a_yes_by_telephone_is_recorded_as_theirs(browser: Browser, scene: Scene, need_id: UUID, timur: UUID) -> None:
    browser.sends(path(scene), do="accepted", colleague=str(timur))
    assert holder(scene, need_id) == timur


def test_a_press_that_is_none_says_what_to_do_and_changes_nothing(
    browser: Browser, scene: Scene, member: Member, need_id: UUID
) -> None:
    for colleague in ("", "nobody", str(member.contact_id)):
        answer = browser.sends(path(scene), do="ask", colleague=colleague)
        assert answer.status_code == HTTPStatus.CONFLICT
    assert "Choose somebody else" in answer.text
    assert holder(scene, need_id) == member.contact_id


def test_behind_the_second_password_nobody_is_shown_and_nothing_is_handed_over(
    browser: Browser, scene: Scene, need_id: UUID, timur: UUID, member: Member
) -> None:
    browser.comes_in(member, duress=True)
    browser.sees(path(scene), HTTPStatus.NOT_FOUND)  # as of any case that they do not have
    browser.sends(path(scene), do="accepted", colleague=str(timur))
    assert holder(scene, need_id) == member.contact_id
