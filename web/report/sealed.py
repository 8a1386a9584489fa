"""What the form takes in while the instance is locked, and how it is heard once there are keys again.

Nothing of a form that was shown before can be proved without keys: it is kept as it came, and judged when it is opened.
What begins a report gets a number that comes from what the form carries alone, so that sending it twice shows the same.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from dialogue.coming_back import DIGITS, address_from, find_by_number, give_receipt
from dialogue.model import Command
from store.chats import WEB, Chat, find_or_open_chat
from web.report.body import Upload
from web.report.keeping import LEAVING, Told, hear, hear_press, keep_files_within
from web.report.shown import button
from web.report.tickets import SECRET_BYTES, Ticket, opened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dialogue.model import Input
    from store.unit_of_work import UnitOfWork

SOURCE: Final = "form"
"""Under which it lies in the inbox."""


@dataclass(frozen=True)
class SealedForm:
    """One form that was sent. ``form``: its ticket, as it came; ``typed``: a number to come back with."""

    form: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    typed: str = field(default="", repr=False)
    do: str = ""
    language: str = "en"
    chosen: bool = False
    question: str = ""
    corrects: bool = False
    files: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """What each file is called, and its bytes in base64."""

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """The files."""
        return tuple(Upload(name, base64.b64decode(content)) for name, content in self.files)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that could be kept."""
        return not self.words.strip() and self.pressed is None and not self.files

    @property
    def pressed(self) -> Input | None:
        """The button that was pressed, if it is one that anything follows from."""
        return Command(self.do) if self.do in LEAVING else button(self.do)

    @property
    def secret(self) -> bytes:
        """What stands for the form's own secret, which is not proved: whoever has one form has one report."""
        return hashlib.sha256(b"locked" + self.form.encode("utf-8", "replace")).digest()[:SECRET_BYTES]

    @property
    def number(self) -> str:
        """The number to come back with, 24 digits."""
        digest = hashlib.sha256(b"number" + self.secret).digest()
        return f"{int.from_bytes(digest, 'big') % 10**DIGITS:0{DIGITS}}"


def fresh_form() -> str:
    """Return what a form carries that is shown while nothing can be sealed with a key of ours."""
    return base64.urlsafe_b64encode(secrets.token_bytes(SECRET_BYTES)).decode().rstrip("=")


def tells_apart(form: str) -> bool:
    """Whether what a form carried is long enough to stand for it alone: two people must never be taken for one."""
    return len(form) >= len(fresh_form())


def with_files(sent: SealedForm, uploads: Iterable[Upload]) -> SealedForm:
    """Return the same with files: those of which all came."""
    whole = ((one.name, base64.b64encode(one.content).decode("ascii")) for one in uploads if one.whole)
    return replace(sent, files=tuple(whole))


def pack(sent: SealedForm) -> str:
    """Return it as one text. Without files it is what an earlier release can read as well."""
    return json.dumps({name: value for name, value in asdict(sent).items() if value or name != "files"})


def unpack(kept: str) -> SealedForm:
    """Read what :func:`pack` made."""
    stored: dict[str, Any] = json.loads(kept)
    files = tuple((str(name), str(content)) for name, content in stored.pop("files", ()))
    return SealedForm(**stored, files=files)


def hear_sealed(unit: UnitOfWork, kept: str) -> None:
    """Hear what was sent while it was locked: with the report it belongs to, or as a new one. No word of it is lost."""
    sent = unpack(kept)
    proved = opened(unit.vault.subkey("web_form"), sent.form)
    chat = _belongs_to(unit, sent, proved)
    if chat is None:
        if not sent.words.strip() and not sent.files:
            return
        ticket = Ticket(sent.secret, unit.now)
        chat = find_or_open_chat(unit, WEB, address_from(ticket.secret))
        give_receipt(unit, chat, sent.number)
    else:
        ticket = proved or Ticket(sent.secret, unit.now, chat.id)
        _press(unit, sent, ticket, chat)
    told = Told(
        words=sent.words,
        uploads=sent.uploads,
        language=sent.language,
        chosen=sent.chosen,
        question=sent.question or None,
        corrects=sent.corrects,
    )
    if not told.is_empty:
        hear(unit, chat, ticket, told)
        keep_files_within(unit, chat.id, ticket, told)


def _belongs_to(unit: UnitOfWork, sent: SealedForm, proved: Ticket | None) -> Chat | None:
    """The report that a form we made goes on with, or whose number was typed."""
    if proved is not None and proved.chat_id is not None:
        return unit.session.get(Chat, proved.chat_id)
    return find_by_number(unit, sent.typed) if sent.typed else None


def _press(unit: UnitOfWork, sent: SealedForm, ticket: Ticket, chat: Chat) -> None:
    if sent.pressed is not None:
        hear_press(unit, chat, ticket, sent.pressed, sent.do)
