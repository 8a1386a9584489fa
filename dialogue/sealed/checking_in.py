"""Asking a person at risk whether all is as usual: silently, in words that tell a stranger nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.docket.models import Watch
from cases.docket.vocabulary import WatchKind
from cases.events import WatchOpened
from cases.models import Case
from cases.retention import is_closed
from cases.sealed.beating import is_quiet
from cases.sealed.check_ins import begin_waiting, check_in_of
from cases.sealed.models import CheckIn
from dialogue.sealed import well_asked
from dialogue.sealing import tell
from store.base import OWN
from store.chats import Chat
from store.claims import Claim, finish
from store.timers import TABLE, Timer, set_timer

if TYPE_CHECKING:
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork


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
    begin_waiting(unit, row)


def ask_out_of_turn(unit: UnitOfWork, event: Event) -> None:
    """Ask at once where a paper or a summons opened a check-in, but at night: then only people look after it.

    Safe to repeat.
    """
    if not isinstance(event, WatchOpened) or event.watch != WatchKind.CHECK_IN or event.case_id is None:
        return
    unit.session.get_one(Case, event.case_id, with_for_update=OWN, populate_existing=True)
    row = check_in_of(unit, event.case_id)
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
