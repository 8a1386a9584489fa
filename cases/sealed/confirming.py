"""What the person of a sealed file confirmed by a way that is safe, to somebody of the team, who says by which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.consent.errors import ConsentError
from cases.consent.values import tidy
from cases.docket.entering import Entry, When, enter
from cases.sealed.check_ins import check_in_of, stop
from cases.sealed.keeping import clear_duress
from cases.sealed.triggering import zone_of

if TYPE_CHECKING:
    from cases.sealed.models import SealedFile
    from store.unit_of_work import UnitOfWork


def stop_as_confirmed(unit: UnitOfWork, file: SealedFile, words: str) -> bool:
    """Stop the check-ins of a person, as they confirmed; return whether there were any.

    By what way (``words``) is kept in the docket of the case, encrypted, with who says so. Raises ConsentError without.
    """
    way = _way(words)
    row = check_in_of(unit, file.case_id)
    if row is None:
        return False
    stop(unit, row)
    _enter(unit, file, "sealed_check_ins_stopped", way)
    return True


def free_as_confirmed(unit: UnitOfWork, file: SealedFile, words: str) -> bool:
    """Say that nobody makes a person write, as they confirmed; return whether it was thought.

    By what way (``words``) is kept as in :func:`stop_as_confirmed`. Raises ConsentError without.
    """
    way = _way(words)
    if not clear_duress(unit, file):
        return False
    _enter(unit, file, "sealed_duress_cleared", way)
    return True


def _way(words: str) -> str:
    way = tidy(words)
    if not way:
        raise ConsentError("say by what safe way the person confirmed it")
    return way


def _enter(unit: UnitOfWork, file: SealedFile, event: str, way: str) -> None:
    entry = Entry(event, When(unit.now), note=way)
    enter(unit, file.case_id, entry, zone=zone_of(unit, file, "UTC"), assumed=True, by_program=True)
