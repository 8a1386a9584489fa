"""Asking a person at risk whether all is as usual, and hearing that it is: in words that tell a stranger nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from cases.docket.events import WatchOpened
from cases.docket.models import Watch
from cases.docket.vocabulary import WatchKind
from cases.duress import folded, speaks
from cases.models import Case, Report, ReportMessage
from cases.retention import is_closed
from cases.sealed import check_ins
from cases.sealed.beating import is_quiet
from cases.sealed.keeping import file_of_case
from cases.sealed.models import CheckIn, SealedFile
from dialogue.model import Reply, Said
from dialogue.sealed.deciding import well_asked
from dialogue.sealed.talk import is_known, tell
from store.base import OWN
from store.chats import Chat
from store.claims import Claim, finish
from store.timers import TABLE, Timer, set_timer
from texts.catalogue import LANGUAGES, say

if TYPE_CHECKING:
    from datetime import datetime

    from dialogue.sealed.talk import Talk
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

YES: Final = "ok okay yes да хорошо жақсы иә жахши ياخشى ھەئە جاقسى 好 是 iyi evet ha yaxshi"
"""Words that say that all is well, and nothing else, as people type them here and next door."""


def ask_in_time(unit: UnitOfWork, timer: Timer, held: Claim) -> None:
    """Ask if it is the agreed hour, wait for the answer, and wind the next time.

    Of hours that passed while we stood still the person is asked once, and has their time to answer from then.
    """
    finish(unit.session, TABLE, held)
    case_id = unit.session.get_one(CheckIn, timer.subject_id).case_id
    unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    row = unit.session.get_one(CheckIn, timer.subject_id, with_for_update=OWN, populate_existing=True)
    if row.next_at is None or is_closed(unit, case_id):
        return
    if row.next_at > unit.now:
        set_timer(unit, timer.kind, row.id, row.next_at)
        return
    _ask(unit, row, f"{row.id}:{row.next_at.isoformat()}")
    check_ins.begin_waiting(unit, row)


def ask_out_of_turn(unit: UnitOfWork, event: Event) -> None:
    """Ask at once where a paper or a summons opened a check-in, but at night: then only people look after it.

    Safe to repeat.
    """
    if not isinstance(event, WatchOpened) or event.watch != WatchKind.CHECK_IN or event.case_id is None:
        return
    unit.session.get_one(Case, event.case_id, with_for_update=OWN, populate_existing=True)
    row = check_ins.check_in_of(unit, event.case_id)
    watch = unit.session.get_one(Watch, event.watch_id)
    if row is not None and watch.matter_id != row.id and not is_quiet(row.zone, unit.now):
        _ask(unit, row, str(event.watch_id))


def _ask(unit: UnitOfWork, row: CheckIn, once: str) -> None:
    """Write to the person, once; to somebody who had us stop writing nothing is sent, and people look after them.

    Nor is anything into a conversation that may be a trap.
    """
    chat = unit.session.get_one(Chat, row.chat_id)
    if chat.muted_at is None:
        tell(unit, chat, well_asked(), row.zone, once=f"check_in:{once}")


def take_as_well(talk: Talk) -> list[Reply]:
    """Note that all is well, unless they were made to say so; what is said is the same."""
    seen = check_ins.agreed_in(talk.unit, talk.chat.id)
    if seen is not None:
        file = file_of_case(talk.unit, seen.case_id)  # the case and its file before its check-ins
        row = check_ins.check_in_of(talk.unit, seen.case_id)
        if row is not None and file is not None and file.forced_at is not None:
            check_ins.miss_now(talk.unit, row)
        elif row is not None:
            check_ins.answered(talk.unit, row)
    return [Reply("reply.check_thanks")]


def answers_check_in(talk: Talk) -> bool:
    """Whether words answer a check-in: the agreed phrase, the word for being forced, or a plain yes, and nothing else.

    A plain yes only as long as nothing else was talked of since that was asked: it may answer something else. Anything
    else is heard as ever: somebody may be crying for help.
    """
    unit = talk.unit
    row = check_ins.agreed_in(unit, talk.chat.id) if isinstance(talk.heard.given, Said) else None
    since = None if row is None else check_ins.asked_at(unit, row)
    if row is None or since is None:
        return False
    file = unit.session.scalars(select(SealedFile).where(SealedFile.case_id == row.case_id)).one_or_none()
    if file is None or not is_known(unit, file, talk.words):
        talked_at = None if file is None else file.talked_at
        if folded(talk.words) not in _yes() or _talked_since(talk, since, talked_at):
            return False
    for reply in take_as_well(talk):
        tell(unit, talk.chat, reply, talk.zone)
    return True


def _talked_since(talk: Talk, since: datetime, talked_at: datetime | None) -> bool:
    """Whether anything was told here since an instant, to the file or in a report."""
    told = select(func.max(ReportMessage.received_at)).join(Report, Report.id == ReportMessage.report_id)
    told_at = talk.unit.session.scalar(told.where(Report.chat_id == talk.chat.id))
    return any(at is not None and at > since for at in (talked_at, told_at))


def says_yes(words: str) -> bool:
    """Whether words are such as anybody says to a check-in: nobody is known by those, or forced when they say them."""
    return any(speaks(one, words) for one in _yes())


def _yes() -> frozenset[str]:
    return frozenset(YES.split()) | {folded(say("option.check.ok", language)) for language in LANGUAGES}
