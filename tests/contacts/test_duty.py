"""What those on duty must be told, and what must be seen before a night without anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.duty import (
    Check,
    Checked,
    Duty,
    Finding,
    HandOff,
    Hole,
    Member,
    Unconfirmed,
    Why,
    checks_due,
    hand_off,
    holes,
    look_over,
    only_country,
    swap,
    unconfirmed,
)
from contacts.roster import Override, RosterPlan, Shift, on_call, shifts_between
from tests.contacts.test_roster import DAY, FRI, HOUR, MON, WEEK, on_wall, override, plan, utc
from tests.contacts.test_roster_properties import INSTANTS, PLANS, Situation, situations

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
HERE = Member(country="KZ")
LONG_AGO = utc("2020-01-01T00:00")
TEAM = {"A": HERE, "B": HERE, "C": HERE}
DAILY = Duty(plan("A", "B", every=DAY))  # 09:00 in Almaty is 04:00 UTC; A has the 2nd, B the 3rd
NINE = utc("2026-03-03T04:00")


def spans(found: list[Hole]) -> list[tuple[Why, str | None, datetime, datetime]]:
    return [(hole.why, hole.member, hole.from_, hole.until) for hole in found]


class TestHandOffs:
    def test_it_is_due_from_its_first_instant_and_has_one_key_for_as_long_as_the_shift_lasts(self) -> None:
        found = {hand_off(DAILY, NINE + n * HOUR) for n in range(24)}
        (one,) = found
        assert one is not None
        assert (one.from_, one.to, one.at) == ("A", "B", NINE)
        before, after = hand_off(DAILY, NINE - SECOND), hand_off(DAILY, NINE + DAY)
        assert before is not None
        assert after is not None
        assert (before.to, after.to) == ("A", "A")
        assert len({before.key, one.key, after.key}) == 3

    def test_whoever_looks_late_finds_who_is_on_call_now_and_not_whom_it_is_too_late_to_tell(self) -> None:
        late = hand_off(DAILY, NINE + 5 * DAY + HOUR)
        assert late is not None
        assert (late.from_, late.to, late.at) == ("B", "A", NINE + 5 * DAY)

    def test_an_override_hands_over_and_back(self) -> None:
        duty = Duty(DAILY.roster, (override("C", "2026-03-03T10:00", "2026-03-03T12:00"),))
        told = [hand_off(duty, utc(f"2026-03-03T{hour}:00")) for hour in ("09", "11", "13")]
        assert [(one.from_, one.to, one.at) for one in told if one] == [
            ("A", "B", NINE),
            ("B", "C", utc("2026-03-03T10:00")),
            ("C", "B", utc("2026-03-03T12:00")),
        ]

    def test_an_override_made_after_it_has_begun_is_handed_over_all_the_same(self) -> None:
        made_late = Override("C", NINE + HOUR, NINE + 8 * HOUR, NINE + 3 * HOUR)
        found = hand_off(Duty(DAILY.roster, (made_late,)), NINE + 4 * HOUR)
        assert found is not None
        assert (found.to, found.at) == ("C", NINE + HOUR)

    def test_turns_of_the_same_person_are_one_shift(self) -> None:
        duty = Duty(plan("A", "A", "B", every=DAY))
        monday, tuesday = hand_off(duty, utc("2026-03-02T12:00")), hand_off(duty, utc("2026-03-03T12:00"))
        assert monday == tuesday
        assert monday is not None
        assert monday.at == utc("2026-03-02T04:00")

    def test_one_person_alone_takes_over_from_nobody(self) -> None:
        assert hand_off(Duty(plan("A", every=HOUR)), NINE) is None
        assert hand_off(Duty(plan()), NINE) is None

    def test_after_a_gap_somebody_takes_over_from_nobody(self) -> None:
        duty = Duty(plan(), (override("C", "2026-03-03T10:00", "2026-03-03T12:00"),))
        found = hand_off(duty, utc("2026-03-03T11:00"))
        assert found is not None
        assert (found.from_, found.to) == (None, "C")
        assert hand_off(duty, utc("2026-03-03T13:00")) is None

    def test_on_the_night_on_which_almaty_had_an_hour_twice_it_happens_once(self) -> None:
        duty = Duty(plan("A", "B", weekday=FRI, handoff="00:00", anchor=date(2024, 2, 23)))
        looks = [utc("2024-02-29T16:00") + n * 10 * MINUTE for n in range(30)]
        found = {one for look in looks if (one := hand_off(duty, look)) and one.to == "B"}
        assert {one.at for one in found} == {utc("2024-02-29T19:00")}
        assert len(found) == 1

    @pytest.mark.parametrize(
        ("sunday", "nine"), [("2026-03-29", "2026-03-29T07:00"), ("2026-10-25", "2026-10-25T08:00")]
    )
    def test_nine_is_nine_on_the_day_the_clocks_change(self, sunday: str, nine: str) -> None:
        duty = Duty(plan("A", "B", zone="Europe/Berlin", every=DAY, anchor=date.fromisoformat(sunday)))
        found = hand_off(duty, utc(nine) + HOUR)
        assert found is not None
        assert (found.to, found.at) == ("A", utc(nine))

    @given(situations())
    def test_it_is_where_the_run_of_whoever_is_on_call_began(self, situation: Situation) -> None:
        roster, overrides, at = situation
        duty = Duty(roster, tuple(overrides))
        found = hand_off(duty, at)
        member = on_call(roster, overrides, at).member
        if found is None:
            run = shifts_between(roster, overrides, at - WEEK, at + SECOND)
            assert member is None or {shift.member for shift in run} == {member}
            return
        assert found.to == member != found.from_
        assert found.at <= at
        assert on_call(roster, overrides, found.at - SECOND / 2).member == found.from_
        assert {shift.member for shift in shifts_between(roster, overrides, found.at, at)} <= {member}
        assert hand_off(duty, found.at) == found


class TestHoles:
    now = utc("2026-03-02T12:00")

    def test_where_everybody_can_be_reached_there_are_none(self) -> None:
        assert holes(DAILY, TEAM, self.now) == []

    def test_nobody_on_the_roster_is_a_hole_without_an_end_told_once_a_day(self) -> None:
        duty = Duty(plan())
        (one,) = holes(duty, TEAM, self.now)
        assert spans([one]) == [(Why.NOBODY, None, self.now, self.now + DAY)]
        later = [holes(duty, TEAM, self.now + n * HOUR)[0].key for n in (1, 11, 12, 24)]
        assert [key == one.key for key in later] == [True, True, False, False]

    def test_an_empty_roster_with_a_stand_in_has_a_hole_before_and_after(self) -> None:
        duty = Duty(plan(), (override("C", "2026-03-02T18:00", "2026-03-03T06:00"),))
        assert spans(holes(duty, TEAM, self.now)) == [
            (Why.NOBODY, None, self.now, utc("2026-03-02T18:00")),
            (Why.NOBODY, None, utc("2026-03-03T06:00"), self.now + DAY),
        ]

    def test_whoever_was_removed_leaves_a_hole_on_every_turn(self) -> None:
        assert spans(holes(DAILY, {"A": HERE}, self.now)) == [(Why.GONE, "B", NINE, self.now + DAY)]

    def test_whoever_cannot_be_reached_is_told_of_ahead_and_once_for_the_shift(self) -> None:
        team = TEAM | {"B": replace(HERE, unreachable_since=LONG_AGO)}
        looks = [holes(DAILY, team, NINE - DAY + n * HOUR) for n in range(1, 48)]
        keys = {hole.key for found in looks for hole in found}
        assert len(keys) == 1
        assert spans(holes(DAILY, team, NINE + HOUR)) == [(Why.UNREACHABLE, "B", NINE + HOUR, NINE + DAY)]

    def test_whoever_is_out_of_reach_again_is_a_new_hole(self) -> None:
        duty = Duty(plan("B", weekday=MON))
        first, again = (
            holes(duty, {"B": Member(unreachable_since=since)}, self.now + 3 * HOUR)[0]
            for since in (self.now, self.now + 2 * HOUR)
        )
        assert first.key != again.key

    @pytest.mark.parametrize(
        ("zone", "begins"),
        [
            ("Asia/Almaty", "2026-03-02T19:00"),
            ("America/New_York", "2026-03-03T05:00"),
            (None, "2026-03-03T00:00"),
            ("Asia/Nowhere", "2026-03-03T00:00"),
        ],
    )
    def test_a_term_that_ends_within_a_shift_leaves_the_rest_of_it(self, zone: str | None, begins: str) -> None:
        duty = Duty(plan("A", weekday=MON))
        team = {"A": Member(may_act_until=date(2026, 3, 2), timezone=zone)}
        assert spans(holes(duty, team, self.now)) == [(Why.TERM_ENDED, "A", utc(begins), self.now + DAY)]
        assert spans(holes(duty, team, self.now + 2 * DAY)) == [
            (Why.TERM_ENDED, "A", self.now + 2 * DAY, self.now + 3 * DAY)
        ]

    @pytest.mark.parametrize("last_day", [date(2026, 3, 3), date.max, None])
    def test_a_term_that_goes_on_is_none(self, last_day: date | None) -> None:
        assert holes(Duty(plan("A")), {"A": Member(may_act_until=last_day)}, utc("2026-03-02T23:59")) == []

    def test_a_term_that_ended_in_antiquity(self) -> None:
        team = {"A": Member(may_act_until=date.min, timezone="Pacific/Kiritimati")}
        assert spans(holes(Duty(plan("A")), team, self.now)) == [(Why.TERM_ENDED, "A", self.now, self.now + DAY)]

    def test_an_overlapping_override_hides_the_hole_beneath_it(self) -> None:
        early = override("B", "2026-03-02T13:00", "2026-03-02T20:00", created="2026-03-01T00:00")
        late = override("C", "2026-03-02T15:00", "2026-03-02T18:00", created="2026-03-02T00:00")
        team = TEAM | {"B": replace(HERE, unreachable_since=LONG_AGO)}
        duty = Duty(plan("A"), (late, early))
        assert spans(holes(duty, team, self.now)) == [
            (Why.UNREACHABLE, "B", utc("2026-03-02T13:00"), utc("2026-03-02T15:00")),
            (Why.UNREACHABLE, "B", utc("2026-03-02T18:00"), utc("2026-03-02T20:00")),
        ]

    @given(situations(), st.integers(0, 24 * 60 * 60 - 1), st.data())
    def test_an_instant_lies_in_a_hole_exactly_if_nobody_would_hear(
        self, situation: Situation, seconds: int, data: st.DataObject
    ) -> None:
        roster, overrides, now = situation
        members = {
            name: data.draw(
                st.builds(
                    Member,
                    unreachable_since=st.sampled_from([None, LONG_AGO]),
                    may_act_until=st.none() | st.integers(-2, 2).map(lambda days: (now + days * DAY).date()),
                    timezone=st.sampled_from([None, "Asia/Tokyo", "America/Lima"]),
                )
            )
            for name in "ABCVW"
        }
        found = holes(Duty(roster, tuple(overrides)), members, now)
        at = now + seconds * SECOND
        covering = [hole for hole in found if hole.from_ <= at < hole.until]
        member = on_call(roster, overrides, at).member
        heard = member in members and hears(members[member], at)
        assert [hole.member for hole in covering] == ([] if heard else [member])
        assert len({hole.key for hole in found}) == len(found)


def hears(member: Member, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(member.timezone or "UTC")).date()
    return member.unreachable_since is None and (member.may_act_until is None or local <= member.may_act_until)


class TestChecks:
    def test_whoever_takes_over_within_the_hour_is_sent_one_test(self) -> None:
        assert checks_due(DAILY, TEAM, {}, NINE - HOUR - SECOND) == []
        (page,) = checks_due(DAILY, TEAM, {}, NINE - HOUR)
        assert (page.roster, page.member, page.at) == ("duty", "B", NINE)
        assert checks_due(DAILY, TEAM, {}, NINE - SECOND) == [page]
        assert checks_due(DAILY, TEAM, {page.key: Checked(NINE - HOUR)}, NINE - MINUTE) == []
        assert checks_due(DAILY, TEAM, {}, NINE) == []

    def test_whoever_stays_on_call_is_left_in_peace(self) -> None:
        assert checks_due(Duty(plan("A", every=HOUR)), TEAM, {}, NINE - 10 * MINUTE) == []

    def test_nothing_is_sent_to_somebody_who_cannot_get_it(self) -> None:
        away = replace(HERE, unreachable_since=LONG_AGO)
        ended = replace(HERE, may_act_until=date(2026, 3, 1))
        for team in ({"A": HERE}, TEAM | {"B": away}, TEAM | {"B": ended}):
            assert checks_due(DAILY, team, {}, NINE - 30 * MINUTE) == []
            assert holes(DAILY, team, NINE - 30 * MINUTE)

    def test_whoever_may_act_for_a_part_of_the_shift_is_checked_before_it(self) -> None:
        until_midnight = replace(HERE, may_act_until=date(2026, 3, 3), timezone="Asia/Almaty")
        assert len(checks_due(DAILY, TEAM | {"B": until_midnight}, {}, NINE - 30 * MINUTE)) == 1

    def test_what_is_not_confirmed_15_minutes_before_is_told(self) -> None:
        (page,) = checks_due(DAILY, TEAM, {}, NINE - HOUR)
        checked = {page.key: Checked(NINE - HOUR)}
        assert unconfirmed(DAILY, checked, NINE - 16 * MINUTE) == []
        (one,) = unconfirmed(DAILY, checked, NINE - 15 * MINUTE)
        assert (one.member, one.at) == ("B", NINE)
        assert unconfirmed(DAILY, checked, NINE + 59 * MINUTE) == [one]
        assert unconfirmed(DAILY, checked, NINE + HOUR) == []
        assert unconfirmed(DAILY, {}, NINE) == []

    def test_what_is_confirmed_is_not(self) -> None:
        (page,) = checks_due(DAILY, TEAM, {}, NINE - HOUR)
        assert unconfirmed(DAILY, {page.key: Checked(NINE - HOUR, NINE - 5 * MINUTE)}, NINE - MINUTE) == []

    def test_whoever_is_put_on_at_the_last_minute_has_15_minutes(self) -> None:
        duty = Duty(DAILY.roster, (Override("C", NINE + HOUR, NINE + 2 * HOUR, NINE + 50 * MINUTE),))
        (page,) = checks_due(duty, TEAM, {}, NINE + 55 * MINUTE)
        checked = {page.key: Checked(NINE + 55 * MINUTE)}
        assert unconfirmed(duty, checked, NINE + 69 * MINUTE) == []
        (one,) = unconfirmed(duty, checked, NINE + 70 * MINUTE)
        assert one.member == "C"

    def test_an_hour_before_is_an_hour_before_also_when_the_clocks_change(self) -> None:
        duty = Duty(plan("A", "B", zone="Europe/Berlin", every=DAY, handoff="03:30", anchor=date(2026, 3, 29)))
        half_past_three = on_wall("2026-03-29T03:30", "Europe/Berlin").astimezone(UTC)
        assert checks_due(duty, TEAM, {}, half_past_three - HOUR - SECOND) == []
        assert len(checks_due(duty, TEAM, {}, half_past_three - HOUR)) == 1


class TestSwaps:
    duty = plan("A", "B", "C", weekday=MON)

    def test_two_change_places_and_everybody_else_keeps_theirs(self) -> None:
        first, second, *_ = shifts_between(self.duty, [], utc("2026-03-02T04:00"), utc("2026-03-23T04:00"))
        overrides = swap(first, second, utc("2026-03-01T00:00"))
        assert [s.member for s in shifts_between(self.duty, overrides, first.from_, first.from_ + 4 * WEEK)] == [
            *("B", "A", "C", "A")
        ]

    def test_between_two_rosters_each_override_belongs_to_its_own(self) -> None:
        start = utc("2026-03-02T04:00")
        backup = plan("X", weekday=MON)
        one, other = (shifts_between(roster, [], start, start + DAY)[0] for roster in (self.duty, backup))
        over_one, over_other = swap(one, other, start)
        assert on_call(self.duty, [over_one], start).member == "X"
        assert on_call(backup, [over_other], start).member == "A"

    def test_nobody_and_oneself_cannot_be_swapped(self) -> None:
        start = utc("2026-03-02T04:00")
        mine, nobodys = Shift("A", start, start + DAY), Shift(None, start, start + DAY)
        with pytest.raises(ValueError, match="nobody has"):
            swap(mine, nobodys, start)
        with pytest.raises(ValueError, match="same person"):
            swap(mine, Shift("A", start + DAY, start + 2 * DAY), start)

    @given(situations(), st.integers(2, 20), st.data())
    def test_whatever_lay_over_it_before(self, situation: Situation, days: int, data: st.DataObject) -> None:
        roster, overrides, start = situation
        end = start + days * DAY
        shifts = [shift for shift in shifts_between(roster, overrides, start, end) if shift.member is not None]
        pairs = [(a, b) for a in shifts for b in shifts if a.member != b.member][:50]
        if not pairs:
            return
        one, other = data.draw(st.sampled_from(pairs))
        swapped = [*overrides, *swap(one, other, start + DAY)]
        at = start + data.draw(st.integers(0, days * 24 * 60 * 60 - 1)) * SECOND
        before, after = (on_call(roster, known, at).member for known in (overrides, swapped))
        if one.from_ <= at < one.until:
            assert after == other.member
        elif other.from_ <= at < other.until:
            assert after == one.member
        else:
            assert after == before


class TestCountries:
    now = utc("2026-03-02T12:00")
    abroad = Member(country="TR")

    def test_everybody_in_one_country(self) -> None:
        assert only_country([DAILY, Duty(plan("C"))], TEAM, self.now) == "KZ"

    def test_one_abroad_on_any_roster_is_enough(self) -> None:
        assert only_country([DAILY, Duty(plan("C"))], TEAM | {"C": self.abroad}, self.now) is None

    def test_a_country_that_is_not_known_may_be_another(self) -> None:
        assert only_country([DAILY], TEAM | {"B": Member()}, self.now) is None
        assert only_country([DAILY], {"A": Member(), "B": Member()}, self.now) is None

    def test_who_was_removed_does_not_count(self) -> None:
        assert only_country([Duty(plan("A", "gone"))], TEAM, self.now) == "KZ"
        assert only_country([Duty(plan("gone"))], TEAM, self.now) is None
        assert only_country([], TEAM, self.now) is None

    def test_a_stand_in_counts_until_the_override_is_over(self) -> None:
        duty = Duty(plan("A"), (override("C", "2026-03-02T10:00", "2026-03-02T13:00"),))
        team = TEAM | {"C": self.abroad}
        assert only_country([duty], team, self.now) is None
        assert only_country([duty], team, self.now + HOUR) == "KZ"


class Watch:
    """Whoever looks and makes notices, each once."""

    def __init__(self, duties: list[Duty], members: dict[str, Member], *, confirms: bool) -> None:
        self.duties, self.members, self.confirms = duties, members, confirms
        self.checked: dict[str, Checked] = {}
        self.told: dict[str, tuple[datetime, Finding]] = {}

    def look(self, now: datetime) -> None:
        for finding in look_over(self.duties, self.members, self.checked, now):
            if finding.key not in self.told:
                self.told[finding.key] = (now, finding)
            if isinstance(finding, Check):
                assert finding.key not in self.checked
                self.checked[finding.key] = Checked(now, now + MINUTE if self.confirms else None)

    def of(self, kind: type[Finding]) -> list[tuple[datetime, Finding]]:
        return [(now, finding) for now, finding in self.told.values() if isinstance(finding, kind)]


@pytest.mark.parametrize("confirms", [True, False])
def test_a_week_on_two_rosters_in_two_zones(confirms: bool) -> None:
    duty = Duty(replace(plan("A", "B", every=12 * HOUR), name="almaty"))
    backup = Duty(replace(plan("C", "A", zone="Europe/Istanbul", every=DAY), name="istanbul"))
    watch = Watch([duty, backup], TEAM, confirms=confirms)
    start = utc("2026-03-02T00:00")
    for n in range(7 * 24 * 12):
        watch.look(start + n * 5 * MINUTE)
    handed_over, tests, silent = watch.of(HandOff), watch.of(Check), watch.of(Unconfirmed)
    assert len(handed_over) == 14 + 7 + 2  # and who was on call when the watch began
    assert all(now - one.at < 5 * MINUTE for now, one in handed_over[2:] if isinstance(one, HandOff))
    assert len(tests) == 14 + 7
    assert all(one.at - now == HOUR for now, one in tests if isinstance(one, Check))
    assert len(silent) == (0 if confirms else 14 + 7)
    assert all(one.at - now == 15 * MINUTE for now, one in silent if isinstance(one, Unconfirmed))
    assert not watch.of(Hole)


@given(roster=PLANS, at=INSTANTS, pauses=st.lists(st.integers(1, 3000), min_size=1, max_size=12))
def test_however_often_one_looks_each_thing_is_told_once_and_nobodys_turn_is_passed_over(
    roster: RosterPlan, at: datetime, pauses: list[int]
) -> None:
    watch = Watch([Duty(roster)], dict.fromkeys("ABCD", HERE), confirms=False)
    now = at
    for pause in pauses:
        watch.look(now)
        watch.look(now)
        member = on_call(roster, [], now).member
        if member == "E":
            assert any(one.member == "E" for _, one in watch.of(Hole) if isinstance(one, Hole))
        now += pause * MINUTE
    handed_over = [one.at for _, one in watch.of(HandOff) if isinstance(one, HandOff)]
    assert len(set(handed_over)) == len(handed_over)
    assert handed_over == sorted(handed_over)


def test_keys_and_printed_forms_name_nobody_and_fit_a_column() -> None:
    duty = Duty(replace(plan("Canary", "Other", every=DAY), name="Canary roster " * 10))
    members = {"Canary": replace(HERE, unreachable_since=LONG_AGO)}
    found = look_over([duty], members, {}, NINE)
    assert found
    assert all(len(one.key) < 60 and "anary" not in one.key for one in found)
    assert "'Canary'" not in repr(found)


def test_all_that_is_owed_is_looked_over_in_one_go() -> None:
    """Half an hour before B goes on: A was told long ago, B is to be checked, and C's night has a hole."""
    duty = Duty(plan("A", "B", "C", every=8 * HOUR))
    shift = on_call(duty.roster, (), NINE)
    assert shift.from_ is not None
    assert shift.until is not None
    now = shift.until - 30 * MINUTE
    team = TEAM | {str(on_call(duty.roster, (), shift.until + 8 * HOUR).member): Member(unreachable_since=LONG_AGO)}
    found = look_over([duty], team, {}, now)
    assert [type(one) for one in found] == [Hole, HandOff, Check]
    (check,) = (one for one in found if isinstance(one, Check))
    sent = {check.key: Checked(now)}
    assert [type(one) for one in look_over([duty], team, sent, now + 16 * MINUTE)] == [Hole, HandOff, Unconfirmed]


def test_a_last_day_is_had_to_its_very_end() -> None:
    """Who may act to the 3rd hears an alert in its last second; a shift that ends with that day has no hole."""
    overnight = Duty(plan("A", every=DAY, handoff="00:00"))
    midnight = on_wall("2026-03-04T00:00", "Asia/Almaty").astimezone(UTC)
    until_the_third = {"A": Member(may_act_until=date(2026, 3, 3), timezone="Asia/Almaty")}
    assert holes(overnight, until_the_third, midnight - HOUR, HOUR) == []
    assert spans(holes(overnight, until_the_third, midnight - HOUR, HOUR + SECOND)) == [
        (Why.TERM_ENDED, "A", midnight, midnight + SECOND)
    ]


def test_holes_are_looked_for_a_day_ahead() -> None:
    later = Duty(plan("A", "B", every=DAY))
    team = {"A": HERE, "B": Member(unreachable_since=LONG_AGO)}
    begins = next(hole.from_ for hole in holes(later, team, NINE - 2 * DAY, 4 * DAY) if hole.from_ > NINE - 2 * DAY)
    assert holes(later, team, begins - DAY) == []
    assert [hole.from_ for hole in holes(later, team, begins - DAY + SECOND)] == [begins]


def test_holes_are_told_first() -> None:
    found = look_over([DAILY, Duty(plan())], TEAM, {}, NINE)
    assert [type(one) for one in found] == [Hole, HandOff]


def test_a_run_of_one_persons_turns_is_looked_through_for_a_week() -> None:
    """Who has been on call for longer is told of no hand-over, however late somebody looks."""
    duty = Duty(plan(*"AAAAAAAAAB", every=DAY, anchor=date(2026, 3, 2)))
    begun = utc("2026-03-02T04:00")
    for look in (begun, begun + 6 * DAY + HOUR, begun + WEEK):
        found = hand_off(duty, look)
        assert found is not None
        assert (found.from_, found.to, found.at) == ("B", "A", begun)
    assert hand_off(duty, begun + WEEK + SECOND) is None
