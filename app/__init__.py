"""The front room: wires everything, names what follows what, and takes the operator's commands."""

from datetime import date
from typing import Final

from app.memory import collect_seldom

VERSION = "0.1.0"
LOCKED_ON: Final = date(2026, 11, 29)
"""When the versions in requirements/ were last gone through; see the README there."""

collect_seldom()
