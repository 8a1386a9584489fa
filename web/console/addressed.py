"""The case that an address names, for whoever may read it, and the note in its log that it was shown.

What is not there and what is not theirs look alike.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from alerts.screens.opening import opened_by_code
from cases.events import CaseViewed

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from cases.models import Case
    from store.eventlog import End
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate


def readable_case(gate: Gate, unit: UnitOfWork, code: str) -> Case | None:
    """Return the case of this code if whoever asks reads it and is not being forced; a foreign one is like none."""
    opened = opened_by_code(unit, code, gate.who)
    return None if opened is None else opened.case


def no_case(gate: Gate) -> Response:
    """Answer for a case that is not there as for one that is not theirs: nothing says which."""
    return gate.show("console/message.html", HTTPStatus.NOT_FOUND, key="web.console_no_case")


def reader_of(gate: Gate) -> UUID:
    """Return who reads a case. Raises LookupError."""
    if gate.who.contact_id is None:
        raise LookupError("an account without a contact reads no case")
    return gate.who.contact_id


def viewed(gate: Gate, case_id: UUID) -> CaseViewed:
    """What the log keeps of somebody's being shown what a case tells. Raises LookupError."""
    return CaseViewed(case_id=case_id, contact_id=reader_of(gate))


def note_shown(gate: Gate, case_id: UUID, end: End | None) -> None:
    """Write into the log of a case who was shown what it tells. ``end``: where its chain ended when it was read."""
    with gate.store.unit(gate.who.actor) as unit:
        unit.record_at(viewed(gate, case_id), end)
