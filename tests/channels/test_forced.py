"""Whoever looks on while somebody uses their telephone sees on it what is seen on every other helper's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.events import NeedGivenBack
from alerts.models import FeignedAcceptance, Need, NeedState
from alerts.policy.milestones import Milestone
from alerts.search.acks import Ack, accept_need
from alerts.search.believing import follow_up_what_is_believed
from alerts.search.following_up import give_away, reach, to_be_done
from contacts.accounts.coercion import note_coercion
from contacts.accounts.models import Account
from store.eventlog import EventRow
from tests.accounts import join

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from store.unit_of_work import UnitOfWork
    from tests.channels.night import Night

Screen = list[tuple[str, list[list[str]]]]
PHONES = {"Aigerim": "101", "Timur": "102", "Gulnar": "103"}


@pytest.fixture
def team(night: Night) -> Night:
    """Three coordinators; the third is there so that somebody can still be asked."""
    for name in PHONES:
        join(night.store, name)
    for name, account in PHONES.items():
        night.helper(name, telegram=account)
    return night


def is_forced(night: Night, name: str) -> None:
    with night.store.unit("test") as unit:
        account = unit.session.scalars(select(Account).where(Account.contact_id == night.contact_id(name))).one()
        note_coercion(unit, account)
    night.works()


def does(night: Night, name: str, act: Callable[[UnitOfWork, UUID], Ack]) -> Ack:
    who = night.contact_id(name)
    with night.store.unit(f"contact:{who}") as unit:
        ack = act(unit, who)
    night.later(seconds=5)  # a chat takes so many messages at once, and no more
    return ack


def shown(night: Night, name: str, code: str) -> Screen:
    """What stands on a telephone about a case, whichever it is, and the buttons under it."""
    return [
        (one.text.replace(code, "CODE"), [[button.label for button in line] for line in one.keyboard])
        for one in night.channels["telegram"].screen(PHONES[name])
        if code in one.text
    ]


def left_to_do(night: Night, name: str, code: str) -> list[Milestone]:
    """What ``/done`` lists of a case."""
    need_id, who = night.need(code).id, night.contact_id(name)
    with night.store.read() as unit:
        return [milestone for need, milestone in to_be_done(unit, who) if need.id == need_id]


def an_hour_of(night: Night, name: str, code: str, *, taken: bool = False) -> list[tuple[Ack | None, Screen, object]]:
    """They take a case, say that they are through to the family, give it back, and take it again."""
    need_id = night.need(code).id
    acts: list[Callable[[UnitOfWork, UUID], Ack]] = [
        lambda unit, who: accept_need(unit, need_id, who),
        lambda unit, who: reach(unit, need_id, who, Milestone.CONTACT_MADE),
        lambda unit, who: reach(unit, need_id, who, Milestone.CONTACT_MADE),
        lambda unit, who: give_away(unit, need_id, who),
        lambda unit, who: reach(unit, need_id, who, Milestone.CONTACT_MADE),
        lambda unit, who: give_away(unit, need_id, who),
        lambda unit, who: accept_need(unit, need_id, who),
        lambda unit, who: accept_need(unit, need_id, who),
    ]
    seen: list[tuple[Ack | None, Screen, object]] = []
    for act in acts[1:] if taken else acts:
        ack = does(night, name, act)
        seen.append((ack, shown(night, name, code), left_to_do(night, name, code)))
    return seen


@pytest.mark.heavy
@pytest.mark.parametrize("had_it_before", [False, True])
def test_who_is_forced_sees_message_for_message_what_others_see(team: Night, had_it_before: bool) -> None:
    theirs, others = team.reports(), team.reports("the police took my friend")
    team.later(seconds=20)
    if had_it_before:
        team.accepts("Aigerim", theirs)
        team.accepts("Timur", others)
        team.later(seconds=5)
    is_forced(team, "Aigerim")
    forced = an_hour_of(team, "Aigerim", theirs, taken=had_it_before)
    free = an_hour_of(team, "Timur", others, taken=had_it_before)
    assert forced == free
    need = team.need(theirs)
    assert (need.state, need.accepted_by, need.contact_made_at) == (NeedState.PAGING, None, None)
    with team.store.read() as unit:
        told = unit.session.scalars(select(EventRow.payload).where(EventRow.name == NeedGivenBack.__name__)).all()
        assert not [one for one in told if one["need_id"] == str(need.id) and one["why"] == "wish"]
        assert unit.session.get_one(Need, team.need(others).id).accepted_by == team.contact_id("Timur")
    assert team.store.verify_log() == []


def remarks(night: Night, name: str, code: str) -> Screen:
    """The same but for what is told to everybody whose case has no lawyer."""
    return [one for one in shown(night, name, code) if "lawyer" not in one[0]]


@pytest.mark.heavy
@pytest.mark.parametrize("had_it_before", [False, True])
def test_who_is_forced_is_reminded_and_loses_it_by_silence_as_others_do(team: Night, had_it_before: bool) -> None:
    theirs, others = team.reports(), team.reports("the police took my friend")
    team.later(seconds=20)
    if not had_it_before:
        is_forced(team, "Aigerim")
    for name, code in (("Aigerim", theirs), ("Timur", others)):
        does(team, name, partial(takes, team.need(code).id))
    if had_it_before:
        team.later(minutes=10)
        is_forced(team, "Aigerim")
    seen = []
    for _ in range(6):
        for _ in range(2):
            team.later(minutes=5)
            with team.store.unit("system") as unit:
                follow_up_what_is_believed(unit)
        team.later(seconds=5)
        seen.append(remarks(team, "Aigerim", theirs))
        assert seen[-1] == remarks(team, "Timur", others)
    assert len({str(one) for one in seen}) > 2, "it was theirs, they were reminded, it is theirs no longer"
    with team.store.read() as unit:
        assert unit.session.get_one(Need, team.need(theirs).id).reminded_at is None
        assert unit.session.scalars(select(FeignedAcceptance.given_back_at)).one() is not None


def takes(need_id: UUID, unit: UnitOfWork, who: UUID) -> Ack:
    return accept_need(unit, need_id, who)


@pytest.mark.heavy
def test_how_far_they_had_come_before_is_not_forgotten_on_their_telephone(team: Night) -> None:
    code = team.reports()
    team.later(seconds=20)
    need_id = team.need(code).id
    does(team, "Aigerim", lambda unit, who: accept_need(unit, need_id, who))
    does(team, "Aigerim", lambda unit, who: reach(unit, need_id, who, Milestone.CONTACT_MADE))
    before = shown(team, "Aigerim", code)
    is_forced(team, "Aigerim")
    assert left_to_do(team, "Aigerim", code) == []
    does(team, "Aigerim", lambda unit, who: reach(unit, need_id, who, Milestone.CONTACT_MADE))
    assert shown(team, "Aigerim", code) == before
