"""The docket of a case in the database: what is entered sets, moves and ends clocks and watches, in one commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.recounting import recount_all
from cases.docket.calendar import hearing_of
from cases.docket.clocks import recount
from cases.docket.closing import NoteMissingError, mark_done
from cases.docket.correcting import correct, take_back
from cases.docket.custody import custody_spans
from cases.docket.entering import (
    Entry,
    EntryError,
    When,
    enter,
    on_day,
    read_places,
    standing_hearings,
    vocabulary,
)
from cases.docket.history import history, seen_of
from cases.docket.models import Deadline, DeadlineState, Occurrence, Watch, WatchState
from cases.docket.promising import promise_update, promised_word
from cases.docket.reading import deadlines_of, hearing_numbered, occurrences_shown, risks_of, watches_shown
from cases.docket.vocabulary import WatchKind
from cases.docket.watches import give_up_watch, keep_contact, mark_missed, repeat
from cases.events import ReportExtended, ReportReceived
from cases.intake import Wrapping, add_message, current_report, open_case, open_report
from cases.models import Case
from cases.retention import close_case, reopen_case
from cases.triage import assess
from cases.urgency import Urgency
from cases.verification import move_to_counsel
from law.shipped import use_local_days
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from store.timers import Timer

if TYPE_CHECKING:
    from uuid import UUID

    from cases.docket.reading import ShownDeadline
    from store.clock import ManualClock
    from store.unit_of_work import Store

ZONE = "Asia/Almaty"
APPEAL = "kz.cpc.extr.decision_appeal_10d"
CUSTODY, EXTRADITION = "kz.cpc.custody_appeal_3d", "kz.cpc.extr.custody_appeal_3d"


def local(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


@pytest.fixture
def case_id(store: Store) -> UUID:
    with store.unit("test") as unit:
        case = open_case(unit, language="en")
        case.jurisdiction = "KZ"
        return case.id


def happens(store: Store, case_id: UUID, event: str, happened: When, **given: object) -> None:
    with store.unit("contact:1") as unit:
        enter(unit, case_id, Entry(event, happened, **given), zone=ZONE)  # type: ignore[arg-type]


def clock_of(store: Store, case_id: UUID, rule: str) -> ShownDeadline:
    with store.read() as unit:
        return next(one for one in deadlines_of(unit, [case_id]) if one.rule_id == rule)


def day(year: int, month: int, day_: int) -> When:
    return on_day(datetime(year, month, day_), ZONE)  # noqa: DTZ001  a wall-clock date


def due_of(store: Store, subject_id: UUID) -> datetime | None:
    with store.read() as unit:
        return unit.session.scalar(select(Timer.due_at).where(Timer.subject_id == subject_id))


def test_the_earliest_of_two_dates_drives_and_both_are_kept(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "extradition_decision_copy_received", day(2026, 2, 10), also=(day(2026, 1, 29),))
    clock = clock_of(store, case_id, APPEAL)
    assert (str(clock.safe_on), str(clock.arguable_on)) == ("2026-02-05", "2026-02-09")
    with store.read() as unit:
        dates = {str(one.at.astimezone(ZoneInfo(ZONE)).date()) for one in occurrences_shown(unit, case_id)}
    assert dates == {"2026-01-29", "2026-02-10"}


def rules_of(store: Store, case_id: UUID) -> set[str]:
    """The rules whose clocks run."""
    with store.read() as unit:
        return {one.rule_id for one in deadlines_of(unit, [case_id]) if one.state == DeadlineState.RUNNING}


def test_custody_for_a_crime_starts_no_clock_of_extradition(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "criminal_detention_actual", When(local(2025, 11, 20, 9)))
    happens(store, case_id, "custody_ruling_announced", When(local(2025, 11, 21, 23)))
    assert CUSTODY in rules_of(store, case_id)
    assert EXTRADITION not in rules_of(store, case_id)


@pytest.mark.parametrize("told_before", [True, False])
def test_custody_of_whom_another_state_wants_may_be_extradition_arrest(
    store: Store, case_id: UUID, told_before: bool
) -> None:
    """As it was entered before there was a word for it, and as somebody enters it who has not seen the ruling."""
    if told_before:
        happens(store, case_id, "extradition_detention_actual", When(local(2025, 11, 20, 9)))
    happens(store, case_id, "custody_ruling_announced", When(local(2025, 11, 21, 23)))
    if not told_before:
        happens(store, case_id, "extradition_complaint_handed_to_facility", When(local(2025, 11, 22, 9)))
    assert {CUSTODY, EXTRADITION} <= rules_of(store, case_id)
    ordinary, extradition = (clock_of(store, case_id, rule) for rule in (CUSTODY, EXTRADITION))
    assert (ordinary.safe_at, ordinary.arguable_at) == (extradition.safe_at, extradition.arguable_at)


def test_the_ruling_on_extradition_arrest_has_a_clock_of_its_own(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "extradition_custody_ruling_announced", When(local(2025, 11, 21, 23)))
    assert rules_of(store, case_id) == {EXTRADITION}
    with store.read() as unit:
        assert risks_of(unit, case_id)[-1].level == 3, "somebody wants to have the person"


def test_once_both_rulings_are_told_each_has_its_own_clock(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "extradition_detention_actual", When(local(2025, 11, 20, 9)))
    happens(store, case_id, "custody_ruling_announced", When(local(2025, 11, 21, 23)))
    happens(store, case_id, "extradition_custody_ruling_announced", When(local(2025, 11, 24, 23)))
    with store.read() as unit:
        running = [
            (one.rule_id, one.safe_at)
            for one in deadlines_of(unit, [case_id])
            if one.rule_id in (CUSTODY, EXTRADITION) and one.state == DeadlineState.RUNNING
        ]
    assert sorted(running) == [(CUSTODY, local(2025, 11, 24, 23)), (EXTRADITION, local(2025, 11, 27, 23))]


def test_every_clock_says_how_it_was_counted(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "extradition_decision_copy_received", day(2026, 1, 29))
    keys = [line["key"] for line in clock_of(store, case_id, APPEAL).why]
    assert keys[0] == "rule"
    assert {"trigger_day", "safe", "arguable", "confidence"} <= set(keys)


def test_counting_again_changes_nothing(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "extradition_detention_actual", When(local(2025, 8, 31, 13)))
    with store.read() as unit:
        before = unit.session.scalars(select(EventRow.id)).all()
    with store.unit("test") as unit:
        recount(unit, unit.session.get_one(Case, case_id))
    with store.read() as unit:
        assert unit.session.scalars(select(EventRow.id)).all() == before


def test_only_moments_that_harm_are_looked_at_again(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "asylum_refusal_adopted", day(2030, 3, 4))
    happens(store, case_id, "ruling_in_force", day(2030, 3, 4))
    leave = clock_of(store, case_id, "kz.refugee.leave_1m")
    over = clock_of(store, case_id, "kz.coao.enforcement_limitation_12m")
    assert (leave.severity, over.severity) == ("harm", "info")
    assert due_of(store, leave.id) is not None, "the month to leave is reminded of"
    assert due_of(store, over.id) is None, "that a ruling can no longer be executed harms nobody"


def test_a_table_of_local_days_has_every_clock_counted_anew(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "asylum_refusal_adopted", day(2026, 3, 19))
    copy = "kz.refugee.refusal_copy_5wd"
    assert str(clock_of(store, case_id, copy).safe_on) == "2026-03-31"
    try:
        use_local_days({"KZ": {date(2026, 3, 28): True}})  # a Saturday on which one works by order
        assert recount_all(store) == 1
        assert recount_all(store) == 0
    finally:
        use_local_days({})
    assert str(clock_of(store, case_id, copy).safe_on) == "2026-03-30"


def test_a_hearing_that_moves_takes_its_reminders_with_it(store: Store, case_id: UUID, clock: ManualClock) -> None:
    now = clock.now()
    happens(store, case_id, "hearing_scheduled", When(now), appointed_at=now + timedelta(days=3))
    old = clock_of(store, case_id, "hearing")
    happens(store, case_id, "hearing_moved", When(now), appointed_at=now + timedelta(hours=5))
    new = clock_of(store, case_id, "hearing")
    assert new.safe_at == now + timedelta(hours=5)
    assert due_of(store, old.id) is None, "the old one rests"
    assert due_of(store, new.id) == now
    with store.read() as unit:
        slots = [(one.for_at, one.state) for one in occurrences_shown(unit, case_id)]
        assert unit.session.get_one(Deadline, old.id).state == DeadlineState.SUPERSEDED
    assert slots == [(now + timedelta(days=3), "superseded"), (now + timedelta(hours=5), "standing")]


@pytest.mark.parametrize("event", ["hearing_moved", "hearing_cancelled"])
def test_what_is_put_right_of_one_hearing_leaves_the_others_alone(
    store: Store, case_id: UUID, clock: ManualClock, event: str
) -> None:
    now = clock.now()
    wrong, right = (now + timedelta(days=4), now + timedelta(days=5)) if event == "hearing_moved" else (None, None)
    another = now + timedelta(days=9)
    happens(store, case_id, "hearing_scheduled", When(now), appointed_at=now + timedelta(days=3))
    happens(store, case_id, event, When(now), appointed_at=wrong)
    happens(store, case_id, "hearing_scheduled", When(now), appointed_at=another)
    with store.unit("contact:1") as unit:
        entered = next(one for one in occurrences_shown(unit, case_id) if one.event == event)
        put_right = Entry(event, When(now), appointed_at=right, note="as the court has it")
        assert correct(unit, case_id, entered.id, put_right, zone=ZONE).matter_id == entered.matter_id
        stand = {one.for_at for one in standing_hearings(unit, case_id)}
    assert stand == {right, another} - {None}


@pytest.mark.parametrize("event", ["hearing_moved", "hearing_cancelled"])
def test_a_hearing_that_was_neither_moved_nor_called_off_stands_again(
    store: Store, case_id: UUID, clock: ManualClock, event: str
) -> None:
    now = clock.now()
    at, wrong = now + timedelta(days=3), now + timedelta(days=8)
    happens(store, case_id, "hearing_scheduled", When(now), also=(When(now + timedelta(hours=1)),), appointed_at=at)
    clock.advance(timedelta(hours=2))
    happens(store, case_id, event, When(clock.now()), appointed_at=wrong if event == "hearing_moved" else None)
    clock.advance(timedelta(hours=2))
    with store.unit("contact:1") as unit:
        entered = next(one for one in occurrences_shown(unit, case_id) if one.event == event)
        was = hearing_of(unit, entered.matter_id)
        take_back(unit, case_id, entered.id)
        stand = [(one.for_at, one.matter_id) for one in standing_hearings(unit, case_id)]
        assert stand == [(at, entered.matter_id)] * 2, "as both sources had it"
        stands = hearing_of(unit, entered.matter_id)
        assert was is not None
        assert stands is not None
        assert (stands.starts_at, stands.cancelled) == (at, False)
        assert stands.sequence > was.sequence, "calendars see that it has changed"
    running = clock_of(store, case_id, "hearing")
    assert (running.safe_at, running.state) == (at, DeadlineState.RUNNING)
    assert due_of(store, running.id) is not None, "somebody is reminded of it"


def test_what_is_taken_back_of_one_source_leaves_a_hearing_where_another_has_it(
    store: Store, case_id: UUID, clock: ManualClock
) -> None:
    now = clock.now()
    happens(store, case_id, "hearing_scheduled", When(now), appointed_at=now + timedelta(days=3))
    clock.advance(timedelta(hours=2))
    dates = (When(clock.now()), When(clock.now() + timedelta(minutes=5)))
    happens(store, case_id, "hearing_moved", dates[0], also=dates[1:], appointed_at=now + timedelta(days=8))
    with store.unit("contact:1") as unit:
        entered = next(one for one in occurrences_shown(unit, case_id) if one.event == "hearing_moved")
        take_back(unit, case_id, entered.id)
        assert [one.for_at for one in standing_hearings(unit, case_id)] == [now + timedelta(days=8)]


def test_a_hearing_without_a_time_is_refused_and_leaves_no_trace(store: Store, case_id: UUID) -> None:
    with pytest.raises(EntryError, match="--for"):
        happens(store, case_id, "hearing_scheduled", When(local(2026, 3, 2)))
    with store.read() as unit:
        assert occurrences_shown(unit, case_id) == []


def test_an_event_nobody_knows_is_kept_and_asked_about(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "moon_rose", When(local(2026, 3, 2)))
    with store.read() as unit:
        (kept,) = occurrences_shown(unit, case_id)
        assert (kept.event, kept.details["note"]) == ("other", "moon_rose"), "a word may be a name: it is no code"
        assert unit.session.scalar(select(EventRow.name).where(EventRow.name == "UnknownEventEntered"))


def test_a_jurisdiction_without_rules_still_has_hearings_and_dates_by_hand(store: Store, case_id: UUID) -> None:
    with store.unit("test") as unit:
        unit.session.get_one(Case, case_id).jurisdiction = "SA"
    for event in ("hearing_scheduled", "deadline_by_hand"):
        happens(store, case_id, event, When(local(2026, 3, 2)), appointed_at=local(2026, 4, 1, 10))
    with store.read() as unit:
        rules = [one.rule_id for one in deadlines_of(unit, [case_id])]
    assert sorted(rules) == ["deadline_by_hand", "hearing"]


def test_a_clock_ends_with_a_word_on_what_was_done(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "extradition_decision_copy_received", day(2026, 1, 29))
    clock = clock_of(store, case_id, APPEAL)
    with pytest.raises(NoteMissingError), store.unit("test") as unit:
        mark_done(unit, clock.id, by="contact:1", note="  ")
    with store.unit("test") as unit:
        assert mark_done(unit, clock.id, by="contact:1", note="filed by counsel, stamp of the facility")
    with store.unit("test") as unit:
        assert not mark_done(unit, clock.id, by="contact:2", note="again")
    assert due_of(store, clock.id) is None
    assert clock_of(store, case_id, APPEAL).state == DeadlineState.DONE


def test_done_stays_done_when_the_dates_are_counted_again(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "extradition_decision_copy_received", day(2026, 1, 29))
    clock = clock_of(store, case_id, APPEAL)
    with store.unit("test") as unit:
        mark_done(unit, clock.id, by="contact:1", note="filed")
    happens(store, case_id, "stay_granted", When(local(2026, 2, 26)))
    assert clock_of(store, case_id, APPEAL).state == DeadlineState.DONE


def test_arriving_safely_ends_every_watch_and_a_release_only_some(store: Store, case_id: UUID) -> None:
    happens(store, case_id, "extradition_detention_actual", When(local(2026, 3, 1)))
    happens(store, case_id, "released", When(local(2026, 3, 2)))
    with store.read() as unit:
        waiting = {one.kind for one in watches_shown(unit, case_id) if one.state == WatchState.WAITING}
    assert waiting == {"proof_of_life", "family_update"}
    happens(store, case_id, "arrived_safely", When(local(2026, 3, 3)))
    with store.read() as unit:
        states = set(unit.session.scalars(select(Watch.state).where(Watch.case_id == case_id)))
        assert risks_of(unit, case_id)[-1].level == 0
    assert states == {WatchState.CANCELLED}


def test_the_vocabulary_holds_every_trigger_and_every_meaning() -> None:
    words = vocabulary()
    assert {"extradition_detention_actual", "hearing_moved", "released"} <= set(words)
    assert list(words) == sorted(set(words))


def test_a_clock_whose_ground_comes_back_runs_again(store: Store, case_id: UUID, clock: ManualClock) -> None:
    happens(store, case_id, "extradition_decision_copy_received", day(2026, 3, 1))
    before = clock_of(store, case_id, APPEAL)
    for law in ("SA", "KZ"):
        with store.unit("test") as unit:
            case = unit.session.get_one(Case, case_id)
            case.jurisdiction = law
            recount(unit, case)
    again = clock_of(store, case_id, APPEAL)
    assert (again.id, again.safe_at, again.state) == (before.id, before.safe_at, DeadlineState.RUNNING)
    assert due_of(store, again.id) == clock.now()


def test_what_is_entered_late_is_asked_about_once(store: Store, case_id: UUID, clock: ManualClock) -> None:
    tonight = clock.now()
    happens(store, case_id, "hearing_scheduled", When(tonight), appointed_at=tonight + timedelta(hours=11))
    with store.read() as unit:
        looks = [one.due_at for one in watches_shown(unit, case_id) if one.kind == "court_list"]
    assert looks == [tonight], "not the morning before as well, and nobody has missed either of them"


def standing(store: Store, case_id: UUID) -> set[datetime | None]:
    with store.read() as unit:
        return {one.for_at for one in standing_hearings(unit, case_id)}


def looks(store: Store, case_id: UUID, kind: str) -> list[tuple[datetime, str]]:
    """When something of a kind is watched for, and how that stands."""
    with store.read() as unit:
        rows = unit.session.scalars(select(Watch).where(Watch.case_id == case_id, Watch.kind == kind))
        return sorted((one.due_at, one.state) for one in rows)


def waiting(store: Store, case_id: UUID, kind: str) -> list[datetime]:
    return [due_at for due_at, state in looks(store, case_id, kind) if state == WatchState.WAITING]


def test_of_several_hearings_none_is_struck_that_is_not_named(store: Store, case_id: UUID, clock: ManualClock) -> None:
    now = clock.now()
    slots = now + timedelta(days=3), now + timedelta(days=9)
    for slot in slots:
        happens(store, case_id, "hearing_scheduled", When(now), appointed_at=slot)
    with pytest.raises(EntryError, match="--moves"):
        happens(store, case_id, "hearing_cancelled", When(now))
    with pytest.raises(EntryError, match="--moves"):
        happens(store, case_id, "hearing_moved", When(now), appointed_at=now + timedelta(days=5))
    assert standing(store, case_id) == set(slots)
    with store.read() as unit:
        first = standing_hearings(unit, case_id)[0].matter_id
        assert hearing_numbered(unit, case_id, 1) == first
        assert hearing_numbered(unit, case_id, 9) is None
    happens(store, case_id, "hearing_cancelled", When(now), moves=first)
    assert standing(store, case_id) == {slots[1]}


def test_a_hearing_that_two_sources_date_moves_whole(store: Store, case_id: UUID, clock: ManualClock) -> None:
    now = clock.now()
    told = When(now - timedelta(days=2)), When(now - timedelta(days=1))
    happens(store, case_id, "hearing_scheduled", told[0], also=told[1:], appointed_at=now + timedelta(days=3))
    happens(store, case_id, "hearing_moved", When(now), appointed_at=now + timedelta(days=5))
    assert standing(store, case_id) == {now + timedelta(days=5)}
    assert [one.safe_at for one in running(store, case_id)] == [now + timedelta(days=5)]
    happens(store, case_id, "hearing_cancelled", When(now))
    assert running(store, case_id) == []


def running(store: Store, case_id: UUID) -> list[ShownDeadline]:
    with store.read() as unit:
        return [one for one in deadlines_of(unit, [case_id]) if one.state == DeadlineState.RUNNING]


def test_a_hearing_that_is_off_or_was_held_takes_along_its_own_watches_alone(
    store: Store, case_id: UUID, clock: ManualClock
) -> None:
    now = clock.now()
    for days in (3, 9, 15):
        happens(store, case_id, "hearing_scheduled", When(now), appointed_at=now + timedelta(days=days))
    with store.read() as unit:
        middle = standing_hearings(unit, case_id)[1].matter_id
    happens(store, case_id, "hearing_cancelled", When(now), moves=middle)
    mornings = [local(2026, 3, day, 8) for day in (3, 4, 15, 16)]
    assert waiting(store, case_id, "court_list") == mornings
    clock.advance(timedelta(days=3, hours=1))
    happens(store, case_id, "hearing_held", When(now + timedelta(days=3)))
    assert waiting(store, case_id, "court_list") == mornings[2:]
    assert [one.safe_at for one in running(store, case_id)] == [now + timedelta(days=15)]


def test_another_wording_of_a_rule_begins_no_reminder_again(store: Store, case_id: UUID, clock: ManualClock) -> None:
    happens(store, case_id, "extradition_decision_copy_received", day(2026, 3, 1))
    appeal = clock_of(store, case_id, APPEAL)
    with store.unit("test") as unit:
        row = unit.session.get_one(Deadline, appeal.id)
        row.rung, row.rule_hash = 3, "another text"
    clock.advance(timedelta(hours=1))
    with store.unit("test") as unit:
        recount(unit, unit.session.get_one(Case, case_id))
    with store.read() as unit:
        row = unit.session.get_one(Deadline, appeal.id)
        moved = unit.session.scalars(select(EventRow.id).where(EventRow.name == "DeadlineMoved")).all()
        assert (row.rung, row.rule_hash, moved) == (3, appeal.rule_hash, [])
        assert row.counted_at == clock.now() - timedelta(hours=1), "when its dates were set"


def test_a_case_that_cannot_be_counted_holds_up_no_other(store: Store, clock: ManualClock) -> None:
    cases = []
    for _ in range(3):
        with store.unit("test") as unit:
            case = open_case(unit, language="en")
            case.jurisdiction = "KZ"
            cases.append(case.id)
        happens(store, cases[-1], "extradition_detention_actual", When(clock.now()))
    with store.unit("test") as unit:
        for case_id in cases:
            unit.session.get_one(Case, case_id).rules_hash = "of another release"
        broken = min(cases)
        row = unit.session.scalars(select(Occurrence).where(Occurrence.case_id == broken)).one()
        row.zone = "Mars/Base"
    with capture_logs() as logged:
        assert recount_all(store) == 2
    assert [(one["event"], one.get("case_id")) for one in logged if one["log_level"] == "error"] == [
        ("case_not_recounted", str(broken))
    ]
    assert recount_all(store) == 0, "and it is tried again, not the others"


def hears(store: Store, case_id: UUID) -> None:
    with store.unit("test") as unit:
        keep_contact(unit, ReportExtended(case_id=case_id, report_id=case_id, message_id=case_id))


def test_a_late_daily_message_answers_today_and_not_tomorrow(store: Store, case_id: UUID, clock: ManualClock) -> None:
    noon = local(2026, 3, 3, 12)
    happens(store, case_id, "daily_contact_expected", When(clock.now()), appointed_at=noon)
    due = noon + timedelta(hours=1)
    clock.advance(due - clock.now())
    with store.unit("test") as unit:
        watch = unit.session.scalars(select(Watch)).one()
        mark_missed(unit, watch)
        repeat(unit, watch)
    clock.advance(timedelta(hours=1))
    hears(store, case_id)
    tomorrow = due + timedelta(days=1)
    assert looks(store, case_id, "daily_contact") == [(due, "kept"), (tomorrow, "waiting")]
    clock.advance(timedelta(hours=22))
    hears(store, case_id)
    hears(store, case_id)
    assert looks(store, case_id, "daily_contact")[1:] == [(tomorrow, "kept"), (tomorrow + timedelta(days=1), "waiting")]


def test_a_daily_contact_that_is_agreed_anew_takes_the_place_of_the_old(
    store: Store, case_id: UUID, clock: ManualClock
) -> None:
    for hour in (12, 18):
        at = local(2026, 3, 3, hour)
        happens(store, case_id, "daily_contact_expected", When(clock.now()), appointed_at=at)
    assert waiting(store, case_id, "daily_contact") == [local(2026, 3, 3, 19)]
    happens(store, case_id, "removed", When(clock.now()))
    assert waiting(store, case_id, "daily_contact") == []


def test_what_is_missed_again_is_one_question_and_can_be_ended(store: Store, case_id: UUID, clock: ManualClock) -> None:
    happens(store, case_id, "weak_signal", When(clock.now()))
    for _ in range(3):
        with store.unit("test") as unit:
            watch = unit.session.scalars(select(Watch).where(Watch.state == WatchState.WAITING)).one()
            clock.advance(watch.due_at - clock.now())
        with store.unit("test") as unit:
            watch = unit.session.get_one(Watch, watch.id)
            mark_missed(unit, watch)
            repeat(unit, watch)
    states = [state for _, state in looks(store, case_id, "family_update")]
    assert states == ["cancelled", "cancelled", "missed", "waiting"]
    with store.unit("test") as unit:
        assert give_up_watch(unit, unit.session.get_one(Watch, watch.id), "contact:1")
    with store.unit("test") as unit:
        assert not give_up_watch(unit, unit.session.get_one(Watch, watch.id), "contact:1")
    assert {state for _, state in looks(store, case_id, "family_update")} == {"cancelled"}


def test_of_a_contact_that_was_missed_and_the_next_one_comes_back(
    store: Store, case_id: UUID, clock: ManualClock
) -> None:
    now = clock.now()
    happens(store, case_id, "daily_contact_expected", When(now), appointed_at=now + timedelta(hours=5))
    clock.advance(timedelta(hours=7))
    with store.unit("test") as unit:
        watch = unit.session.scalars(select(Watch).where(Watch.kind == "daily_contact")).one()
        mark_missed(unit, watch)
        repeat(unit, watch)
    with store.unit("test") as unit:
        wrong = enter(unit, case_id, Entry("arrived_safely", When(unit.now)), zone=ZONE).id
    assert waiting(store, case_id, "daily_contact") == []
    with store.unit("test") as unit:
        take_back(unit, case_id, wrong)
    assert waiting(store, case_id, "daily_contact") == [now + timedelta(hours=30)], "both had ended"


def closes_for(store: Store, case_id: UUID, clock: ManualClock, time: timedelta) -> None:
    """Somebody closes it, and later it is opened again: by mistake, or because something came in."""
    with store.unit("test") as unit:
        close_case(unit, case_id, by="contact:1", note="over")
    assert not [kind for kind in WatchKind if waiting(store, case_id, kind)]
    clock.advance(time)
    with store.unit("test") as unit:
        assert reopen_case(unit, case_id, by="contact:1")
        assert not reopen_case(unit, case_id, by="contact:1")


def test_what_was_watched_for_is_watched_for_again_when_a_case_is_opened_again(
    store: Store, case_id: UUID, clock: ManualClock
) -> None:
    now = clock.now()
    with store.unit("test") as unit:
        contact = Entry("daily_contact_expected", When(now), appointed_at=now + timedelta(hours=5))
        enter(unit, case_id, contact, zone=ZONE)
        promise = promise_update(unit, case_id, now + timedelta(hours=40), seen=None)
    clock.advance(timedelta(hours=5, minutes=30))
    closes_for(store, case_id, clock, timedelta(hours=10))
    assert waiting(store, case_id, "daily_contact") == [now + timedelta(hours=30)], "today's is over, by its beat"
    with store.read() as unit:
        standing = promised_word(unit, case_id)
        assert standing is not None
        assert (standing.id, standing.due_at) == (promise, now + timedelta(hours=40)), "what was promised is owed"
        wound = unit.session.scalars(select(Timer).where(Timer.subject_id == promise)).one()
        assert wound.due_at == standing.due_at
    closes_for(store, case_id, clock, timedelta(hours=1))
    assert waiting(store, case_id, "daily_contact") == [now + timedelta(hours=30)], "and again, once"


def test_a_question_that_nobody_has_answered_is_asked_again_when_a_case_is_opened_again(
    store: Store, case_id: UUID, clock: ManualClock
) -> None:
    happens(store, case_id, "released", When(clock.now()))
    clock.advance(timedelta(hours=25))
    with store.unit("test") as unit:
        due = (Watch.case_id == case_id, Watch.due_at <= unit.now)
        for watch in unit.session.scalars(select(Watch).where(*due).order_by(Watch.number)).all():
            mark_missed(unit, watch)
    closes_for(store, case_id, clock, timedelta(minutes=5))
    at = [at - clock.now() for at in waiting(store, case_id, "proof_of_life")]
    assert len(at) == 2
    assert at[0] < timedelta(0) < at[1], "one at once, whatever was missed, and the last in its time"


def test_a_place_that_a_report_names_settles_no_law(store: Store, clock: ManualClock) -> None:
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", "7000000")
        case = open_report(unit, chat, language="en", kind="text", content="she is at the airport")
        report = current_report(unit, chat)
        assert report is not None
        read_places(unit, ReportReceived(case_id=case.id, report_id=report.id), zone=ZONE)
    with store.read() as unit:
        kept = unit.session.get_one(Case, case.id)
        assert (kept.timezone, kept.jurisdiction) == (None, None)
        assert [one.event for one in occurrences_shown(unit, case.id)] == ["at_airport"]
        assert risks_of(unit, case.id)[-1].level > 0
    happens(store, case.id, "released", When(clock.now()))
    with store.read() as unit:
        kept = unit.session.get_one(Case, case.id)
        assert (kept.timezone, kept.jurisdiction) == (ZONE, "KZ"), "a person has entered something by this clock"


def test_a_place_that_was_told_to_counsel_alone_is_entered_for_nobody(store: Store) -> None:
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", "7000000")
        case = open_report(unit, chat, language="en", kind="text", content="they took her")
        report = current_report(unit, chat)
        assert report is not None
        told = Wrapping(number=7)
        secret = add_message(unit, report, kind="text", content="she came in by Khorgos, at night", wrapping=told)
        mended = replace(told, correction=True)
        add_message(unit, report, kind="text", content="she came in by Zharkent, at night", wrapping=mended)
        assert move_to_counsel(unit, case.id, secret)
        add_message(unit, report, kind="text", content="any news? they deport people at night")
        read_places(unit, ReportExtended(case_id=case.id, report_id=report.id, message_id=secret), zone=ZONE)
        assert occurrences_shown(unit, case.id) == []
        assert assess(unit, case.id).urgency is Urgency.NOW


@pytest.mark.parametrize("lost", ["asylum_refusal_known", "asylum_refusal_adopted", "asylum_claim_withdrawn"])
def test_a_lost_claim_lets_the_other_proceedings_go_on(
    store: Store, case_id: UUID, clock: ManualClock, lost: str
) -> None:
    now = clock.now()
    assert waiting(store, case_id, "rearmed") == []
    happens(store, case_id, lost, When(now))
    assert waiting(store, case_id, "rearmed") == [now], "a lawyer is asked at once"


def test_the_custody_log_is_dated_evidence(store: Store, case_id: UUID, clock: ManualClock) -> None:
    """Taken, not let through to, taken elsewhere, denied: each with its time, its source and how sure that is."""
    told = ("criminal_detention_actual", "access_refused", "transferred", "not_here")
    for hours, event in enumerate(told):
        happened = When(clock.now() - timedelta(hours=8 - hours))
        happens(store, case_id, event, happened, source="centre 1", note="an officer", confidence="high")
    with store.read() as unit:
        shown = occurrences_shown(unit, case_id)
        assert [(one.event, one.details["source"], one.details["confidence"]) for one in shown] == [
            (event, "centre 1", "high") for event in told
        ]
        docket = [seen_of(unit, row) for row in history(unit, case_id)]
        spans = custody_spans(docket)
    assert [str(span.custody) for span in spans] == ["held", "transferred", "missing"], "a refusal moves nobody"
    assert [span.since for span in spans] == [one.at for one in docket if one.kind != "access_refused"]


def test_a_stay_in_one_track_makes_nobody_safe(store: Store, case_id: UUID, clock: ManualClock) -> None:
    happens(store, case_id, "extradition_decision_final", When(clock.now()))
    with store.read() as unit:
        before = risks_of(unit, case_id)[-1].level
    for event in ("stay_granted", "interim_measure_granted", "released"):
        happens(store, case_id, event, When(clock.now()))
    with store.read() as unit:
        assert risks_of(unit, case_id)[-1].level == before
    assert len(waiting(store, case_id, "proof_of_life")) == 3, "released is not an end"
