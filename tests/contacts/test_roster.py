"""Rosters on the days that go wrong: clocks put forward and back, and Kazakhstan's move to UTC+5."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from contacts.roster import DEFAULT_ANCHOR, Handoff, OnCall, Override, RosterPlan, Shift, on_call, shifts_between

MON, THU, FRI, SUN = 0, 3, 4, 6
WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)


def plan(
    *members: str,
    zone: str = "Asia/Almaty",
    every: timedelta = WEEK,
    handoff: str = "09:00",
    weekday: int | None = None,
    anchor: date = date(2026, 3, 2),
) -> RosterPlan:
    return RosterPlan("duty", zone, every, Handoff(time.fromisoformat(handoff), weekday), members, anchor)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def on_wall(text: str, zone: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def override(member: str, starts: str, ends: str, created: str = "2026-01-01T00:00") -> Override:
    return Override(member, utc(starts), utc(ends), utc(created))


def told(shifts: list[Shift], zone: str = "Asia/Almaty") -> list[str]:
    return [f"{shift.from_.astimezone(ZoneInfo(zone)):%a %d %b %H:%M} {shift.member}" for shift in shifts]


class TestTurns:
    def test_a_week_from_monday_nine(self) -> None:
        duty = plan("Aigerim", "Timur", weekday=MON)
        assert on_call(duty, [], utc("2026-03-02T04:00")) == OnCall(
            "Aigerim", utc("2026-03-02T04:00"), utc("2026-03-09T04:00")
        )
        assert on_call(duty, [], utc("2026-03-02T03:59:59")).member == "Timur"
        assert on_call(duty, [], utc("2026-03-09T04:00")).member == "Timur"
        assert on_call(duty, [], utc("2026-03-16T04:00")).member == "Aigerim"

    def test_the_first_turn_begins_on_the_named_weekday_after_the_anchor(self) -> None:
        duty = plan("A", "B", weekday=FRI, anchor=date(2026, 3, 2))
        assert on_call(duty, [], utc("2026-03-06T04:00")).member == "A"
        assert on_call(duty, [], utc("2026-03-06T03:59")).member == "B"

    def test_a_named_weekday_before_that_of_the_anchor_is_the_one_of_the_week_after(self) -> None:
        duty = plan("A", "B", weekday=MON, anchor=date(2026, 3, 4))  # a Wednesday
        assert duty.handoff_on_wall(0) == datetime(2026, 3, 9, 9, 0)  # noqa: DTZ001  what the wall shows
        assert on_call(duty, [], utc("2026-03-09T04:00")).member == "A"

    def test_a_roster_that_names_no_first_day_counts_from_the_same_one_for_ever(self) -> None:
        """Another first day, and with the next release everybody's weeks would be somebody else's."""
        assert date(2024, 1, 1) == DEFAULT_ANCHOR

    def test_where_the_clock_goes_back_a_turn_that_has_begun_stays_begun(self) -> None:
        """02:30 is shown twice that night; at the second 02:10 the turn of the first 02:30 is running already."""
        duty = plan("A", "B", "C", zone="Europe/Berlin", every=HOUR, handoff="00:30", anchor=date(2026, 10, 25))
        turn = on_call(duty, [], on_wall("2026-10-25T02:10", "Europe/Berlin", fold=1))
        assert turn == OnCall("C", utc("2026-10-25T00:30"), utc("2026-10-25T02:30"))
        before = on_call(duty, [], on_wall("2026-10-25T02:10", "Europe/Berlin", fold=0))
        assert before == OnCall("B", utc("2026-10-24T23:30"), utc("2026-10-25T00:30"))

    def test_years_before_the_anchor(self) -> None:
        duty = plan("A", "B", "C", weekday=MON, zone="UTC")
        weeks = [on_call(duty, [], utc("2026-03-02T09:00") - n * WEEK).member for n in range(1, 5)]
        assert weeks == ["C", "B", "A", "C"]
        assert on_call(duty, [], utc("1999-01-01T00:00")).member is not None

    def test_turns_longer_than_a_week(self) -> None:
        duty = plan("A", "B", every=2 * WEEK, weekday=MON)
        assert told(shifts_between(duty, [], utc("2026-03-02T04:00"), utc("2026-04-06T04:00"))) == [
            "Mon 02 Mar 09:00 A",
            "Mon 16 Mar 09:00 B",
            "Mon 30 Mar 09:00 A",
        ]

    def test_turns_of_twelve_hours_wrap_over_midnight(self) -> None:
        duty = plan("day", "night", every=12 * HOUR)
        assert on_call(duty, [], on_wall("2026-03-03T00:30", "Asia/Almaty")).member == "night"
        assert told(shifts_between(duty, [], utc("2026-03-02T04:00"), utc("2026-03-03T05:00"))) == [
            "Mon 02 Mar 09:00 day",
            "Mon 02 Mar 21:00 night",
            "Tue 03 Mar 09:00 day",
        ]

    def test_one_member_is_always_on_call(self) -> None:
        duty = plan("A")
        assert {
            shift.member for shift in shifts_between(duty, [], utc("2026-01-01T00:00"), utc("2027-01-01T00:00"))
        } == {"A"}

    def test_nobody_is_a_gap_without_end(self) -> None:
        assert on_call(plan(), [], utc("2026-03-02T04:00")) == OnCall(None, None, None)
        start, end = utc("2026-03-02T04:00"), utc("2026-03-03T04:00")
        assert shifts_between(plan(), [], start, end) == [Shift(None, start, end)]

    def test_an_interval_that_is_empty_or_backwards_has_no_shifts(self) -> None:
        at = utc("2026-03-02T04:00")
        assert shifts_between(plan("A"), [], at, at) == []
        assert shifts_between(plan("A"), [], at, at - DAY) == []


class TestOverrides:
    duty = plan("A", "B", weekday=MON, zone="UTC", handoff="00:00")

    def told(self, *overrides: Override, start: str = "2026-03-02T00:00", end: str = "2026-03-09T00:00") -> list[str]:
        return told(shifts_between(self.duty, overrides, utc(start), utc(end)), "UTC")

    def test_an_override_is_one_shift_and_gives_back(self) -> None:
        assert self.told(override("C", "2026-03-04T20:00", "2026-03-05T06:00")) == [
            "Mon 02 Mar 00:00 A",
            "Wed 04 Mar 20:00 C",
            "Thu 05 Mar 06:00 A",
        ]

    def test_it_ends_at_its_last_instant(self) -> None:
        one = override("C", "2026-03-04T20:00", "2026-03-05T06:00")
        assert on_call(self.duty, [one], utc("2026-03-05T05:59:59")).member == "C"
        assert on_call(self.duty, [one], utc("2026-03-05T06:00")).member == "A"

    def test_it_is_not_split_by_a_handoff_beneath_it(self) -> None:
        one = override("C", "2026-03-08T00:00", "2026-03-10T00:00")
        assert self.told(one, end="2026-03-16T00:00") == [
            "Mon 02 Mar 00:00 A",
            "Sun 08 Mar 00:00 C",
            "Tue 10 Mar 00:00 B",
        ]

    def test_of_two_the_later_created_wins_in_whichever_order_they_come(self) -> None:
        early = override("C", "2026-03-04T00:00", "2026-03-06T00:00", created="2026-03-01T00:00")
        late = override("D", "2026-03-05T00:00", "2026-03-05T12:00", created="2026-03-02T00:00")
        expected = [
            "Mon 02 Mar 00:00 A",
            "Wed 04 Mar 00:00 C",
            "Thu 05 Mar 00:00 D",
            "Thu 05 Mar 12:00 C",
            "Fri 06 Mar 00:00 A",
        ]
        assert self.told(early, late) == self.told(late, early) == expected

    def test_one_that_is_covered_wholly_is_never_seen(self) -> None:
        weak = override("C", "2026-03-04T00:00", "2026-03-05T00:00", created="2026-03-01T00:00")
        strong = override("D", "2026-03-03T00:00", "2026-03-06T00:00", created="2026-03-02T00:00")
        assert self.told(weak, strong) == ["Mon 02 Mar 00:00 A", "Tue 03 Mar 00:00 D", "Fri 06 Mar 00:00 A"]

    def test_it_fills_a_gap_and_leaves_the_rest_open(self) -> None:
        one = override("C", "2026-03-04T00:00", "2026-03-05T00:00")
        empty = plan()
        assert on_call(empty, [one], utc("2026-03-01T00:00")) == OnCall(None, None, one.starts_at)
        assert on_call(empty, [one], utc("2026-03-04T00:00")) == OnCall("C", one.starts_at, one.ends_at)
        assert on_call(empty, [one], utc("2026-03-05T00:00")) == OnCall(None, one.ends_at, None)

    def test_local_instants_are_understood(self) -> None:
        one = Override(
            "C",
            on_wall("2026-03-04T00:00", "Asia/Almaty"),
            on_wall("2026-03-04T06:00", "Asia/Almaty"),
            on_wall("2026-03-01T00:00", "Asia/Almaty"),
        )
        assert on_call(self.duty, [one], utc("2026-03-03T19:00")) == OnCall(
            "C", utc("2026-03-03T19:00"), utc("2026-03-04T01:00")
        )


class TestClocks:
    def test_kazakhstan_moved_to_one_zone_on_1_march_2024(self) -> None:
        duty = plan("A", "B", weekday=MON, anchor=date(2024, 2, 19))
        shifts = shifts_between(duty, [], utc("2024-02-19T03:00"), utc("2024-03-11T04:00"))
        assert [shift.from_ for shift in shifts] == [
            utc("2024-02-19T03:00"),  # 09:00 at UTC+6
            utc("2024-02-26T03:00"),
            utc("2024-03-04T04:00"),  # 09:00 at UTC+5
        ]
        assert shifts[1].until - shifts[1].from_ == WEEK + HOUR

    @pytest.mark.parametrize(
        ("handoff", "weekday", "instant"),
        [
            ("23:30", THU, "2024-02-29T17:30"),  # shown twice that evening: the first one counts
            ("23:00", THU, "2024-02-29T17:00"),
            ("00:00", FRI, "2024-02-29T19:00"),  # midnight was shown only once the repeated hour was over
        ],
    )
    def test_the_evening_on_which_almaty_had_an_hour_twice(self, handoff: str, weekday: int, instant: str) -> None:
        duty = plan("A", "B", weekday=weekday, handoff=handoff, anchor=date(2024, 2, 29))
        at = utc(instant)
        assert on_call(duty, [], at).member == "A"
        assert on_call(duty, [], at).from_ == at
        assert on_call(duty, [], at - timedelta(seconds=1)).member == "B"

    def test_inside_the_repeated_hour_the_turn_does_not_flip_back(self) -> None:
        duty = plan("A", "B", weekday=THU, handoff="23:30", anchor=date(2024, 2, 29))
        members = [on_call(duty, [], utc("2024-02-29T17:00") + n * timedelta(minutes=10)).member for n in range(13)]
        assert members == ["B"] * 3 + ["A"] * 10

    def test_qyzylorda_was_there_already(self) -> None:
        duty = plan("A", zone="Asia/Qyzylorda", weekday=MON, anchor=date(2024, 2, 26))
        first, second = shifts_between(duty, [], utc("2024-02-26T04:00"), utc("2024-03-11T04:00"))
        assert second.from_ - first.from_ == WEEK

    @pytest.mark.parametrize(
        ("zone", "sunday", "before", "after"),
        [
            ("Europe/Berlin", "2026-03-29", "08:00", "07:00"),
            ("Europe/Berlin", "2026-10-25", "07:00", "08:00"),
            ("America/New_York", "2026-03-08", "14:00", "13:00"),
            ("America/New_York", "2026-11-01", "13:00", "14:00"),
        ],
    )
    def test_nine_is_nine_on_both_sides_of_a_change(self, zone: str, sunday: str, before: str, after: str) -> None:
        day = date.fromisoformat(sunday)
        duty = plan("A", "B", zone=zone, every=DAY, anchor=day)
        at = on_wall(f"{day - DAY}T09:00", zone)
        starts = [shift.from_ for shift in shifts_between(duty, [], at, at + 2 * DAY)]
        assert [f"{start:%H:%M}" for start in starts[:2]] == [before, after]

    def test_a_handoff_in_the_skipped_hour_happens_when_the_clock_jumps(self) -> None:
        duty = plan("A", "B", zone="Europe/Berlin", weekday=SUN, handoff="02:30", anchor=date(2026, 3, 29))
        assert on_call(duty, [], utc("2026-03-29T01:00")).from_ == utc("2026-03-29T01:00")
        assert on_call(duty, [], utc("2026-03-29T00:59:59")).member == "B"
        assert on_call(duty, [], utc("2026-04-05T00:30")).member == "B"

    @pytest.mark.parametrize("handoff", ["02:00:00", "02:00:01", "02:17:23", "02:29:59", "02:59:59"])
    def test_the_jump_is_found_to_the_second(self, handoff: str) -> None:
        duty = plan("A", "B", zone="Europe/Berlin", weekday=SUN, handoff=handoff, anchor=date(2026, 3, 29))
        assert on_call(duty, [], utc("2026-03-29T12:00")).from_ == utc("2026-03-29T01:00")

    def test_a_handoff_in_the_repeated_hour_happens_once(self) -> None:
        duty = plan("A", "B", zone="Europe/Berlin", weekday=SUN, handoff="02:30", anchor=date(2026, 10, 25))
        starts = [s.from_ for s in shifts_between(duty, [], utc("2026-10-24T00:00"), utc("2026-10-26T00:00"))]
        assert starts[1:] == [utc("2026-10-25T00:30")]

    def test_a_turn_that_lies_wholly_in_the_skipped_hour_is_passed_over(self) -> None:
        duty = plan("A", "B", "C", zone="Europe/Berlin", every=HOUR, handoff="01:00", anchor=date(2026, 3, 29))
        shifts = shifts_between(duty, [], utc("2026-03-29T00:00"), utc("2026-03-29T03:00"))
        assert told(shifts, "Europe/Berlin") == ["Sun 29 Mar 01:00 A", "Sun 29 Mar 03:00 C", "Sun 29 Mar 04:00 A"]

    def test_a_turn_of_the_repeated_hour_is_two_hours_long(self) -> None:
        duty = plan("A", "B", "C", zone="Europe/Berlin", every=HOUR, handoff="01:00", anchor=date(2026, 10, 25))
        shifts = shifts_between(duty, [], utc("2026-10-24T23:00"), utc("2026-10-25T03:00"))
        assert [(s.member, (s.until - s.from_) // HOUR) for s in shifts] == [("A", 1), ("B", 2), ("C", 1)]

    def test_a_whole_day_was_skipped_in_samoa(self) -> None:
        duty = plan("A", "B", zone="Pacific/Apia", every=DAY, anchor=date(2011, 12, 29))
        shifts = shifts_between(duty, [], utc("2011-12-29T19:00"), utc("2011-12-31T19:00"))
        assert told(shifts, "Pacific/Apia") == [
            "Thu 29 Dec 09:00 A",
            "Sat 31 Dec 00:00 B",
            "Sat 31 Dec 09:00 A",
        ]

    def test_the_servers_own_time_zone_changes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import time as system

        duty = plan("A", "B", every=12 * HOUR)
        answers = set()
        for zone in ("UTC", "Pacific/Kiritimati", "America/New_York"):
            monkeypatch.setenv("TZ", zone)
            system.tzset()
            answers.add(tuple(shifts_between(duty, [], utc("2026-03-02T04:00"), utc("2026-04-02T04:00"))))
        monkeypatch.undo()
        system.tzset()
        assert len(answers) == 1


class TestRefusals:
    @pytest.mark.parametrize("every", [timedelta(0), -WEEK, timedelta(minutes=59), timedelta(hours=1, seconds=1)])
    def test_turns_nobody_can_keep(self, every: timedelta) -> None:
        with pytest.raises(ValueError, match="an hour or more"):
            plan("A", every=every)

    def test_an_hour_and_a_minute_is_a_turn_that_can_be_kept(self) -> None:
        assert plan("A", every=timedelta(minutes=61)).every == timedelta(minutes=61)

    def test_a_zone_that_does_not_exist(self) -> None:
        with pytest.raises(ZoneInfoNotFoundError):
            plan("A", zone="Asia/Nowhere")

    def test_handoffs_that_are_no_local_time(self) -> None:
        with pytest.raises(ValueError, match="local time"):
            Handoff(time(9, tzinfo=UTC))
        with pytest.raises(ValueError, match="weekday"):
            Handoff(time(9), 7)

    def test_instants_without_a_zone(self) -> None:
        naive = datetime(2026, 3, 2)  # noqa: DTZ001  the mistake under test
        with pytest.raises(ValueError, match="time zone"):
            on_call(plan("A"), [], naive)
        with pytest.raises(ValueError, match="time zone"):
            shifts_between(plan("A"), [], naive, utc("2026-03-02T00:00"))
        with pytest.raises(ValueError, match="time zone"):
            shifts_between(plan("A"), [], utc("2026-03-02T00:00"), naive + DAY)
        with pytest.raises(ValueError, match="time zone"):
            Override("A", naive, utc("2026-03-03T00:00"), utc("2026-03-01T00:00"))

    def test_an_override_that_ends_before_it_starts(self) -> None:
        with pytest.raises(ValueError, match="ends after"):
            override("A", "2026-03-03T00:00", "2026-03-03T00:00")


def test_nobody_is_named_when_a_roster_is_printed() -> None:
    duty, one = plan("Canary"), override("Canary", "2026-03-03T00:00", "2026-03-04T00:00")
    shifts = shifts_between(duty, [one], utc("2026-03-02T00:00"), utc("2026-03-05T00:00"))
    assert "Canary" not in repr([duty, one, on_call(duty, [], utc("2026-03-02T00:00")), shifts])


def test_neighbouring_shifts_touch() -> None:
    shifts = shifts_between(plan("A", "B", every=DAY), [], utc("2026-03-02T00:00"), utc("2026-03-12T00:00"))
    assert all(one.until == other.from_ for one, other in itertools.pairwise(shifts))
