"""Erasing a reporter's chat, on both sides: a day after a message, or at once when they ask for it.

Chats of helpers hold buttons that are needed: there only goes what they said to their own sealed file, and the answers
to that. The case stays, always.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select, update

from alerts.events import ChatNotErased
from alerts.messages.mailbox import hidden_next, hide, hide_all
from alerts.messages.outbox import enqueue, next_order
from alerts.models import ChatLine, ChatWipe, Delivery
from alerts.sending.erasable import AT_ONCE, numbers_to_erase, oldest_since, still_there, waits_for_files
from alerts.telling.recipients import everybody_reachable
from cases.events import FileStored
from cases.models import Case, Download, Report, ReportMessage
from cases.sealed.events import SealedFileStored
from cases.sealed.models import SealedEntry
from cases.verification import told_a_trap
from contacts.models import ContactMethod
from contacts.values import ChannelName
from store.chats import WEB, Chat
from store.claims import Claim, finish
from store.timers import TABLE as TIMERS
from store.timers import Timer, set_timer

if TYPE_CHECKING:
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

TIMER = "erase_chat"
ERASE_AFTER = timedelta(hours=24)
"""How long a message stands in a reporter's chat."""
ALARM_AFTER = timedelta(hours=40)
"""When people are told about one that still does: it leaves them eight hours."""
REMEMBERED_FOR = timedelta(days=7)
"""How far back people are told of what was not erased: a house that stood still tells it when it wakes."""
TRY_FOR = timedelta(minutes=10)
"""How long erasing may take before anybody is told that it did not work."""
ANSWER_WITHIN = timedelta(minutes=1)
"""How long the answer to a wish to erase waits for files that are being fetched."""


def note_said(unit: UnitOfWork, chat: Chat, number: int, said_at: datetime) -> None:
    """Remember a message of a reporter as something to be erased; to be called in the unit that keeps what it says."""
    if unit.session.get(ChatLine, (chat.id, number)) is None:
        unit.session.add(ChatLine(chat_id=chat.id, number=number, said_at=min(said_at, unit.now)))
        unit.session.flush()
        _look_at(unit, chat.id, unit.now + ERASE_AFTER)


def note_shown(unit: UnitOfWork, sent: Delivery) -> None:
    """Remember a message of ours as something to be erased, if it went to a reporter and can be taken back at all.

    What was on its way when they wished everything gone goes now: the erasing could not know its number. What was
    queued in the unit of the wish itself answers it, and stays.
    """
    if sent.channel != ChannelName.TELEGRAM or sent.chat_id is None:
        return
    wish = unit.session.get(ChatWipe, sent.chat_id)
    if wish is not None and sent.created_at < wish.up_to:
        _erase_the_rest(unit, sent.chat_id, wish.up_to)
    if not _is_helpers(unit, sent.chat_id):
        _look_at(unit, sent.chat_id, unit.now + ERASE_AFTER)


def _erase_the_rest(unit: UnitOfWork, chat_id: UUID, before: datetime) -> None:
    if numbers_to_erase(unit, chat_id, before, next_order()):
        _erase(unit, unit.session.get_one(Chat, chat_id), before)


def _is_helpers(unit: UnitOfWork, chat_id: UUID) -> bool:
    return bool(unit.session.scalar(select(exists().where(ContactMethod.chat_id == chat_id))))


def _look_at(unit: UnitOfWork, chat_id: UUID, at: datetime) -> None:
    """Look at this chat no later than then."""
    wound = unit.session.scalar(select(Timer.due_at).where(Timer.kind == TIMER, Timer.subject_id == chat_id))
    if wound is None or wound > at:
        set_timer(unit, TIMER, chat_id, at)


def note_looked_at(unit: UnitOfWork, chat: Chat) -> None:
    """Remember that somebody looked at what waits for them: a day later it is shown no longer."""
    at = hidden_next(unit, chat.id)
    if at is not None:
        _look_at(unit, chat.id, at)


def wipe(unit: UnitOfWork, chat: Chat) -> None:
    """Erase everything that was said in a reporter's chat so far; the answer says, afterwards, what could not be.

    Where people come back to a page it is shown no longer, at once.
    """
    if chat.door == WEB:
        hide_all(unit, chat.id)
        enqueue(unit, chat, "report.wiped", language=chat.language or "en", silent=True)
        return
    wish = _wish(unit, chat)
    wish.up_to, wish.told_at = unit.now, None
    unit.session.flush()
    _erase(unit, chat, unit.now)


def erase_quietly(unit: UnitOfWork, chat: Chat) -> None:
    """Erase what was said in a reporter's chat so far, and what waits for its file once that is here; say nothing."""
    wish = _wish(unit, chat)
    wish.up_to = wish.told_at = unit.now
    unit.session.flush()
    _erase(unit, chat, unit.now)


def _wish(unit: UnitOfWork, chat: Chat) -> ChatWipe:
    wish = unit.session.get(ChatWipe, chat.id)
    if wish is None:
        wish = ChatWipe(chat_id=chat.id, up_to=unit.now)
        unit.session.add(wish)
    return wish


def _erase(unit: UnitOfWork, chat: Chat, before: datetime) -> None:
    enqueue(unit, chat, "", language="en", action="delete", values={"before": before.isoformat()})


def erased(unit: UnitOfWork, done: Delivery) -> None:
    """Write down what was erased, and erase the rest or say how it ended."""
    numbers = [str(number) for number in done.values.get("numbers", [])]
    chat = unit.session.get_one(Chat, done.chat_id)
    unit.session.execute(
        delete(ChatLine).where(ChatLine.chat_id == chat.id, ChatLine.number.in_([int(number) for number in numbers]))
    )
    unit.session.execute(
        update(Delivery)
        .where(Delivery.chat_id == chat.id, Delivery.action == "send", Delivery.provider_ref.in_(numbers))
        .values(erased_at=unit.now)
    )
    before = datetime.fromisoformat(done.values["before"])
    if len(numbers) == AT_ONCE and numbers_to_erase(unit, chat.id, before, done.order_key):
        _erase(unit, chat, before)
    else:
        _answer(unit, chat)


def not_erased(unit: UnitOfWork, failed: Delivery) -> None:
    """Say so, when Telegram refused for good to erase anything."""
    _answer(unit, unit.session.get_one(Chat, failed.chat_id))


def _answer(unit: UnitOfWork, chat: Chat, *, late: bool = False) -> None:
    """Tell whoever wished for it what became of their chat, once, when the files in it are ours.

    Not where it may be a trap: nothing is sent back there.
    """
    wish = unit.session.get(ChatWipe, chat.id)
    if wish is None or wish.told_at is not None:
        return
    if waits_for_files(unit, chat.id) and not late:
        _look_at(unit, chat.id, wish.up_to + ANSWER_WITHIN)
        return
    wish.told_at = unit.now
    if told_a_trap(unit, chat.id):
        return
    left = still_there(unit, chat.id, wish.up_to)
    enqueue(
        unit,
        chat,
        "reply.wiped_partly" if left else "reply.wiped",
        language=chat.language or "en",
        values={"left": str(left)},
        silent=True,
    )


def erase_what_waited(unit: UnitOfWork, event: Event) -> None:
    """Erase a message that had to wait for its file, now that the file is here."""
    where = _where_it_was_said(unit, event)
    if where is None:
        return
    chat_id, number = where
    line = unit.session.get(ChatLine, (chat_id, number))
    if line is None:
        return
    wish = unit.session.get(ChatWipe, chat_id)
    if wish is not None and line.said_at <= wish.up_to:
        _erase(unit, unit.session.get_one(Chat, chat_id), line.said_at)
    elif line.said_at <= unit.now - ERASE_AFTER:
        set_timer(unit, TIMER, chat_id, unit.now)


def _where_it_was_said(unit: UnitOfWork, event: Event) -> tuple[UUID, int] | None:
    """Return the conversation and the number of the message a file came with; None where that is not known any more."""
    match event:
        case FileStored(message_id=message_id):
            found = select(Report.chat_id, ReportMessage.number).join(Report, Report.id == ReportMessage.report_id)
            row = unit.session.execute(found.where(ReportMessage.id == message_id)).one_or_none()
        case SealedFileStored(entry_id=entry_id):
            sent = select(Download.chat_id, SealedEntry.number).join(SealedEntry, SealedEntry.id == Download.entry_id)
            row = unit.session.execute(sent.where(SealedEntry.id == entry_id).limit(1)).one_or_none()
        case _:
            return None
    return None if row is None or row[0] is None or row[1] is None else (row[0], row[1])


def erase_in_time(unit: UnitOfWork, timer: Timer, held: Claim) -> None:
    """Erase what has stood in a reporter's chat for a day; tell people what still does after forty hours."""
    finish(unit.session, TIMERS, held)
    chat = unit.session.get_one(Chat, timer.subject_id)
    if chat.door == WEB:
        hide(unit, chat.id, read_before=unit.now - ERASE_AFTER)
        note_looked_at(unit, chat)
        return
    _answer_late(unit, chat)
    due = unit.now - ERASE_AFTER
    if numbers_to_erase(unit, chat.id, due, next_order()) and not _is_erasing(unit, chat.id):
        _erase(unit, chat, due)
    again = [at for at in (_alarm(unit, chat), _next_stage(unit, chat.id)) if at is not None]
    if again:
        set_timer(unit, TIMER, chat.id, min(again))


def _answer_late(unit: UnitOfWork, chat: Chat) -> None:
    wish = unit.session.get(ChatWipe, chat.id)
    if wish is not None and wish.up_to + ANSWER_WITHIN <= unit.now:
        _answer(unit, chat, late=True)


def _is_erasing(unit: UnitOfWork, chat_id: UUID) -> bool:
    under_way = exists().where(Delivery.chat_id == chat_id, Delivery.action == "delete", Delivery.due_at.is_not(None))
    return bool(unit.session.scalar(select(under_way)))


def _alarm(unit: UnitOfWork, chat: Chat) -> datetime | None:
    """Tell about what should be gone and is not, once trying had its time; return when to look again until then."""
    oldest = oldest_since(unit, chat.id, unit.now - REMEMBERED_FOR)
    if oldest is None or oldest > unit.now - ALARM_AFTER:
        return None
    tried_at = unit.session.scalar(
        select(Delivery.created_at)
        .where(Delivery.chat_id == chat.id, Delivery.action == "delete", Delivery.created_at >= oldest + ERASE_AFTER)
        .order_by(Delivery.created_at)
        .limit(1)
    )
    if tried_at is not None and tried_at + TRY_FOR > unit.now:
        return tried_at + TRY_FOR
    _tell_not_erased(unit, chat, oldest)
    return None


def _tell_not_erased(unit: UnitOfWork, chat: Chat, oldest: datetime) -> None:
    case = None if chat.case_id is None else unit.session.get(Case, chat.case_id)
    if case is None:
        return
    told = [
        enqueue(
            unit,
            way.chat,
            "staff.not_erased",
            language=way.language,
            values={"code": case.code},
            dedupe_key=f"not_erased:{chat.id}:{oldest.isoformat()}:{way.contact.id}",
        )
        for way in everybody_reachable(unit, ("coordinator",))
    ]
    if any(told):
        unit.record(ChatNotErased(case_id=case.id, chat_id=chat.id))


def _next_stage(unit: UnitOfWork, chat_id: UUID) -> datetime | None:
    """When the next message has stood for a day, or for forty hours."""
    stages = [(oldest_since(unit, chat_id, unit.now - after), after) for after in (ERASE_AFTER, ALARM_AFTER)]
    return min((oldest + after for oldest, after in stages if oldest is not None), default=None)
