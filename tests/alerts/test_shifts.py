"""A test before a shift goes out by every channel, and is confirmed by any of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from alerts.events import ShiftConfirmed, ShiftUnconfirmed
from alerts.messages.channel_states import note_channels
from alerts.models import ShiftTest
from alerts.occasions.duty_notices import look_at, tell_confirmed_late, tell_unconfirmed
from alerts.policy.policies import duties, import_policies
from contacts.models import ContactMethod
from store.chats import find_or_open_chat
from store.clock import ManualClock
from store.eventlog import EventRow
from tests.alerts.desk import Desk
from tests.conftest import START
from tests.quick import quick_store
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from alerts.sending.jobs import Job
    from store.eventlog import Event
    from store.unit_of_work import Store

NUMBER, ANOTHER = "+77000000001", "+77000000002"
IN_TURKEY = "+905000000001"
POLICY = """\
policies:
  - name: test
    applies_to: {jurisdictions: [KZ], risk: any}
    repeat: 2
    needs:
      coordinator:
        - {notify: [{roster: duty}], channels: [telegram], wait: 2m}
rosters:
  - name: duty
    timezone: Asia/Almaty
    rotation: {every: 1 day, handoff: "09:00", members: [Timur, Aigerim]}
"""
AN_HOUR_BEFORE = timedelta(hours=9)
"""From the beginning, 23:00, to 08:00; Timur goes on call at 09:00."""


class Rota(Desk):
    """Aigerim and Timur take turns by the day."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        with store.unit("test") as unit:
            import_policies(unit, POLICY)

    def proves(self, name: str) -> None:
        """Everything that is stated of somebody counts as proved."""
        with self.store.unit("test") as unit:
            of = select(ContactMethod).where(ContactMethod.contact_id == self.contact(unit, name).id)
            for method in unit.session.scalars(of):
                address = {"sms": NUMBER if name == "Timur" else ANOTHER, "voice": NUMBER}.get(method.channel, name)
                method.chat_id = find_or_open_chat(unit, method.channel, address).id
                method.verified_at = unit.now

    def looks(self) -> None:
        with self.store.unit("test") as unit:
            look_at(unit, duties(unit))

    def follows(self) -> None:
        """Handle what was written in the log about tests; again and again, as after a crash."""
        with self.store.unit("test") as unit:
            for row in unit.session.scalars(select(EventRow).order_by(EventRow.position)).all():
                for kind, react in ((ShiftUnconfirmed, tell_unconfirmed), (ShiftConfirmed, tell_confirmed_late)):
                    if row.name == kind.__name__:
                        event: Event = kind.from_payload(row.case_id, row.payload)
                        react(unit, event)

    def is_confirmed(self) -> bool:
        with self.store.read() as unit:
            return unit.session.scalars(select(ShiftTest)).one().confirmed_at is not None


@pytest.fixture
def rota(store: Store) -> Rota:
    return Rota(store)


def path_in(job: Job) -> str:
    return urlsplit(job.keyboard[0][0].url or "").path


def a_test(
    rota: Rota,
    clock: ManualClock,
    channel: str,
    *,
    sms: str | None = None,
    voice: str | None = None,
    email: str | None = None,
    other: str | None = None,
) -> Job:
    """The message of Timur's test on one channel."""
    rota.enters("Timur", sms=sms, voice=voice, email=email, other=other)
    rota.proves("Timur")
    clock.advance(AN_HOUR_BEFORE)
    for _ in range(3):  # looking again, or somebody else looking, sends no second one
        rota.looks()
    (job,) = [one for one in rota.leaves(channel) if "test" in one.text]
    return job


def test_it_goes_out_by_every_channel_at_once(rota: Rota, clock: ManualClock) -> None:
    a_test(rota, clock, "sms", sms=NUMBER, voice=NUMBER, email="t@example.org", other="ntfys://ntfy.example.org/t")
    templates = {row.channel: row.template for row in rota.rows() if "test" in row.template}
    assert templates == {
        "sms": "duty.test",
        "voice": "voice.duty_test",
        "email": "duty.test_link",
        "other": "duty.test_link",
    }


def test_a_text_is_answered_by_its_number(rota: Rota, clock: ManualClock) -> None:
    a_test(rota, clock, "sms", sms=NUMBER)
    rota.texts(ANOTHER, "100A")
    assert not rota.is_confirmed()
    rota.texts(NUMBER, "100A")
    assert rota.is_confirmed()
    assert [one.address for one in rota.leaves() if "confirmed" in one.text] == [NUMBER]


@pytest.mark.parametrize("word", ["A", "иә ", "да", "ok"])
def test_a_bare_yes_confirms_the_only_thing_that_is_open(rota: Rota, clock: ManualClock, word: str) -> None:
    a_test(rota, clock, "sms", sms=NUMBER)
    rota.texts(NUMBER, word)
    assert rota.is_confirmed()
    assert "confirmed" in rota.leaves()[-1].text


def test_once_the_shift_has_begun_a_bare_yes_is_not_meant_for_its_test(rota: Rota, clock: ManualClock) -> None:
    a_test(rota, clock, "sms", sms=NUMBER)
    clock.advance(timedelta(hours=1))
    rota.texts(NUMBER, "A")
    assert not rota.is_confirmed()
    rota.texts(NUMBER, "100A")
    assert rota.is_confirmed()


def test_a_call_is_answered_by_a_key(rota: Rota, clock: ManualClock) -> None:
    call = a_test(rota, clock, "voice", voice=NUMBER)
    again = rota.presses(call, "*")
    assert again is not None
    assert again.asks
    for _ in range(2):
        spoken = rota.presses(call, "1")
        assert spoken is not None
        assert spoken.template == "voice.duty_confirmed"
    assert rota.is_confirmed()


def test_a_link_needs_a_press(rota: Rota, clock: ManualClock) -> None:
    link = path_in(a_test(rota, clock, "email", email="t@example.org"))
    browser = make_app(rota.store, "UTC").test_client()
    for _ in range(2):
        assert "Press the button to confirm" in browser.get(link).text
    assert not rota.is_confirmed()
    assert "it is confirmed" in browser.post(link).text
    assert "it is confirmed" in browser.get(link).text
    assert rota.is_confirmed()


def test_where_texts_cannot_be_answered_there_is_a_link(store: Store, clock: ManualClock) -> None:
    rota = Rota(store)
    with store.unit("test") as unit:
        note_channels(unit, frozenset({"sms"}), ())
    link = path_in(a_test(rota, clock, "sms", sms=NUMBER))
    make_app(rota.store, "UTC").test_client().post(link)
    assert rota.is_confirmed()


@pytest.mark.parametrize("answer", ["text", "key"])
def test_who_cannot_says_so_and_others_hear_it_at_once_without_a_name(
    rota: Rota, clock: ManualClock, answer: str
) -> None:
    rota.enters("Aigerim", sms=ANOTHER)
    rota.proves("Aigerim")
    call = a_test(rota, clock, "voice", sms=NUMBER, voice=NUMBER)
    for _ in range(2):
        if answer == "text":
            rota.texts(NUMBER, "100D")
        else:
            rota.presses(call, "2")
        rota.follows()
    told = [job for job in rota.leaves() if "has not confirmed" in job.text]
    assert [job.address for job in told] == [ANOTHER], "Aigerim, who is on call; not Timur himself; once"
    assert "Timur" not in told[0].text
    rota.texts(NUMBER, "100A")
    rota.follows()
    assert [job.address for job in rota.leaves() if "confirmed after all" in job.text] == [ANOTHER]


def test_who_confirms_in_time_is_not_missed(rota: Rota, clock: ManualClock) -> None:
    a_test(rota, clock, "sms", sms=NUMBER)
    clock.advance(timedelta(minutes=44))
    rota.looks()
    rota.texts(NUMBER, "100A")
    clock.advance(timedelta(minutes=2))
    rota.looks()
    rota.follows()
    assert not [row for row in rota.rows() if "unconfirmed" in row.template]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pytest.TempPathFactory:
    return tmp_path_factory


@settings(max_examples=6)
@given(st.lists(st.integers(1, 7 * 60), min_size=8, max_size=25))
def test_whenever_it_is_looked_nothing_is_told_twice(folder: pytest.TempPathFactory, pauses: Sequence[int]) -> None:
    """Looks as a machine makes them that is on and off, each made twice as by two workers."""
    clock = ManualClock(START)
    with quick_store(folder.mktemp("looks"), clock) as store:
        rota = Rota(store)
        for name, number in (("Aigerim", ANOTHER), ("Timur", NUMBER)):
            rota.enters(name, sms=number)
            rota.proves(name)
        for minutes in pauses:
            clock.advance(timedelta(minutes=minutes))
            rota.looks()
            rota.looks()
            rota.follows()
            rota.follows()
        told = [(row.template, row.method_id, row.values.get("at"), row.values.get("from")) for row in rota.rows()]
        assert len(told) == len(set(told))
        assert _tested(store) == len([one for one in told if one[0] == "duty.test"])


def _tested(store: Store) -> int:
    with store.read() as unit:
        tests: list[UUID] = list(unit.session.scalars(select(ShiftTest.id)))
        return len(tests)
