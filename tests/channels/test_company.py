"""Companies: whoever was joined, gathered and listed however, somebody is asked for each of them, and nobody twice."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select

from alerts.answering.answers import settle_answer
from alerts.messages.clusters import Proposed
from alerts.models import CUSTODY, SOUGHT, Alert, Delivery, Need, NeedState, Page, PressableButton
from alerts.needs.company import HASTE, waits_for_its_company
from alerts.policy.milestones import Milestone
from alerts.policy.policies import import_policies
from alerts.search.acks import Ack, accept_need, decline_need, hold_need
from alerts.search.following_up import give_away, reach
from alerts.search.paging_many import MOST_PAGES, page_many
from alerts.search.taking_in import gather_reports, take_in
from cases.docket.entering import When
from cases.identity.models import IdentitySuggestion, SamePerson, SuggestionState
from cases.identity.suggesting import JoinRefusedError, join_cases, part_cases
from cases.incidents.models import Incident, IncidentCase
from cases.incidents.opening import Happening, IncidentError
from cases.incidents.reading import read_list
from cases.intake import open_case
from cases.models import Case
from cases.retention import Retention, RetentionError, close_case
from contacts.directory import put_contact
from contacts.models import Contact, ContactMethod
from contacts.values import ContactCard, Role
from store.base import new_id
from store.chats import find_or_open_chat
from store.clock import ManualClock
from store.timers import Timer
from tests.channels.night import Night
from tests.conftest import START
from tests.quick import quick_store as fresh_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

AIGERIM, TIMUR, DANA, ZARINA = "101", "102", "103", "104"
HELD, CAN_WAIT = "they took my brother", "How can I renew my papers?"
WHILE = timedelta(minutes=21)
"""In so long whoever is sought is asked for at least once: a ladder, a pause of overtime, a look again."""
POLICY = """\
policies:
  - name: night
    repeat: 2
    needs:
      coordinator:
        accepts: {seats}
        steps: [{{notify: [{{role: coordinator}}], channels: [telegram], wait: 5m}}]
      lawyer:
        - {{notify: [{{role: lawyer}}], channels: [telegram], wait: 5m}}
"""


CALM = settings(
    max_examples=3, stateful_step_count=8, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
"""Each example is a night: few of them, and no second look for a shorter one."""


def helper(night: Night, name: str, role: Role, telegram: str, *avoid: str) -> None:
    """Somebody of the team, who must not work beside some others."""
    with night.store.unit("test") as unit:
        card = ContactCard(name, role, ("KZ",), ("en",), country="KZ", avoid=avoid)
        contact_id, chat = put_contact(unit, card), find_or_open_chat(unit, "telegram", telegram)
        method = ContactMethod(contact_id=contact_id, channel="telegram", chat_id=chat.id, verified_at=unit.now)
        unit.session.add(method)


def case_id(unit: UnitOfWork, code: str) -> UUID:
    return unit.session.scalars(select(Case.id).where(Case.code == code)).one()


def joins(night: Night, leader: str, follower: str) -> bool:
    """A coordinator says that they are one person; whether that could be said."""
    with night.store.unit("contact:test") as unit:
        leader_id, follower_id = case_id(unit, leader), case_id(unit, follower)
        first, second = sorted((leader_id, follower_id))
        pair = (IdentitySuggestion.case_id == first, IdentitySuggestion.other_id == second)
        found = unit.session.scalars(select(IdentitySuggestion).where(*pair)).one_or_none()
        if found is None:
            found = IdentitySuggestion(
                id=new_id(), case_id=first, other_id=second, score=0.9, reasons=[], state=SuggestionState.OPEN
            )
            found.made_at = unit.now
            unit.session.add(found)
            unit.session.flush()
        try:
            return join_cases(unit, found.id, leader_id)
        except JoinRefusedError:
            return False


def parts(night: Night, one: str, other: str) -> bool:
    with night.store.unit("contact:test") as unit:
        return part_cases(unit, case_id(unit, one), case_id(unit, other))


def gathers(night: Night, codes: Sequence[str]) -> bool:
    """A coordinator says that some reports are of one incident; whether that could be said."""
    with night.store.unit("contact:test") as unit:
        proposed = Proposed(new_id(), region=None, zone="UTC", codes=tuple(codes), first_at=unit.now, last_at=unit.now)
        try:
            gather_reports(unit, proposed)
        except IncidentError:
            return False
    return True


def raid(night: Night, people: int) -> list[str]:
    """So many people taken at once, from a list."""
    pieces = read_list("\n".join(f"{n}. Serik {chr(64 + n)}n" for n in range(1, people + 1)))
    with night.store.unit("test") as unit:
        incident = take_in(unit, Happening("administrative_arrest", When(unit.now), "Asia/Almaty", "en"), pieces)
        rows = select(Case.code).join(IncidentCase, IncidentCase.case_id == Case.id)
        return list(unit.session.scalars(rows.where(IncidentCase.incident_id == incident.id)))


class AnyCompany(RuleBasedStateMachine):
    """A team of five, and whatever reports, lists, joinings and gatherings a night brings, in any order."""

    new_store: Callable[..., Store]
    clock: ManualClock

    @initialize(seats=st.integers(1, 2))
    def the_team_is_there(self, seats: int) -> None:
        self.night = Night(self.new_store, self.clock)
        self.codes: list[str] = []
        for number, name in enumerate(("Aigerim", "Timur", "Marat")):
            helper(self.night, name, Role.COORDINATOR, f"10{number}")
        helper(self.night, "Dana", Role.LAWYER, "200")
        helper(self.night, "Zarina", Role.LAWYER, "201", "Timur")
        with self.night.store.unit("test") as unit:
            import_policies(unit, POLICY.format(seats=seats))

    # what the night brings

    @precondition(lambda self: len(self.codes) < 7)
    @rule(words=st.sampled_from((HELD, HELD, CAN_WAIT)))
    def somebody_reports(self, words: str) -> None:
        self.codes.append(self.night.reports(words))
        self.night.works()

    @precondition(lambda self: len(self.codes) < 6)
    @rule(people=st.integers(2, 3))
    def people_are_listed(self, people: int) -> None:
        self.codes += raid(self.night, people)
        self.night.works()

    @precondition(lambda self: len(self.codes) > 1)
    @rule(data=st.data())
    def reports_are_gathered(self, data: st.DataObject) -> None:
        gathers(self.night, data.draw(st.permutations(self.codes))[:3])
        self.night.works()

    @precondition(lambda self: len(self.codes) > 1)
    @rule(data=st.data())
    def two_are_one_person(self, data: st.DataObject) -> None:
        first, second = data.draw(st.permutations(self.codes))[:2]
        joins(self.night, first, second)
        self.night.works()

    @precondition(lambda self: len(self.codes) > 1)
    @rule(data=st.data())
    def two_are_two_after_all(self, data: st.DataObject) -> None:
        with self.night.store.read() as unit:
            joined = unit.session.execute(
                select(SamePerson.case_id, SamePerson.leader_id).where(SamePerson.parted_at.is_(None))
            ).all()
            codes = {row.id: row.code for row in unit.session.execute(select(Case.id, Case.code))}
        if joined:
            one = data.draw(st.sampled_from(sorted(joined)))
            parts(self.night, codes[one.case_id], codes[one.leader_id])
            self.night.works()

    @precondition(lambda self: self.codes)
    @rule(data=st.data(), declines=st.booleans())
    def somebody_answers(self, data: st.DataObject, declines: bool) -> None:
        with self.night.store.unit("test") as unit:
            asked = unit.session.execute(
                select(Page.need_id, Page.contact_id)
                .join(Need, Need.id == Page.need_id)
                .where(Need.state.in_(SOUGHT))
                .order_by(Page.id)
            ).all()
            if asked:
                one = data.draw(st.sampled_from(asked))
                (decline_need if declines else accept_need)(unit, one.need_id, one.contact_id)
        self.night.works()

    @precondition(lambda self: self.codes)
    @rule(data=st.data(), whole=st.booleans())
    def somebody_gives_back(self, data: st.DataObject, whole: bool) -> None:
        with self.night.store.unit("test") as unit:
            held = select(Need).where(Need.state == NeedState.ACCEPTED).order_by(Need.id)
            rows = unit.session.scalars(held).all()
            if rows:
                one = data.draw(st.sampled_from(rows))
                assert one.accepted_by is not None
                give_away(unit, one.id, one.accepted_by, whole=whole)
        self.night.works()

    @precondition(lambda self: self.codes)
    @rule(data=st.data())
    def a_case_is_closed(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(self.codes))
        with self.night.store.unit("test") as unit, suppress(RetentionError):  # while a clock runs
            close_case(unit, case_id(unit, code), by="test", note="over")
        self.night.works()

    @rule(minutes=st.integers(1, 7))
    def time_passes(self, minutes: int) -> None:
        self.night.later(minutes=minutes)

    # what must hold

    def teardown(self) -> None:
        if getattr(self, "codes", None):
            self.night.later(seconds=WHILE.total_seconds())
            with self.night.store.read() as unit:
                check_that_somebody_is_asked(unit)
            assert self.night.store.verify_log() == []


def check_that_somebody_is_asked(unit: UnitOfWork) -> None:
    """For each search that is open: as a reader of the rules would work it out, by nothing that the program uses."""
    closed = set(unit.session.scalars(select(Retention.case_id).where(Retention.closed_at.is_not(None))))
    needs = [
        need
        for need in unit.session.scalars(
            select(Need).join(Alert, Alert.id == Need.alert_id).where(Alert.kind == CUSTODY, Need.state.in_(SOUGHT))
        )
        if need.case_id not in closed
    ]
    since = unit.now - WHILE
    asked = set(unit.session.scalars(select(Page.need_id).where(Page.asked_at >= since)))
    wound = set(unit.session.scalars(select(Timer.subject_id).where(Timer.kind == "escalate", Timer.due_at > unit.now)))
    for need in needs:
        earlier = [one for one in needs if one.alert_id == need.alert_id and one.kind == need.kind]
        if any(one.seat < need.seat for one in earlier):
            continue  # that one is asked for first
        together = [
            one
            for one in needs
            if one.case_id in reached(unit, need)
            and (one.kind, one.seat) == (need.kind, need.seat)
            and not any(o.seat < one.seat for o in needs if (o.alert_id, o.kind) == (one.alert_id, one.kind))
        ]
        if all(one.urgency == "later" for one in together):
            assert any(one.id in wound for one in together), "nobody will ever be asked"
        else:
            assert any(one.id in asked for one in together), "nobody is asked"


def reached(unit: UnitOfWork, need: Need) -> set[Any]:
    """The cases that are settled with that of a need, and itself."""
    links = [
        {row.case_id, row.leader_id}
        for row in unit.session.scalars(select(SamePerson).where(SamePerson.parted_at.is_(None)))
    ]
    if need.kind == "coordinator":
        lists: dict[UUID, set[UUID]] = {}
        for row in unit.session.scalars(select(IncidentCase)):
            lists.setdefault(row.incident_id, set()).add(row.case_id)
        links += lists.values()
    found: set[Any] = {need.case_id}
    while wider := [link for link in links if link & found and not link <= found]:
        found = found.union(*wider)
    return found


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_whatever_comes_together_somebody_is_asked_for_each_search_that_is_open() -> None:
    class OnOneStore(AnyCompany):
        def __init__(self) -> None:
            super().__init__()
            self.clock = ManualClock(START)
            self.folder = tempfile.TemporaryDirectory(prefix="panah-company-")
            self.opened: list[Any] = []

        def new_store(self, **reactions: tuple[str, ...]) -> Store:
            self.opened.append(fresh_store(Path(self.folder.name), self.clock, reactions))
            store: Store = self.opened[0].__enter__()
            return store

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                for one in self.opened:
                    one.__exit__(None, None, None)
                self.folder.cleanup()

    run_state_machine_as_test(OnOneStore, settings=CALM)


class Company(NamedTuple):
    """Some cases, as they came together; each number is the place of a case."""

    lists: list[int | None]
    """In which incident each case is."""
    follows: list[int | None]
    """Which case each follows, as far as that can be."""
    closed: list[bool]
    seats: list[list[tuple[str, str]]]
    """How urgent each seat of each case is, and how its search stands."""


SEATS = st.tuples(
    st.sampled_from(("later", "soon", "now")), st.sampled_from(("paging", "paging", "exhausted", "accepted", "closed"))
)


@st.composite
def any_company(draw: st.DrawFn) -> Company:
    size = draw(st.integers(2, 5))

    def each(one: st.SearchStrategy[Any]) -> Any:
        return draw(st.lists(one, min_size=size, max_size=size))

    return Company(
        each(st.sampled_from((0, 0, 1, None))),
        each(st.none() | st.integers(0, size - 1)),
        each(st.sampled_from((False, False, False, True))),
        each(st.lists(SEATS, min_size=1, max_size=2)),
    )


def made(unit: UnitOfWork, company: Company, kind: str, contact_id: UUID) -> list[Need]:
    """Write a company down; return the needs of its cases."""
    cases = [open_case(unit, language="en") for _ in company.seats]
    incidents = [
        Incident(
            id=new_id(), code=f"AAA-00{n}", measure="custody_start", happened_at=unit.now, zone="UTC",
            opened_at=unit.now, opened_by="test",
        )
        for n in range(2)
    ]  # fmt: skip
    unit.session.add_all(incidents)
    unit.session.flush()
    needs = []
    for number, case in enumerate(cases):
        place, leader = company.lists[number], company.follows[number]
        now = {"joined_at": unit.now, "joined_by": "test"}
        if place is not None:
            row = IncidentCase(incident_id=incidents[place].id, case_id=case.id, number=number, **now)
            unit.session.add(row)
        leads = any(one == number for one in company.follows[:number])
        if leader is not None and leader != number and company.follows[leader] in (None, leader) and not leads:
            company.follows[leader] = None
            unit.session.add(SamePerson(case_id=case.id, leader_id=cases[leader].id, **now))
        else:
            company.follows[number] = None
        if company.closed[number]:
            unit.session.add(Retention(case_id=case.id, closed_at=unit.now, closed_by="test"))
        alert = Alert(
            id=new_id(), case_id=case.id, kind=CUSTODY, subject_id=case.id, cluster_id=case.id, opened_at=unit.now
        )
        unit.session.add(alert)
        unit.session.flush()
        for seat, (urgency, state) in enumerate(company.seats[number], 1):
            need = Need(
                alert_id=alert.id, case_id=case.id, kind=kind, seat=seat, urgency=urgency, state=state,
                opened_at=unit.now, accepted_by=contact_id if state == "accepted" else None,
            )  # fmt: skip
            unit.session.add(need)
            unit.session.flush()
            needs.append(need)
    return needs


@pytest.fixture
def quick_store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with fresh_store(tmp_path, clock) as store:
        yield store


class NothingIsKeptError(Exception):
    """An example is over."""


@given(any_company(), st.sampled_from(("coordinator", "lawyer")))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_of_any_company_exactly_one_search_is_carried_on_and_none_is_more_urgent(
    quick_store: Store, company: Company, kind: str
) -> None:
    with suppress(NothingIsKeptError), quick_store.unit("test") as unit:
        contact_id = put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR, ("KZ",), ("en",), country="KZ"))
        needs = made(unit, company, kind, contact_id)
        closed = set(unit.session.scalars(select(Retention.case_id)))
        open_ = [one for one in needs if one.state in SOUGHT]
        have_their_turn = [
            one
            for one in open_
            if one.case_id not in closed
            and not any(other.alert_id == one.alert_id and other.seat < one.seat for other in open_)
        ]
        for need in have_their_turn:
            cases = reached(unit, need)
            together = [one for one in have_their_turn if one.case_id in cases and one.seat == need.seat]
            carried_on = [one for one in together if not waits_for_its_company(unit, one)]
            assert len(carried_on) == 1
            assert HASTE[carried_on[0].urgency] == max(HASTE[one.urgency] for one in together)
        raise NothingIsKeptError


# Stories


@pytest.fixture
def team(night: Night) -> Night:
    for name, telegram in (("Aigerim", AIGERIM), ("Timur", TIMUR)):
        night.helper(name, telegram=telegram)
    for name, telegram in (("Dana", DANA), ("Zarina", ZARINA)):
        night.helper(name, "lawyer", telegram=telegram)
    return night


def texts(night: Night, address: str) -> list[str]:
    """What somebody was told, without the marks around values."""
    return [one.text.replace("\u2068", "").replace("\u2069", "") for one in night.sent("telegram", address)]


def asked_since(night: Night, since: datetime, code: str, kind: str = "coordinator") -> int:
    """How many people were asked for a case since an instant."""
    need_id = night.need(code, kind).id
    with night.store.read() as unit:
        pages = select(Page.id).where(Page.need_id == need_id, Page.asked_at > since)
        return len(unit.session.scalars(pages).all())


def closes(night: Night, code: str) -> None:
    with night.store.unit("test") as unit:
        close_case(unit, case_id(unit, code), by="test", note="over")
    night.works()


def join_and_work(night: Night, leader: str, follower: str) -> None:
    assert joins(night, leader, follower)
    night.works()


@pytest.mark.heavy
def test_two_of_one_list_who_are_one_person_do_not_wait_for_each_other(team: Night) -> None:
    first, second = raid(team, 2)
    join_and_work(team, second, first)  # the one that leads stands behind the other on the list
    began = team.clock.now()
    team.later(minutes=12)
    assert asked_since(team, began, first) + asked_since(team, began, second) > 0


@pytest.mark.heavy
def test_what_cannot_wait_does_not_wait_for_what_sleeps_until_morning(team: Night) -> None:
    sleeps, held = team.reports(CAN_WAIT), team.reports(HELD)
    team.works()
    join_and_work(team, sleeps, held)
    began = team.clock.now()
    team.later(minutes=12)
    assert asked_since(team, began, held) > 0


@pytest.mark.heavy
def test_joining_and_gathering_wake_nobody_for_what_can_wait(team: Night) -> None:
    codes = [team.reports(CAN_WAIT) for _ in range(4)]
    team.works()
    join_and_work(team, codes[0], codes[1])
    gathers(team, codes[1:])
    team.later(hours=1)
    assert texts(team, AIGERIM) == texts(team, TIMUR) == []
    team.later(hours=9)  # 09:00
    assert "3 NEW CASES" in texts(team, AIGERIM)[0]
    assert len({row.need_id for row in team.rows("telegram", "Aigerim")}) == 1, "one search for all four"


@pytest.mark.heavy
def test_reports_that_are_gathered_are_asked_for_at_once_from_then_on(team: Night) -> None:
    codes = [team.reports(HELD) for _ in range(3)]
    team.works()
    assert gathers(team, codes)
    team.works()
    began = team.clock.now()
    team.later(minutes=11)
    assert asked_since(team, began, codes[0]) > 0
    assert asked_since(team, began, codes[1]) == asked_since(team, began, codes[2]) == 0, "the first stands for them"
    assert team.takes("Timur", codes[0]) is Ack.YOURS
    assert {team.need(code).accepted_by for code in codes} == {team.contact_id("Timur")}


@pytest.mark.heavy
def test_whoever_had_a_case_that_was_closed_is_not_handed_the_next(team: Night) -> None:
    first = team.reports()
    team.works()
    team.takes("Dana", first, "lawyer")
    closes(team, first)
    second = team.reports("the police took my friend")
    team.works()
    join_and_work(team, first, second)
    began = team.clock.now()
    team.later(minutes=6)
    assert team.need(second, "lawyer").accepted_by is None
    assert asked_since(team, began, second, "lawyer") > 0


@pytest.mark.heavy
def test_whoever_is_out_of_reach_is_not_handed_a_case(team: Night) -> None:
    first, second = team.reports(), team.reports("the police took my friend")
    team.works()
    team.takes("Dana", first, "lawyer")
    with team.store.unit("test") as unit:
        ways = select(ContactMethod).where(ContactMethod.contact_id == team.contact_id("Dana"))
        for method in unit.session.scalars(ways):
            method.dead_at = unit.now
    join_and_work(team, first, second)
    assert team.need(second, "lawyer").accepted_by is None


@pytest.mark.heavy
def test_whoever_is_handed_a_case_is_told_and_can_work_on_it(team: Night) -> None:
    first = team.reports()
    team.works()
    team.takes("Dana", first, "lawyer")
    team.later(minutes=1)
    second = team.reports("the police took my friend")
    join_and_work(team, second, first)
    assert team.need(second, "lawyer").accepted_by == team.contact_id("Dana")
    told = [one for one in team.sent("telegram", DANA) if "it is of the same person" in one.text]
    assert len(told) == 1
    assert second in told[0].text
    assert first in told[0].text
    assert told[0].keyboard, "it can be opened, and given back"


@pytest.mark.heavy
def test_whoever_said_no_since_is_not_handed_it_back(team: Night) -> None:
    first, second = team.reports(), team.reports("the police took my friend")
    team.works()
    team.takes("Dana", first, "lawyer")
    team.later(seconds=30)
    with team.store.unit("test") as unit:
        decline_need(unit, team.need(second, "lawyer").id, team.contact_id("Dana"))
    join_and_work(team, first, second)
    assert team.need(second, "lawyer").accepted_by is None
    assert team.takes("Zarina", second, "lawyer") is Ack.YOURS


@pytest.mark.heavy
def test_nobody_is_handed_a_case_beside_whom_they_must_not_work(night: Night) -> None:
    helper(night, "Timur", Role.COORDINATOR, TIMUR)
    helper(night, "Dana", Role.LAWYER, DANA, "Timur")
    first, second = night.reports(), night.reports("the police took my friend")
    night.works()
    night.takes("Dana", first, "lawyer")
    night.takes("Timur", second)
    join_and_work(night, second, first)
    assert night.need(second, "lawyer").accepted_by is None
    assert night.need(first).accepted_by is None, "nor the other way round"


@pytest.mark.heavy
def test_one_yes_for_all_leaves_out_whom_they_must_not_have_and_others_are_asked_for_those(night: Night) -> None:
    helper(night, "Ruslan", Role.COORDINATOR, AIGERIM, "Dana")
    helper(night, "Timur", Role.COORDINATOR, TIMUR)
    helper(night, "Dana", Role.LAWYER, DANA)
    codes = raid(night, 3)
    night.works()
    night.takes("Dana", codes[1], "lawyer")
    assert night.takes("Ruslan", codes[0]) is Ack.YOURS
    ruslan = night.contact_id("Ruslan")
    assert [night.need(code).accepted_by for code in codes] == [ruslan, None, ruslan]
    began = night.clock.now() - timedelta(seconds=1)
    night.later(seconds=5)
    assert asked_since(night, began, codes[1]) == 1, "Timur, at once"


@pytest.mark.heavy
def test_both_who_have_a_person_get_the_case_that_is_joined(team: Night) -> None:
    with team.store.unit("test") as unit:
        import_policies(unit, POLICY.format(seats=2))
    first = team.reports()
    team.works()
    for name in ("Aigerim", "Timur"):
        with team.store.unit("test") as unit:
            assert accept_need(unit, _seats(unit, first)[0].id, team.contact_id(name)) is Ack.YOURS
        team.works()
    second = team.reports("the police took my friend")
    join_and_work(team, first, second)
    team.later(minutes=1)
    with team.store.read() as unit:
        taken = {seat.accepted_by for seat in _seats(unit, second)}
    assert taken == {team.contact_id("Aigerim"), team.contact_id("Timur")}


@pytest.mark.heavy
def test_the_second_seat_of_each_is_looked_at_when_the_first_was_taken_with_another(team: Night) -> None:
    with team.store.unit("test") as unit:
        import_policies(unit, POLICY.format(seats=2))
    first, second = team.reports(), team.reports("the police took my friend")
    team.works()
    join_and_work(team, first, second)
    with team.store.unit("test") as unit:
        assert accept_need(unit, _seats(unit, first)[0].id, team.contact_id("Aigerim")) is Ack.YOURS
    team.works()
    closes(team, first)
    began = team.clock.now()
    team.later(minutes=6)
    with team.store.read() as unit:
        seats = _seats(unit, second)
        assert seats[0].accepted_by == team.contact_id("Aigerim")
        pages = select(Page.contact_id).where(Page.need_id == seats[1].id, Page.asked_at > began)
        assert unit.session.scalars(pages).all() == [team.contact_id("Timur")]


def _seats(unit: UnitOfWork, code: str) -> Sequence[Need]:
    rows = select(Need).where(Need.case_id == case_id(unit, code), Need.kind == "coordinator").order_by(Need.seat)
    return unit.session.scalars(rows).all()


@pytest.mark.heavy
def test_when_the_first_of_them_is_closed_whoever_has_the_others_is_still_reminded(team: Night) -> None:
    first, *others = [team.reports() for _ in range(3)]
    team.works()
    assert gathers(team, [first, *others])
    team.takes("Aigerim", first)
    closes(team, first)
    team.later(minutes=52)
    (reminded,) = [text for text in texts(team, AIGERIM) if "is this done" in text]
    assert "+1" in reminded, "once, of both that are left"


@pytest.mark.heavy
def test_a_no_to_the_reminder_of_all_of_them_gives_all_of_them_back(team: Night) -> None:
    codes = raid(team, 3)
    team.works()
    team.takes("Aigerim", codes[0])
    team.later(minutes=46)
    (reminder,) = [row for row in team.rows("telegram", asks=False) if row.template == "staff.remind"]
    assert reminder.values["code"].endswith("+2")
    with team.store.unit("test") as unit:
        aigerim = unit.session.get_one(Contact, team.contact_id("Aigerim"))
        settle_answer(unit, unit.session.get_one(Delivery, reminder.id), aigerim, accepts=False, proved=True)
        actions = set(unit.session.scalars(select(PressableButton.action)))
    assert "give_back_all" in actions, "so does the button under it"
    team.works()
    assert {team.need(code).state for code in codes} == {NeedState.PAGING}
    began = team.clock.now() - timedelta(seconds=1)
    team.later(minutes=1)
    assert sum(asked_since(team, began, code) for code in codes) == 1, "Timur, for all of them"


@pytest.mark.heavy
def test_what_was_done_for_one_of_them_does_not_silence_the_reminder_of_the_others(team: Night) -> None:
    first, second = raid(team, 2)
    team.works()
    team.takes("Aigerim", first)
    with team.store.unit("test") as unit:  # as an earlier release noted it, for one alone
        unit.session.get_one(Need, team.need(first).id).contact_made_at = unit.now
    team.later(minutes=52)
    reminded = [text for text in texts(team, AIGERIM) if "is this done" in text]
    assert len(reminded) == 1
    assert second in reminded[0]


@pytest.mark.heavy
def test_however_many_groups_there_are_one_unit_asks_for_no_more_than_it_should(night: Night) -> None:
    for number in range(10):
        night.helper(f"Dana {number}", "lawyer", telegram=f"20{number}")
    with night.store.unit("test") as unit:
        pieces = read_list("\n".join(f"{n}. Serik {chr(64 + n % 26 + 1)}n" for n in range(1, 43)))
        take_in(unit, Happening("administrative_arrest", When(unit.now), "Asia/Almaty", "en"), pieces)
    with night.store.unit("test") as unit:
        for number, case in enumerate(unit.session.scalars(select(Case).order_by(Case.id))):
            case.region = "KZ-75" if number % 2 else "KZ-19"
        unit.session.flush()
        need = unit.session.scalars(select(Need).where(Need.kind == "lawyer").order_by(Need.id).limit(1)).one()
        assert page_many(unit, need)
        assert need.round == 1
        assert len(unit.session.scalars(select(Page.id)).all()) == MOST_PAGES
    night.later(seconds=1)
    with night.store.read() as unit:
        assert len(unit.session.scalars(select(Page.id)).all()) == 420, "the rest comes after it"


@contextmanager
def transactions(store: Store) -> Iterator[list[list[str]]]:
    """What the database is asked meanwhile, transaction by transaction."""
    found: list[list[str]] = [[]]

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found[-1].append(statement)

    def begin(_connection: object) -> None:
        found.append([])

    sqlalchemy_event.listen(store.engine, "before_cursor_execute", note)
    sqlalchemy_event.listen(store.engine, "begin", begin)
    try:
        yield found
    finally:
        sqlalchemy_event.remove(store.engine, "before_cursor_execute", note)
        sqlalchemy_event.remove(store.engine, "begin", begin)


def test_needs_and_timers_are_changed_before_the_log_is_locked(team: Night) -> None:
    """Else two would wait in a circle: whoever holds the end of a history must not wait for a need any more."""
    with transactions(team.store) as asked:
        codes = [*raid(team, 3), team.reports(), team.reports()]
        team.works()
        join_and_work(team, codes[1], codes[0])
        gathers(team, codes[3:])
        team.takes("Dana", codes[0], "lawyer")
        with team.store.unit("test") as unit:
            decline_need(unit, team.need(codes[2], "lawyer").id, team.contact_id("Zarina"))
            hold_need(unit, team.need(codes[2], "lawyer").id, team.contact_id("Dana"))
        team.takes("Aigerim", codes[0])
        with team.store.unit("test") as unit:
            reach(unit, team.need(codes[0]).id, team.contact_id("Aigerim"), Milestone.CONTACT_MADE)
        with team.store.unit("test") as unit:
            give_away(unit, team.need(codes[0]).id, team.contact_id("Aigerim"))
        team.works()
        team.takes("Timur", codes[0])
        parts(team, codes[0], codes[1])
        for minutes in (6, 45, 15):  # asked again, reminded, given back
            team.clock.advance(timedelta(minutes=minutes))
            team.works()
    late = re.compile(r"(INSERT INTO|UPDATE) (need|timer)\b|FROM need\b.*FOR NO KEY UPDATE", re.DOTALL)
    for statements in asked:
        log = next((at for at, one in enumerate(statements) if "chain_head" in one), len(statements))
        assert [one for one in statements[log:] if late.search(one)] == []
