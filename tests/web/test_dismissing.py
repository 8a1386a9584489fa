"""Dismissing the lawyer at the pages: anybody who has the case enters the wish, a coordinator the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Need
from cases.docket.models import Dismissal
from tests.web.test_console_releases import Desk, client

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.web.scene import Scene

__all__ = ["client"]


@pytest.fixture
def desk(scene: Scene, client: FlaskClient) -> Desk:
    return Desk(scene, client)


def counsel(desk: Desk) -> str:
    with desk.scene.store.read() as unit:
        return str(unit.session.scalars(select(Need.accepted_by).where(Need.kind == "lawyer")).one())


def rows(desk: Desk) -> list[bool | None]:
    with desk.scene.store.read() as unit:
        return list(unit.session.scalars(select(Dismissal.confirmed).order_by(Dismissal.asked_at, Dismissal.id)))


@pytest.mark.parametrize(
    ("who", "do", "status"),
    [
        ("aigerim", "confirmed", 303),
        ("aigerim", "denied", 303),
        ("dana", "confirmed", 400),  # no lawyer answers for whether they are wanted
        ("dana", "denied", 400),
        ("timur", "confirmed", 404),  # has not the case
        ("timur", "denied", 404),
        ("aigerim", "explode", 400),
    ],
)
def test_who_may_say_what_the_safe_contact_said(desk: Desk, who: str, do: str, status: int) -> None:
    assert desk.as_(desk.dana).sends(f"{desk.person}/dismissal", do="ask").status_code == 303
    answer = desk.as_(getattr(desk, who)).sends(
        f"{desk.person}/dismissal", do=do, how="in person", lawyer=counsel(desk)
    )
    assert answer.status_code == status
    assert rows(desk) == [None if status != 303 else do == "confirmed"]


def test_the_page_says_what_is_open_and_offers_the_answers_to_coordinators_alone(desk: Desk) -> None:
    assert "Somebody does not want the lawyer any more" in desk.as_(desk.aigerim).sees(desk.person)
    desk.as_(desk.aigerim).sends(f"{desk.person}/dismissal", do="ask")
    mine, counsels = desk.as_(desk.aigerim).sees(desk.person), desk.as_(desk.dana).sees(desk.person)
    assert "Ask the safe contact" in mine
    assert ">Dana</option>" in mine
    assert 'value="confirmed"' not in counsels
    assert "Go on acting" in counsels


def test_without_a_word_on_how_nothing_is_settled(desk: Desk) -> None:
    desk.as_(desk.aigerim).sends(f"{desk.person}/dismissal", do="ask")
    refused = desk.as_(desk.aigerim).sends(f"{desk.person}/dismissal", do="denied", how=" ")
    assert refused.status_code == 400
    assert "by what safe way" in refused.text
    assert rows(desk) == [None]


def test_who_is_forced_settles_nothing(desk: Desk) -> None:
    desk.as_(desk.aigerim).sends(f"{desk.person}/dismissal", do="ask")
    forced = desk.as_(desk.aigerim, duress=True)
    assert forced.sends(f"{desk.person}/dismissal", do="denied", how="x").status_code == 404
    assert rows(desk) == [None]
