"""Notes: what a coordinator or the lawyer of a case writes down for those who work on it after them.

A note is evidence: its fingerprint is attested, and it is never changed or taken out; a later one may say that it is
wrong. Nobody but coordinators and the lawyer of the case is shown one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cases.consent.values import tidy
from cases.events import NoteWritten
from cases.models import CaseNote
from store.base import new_id
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

SHOWN_TO: Final = frozenset({"coordinator", "lawyer"})
"""Roles that read notes, in a case that they read at all."""


class EmptyNoteError(ValueError):
    """A note says something."""


@dataclass(frozen=True)
class Note:
    """One note, decrypted. ``written_by`` is who answers for it, as the log names them."""

    id: UUID
    text: str = field(repr=False)
    written_by: str
    written_at: datetime


def write_note(unit: UnitOfWork, case_id: UUID, text: str) -> UUID:
    """Keep a note under the key of its case; return its id.

    Raises EmptyNoteError where nothing is said, ConsentError where it is too long.
    """
    words = tidy(text)
    if not words:
        raise EmptyNoteError("write something: a note without words helps nobody")
    row = CaseNote(id=new_id(), case_id=case_id, written_by=unit.actor, written_at=unit.now)
    row.text = unit.vault.seal(case_scope(case_id), _field(row), words)
    unit.session.add(row)
    unit.session.flush()
    unit.record_last(NoteWritten(case_id=case_id, note_id=row.id))
    return row.id


def note_of(unit: UnitOfWork, row: CaseNote) -> Note:
    """Decrypt a note."""
    return Note(row.id, unit.vault.open(case_scope(row.case_id), _field(row), row.text), row.written_by, row.written_at)


def _field(row: CaseNote) -> Field:
    return Field("case_note", "text", row.id)
