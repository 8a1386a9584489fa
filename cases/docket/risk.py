"""How high the risk of return is, and why. Pure; only being safe lowers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.docket.vocabulary import meaning_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cases.docket.seen import Seen


@dataclass(frozen=True)
class Risk:
    """``level`` is the sum of the weights of its reasons, 0 without any.

    ``reasons`` are kinds of occurrences, the weightiest first, each once.
    """

    level: int
    reasons: tuple[str, ...]


def read_risk(occurrences: Iterable[Seen]) -> Risk:
    """Read the risk from everything that has happened, in the order in which it was entered.

    Each kind of signal counts once, however often it comes. A distant court date, a stay in one track or a removal
    that did not happen takes nothing back; only an occurrence that means safety does, and what comes after counts anew.
    """
    weights: dict[str, int] = {}
    for seen in occurrences:
        meaning = meaning_of(seen.kind)
        if meaning.safe:
            weights.clear()
        elif meaning.risk:
            weights[seen.kind] = meaning.risk
    reasons = sorted(weights, key=lambda kind: (-weights[kind], kind))
    return Risk(sum(weights.values()), tuple(reasons))
