"""Somebody calls: people are paged when it rings, and whatever is said after the tone is kept with the report.

A call is a report before a word is spoken. Whoever hangs up, or cannot speak, has been heard: a coordinator is asked to
call back. Nothing is ever sent or said to a caller unasked, and what a call says is the same for everybody.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import ForeignKey, String, Table, select
from sqlalchemy.orm import Mapped, mapped_column

from alerts.messages.incoming import KEPT_THERE, have_forgotten
from cases import intake
from cases.docket.vocabulary import WatchKind
from cases.docket.watches import end_watches, open_watch
from cases.docket.watching import PlannedWatch
from cases.events import FileNotFetched, FileStored
from cases.files import SentFile, source_of
from cases.intake import Wrapping
from cases.models import Case, Download, FileState, Report
from contacts.directory import owners_of
from contacts.values import PHONE_NUMBER
from dialogue.model import AddMessage, Kind, OpenReport, Outcome, Sent
from dialogue.questions import CALL, UNSAFE
from dialogue.reception import Heard, receive
from dialogue.same_number import conversations_of_number, said_unsafe, stand_by_number
from dialogue.telling import withdraw_texts
from store.base import OWN, Base, new_id
from store.chats import TEXTING, VOICE, Chat, address_of, find_or_open_chat, hold_address
from store.claims import Claimable
from store.inbox import is_first
from store.inserting import insert_into

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from dialogue.model import Input, State
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

WITHHELD: Final = "withheld"
"""Begins the address of a caller who does not show their number: each such call is a conversation of its own."""
HIDDEN: Final = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""What Twilio gives in place of a number that is not shown: ANONYMOUS, RESTRICTED and the like, in digits."""
CALL_BACK_AFTER: Final = timedelta(minutes=10)
"""How long a call that left no message may go without anybody having called back; longer than a call can last."""
RECORDING: Final = "recording"
CALLED: Final = "call"
"""The kind of the message that stands for a call itself."""
KEYS: Final = {"1": "yes", "2": UNSAFE}
"""What the keys mean after "may we call this number back"."""


class PhoneCall(Claimable, Base):
    """One call to us. While it wants work, its provider is still to be asked for a recording that nobody told of."""

    __tablename__ = "phone_call"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chat.id"), index=True)
    report_id: Mapped[UUID | None] = mapped_column(ForeignKey("report.id"), index=True)
    """What was reported by it: what is said in it belongs there, however late we hear of that. None while a helper may
    only be returning a call of ours."""
    sid: Mapped[str] = mapped_column(String(64), unique=True)
    """How the provider names it."""
    language: Mapped[str | None] = mapped_column(String(16))
    """What the caller chose by a key."""
    began_at: Mapped[datetime]
    recorded_at: Mapped[datetime | None]
    """When we first heard of a recording of it."""


TABLE: Table = PhoneCall.__table__  # type: ignore[assignment]  # declarative tables are Tables


def is_number(address: str) -> bool:
    """Whether somebody can be called back there."""
    return PHONE_NUMBER.fullmatch(address) is not None and address not in HIDDEN


def take_call(unit: UnitOfWork, sid: str, caller: str, language: str) -> PhoneCall:
    """Keep that somebody calls, and report it at once; the same call again changes nothing.

    A helper who calls may only be returning a call of ours: they are heard from the next step on, see
    :func:`choose_language`.
    ``language``: which is spoken to whoever chooses none.
    """
    address = caller if is_number(caller) else f"{WITHHELD}:{sid}"
    hold_address(unit, address)
    chat = find_or_open_chat(unit, VOICE, address)
    call, fresh = _begin(unit, chat, sid)
    if fresh:
        chat.language = chat.language or language
        if not owners_of(unit, chat):
            _report(unit, chat, call)
    return call


def _begin(unit: UnitOfWork, chat: Chat, sid: str) -> tuple[PhoneCall, bool]:
    """Return the row of a call, and whether it is new: of two requests at once one makes it."""
    fresh = unit.session.scalar(
        insert_into(unit.session, TABLE)
        .values(id=new_id(), chat_id=chat.id, sid=sid, began_at=unit.now, due_at=unit.now + CALL_BACK_AFTER, tries=0)
        .on_conflict_do_nothing(index_elements=[TABLE.c.sid])
        .returning(TABLE.c.id)
    )
    return unit.session.scalars(select(PhoneCall).where(PhoneCall.sid == sid)).one(), fresh is not None


def _report(unit: UnitOfWork, chat: Chat, call: PhoneCall) -> Report:
    """Report a call, with the open case of its number; of a helper, who tells of many people, as a case of its own."""
    unit.actor = f"chat:{chat.id}"
    if owners_of(unit, chat):
        chat.case_id = chat.dialogue = None
    stand_by_number(unit, chat)
    unsafe, is_new = said_unsafe(unit, chat), chat.case_id is None
    receive(unit, chat, Heard(Sent(Kind.OTHER), CALLED, "{}"), decide=_keep)
    report = intake.current_report(unit, chat)
    if report is None:
        raise LookupError("a call was heard and nothing was opened")
    call.report_id = report.id
    if unsafe and is_new:  # whoever works on this report has to know it
        intake.record_answer(unit, report, CALL.name, value=UNSAFE)
    if not unsafe and is_number(address_of(unit, chat)):
        planned = PlannedWatch(WatchKind.CALL_BACK, 1, unit.now + CALL_BACK_AFTER, "coordinator", None)
        open_watch(unit, report.case_id, call.id, planned)
    unit.session.flush()
    return report


def _caller(unit: UnitOfWork, call: PhoneCall) -> Chat:
    """Return the conversation of a call, before anything of it is changed: whatever else its number brings waits."""
    chat = unit.session.get_one(Chat, call.chat_id)
    hold_address(unit, address_of(unit, chat))
    return chat


def _report_of(unit: UnitOfWork, call: PhoneCall) -> Report | None:
    return None if call.report_id is None else unit.session.get_one(Report, call.report_id)


def _hold_case(unit: UnitOfWork, report: Report) -> None:
    """Lock the case before its log and its watches, as everywhere: two in opposite order would wait in a circle."""
    unit.session.get_one(Case, report.case_id, with_for_update=OWN, populate_existing=True)


def _keep(state: State, _given: Input, _now: datetime) -> Outcome:
    """Whatever comes by telephone is kept, and the dialogue has no more to say than the call itself says."""
    effects = (AddMessage(),) if state.opened else (OpenReport(), AddMessage())
    return Outcome(replace(state, opened=True, finished=True, asked=None), effects)


def find_call(unit: UnitOfWork, sid: str) -> PhoneCall | None:
    """Return a call that was kept; None for one that we never heard of, or whose case was erased."""
    return unit.session.scalars(select(PhoneCall).where(PhoneCall.sid == sid)).one_or_none()


def choose_language(unit: UnitOfWork, call: PhoneCall, language: str, *, chosen: bool) -> None:
    """Speak a language from now on; a helper who has stayed so long has something to report. Safe to repeat.

    Whether they pressed a key makes no difference: who is in need may not be able to, and is told that people know.
    """
    chat = _caller(unit, call)
    call.language = language
    if chosen:
        chat.language, chat.language_chosen = language, True
    report = _report_of(unit, call)
    if report is None:
        _report(unit, chat, call)
    elif chosen and len(intake.reports_in(unit, report.case_id)) == 1:
        unit.session.get_one(Case, report.case_id).language = language
    unit.session.flush()


def note_recording(unit: UnitOfWork, call: PhoneCall, sid: str) -> bool:
    """Keep that something was said, and have it fetched; return whether it is news. Told twice, it is kept once.

    It stays with what its own call reported, whatever else was reported from that number meanwhile. Whoever left a
    message is not called back because they left none.
    """
    if not is_first(unit, RECORDING, sid):
        return False
    chat = _caller(unit, call)
    unit.actor = f"chat:{chat.id}"
    report = _report_of(unit, call) or _report(unit, chat, call)
    _hold_case(unit, report)
    wrapping = Wrapping(files=(SentFile("voice", source=sid, unique=sid),))
    intake.add_message(unit, report, kind="voice", content=json.dumps({"voice": {}}), wrapping=wrapping)
    call.recorded_at = call.recorded_at or unit.now
    end_watches(unit, report.case_id, [WatchKind.CALL_BACK], [call.id])
    unit.session.flush()
    return True


def answer_call_back(unit: UnitOfWork, call: PhoneCall, key: str) -> None:
    """Keep whether we may call this number back: the answer to the question that every door asks.

    Whoever says that it is not safe is not texted either: a text lies in the phone.
    """
    chat = _caller(unit, call)
    report = _report_of(unit, call)
    if key not in KEYS or report is None:
        return
    _hold_case(unit, report)
    unit.actor = f"chat:{chat.id}"
    intake.record_answer(unit, report, CALL.name, value=KEYS[key])
    if KEYS[key] == UNSAFE:
        keep_away(unit, chat, report.case_id)


def keep_away(unit: UnitOfWork, chat: Chat, case_id: UUID) -> None:
    """Withdraw what was to be texted to a number that is not safe, and ask nobody to call it back. Safe to repeat.

    To be said while the case is held in which they said so.
    """
    for one in conversations_of_number(unit, chat):
        if one.door in TEXTING and not owners_of(unit, one):
            withdraw_texts(unit, one)
        if one.door == VOICE:
            calls = select(PhoneCall.id).join(Report, Report.id == PhoneCall.report_id)
            mine = calls.where(PhoneCall.chat_id == one.id, Report.case_id == case_id)
            end_watches(unit, case_id, [WatchKind.CALL_BACK], unit.session.scalars(mine).all())


def forget_recording(unit: UnitOfWork, event: Event) -> None:
    """Have the provider erase what was said or sent by telephone and lies here now, or never will. Safe to repeat."""
    match event:
        case FileStored(file_id=file_id):
            which: tuple[ColumnElement[bool], ...] = (Download.file_id == file_id,)
        case FileNotFetched(message_id=message_id):
            which = (Download.message_id == message_id, Download.state != FileState.WAITING)
        case _:
            return
    by_telephone = (
        select(Download, Chat.door).join(Chat, Chat.id == Download.chat_id).where(*which, Chat.door.in_(KEPT_THERE))
    )
    for download, door in unit.session.execute(by_telephone).all():
        have_forgotten(unit, door, source_of(unit, download))
