"""A number is paged only once its owner has shown that they read there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, text

from alerts.messages.channel_states import note_channels
from alerts.occasions.verifying import NotSent, Sent
from contacts.models import MethodCheck
from contacts.verification import (
    CHECKS_AN_HOUR,
    TRIES_ALLOWED,
    Standing,
    confirm_for,
    forget_expired,
    standing_of,
)
from store.eventlog import EventRow
from tests.alerts.desk import Desk
from web.factory import make_app

if TYPE_CHECKING:
    from alerts.sending.jobs import Job
    from store.clock import ManualClock
    from store.unit_of_work import Store

NUMBER = "+77000000001"
ANOTHER = "+77000000002"
IN_TURKEY = "+905000000001"
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def code_in(job: Job) -> str:
    found = re.search(r"\b\d{6}\b", job.text)
    assert found is not None
    return found[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def standing(desk: Desk, name: str = "Aigerim", channel: str = "sms") -> Standing:
    with desk.store.read() as unit:
        return standing_of(desk.method(unit, name, channel))


def test_who_has_proved_nothing_is_paged_nowhere_and_checked_everywhere(desk: Desk) -> None:
    desk.enters("Aigerim", sms=NUMBER, voice=NUMBER, email="a@example.org", other="ntfys://ntfy.example.org/a")
    assert desk.ways("Aigerim") == []
    for channel in ("sms", "voice", "email", "other"):
        assert isinstance(desk.checks("Aigerim", channel), Sent)
        assert desk.ways("Aigerim") == [], "a check that was sent proves nothing"
    assert [row.template for row in desk.rows()] == ["sms.code", "voice.code", "email.code", "email.code"]


def test_a_text_answered_with_its_code_proves_the_number(desk: Desk) -> None:
    desk.enters("Aigerim", sms=NUMBER)
    desk.checks("Aigerim")
    (job,) = desk.leaves()
    desk.texts(NUMBER, f"Код {code_in(job)}.")
    assert desk.ways("Aigerim") == ["sms"]
    (answer,) = desk.leaves()
    assert "confirmed" in answer.text


def test_the_code_stands_in_no_row(desk: Desk) -> None:
    desk.enters("Aigerim", sms=NUMBER)
    desk.checks("Aigerim")
    (job,) = desk.leaves()
    with desk.store.engine.connect() as connection:
        tables = ("delivery", "method_check", "event", "attempt")
        rows = [repr(row) for one in tables for row in connection.execute(text(f"SELECT * FROM {one}"))]  # noqa: S608
    assert code_in(job) not in re.findall(r"(?<![0-9a-f])\d{6}(?![0-9a-f])", "".join(rows))


def test_a_code_is_good_for_an_hour(desk: Desk, clock: ManualClock) -> None:
    desk.enters("Aigerim", sms=NUMBER)
    desk.checks("Aigerim")
    (job,) = desk.leaves()
    clock.advance(AN_HOUR)
    desk.texts(NUMBER, code_in(job))
    assert desk.ways("Aigerim") == []
    assert "not valid" in desk.leaves()[-1].text


def test_a_code_that_has_expired_is_erased_and_one_that_is_good_is_not(desk: Desk, clock: ManualClock) -> None:
    desk.enters("Aigerim", sms=NUMBER, email="a@example.org")
    desk.checks("Aigerim")
    desk.checks("Aigerim", "email")
    assert kept_codes(desk) == 2
    for minutes, kept in ((59, 2), (1, 1), (22 * 60, 1), (60, 0)):
        clock.advance(timedelta(minutes=minutes))
        for _ in range(2):
            with desk.store.unit("test") as unit:
                forget_expired(unit)
        assert kept_codes(desk) == kept


def kept_codes(desk: Desk) -> int:
    """How many codes the database could still give away."""
    with desk.store.read() as unit:
        return len(unit.session.scalars(select(MethodCheck.id).where(MethodCheck.code.is_not(None))).all())


def test_a_code_that_could_not_leave_in_time_is_not_sent_and_troubles_nobody(desk: Desk, clock: ManualClock) -> None:
    desk.enters("Aigerim", sms=NUMBER)
    desk.checks("Aigerim")
    clock.advance(AN_HOUR)
    assert desk.leaves() == []
    (row,) = desk.rows()
    assert (row.state, row.due_at, row.parked_at) == ("expired", None, None)


def test_guessing_ends_after_five_tries_even_with_the_right_code(desk: Desk) -> None:
    desk.enters("Aigerim", sms=NUMBER)
    desk.checks("Aigerim")
    (job,) = desk.leaves()
    for _ in range(TRIES_ALLOWED):
        desk.texts(NUMBER, wrong(code_in(job)))
    desk.texts(NUMBER, code_in(job))
    assert desk.ways("Aigerim") == []


def test_a_new_code_ends_the_old_one_and_there_are_three_an_hour(desk: Desk, clock: ManualClock) -> None:
    desk.enters("Aigerim", sms=NUMBER)
    codes = []
    for _ in range(CHECKS_AN_HOUR):
        assert isinstance(desk.checks("Aigerim"), Sent)
        codes += [code_in(job) for job in desk.leaves()]
        clock.advance(timedelta(seconds=10))
    assert desk.checks("Aigerim") is NotSent.TOO_OFTEN
    desk.texts(NUMBER, codes[0])
    assert desk.ways("Aigerim") == []
    desk.texts(NUMBER, codes[-1])
    assert desk.ways("Aigerim") == ["sms"]
    clock.advance(AN_HOUR)
    assert isinstance(desk.checks("Aigerim"), Sent)
    assert desk.ways("Aigerim") == ["sms"], "what was proved stays so while it is checked again"


def test_where_texts_cannot_be_answered_the_code_is_typed_in_telegram(desk: Desk) -> None:
    desk.enters("Aigerim", sms=IN_TURKEY)
    assert desk.checks("Aigerim") is NotSent.NEEDS_TELEGRAM
    desk.links("Aigerim", "7000001")
    assert desk.checks("Aigerim") == Sent("sms.code_oneway")
    (job,) = desk.leaves()
    assert "/verify" in job.text
    with desk.store.unit("test") as unit:
        assert confirm_for(unit, desk.contact(unit, "Aigerim").id, code_in(job))
    assert desk.ways("Aigerim") == ["telegram", "sms"]


def test_a_code_typed_by_somebody_else_proves_nothing(desk: Desk) -> None:
    desk.enters("Aigerim", sms=NUMBER)
    desk.enters("Timur", sms=ANOTHER)
    desk.checks("Aigerim")
    (job,) = desk.leaves()
    desk.texts(ANOTHER, code_in(job))
    with desk.store.unit("test") as unit:
        assert not confirm_for(unit, desk.contact(unit, "Timur").id, code_in(job))
    assert desk.ways("Aigerim") == desk.ways("Timur") == []


class TestCalls:
    def test_1_proves_the_number(self, desk: Desk) -> None:
        desk.enters("Aigerim", voice=NUMBER)
        desk.checks("Aigerim", "voice")
        (job,) = desk.leaves("voice")
        assert not re.search(r"\d{6}", job.text)
        again = desk.presses(job, "*")
        assert again is not None
        assert again.asks
        assert desk.ways("Aigerim") == []
        for key in ("1", "1", "2"):  # a provider that repeats, and a finger that slips
            spoken = desk.presses(job, key)
            assert spoken is not None
            assert spoken.template == "voice.proved"
        assert desk.ways("Aigerim") == ["voice"]

    def test_2_gives_the_number_up_and_nobody_calls_it_again(self, desk: Desk) -> None:
        desk.enters("Aigerim", voice=NUMBER)
        desk.checks("Aigerim", "voice")
        (job,) = desk.leaves("voice")
        for key in ("2", "1"):
            spoken = desk.presses(job, key)
            assert spoken is not None
            assert spoken.template == "voice.not_proved"
        assert standing(desk, channel="voice") is Standing.DEAD
        assert desk.ways("Aigerim") == []
        assert desk.checks("Aigerim", "voice") is NotSent.GIVEN_UP
        with desk.store.read() as unit:
            died = unit.session.scalars(select(EventRow).where(EventRow.name == "MethodDied"))
            assert [row.payload["channel"] for row in died] == ["voice"]
        assert isinstance(desk.checks("Aigerim", "voice", again=True), Sent), "it was a colleague who picked up"

    def test_a_call_that_is_over_proves_nothing(self, desk: Desk, clock: ManualClock) -> None:
        desk.enters("Aigerim", voice=NUMBER)
        desk.checks("Aigerim", "voice")
        (job,) = desk.leaves("voice")
        clock.advance(AN_HOUR)
        for key in ("1", "2", "*"):
            spoken = desk.presses(job, key)
            assert spoken is not None
            assert spoken.template == "voice.over"
        assert standing(desk, channel="voice") is Standing.UNPROVED

    def test_a_call_to_a_number_that_was_corrected_meanwhile_proves_nothing(self, desk: Desk) -> None:
        desk.enters("Aigerim", voice=NUMBER)
        desk.checks("Aigerim", "voice")
        (job,) = desk.leaves("voice")
        desk.enters("Aigerim", voice=ANOTHER)
        assert desk.presses(job, "1") is None
        assert desk.ways("Aigerim") == []


class TestLinks:
    @pytest.mark.parametrize("channel", ["email", "other"])
    def test_looking_proves_nothing_and_pressing_does(self, desk: Desk, clock: ManualClock, channel: str) -> None:
        desk.enters("Aigerim", email="a@example.org", other="ntfys://ntfy.example.org/a")
        desk.checks("Aigerim", channel)
        (job,) = desk.leaves(channel)
        link = urlsplit(job.keyboard[0][0].url or "").path
        browser = make_app(desk.store, "UTC").test_client()
        for _ in range(3):  # a scanner of the mail server, one of the mail program, a preview
            assert browser.get(link).status_code == 200
            assert browser.head(link).status_code == 200
        assert desk.ways("Aigerim") == []
        clock.advance(timedelta(hours=23))
        assert browser.post(link).status_code == 200
        assert desk.ways("Aigerim") == [channel]
        assert browser.post(link).status_code == 404, "a link is good once"

    def test_a_link_is_good_for_a_day(self, desk: Desk, clock: ManualClock) -> None:
        desk.enters("Aigerim", email="a@example.org")
        desk.checks("Aigerim", "email")
        (job,) = desk.leaves("email")
        clock.advance(timedelta(hours=24))
        link = urlsplit(job.keyboard[0][0].url or "").path
        assert make_app(desk.store, "UTC").test_client().post(link).status_code == 404
        assert desk.ways("Aigerim") == []

    def test_a_link_to_the_old_address_proves_nothing_about_the_new_one(self, desk: Desk) -> None:
        desk.enters("Aigerim", email="a@example.org")
        desk.checks("Aigerim", "email")
        (job,) = desk.leaves("email")
        desk.enters("Aigerim", email="b@example.org")
        link = urlsplit(job.keyboard[0][0].url or "").path
        assert make_app(desk.store, "UTC").test_client().post(link).status_code == 404
        desk.checks("Aigerim", "email")
        assert desk.ways("Aigerim") == []


def test_two_who_share_a_telephone_prove_it_each(desk: Desk) -> None:
    for name in ("Aigerim", "Timur"):
        desk.enters(name, sms=NUMBER)
        desk.checks(name)
    first, second = (code_in(job) for job in desk.leaves())
    desk.texts(NUMBER, first)
    assert (desk.ways("Aigerim"), desk.ways("Timur")) == (["sms"], [])
    desk.texts(NUMBER, second)
    assert (desk.ways("Aigerim"), desk.ways("Timur")) == (["sms"], ["sms"])


def test_2_does_not_take_a_shared_telephone_from_who_has_proved_it(desk: Desk) -> None:
    for name in ("Aigerim", "Timur"):
        desk.enters(name, voice=NUMBER)
    desk.checks("Aigerim", "voice")
    desk.presses(desk.leaves("voice")[0], "1")
    desk.checks("Timur", "voice")
    desk.presses(desk.leaves("voice")[0], "2")
    assert (desk.ways("Aigerim"), desk.ways("Timur")) == (["voice"], [])


def test_stop_silences_a_number_and_start_gives_it_back(desk: Desk) -> None:
    desk.enters("Aigerim", sms=NUMBER)
    desk.checks("Aigerim")
    desk.texts(NUMBER, code_in(desk.leaves()[0]))
    desk.texts(NUMBER, "STOP")
    assert (desk.ways("Aigerim"), standing(desk)) == ([], Standing.DEAD)
    assert desk.checks("Aigerim") is NotSent.STOPPED
    desk.texts(NUMBER, "START")
    assert (desk.ways("Aigerim"), standing(desk)) == (["sms"], Standing.PROVED)


def test_start_proves_nothing(desk: Desk) -> None:
    desk.enters("Aigerim", sms=NUMBER)
    desk.checks("Aigerim")
    desk.texts(NUMBER, "STOP")
    desk.texts(NUMBER, "START")
    assert (desk.ways("Aigerim"), standing(desk)) == ([], Standing.UNPROVED)


def test_what_is_not_set_up_cannot_be_checked(store: Store) -> None:
    desk = Desk(store)
    desk.enters("Aigerim", sms=NUMBER)
    with store.unit("test") as unit:
        note_channels(unit, frozenset({"telegram"}))
    assert desk.checks("Aigerim") is NotSent.CHANNEL_OFF
