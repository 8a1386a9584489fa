"""What an agenda says of a hearing, however often it was moved, and of a case, as far as its reader may know it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import false, select, true, update

from cases.docket.agenda import AgendaKind, AgendaState, agenda, slots
from cases.docket.calendar import calendar_of
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Deadline, Occurrence, OccurrenceState
from cases.docket.reading import is_vouched_for
from cases.models import Case
from cases.retention import Retention
from law.shipped import load_rules
from law.signoff import sign_off, standing_signoffs
from store.base import new_id
from tests.web.scene import Scene

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
ZONE = "Asia/Almaty"
A_YEAR = timedelta(days=365)
APPEAL = "kz.coao.expulsion.appeal_10d"


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.booleans())
def test_every_time_a_hearing_had_is_told_once_and_one_at_most_stands(days: list[int], called_off: bool) -> None:
    matter = new_id()
    rows: list[Occurrence] = []
    for number, day in enumerate(days):
        for one in rows:
            one.state = OccurrenceState.SUPERSEDED
        rows.append(
            Occurrence(
                id=new_id(), case_id=matter, matter_id=matter, kind="hearing_moved", state=OccurrenceState.STANDING,
                at=NOW, for_at=NOW + timedelta(days=day), zone=ZONE, entered_at=NOW + timedelta(seconds=number),
            )
        )  # fmt: skip
    if called_off:
        rows[-1].state = OccurrenceState.SUPERSEDED
    found = slots(rows)
    assert len({at for at, _, _ in found}) == len(found) == len(set(days))
    last = NOW + timedelta(days=days[-1])
    stands = AgendaState.CANCELLED if called_off else AgendaState.STANDING
    assert [(at, state) for at, state, _ in found if state is not AgendaState.MOVED] == [(last, stands)]
    moved_to = {to for _, state, to in found if state is AgendaState.MOVED}
    assert moved_to <= {None if called_off else last}


@pytest.fixture
def docket(store: Store) -> Scene:
    scene = Scene.begin(store)
    with store.unit("test") as unit:
        unit.session.get_one(Case, scene.case_id).jurisdiction = "KZ"
    return scene


def says(scene: Scene, event: str, at: datetime, hearing: datetime | None = None, **also: object) -> None:
    with scene.store.unit("test") as unit:
        enter(unit, scene.case_id, Entry(event, When(at), appointed_at=hearing, source="counsel", **also), zone=ZONE)  # type: ignore[arg-type]


def told(scene: Scene, *, reads: bool = True, known: bool = True) -> list[tuple[AgendaKind, AgendaState, str | None]]:
    with scene.store.read() as unit:
        found = agenda(unit, NOW, NOW + A_YEAR, true() if known else false(), true() if reads else false())
    return [(one.kind, one.state, one.of) for one in found]


def test_hearings_terms_clocks_and_a_removal_stand_in_it_by_their_time(docket: Scene, clock: ManualClock) -> None:
    now = clock.now()
    says(docket, "hearing_scheduled", now, now + timedelta(days=3))
    says(docket, "hearing_moved", now, now + timedelta(days=5))
    says(docket, "administrative_arrest", now, terms={15: 1})
    says(docket, "ruling_copy_served", now)
    says(docket, "removal_scheduled", now, now + timedelta(days=1))
    kinds = told(docket)
    assert kinds[0] == (AgendaKind.REMOVAL, AgendaState.STANDING, "removal")
    assert (AgendaKind.HEARING, AgendaState.MOVED, "hearing_scheduled") in kinds
    assert (AgendaKind.HEARING, AgendaState.STANDING, "hearing_moved") in kinds
    assert (AgendaKind.TERM, AgendaState.STANDING, "administrative_arrest") in kinds
    assert (AgendaKind.CLOCK, AgendaState.STANDING, APPEAL) in kinds
    assert kinds.count((AgendaKind.HEARING, AgendaState.STANDING, "hearing_moved")) == 1, "its clock is not told twice"


def test_of_a_case_that_is_not_theirs_there_is_a_code_and_a_time(docket: Scene, clock: ManualClock) -> None:
    now = clock.now()
    says(docket, "ruling_copy_served", now)
    says(docket, "removal_scheduled", now, now + timedelta(days=1))
    says(docket, "administrative_arrest", now, terms={15: 1})
    seen = told(docket, reads=False)
    assert seen
    assert {(kind, of) for kind, _, of in seen} == {(AgendaKind.CLOCK, None)}, "not even that it is a removal"
    assert told(docket, known=False) == []


def test_a_rule_nobody_vouches_for_is_marked(docket: Scene, clock: ManualClock) -> None:
    says(docket, "ruling_copy_served", clock.now())
    says(docket, "deadline_by_hand", clock.now(), clock.now() + timedelta(days=2))
    with docket.store.read() as unit:
        found = agenda(unit, NOW, NOW + A_YEAR, true(), true())
    verified = {one.of: one.verified for one in found}
    assert (verified[APPEAL], verified["deadline_by_hand"]) == (False, True)


def test_a_date_is_vouched_for_by_a_word_for_the_text_it_was_counted_by_and_to_the_end_of_that_word(
    docket: Scene, clock: ManualClock
) -> None:
    """The agenda, the feed of a calendar and the page of the case say the same at every instant."""

    def vouched_for() -> bool:
        with docket.store.read() as unit:
            (row,) = unit.session.scalars(select(Deadline).where(Deadline.rule_id == APPEAL))
            found = {one.of: one.verified for one in agenda(unit, NOW, NOW + A_YEAR, true(), true())}
            fed = {one.id for one in calendar_of(unit, [docket.case_id])}
            said = is_vouched_for(row, standing_signoffs(unit), unit.now)
            assert found[APPEAL] == (row.id in fed) == said
            return said

    says(docket, "ruling_copy_served", clock.now())
    assert not vouched_for()
    with docket.store.unit("test") as unit:
        sign_off(unit, new_id(), load_rules().rule(APPEAL), unit.now + timedelta(hours=3))
    assert vouched_for()
    clock.advance(timedelta(hours=3) - timedelta(microseconds=1))
    assert vouched_for(), "on its last day too"
    with docket.store.unit("test") as unit:
        unit.session.execute(update(Deadline).values(rule_hash="0" * 64))
    assert not vouched_for(), "it was counted by other words than those that are signed"
    with docket.store.unit("test") as unit:
        unit.session.execute(update(Deadline).values(rule_hash=load_rules().rule(APPEAL).text_hash()))
    clock.advance(timedelta(microseconds=1))
    assert not vouched_for()


def test_a_closed_case_is_in_no_agenda(docket: Scene, clock: ManualClock) -> None:
    says(docket, "deadline_by_hand", clock.now(), clock.now() + timedelta(days=2))
    assert told(docket)
    with docket.store.unit("test") as unit:
        unit.session.add(Retention(case_id=docket.case_id, closed_at=unit.now))
    assert told(docket) == []
