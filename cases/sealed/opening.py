"""Opening a sealed file: what was left becomes part of the case, each thing where the views let it be seen."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from cases.consent.agreeing import enter_consent, sign_emergency_release
from cases.consent.vocabulary import Audience, Authority, FieldClass
from cases.docket.entering import Entry, When, enter
from cases.events import ReportExtended
from cases.files import take_out_of_seal
from cases.models import Report, ReportMessage
from cases.retention import open_again
from cases.sealed.deciding import opens_at, opens_now
from cases.sealed.events import SealedFileOpened
from cases.sealed.keeping import WHO_AND_WHERE, content_of, entries_of, file_of_case, told
from cases.sealed.models import EntryKind, SealedEntry, SealedFile
from cases.sealed.triggering import OPENING_TIMER, standing_of, stop_opening, zone_of
from store.base import new_id
from store.claims import finish
from store.data_keys import case_scope
from store.timers import TABLE, set_timer
from store.vault import Field, text_bytes
from texts.catalogue import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta
    from uuid import UUID

    from store.claims import Claim
    from store.timers import Timer
    from store.unit_of_work import UnitOfWork

DOOR = "sealed"
"""The door of the report that a sealed file becomes: nobody can be answered there."""
ANSWERS: Final = {
    "never": ((), (Audience.PRESS, Audience.PRESS_NAMED)),
    "unnamed": ((Audience.PRESS,), (Audience.PRESS_NAMED,)),
    "named": ((Audience.PRESS, Audience.PRESS_NAMED), ()),
}
"""What each answer about the press allows, and what it forbids."""


def open_in_time(unit: UnitOfWork, timer: Timer, held: Claim, *, delay: timedelta, zone: str) -> None:
    """Open a file whose time has come, or look again then. Repeating it opens nothing twice."""
    finish(unit.session, TABLE, held)
    case_id = unit.session.scalar(select(SealedFile.case_id).where(SealedFile.id == timer.subject_id))
    file = None if case_id is None else file_of_case(unit, case_id)
    if file is None or file.opened_at is not None or file.withdrawn_at is not None:
        return
    standing = standing_of(unit, file)
    at = opens_at(standing, delay)
    if at is None:
        stop_opening(unit, file, "source")  # what it rested on is gone
    elif opens_now(standing, delay, unit.now):
        open_file(unit, file, zone=zone)
    else:
        file.opens_at = at
        unit.session.flush()
        set_timer(unit, OPENING_TIMER, file.id, at)


def open_file(unit: UnitOfWork, file: SealedFile, *, zone: str) -> None:
    """Have all that was left belong to the case. Whether it may be is for the caller to know."""
    file.opened_at, file.asked = unit.now, None
    left = entries_of(unit, file.case_id)
    press = [one for one in left if one.kind == EntryKind.PRESS][-1:]
    _take_out(unit, file, [*(one for one in left if one.kind != EntryKind.PRESS), *press])
    enter(
        unit,
        file.case_id,
        Entry("sealed_file_opened", When(unit.now)),
        zone=zone_of(unit, file, zone),
        assumed=True,
        by_program=True,
    )
    unit.record_last(SealedFileOpened(case_id=file.case_id, file_id=file.id))


def add_to_opened(unit: UnitOfWork, file: SealedFile, entry_id: UUID) -> None:
    """Have something belong to the case that was left after the file had been opened; who has the case is told.

    A closed case is open again.
    """
    open_again(unit, file.case_id)
    entry = unit.session.get_one(SealedEntry, entry_id)
    for message in _take_out(unit, file, [entry]):
        unit.record_last(ReportExtended(case_id=file.case_id, report_id=message.report_id, message_id=message.id))


def _take_out(unit: UnitOfWork, file: SealedFile, entries: Sequence[SealedEntry]) -> list[ReportMessage]:
    for entry in entries:
        if entry.kind == EntryKind.RELEASE:
            _sign(unit, file, entry)
        elif entry.kind == EntryKind.PRESS:
            _sign_for_press(unit, file, entry)
    return _tell(unit, file, [one for one in entries if one.kind in (EntryKind.TEAM, EntryKind.COUNSEL)])


def _tell(unit: UnitOfWork, file: SealedFile, entries: Sequence[SealedEntry]) -> list[ReportMessage]:
    """Make messages of what was left; what is for the lawyer lies in the compartment of counsel."""
    if not entries:
        return []
    messages = []
    report = Report(id=new_id(), case_id=file.case_id, chat_id=None, door=DOOR, received_at=unit.now)
    unit.session.add(report)
    unit.session.flush()
    for entry in entries:
        content = content_of(unit, entry)
        message = ReportMessage(
            id=new_id(),
            report_id=report.id,
            case_id=file.case_id,
            kind=entry.form,
            counsel_only=entry.kind == EntryKind.COUNSEL,
            received_at=entry.left_at,
        )
        place = Field("report_message", "content", message.id)
        message.content = unit.vault.seal(case_scope(file.case_id), place, content)
        keyed = unit.vault.subkey(f"fingerprint:{file.case_id}")
        message.fingerprint = hmac.digest(keyed, text_bytes(content), "sha256")
        unit.session.add(message)
        unit.session.flush()
        take_out_of_seal(unit, entry.id, message.id)
        messages.append(message)
    return messages


def _sign(unit: UnitOfWork, file: SealedFile, entry: SealedEntry) -> None:
    """Have a release that was signed beforehand wait, dormant, for its trigger."""
    signed = told(content_of(unit, entry))
    kinds = map(FieldClass, signed["kinds"])
    terms = say(f"web.sealed_when_{signed['trigger']}", "en")
    sign_emergency_release(unit, file.case_id, [Audience(signed["audience"])], kinds, terms, signed_at=entry.left_at)


def _sign_for_press(unit: UnitOfWork, file: SealedFile, entry: SealedEntry) -> None:
    """Have what the press may be told wait for its condition; what it may not counts at once, whatever was said before.

    A yes without the name is a no to the name: it may have been signed for earlier.
    """
    answer = told(content_of(unit, entry))["answer"]
    may, never = ANSWERS[answer]
    for audience in never:
        enter_consent(
            unit,
            file.case_id,
            audience,
            FieldClass,
            granted=False,
            authority=Authority.PRIOR_INSTRUCTION,
            how="left in the sealed file",
            given_at=entry.left_at,
        )
    if may:
        terms = say("web.sealed_when_both", "en")
        kinds = map(FieldClass, WHO_AND_WHERE)
        sign_emergency_release(unit, file.case_id, may, kinds, terms, signed_at=entry.left_at)
