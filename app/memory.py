"""What a start has built stays until the end: looking again and again whether it is needed only makes people wait."""

from __future__ import annotations

import gc


def keep_what_was_built() -> None:
    """Leave everything there is by now out of every later collection of what nobody needs. Repeating it is safe.

    A whole collection held up whatever was answered meanwhile, for a third of a second on two cores.
    """
    gc.collect()
    gc.freeze()


def collect_seldom() -> None:
    """Look through what was made for what nobody needs less often than Python does by itself. Repeating it is safe.

    A start makes some hundred thousand objects that stay. To look through them at every seven hundredth new one was a
    tenth of what a start computes.
    """
    gc.set_threshold(50_000, 20, 100)
