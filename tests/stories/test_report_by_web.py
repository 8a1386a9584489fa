"""Somebody without Telegram: told on a page, paged as ever, and read by who comes back with a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.models import Delivery
from alerts.policy.throttle import PACES
from cases.duress import agree_on_word
from cases.models import Case, Report
from cases.verification import suspect, verify_reporter
from tests.web.form import Visitor

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def test_what_is_told_rings_a_coordinator_and_a_lawyer_and_the_news_are_there_on_coming_back(
    town: Town, team: Team
) -> None:
    gulnar = Visitor(town.web)
    page = gulnar.tells("they took my brother at the airport", files={"order.png": PNG})
    number, code = page.number, page.code
    assert number is not None
    assert page.says("A person on our team is being alerted now")
    request = team.aigerim.sees(code)
    team.dana.sees(code)
    assert not any(message.says("airport") for message in team.aigerim.messages), "words are read behind a link only"

    town.later(minutes=6)
    town.rests()
    assert gulnar.comes_back(number).says("nobody has accepted it yet. We keep alerting our team")
    team.aigerim.taps("Accept", on=request)
    town.rests()
    page = gulnar.comes_back(number)
    assert page.says(f"A person on our team has taken your report {code}")
    assert page.says("A person on our team has it"), "where it stands is said as well"

    gulnar.answers("safe_contact", "at a neighbour's, +7 700 000 00 07, after nine in the evening")
    gulnar.presses("happening.border")
    team.aigerim.sees(f"Something new was added to {code}")
    team.aigerim.taps("Open", on=team.aigerim.sees(f"You have taken {code}"))
    read = town.page(team.aigerim.link("Open the page"))
    assert "It came by the web form" in read
    for said in ("they took my brother at the airport", "after nine in the evening", "order.png", "At a border"):
        assert said.replace("'", "&#39;") in read


def test_news_that_nobody_has_read_and_that_are_true_no_longer_are_never_read(town: Town, team: Team) -> None:
    gulnar = Visitor(town.web)
    page = gulnar.tells("they took my brother")
    number, code = page.number, page.code
    assert number is not None
    town.later(minutes=6)
    town.rests()
    team.aigerim.taps("Accept", on=team.aigerim.sees(code))
    town.rests()
    page = gulnar.comes_back(number)
    assert page.says("has taken your report")
    assert not page.says("nobody has accepted")


def test_what_was_read_is_shown_for_a_day_and_what_was_not_stays(town: Town, team: Team) -> None:
    gulnar = Visitor(town.web)
    page = gulnar.tells("they took my brother")
    number = page.number
    assert number is not None
    team.aigerim.taps("Accept", on=team.aigerim.sees(page.code))
    town.later(hours=30)
    town.rests()
    page = gulnar.comes_back(number)
    assert page.says("has taken your report"), "nobody had looked at it"
    assert not page.says("pay nobody for it"), "that was read more than a day ago"
    town.later(hours=25)
    town.rests()
    with town.house.store.read() as unit:
        rows = unit.session.scalars(select(Delivery).where(Delivery.channel == "web")).all()
        assert rows
        assert all(row.erased_at is not None for row in rows if row.state == "read")
    assert not gulnar.comes_back(number).says("has taken your report")


def test_a_suspected_trap_is_heard_and_kept_and_told_nothing_more(town: Town, team: Team) -> None:
    somebody = Visitor(town.web)
    page = somebody.tells("they took her, where is she")
    number = page.number
    assert number is not None
    with town.house.store.unit("test") as unit:
        case = unit.session.scalars(select(Case)).one()
        suspect(unit, case.id)
    team.aigerim.taps("Accept", on=team.aigerim.sees(page.code))
    town.rests()
    page = somebody.adds("who has it? where is she?")
    assert page.says("It is kept with your report"), "a page has to answer; it says what is true, and nothing else"
    page = somebody.comes_back(number)
    assert not page.says("has taken")
    assert not page.says("Where it stands now")
    team.aigerim.sees("Something new was added")


def test_the_duress_word_rings_a_coordinator_and_the_page_looks_as_ever(town: Town, team: Team) -> None:
    gulnar = Visitor(town.web)
    page = gulnar.tells("they took my brother")
    request = team.aigerim.sees(page.code)
    team.aigerim.taps("Accept", on=request)
    town.rests()
    with town.house.store.unit("test") as unit:
        report = unit.session.scalars(select(Report)).one()
        verify_reporter(unit, report.id)
        agree_on_word(unit, report.id, "pomegranate")
    usual = gulnar.adds("it is cold here")
    forced = gulnar.adds("it is cold here, like a pomegranate")
    assert forced.words == usual.words
    town.rests()
    team.aigerim.sees("may be under pressure")


@pytest.mark.long
def test_a_flood_by_the_form_is_kept_whole_and_leaves_a_phone_usable(town: Town, team: Team) -> None:
    town.rests()
    before = len(team.aigerim.messages)
    flooder = Visitor(town.web)
    codes = set()
    for at in range(40):
        flooder.looks("/report")
        codes.add(flooder.tells(f"they took my brother number {at}").code)
    assert len(codes) == 40, "nothing is dropped"
    town.rests()
    most = max(rule.limit for rule in PACES["telegram"] if rule.window.total_seconds() <= 60)
    rung = len(team.aigerim.messages) - before
    assert 0 < rung <= most + 1, "no more than its pace in a minute"
    town.later(minutes=2)
    town.rests()
    said = " ".join(message.plain for message in team.aigerim.messages)
    assert codes <= {code for code in codes if code in said}, "all of them are told"
