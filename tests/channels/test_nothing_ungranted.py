"""For any case, consents and names: no message by any channel, no feed and no invitation says anything of the person.

What may leave with consent leaves behind a link (``tests/cases/test_audience_views.py``) or in a paper
(``tests/papers/test_composing.py``); a message holds a code, a region, a time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from alerts.models import Delivery
from alerts.telling.wording import OutdatedError, Wording, Words, render, subject_of
from app.reactions import reaction_names
from cases.consent.agreeing import enter_consent
from cases.consent.errors import ConsentError
from cases.consent.people import enter_fact
from cases.consent.vocabulary import FIELDS, Audience, Authority, FieldClass
from cases.docket.entering import Entry, When, enter
from cases.models import Case
from cases.notes import write_note
from cases.releases.proposing import Proposal, approve, propose
from cases.verification import Basis, bear_out
from contacts.calendar_feeds import open_feed
from store.clock import ManualClock
from tests.cases.test_audience_views import CODED, OUTSIDE, YES, value
from tests.cases.test_echoes import SPELLINGS
from tests.channels.night import CHANNELS, Night
from tests.conftest import START
from tests.quick import quick_store
from texts.catalogue import LANGUAGES
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.unit_of_work import UnitOfWork

SAID = "Said-by-somebody"
TOLD = "three men in a grey Lada"
WHOM = {Audience.UNHCR: "Officer", Audience.PRESS: "Reporter", Audience.PRESS_NAMED: "Reporter"}
WORDING = Wording("Asia/Almaty", "https://panah.example.org")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """A house with everybody in it, reached by every way."""
    clock = ManualClock(START)
    with quick_store(tmp_path_factory.mktemp("night"), clock, reaction_names()) as store:
        night = Night(lambda **_: store, clock)
        night.policy(coordinator="[telegram, sms, voice, email, other]", lawyer="[telegram, email]")
        for number, (name, role) in enumerate(
            (
                ("Aigerim", "coordinator"),
                ("Timur", "coordinator"),
                ("Dana", "lawyer"),
                ("Officer", "unhcr"),
                ("Reporter", "journalist"),
            )
        ):
            phone, mail = f"+7700000010{number}", f"{name.lower()}@example.org"
            night.helper(
                name, role, telegram=f"900000{number}", sms=phone, voice=phone, email=mail, other=f"json://{name}"
            )
        yield night


agreed = st.lists(st.tuples(st.sampled_from(OUTSIDE), st.sampled_from(FieldClass), st.booleans()), max_size=6)


@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])
@given(
    known=st.sets(st.sampled_from(sorted(FIELDS)), min_size=1),
    names=st.sampled_from(SPELLINGS),
    picks=st.tuples(st.integers(0, 7), st.integers(0, 7)),
    said=st.tuples(agreed, st.sampled_from(sorted(WHOM))),
)
def test_no_message_feed_or_invitation_says_anything_of_the_person(
    night: Night,
    known: set[str],
    names: tuple[str, ...],
    picks: tuple[int, int],
    said: tuple[list[tuple[Audience, FieldClass, bool]], Audience],
) -> None:
    words, audience = said
    written, echoed = (names[pick % len(names)] for pick in picks)
    before = {name: len(night.channels[name].sent) for name in CHANNELS}
    with night.store.read() as unit:
        since = unit.session.scalar(select(func.max(Delivery.order_key))) or 0
    code = night.reports(f"they took {written} Example, {TOLD}", region="KZ-ALM")
    with night.store.unit("test") as unit:
        case = unit.session.scalars(select(Case).where(Case.code == code)).one()
        enters(unit, case, known, written, echoed)
        for to, kind, granted in words:
            try:
                enter_consent(unit, case.id, to, [kind], granted=granted, authority=Authority.PERSON, how=SAID)
            except ConsentError:
                assert granted
        case_id = case.id
    night.works()
    night.takes("Aigerim", code)
    night.takes("Dana", code, "lawyer")
    releases(night, case_id, audience)
    night.later(minutes=6)
    with night.store.unit("test") as unit:
        feed = open_feed(unit, night.contact_id("Dana"))
        lines = list(every_wording(unit, since))
    client = make_app(night.store, "Asia/Almaty").test_client()
    lines.append(client.get(f"/calendar/{feed}.ics").get_data(as_text=True).replace("\r\n ", ""))
    sent = [one for name in CHANNELS for one in night.channels[name].sent[before[name] :]]
    lines += [repr((one.text, one.subject, one.keyboard, one.entry)) for one in sent]
    assert len(sent) > 3, "there is something to look at"
    made = "\n".join(lines)
    assert code in made
    assert SAID not in made
    assert TOLD not in made
    for name in known - set(CODED) - set(YES):
        assert value(name) not in made, name
    for spelling in names:
        assert spelling not in made or len(spelling) < LONG_ENOUGH


LONG_ENOUGH = 3
"""Letters below which a name is part of other words."""


def enters(unit: UnitOfWork, case: Case, known: set[str], written: str, echoed: str) -> None:
    """Everything that people write down about a case."""
    bear_out(unit, case.id, Basis.DOCUMENT, SAID)
    for name in known:
        enter_fact(unit, case.id, name, value(name), source=SAID)
    enter_fact(unit, case.id, "name_native", f"{written} Example")
    enter_fact(unit, case.id, "agency", f"second department, office of {echoed}")
    write_note(unit, case.id, f"{SAID}: {echoed}")
    soon = When(unit.now + timedelta(hours=30))
    hearing = Entry("hearing_scheduled", When(unit.now), appointed_at=soon.at, source=SAID, note=f"of {echoed}")
    enter(unit, case.id, hearing, zone="Asia/Almaty")


def releases(night: Night, case_id: object, audience: Audience) -> None:
    """What may leave, if anything, is approved by two and announced to whom it is for."""
    aigerim, timur = night.contact_id("Aigerim"), night.contact_id("Timur")
    proposal = Proposal(audience, (night.contact_id(WHOM[audience]),))
    try:
        with night.store.unit(f"contact:{aigerim}") as unit:
            release = propose(unit, unit.session.get_one(Case, case_id), proposal, aigerim)
    except ConsentError:
        return
    for who in (aigerim, timur):
        with night.store.unit(f"contact:{who}") as unit:
            approve(unit, release, who, "coordinator")
    night.works()


def every_wording(unit: UnitOfWork, since: int) -> Iterator[str]:
    """Every message that came into the database, as it would read in each language, on a screen and spoken."""
    for row in unit.session.scalars(select(Delivery).where(Delivery.order_key > since)).all():
        for language in LANGUAGES:
            for plain in (False, True):
                words = Words(row.template, row.values, row.buttons, language, plain=plain)
                try:
                    yield repr(render(unit, WORDING, words))
                except (OutdatedError, KeyError, ValueError):
                    continue
            yield subject_of(row.values, language)
