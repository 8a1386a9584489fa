"""Confirming the trigger of a sealed file, agreeing to open it, objecting. Every step is an event with its author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from cases.consent.errors import ConsentError
from cases.consent.values import tidy
from cases.docket.entering import Entry, When, enter
from cases.docket.events import OccurrenceEntered, WatchEnded
from cases.docket.models import Occurrence, Watch, WatchState
from cases.docket.vocabulary import WatchKind
from cases.duress import folded
from cases.models import Case, Report
from cases.sealed.deciding import MAY_OPEN, PEOPLE, Standing, counts, is_triggered, may_be_approved
from cases.sealed.events import SealedFileApproved, SealedOpeningStopped, SealedSourceDropped, SealedSourceEntered
from cases.sealed.models import CheckIn, SealedApproval, SealedFile, SealedSource
from contacts.accounts.coercion import coerced_contacts
from store.base import OWN, new_id
from store.data_keys import case_scope
from store.timers import set_timer, stop_timer
from store.vault import Field

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

OPENING_TIMER = "sealed_opening"
"""The timer of a file that two people agreed to open; its subject is the file."""
MAY_BE_MISSED = (WatchState.MISSED, WatchState.CANCELLED)
"""A check-in that nobody waits for any more may have been missed before that."""
HEARD_OF = frozenset({"proof_of_life", "arrived_safely"})
"""Events by which the person was heard of. An arrest is none: it is what the file waits for."""


def standing_of(unit: UnitOfWork, file: SealedFile) -> Standing:
    """Return how it stands with a file: all that deciding needs."""
    rows = unit.session.execute(
        select(SealedSource, Watch.state, Case.hostile_at)
        .outerjoin(Watch, Watch.id == SealedSource.watch_id)
        .outerjoin(Case, Case.id == SealedSource.report_case_id)
        .where(SealedSource.case_id == file.case_id)
    ).all()
    sources = [source for source, state, hostile_at in rows if source_counts(source, state, hostile_at)]
    approvals = unit.session.scalars(
        select(SealedApproval.contact_id).where(SealedApproval.case_id == file.case_id)
    ).all()
    forced = coerced_contacts(unit) if approvals else frozenset()
    return Standing(
        withdrawn=file.withdrawn_at is not None,
        opened=file.opened_at is not None,
        origins=frozenset(one.origin for one in sources if one.watch_id is None),
        missed=any(one.watch_id is not None for one in sources),
        approvers=frozenset(approvals) - forced,
        approved_at=file.approved_at,
    )


def source_counts(source: SealedSource, watch_state: str | None, hostile_at: datetime | None) -> bool:
    """Whether a source confirms anything: it, how it stands with its watch, and whether its report may be a trap."""
    return counts(
        dropped=source.dropped_at is not None,
        answered=source.watch_id is not None and watch_state in (None, WatchState.KEPT),
        hostile=hostile_at is not None,
    )


def confirm_by_report(unit: UnitOfWork, file: SealedFile, report_case_id: UUID, words: str) -> bool:
    """Count what was reported in a case as a source, because that is about the person of the file.

    The telephone in which the file was left is no source for it, whatever that can still see of it, nor is a report
    that may be a trap. Return whether the source is a new one. Raises ConsentError.
    """
    if unit.session.scalar(select(Case.hostile_at).where(Case.id == report_case_id)) is not None:
        raise ConsentError("that report may be a trap: it is no source")
    chats = unit.session.scalars(
        select(Report.chat_id)
        .where(Report.case_id == report_case_id, Report.chat_id.is_not(None))
        .order_by(Report.received_at, Report.id)
    ).all()
    told = next((chat for chat in chats if chat not in (file.chat_id, file.left_in)), None)
    if report_case_id == file.case_id or told is None:
        raise ConsentError("nobody but the person themselves said so there: that is no source")
    return _enter(unit, file, SealedSource(origin=f"chat:{told}", report_case_id=report_case_id), words)


def confirm_by_word(unit: UnitOfWork, file: SealedFile, who: str, words: str) -> bool:
    """Count what somebody told a member of the team as a source; ``who`` names them. The same counts once.

    Return whether the source is a new one. Raises ConsentError.
    """
    name = folded(tidy(who))
    if not name:
        raise ConsentError("say who confirms it: the same person counts once")
    origin = f"said:{unit.vault.blind_index('sealed_source', f'{file.case_id} {name}').hex()[:32]}"
    return _enter(unit, file, SealedSource(origin=origin), f"{tidy(who)}: {tidy(words)}" if tidy(words) else "")


def confirm_missed(unit: UnitOfWork, file: SealedFile, words: str) -> bool:
    """Count a missed check-in, because somebody followed it up in vain; it counts until it is answered.

    Return whether it is new. Raises ConsentError.
    """
    watch = missed_watch(unit, file.case_id)
    if watch is None:
        raise ConsentError("no check-in of this person was missed")
    return _enter(unit, file, SealedSource(origin=f"watch:{watch.id}", watch_id=watch.id), words)


def missed_watch(unit: UnitOfWork, case_id: UUID) -> Watch | None:
    """Return the check-in of a case that was missed last, as long as nobody has heard of the person since.

    Also one that nobody waits for any more because somebody says that they are held.
    """
    heard_at = unit.session.scalar(select(CheckIn.heard_at).where(CheckIn.case_id == case_id))
    over = (Watch.case_id == case_id, Watch.kind == WatchKind.CHECK_IN, Watch.state.in_(MAY_BE_MISSED))
    found = unit.session.scalars(select(Watch).where(*over).order_by(Watch.due_at.desc(), Watch.id))
    return next((one for one in found if is_missed(one, heard_at)), None)


def is_missed(watch: Watch, heard_at: datetime | None) -> bool:
    """Whether a check-in was missed, and nobody has heard of the person since. Pure."""
    if watch.state == WatchState.MISSED:
        return True
    was_due = watch.ended_at is not None and watch.due_at <= watch.ended_at
    return watch.state == WatchState.CANCELLED and was_due and (heard_at is None or watch.opened_at > heard_at)


def _enter(unit: UnitOfWork, file: SealedFile, row: SealedSource, words: str) -> bool:
    if not tidy(words):
        raise ConsentError("say how they know, or what was done to find out")
    if file.withdrawn_at is not None or file.opened_at is not None:
        raise ConsentError("the file was withdrawn, or opened before")
    same = select(SealedSource).where(SealedSource.case_id == file.case_id, SealedSource.origin == row.origin)
    known = unit.session.scalars(same.with_for_update(**OWN)).one_or_none()
    if known is not None and known.dropped_at is None:
        return False
    if known is not None:
        row = known
    else:
        row.id, row.case_id = new_id(), file.case_id
    row.words = unit.vault.seal(case_scope(file.case_id), Field("sealed_source", "words", row.id), tidy(words))
    row.entered_by, row.entered_at, row.dropped_at = unit.actor, unit.now, None
    unit.session.add(row)
    unit.session.flush()
    count = len(standing_of(unit, file).origins)
    unit.record_last(SealedSourceEntered(case_id=file.case_id, source_id=row.id, sources=count))
    return True


def heard_from(unit: UnitOfWork, case_id: UUID, at: datetime) -> None:
    """Note that the person of a file was heard of at an instant: they did not miss what they were asked before.

    What people had agreed to because nothing was heard counts no longer; what two sources say, still does. Safe to
    repeat, also late: what was missed since stands.
    """
    unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)  # the case before its rows
    mine = select(SealedFile).where(SealedFile.case_id == case_id).with_for_update(**OWN)
    file = unit.session.scalars(mine.execution_options(populate_existing=True)).one_or_none()
    row = unit.session.scalars(select(CheckIn).where(CheckIn.case_id == case_id).with_for_update(**OWN)).one_or_none()
    if row is not None:
        row.heard_at = at if row.heard_at is None else max(row.heard_at, at)
        unit.session.flush()
    dropped = unit.session.scalars(
        update(SealedSource)
        .where(
            SealedSource.case_id == case_id,
            SealedSource.watch_id.is_not(None),
            SealedSource.dropped_at.is_(None),
            SealedSource.entered_at <= at,
        )
        .values(dropped_at=unit.now)
        .returning(SealedSource.id)
    ).all()
    for source_id in sorted(dropped):
        unit.record_last(SealedSourceDropped(case_id=case_id, source_id=source_id))
    if file is not None and not is_confirmed(unit, file):
        stop_opening(unit, file, "answered")


def note_heard_from(unit: UnitOfWork, event: Event) -> None:
    """Heed that a human says somebody was heard of: a check-in they looked after, or a sign of life. Safe to repeat."""
    at: datetime | None = None
    match event:
        case WatchEnded(watch=WatchKind.CHECK_IN, state=WatchState.KEPT, watch_id=watch_id):
            at = unit.session.scalar(select(Watch.ended_at).where(Watch.id == watch_id))
        case OccurrenceEntered(event=kind, occurrence_id=occurrence_id) if kind in HEARD_OF:
            at = unit.session.scalar(select(Occurrence.entered_at).where(Occurrence.id == occurrence_id))
        case _:
            pass
    if at is not None and event.case_id is not None:
        heard_from(unit, event.case_id, at)


def drop_source(unit: UnitOfWork, file: SealedFile, source_id: UUID) -> bool:
    """Say that a source is none; what was agreed to because of it counts no longer. Return whether it counted."""
    row = unit.session.get(SealedSource, source_id, with_for_update=OWN)
    if row is None or row.case_id != file.case_id or row.dropped_at is not None or file.opened_at is not None:
        return False
    row.dropped_at = unit.now
    unit.session.flush()
    unit.record_last(SealedSourceDropped(case_id=file.case_id, source_id=row.id))
    stop_opening(unit, file, "source")
    return True


def approve(unit: UnitOfWork, file: SealedFile, contact_id: UUID, role: str, why: str, *, zone: str) -> bool:
    """Agree that a file be opened; of the second of two, the delay begins. Return whether this one is new.

    Each step stands in the history of the case, with its author. Raises ConsentError for who may not, without a reason,
    and while the trigger is not confirmed.
    """
    if role not in MAY_OPEN:
        raise ConsentError("a coordinator or a lawyer agrees to opening it")
    why = tidy(why)
    if not why:
        raise ConsentError("say why it is to be opened")
    standing = standing_of(unit, file)
    if not may_be_approved(standing):
        raise ConsentError("two independent sources, or a missed check-in that was followed up, must confirm it first")
    if contact_id in standing.approvers or contact_id in coerced_contacts(unit):
        return False
    row = SealedApproval(id=new_id(), case_id=file.case_id, contact_id=contact_id, at=unit.now)
    row.why = unit.vault.seal(case_scope(file.case_id), Field("sealed_approval", "why", row.id), why)
    unit.session.add(row)
    count = len(standing.approvers) + 1
    file.objected_at = file.objected_by = None
    if count == PEOPLE:
        file.approved_at = unit.now
        set_timer(unit, OPENING_TIMER, file.id, unit.now)
    unit.session.flush()
    enter(
        unit,
        file.case_id,
        Entry("sealed_file_approved", When(unit.now)),
        zone=zone_of(unit, file, zone),
        assumed=True,
        by_program=True,
    )
    unit.record_last(
        SealedFileApproved(case_id=file.case_id, contact_id=contact_id, approval_id=row.id, approvals=count)
    )
    return True


def zone_of(unit: UnitOfWork, file: SealedFile, zone: str) -> str:
    """Return by which clock something of the case of a file is dated."""
    return unit.session.get_one(Case, file.case_id).timezone or zone


def object_to(unit: UnitOfWork, file: SealedFile, why: str) -> bool:
    """Object to opening a file: it is not opened, and two people must agree anew. Return whether anything was agreed.

    Raises ConsentError without a reason.
    """
    why = tidy(why)
    if not why:
        raise ConsentError("say why it must not be opened")
    if not stop_opening(unit, file, "objection"):
        return False
    file.objected_at, file.objected_by = unit.now, unit.actor
    unit.session.flush()
    enter(
        unit,
        file.case_id,
        Entry("sealed_file_objected", When(unit.now), note=why),
        zone=zone_of(unit, file, "UTC"),
        assumed=True,
        by_program=True,
    )
    return True


def stop_opening(unit: UnitOfWork, file: SealedFile, why: str) -> bool:
    """Have nothing count any more that people agreed to; return whether anything did."""
    if file.opened_at is not None:
        return False
    gone = unit.session.scalars(
        delete(SealedApproval).where(SealedApproval.case_id == file.case_id).returning(SealedApproval.id)
    ).all()
    if not gone:
        return False
    file.approved_at = file.opens_at = None
    unit.session.flush()
    stop_timer(unit, OPENING_TIMER, file.id)
    unit.record_last(SealedOpeningStopped(case_id=file.case_id, why=why))
    return True


def is_confirmed(unit: UnitOfWork, file: SealedFile) -> bool:
    """Whether the trigger of a file is confirmed as things stand."""
    return is_triggered(standing_of(unit, file))
