"""By telephone, through the whole program: what a caller says is paged, fetched, kept and erased where it lay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.docket.models import Watch, WatchState
from cases.models import Download, FileState
from store.files import StoredFile, read_file
from tests.conftest import START
from tests.stories.test_channels import POLICY, EveryChannel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Phone
    from store.vault import KeyRing

pytestmark = pytest.mark.heavy
NUMBER = "+77000000777"


@pytest.fixture
def town(database_url: str, ring: KeyRing) -> Iterator[EveryChannel]:
    with EveryChannel(database_url, ring, START) as town:
        town.policy(POLICY)
        yield town


@pytest.fixture
def nurbol(town: EveryChannel) -> Phone:
    return town.sandbox.phone("Nurbol", role="relative", telegram=False, number=NUMBER)


def downloads(town: EveryChannel) -> list[Download]:
    with town.house.store.read() as unit:
        rows = list(unit.session.scalars(select(Download)))
        unit.session.expunge_all()
        return rows


def watches(town: EveryChannel) -> list[str]:
    with town.house.store.read() as unit:
        return list(unit.session.scalars(select(Watch.state).where(Watch.kind == "call_back")))


def test_a_message_by_telephone_is_kept_here_and_nowhere_else(town: EveryChannel, nurbol: Phone) -> None:
    aigerim, _ = town.team(Aigerim="coordinator", Timur="coordinator")
    call = nurbol.dials()
    call.hears("For English, press 2")
    aigerim.sees("NEW")  # nothing has been said yet
    call.presses("2")
    call.hears("Do not say how anybody entered the country")
    call.says("they took my brother at the market")
    call.finishes()
    call.hears("May we call this number back")
    call.presses("1")
    call.hears("Goodbye")
    assert call.is_over() == "completed"
    town.sandbox.wait_until(lambda: [one.state for one in downloads(town)] == [FileState.STORED])
    town.sandbox.wait_until(lambda: not town.sandbox.twilio.recordings())
    with town.house.store.read() as unit:
        kept = unit.session.scalars(select(StoredFile.id)).one()
    assert b"".join(read_file(town.house.store, kept)).startswith(b"OggS")
    aigerim.taps("Accept", on=aigerim.sees("NEW"))
    aigerim.taps("Open")
    page = town.page(aigerim.link("Open the page"))
    assert NUMBER in page
    assert "Phone call" in page
    assert "Yes, call me" in page
    assert watches(town) == [WatchState.CANCELLED]
    assert not nurbol.sms, "who called is not texted unasked"


def test_a_message_that_nobody_told_us_of_is_asked_for(town: EveryChannel, nurbol: Phone) -> None:
    town.team(Aigerim="coordinator", Timur="coordinator")
    with town.sandbox.twilio.faults.dropped_callbacks(service="voice"):
        call = nurbol.dials()
        call.presses("2")
        call.says("help us")
        call.hangs_up()
        call.is_over()
        town.rests()
    assert not downloads(town)
    town.sandbox.wait_until(lambda: bool(town.sandbox.twilio.recordings()))
    town.later(minutes=11)
    town.sandbox.wait_until(lambda: [one.state for one in downloads(town)] == [FileState.STORED])
    town.sandbox.wait_until(lambda: not town.sandbox.twilio.recordings())


def test_whoever_hangs_up_at_once_is_to_be_called_back(town: EveryChannel, nurbol: Phone) -> None:
    aigerim, _ = town.team(Aigerim="coordinator", Timur="coordinator")
    call = nurbol.dials()
    call.hears("press")
    call.hangs_up()
    aigerim.taps("Accept", on=aigerim.sees("NEW"))
    town.later(minutes=11)
    aigerim.sees("Somebody called and left no message")
    assert not nurbol.calls


def test_a_report_by_text_with_a_photo_goes_the_whole_way_and_twilio_forgets_it(
    town: EveryChannel, nurbol: Phone
) -> None:
    aigerim, _ = town.team(Aigerim="coordinator", Timur="coordinator")
    nurbol.texts("they took my brother", files=("photo", "voice"))
    page = aigerim.sees("NEW")
    first = nurbol.gets_text("We have your message")
    (code,) = town.case_codes()
    assert code in first.body
    assert code in page.plain
    town.sandbox.wait_until(lambda: [one.state for one in downloads(town)] == [FileState.STORED] * 2)
    town.sandbox.wait_until(lambda: not town.sandbox.twilio.files())
    with town.house.store.read() as unit:
        kept = unit.session.scalars(select(StoredFile.media)).all()
    assert sorted(map(str, kept)) == ["audio/ogg", "image/jpeg"]
    nurbol.texts("1")
    nurbol.gets_text("Where is it?")
    aigerim.taps("Accept", on=page)
    nurbol.gets_text("a person has your message now")
    town.sandbox.wait_until(lambda: not [one for one in town.sandbox.twilio.messages() if one.mine and one.body])
    aigerim.taps("Open")
    assert town.page(aigerim.link("Open the page")).count("SHA-256") == 2
