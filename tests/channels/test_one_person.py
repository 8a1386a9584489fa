"""One person who was reported twice: a human is sought once; parted again, each case has its own history."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from alerts.messages.outbox import TABLE
from alerts.models import Delivery, Need, NeedState
from alerts.policy.milestones import Milestone
from alerts.search.acks import Ack
from alerts.search.following_up import give_away, reach
from alerts.search.joining import came_along
from cases.identity.models import IdentitySuggestion, SuggestionState
from cases.identity.suggesting import join_cases, part_cases
from cases.models import Case, Report
from store.base import OWN, new_id
from store.eventlog import EventRow

if TYPE_CHECKING:
    from uuid import UUID

    from tests.channels.night import Night

AIGERIM, TIMUR, DANA = "101", "102", "103"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def team(night: Night) -> Night:
    night.helper("Aigerim", telegram=AIGERIM)
    night.helper("Timur", telegram=TIMUR)
    night.helper("Dana", "lawyer", telegram=DANA)
    return night


def case_id(night: Night, code: str) -> UUID:
    with night.store.read() as unit:
        return unit.session.scalars(select(Case.id).where(Case.code == code)).one()


def joins(night: Night, leader: str, follower: str) -> None:
    """A coordinator says that they are one person."""
    ids = case_id(night, leader), case_id(night, follower)
    first, second = sorted(ids)
    with night.store.unit("contact:test") as unit:
        found = unit.session.scalars(
            select(IdentitySuggestion).where(IdentitySuggestion.case_id == first)
        ).one_or_none()
        if found is None:
            found = IdentitySuggestion(
                id=new_id(), case_id=first, other_id=second, score=0.9, reasons=[], state=SuggestionState.OPEN
            )
            found.made_at = unit.now
            unit.session.add(found)
            unit.session.flush()
        assert join_cases(unit, found.id, ids[0])
    night.works()


def parts(night: Night, one: str, other: str) -> None:
    with night.store.unit("contact:test") as unit:
        assert part_cases(unit, case_id(night, one), case_id(night, other))
    night.works()


def asked(night: Night, name: str, code: str, kind: str = "lawyer") -> int:
    """How often somebody was asked for a case by a message that left."""
    need_id = night.need(code, kind).id
    return sum(row.sent_at is not None and row.need_id == need_id for row in night.rows("telegram", name))


def reporter_heard(night: Night, code: str) -> list[str]:
    with night.store.read() as unit:
        chats = select(Report.chat_id).where(Report.case_id == case_id(night, code))
        told = select(Delivery.template).where(TABLE.c.chat_id.in_(chats)).order_by(Delivery.order_key)
        return list(unit.session.scalars(told))


@pytest.mark.heavy
def test_whoever_accepts_either_has_both_and_both_reporters_hear_it(team: Night) -> None:
    first, second = team.reports(), team.reports("the police took my friend")
    team.later(seconds=20)
    joins(team, first, second)
    assert team.takes("Aigerim", second) is Ack.YOURS
    aigerim = team.contact_id("Aigerim")
    assert {team.need(code).accepted_by for code in (first, second)} == {aigerim}
    assert reporter_heard(team, first)[-1] == reporter_heard(team, second)[-1] != ""
    with team.store.unit("test") as unit:
        assert reach(unit, team.need(first).id, aigerim, Milestone.CONTACT_MADE) is Ack.NOTED
    assert team.need(second).contact_made_at is not None, "they say once how far they have come"
    assert team.need(second, "lawyer").state == NeedState.PAGING, "the other need is not theirs"


@pytest.mark.heavy
def test_while_it_is_sought_the_one_that_leads_rings_for_both(team: Night) -> None:
    first, second = team.reports(), team.reports("the police took my friend")
    team.later(seconds=20)
    joins(team, first, second)
    team.later(minutes=11)
    assert team.need(first).round > 1
    assert team.need(second).round == 1, "nobody is asked for the other meanwhile"


@pytest.mark.heavy
def test_whoever_has_the_one_gets_the_other_at_once_with_what_was_done(team: Night) -> None:
    first, second = team.reports(), team.reports("the police took my friend")
    team.later(seconds=20)
    team.takes("Dana", first, "lawyer")
    with team.store.unit("test") as unit:
        reach(unit, team.need(first, "lawyer").id, team.contact_id("Dana"), Milestone.FILED)
    before = asked(team, "Dana", second)
    joins(team, second, first)
    need = team.need(second, "lawyer")
    assert need.accepted_by == team.contact_id("Dana")
    assert need.filed_at is not None
    team.later(hours=1, minutes=15)
    assert asked(team, "Dana", second) == before
    assert team.need(second, "lawyer").accepted_by == team.contact_id("Dana"), "nobody takes it for forgotten"
    assert team.store.verify_log() == []


@pytest.mark.heavy
def test_parted_each_is_as_if_it_had_been_alone(team: Night) -> None:
    first, second = team.reports(), team.reports("the police took my friend")
    team.later(seconds=20)
    team.takes("Aigerim", first)
    joins(team, first, second)
    assert team.need(second).accepted_by == team.contact_id("Aigerim")
    parts(team, first, second)
    assert team.need(first).accepted_by == team.contact_id("Aigerim"), "that was theirs before"
    assert team.need(second).state == NeedState.PAGING
    before = asked(team, "Timur", second, "coordinator")
    team.later(minutes=6)
    assert any("after all" in one.text for one in team.sent("telegram", AIGERIM))
    assert asked(team, "Timur", second, "coordinator") > before, "others are asked"
    with team.store.read() as unit:
        history = unit.session.execute(select(EventRow.case_id, EventRow.name)).all()
    mine = [name for case, name in history if case == case_id(team, second)]
    assert mine.count("NeedGivenBack") == 1
    assert [name for case, name in history if case == case_id(team, first)].count("NeedGivenBack") == 0
    joins_again = [name for _, name in history if name in ("CasesJoined", "CasesParted")]
    assert sorted(joins_again) == ["CasesJoined"] * 2 + ["CasesParted"] * 2
    assert team.store.verify_log() == []


@pytest.mark.heavy
def test_what_two_people_have_stays_theirs(team: Night) -> None:
    first, second = team.reports(), team.reports("the police took my friend")
    team.later(seconds=20)
    team.takes("Aigerim", first)
    team.takes("Timur", second)
    joins(team, first, second)
    parts(team, first, second)
    assert team.need(first).accepted_by == team.contact_id("Aigerim")
    assert team.need(second).accepted_by == team.contact_id("Timur")


@pytest.mark.heavy
def test_whoever_gives_one_back_gives_back_the_person(team: Night) -> None:
    first, second = team.reports(), team.reports("the police took my friend")
    team.later(seconds=20)
    joins(team, first, second)
    team.takes("Aigerim", first)
    with team.store.unit("test") as unit:
        assert give_away(unit, team.need(second).id, team.contact_id("Aigerim")) is Ack.GIVEN_BACK
    team.works()
    assert {team.need(code).state for code in (first, second)} == {NeedState.PAGING}
    assert team.takes("Timur", first) is Ack.YOURS
    assert team.need(second).accepted_by == team.contact_id("Timur")


def test_what_somebody_else_has_meanwhile_is_not_given_back_and_nobody_waits_in_a_circle(team: Night) -> None:
    codes = team.reports(), team.reports("the police took my friend")
    team.later(seconds=20)
    joins(team, *codes)
    team.takes("Aigerim", codes[0])
    first, second = sorted(team.need(code).id for code in codes)
    aigerim, timur = team.contact_id("Aigerim"), team.contact_id("Timur")
    acks: list[Ack | BaseException] = []

    def gives_back() -> None:
        try:
            with team.store.unit(f"contact:{aigerim}") as unit:
                acks.append(give_away(unit, second, aigerim))
        except BaseException as error:  # noqa: BLE001  told below
            acks.append(error)

    other = Thread(target=gives_back)
    with team.store.unit("test") as unit:
        need = unit.session.get_one(Need, first, with_for_update=OWN)
        other.start()
        time.sleep(0.5)  # it waits for us by now
        unit.session.get_one(Need, second, with_for_update=OWN)
        need.accepted_by = timur
    other.join(60)
    assert acks == [Ack.GIVEN_BACK]
    with team.store.read() as unit:
        assert unit.session.get_one(Need, first).accepted_by == timur
        assert unit.session.get_one(Need, second).state == NeedState.PAGING


instants = st.none() | st.integers(-5, 5).map(lambda hours: NOON + timedelta(hours=hours))


@given(instants, instants)
def test_what_was_taken_before_is_never_given_back_and_of_two_only_one(
    leaders_at: datetime | None, followers_at: datetime | None
) -> None:
    came = came_along(leaders_at, followers_at, NOON)
    if leaders_at is None or followers_at is None or max(leaders_at, followers_at) < NOON:
        assert came is None
    elif came:
        assert followers_at >= NOON
    else:
        assert came is False
        assert leaders_at >= NOON > followers_at
