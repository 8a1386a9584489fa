"""By WhatsApp, through the whole program and a local Twilio that keeps the rules of the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.identity.models import IdentitySuggestion
from cases.models import Download, FileState, ReportAnswer
from store.files import StoredFile, read_file
from tests.conftest import START
from tests.stories.test_channels import POLICY, EveryChannel
from tests.stories.test_nothing_leaks import everything_stored
from tests.web.form import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Phone
    from store.vault import KeyRing

pytestmark = pytest.mark.heavy
NUMBER = "+77000000777"
TOOK = "ағамды ұстап кетті, көмектесіңіздерші"


@pytest.fixture
def town(database_url: str, ring: KeyRing) -> Iterator[EveryChannel]:
    with EveryChannel(database_url, ring, START) as town:
        town.policy(POLICY)
        yield town


@pytest.fixture
def aisha(town: EveryChannel) -> Phone:
    return town.sandbox.phone("Zhansaya", role="relative", telegram=False, number=NUMBER, whatsapp=True)


def downloads(town: EveryChannel) -> list[str]:
    with town.house.store.read() as unit:
        return list(unit.session.scalars(select(Download.state)))


def test_first_words_in_kazakh_page_people_and_are_answered_in_kazakh(town: EveryChannel, aisha: Phone) -> None:
    aigerim, _ = town.team(Aigerim="coordinator", Timur="coordinator")
    aisha.whatsapps(TOOK)
    page = aigerim.sees("NEW")
    first = aisha.gets_whatsapp("24 сағат")
    (code,) = town.case_codes()
    assert code in first.plain
    aisha.whatsapps("1")
    aisha.gets_whatsapp("қайда", after=first)
    aisha.whatsapps(files=("voice",))
    town.sandbox.wait_until(lambda: downloads(town) == [FileState.STORED])
    town.sandbox.wait_until(lambda: not town.sandbox.twilio.files())
    with town.house.store.read() as unit:
        answered = unit.session.scalars(select(ReportAnswer.question).order_by(ReportAnswer.given_at)).all()
        kept = unit.session.scalars(select(StoredFile.id)).one()
    assert answered == ["call", "where"]
    assert b"".join(read_file(town.house.store, kept)).startswith(b"OggS")
    aigerim.taps("Accept", on=page)
    aisha.gets_whatsapp(code, after=first)
    aigerim.taps("Open")
    shown = town.page(aigerim.link("Open the page"))
    assert "By WhatsApp from:" in shown
    assert NUMBER in shown
    assert "they can be written to until" in shown
    assert aisha.sms == [], "they have not chosen texts"
    town.sandbox.wait_until(lambda: not [one for one in town.sandbox.twilio.messages() if one.body])
    assert "Zhansaya" not in everything_stored(town), "how they call themselves there is not kept"
    assert NUMBER not in str(town.logged)


@pytest.mark.long
def test_news_a_day_later_knock_once_and_are_told_when_they_write(town: EveryChannel, aisha: Phone) -> None:
    aigerim, _ = town.team(Aigerim="coordinator", Timur="coordinator")
    aisha.whatsapps(TOOK)
    page = aigerim.sees("NEW")
    aisha.gets_whatsapp("24 сағат")
    town.later(hours=25)
    aigerim.taps("Accept", on=page)
    knock = aisha.gets_whatsapp("There is news for you.")
    aigerim.sees("something waits to be told")
    town.rests()
    assert [one.plain for one in aisha.whatsapp if not one.mine and one.says("news")] == [knock.plain]
    (code,) = town.case_codes()
    aisha.whatsapps("сәлем")
    aisha.gets_whatsapp(code, after=knock)
    assert aisha.sms == []


@pytest.mark.long
def test_one_person_told_of_by_telegram_whatsapp_and_the_form_is_proposed_as_one(
    town: EveryChannel, aisha: Phone
) -> None:
    aigerim, _ = town.team(Aigerim="coordinator", Timur="coordinator")
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    aigerim.taps("Accept", on=aigerim.sees(town.code_on(gulnar)))
    for _ in range(2):
        gulnar.taps("Skip")
        town.rests()
    gulnar.writes("Nurlan Serikuly, 1991")
    aisha.whatsapps("they took my brother")
    aisha.gets_whatsapp("May we call")
    aigerim.taps("Accept", on=aigerim.sees(town.case_codes()[1]))
    aisha.whatsapps("1")
    aisha.gets_whatsapp("Where is the person")
    aisha.whatsapps("not known")
    aisha.gets_whatsapp("name")
    aisha.whatsapps("Нұрлан Серікұлы, 1991")
    form = Visitor(town.web)
    page = form.tells("they took my brother")
    assert page.code is not None
    aigerim.taps("Accept", on=aigerim.sees(page.code))
    form.answers("who", "نۇرلان سېرىك ئوغلى، 1991")
    town.sandbox.wait_until(lambda: proposed(town) == ["open"] * 3)


def proposed(town: EveryChannel) -> list[str]:
    with town.house.store.read() as unit:
        return list(unit.session.scalars(select(IdentitySuggestion.state)))
