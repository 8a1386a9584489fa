"""What somebody writes by WhatsApp: a report as by text, and the word that lets us write to them for a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.messages.held import is_held, let_go
from alerts.messages.outbox import cancel
from dialogue.by_sms import hear_text
from dialogue.doors import WIPED
from dialogue.model import Reply
from dialogue.silence import is_suspected
from dialogue.telling import tell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alerts.messages.incoming import Attached
    from dialogue.by_sms import Pin
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

ERASE: Final = "/wipe"


def hear_whatsapp(
    unit: UnitOfWork,
    chat: Chat,
    text: str,
    at: datetime,
    *,
    files: Sequence[Attached] = (),
    place: Pin | None = None,
) -> None:
    """Hear what was written at an instant, in the unit that puts its raw copy away; what waited for a word leaves.

    Not what waited to be told of a case that was closed meanwhile: what is written now is a report of its own.
    The word that erases is answered, but where it may be a trap; what stands behind it is heard as well.
    """
    case_id, chat.heard_at = chat.case_id, at if chat.heard_at is None else max(chat.heard_at, at)
    first, *behind = text.split(maxsplit=1) or [""]
    erases = first.lower() == ERASE
    if not erases or behind or files:
        hear_text(unit, chat, text, files=files, place=place)
    if erases and not is_suspected(unit, chat):
        once = f"wiped:{chat.id}:{at.isoformat()}"
        tell(unit, chat, Reply(WIPED), language=chat.language or "en", dedupe_key=once)
    if case_id is not None and chat.case_id != case_id:
        cancel(unit, *is_held(chat.id))
    let_go(unit, chat)
