"""How long a case is kept: while it is open, or a remedy is; closed ones are erased, after a human has said so twice.

Closing is the first word of a human; when the time is nearly over they are warned, and the second is asked for. What
was never a case (a mistake, a test, a flood) is erased sooner, by the first word alone. Whatever comes in after closing
opens the case again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ForeignKey, String, exists, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from cases.docket.models import Deadline, DeadlineState, Occurrence, OccurrenceState, Watch, WatchState
from cases.docket.vocabulary import NO_HARM
from cases.docket.watches import end_watches, watch_on
from cases.events import CaseClosed, CaseKept, CaseReopened, ErasureConfirmed, ErasureWarned
from cases.models import Case, ReportAnswer, ReportMessage
from cases.sealed.models import CheckIn, SealedFile
from store.base import OWN, Base
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

WARN_BEFORE = timedelta(days=14)
"""How long before a case is due to be erased people are warned."""
WARN_AGAIN = timedelta(days=30)
"""How often they are warned as long as nobody confirms; until somebody does, nothing is erased."""


class Retention(Base):
    """What was said about keeping a case. A case without a row is open."""

    __tablename__ = "retention"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(80))
    no_case: Mapped[bool] = mapped_column(default=False)
    """Whether it never was one."""
    kept_at: Mapped[datetime | None]
    """Since when it is to be kept whatever else is so: a remedy is open somewhere, a petition, a claim."""
    kept_by: Mapped[str | None] = mapped_column(String(80))
    warned_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    """When a human said, after a warning or before, that it may be erased in its time."""
    confirmed_by: Mapped[str | None] = mapped_column(String(80))
    note: Mapped[bytes | None]
    """Ciphertext: why it was closed, or is kept."""


class ErasedCase(Base):
    """What is left of an erased case, for counting: nothing of anybody. Months, not days."""

    __tablename__ = "erased_case"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(7), unique=True)
    jurisdiction: Mapped[str | None] = mapped_column(String(2))
    language: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    no_case: Mapped[bool]
    opened_in: Mapped[str] = mapped_column(String(7))
    """``YYYY-MM``."""
    closed_in: Mapped[str | None] = mapped_column(String(7))
    reports: Mapped[int]
    erased_at: Mapped[datetime]
    erased_by: Mapped[str] = mapped_column(String(80))


class RetentionError(ValueError):
    """A case cannot be closed or erased now; the message says why."""


@dataclass(frozen=True)
class Terms:
    """How long after closing: a case, and what never was one."""

    case: timedelta
    no_case: timedelta


@dataclass(frozen=True)
class Standing:
    """What is known of a closed case when it is looked at."""

    closed_at: datetime | None
    no_case: bool = False
    kept: bool = False
    remedy_open: bool = False
    touched: bool = False
    """Whether anything came in after it was closed."""
    warned_at: datetime | None = None
    confirmed: bool = False


class Step(StrEnum):
    """What follows for a case now."""

    NOTHING = "nothing"
    REOPEN = "reopen"
    WARN = "warn"
    ERASE = "erase"


def next_step(standing: Standing, terms: Terms, now: datetime) -> Step:
    """Decide what follows. An open case, one that is kept and one with an open remedy are never erased."""
    if standing.closed_at is None:
        return Step.NOTHING
    if standing.touched:
        return Step.REOPEN
    if standing.kept or standing.remedy_open:
        return Step.NOTHING
    if standing.no_case:
        return Step.ERASE if now >= standing.closed_at + terms.no_case else Step.NOTHING
    due = standing.closed_at + terms.case
    if standing.confirmed:
        return Step.ERASE if now >= due else Step.NOTHING
    warned_lately = standing.warned_at is not None and now < standing.warned_at + WARN_AGAIN
    return Step.NOTHING if now < due - WARN_BEFORE or warned_lately else Step.WARN


def erased_on(standing: Standing, terms: Terms) -> datetime | None:
    """When a closed case is erased, if nothing comes in between and, where that is needed, somebody confirms."""
    if standing.closed_at is None or standing.kept or standing.remedy_open:
        return None
    return standing.closed_at + (terms.no_case if standing.no_case else terms.case)


def close_case(unit: UnitOfWork, case_id: UUID, *, by: str, note: str, no_case: bool = False) -> None:
    """Close a case: nobody is sought any more, no watch pages anybody. Closing it again changes nothing.

    Raises RetentionError without a word on why, while a clock runs or something is to come, while a sealed file waits
    in it or its person checks in, and for ``no_case`` where something was entered.
    """
    if not note.strip():
        raise RetentionError("say why it is closed")
    row = _lock(unit, case_id)
    if row.closed_at is not None:
        return
    if has_open_remedy(unit, case_id):
        raise RetentionError("a clock of it runs, or something is still to come; end that first")
    _refuse_what_waits(unit, case_id)
    entered = exists().where(Occurrence.case_id == case_id, Occurrence.kind.not_in(NO_HARM))
    if no_case and unit.session.scalar(select(entered)):
        raise RetentionError("something was entered for it: it was a case")
    row.closed_at, row.closed_by, row.no_case = unit.now, by, no_case
    row.warned_at = row.confirmed_at = row.confirmed_by = None
    _note(unit, row, note)
    waiting = select(Watch.kind).where(
        Watch.case_id == case_id, Watch.state.in_((WatchState.WAITING, WatchState.MISSED))
    )
    end_watches(unit, case_id, set(unit.session.scalars(waiting)))
    unit.record_last(CaseClosed(case_id=case_id, no_case=int(no_case)))


def _refuse_what_waits(unit: UnitOfWork, case_id: UUID) -> None:
    """Refuse to close a case in which a person relies on us: nobody would look after them any more."""
    unopened = (SealedFile.withdrawn_at.is_(None), SealedFile.opened_at.is_(None))
    if unit.session.scalar(select(exists().where(SealedFile.case_id == case_id, *unopened))):
        raise RetentionError(
            "a sealed file lies in it: first the person withdraws it in their chat, or two people open it"
        )
    if unit.session.scalar(select(exists().where(CheckIn.case_id == case_id, CheckIn.stopped_at.is_(None)))):
        raise RetentionError(
            "the person still checks in: when they confirmed it by a safe way, stop that at the sealed files first"
        )


def reopen_case(unit: UnitOfWork, case_id: UUID, *, by: str) -> bool:
    """Open a closed case again; return whether it was closed. What was watched for in it is watched for again."""
    row = _lock(unit, case_id)
    if row.closed_at is None:
        return False
    watch_on(unit, case_id, row.closed_at)
    row.closed_at = row.closed_by = row.warned_at = row.confirmed_at = row.confirmed_by = None
    row.no_case = False
    unit.session.flush()
    unit.record_last(CaseReopened(case_id=case_id, by=by))
    return True


def open_again(unit: UnitOfWork, case_id: UUID) -> None:
    """Open a closed case in the unit that keeps what came in for it: nobody is asked about one that is over."""
    if is_closed(unit, case_id):
        reopen_case(unit, case_id, by=unit.actor)


def keep_case(unit: UnitOfWork, case_id: UUID, *, by: str, note: str, keep: bool = True) -> None:
    """Keep a case whatever its age, because a remedy is open that no clock here knows of; or let that go again."""
    if keep and not note.strip():
        raise RetentionError("say why it is kept")
    row = _lock(unit, case_id)
    row.kept_at, row.kept_by = (unit.now, by) if keep else (None, None)
    if keep:
        _note(unit, row, note)
    unit.record_last(CaseKept(case_id=case_id, kept=int(keep)))


def confirm_erasure(unit: UnitOfWork, case_id: UUID, *, by: str) -> None:
    """Say that a closed case may be erased when its time has come. Raises RetentionError for an open one."""
    row = _lock(unit, case_id)
    if row.closed_at is None:
        raise RetentionError("it is open; close it first")
    if row.confirmed_at is None:
        row.confirmed_at, row.confirmed_by = unit.now, by
        unit.record_last(ErasureConfirmed(case_id=case_id))


def note_warned(unit: UnitOfWork, case_id: UUID) -> None:
    """Note that people were warned."""
    _lock(unit, case_id).warned_at = unit.now
    unit.record_last(ErasureWarned(case_id=case_id))


def standing_of_case(unit: UnitOfWork, row: Retention) -> Standing:
    """Read how it stands with a case that something was said about."""
    return Standing(
        closed_at=row.closed_at,
        no_case=row.no_case,
        kept=row.kept_at is not None,
        remedy_open=has_open_remedy(unit, row.case_id),
        touched=row.closed_at is not None and _touched_since(unit, row.case_id, row.closed_at),
        warned_at=row.warned_at,
        confirmed=row.confirmed_at is not None,
    )


def is_closed(unit: UnitOfWork, case_id: UUID | None) -> bool:
    """Whether a case is closed; nothing that belongs to no case is."""
    if case_id is None:
        return False
    return bool(
        unit.session.scalar(select(exists().where(Retention.case_id == case_id, Retention.closed_at.is_not(None))))
    )


def has_open_remedy(unit: UnitOfWork, case_id: UUID) -> bool:
    """Whether a clock of the case runs, or a hearing, a removal or the end of a term lies ahead."""
    runs = exists().where(Deadline.case_id == case_id, Deadline.state == DeadlineState.RUNNING)
    ahead = exists().where(
        Occurrence.case_id == case_id,
        Occurrence.state == OccurrenceState.STANDING,
        or_(Occurrence.for_at > unit.now, Occurrence.until_at > unit.now),
    )
    return bool(unit.session.scalar(select(or_(runs, ahead))))


def _touched_since(unit: UnitOfWork, case_id: UUID, at: datetime) -> bool:
    said = exists().where(ReportMessage.case_id == case_id, ReportMessage.received_at > at)
    answers = or_(ReportAnswer.value.is_not(None), ReportAnswer.message_id.is_not(None))
    answered = exists().where(ReportAnswer.case_id == case_id, ReportAnswer.given_at > at, answers)
    entered = exists().where(Occurrence.case_id == case_id, Occurrence.entered_at > at)
    return bool(unit.session.scalar(select(or_(said, answered, entered))))


def _lock(unit: UnitOfWork, case_id: UUID) -> Retention:
    """Return the row of a case, made if there is none; whoever changes it holds the case."""
    unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    row = unit.session.get(Retention, case_id, populate_existing=True)
    if row is None:
        row = Retention(case_id=case_id, no_case=False)
        unit.session.add(row)
        unit.session.flush()
    return row


def _note(unit: UnitOfWork, row: Retention, note: str) -> None:
    row.note = unit.vault.seal(case_scope(row.case_id), Field("retention", "note", row.case_id), note)
    unit.session.flush()
