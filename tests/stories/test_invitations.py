"""A hearing comes to the lawyer's calendar by e-mail, moves there, and goes."""

from __future__ import annotations

import email
from datetime import UTC, datetime, timedelta
from email.policy import default
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from sqlalchemy import select

from alerts.models import Delivery
from cases.docket.entering import Entry, When, enter, standing_hearings
from cases.docket.reading import case_by_code
from tests.conftest import START
from tests.story import ZONE, Town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Phone
    from sandbox.mail.state import Mail
    from store.vault import KeyRing

pytestmark = pytest.mark.heavy

THURSDAY = datetime(2026, 3, 5, 10, tzinfo=ZoneInfo(ZONE))
SUNDAY = datetime(2026, 3, 8, 11, tzinfo=ZoneInfo(ZONE))
PLACE = "Канарейка district court"


class Courtroom(Town):
    """A town with a case that a lawyer has taken."""

    has_mail = True

    code = ""

    def says(self, event: str, hearing: datetime | None) -> None:
        """A hearing is set, moved or called off."""
        with self.house.store.unit("test") as unit:
            case = case_by_code(unit, self.code)
            assert case is not None
            at = None if hearing is None else hearing.astimezone(UTC)
            entry = Entry(event, When(unit.now), appointed_at=at, source=PLACE, note=PLACE)
            enter(unit, case.id, entry, zone=ZONE)

    def calls_off(self, number: int) -> None:
        """Of the hearings that stand, in the order in which they were entered, one is off."""
        with self.house.store.unit("test") as unit:
            case = case_by_code(unit, self.code)
            assert case is not None
            matter_id = standing_hearings(unit, case.id)[number].matter_id
            enter(unit, case.id, Entry("hearing_cancelled", When(unit.now), moves=matter_id), zone=ZONE)

    def templates(self) -> list[str]:
        """What was queued to carry an entry."""
        with self.house.store.read() as unit:
            wanted = select(Delivery.template).where(Delivery.template.startswith("email.hearing"))
            return list(unit.session.scalars(wanted.order_by(Delivery.order_key)))


@pytest.fixture
def town(database_url: str, ring: KeyRing) -> Iterator[Courtroom]:
    with Courtroom(database_url, ring, START) as town:
        yield town


@pytest.fixture
def dana(town: Courtroom) -> Phone:
    """The lawyer who holds the case."""
    aigerim, dana = town.team(Aigerim="coordinator", Dana="lawyer")
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    town.code = town.code_on(gulnar)
    for phone in (aigerim, dana):
        phone.sees(town.code)
        phone.taps("Accept")
    town.rests()
    return dana


def invitation(mail: Mail) -> tuple[str, Any]:
    """What a mail program finds in it: the method it goes by, and the entry."""
    parts = [one for one in email.message_from_bytes(mail.raw, policy=default).walk() if not one.is_multipart()]
    assert [one.get_content_type() for one in parts] == ["text/plain", "text/calendar"]
    calendar = vobject.readOne(parts[1].get_content())
    assert calendar.method.value == parts[1].get_param("method")
    return calendar.method.value, calendar.vevent


def test_a_hearing_comes_moves_and_stays_one_entry(town: Courtroom, dana: Phone) -> None:
    town.says("hearing_scheduled", THURSDAY)
    first = dana.gets_mail("hearing")
    method, before = invitation(first)
    assert method == "REQUEST"
    assert before.summary.value == f"{town.code} hearing"
    assert before.dtstart.value == THURSDAY
    assert before.attendee.value == "mailto:dana@example.org"
    town.says("hearing_moved", SUNDAY)
    method, after = invitation(dana.gets_mail("hearing", after=first))
    assert method == "REQUEST"
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstart.value == SUNDAY
    town.rests()
    assert len(town.templates()) == 2, "one mail for each change"


def test_a_hearing_that_is_called_off_is_struck_out_and_the_other_stays(town: Courtroom, dana: Phone) -> None:
    town.says("hearing_scheduled", THURSDAY)
    first = dana.gets_mail("hearing")
    town.says("hearing_scheduled", THURSDAY + timedelta(hours=3))
    second = dana.gets_mail("hearing", after=first)
    town.rests()
    town.calls_off(1)
    method, gone = invitation(dana.gets_mail("hearing in your calendar is off"))
    assert (method, gone.status.value) == ("CANCEL", "CANCELLED")
    assert gone.uid.value == invitation(second)[1].uid.value
    town.rests()
    assert sorted(town.templates()) == ["email.hearing"] * 2 + ["email.hearing_cancelled"]


def test_codes_and_times_are_all_it_says(town: Courtroom, dana: Phone) -> None:
    town.says("hearing_scheduled", THURSDAY)
    mail = dana.gets_mail("hearing")
    read = f"{mail.subject}\n{mail.text}\n{invitation(mail)[1].serialize()}"
    assert town.code in read
    assert not [word for word in ("Канарейка", "district", "brother", "Dana", "10:00") if word in read]


def test_only_a_lawyer_who_holds_the_case_gets_it(town: Courtroom, dana: Phone) -> None:
    (timur,) = town.team(Timur="lawyer")
    town.says("hearing_scheduled", THURSDAY)
    dana.gets_mail("hearing")
    town.rests()
    assert town.templates() == ["email.hearing"]
    assert not timur.mails


def test_what_has_moved_again_before_it_could_leave_is_not_sent(town: Courtroom, dana: Phone) -> None:
    with town.sandbox.mail.faults.outage():
        town.says("hearing_scheduled", THURSDAY)
        town.says("hearing_moved", SUNDAY)
    town.later(minutes=5)
    _, entry = invitation(dana.gets_mail("hearing"))
    assert entry.dtstart.value == SUNDAY
    town.rests()
    assert [invitation(mail)[1].dtstart.value for mail in dana.mails if "hearing" in mail.text] == [SUNDAY]


def test_a_hearing_that_has_passed_is_sent_to_nobody(town: Courtroom, dana: Phone) -> None:
    town.says("hearing_scheduled", START - timedelta(days=2))
    town.rests()
    assert town.templates() == []
    assert not [mail for mail in dana.mails if "hearing" in mail.text]


def test_who_takes_the_case_later_gets_what_stands_and_who_gives_it_back_loses_it(town: Courtroom, dana: Phone) -> None:
    (timur,) = town.team(Timur="lawyer")
    town.says("hearing_scheduled", THURSDAY)
    first = dana.gets_mail("hearing")
    town.rests()
    dana.taps("Give it back", on=next(one for one in dana.messages if one.button("Give it back")))
    method, gone = invitation(dana.gets_mail("takes its hearing out", after=first))
    assert (method, gone.status.value) == ("CANCEL", "CANCELLED")
    assert gone.uid.value == invitation(first)[1].uid.value
    assert "not yours any more" in gone.summary.value, "the hearing itself may stand"
    timur.taps("Accept", on=timur.sees(town.code))
    method, entry = invitation(timur.gets_mail("hearing"))
    assert (method, entry.dtstart.value) == ("REQUEST", THURSDAY)
    town.says("hearing_moved", SUNDAY)
    timur.gets_mail("hearing", after=timur.mails[-1])
    town.rests()
    assert [invitation(mail)[0] for mail in dana.mails if "hearing" in mail.text] == ["REQUEST", "CANCEL"]
