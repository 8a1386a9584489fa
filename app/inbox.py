"""The inbox queue: what came in at any door, handled by the door it came in at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from alerts.answering.sms import hear_sms
from alerts.messages.incoming import have_forgotten, unpack
from alerts.models import CANARY
from alerts.occasions.canary import ANSWERS, hear_canary
from app.queues import note_parked
from bot.handler import handle
from dialogue.by_sms import hear_text
from dialogue.by_whatsapp import hear_whatsapp
from dialogue.calling_locked import hear_sealed_call
from store import claims
from store.chats import SMS, WHATSAPP
from store.inbox import TABLE, InboxItem, claim_inputs, in_turn, open_input
from store.queues import Queue
from web.locked_phone import CALLS
from web.report.sealed import SOURCE as FORM
from web.report.sealed import hear_sealed

if TYPE_CHECKING:
    from store.chats import Chat
    from store.claims import Claim
    from store.unit_of_work import UnitOfWork


def _hear_sms(unit: UnitOfWork, _: InboxItem, chat: Chat, kept: str) -> None:
    """Have a text heard, and have its provider forget what it said; a file of a report, once it was fetched."""
    text = unpack(kept)
    is_report = hear_sms(unit, chat, text.words, partial(hear_text, files=text.files, place=text.place))
    for sid in (text.sid, *(() if is_report else (one.name for one in text.files))):
        have_forgotten(unit, SMS, sid)


def _hear_whatsapp(unit: UnitOfWork, item: InboxItem, chat: Chat, kept: str) -> None:
    """Have what was written by WhatsApp heard. It is a report, whoever writes: nobody is alerted there."""
    text = unpack(kept)
    hear_whatsapp(unit, chat, text.words, item.received_at, files=text.files, place=text.place)
    have_forgotten(unit, WHATSAPP, text.sid)


Hear = Callable[["UnitOfWork", InboxItem, "Chat", str], None]
HEARD: dict[str, Hear] = {
    SMS: _hear_sms,
    WHATSAPP: _hear_whatsapp,
    CANARY: hear_canary,
    ANSWERS: hear_canary,
}
"""Who hears what a source brings; every other source is a Telegram account."""


SEALED: dict[str, Callable[[UnitOfWork, str], None]] = {
    FORM: hear_sealed,
    CALLS: hear_sealed_call,
}
"""Who hears what came at a door while it was locked; whose it is stands in it."""


def inbox_queue(zone: str) -> Queue:
    """The queue of raw inputs. ``zone``: in which helpers write times where nobody has said a case's own."""
    return Queue("inbox", TABLE, claim_inputs, partial(_handle, zone=zone), _parked, (in_turn(),))


def _handle(unit: UnitOfWork, held: Claim, zone: str) -> None:
    """Hand one input to the door it came in at."""
    source = unit.session.get_one(InboxItem, held.id).source
    if source in SEALED:
        _hear_sealed(unit, held, SEALED[source])
    elif source in HEARD:
        _hear(unit, held, HEARD[source])
    else:
        handle(unit, held, zone)


def _hear(unit: UnitOfWork, held: Claim, hear: Hear) -> None:
    """Have what came in heard and erase the raw copy; its effects and its end are one commit."""
    item, text, chat = open_input(unit, held)
    if chat is not None:
        unit.actor = f"chat:{chat.id}"
        hear(unit, item, chat, text)
    _done(unit, held, item)


def _hear_sealed(unit: UnitOfWork, held: Claim, hear: Callable[[UnitOfWork, str], None]) -> None:
    item, text, _ = open_input(unit, held)
    hear(unit, text)
    _done(unit, held, item)


def _done(unit: UnitOfWork, held: Claim, item: InboxItem) -> None:
    item.payload = None
    unit.session.flush()
    claims.finish(unit.session, TABLE, held)


def _parked(unit: UnitOfWork, held: Claim) -> None:
    note_parked(unit, "inbox", held.id)
