"""Sealed files for those who may open them: that one is there, what kinds of things are in it, how far opening is.

What was left in one is not among it. Whom the person trusts is shown to coordinators as long as somebody says that they
were taken, or they are silent; once it is opened, to those of them who may read its case.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from alerts.needs.team import names_of
from alerts.screens.opening import end_at, last_event, may_be_read_by
from cases.docket.models import Watch
from cases.docket.vocabulary import WatchKind
from cases.identity.suggesting import suggestions_and
from cases.models import Case, Report
from cases.sealed.deciding import Standing, is_triggered
from cases.sealed.events import SealedContentShown
from cases.sealed.keeping import content_of
from cases.sealed.models import CheckIn, EntryKind, SealedApproval, SealedEntry, SealedFile, SealedSource
from cases.sealed.triggering import MAY_BE_MISSED, is_missed, source_counts
from contacts.models import Contact
from store.data_keys import case_scope, contact_scope, sealed_scope
from store.sets import Together, Wanted
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from contacts.accounts.sessions import SignedIn
    from store.eventlog import End
    from store.unit_of_work import UnitOfWork

LISTED_AT_MOST = 200
COORDINATOR = "coordinator"


class Stage(StrEnum):
    """How far a file is; the end of a text key."""

    CLOSED = "closed"
    CONFIRMED = "confirmed"
    """Its trigger: people can agree to opening it."""
    WAITS = "waits"
    """Two agreed; it can be objected to."""
    OPENED = "opened"


@dataclass(frozen=True)
class SealedLine:
    """One file in the list."""

    code: str
    begun_at: datetime
    stage: Stage
    sources: int
    approvals: int
    opens_at: datetime | None


@dataclass(frozen=True)
class SourceShown:
    """Somebody who confirms the trigger, or a check-in that was missed (``missed``); who entered it."""

    id: UUID
    words: str = field(repr=False)
    by: str
    at: datetime
    missed: bool
    counts: bool


@dataclass(frozen=True)
class ReportShown:
    """A case that may be about the person of the file. ``counted``: it is a source already."""

    code: str
    state: str
    reads: bool
    counted: bool


@dataclass(frozen=True)
class ApprovalShown:
    """Somebody who agreed to opening the file."""

    name: str
    why: str = field(repr=False)
    at: datetime
    mine: bool


@dataclass(frozen=True)
class SealedShown:
    """One file, as it is shown to who may open it."""

    code: str
    case_id: UUID
    begun_at: datetime
    stage: Stage
    counted: Mapping[str, int]
    reports: tuple[ReportShown, ...]
    sources: tuple[SourceShown, ...]
    approvals: tuple[ApprovalShown, ...]
    trusted: tuple[str, ...] = field(repr=False)
    opens_at: datetime | None
    opened_at: datetime | None
    objected_at: datetime | None
    asks_trusted: bool
    """Whether those whom the person trusts may be shown."""
    missed: bool
    """Whether a check-in was missed and is not answered."""
    next_check_in: datetime | None
    forced: bool
    """Whether the person may be made to write."""
    end: End | None
    """Where the log of its case ended."""

    @property
    def approved_by_me(self) -> bool:
        """Whether whoever asks has agreed already."""
        return any(one.mine for one in self.approvals)


def sealed_listed(unit: UnitOfWork) -> list[SealedLine]:
    """Return the files that were not withdrawn, those furthest on first. Three statements."""
    rows = unit.session.execute(
        select(SealedFile, Case.code)
        .join(Case, Case.id == SealedFile.case_id)
        .where(SealedFile.withdrawn_at.is_(None))
        .order_by(SealedFile.begun_at.desc(), SealedFile.id)
        .limit(LISTED_AT_MOST)
    ).all()
    sources, approvals = _sources_of_all(unit), _approvals_of_all(unit)
    lines = [_line(file, code, sources.get(file.case_id, ()), approvals.get(file.case_id, 0)) for file, code in rows]
    return sorted(lines, key=lambda one: _ORDER[one.stage])


_ORDER = {Stage.WAITS: 0, Stage.CONFIRMED: 1, Stage.CLOSED: 2, Stage.OPENED: 3}


def _sources_of_all(unit: UnitOfWork) -> dict[UUID, list[SealedSource]]:
    """Return the sources that count, by the case of their file."""
    found: dict[UUID, list[SealedSource]] = defaultdict(list)
    rows = unit.session.execute(
        select(SealedSource, Watch.state, Case.hostile_at)
        .outerjoin(Watch, Watch.id == SealedSource.watch_id)
        .outerjoin(Case, Case.id == SealedSource.report_case_id)
        .where(SealedSource.dropped_at.is_(None))
    )
    for source, state, hostile_at in rows:
        if source_counts(source, state, hostile_at):
            found[source.case_id].append(source)
    return found


def _approvals_of_all(unit: UnitOfWork) -> dict[UUID, int]:
    rows = unit.session.execute(select(SealedApproval.case_id, func.count()).group_by(SealedApproval.case_id))
    return {row[0]: row[1] for row in rows}


def _line(file: SealedFile, code: str, counting: Sequence[SealedSource], approvals: int) -> SealedLine:
    return SealedLine(code, file.begun_at, _stage(file, counting), len(counting), approvals, file.opens_at)


def _stage(file: SealedFile, counting: Sequence[SealedSource]) -> Stage:
    if file.opened_at is not None:
        return Stage.OPENED
    standing = Standing(
        origins=frozenset(one.origin for one in counting if one.watch_id is None),
        missed=any(one.watch_id is not None for one in counting),
    )
    if not is_triggered(standing):
        return Stage.CLOSED
    return Stage.CONFIRMED if file.approved_at is None else Stage.WAITS


def sealed_shown(unit: UnitOfWork, code: str, who: SignedIn) -> SealedShown | None:
    """Return the file of a case with this code as far as whoever asks may see it; None where there is none."""
    last, is_last = last_event()
    found = unit.session.execute(
        select(
            SealedFile,
            Case,
            CheckIn.next_at,
            CheckIn.heard_at,
            may_be_read_by(who, unit.now),
            last.position,
            last.mac,
        )
        .join(Case, Case.id == SealedFile.case_id)
        .outerjoin(CheckIn, CheckIn.case_id == SealedFile.case_id)
        .outerjoin(last, is_last)
        .where(Case.code == code, SealedFile.withdrawn_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    file, case, next_at, heard_at, reads_case, position, mac = found
    read = _read(unit, case.id)
    names = _names(unit, case.id, read)
    missed = any(is_missed(one, heard_at) for one in read.missed)
    counting = [one.row for one in read.sources if one.counts]
    has_come = bool(counting) or missed or file.forced_at is not None
    asks_trusted = who.role == COORDINATOR and (has_come if file.opened_at is None else bool(reads_case))
    return SealedShown(
        code=code,
        case_id=case.id,
        begun_at=file.begun_at,
        stage=_stage(file, counting),
        counted={str(kind): sum(one.kind == kind for one in read.entries) for kind in EntryKind},
        reports=_reports(unit, case.id, who, {one.row.report_case_id for one in read.sources}),
        sources=tuple(_source(unit, one, names) for one in read.sources),
        approvals=tuple(
            ApprovalShown(
                names.get(one.contact_id, "?"), _why(unit, one), one.at, mine=one.contact_id == who.contact_id
            )
            for one in read.approvals
        ),
        trusted=tuple(content_of(unit, one) for one in read.entries if one.kind == EntryKind.TRUSTED and asks_trusted),
        opens_at=file.opens_at,
        opened_at=file.opened_at,
        objected_at=file.objected_at,
        asks_trusted=asks_trusted,
        missed=missed,
        next_check_in=next_at,
        forced=file.forced_at is not None,
        end=end_at(position, mac),
    )


@dataclass(frozen=True)
class _Source:
    """A source, and whether it confirms anything now."""

    row: SealedSource
    counts: bool


@dataclass(frozen=True)
class _Read:
    """The rows of one file, each set in its order."""

    sources: list[_Source]
    entries: list[SealedEntry]
    approvals: list[SealedApproval]
    missed: list[Watch]


def _sets() -> dict[str, Wanted]:
    of_source, reported = aliased(Watch), aliased(Case)
    missed = and_(Watch.kind == WatchKind.CHECK_IN, Watch.state.in_(MAY_BE_MISSED))
    return {
        "sources": Wanted(
            SealedSource,
            SealedSource.case_id,
            (
                (of_source, of_source.id == SealedSource.watch_id),
                (reported, reported.id == SealedSource.report_case_id),
            ),
            where=SealedSource.dropped_at.is_(None),
        ),
        "entries": Wanted(SealedEntry, SealedEntry.case_id),
        "approvals": Wanted(SealedApproval, SealedApproval.case_id),
        "missed": Wanted(Watch, Watch.case_id, where=missed),
    }


_OF_A_FILE: Final = Together(_sets())


def _read(unit: UnitOfWork, case_id: UUID) -> _Read:
    """Read all that is kept of a file. One statement."""
    found = _OF_A_FILE.of(unit.session, case_id)
    sources = [
        _Source(row, source_counts(row, None if watch is None else watch.state, case and case.hostile_at))
        for row, watch, case in found["sources"]
    ]
    return _Read(
        sources=sorted(sources, key=lambda one: (one.row.entered_at, one.row.id)),
        entries=sorted((row for (row,) in found["entries"]), key=lambda one: (one.left_at, one.id)),
        approvals=sorted((row for (row,) in found["approvals"]), key=lambda one: (one.at, one.id)),
        missed=[row for (row,) in found["missed"]],
    )


def _names(unit: UnitOfWork, case_id: UUID, read: _Read) -> dict[UUID, str]:
    """Have every key at hand that the page needs, and return the names of those who did something. Two statements."""
    actors = _ids(one.entered_by.removeprefix("contact:") for one in (source.row for source in read.sources))
    wanted = {*actors, *(one.contact_id for one in read.approvals)}
    contacts = unit.session.scalars(select(Contact).where(Contact.id.in_(wanted))).all() if wanted else []
    scopes = [case_scope(case_id), sealed_scope(case_id)]
    unit.vault.fetch([*scopes, *(contact_scope(contact.id) for contact in contacts)])
    return names_of(unit, contacts)


def _ids(texts: Iterable[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _source(unit: UnitOfWork, source: _Source, names: Mapping[UUID, str]) -> SourceShown:
    row = source.row
    words = unit.vault.open(case_scope(row.case_id), Field("sealed_source", "words", row.id), row.words)
    by = next((names[one] for one in _ids([row.entered_by.removeprefix("contact:")]) if one in names), "")
    return SourceShown(row.id, words, by, row.entered_at, row.watch_id is not None, source.counts)


def _why(unit: UnitOfWork, row: SealedApproval) -> str:
    return unit.vault.open(case_scope(row.case_id), Field("sealed_approval", "why", row.id), row.why)


def _reports(unit: UnitOfWork, case_id: UUID, who: SignedIn, counted: set[UUID | None]) -> tuple[ReportShown, ...]:
    """Cases that may be about the person: what is suggested, and what counts already. One statement."""
    return tuple(
        ReportShown(one.other_code, one.state, reads=reads, counted=one.other_id in counted)
        for one, reads in suggestions_and(unit, case_id, may_be_read_by(who, unit.now))
        if reads or who.role == COORDINATOR
    )


def report_to_count(unit: UnitOfWork, code: str, who: SignedIn) -> UUID | None:
    """Return the case of a code if whoever asks reads it and somebody reported it; else None."""
    reported = select(Report.case_id).where(Report.case_id == Case.id)
    return unit.session.scalar(
        select(Case.id).where(Case.code == code, may_be_read_by(who, unit.now), or_(reported.exists()))
    )


def note_trusted_shown(unit: UnitOfWork, shown: SealedShown, contact_id: UUID) -> None:
    """Write down who was shown whom a person trusts."""
    unit.record_at(SealedContentShown(case_id=shown.case_id, contact_id=contact_id, what="trusted"), shown.end)
