"""What people who are being forced believe to have entered: in the memory of one process, and nowhere else."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from uuid import UUID

    from cases.consent.deciding import Known
    from cases.notes import Note
    from cases.views.responder import Happened
    from web.running import Awaited

MOST_SESSIONS: Final = 64
MOST_ENTRIES: Final = 100
"""Of a case; whoever forces somebody to type more than that sees the oldest go."""


@dataclass
class Pretence:
    """What one session believes to have entered in one case. None of it shows in a repr."""

    notes: list[Note] = field(default_factory=list, repr=False)
    docket: list[Happened] = field(default_factory=list, repr=False)
    facts: dict[str, tuple[UUID, Known]] = field(default_factory=dict, repr=False)
    promise: Awaited | None = field(default=None, repr=False)


class Pretences:
    """All of them, by session and case."""

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, dict[UUID, Pretence]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, session_id: UUID, case_id: UUID) -> Pretence:
        """Return that of a session and a case; an empty one where nothing was entered."""
        with self._lock:
            mine = self._kept.setdefault(session_id, {})
            self._kept.move_to_end(session_id)
            while len(self._kept) > MOST_SESSIONS:
                self._kept.popitem(last=False)
            return mine.setdefault(case_id, Pretence())
