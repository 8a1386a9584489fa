"""The front room: wires everything, names what follows what, and takes the operator's commands."""

import gc
from datetime import date
from typing import Final

VERSION = "0.1.0"
LOCKED_ON: Final = date(2026, 11, 29)
"""When the versions in requirements/ were last gone through; see the README there."""
gc.set_threshold(50_000, 20, 100)
"""A start makes some hundred thousand objects that stay. To look through them at every seven hundredth new one, as
Python does unless it is told otherwise, was a tenth of what a start computes."""
