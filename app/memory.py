"""What a start has built stays until the end: looking again and again whether it is needed only makes people wait."""

from __future__ import annotations

import gc


def keep_what_was_built() -> None:
    """Leave everything there is by now out of every later collection of what nobody needs. Repeating it is safe.

    A whole collection held up whatever was answered meanwhile, for a third of a second on two cores.
    """
    gc.collect()
    gc.freeze()
