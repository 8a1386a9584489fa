"""Of many actions, the few that still break the same promise: delta debugging. Pure but for the question it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Thing = TypeVar("Thing")


def shrink(things: Sequence[Thing], still_fails: Callable[[Sequence[Thing]], bool]) -> list[Thing]:
    """Return a part of ``things``, in their order, that still fails and of which no single one can be left out.

    ``still_fails`` holds for all of them. It is asked about ever smaller parts, never twice in a row about the same.
    """
    left, parts = list(things), 2
    while len(left) > 1:
        size = -(-len(left) // parts)
        fewer = next((one for one in _without_a_part(left, size) if still_fails(one)), None)
        if fewer is not None:
            left, parts = fewer, max(parts - 1, 2)
        elif size == 1:
            break
        else:
            parts = min(parts * 2, len(left))
    return [] if len(left) == 1 and still_fails([]) else left


def _without_a_part(things: list[Thing], size: int) -> list[list[Thing]]:
    return [things[:at] + things[at + size :] for at in range(0, len(things), size)]
