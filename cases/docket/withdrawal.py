"""Somebody takes their consent back, all at once: that is a sign, and stands in the docket as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, select

from cases.consent.events import DisclosuresFrozen
from cases.consent.models import Freeze
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Occurrence
from cases.models import Case

if TYPE_CHECKING:
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

WITHDRAWN: Final = "consent_withdrawn"


def note_withdrawal(unit: UnitOfWork, event: Event) -> None:
    """Enter that consent was taken back, which raises the risk: people are made to say so. Safe to repeat.

    Nothing lowers it when a freeze is lifted: who entered it puts it right, as with any other sign.
    """
    if not isinstance(event, DisclosuresFrozen):
        return
    freeze = unit.session.get(Freeze, event.freeze_id)
    if freeze is None:
        return
    case = unit.session.get_one(Case, freeze.case_id)
    noted = exists().where(
        Occurrence.case_id == case.id, Occurrence.kind == WITHDRAWN, Occurrence.at == freeze.began_at
    )
    if not unit.session.scalar(select(noted)):
        entry = Entry(WITHDRAWN, When(freeze.began_at))
        enter(unit, case.id, entry, zone=case.timezone or "UTC", assumed=True, by_program=True)
