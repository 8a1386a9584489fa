"""What is told outside: two approve, it leaves when its time has come, is opened once, answered, and called back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from alerts.occasions.releasing import call_back, reached_by_link
from app.demo.cast import WAITING, seed
from cases.consent.agreeing import enter_consent, freeze
from cases.consent.people import enter_fact
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.models import Occurrence, RiskReading
from cases.docket.reading import case_by_code
from cases.duress import agree_on_word
from cases.models import Case, Report, ReportMessage
from cases.releases.events import ReleaseSent
from cases.releases.models import Basis, Release, ReleaseRecipient
from cases.releases.proposing import Proposal, approve, propose
from cases.verification import Basis as Ground
from cases.verification import bear_out, suspect
from contacts.directory import find_contact
from contacts.models import ContactMethod
from store.eventlog import EventRow
from tests.conftest import START
from tests.story import Town
from texts.catalogue import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from sandbox import Phone
    from sandbox.mail.state import Mail
    from store.unit_of_work import UnitOfWork
    from store.vault import KeyRing

pytestmark = pytest.mark.heavy

NAME = "Qarlygash Examplekyzy"
PLACE = "Centre number one"


class Office(Town):
    """A town with one case that is borne out; people outside are written to by e-mail."""

    has_mail = True

    code = ""

    def reported(self) -> Phone:
        gulnar = self.relative()
        gulnar.writes("they took my sister")
        self.code = self.code_on(gulnar)
        with self.house.store.unit("test") as unit:
            case = self.case(unit)
            bear_out(unit, case.id, Ground.LAWYER, "seen by counsel")
            for name, value in {"name_latin": NAME, "place": PLACE, "region": "KZ-ALM", "feared_state": "CN"}.items():
                enter_fact(unit, case.id, name, value)
        return gulnar

    def case(self, unit: UnitOfWork) -> Case:
        case = case_by_code(unit, self.code)
        assert case is not None
        return case

    def agrees(self, audience: Audience, *, granted: bool = True) -> None:
        with self.house.store.unit("test") as unit:
            case_id = self.case(unit).id
            enter_consent(
                unit, case_id, audience, FieldClass, granted=granted, authority=Authority.PERSON, how="to counsel"
            )

    def who(self, unit: UnitOfWork, name: str) -> UUID:
        contact = find_contact(unit, name)
        assert contact is not None
        return contact.id

    def releases(
        self,
        audience: Audience,
        *to: str,
        then: tuple[str, ...] = (),
        not_before: datetime | None = None,
        approved_by: tuple[str, str] = ("Aigerim", "Timur"),
    ) -> UUID:
        """Propose it and have two coordinators approve it; the first of them proposed it."""
        with self.house.store.unit("test") as unit:
            proposal = Proposal(
                audience,
                tuple(self.who(unit, name) for name in to),
                tuple(self.who(unit, name) for name in then),
                Basis.CONSENT,
                "for their protection",
                not_before,
            )
            release = propose(unit, self.case(unit), proposal, self.who(unit, approved_by[0]))
            for name in approved_by:
                approve(unit, release, self.who(unit, name), "coordinator")
        return release

    def state(self, release: UUID) -> str:
        with self.house.store.read() as unit:
            return unit.session.get_one(Release, release).state

    def refers_to_marta(self) -> str:
        """Send UNHCR what was reported, with a yes to it; return the link she gets."""
        (marta,) = self.team(Marta="unhcr")
        self.reported()
        self.agrees(Audience.UNHCR)
        self.releases(Audience.UNHCR, "Marta")
        return self.link_in(marta.gets_mail("referral"))

    def times_sent(self) -> int:
        """How often the log says that something was sent to people outside."""
        with self.house.store.read() as unit:
            sent = select(func.count()).where(EventRow.name == ReleaseSent.__name__)
            return unit.session.scalar(sent) or 0

    def link_in(self, mail: Mail) -> str:
        return next(word for word in mail.text.split() if "/release/" in word)


@pytest.fixture
def town(database_url: str, ring: KeyRing) -> Iterator[Office]:
    with Office(database_url, ring, START) as town:
        town.team(Aigerim="coordinator", Timur="coordinator")
        yield town


def test_unhcr_gets_a_link_opens_it_and_says_that_it_has_it(town: Office) -> None:
    (marta,) = town.team(Marta="unhcr")
    town.reported()
    town.agrees(Audience.UNHCR)
    town.releases(Audience.UNHCR, "Marta")
    mail = marta.gets_mail("referral")
    assert NAME not in mail.text
    assert PLACE not in mail.text
    link = town.link_in(mail)
    looked = town.looks_at(link)
    assert looked.status_code == 200
    assert NAME not in looked.text, "a scanner that follows links sees nothing"
    page = town.page(link)
    assert NAME in page
    assert PLACE in page
    path = urlsplit(link).path
    thanks = town.web.post(f"{path}/received")
    assert "Thank you" in thanks.text
    assert "We have it" not in town.page(link)
    with town.house.store.read() as unit:
        recipient = unit.session.scalars(select(ReleaseRecipient)).one()
        assert recipient.acknowledged_at is not None


def test_who_is_to_approve_is_told_on_which_page(town: Office) -> None:
    saule = town.helper("Saule")
    town.team(Marta="unhcr")
    town.reported()
    town.agrees(Audience.UNHCR)
    town.releases(Audience.UNHCR, "Marta")
    assert say("web.releases", "en") in saule.sees("waits for your approval").plain


def test_a_link_opens_for_seven_days_and_no_longer(town: Office) -> None:
    link = town.refers_to_marta()
    town.page(link)
    town.later(days=6, hours=23, minutes=59)
    assert NAME in town.page(link)
    town.later(minutes=1)
    too_old = town.presses(link)
    assert too_old.status_code == 404
    assert NAME not in too_old.text


def test_a_second_device_is_shown_nothing(town: Office) -> None:
    link = town.refers_to_marta()
    town.page(link)
    elsewhere = town.web.application.test_client().post(urlsplit(link).path)
    assert elsewhere.status_code == 403
    assert NAME not in elsewhere.text
    acknowledged = town.web.application.test_client().post(f"{urlsplit(link).path}/received")
    assert acknowledged.status_code == 403


def test_when_unhcr_does_not_answer_the_next_is_asked_and_a_coordinator_told(town: Office) -> None:
    aigerim = town.helper("Saule")
    marta, night = town.team(Marta="unhcr", Noor="unhcr")
    town.reported()
    town.agrees(Audience.UNHCR)
    town.releases(Audience.UNHCR, "Marta", then=("Noor",))
    marta.gets_mail("referral")
    assert not night.mails
    town.later(minutes=61)
    link = town.link_in(night.gets_mail("referral"))
    aigerim.sees("UNHCR has not confirmed")
    town.page(link)
    town.web.post(f"{urlsplit(link).path}/received")
    with town.silence(marta, night):
        town.later(hours=3)


def loses_every_way(town: Office, name: str) -> None:
    with town.house.store.unit("test") as unit:
        theirs = select(ContactMethod).where(ContactMethod.contact_id == town.who(unit, name))
        for method in unit.session.scalars(theirs):
            method.dead_at = unit.now


def test_who_can_be_sent_nothing_by_then_is_not_said_to_have_been_sent_it(town: Office) -> None:
    (jonas,) = town.team(Jonas="journalist")
    town.reported()
    town.agrees(Audience.PRESS)
    release = town.releases(Audience.PRESS, "Jonas", not_before=START + timedelta(hours=6))
    loses_every_way(town, "Jonas")
    town.later(hours=7)
    town.rests()
    assert not jonas.mails
    assert town.state(release) == "void"
    with town.house.store.read() as unit:
        assert unit.session.scalars(select(ReleaseRecipient.sent_at)).one() is None


def test_where_nobody_who_approved_it_can_be_told_that_it_does_not_leave_others_are(town: Office) -> None:
    saule = town.helper("Saule")
    town.team(Jonas="journalist")
    town.reported()
    town.agrees(Audience.PRESS)
    town.releases(Audience.PRESS, "Jonas", not_before=START + timedelta(hours=6))
    for name in ("Jonas", "Aigerim", "Timur"):
        loses_every_way(town, name)
    town.later(hours=7)
    told = saule.sees("nobody it was for can be reached any more")
    assert town.code in told.plain, "none of those who approved it can be told: whoever else could have, is"


def test_who_approved_what_may_not_be_told_any_more_is_told_so_once(town: Office) -> None:
    (jonas,) = town.team(Jonas="journalist")
    saule, marat = town.helper("Saule"), town.helper("Marat")
    town.reported()
    town.agrees(Audience.PRESS)
    with town.silence(jonas):
        embargo, approvers = START + timedelta(hours=6), ("Aigerim", "Saule")
        release = town.releases(Audience.PRESS, "Jonas", not_before=embargo, approved_by=approvers)
        town.rests()
        with town.silence(marat):
            town.agrees(Audience.PRESS, granted=False)
            told = saule.sees("will not leave: it has changed since it was proposed")
        town.later(hours=7)
    assert not jonas.mails
    assert town.state(release) == "void"
    assert NAME not in told.plain
    assert PLACE not in told.plain
    assert sum("will not leave" in one.plain for one in saule.messages) == 1


def test_what_somebody_called_back_by_hand_is_told_to_nobody(town: Office) -> None:
    saule = town.helper("Saule")
    town.team(Jonas="journalist")
    town.reported()
    town.agrees(Audience.PRESS)
    release = town.releases(Audience.PRESS, "Jonas", not_before=START + timedelta(hours=6))
    town.rests()
    with town.house.store.unit("test") as unit:
        call_back(unit, unit.session.get_one(Release, release), "recalled")
    town.rests()
    assert town.state(release) == "void"
    assert not any("will not leave" in one.plain for one in saule.messages)


def test_where_unhcrs_first_can_be_sent_nothing_the_next_is_asked_at_once(town: Office) -> None:
    aigerim = town.helper("Saule")
    marta, night = town.team(Marta="unhcr", Noor="unhcr")
    town.reported()
    town.agrees(Audience.UNHCR)
    loses_every_way(town, "Marta")
    release = town.releases(Audience.UNHCR, "Marta", then=("Noor",))
    night.gets_mail("referral")
    aigerim.sees("UNHCR has not confirmed")
    assert town.times_sent() == 1, "the log says so of Noor alone"
    with town.house.store.unit("test") as unit:
        call_back(unit, unit.session.get_one(Release, release), "recalled")
    night.gets_mail("do not use")
    assert not marta.mails, "who was never sent it is asked nothing"


def test_where_nobody_at_unhcr_can_be_sent_anything_a_human_is_asked_and_the_log_says_nothing_left(
    town: Office,
) -> None:
    aigerim = town.helper("Saule")
    marta, noor = town.team(Marta="unhcr", Noor="unhcr")
    town.reported()
    town.agrees(Audience.UNHCR)
    for name in ("Marta", "Noor"):
        loses_every_way(town, name)
    town.releases(Audience.UNHCR, "Marta", then=("Noor",))
    aigerim.sees("UNHCR has not confirmed")
    town.rests()
    assert not [*marta.mails, *noor.mails]
    assert town.times_sent() == 0


def test_a_wrong_link_says_whom_to_ask(town: Office) -> None:
    answer = town.web.get("/release/nosuchlinkatall")
    assert answer.status_code == 404
    assert "Ask the team for a new one" in answer.text
    assert "chat" not in answer.text


def test_a_journalist_hears_nothing_before_its_time_and_then_no_name(town: Office) -> None:
    (jonas,) = town.team(Jonas="journalist")
    town.reported()
    town.agrees(Audience.PRESS)
    release = town.releases(Audience.PRESS, "Jonas", not_before=START + timedelta(hours=6))
    with town.silence(jonas):
        town.later(hours=5)
    assert not jonas.mails
    assert town.state(release) == "approved"
    town.later(hours=2)
    page = town.page(town.link_in(jonas.gets_mail("statement")))
    assert "China" in page
    assert NAME not in page
    assert PLACE not in page


def test_what_has_left_is_called_back_and_its_page_says_so(town: Office) -> None:
    (jonas,) = town.team(Jonas="journalist")
    town.reported()
    town.agrees(Audience.PRESS_NAMED)
    release = town.releases(Audience.PRESS_NAMED, "Jonas")
    link = town.link_in(jonas.gets_mail("statement"))
    assert NAME in town.page(link)
    town.agrees(Audience.PRESS_NAMED, granted=False)
    jonas.gets_mail("do not use")
    assert town.state(release) == "recalled"
    gone = town.presses(link)
    assert gone.status_code == 410
    assert NAME not in gone.text


def test_a_relative_who_says_stop_freezes_it_all_and_a_coordinator_is_asked(town: Office) -> None:
    """And it raises the risk: people are made to say so."""
    saule = town.helper("Saule")
    (jonas,) = town.team(Jonas="journalist")
    gulnar = town.reported()
    town.agrees(Audience.PRESS)
    town.releases(Audience.PRESS, "Jonas")
    jonas.gets_mail("statement")
    gulnar.command("/stop")
    jonas.gets_mail("do not use")
    town.later(hours=10)  # it is night where the team is, and nothing leaves any more
    saule.sees("consent was taken back")
    town.rests()
    with town.house.store.unit("test") as unit:
        noted = select(Occurrence.kind).where(Occurrence.case_id == town.case(unit).id)
        assert list(unit.session.scalars(noted)) == ["consent_withdrawn"], "once, however often it is looked at"
        risk = select(RiskReading.level).where(RiskReading.case_id == town.case(unit).id).order_by(RiskReading.at)
        assert unit.session.scalars(risk).all()[-1] > 0


def test_what_may_be_a_trap_is_answered_no_more_and_kept_all_the_same(town: Office) -> None:
    gulnar = town.reported()
    town.rests()
    with town.house.store.unit("test") as unit:
        suspect(unit, town.case(unit).id)
    town.rests()
    with town.silence(gulnar):
        gulnar.writes("who is her lawyer? tell me")
        gulnar.command("/status")
        town.later(minutes=20)
    with town.house.store.read() as unit:
        kept = unit.session.scalars(select(ReportMessage.id)).all()
    assert len(kept) == 2, "what is not answered is kept"


def test_a_word_of_duress_changes_nothing_that_is_seen_and_rings_a_coordinator(town: Office) -> None:
    saule = town.helper("Saule")
    gulnar = town.reported()
    with town.house.store.unit("test") as unit:
        for report_id in unit.session.scalars(select(Report.id)).all():
            agree_on_word(unit, report_id, "blue kettle")
    gulnar.writes("nothing new today")
    town.rests()
    gulnar.writes("the Blue Kettle is broken")
    saule.sees("may be under pressure")
    with town.house.store.unit("test") as unit:
        freeze(unit, town.case(unit).id)


def test_who_stands_outside_in_the_demo_can_be_sent_something(town: Office) -> None:
    seed(town.house, town.sandbox)
    with town.house.store.read() as unit:
        outside = [town.who(unit, card.name) for card, _ in WAITING]
        assert reached_by_link(unit, outside) == set(outside)
