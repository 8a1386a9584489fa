"""What the table says follows from what was measured."""

from __future__ import annotations

import pytest

from benchmarks.figures import Row, median_of, percentile, short, table


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert percentile(range(1, 101), share) == expected


def test_nothing_measured_is_no_figure() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 0.5)


def test_one_disturbed_run_does_not_decide() -> None:
    assert median_of([[1.0, 2.0], [1.0, 2.0], [1.0, 900.0]], 0.99) == 2.0


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.08571, "0.0857"), (3.926, "3.93"), (70.52, "70.5"), (4020.4, "4,020")]
)
def test_numbers_are_told_with_three_figures(value: float, text: str) -> None:
    assert short(value) == text


def test_a_missed_goal_is_said_to_be_missed() -> None:
    text = table(
        [
            Row("fields", "encrypt", 6.0, "µs", 2.0, "bare", "≤ 2 ×", met=False, note="because"),
            Row("fields", "decrypt", 1.0, "µs"),
        ]
    )
    missed, note, alone = text.splitlines()[1:]
    assert "3.00 ×" in missed
    assert "MISSED" in missed
    assert note.strip() == "because"
    assert "×" not in alone
