"""Stories of one search, each in a few lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts import progress as happening
from alerts.policy.escalation import Exhausted, PageStep, Settled, WaitUntil, next_step
from alerts.policy.ladder import Ladder
from alerts.progress import Ask, Progress, read_progress
from tests.alerts.search import AIGERIM, DANA, MARAT, NIGHT, OVERTIME, TIMUR, Search, ladder_of, minutes

NOBODY: frozenset[object] = frozenset()
A, T, D = frozenset({AIGERIM}), frozenset({TIMUR}), frozenset({DANA})


def test_the_first_step_is_paged_at_once_and_its_wait_is_kept_to_the_second() -> None:
    search = Search(ladder_of(2, 3), [A, T])
    assert search.run() == [(PageStep(1, 0), A), (WaitUntil(NIGHT + minutes(2)), NOBODY)]
    search.now += minutes(2) - timedelta(microseconds=1)
    assert search.run() == [(WaitUntil(NIGHT + minutes(2)), NOBODY)]
    search.now += timedelta(microseconds=1)
    assert search.run() == [(PageStep(1, 1), T), (WaitUntil(NIGHT + minutes(5)), NOBODY)]


def test_rounds_repeat_in_order_and_then_everybody_is_told() -> None:
    search = Search(ladder_of(2, 3, repeat=2), [A, T])
    seen = [decision for decision, _ in search.run()]
    while not isinstance(seen[-1], Exhausted):
        seen += [decision for decision, _ in search.sleep() if not isinstance(decision, WaitUntil)]
        seen = [decision for decision in seen if not isinstance(decision, WaitUntil)]
    assert seen == [PageStep(1, 0), PageStep(1, 1), PageStep(2, 0), PageStep(2, 1), Exhausted()]
    assert search.now == NIGHT + minutes(10)


def test_after_exhaustion_the_ringing_goes_on_every_ten_minutes() -> None:
    search = Search(ladder_of(2), [A])
    search.run()
    assert search.sleep() == [(Exhausted(), NOBODY), (WaitUntil(NIGHT + minutes(12)), NOBODY)]
    for beat in (12, 22, 32):
        assert search.sleep()[0] == (PageStep(1 + beat // 10, 0), A)
        assert search.now == NIGHT + minutes(beat)
        search.sleep()


def test_a_round_longer_than_the_pause_follows_the_last_one_without_a_pause() -> None:
    search = Search(ladder_of(25), [A])
    search.run()
    search.sleep()
    search.sleep()
    assert search.sleep()[0] == (PageStep(3, 0), A)


def test_decline_moves_on_at_once_and_spares_the_person_until_overtime() -> None:
    search = Search(ladder_of(2, 3, repeat=2), [A, A | T])
    search.run()
    search.decline(AIGERIM)
    assert search.run()[0] == (PageStep(1, 1), T)
    search.decline(TIMUR)
    assert [decision for decision, _ in search.run()] == [
        PageStep(2, 0),
        PageStep(2, 1),
        Exhausted(),
        WaitUntil(NIGHT + OVERTIME),
    ]
    assert search.sleep()[0] == (PageStep(3, 0), A)


def test_a_refusal_in_overtime_holds_for_its_round_only() -> None:
    search = Search(ladder_of(2, 3), [A, A | T])
    search.run()
    search.decline(AIGERIM)
    search.run()
    search.sleep()  # exhausted
    assert search.sleep()[0] == (PageStep(2, 0), A)
    search.decline(AIGERIM)
    assert search.run()[0] == (PageStep(2, 1), T)
    assert isinstance(search.sleep()[-1][0], WaitUntil)
    assert search.sleep()[0] == (PageStep(3, 0), A)


def test_a_refusal_in_overtime_is_one_persons_and_the_others_are_waited_for() -> None:
    search = Search(ladder_of(2, 3), [A | T, D])
    search.run()
    search.sleep()
    search.sleep()  # exhausted
    assert search.sleep()[0] == (PageStep(2, 0), A | T)
    search.decline(AIGERIM)
    assert search.progress.awaited == T
    assert search.decide() == WaitUntil(search.now + minutes(2))


def test_who_was_lost_earlier_in_the_round_is_not_counted_as_reached_at_its_end() -> None:
    """Two steps, nobody reached on either: the team is told now, not after two more rounds."""
    search = Search(ladder_of(2, 3, repeat=3), [A, T])
    search.run()
    search.lose(AIGERIM)
    assert search.run()[0] == (PageStep(1, 1), T)
    search.lose(TIMUR)
    assert search.run()[0] == (Exhausted(), NOBODY)


def test_who_was_reached_earlier_in_the_round_keeps_the_rounds_going() -> None:
    search = Search(ladder_of(2, 3, repeat=3), [A, T])
    search.run()
    assert search.sleep()[0] == (PageStep(1, 1), T)
    search.lose(TIMUR)
    assert search.run()[0] == (PageStep(2, 0), A)


def test_who_is_lost_once_is_lost_alone_and_heard_again_when_asked_again() -> None:
    search = Search(ladder_of(2, 3), [A | T, A | T])
    search.run()
    search.lose(AIGERIM)
    assert search.progress.awaited == T
    assert happening.lose(search.progress, DANA) == search.progress  # she was not asked in this round
    search.sleep()
    assert search.progress.awaited == A | T


def test_overtime_asks_everybody_afresh_on_its_later_steps_too() -> None:
    search = Search(ladder_of(2, 3), [T, A])
    search.run()
    search.sleep()
    search.decline(AIGERIM)
    search.run()  # exhausted
    search.sleep()
    assert search.sleep()[0] == (PageStep(2, 1), A)


def test_one_of_several_declining_changes_nothing_for_the_others() -> None:
    search = Search(ladder_of(2, 3), [A | T, D])
    search.run()
    search.decline(AIGERIM)
    assert search.decide() == WaitUntil(NIGHT + minutes(2))
    search.lose(TIMUR)
    assert search.decide() == PageStep(1, 1)


def test_a_step_on_which_nobody_can_be_reached_is_left_at_once() -> None:
    search = Search(ladder_of(2, 3), [A | T, D])
    search.run()
    search.lose(AIGERIM)
    search.lose(TIMUR)
    assert search.run()[0] == (PageStep(1, 1), D)


def test_empty_steps_do_not_block() -> None:
    search = Search(ladder_of(2, 3, 5), [frozenset(), frozenset(), D])
    assert [decision for decision, _ in search.run()][:3] == [PageStep(1, 0), PageStep(1, 1), PageStep(1, 2)]


@pytest.mark.parametrize("ladder", [Ladder(()), ladder_of(2, 3, repeat=3)], ids=["no steps", "nobody on any step"])
def test_a_ladder_that_reaches_nobody_is_exhausted_at_once_and_says_so_again_and_again(ladder: Ladder) -> None:
    search = Search(ladder, [frozenset()] * 2)
    first = [decision for decision, _ in search.run()]
    assert first[-2:] == [Exhausted(), WaitUntil(NIGHT + OVERTIME)]
    assert len(first) == len(ladder.steps) + 2
    for beat in (2, 3):
        assert [decision for decision, _ in search.sleep()][-2:] == [
            Exhausted(again=True),
            WaitUntil(NIGHT + beat * OVERTIME),
        ]


def test_a_round_of_overtime_whose_pages_all_bounce_is_announced_again() -> None:
    search = Search(ladder_of(2), [A])
    search.run()
    search.sleep()
    search.sleep()
    search.lose(AIGERIM)
    assert search.run()[0] == (Exhausted(again=True), NOBODY)


def test_an_announcement_that_comes_late_does_not_move_the_beat() -> None:
    search = Search(ladder_of(2), [frozenset()])
    search.run()
    search.now += minutes(14)
    assert search.run()[-1] == (WaitUntil(NIGHT + 2 * OVERTIME), NOBODY)


def test_repeat_of_zero_means_once() -> None:
    assert [ladder_of(2, repeat=repeat).rounds for repeat in (-1, 0, 1, 2)] == [1, 1, 1, 2]
    search = Search(ladder_of(2, repeat=0), [A])
    search.run()
    assert search.sleep()[0] == (Exhausted(), NOBODY)


def test_accepting_settles_for_good() -> None:
    search = Search(ladder_of(2), [A | T])
    search.run()
    search.accept(AIGERIM)
    search.accept(TIMUR)
    search.now += timedelta(days=400)
    assert search.run() == [(Settled(), NOBODY)]
    assert search.progress.accepted_by == AIGERIM


def test_closing_settles_too() -> None:
    search = Search(ladder_of(2), [A])
    search.run()
    search.progress = happening.close(search.progress)
    assert search.decide() == Settled()


def test_an_acceptance_that_is_given_back_starts_afresh_and_asks_the_others_first() -> None:
    search = Search(ladder_of(2, repeat=2), [A | T])
    search.run()
    search.accept(AIGERIM)
    search.now += minutes(120)
    search.give_back()
    assert search.run()[0] == (PageStep(2, 0), T)
    assert search.sleep()[0] == (PageStep(3, 0), T)
    assert search.sleep()[0] == (Exhausted(), NOBODY)


def test_given_back_in_overtime_it_is_announced_again_if_it_comes_to_that() -> None:
    search = Search(ladder_of(2), [A | T])
    search.run()
    search.sleep()
    search.accept(TIMUR)
    search.give_back()
    assert search.run()[0] == (PageStep(2, 0), A)
    assert search.sleep()[0] == (Exhausted(again=False), NOBODY)


def test_giving_back_what_nobody_took_changes_nothing() -> None:
    search = Search(ladder_of(2), [A])
    search.run()
    before = search.progress
    search.give_back()
    assert search.progress == before


def test_a_shortened_policy_goes_on_with_the_next_round() -> None:
    search = Search(ladder_of(2, 3, 5, repeat=2), [A, T, D])
    search.run()
    search.sleep()
    search.sleep()
    search.ladder = ladder_of(2, repeat=2)
    assert search.run()[0] == (PageStep(2, 0), A)


@pytest.mark.parametrize("rounds_left", [1, 3])
def test_a_policy_without_steps_in_mid_flight_is_exhausted(rounds_left: int) -> None:
    search = Search(ladder_of(2, 3, repeat=3), [A, T])
    search.run()
    search.ladder = Ladder((), rounds_left)
    assert search.run()[0] == (Exhausted(), NOBODY)


def test_fewer_rounds_than_already_done_end_after_the_running_round() -> None:
    search = Search(ladder_of(2, 3, repeat=3), [A, T])
    search.run()
    for _ in range(4):
        search.sleep()
    assert search.progress.round == 3
    search.ladder = ladder_of(2, 3, repeat=1)
    assert search.sleep()[0] == (PageStep(3, 1), T)
    assert search.sleep()[0] == (Exhausted(), NOBODY)


def test_a_policy_exchanged_with_a_restart_begins_with_its_first_step() -> None:
    search = Search(ladder_of(2, 3), [A, T])
    search.run()
    search.ladder, search.on_step = ladder_of(4), [D]
    search.progress = happening.restart(search.progress, search.now)
    assert search.run()[0] == (PageStep(2, 0), D)
    assert search.sleep()[0] == (Exhausted(), NOBODY)


def test_after_a_day_off_the_next_step_is_paged_once_and_not_for_each_missed_wait() -> None:
    search = Search(ladder_of(2, 3), [A, T])
    search.run()
    search.now += timedelta(days=1)
    assert search.run() == [(PageStep(1, 1), T), (WaitUntil(search.now + minutes(3)), NOBODY)]


def test_a_clock_a_little_behind_keeps_the_wait() -> None:
    search = Search(ladder_of(2, 3), [A, T])
    search.run()
    search.now -= timedelta(seconds=29)
    assert search.run() == [(WaitUntil(NIGHT + minutes(2)), NOBODY)]


def test_clocks_of_two_machines_may_be_half_a_minute_apart_and_no_more() -> None:
    """Further ahead than that, a beginning was written by a clock that was set back: nobody waits for it."""
    running = Progress(1, 0, NIGHT, A, asked_in_round=A)
    behind = NIGHT - timedelta(seconds=30)
    assert next_step(ladder_of(2, 3), running, behind) == WaitUntil(NIGHT + minutes(2))
    assert next_step(ladder_of(2, 3), running, behind - timedelta(seconds=1)) == PageStep(1, 1)


def test_a_clock_set_back_an_hour_does_not_silence_the_ringing_for_an_hour() -> None:
    search = Search(ladder_of(2, 3), [A, T])
    search.run()
    search.now -= timedelta(hours=1)
    assert search.run() == [(PageStep(1, 1), T), (WaitUntil(search.now + minutes(3)), NOBODY)]


def test_a_clock_set_back_in_overtime_does_not_silence_it_either() -> None:
    search = Search(ladder_of(2), [A])
    search.run()
    search.sleep()
    search.now -= timedelta(hours=5)
    assert search.run()[0] == (PageStep(2, 0), A)
    waiting = search.sleep()[-1][0]
    assert isinstance(waiting, WaitUntil)
    assert waiting.at - search.now <= OVERTIME


def test_a_row_without_a_beginning_is_not_waited_for() -> None:
    lost = Progress(round=1, step=0, paged=A, asked_in_round=A)
    assert next_step(ladder_of(2, 3), lost, NIGHT) == PageStep(1, 1)


def test_overtime_without_a_beginning_rings_at_once() -> None:
    lost = Progress(round=1, exhausted_at=NIGHT, asked_in_round=A)
    assert next_step(ladder_of(2, 3), lost, NIGHT + minutes(1)) == PageStep(2, 0)


def test_a_new_round_begins_without_what_came_of_the_last_one_and_a_new_step_with_it() -> None:
    before = Progress(1, 0, NIGHT, A | T, unreachable=A | D, asked_in_round=A | T | D, declined_in_round=T, declined=T)
    step = happening.begin_step(before, 1, 1, A, NIGHT + minutes(2))
    assert step == replace(before, step=1, began_at=NIGHT + minutes(2), paged=A, unreachable=D)
    round_ = happening.begin_step(before, 2, 0, A, NIGHT + minutes(2))
    assert round_ == Progress(2, 0, NIGHT + minutes(2), A, asked_in_round=A, declined=T)


def test_an_overtime_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="overtime"):
        next_step(ladder_of(2), Progress(), NIGHT, overtime=timedelta(0))


def test_while_a_provisional_yes_is_to_be_confirmed_nobody_else_is_asked_and_then_they_are() -> None:
    search = Search(ladder_of(2, 3), [A, T])
    search.run()
    until = NIGHT + minutes(7)
    search.progress = happening.hold(search.progress, until)
    assert search.progress.held_until == until
    for at in (NIGHT, NIGHT + minutes(2), until - timedelta(microseconds=1)):
        search.now = at
        assert search.run() == [(WaitUntil(until), NOBODY)]
    search.now = until
    assert search.run()[0] == (PageStep(1, 1), T), "the step's own wait is over long since"


def test_nobody_is_waited_for_longer_than_ten_minutes_whatever_the_clock_did() -> None:
    """Half a minute more is what two clocks may differ by; a wait beyond that was written by one set back."""
    running = happening.hold(Progress(1, 0, NIGHT, A, asked_in_round=A), NIGHT + minutes(10) + timedelta(seconds=30))
    assert next_step(ladder_of(2, 3), running, NIGHT) == WaitUntil(NIGHT + minutes(10) + timedelta(seconds=30))
    further = happening.hold(running, NIGHT + minutes(10) + timedelta(seconds=31))
    assert next_step(ladder_of(2, 3), further, NIGHT) == WaitUntil(NIGHT + minutes(2))


def test_what_was_accepted_or_closed_waits_for_no_confirmation() -> None:
    held = happening.hold(Progress(1, 0, NIGHT, A, asked_in_round=A), NIGHT + minutes(7))
    for settled in (happening.accept(held, AIGERIM), happening.close(held)):
        assert next_step(ladder_of(2, 3), settled, NIGHT) == Settled()


def test_rounds_of_overtime_begin_every_ten_minutes_where_nobody_says_otherwise() -> None:
    paused = happening.announce_exhaustion(Progress(1, 0, NIGHT, A, asked_in_round=A), NIGHT)
    assert next_step(ladder_of(2), paused, NIGHT) == WaitUntil(NIGHT + minutes(10))
    assert next_step(ladder_of(2), paused, NIGHT + minutes(10)) == PageStep(2, 0)


def test_what_is_stored_tells_who_was_asked_when_and_what_came_of_it() -> None:
    """Rows are the only memory: two rounds, of which the second runs on its second step."""
    rows = (
        Ask(TIMUR, 1, 0, declined=True),
        Ask(AIGERIM, 1, 0, unreachable=True),
        Ask(AIGERIM, 2, 1),
        Ask(AIGERIM, 2, 0, unreachable=True),
        Ask(DANA, 2, 0, unreachable=True),
        Ask(MARAT, 2, 1, declined=True),
    )
    standing = Progress(round=2, step=1, began_at=NIGHT, rounds_before=1, exhausted_at=NIGHT, held_until=NIGHT)
    assert read_progress(standing, rows) == replace(
        standing,
        paged=frozenset({AIGERIM, MARAT}),
        unreachable=D,
        asked_in_round=frozenset({AIGERIM, DANA, MARAT}),
        declined_in_round=frozenset({MARAT}),
        declined=frozenset({TIMUR, MARAT}),
    )
