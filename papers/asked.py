"""What the family of a case was asked through the bot: read from the log, which names a field and knows no answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import String, and_, cast, func, literal

from cases.consent.events import FactEntered, FamilyAsked
from contacts.models import Contact
from store.eventlog import EventRow
from store.sets import Together, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

STANDS_FOR: Final = timedelta(days=1)
"""How long a question stands that nobody has answered; then it may be put once more."""


@dataclass(frozen=True)
class Asked:
    """A question that stands: since when, and who put it."""

    at: datetime
    by: Contact | None


def _put_by() -> Any:
    """Who put a question. How an id is written differs between databases, and between them and the log."""
    actor = literal("contact:") + func.replace(cast(Contact.id, String), "-", "")
    return and_(EventRow.name == FamilyAsked.__name__, func.replace(EventRow.actor, "-", "") == actor)


ASKED: Final = Wanted(
    EventRow,
    EventRow.case_id,
    ((Contact, _put_by()),),
    where=EventRow.name.in_((FamilyAsked.__name__, FactEntered.__name__)),
)
"""What was asked in a case and what was entered in it, each question with who put it; see :func:`asked_from`."""
_ALONE: Final = Together({"asked": ASKED})


def asked_from(rows: Iterable[tuple[Any, ...]], now: datetime) -> Mapping[str, Asked]:
    """Return the questions that stand, by their fields: put within a day, and nothing was entered there since."""
    found: dict[str, Asked] = {}
    for row, by in sorted(rows, key=lambda one: one[0].position):
        name = row.payload["field"]
        if row.name == FactEntered.__name__:
            found.pop(name, None)
        elif row.at > now - STANDS_FOR:
            found[name] = Asked(row.at, by)
    return found


def asked_in(unit: UnitOfWork, case_id: UUID) -> Mapping[str, Asked]:
    """Return the questions that stand in a case. One statement."""
    return asked_from(_ALONE.of(unit.session, case_id)["asked"], unit.now)
