"""Alarms about accounts: the others are paged by a code alone, and whoever it is about is not asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from alerts.answering.answers import settle_answer
from alerts.events import NeedAccepted, NeedDeclined
from alerts.messages.outbox import enqueue
from alerts.models import ACCOUNT, Alert, Delivery, DeliveryState, FeignedAcceptance, Need, NeedState, Page
from alerts.needs.feigning import UNASKED, believe, believed_reached, seems_to_have
from alerts.needs.ways import ways_to
from alerts.occasions.account_alarms import page_the_others, tell_account_set_up, warn_of_copied_passkey, watch_reading
from alerts.occasions.signoff_reminders import remind_signers
from alerts.policy.milestones import Milestone
from alerts.search.acks import Ack, accept_need, hold_need, standing
from alerts.search.following_up import give_away, reach
from alerts.search.handing_over import answer_offer, offer
from alerts.search.paging import TIMER, escalate, give_back_need
from alerts.telling.settled import show_what_is_believed, tell_who_took_it
from app.locked.callers import ways_now
from cases.events import CaseViewed
from cases.intake import open_report
from cases.models import Case
from contacts.accounts.directory import open_account
from contacts.accounts.events import AccountActivated, AccountCoerced, PasskeyFellBack
from contacts.accounts.models import Account
from contacts.accounts.reading import MOST
from contacts.accounts.roles import AccountRole
from contacts.models import Contact, ContactMethod
from law.shipped import load_rules
from law.signoff import sign_off
from store import claims
from store.base import new_id
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from store.timers import TABLE as TIMERS
from store.timers import Timer
from tests.accounts import DURESS, Member, join
from tests.alerts.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork


class Team:
    """Two coordinators with accounts and telephones."""

    def __init__(self, store: Store) -> None:
        self.store, self.desk = store, Desk(store)
        self.aigerim, self.timur = join(store, "Aigerim"), join(store, "Timur")
        for name, account in (("Aigerim", "1001"), ("Timur", "1002")):
            self.desk.links(name, account)

    def is_forced(self, member: Member) -> None:
        """They sign in under duress, and what follows it follows."""
        assert member.gives(DURESS) is not None
        with self.store.unit("system") as unit:
            page_the_others(unit, AccountCoerced(case_id=None, account_id=member.account_id))

    def pages(self) -> set[UUID]:
        """Run the timers that are due; return who has been asked about accounts so far."""
        with self.store.unit("system") as unit:
            for held in claims.claim(unit.session, TIMERS, unit.now, limit=50):
                timer = unit.session.get_one(Timer, held.id)
                if timer.kind == TIMER:
                    escalate(unit, timer, held)
        with self.store.read() as unit:
            asked = (
                select(Page.contact_id)
                .join(Need, Need.id == Page.need_id)
                .join(Alert, Alert.id == Need.alert_id)
                .where(Alert.kind == ACCOUNT)
            )
            return set(unit.session.scalars(asked))

    def alarms(self) -> int:
        with self.store.read() as unit:
            return unit.session.scalar(select(func.count()).where(Alert.kind == ACCOUNT)) or 0

    def reads(self, member: Member, cases: list[UUID]) -> None:
        for case_id in cases:
            assert member.contact_id is not None
            with self.store.unit("system") as unit:
                watch_reading(unit, CaseViewed(case_id=case_id, contact_id=member.contact_id))

    def looks_into_it(self, member: Member) -> None:
        assert member.contact_id is not None
        with self.store.unit("test") as unit:
            need_id = unit.session.scalars(select(Need.id).join(Alert).where(Alert.kind == ACCOUNT)).one()
            assert accept_need(unit, need_id, member.contact_id) is Ack.YOURS

    def cases(self, count: int, *, taken_by: Member | None = None) -> list[UUID]:
        found = []
        for number in range(count):
            with self.store.unit("test") as unit:
                chat = find_or_open_chat(unit, "telegram", f"77000{number}{count}")
                case = open_report(unit, chat, language="en", kind="text", content="they took my brother")
                found.append(case.id)
                if taken_by is not None:
                    need = Need(alert_id=self._alert(unit, case.id), case_id=case.id, kind="coordinator", urgency="now")
                    need.state, need.accepted_by = NeedState.ACCEPTED, taken_by.contact_id
                    need.accepted_at = need.opened_at = unit.now
                    unit.session.add(need)
        return found

    @staticmethod
    def _alert(unit: object, case_id: UUID) -> UUID:
        from store.base import new_id
        from store.unit_of_work import UnitOfWork

        assert isinstance(unit, UnitOfWork)
        alert = Alert(
            id=new_id(), case_id=case_id, kind="custody", subject_id=case_id, cluster_id=new_id(), opened_at=unit.now
        )
        unit.session.add(alert)
        unit.session.flush()
        return alert.id

    def seeks(self, member: Member) -> UUID:
        """A need that this helper is asked to take."""
        (case_id,) = self.cases(1)
        with self.store.unit("test") as unit:
            need = Need(alert_id=self._alert(unit, case_id), case_id=case_id, kind="coordinator", urgency="now")
            need.state, need.opened_at, need.began_at, need.round, need.step = (
                NeedState.PAGING, unit.now, unit.now, 1, 0,
            )  # fmt: skip
            unit.session.add(need)
            unit.session.flush()
            unit.session.add(
                Page(need_id=need.id, contact_id=member.contact_id, round=1, step=0, asked_at=unit.now, channels=[])
            )
            return need.id


@pytest.fixture
def team(store: Store) -> Team:
    return Team(store)


def test_the_others_are_paged_by_a_code_alone(team: Team) -> None:
    team.is_forced(team.aigerim)
    assert team.pages() == {team.timur.contact_id}
    with team.store.read() as unit:
        code = unit.session.get_one(Account, team.aigerim.account_id).code
    (job,) = team.desk.leaves("telegram")
    words = job.text
    assert code in words
    assert "Aigerim" not in words


def test_nobody_is_paged_twice_for_the_same(team: Team, clock: ManualClock) -> None:
    team.is_forced(team.aigerim)
    team.is_forced(team.aigerim)
    assert team.alarms() == 1
    clock.advance(timedelta(hours=2))
    team.is_forced(team.aigerim)
    assert team.alarms() == 1, "it has not been taken yet"


def test_of_an_account_that_helps_with_nothing_the_others_hear_as_well(team: Team) -> None:
    """An administrator's; and whose alarm was called off before anybody came to it keeps what they have."""
    assert team.timur.contact_id is not None
    (case_id,) = team.cases(1, taken_by=team.timur)
    with team.store.unit("test") as unit:
        ids = [open_account(unit, "root", AccountRole.ADMIN).id, team.timur.account_id]
    for account_id in ids:
        with team.store.unit("system") as unit:
            page_the_others(unit, AccountCoerced(case_id=None, account_id=account_id))
    assert team.alarms() == 2
    with team.store.read() as unit:
        assert unit.session.scalars(select(Need.accepted_by).where(Need.case_id == case_id)).one() is not None


def test_a_yes_of_who_is_forced_is_a_no(team: Team) -> None:
    need_id = team.seeks(team.aigerim)
    team.is_forced(team.aigerim)
    assert team.aigerim.contact_id is not None
    for _ in range(2):
        with team.store.unit("test") as unit:
            assert accept_need(unit, need_id, team.aigerim.contact_id) is Ack.YOURS
    with team.store.read() as unit:
        need = unit.session.get_one(Need, need_id)
        assert (need.state, need.accepted_by) == (NeedState.PAGING, None)
        assert unit.session.scalars(select(Page.declined_at).where(Page.need_id == need_id)).one() is not None
        assert standing(unit, need_id, team.aigerim.contact_id) is Ack.YOURS
    with team.store.unit("test") as unit:
        assert hold_need(unit, need_id, team.aigerim.contact_id) is Ack.HELD
        assert unit.session.get_one(Need, need_id).held_by is None
    assert team.timur.contact_id is not None
    with team.store.unit("test") as unit:
        assert accept_need(unit, need_id, team.timur.contact_id) is Ack.YOURS


def test_what_somebody_had_is_sought_for_others_and_their_chat_hears_nothing(team: Team) -> None:
    need_id = team.seeks(team.aigerim)
    assert team.aigerim.contact_id is not None
    assert team.timur.contact_id is not None
    with team.store.unit("test") as unit:
        assert accept_need(unit, need_id, team.aigerim.contact_id) is Ack.YOURS
    team.is_forced(team.aigerim)
    with team.store.read() as unit:
        assert unit.session.get_one(Need, need_id).state == NeedState.PAGING
        why = unit.session.scalars(select(EventRow.payload).where(EventRow.name == "NeedGivenBack")).one()["why"]
        assert why == "unreachable", "of which nobody is told"
    team.pages()
    with team.store.unit("test") as unit:
        assert accept_need(unit, need_id, team.timur.contact_id) is Ack.YOURS
        tell_who_took_it(
            unit, NeedAccepted(case_id=None, need_id=need_id, need="coordinator", contact_id=team.timur.contact_id)
        )
    with team.store.read() as unit:
        theirs = select(ContactMethod.id).where(ContactMethod.contact_id == team.aigerim.contact_id)
        told = unit.session.scalars(select(Delivery.template).where(Delivery.method_id.in_(theirs))).all()
    assert told == []


@pytest.mark.parametrize("over", [False, True])
def test_a_yes_of_who_is_forced_to_what_is_settled_already_is_answered_as_to_anybody(team: Team, over: bool) -> None:
    need_id = team.seeks(team.aigerim)
    team.is_forced(team.aigerim)
    assert team.aigerim.contact_id is not None
    with team.store.unit("test") as unit:
        need = unit.session.get_one(Need, need_id)
        need.state = NeedState.CLOSED if over else NeedState.ACCEPTED
        if not over:
            need.accepted_by, need.accepted_at = team.timur.contact_id, unit.now
    with team.store.unit("test") as unit:
        assert accept_need(unit, need_id, team.aigerim.contact_id) is (Ack.CLOSED if over else Ack.TAKEN)
        assert hold_need(unit, need_id, team.aigerim.contact_id) is Ack.TAKEN
        assert unit.session.scalars(select(FeignedAcceptance)).all() == []


def test_what_who_is_forced_gave_back_they_take_again_only_while_it_is_sought(team: Team) -> None:
    need_id, who = team.seeks(team.aigerim), team.aigerim.contact_id
    team.is_forced(team.aigerim)
    assert who is not None
    assert team.timur.contact_id is not None

    def says(act: Callable[[UnitOfWork, UUID, UUID], Ack], contact_id: UUID) -> Ack:
        with team.store.unit("test") as unit:
            return act(unit, need_id, contact_id)

    assert [says(one, who) for one in (accept_need, give_away, accept_need)] == [Ack.YOURS, Ack.GIVEN_BACK, Ack.YOURS]
    assert says(give_away, who) is Ack.GIVEN_BACK
    assert says(accept_need, team.timur.contact_id) is Ack.YOURS
    assert says(accept_need, who) is Ack.TAKEN
    with team.store.read() as unit:
        assert not seems_to_have(unit, unit.session.get_one(Need, need_id), who)


@pytest.mark.parametrize("by_wish", [False, True])
def test_only_what_was_theirs_until_it_was_taken_without_a_word_seems_to_be_theirs(team: Team, by_wish: bool) -> None:
    """What they had done by then they see, and can go on from there. What they gave back before is not theirs again."""
    need_id, who = team.seeks(team.aigerim), team.aigerim.contact_id
    assert who is not None
    with team.store.unit("test") as unit:
        assert accept_need(unit, need_id, who) is Ack.YOURS
        assert reach(unit, need_id, who, Milestone.CONTACT_MADE) is Ack.NOTED
    with team.store.unit("test") as unit:
        if by_wish:
            assert give_away(unit, need_id, who) is Ack.GIVEN_BACK
        else:
            give_back_need(unit, unit.session.get_one(Need, need_id), who, UNASKED)
    team.is_forced(team.aigerim)
    with team.store.unit("test") as unit:
        need = unit.session.get_one(Need, need_id)
        assert seems_to_have(unit, need, who) is not by_wish
        if by_wish:
            return
        assert believed_reached(unit, need, who) == (Milestone.CONTACT_MADE,)
        assert not believe(unit, need, who, Milestone.CONTACT_MADE), "that was noted before"
        assert believe(unit, need, who, Milestone.FILED)
        assert believed_reached(unit, need, who) == (Milestone.CONTACT_MADE, Milestone.FILED)
        assert (need.contact_made_at, need.filed_at) == (None, None), "it begins again for whoever takes it"


def test_a_yes_of_who_is_forced_to_an_offer_looks_like_one_whatever_they_gave_back_before(team: Team) -> None:
    """What is noted of them is of an earlier time in which they were forced."""
    need_id, who = team.seeks(team.aigerim), team.timur.contact_id
    assert team.aigerim.contact_id is not None
    assert who is not None
    with team.store.unit("test") as unit:
        assert accept_need(unit, need_id, team.aigerim.contact_id) is Ack.YOURS
        offer(unit, need_id, team.aigerim.contact_id, who)
        noted = FeignedAcceptance(need_id=need_id, contact_id=who, at=unit.now)
        noted.contact_made_at = noted.given_back_at = unit.now
        unit.session.add(noted)
    team.is_forced(team.timur)
    with team.store.unit("test") as unit:
        assert answer_offer(unit, need_id, who, takes=True) is Ack.YOURS
        need = unit.session.get_one(Need, need_id)
        assert need.accepted_by == team.aigerim.contact_id
        assert seems_to_have(unit, need, who)
        assert believed_reached(unit, need, who) == ()


def asked(team: Team, member: Member, need_id: UUID) -> UUID:
    """A message in their chat that asks for a need, sent."""
    with team.store.unit("test") as unit:
        way = ways_to(unit, unit.session.get_one(Contact, member.contact_id))[0]
        enqueue(
            unit, way.chat, "page.coordinator", language="en", need_id=need_id, method_id=way.method.id,
            values={"code": "AAA-AA2", "region": "KZ", "received": "now", "urgency": "now", "round": "1"},
        )  # fmt: skip
        sent = unit.session.scalars(select(Delivery).where(Delivery.need_id == need_id)).one().id
    team.desk.leaves("telegram")
    return sent


def bundled(team: Team, member: Member, needs: list[UUID]) -> UUID:
    """One message in their chat that asks for several needs, sent."""
    pages = [asked(team, member, need_id) for need_id in needs]
    with team.store.unit("test") as unit:
        way = ways_to(unit, unit.session.get_one(Contact, member.contact_id))[0]
        values = {"code": "AAA-AA2 +1", "codes": "AAA-AA2, BBB-BB2", "count": "2", "need": "@say:need.coordinator"}
        enqueue(unit, way.chat, "page.bundle", language="en", method_id=way.method.id, values=values, asks=True)
        row = unit.session.scalars(select(Delivery).where(Delivery.template == "page.bundle")).one()
        unit.session.execute(
            update(Delivery)
            .where(Delivery.id.in_(pages))
            .values(state=DeliveryState.BUNDLED, bundle_id=row.id, due_at=None, fence=None)
        )
    team.desk.leaves("telegram")
    return row.id


def edits(team: Team) -> list[tuple[UUID | None, str, str]]:
    """What was rewritten: which message, into which words, about which codes."""
    with team.store.read() as unit:
        rows = unit.session.scalars(
            select(Delivery).where(Delivery.action == "edit").order_by(Delivery.order_key)
        ).all()
        return [(row.edits_id, row.template, str(row.values.get("codes", row.values.get("code")))) for row in rows]


def follows(team: Team, name: str) -> None:
    """What follows the events of this name, follows."""
    with team.store.unit("system") as unit:
        for row in unit.session.scalars(select(EventRow).where(EventRow.name == name)).all():
            if name == "NeedDeclined":
                show_what_is_believed(unit, NeedDeclined.from_payload(row.case_id, row.payload))
            else:
                tell_who_took_it(unit, NeedAccepted.from_payload(row.case_id, row.payload))


def code_of_need(team: Team, need_id: UUID) -> str:
    with team.store.read() as unit:
        return unit.session.get_one(Case, unit.session.get_one(Need, need_id).case_id).code


def test_a_message_that_asked_who_is_forced_says_what_they_believe_and_never_what_is(team: Team) -> None:
    wanted, other = team.seeks(team.aigerim), team.seeks(team.aigerim)
    message = asked(team, team.aigerim, wanted)
    asked(team, team.aigerim, other)
    team.is_forced(team.aigerim)
    assert team.aigerim.contact_id is not None
    assert team.timur.contact_id is not None
    with team.store.unit("test") as unit:
        assert accept_need(unit, wanted, team.aigerim.contact_id) is Ack.YOURS
    follows(team, "NeedDeclined")
    believed = [(message, "staff.you_took", code_of_need(team, wanted))]
    assert edits(team) == believed, "as it is for whoever has taken it"
    for need_id in (wanted, other):
        with team.store.unit("test") as unit:
            assert accept_need(unit, need_id, team.timur.contact_id) is Ack.YOURS
    follows(team, "NeedAccepted")
    follows(team, "NeedDeclined")
    assert edits(team) == believed, "that another has it is news, and they hear none"


@pytest.mark.parametrize("says_yes", [True, False])
def test_of_many_asked_at_once_who_is_forced_sees_what_they_believe(team: Team, says_yes: bool) -> None:
    needs = [team.seeks(team.aigerim), team.seeks(team.aigerim)]
    bundle = bundled(team, team.aigerim, needs)
    team.is_forced(team.aigerim)
    with team.store.unit("test") as unit:
        row = unit.session.get_one(Delivery, bundle)
        aigerim = unit.session.get_one(Contact, team.aigerim.contact_id)
        if says_yes:
            answered = settle_answer(unit, row, aigerim, accepts=True, proved=True)
            assert answered.ack is Ack.YOURS
            assert {ack for _, ack in answered.acks} == {Ack.YOURS}
    follows(team, "NeedDeclined")
    codes = ", ".join(sorted(code_of_need(team, one) for one in needs))
    believed = [(bundle, "staff.bundle_yours", codes)] if says_yes else []
    assert edits(team) == believed, "at once, as it is for others"
    for need_id in needs:
        with team.store.read() as unit:
            assert unit.session.get_one(Need, need_id).state == NeedState.PAGING, "it counted as a no"
        with team.store.unit("test") as unit:
            assert team.timur.contact_id is not None
            assert accept_need(unit, need_id, team.timur.contact_id) is Ack.YOURS
    follows(team, "NeedAccepted")
    assert edits(team) == believed


def test_whoever_is_not_forced_sees_how_it_stands(team: Team) -> None:
    needs = [team.seeks(team.aigerim), team.seeks(team.aigerim)]
    bundle = bundled(team, team.aigerim, needs)
    for need_id in needs:
        with team.store.unit("test") as unit:
            assert team.timur.contact_id is not None
            accept_need(unit, need_id, team.timur.contact_id)
    follows(team, "NeedAccepted")
    assert edits(team) == [(bundle, "staff.bundle_settled", "")]


@pytest.mark.parametrize("before", [True, False])
def test_what_who_is_forced_says_of_what_they_believe_to_have_is_answered_and_not_noted(
    team: Team, before: bool
) -> None:
    need_id = team.seeks(team.aigerim)
    assert team.aigerim.contact_id is not None
    if before:
        with team.store.unit("test") as unit:
            accept_need(unit, need_id, team.aigerim.contact_id)
    team.is_forced(team.aigerim)
    with team.store.unit("test") as unit:
        if not before:
            accept_need(unit, need_id, team.aigerim.contact_id)
        assert reach(unit, need_id, team.aigerim.contact_id, Milestone.CONTACT_MADE) is Ack.NOTED
        assert give_away(unit, need_id, team.aigerim.contact_id) is Ack.GIVEN_BACK
    with team.store.read() as unit:
        need = unit.session.get_one(Need, need_id)
        assert (need.state, need.accepted_by, need.contact_made_at) == (NeedState.PAGING, None, None)
        never = team.timur.contact_id
        assert never is not None
        assert not seems_to_have(unit, need, never)
    other = team.seeks(team.aigerim)
    with team.store.unit("test") as unit:
        assert reach(unit, other, team.aigerim.contact_id, Milestone.CONTACT_MADE) is Ack.NOT_YOURS, "as ever"


def test_when_it_is_over_a_yes_is_a_yes_again(team: Team) -> None:
    need_id = team.seeks(team.aigerim)
    team.is_forced(team.aigerim)
    assert team.aigerim.contact_id is not None
    with team.store.unit("test") as unit:
        accept_need(unit, need_id, team.aigerim.contact_id)
    join(team.store, "Aigerim")
    with team.store.unit("test") as unit:
        assert standing(unit, need_id, team.aigerim.contact_id) is Ack.DECLINED
        assert accept_need(unit, need_id, team.aigerim.contact_id) is Ack.YOURS
        assert unit.session.get_one(Need, need_id).accepted_by == team.aigerim.contact_id
        assert unit.session.scalars(select(FeignedAcceptance.need_id)).all() == [need_id]


def test_reading_many_old_cases_within_an_hour_pages_the_others(team: Team, clock: ManualClock) -> None:
    old = team.cases(MOST + 1, taken_by=team.aigerim)
    clock.advance(timedelta(hours=2))
    team.reads(team.aigerim, old[:MOST] * 3)
    assert team.alarms() == 0
    team.reads(team.aigerim, old[MOST:])
    assert team.alarms() == 1
    assert team.pages() == {team.timur.contact_id}
    team.reads(team.aigerim, old)
    assert team.alarms() == 1


def test_somebody_looking_into_it_silences_nobody_who_says_that_they_are_forced(team: Team, clock: ManualClock) -> None:
    old = team.cases(MOST + 1, taken_by=team.aigerim)
    clock.advance(timedelta(hours=2))
    team.reads(team.aigerim, old)
    assert team.pages() == {team.timur.contact_id}
    team.looks_into_it(team.timur)
    clock.advance(timedelta(minutes=20))
    team.is_forced(team.aigerim)
    assert team.alarms() == 2


def test_an_alarm_by_a_clock_that_ran_ahead_hides_no_reading_once_it_is_right(team: Team, clock: ManualClock) -> None:
    old = team.cases(MOST + 1, taken_by=team.aigerim)
    clock.advance(timedelta(days=2))
    team.reads(team.aigerim, old)
    team.looks_into_it(team.timur)
    clock.advance(-timedelta(days=1))
    team.reads(team.aigerim, old)
    assert team.alarms() == 2


def test_a_bad_night_is_no_alarm(team: Team, clock: ManualClock) -> None:
    team.reads(team.aigerim, team.cases(MOST + 5, taken_by=team.aigerim))
    assert team.alarms() == 0
    slowly = team.cases(MOST + 2, taken_by=team.timur)
    clock.advance(timedelta(hours=2))
    for case_id in slowly:
        team.reads(team.timur, [case_id])
        clock.advance(timedelta(minutes=8))
    assert team.alarms() == 0


def test_whoever_an_account_belongs_to_hears_that_it_was_set_up(team: Team) -> None:
    event = AccountActivated(case_id=None, account_id=team.aigerim.account_id)
    for _ in range(2):
        with team.store.unit("system") as unit:
            tell_account_set_up(unit, event)
    (row,) = team.desk.rows()
    assert row.template == "staff.duty_account"


def test_a_signer_is_told_once_a_month_before_it_ends(store: Store, clock: ManualClock) -> None:
    dana = join(store, "Dana", "lawyer")
    desk = Desk(store)
    desk.links("Dana", "1003")
    rules = load_rules().rules[:3]
    with store.unit("dana") as unit:
        assert dana.contact_id is not None
        for days, rule in zip((40, 70, 75), rules, strict=True):
            sign_off(unit, dana.contact_id, rule, unit.now + timedelta(days=days))

    def told() -> list[Delivery]:
        with store.unit("system") as unit:
            remind_signers(unit)
        return desk.rows()

    assert told() == []
    clock.advance(timedelta(days=10))
    assert [row.values["count"] for row in told()] == ["1"]
    assert len(told()) == 1
    clock.advance(timedelta(days=40))
    assert [row.values["count"] for row in told()] == ["1", "2"]


def test_a_passkey_that_was_copied_pages_the_other_once(team: Team) -> None:
    event = PasskeyFellBack(case_id=None, account_id=team.aigerim.account_id, passkey_id=new_id())
    for _ in range(2):
        with team.store.unit("system") as unit:
            warn_of_copied_passkey(unit, event)
    assert team.alarms() == 1
    assert team.pages() == {team.timur.contact_id}, "not whose key it is"


def test_who_is_forced_is_not_among_those_who_are_called_while_it_is_locked(team: Team) -> None:
    join(team.store, "Dana", "lawyer")
    team.desk.links("Dana", "1003")

    def called() -> list[str]:
        with team.store.read() as unit:
            return sorted(way.address for way in ways_now(unit))

    assert called() == ["1001", "1002"]
    team.is_forced(team.aigerim)
    assert called() == ["1002"]
