"""What people do about a sealed file in a replay: it is left, somebody reports its person, staff confirm and open it.

Whoever leaves it and whoever reports use the bot as they would; staff do what the buttons of the pages do.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select

from alerts.models import Need, NeedState
from app.replay.staff import COORDINATOR, LAWYER
from cases.identity.models import IdentitySuggestion
from cases.models import Report
from cases.sealed.deciding import PEOPLE, is_triggered
from cases.sealed.keeping import file_of_case
from cases.sealed.models import SealedFile, SealedSource
from cases.sealed.triggering import approve, confirm_by_report, standing_of
from texts.catalogue import say

if TYPE_CHECKING:
    from uuid import UUID

    from app.replay.staff import Staff
    from app.replay.stage import Stage
    from sandbox import Phone
    from store.unit_of_work import UnitOfWork

NATIVE: Final = "Ардақ Мысалұлы Үлгібеков"
LATIN: Final = "Ardak Ulgibekov"
"""The invented person of every story, as they write their name and as somebody reports it."""
BORN: Final = "12.04.1987"
MOST_QUESTIONS: Final = 8
A_WHILE: Final = timedelta(seconds=4)


def leave(stage: Stage, phone: Phone) -> None:
    """Leave a sealed file: a film and an instruction for the lawyer, who may be told, the press on its condition."""
    phone.command("/sealed")
    _goes_on(stage)
    for done in (
        ["agree"],
        ["name", NATIVE, BORN],
        ["counsel", "please tell the court that I fear return, and ask for the file of 2019"],
        ["release", "unhcr", "who", "return"],
        ["press", "named"],
        ["team"],
    ):
        _chooses(stage, phone, done)
    phone.sends("video")
    _goes_on(stage)
    _chooses(stage, phone, ["done"])


def _chooses(stage: Stage, phone: Phone, words: list[str]) -> None:
    """Press the buttons of these names, and write what is no name of one."""
    for word in words:
        label = f"option.sealed.{word}"
        if word.isascii() and word.isalpha() and word.islower():
            phone.taps(say(label, "en"))
        else:
            phone.writes(word)
        _goes_on(stage)


def _goes_on(stage: Stage) -> None:
    """Let a few seconds pass: one message a second leaves for a chat."""
    stage.travel(stage.clock.now() + A_WHILE, lambda: False)


def name_them(stage: Stage, phone: Phone) -> None:
    """Go on to the question who it is, and answer it."""
    for _ in range(MOST_QUESTIONS):
        _goes_on(stage)
        if any(one.says(say("ask.who", "en")) for one in phone.messages):
            phone.writes(LATIN)
            return
        phone.taps(say("option.skip", "en"))


def look_after(stage: Stage, staff: Staff) -> bool:
    """Let those who have the reports count them as sources, and two people agree; return whether anything was done."""
    with stage.house.store.unit(staff.actor(COORDINATOR)) as unit:
        closed = (SealedFile.opened_at.is_(None), SealedFile.withdrawn_at.is_(None))
        cases = unit.session.scalars(select(SealedFile.case_id).where(*closed)).all()
    return any(_look_after(stage, staff, case_id) for case_id in cases)


def _look_after(stage: Stage, staff: Staff, case_id: UUID) -> bool:
    with stage.house.store.unit(staff.actor(COORDINATOR)) as unit:
        file = file_of_case(unit, case_id)
        report = None if file is None else _uncounted(unit, file)
        if file is not None and report is not None:
            unit.actor = f"contact:{report[1]}"
            return confirm_by_report(unit, file, report[0], "they told us, and do not know each other")
    return any(_agrees(stage, staff, case_id, role) for role in (COORDINATOR, LAWYER))


def _uncounted(unit: UnitOfWork, file: SealedFile) -> tuple[UUID, UUID] | None:
    """The next report that somebody has taken and nobody has counted: the first must have been suggested."""
    counted = select(SealedSource.report_case_id).where(SealedSource.case_id == file.case_id)
    taken = (
        select(Need.case_id, Need.accepted_by)
        .join(Report, Report.case_id == Need.case_id)
        .where(
            Need.kind == COORDINATOR,
            Need.state == NeedState.ACCEPTED,
            Report.chat_id != file.left_in,
            Report.received_at > file.begun_at,
            Need.case_id.not_in(counted.where(SealedSource.report_case_id.is_not(None))),
        )
        .order_by(Need.accepted_at)
    )
    if unit.session.scalar(counted.limit(1)) is None:
        pair = or_(IdentitySuggestion.case_id == file.case_id, IdentitySuggestion.other_id == file.case_id)
        suggested = select(IdentitySuggestion.id).where(
            pair, or_(IdentitySuggestion.case_id == Need.case_id, IdentitySuggestion.other_id == Need.case_id)
        )
        taken = taken.where(suggested.exists())
    row = unit.session.execute(taken.limit(1)).first()
    return None if row is None or row[0] is None or row[1] is None else (row[0], row[1])


def _agrees(stage: Stage, staff: Staff, case_id: UUID, role: str) -> bool:
    contact_id = staff.contact(role)
    with stage.house.store.unit(staff.actor(role)) as unit:
        file = file_of_case(unit, case_id)
        if file is None:
            return False
        standing = standing_of(unit, file)
        if not is_triggered(standing) or len(standing.approvers) >= PEOPLE or contact_id in standing.approvers:
            return False
        why = "two people who do not know each other say that the person is held"
        return approve(unit, file, contact_id, role, why, zone=stage.house.settings.timezone)
