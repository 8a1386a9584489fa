"""What somebody sends by the form becomes what the conversation hears: words first, in one commit, then their files.

The words, and that there are files, are kept before anything else is done. Each file follows in short transactions of
its own; one that a crash lost is taken again when the browser sends the same form again, and nothing else is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from cases.events import FileNotFetched
from cases.files import SentFile, ask_for_file, may_keep
from cases.intake import Wrapping
from cases.media import media_type
from cases.models import Download, FileState, Report, ReportAnswer, ReportMessage
from contacts.accounts.throttle import Limit, count_try, key_of
from dialogue.coming_back import WebSending, address_from, give_receipt, is_first, name_of_sending, number_from
from dialogue.model import Kind, Meant, Said, Sent
from dialogue.notices import tell_reporter_of_file
from dialogue.questions import NO_LAWYER
from dialogue.reception import Heard, receive
from store.base import OWN
from store.chats import WEB, Chat, find_or_open_chat
from store.data_keys import case_scope
from store.files import FileWriter, Within, begin_file, discard_unfinished
from web.report.body import LARGEST_BODY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from dialogue.model import Input
    from store.unit_of_work import Store, UnitOfWork
    from web.report.body import Upload
    from web.report.tickets import Ticket

LEAVING: Final = ("stop", "wipe", NO_LAWYER)
"""Buttons of the page that stand for a command."""
SHOWN_AGAIN_FOR: Final = timedelta(hours=1)
"""How long the number is shown again to the same form: a lost answer, a page that was loaded anew."""
PER_DAY: Final = 2 * 1024**3
"""Bytes of files that all who come by the form leave here within a day; beyond that their words alone are kept."""
FILES_OF_A_SOURCE: Final = Limit(40, timedelta(hours=1))
"""Files from one address; those behind Tor share ours and are not counted so."""


@dataclass(frozen=True)
class Told:
    """What one form brought. ``language``: of the page it stood on; ``chosen``: whether the person chose that."""

    words: str = field(repr=False)
    uploads: tuple[Upload, ...] = field(default=(), repr=False)
    language: str = "en"
    chosen: bool = False
    question: str | None = None
    """The question it stood under."""
    corrects: bool = False
    """Whether it corrects what was told last."""
    source: str | None = field(default=None, repr=False)
    """The address it came from, where that tells people apart."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that could be kept."""
        return not self.words.strip() and not self.uploads


@dataclass(frozen=True)
class Begun:
    """A report was made, or had been by the same form. ``number`` to come back with; None once it was shown enough."""

    chat_id: UUID
    number: str | None = field(repr=False)


def begin(store: Store, ticket: Ticket, told: Told) -> Begun:
    """Keep the first words of somebody; the same form sent again keeps nothing twice and answers the same."""
    try:
        begun = _begin(store, ticket, told)
    except IntegrityError:  # the same form came twice in the same moment; the other one has begun
        begun = _begin(store, ticket, told)
    _keep_files(store, ticket, begun.chat_id, told)
    return begun


def _begin(store: Store, ticket: Ticket, told: Told) -> Begun:
    with store.unit("web") as unit:
        chat = find_or_open_chat(unit, WEB, address_from(ticket.secret))
        number = number_from(unit, ticket.secret)
        since = give_receipt(unit, chat, number)
        hear(unit, chat, ticket, told)
        again = unit.now - since < SHOWN_AGAIN_FOR
        return Begun(chat.id, number if again else None)


def go_on(store: Store, ticket: Ticket, chat_id: UUID, told: Told) -> None:
    """Keep what somebody adds; each thing once, however often it is sent."""
    with store.unit("web") as unit:
        hear(unit, unit.session.get_one(Chat, chat_id), ticket, told)
    _keep_files(store, ticket, chat_id, told)


def press(store: Store, ticket: Ticket, chat_id: UUID, given: Input, kept: str) -> None:
    """Hear a button, once. ``kept``: its name, as the press is known by."""
    with store.unit("web") as unit:
        hear_press(unit, unit.session.get_one(Chat, chat_id), ticket, given, kept)


def hear_press(unit: UnitOfWork, chat: Chat, ticket: Ticket, given: Input, kept: str) -> None:
    """Hear a button in this unit, once."""
    unit.actor = f"chat:{chat.id}"
    if is_first(unit, chat, name_of_sending(unit, ticket.secret, "press", kept)):
        receive(unit, chat, Heard(given, "tap", kept))


@dataclass(frozen=True)
class _Thing:
    """One thing of a form, as the conversation hears it. ``name``: by what it is recognised when it comes again."""

    given: Said | Sent
    kind: str
    content: str = field(repr=False)
    name: bytes = field(repr=False)


def hear(unit: UnitOfWork, chat: Chat, ticket: Ticket, told: Told) -> None:
    """Let the conversation hear what is new in a form: the words, then each file; the first under its question.

    What stands under none answers none: the page shows them all, and nobody knows which one comes next. A browser that
    sends a form again may have lost its files meanwhile, or got others: each thing counts by itself.
    """
    unit.actor = f"chat:{chat.id}"
    if told.chosen:
        chat.language, chat.language_chosen = told.language, True
    new = [thing for thing in _things(unit, ticket, told) if is_first(unit, chat, thing.name)]
    album = _album(unit, ticket) if told.uploads else None
    for at, thing in enumerate(new):
        number = _last_number(unit, chat) + 1
        corrects = _told_last(unit, chat) if told.corrects and thing.kind == "text" else None
        given: Input = Meant(told.question, thing.given) if at == 0 and corrects is None else thing.given
        wrapping = Wrapping(number=corrects or number, correction=corrects is not None, album=album)
        words = thing.content if thing.kind == "text" else None
        receive(unit, chat, Heard(given, thing.kind, thing.content, words, told.language, wrapping))
        if thing.kind != "text":
            _note_message(unit, chat, thing.name, number)


def _things(unit: UnitOfWork, ticket: Ticket, told: Told) -> Iterator[_Thing]:
    if told.words.strip():
        name = name_of_sending(unit, ticket.secret, "words", told.question or "", str(told.corrects), told.words)
        yield _Thing(Said(told.words), "text", told.words, name)
    for upload in told.uploads:
        name = _name_of_file(unit, ticket, upload)
        yield _Thing(Sent(Kind(upload.kind)), upload.kind, _about(upload), name)


def _name_of_file(unit: UnitOfWork, ticket: Ticket, upload: Upload) -> bytes:
    return name_of_sending(unit, ticket.secret, "file", upload.name, upload.digest)


def _note_message(unit: UnitOfWork, chat: Chat, name: bytes, number: int) -> None:
    """Remember which message stands for a file."""
    message = (
        select(ReportMessage.id)
        .join(Report, Report.id == ReportMessage.report_id)
        .where(Report.chat_id == chat.id, ReportMessage.number == number)
    )
    unit.session.execute(
        update(WebSending).where(WebSending.name_index == name).values(message_id=message.scalar_subquery())
    )


def _about(upload: Upload) -> str:
    """What is kept of a file beside its bytes, as the other door describes one."""
    return json.dumps({"document": {"file_name": upload.name, "file_size": len(upload.content)}})


def _album(unit: UnitOfWork, ticket: Ticket) -> str:
    """What a form sends belongs together, under an opaque name."""
    return name_of_sending(unit, ticket.secret, "album").hex()[:32]


def _last_number(unit: UnitOfWork, chat: Chat) -> int:
    """The highest number given to anything in a conversation: this door numbers by itself."""
    found = select(func.max(ReportMessage.number)).join(Report, Report.id == ReportMessage.report_id)
    return unit.session.scalar(found.where(Report.chat_id == chat.id)) or 0


def _told_last(unit: UnitOfWork, chat: Chat) -> int | None:
    """The number of what was told last without answering a question."""
    answers = select(ReportAnswer.message_id).where(ReportAnswer.message_id.is_not(None))
    return unit.session.scalar(
        select(ReportMessage.number)
        .join(Report, Report.id == ReportMessage.report_id)
        .where(Report.chat_id == chat.id, ReportMessage.kind == "text", ~ReportMessage.correction)
        .where(ReportMessage.id.not_in(answers))
        .order_by(ReportMessage.number.desc())
        .limit(1)
    )


# --- Files


def _keep_files(store: Store, ticket: Ticket, chat_id: UUID, told: Told) -> None:
    """Keep each file with the message that stands for it, unless that has been done."""
    if not told.uploads:
        return
    with store.read() as unit:
        names = {_name_of_file(unit, ticket, upload): upload for upload in told.uploads}
        standing = select(WebSending.name_index, WebSending.message_id).where(WebSending.name_index.in_(names))
        messages = {row.name_index: row.message_id for row in unit.session.execute(standing)}
    for name, upload in names.items():
        message_id = messages.get(name)
        if message_id is not None:
            _keep_file(store, chat_id, message_id, upload, told.source)


def keep_files_within(unit: UnitOfWork, chat_id: UUID, ticket: Ticket, told: Told) -> None:
    """Keep each file with the message that stands for it, in this unit: of a form that was sealed all is one thing."""
    for upload in told.uploads:
        name = _name_of_file(unit, ticket, upload)
        message_id = unit.session.scalar(select(WebSending.message_id).where(WebSending.name_index == name))
        if message_id is None or _has_file(unit, message_id):
            continue
        message = _lock(unit, message_id)
        state = _may_keep(unit, chat_id, upload, None)
        sent = SentFile(upload.kind, WEB, upload.digest.hex(), len(upload.content) or None)
        if state is not FileState.WAITING:
            _leave(unit, message, sent, state)
            continue
        scope = case_scope(message.case_id)
        file_id = begin_file(unit, scope)
        writer = FileWriter(Within(unit), file_id, scope, media_of=media_type, limit=LARGEST_BODY)
        writer.write(upload.content)
        ask_for_file(unit, unit.session.get_one(Report, message.report_id), message_id, replace(sent, written=writer))


def _keep_file(store: Store, chat_id: UUID, message_id: UUID, upload: Upload, source: str | None) -> None:
    with store.unit(f"chat:{chat_id}") as unit:
        message = _lock(unit, message_id)
        if _has_file(unit, message_id):
            return
        state = _may_keep(unit, chat_id, upload, source)
        sent = SentFile(upload.kind, WEB, upload.digest.hex(), len(upload.content) or None)
        if state is not FileState.WAITING:
            _leave(unit, message, sent, state)
            return
        scope = case_scope(message.case_id)
        file_id = begin_file(unit, scope)
    writer = FileWriter(store, file_id, scope, media_of=media_type, limit=LARGEST_BODY)
    writer.write(upload.content)
    with store.unit(f"chat:{chat_id}") as unit:
        message = _lock(unit, message_id)
        if _has_file(unit, message_id):
            discard_unfinished(unit, file_id)
            return
        report = unit.session.get_one(Report, message.report_id)
        kept = SentFile(upload.kind, WEB, upload.digest.hex(), len(upload.content), written=writer)
        ask_for_file(unit, report, message_id, kept)


def _lock(unit: UnitOfWork, message_id: UUID) -> ReportMessage:
    return unit.session.get_one(ReportMessage, message_id, with_for_update=OWN, populate_existing=True)


def _has_file(unit: UnitOfWork, message_id: UUID) -> bool:
    return unit.session.scalar(select(Download.id).where(Download.message_id == message_id).limit(1)) is not None


def _leave(unit: UnitOfWork, message: ReportMessage, sent: SentFile, state: FileState) -> None:
    """Note that a file is not kept, and say so on the very page that answers."""
    report = unit.session.get_one(Report, message.report_id)
    refused = SentFile(sent.kind, sent.source, sent.unique, sent.size, refused=state)
    ask_for_file(unit, report, message.id, refused)
    if report.chat_id is not None:
        left = FileNotFetched(case_id=message.case_id, message_id=message.id, chat_id=report.chat_id, why=state)
        tell_reporter_of_file(unit, left)


def _may_keep(unit: UnitOfWork, chat_id: UUID, upload: Upload, source: str | None) -> FileState:
    if not upload.whole:
        return FileState.TOO_LARGE
    if source is not None and not count_try(unit, key_of(unit, "web_files", source), FILES_OF_A_SOURCE):
        return FileState.TOO_MANY
    if _left_since(unit, unit.now - timedelta(days=1)) + len(upload.content) > PER_DAY:
        return FileState.TOO_MANY
    return may_keep(unit, chat_id, len(upload.content))


def _left_since(unit: UnitOfWork, since: datetime) -> int:
    """Bytes of files that came by the form since then."""
    found = select(func.sum(Download.size)).join(Chat, Chat.id == Download.chat_id)
    kept = (Chat.door == WEB, Download.state == FileState.STORED, Download.asked_at > since)
    return unit.session.scalar(found.where(*kept)) or 0
