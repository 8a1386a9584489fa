"""When a reporter is not answered, and what a few of their words mean without anybody seeing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.messages.outbox import cancel
from alerts.models import DURESS, FREEZE, Delivery
from alerts.occasions.due_alerts import About, ask_about, stop_asking
from cases import intake
from cases.consent.agreeing import anything_agreed, freeze
from cases.consent.events import DisclosuresFrozen, DisclosuresThawed
from cases.duress import heed
from cases.events import DuressSpoken, HostilitySuspected, ReportExtended
from cases.models import Report
from cases.urgency import Need, Urgency
from cases.verification import told_a_trap
from dialogue.same_number import is_unsafe
from dialogue.wiped import was_wiped

if TYPE_CHECKING:
    from uuid import UUID

    from store.chats import Chat
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork


def is_suspected(unit: UnitOfWork, chat: Chat) -> bool:
    """Whether something that was reported in a conversation may be a trap: then nothing is sent back into it."""
    return told_a_trap(unit, chat.id)


def may_hear_unasked(unit: UnitOfWork, chat: Chat, case_id: UUID) -> bool:
    """Whether what can wait may be put into a conversation that told of a case, where nobody has asked for it now.

    Not where it may be a trap, where it is not safe, where they are made to write, nor after they had it erased and
    have told nothing there since: nothing new is to stand in it.
    """
    forced = select(Report.id).where(
        Report.chat_id == chat.id, Report.case_id == case_id, Report.duress_at.is_not(None)
    )
    if unit.session.scalar(forced.limit(1)) is not None or is_suspected(unit, chat):
        return False
    return not (is_unsafe(unit, chat) or was_wiped(unit, chat))


def fall_silent(unit: UnitOfWork, event: Event) -> None:
    """Withdraw what was on its way to whoever reported what may be a trap."""
    if isinstance(event, HostilitySuspected):
        chats = select(Report.chat_id).where(Report.case_id == event.case_id, Report.chat_id.is_not(None))
        cancel(unit, Delivery.chat_id.in_(chats))


def take_consent_back(unit: UnitOfWork, chat: Chat) -> None:
    """After "stop" nothing leaves any more of what was reported here, where anybody had agreed to anything.

    Whether the person wants it so is asked by a human, through a way that is safe.
    """
    for report in intake.reports_of(unit, chat):
        if anything_agreed(unit, report.case_id):
            freeze(unit, report.case_id)


def ask_about_freeze(unit: UnitOfWork, event: Event, zone: str) -> None:
    """Have a coordinator find out what the person wants, after consent was taken back; once thawed, nobody is asked.

    What comes up at night in ``zone`` waits for the morning: nothing leaves meanwhile.
    """
    match event:
        case DisclosuresFrozen(case_id=case_id, freeze_id=freeze_id) if case_id is not None:
            ask_about(unit, About(case_id, FREEZE, freeze_id), [Need.COORDINATOR], Urgency.SOON, zone=zone)
        case DisclosuresThawed(freeze_id=freeze_id):
            stop_asking(unit, FREEZE, freeze_id)
        case _:
            pass


def listen_for_duress(unit: UnitOfWork, event: Event) -> None:
    """Look whether the reporter's further words hold the word they agreed on for being made to write."""
    if isinstance(event, ReportExtended):
        heed(unit, event.report_id, event.message_id)


def warn_of_duress(unit: UnitOfWork, event: Event) -> None:
    """Tell a coordinator at once. The reporter is answered as before: whoever stands beside them sees no difference."""
    if isinstance(event, DuressSpoken) and event.case_id is not None:
        about = About(event.case_id, DURESS, event.report_id)
        ask_about(unit, about, [Need.COORDINATOR], Urgency.NOW, zone="UTC", alone=True)
