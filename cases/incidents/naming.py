"""Codes for cases and incidents: of one kind, and no two alike, so that whoever hears one cannot mean another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, union_all

from cases.codes import new_code
from cases.incidents.models import Incident
from cases.models import Case

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

TRIES = 20


def unused_codes(unit: UnitOfWork, count: int = 1) -> list[str]:
    """Return so many codes that neither a case nor an incident has, in a statement or two."""
    codes: list[str] = []
    for _ in range(TRIES):
        fresh = {new_code() for _ in range(count - len(codes))} - set(codes)
        used = union_all(
            select(Case.code).where(Case.code.in_(fresh)), select(Incident.code).where(Incident.code.in_(fresh))
        )
        codes += sorted(fresh - set(unit.session.scalars(used)))
        if len(codes) == count:
            return codes
    raise RuntimeError("no unused code was found; the random source is broken")
