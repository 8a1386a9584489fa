"""A release: who has to say yes, what stops it, and that what leaves is what was approved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from cases.consent.agreeing import enter_consent, freeze, thaw
from cases.consent.errors import ConsentError
from cases.consent.people import enter_fact
from cases.consent.vocabulary import LEAST, Audience, Authority, FieldClass
from cases.docket.models import Dismissal
from cases.models import Case
from cases.releases.deciding import HOUR, PER_HOUR, Voice, is_approved, room_at
from cases.releases.models import Basis, Release, ReleaseRecipient, ReleaseState
from cases.releases.opening import Opened, Refused, acknowledge, free_link, open_release
from cases.releases.proposing import PURPOSE, Proposal, approve, content_of, may_leave, propose, veto
from cases.verification import Basis as Ground
from cases.verification import bear_out
from contacts.accounts.directory import open_account
from contacts.accounts.roles import AccountRole
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.base import new_id
from store.eventlog import EventRow
from store.tokens import token_of
from tests.conftest import START
from tests.web.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

PEOPLE = [new_id() for _ in range(3)]
voices = st.lists(
    st.builds(Voice, st.sampled_from(PEOPLE), st.sampled_from(["coordinator", "lawyer", "interpreter"]), st.booleans()),
    max_size=5,
)


@given(basis=st.sampled_from(Basis), said=voices)
def test_nothing_leaves_by_the_word_of_one_or_against_a_veto(basis: Basis, said: list[Voice]) -> None:
    approvers = {one.contact_id: one.role for one in said if one.role in ("coordinator", "lawyer")}
    if not is_approved(basis, said):
        return
    assert all(one.approves for one in said)
    assert len(approvers) >= (1 if basis is Basis.EMERGENCY else 2)
    if basis is Basis.VITAL_INTEREST:
        assert set(approvers.values()) == {"coordinator", "lawyer"}


@pytest.mark.parametrize(
    ("basis", "enough"),
    [
        (Basis.EMERGENCY, [("coordinator",), ("coordinator", "lawyer")]),
        (Basis.VITAL_INTEREST, [("coordinator", "lawyer"), ("coordinator", "lawyer", "coordinator")]),
        (Basis.CONSENT, [("coordinator", "lawyer"), ("coordinator", "coordinator"), ("lawyer", "lawyer")]),
    ],
)
def test_whose_yes_is_enough_is_enough(basis: Basis, enough: list[tuple[str, ...]]) -> None:
    """What the person decided themselves waits for one coordinator, and for nobody else."""
    for roles in enough:
        said = [Voice(person, role, approves=True) for person, role in zip(PEOPLE, roles, strict=False)]
        assert is_approved(basis, said), roles
    others = ("interpreter", "unhcr", "journalist")
    unasked = [Voice(person, role, approves=True) for person, role in zip(PEOPLE, others, strict=True)]
    assert not is_approved(basis, unasked), "nobody who may approve"


@pytest.mark.parametrize("basis", [Basis.EMERGENCY, Basis.VITAL_INTEREST])
def test_without_a_coordinator_nothing_leaves_in_haste(basis: Basis) -> None:
    assert not is_approved(basis, [Voice(person, "lawyer", approves=True) for person in PEOPLE])


@given(before=st.lists(st.integers(0, 7200), max_size=60), count=st.integers(1, 8))
def test_no_hour_ever_sees_more_than_the_cap(before: list[int], count: int) -> None:
    """Messages that were let go by the rule, and those that ask now: count them in any hour."""
    left: list[int] = []
    for second in sorted(before):
        if room_at([START + timedelta(seconds=one) for one in left], START + timedelta(seconds=second), 1) <= (
            START + timedelta(seconds=second)
        ):
            left.append(second)
    now = START + timedelta(seconds=max(left, default=0))
    at = room_at([START + timedelta(seconds=one) for one in left], now, count)
    assert at >= now
    in_the_hour = [one for one in left if START + timedelta(seconds=one) > at - HOUR]
    assert len(in_the_hour) + count <= PER_HOUR


def test_twenty_messages_leave_within_an_hour_and_the_next_when_the_first_is_an_hour_old() -> None:
    hour = timedelta(hours=1)
    left = [START + timedelta(minutes=one) for one in range(20)]
    now = left[-1]
    assert room_at(left[1:], now, 1) == now
    assert room_at(left, now, 1) == START + hour
    assert room_at(left, now, 3) == START + timedelta(minutes=2) + hour
    assert room_at(left, START + hour, 1) == START + hour
    assert room_at(left, START + 3 * hour, 8) == START + 3 * hour, "what left long ago takes no room"
    assert room_at(left[::-1], now, 1) == START + hour, "in whatever order they are read"


@dataclass(frozen=True)
class Office:
    """A case that is borne out, the team, and whom it may tell."""

    scene: Scene
    aigerim: UUID
    timur: UUID
    dana: UUID
    marta: UUID
    """UNHCR"""
    jonas: UUID
    """a journalist"""

    def case(self, unit: UnitOfWork) -> Case:
        return unit.session.get_one(Case, self.scene.case_id)

    @classmethod
    def of(cls, store: Store) -> Office:
        scene = Scene.begin(store)
        people = {"Aigerim": Role.COORDINATOR, "Timur": Role.COORDINATOR, "Dana": Role.LAWYER}
        with store.unit("test") as unit:
            bear_out(unit, scene.case_id, Ground.DOCUMENT, "the order")
            for name, value in {"name_latin": "Example", "place": "Centre 1", "region": "KZ-ALM"}.items():
                enter_fact(unit, scene.case_id, name, value)
            ids = [put_contact(unit, ContactCard(name, role)) for name, role in people.items()]
            outside = [
                put_contact(unit, ContactCard("Marta", Role.UNHCR)),
                put_contact(unit, ContactCard("Jonas", Role.JOURNALIST)),
            ]
        return cls(scene, *ids, *outside)


@pytest.fixture
def office(store: Store) -> Office:
    return Office.of(store)


def agrees(unit: UnitOfWork, office: Office, audience: Audience, *kinds: FieldClass, granted: bool = True) -> None:
    wanted = kinds or tuple(FieldClass)
    enter_consent(
        unit, office.scene.case_id, audience, wanted, granted=granted, authority=Authority.PERSON, how="a call"
    )


def to_unhcr(office: Office) -> Proposal:
    return Proposal(Audience.UNHCR, (office.marta,), reason="fear of return")


def test_two_people_approve_and_one_twice_is_one(store: Store, office: Office) -> None:
    with store.unit("test") as unit:
        agrees(unit, office, Audience.UNHCR)
        release = propose(unit, office.case(unit), to_unhcr(office), office.aigerim)
        assert approve(unit, release, office.aigerim, "coordinator") is ReleaseState.PROPOSED
        assert approve(unit, release, office.aigerim, "coordinator") is ReleaseState.PROPOSED
        assert approve(unit, release, office.timur, "coordinator") is ReleaseState.APPROVED
        view = content_of(unit, unit.session.get_one(Release, release))
    assert view is not None
    assert {one.name: one.value for one in view.fields}["place"] == "Centre 1"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda office: replace(to_unhcr(office), audience=Audience.EMBASSY), "by hand"),
        (lambda office: replace(to_unhcr(office), recipients=()), "at least one"),
        (lambda office: replace(to_unhcr(office), recipients=(office.jonas,)), "must be a unhcr"),
        (lambda office: replace(to_unhcr(office), recipients=(office.marta,) * 2), "each once"),
        (lambda office: replace(to_unhcr(office), fallbacks=tuple(new_id() for _ in range(8))), "at most 8"),
        (lambda office: Proposal(Audience.PRESS, (office.jonas,)), "nothing may leave"),
        (lambda office: replace(to_unhcr(office), basis=Basis.VITAL_INTEREST, reason=""), "why the person"),
        (
            lambda office: Proposal(Audience.PRESS, (office.jonas,), basis=Basis.VITAL_INTEREST, reason="x"),
            "only UNHCR",
        ),
    ],
)
def test_what_must_not_leave_cannot_be_proposed(
    store: Store, office: Office, change: Callable[[Office], Proposal], why: str
) -> None:
    with store.unit("test") as unit:
        agrees(unit, office, Audience.UNHCR)
        with pytest.raises(ConsentError, match=why):
            propose(unit, office.case(unit), change(office), office.aigerim)


def test_nothing_of_a_case_that_nobody_bears_out_can_be_proposed(store: Store) -> None:
    scene = Scene.begin(store)
    with store.unit("test") as unit:
        marta, aigerim = (
            put_contact(unit, ContactCard("Marta", Role.UNHCR)),
            put_contact(unit, ContactCard("A", Role.COORDINATOR)),
        )
        enter_fact(unit, scene.case_id, "place", "Centre 1")
        enter_consent(
            unit, scene.case_id, Audience.UNHCR, FieldClass, granted=True, authority=Authority.PERSON, how="call"
        )
        with pytest.raises(ConsentError, match="nothing may leave"):
            propose(unit, unit.session.get_one(Case, scene.case_id), Proposal(Audience.UNHCR, (marta,)), aigerim)


def test_what_changed_between_two_approvals_is_void(store: Store, office: Office) -> None:
    with store.unit("test") as unit:
        agrees(unit, office, Audience.UNHCR)
        release = propose(unit, office.case(unit), to_unhcr(office), office.aigerim)
        approve(unit, release, office.aigerim, "coordinator")
        enter_fact(unit, office.scene.case_id, "place", "Centre 2")
        assert approve(unit, release, office.timur, "coordinator") is ReleaseState.VOID
        assert approve(unit, release, office.dana, "lawyer") is ReleaseState.VOID


def test_what_was_entered_since_does_not_leave_with_it(store: Store, office: Office) -> None:
    with store.unit("test") as unit:
        agrees(unit, office, Audience.UNHCR)
        release = propose(unit, office.case(unit), to_unhcr(office), office.aigerim)
        enter_fact(unit, office.scene.case_id, "officer", "Somebody")
        approve(unit, release, office.aigerim, "coordinator")
        assert approve(unit, release, office.dana, "lawyer") is ReleaseState.APPROVED
        view = content_of(unit, unit.session.get_one(Release, release))
    assert view is not None
    assert "officer" not in {one.name for one in view.fields}


def test_counsel_stops_what_two_coordinators_approved(store: Store, office: Office) -> None:
    with store.unit("test") as unit:
        agrees(unit, office, Audience.UNHCR)
        release = propose(unit, office.case(unit), to_unhcr(office), office.aigerim)
        approve(unit, release, office.aigerim, "coordinator")
        approve(unit, release, office.timur, "coordinator")
        assert veto(unit, release, office.aigerim, "coordinator") is ReleaseState.APPROVED, "a coordinator no more"
        assert veto(unit, release, office.dana, "lawyer") is ReleaseState.VETOED
        with pytest.raises(ConsentError, match="coordinator or a lawyer"):
            approve(unit, release, office.jonas, "journalist")


def test_who_said_yes_may_think_better_of_it_as_long_as_one_yes_is_missing(store: Store, office: Office) -> None:
    with store.unit("test") as unit:
        agrees(unit, office, Audience.UNHCR)
        release = propose(unit, office.case(unit), to_unhcr(office), office.aigerim)
        approve(unit, release, office.aigerim, "coordinator")
        with pytest.raises(ConsentError, match="may stop what leaves"):
            veto(unit, release, office.marta, "unhcr")
        assert veto(unit, release, office.aigerim, "coordinator") is ReleaseState.VETOED
        assert approve(unit, release, office.timur, "coordinator") is ReleaseState.VETOED


def test_what_was_sent_is_shown_to_one_device_and_to_none_once_it_is_something_else(
    store: Store, office: Office
) -> None:
    with store.unit("test") as unit:
        agrees(unit, office, Audience.UNHCR)
        release = unit.session.get_one(Release, propose(unit, office.case(unit), to_unhcr(office), office.aigerim))
        for person in (office.aigerim, office.timur):
            approve(unit, release.id, person, "coordinator")
        release.state = ReleaseState.SENT
        recipient = unit.session.scalars(select(ReleaseRecipient)).one()
        recipient.expires_at = unit.now + HOUR
        unit.session.flush()
        token = token_of(unit, PURPOSE, recipient.id)
        assert acknowledge(unit, token, None) is Refused.UNKNOWN, "they have not seen it"
        shown = open_release(unit, token, None)
        assert isinstance(shown, Opened)
        device = shown.device
        assert acknowledge(unit, token, device) is None
        assert free_link(unit, release.id, recipient.id), "they want to read it elsewhere"
        assert acknowledge(unit, token, device) is Refused.ELSEWHERE, "from the page that is still open here"
        again = open_release(unit, token, None)
        assert isinstance(again, Opened)
        assert open_release(unit, token, device) is Refused.ELSEWHERE
        device = again.device
    with store.unit("test") as unit:
        agrees(unit, office, Audience.UNHCR, FieldClass.CUSTODY, granted=False)
        assert open_release(unit, token, device) is Refused.CHANGED
        assert unit.session.scalars(select(EventRow.name)).all().count("ReleaseOpened") == 2


def test_no_weaker_word_takes_from_a_case_what_a_document_bore_out(store: Store) -> None:
    scene = Scene.begin(store)
    with store.unit("test") as unit:
        states = [
            bear_out(unit, scene.case_id, ground, "somebody")
            for ground in (Ground.SECOND_SOURCE, Ground.SECOND_SOURCE, Ground.DOCUMENT, Ground.SECOND_SOURCE)
        ]
    assert states == ["corroborated", "corroborated", "confirmed", "confirmed"]


def test_the_yes_of_who_is_forced_or_was_dismissed_since_counts_no_longer_and_their_no_does(
    store: Store, office: Office
) -> None:
    with store.unit("test") as unit:
        agrees(unit, office, Audience.UNHCR)
        release = propose(unit, office.case(unit), to_unhcr(office), office.aigerim)
        row = unit.session.get_one(Release, release)
        approve(unit, release, office.dana, "lawyer")
        unit.session.add(
            Dismissal(
                case_id=office.scene.case_id,
                asked_at=unit.now,
                asked_by="reporter",
                answered_at=unit.now,
                answered_by="contact",
                confirmed=True,
                counsel_id=office.dana,
            )
        )
        unit.session.flush()
        assert approve(unit, release, office.aigerim, "coordinator") is ReleaseState.PROPOSED, "one of two"
        assert approve(unit, release, office.timur, "coordinator") is ReleaseState.APPROVED
        assert may_leave(unit, row)
        account = open_account(unit, "timur", AccountRole.COORDINATOR)
        account.contact_id, account.coerced_at = office.timur, unit.now
        unit.session.flush()
        assert not may_leave(unit, row), "what waited for its hour does not leave"
        other = propose(unit, office.case(unit), to_unhcr(office), office.aigerim)
        assert veto(unit, other, office.timur, "coordinator") is ReleaseState.VETOED


def test_vital_interest_takes_a_coordinator_and_a_lawyer_and_opens_the_least(store: Store, office: Office) -> None:
    vital = replace(to_unhcr(office), basis=Basis.VITAL_INTEREST, reason="cannot be reached, removal tonight")
    with store.unit("test") as unit:
        release = propose(unit, office.case(unit), vital, office.aigerim)
        approve(unit, release, office.aigerim, "coordinator")
        assert approve(unit, release, office.timur, "coordinator") is ReleaseState.PROPOSED, "no lawyer among them"
        assert approve(unit, release, office.dana, "lawyer") is ReleaseState.APPROVED
        view = content_of(unit, unit.session.get_one(Release, release))
    assert view is not None
    assert {one.name for one in view.fields} == {"name_latin", "place", "region"} <= LEAST


def test_vital_interest_does_not_count_against_a_refusal(store: Store, office: Office) -> None:
    vital = replace(to_unhcr(office), basis=Basis.VITAL_INTEREST, reason="removal tonight")
    with store.unit("test") as unit:
        agrees(unit, office, Audience.UNHCR, FieldClass.FAMILY, granted=False)
        with pytest.raises(ConsentError, match="refused before"):
            propose(unit, office.case(unit), vital, office.aigerim)


def test_a_freeze_voids_what_waits_and_a_thaw_does_not_bring_it_back(store: Store, office: Office) -> None:
    with store.unit("test") as unit:
        agrees(unit, office, Audience.UNHCR)
        release = propose(unit, office.case(unit), to_unhcr(office), office.aigerim)
        freeze(unit, office.scene.case_id)
        assert approve(unit, release, office.aigerim, "coordinator") is ReleaseState.VOID
        thaw(unit, office.scene.case_id)
        assert approve(unit, release, office.timur, "coordinator") is ReleaseState.VOID
