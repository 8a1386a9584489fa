"""The half that counts: what is told to others does not get worse unseen. Numbers alone are printed."""

from __future__ import annotations

from tests.identity.pairs import REPORTING, measure

RECALL, PRECISION = 0.95, 0.9


def test_the_reporting_half_is_held() -> None:
    measured = measure(REPORTING)
    assert (measured.recall >= RECALL, measured.precision >= PRECISION) == (True, True), str(measured)
