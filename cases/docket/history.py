"""Reading a docket: its occurrences as the pure parts want them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from cases.docket.models import Occurrence, OccurrenceState
from cases.docket.seen import Seen
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


def history(unit: UnitOfWork, case_id: UUID) -> Sequence[Occurrence]:
    """Return everything that was ever entered about a case, in the order in which it was entered."""
    rows = select(Occurrence).where(Occurrence.case_id == case_id)
    return unit.session.scalars(rows.order_by(Occurrence.entered_at, Occurrence.id)).all()


def standing(unit: UnitOfWork, case_id: UUID) -> list[Occurrence]:
    """Return what of it still stands."""
    return [row for row in history(unit, case_id) if row.state == OccurrenceState.STANDING]


def standing_in(unit: UnitOfWork, case_ids: Sequence[UUID]) -> dict[UUID, list[Occurrence]]:
    """Return what still stands of each of some cases, in the order in which it was entered. Two statements at most."""
    rows = select(Occurrence).where(Occurrence.case_id.in_(case_ids), Occurrence.state == OccurrenceState.STANDING)
    found: dict[UUID, list[Occurrence]] = {case_id: [] for case_id in case_ids}
    for row in unit.session.scalars(rows.order_by(Occurrence.entered_at, Occurrence.id)):
        found[row.case_id].append(row)
    unit.vault.fetch(case_scope(case_id) for case_id, rows in found.items() if any(row.details for row in rows))
    return found


def details_of(unit: UnitOfWork, row: Occurrence) -> dict[str, Any]:
    """Return source, note, terms: what is kept as ciphertext."""
    if row.details is None:
        return {}
    text = unit.vault.open(case_scope(row.case_id), Field("occurrence", "details", row.id), row.details)
    found: dict[str, Any] = json.loads(text)
    return found


def seen_of(unit: UnitOfWork, row: Occurrence) -> Seen:
    """Return an occurrence as plain values; a term ends so many days after it began, to the minute."""
    terms = details_of(unit, row).get("terms", {})
    return Seen(
        id=row.id,
        matter_id=row.matter_id,
        kind=row.kind,
        at=row.at,
        day_only=row.day_only,
        for_at=row.for_at,
        until_at=row.until_at,
        zone=row.zone,
        term_ends=tuple(row.at + timedelta(days=days) for days in sorted(int(one) for one in terms)),
        entered_at=row.entered_at,
    )
