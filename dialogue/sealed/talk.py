"""One thing that is said where a sealed file is talked of: who says it, which file that is, and what was asked last.

Under the word for being forced everything looks as it would otherwise; what is kept, and who is told, differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alerts.messages.buttons import mint
from alerts.messages.outbox import enqueue
from cases.sealed.keeping import file_of_chat, glance, holds_duress, is_phrase
from cases.urgency import Need, needs_of, read_urgency
from dialogue.reception import DIALOGUE, Heard
from dialogue.sealed.deciding import OPEN_FOR, PROVED, ZONE
from dialogue.silence import is_suspected

if TYPE_CHECKING:
    from cases.sealed.models import SealedFile
    from dialogue.model import Reply
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

NAMED: Final = {"name": "name_native", "birth": "birth_date"}
AGREED: Final = {"phrase": "phrase", "duress": "duress_word"}
"""Which part of a file is answered by what is asked."""
TELEGRAM: Final = "telegram"


@dataclass
class Talk:
    """One thing that is carried out: by whom, in which file, of which house."""

    unit: UnitOfWork
    chat: Chat
    heard: Heard
    file: SealedFile | None
    asked: str | None
    zone: str
    forced: bool = False

    @property
    def words(self) -> str:
        """What was said in words; nothing where it was a button or a file."""
        return self.heard.words or ""


def is_talking(unit: UnitOfWork, chat: Chat) -> bool:
    """Whether what is said next in a conversation goes to its sealed file."""
    return chat.door == TELEGRAM and open_question(unit, glance(unit, chat.id)) is not None


def hold(talk: Talk) -> None:
    """Lock the file of this conversation, and look once more what was asked."""
    talk.file = file_of_chat(talk.unit, talk.chat.id)
    talk.asked = open_question(talk.unit, talk.file)
    talk.forced = talk.file is not None and talk.file.forced_at is not None


def open_question(unit: UnitOfWork, file: SealedFile | None) -> str | None:
    """What was asked last, as long as the conversation about the file is open."""
    if file is None or file.talked_at is None or unit.now - file.talked_at >= OPEN_FOR:
        return None
    return file.asked


def close(talk: Talk) -> None:
    """Have what is said from now on heard as ever."""
    if talk.file is not None and talk.file.asked is not None:
        talk.file.asked = None
        talk.unit.session.flush()


def cries(talk: Talk) -> bool:
    """Whether words cry for help. Those by which the person is known never do, where they are asked for them."""
    if talk.asked in PROVED and talk.file is not None and is_known(talk.unit, talk.file, talk.words):
        return False
    return cries_for_help(talk.words)


def cries_for_help(words: str) -> bool:
    """Whether words speak of somebody who is taken or sent back. Pure."""
    return Need.LAWYER in needs_of(read_urgency(words), None)


def is_known(unit: UnitOfWork, file: SealedFile, words: str) -> bool:
    """Whether words are what only the person knows: the agreed phrase, or the word for being forced."""
    return is_phrase(unit, file, words) or holds_duress(unit, file, words)


def tell(unit: UnitOfWork, chat: Chat, reply: Reply, zone: str, *, once: str | None = None) -> None:
    """Queue one reply, silently; into a conversation that may be a trap none leaves."""
    if is_suspected(unit, chat):
        return
    rows = [[mint(unit, chat.id, f"{DIALOGUE}{one.action}", one.key) for one in row] for row in reply.buttons]
    values = {name: zone if value == ZONE else value for name, value in reply.values.items()}
    enqueue(
        unit,
        chat,
        reply.key,
        language=chat.language or "en",
        values=values,
        buttons=rows,
        silent=True,
        dedupe_key=once,
    )
