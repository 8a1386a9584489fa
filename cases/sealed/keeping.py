"""Leaving a sealed file, adding to it, looking what is in it, taking it back: by the person, in their conversation."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, exists, func, or_, select, update

from cases.consent.people import enter_fact, take_fact_back
from cases.consent.vocabulary import FieldClass
from cases.duress import folded, is_said, speaks
from cases.files import SentFile, ask_for_sealed_file
from cases.identity.models import IdentitySuggestion
from cases.incidents.naming import unused_codes
from cases.models import Case, Download, FileState
from cases.retention import RetentionError, close_case
from cases.sealed.events import (
    SealedDuressCleared,
    SealedDuressSpoken,
    SealedEntryKept,
    SealedFileBegun,
    SealedFileWithdrawn,
)
from cases.sealed.models import (
    CheckIn,
    EntryKind,
    SealedAnswer,
    SealedApproval,
    SealedEntry,
    SealedFile,
    SealedSource,
)
from store.base import OWN, new_id
from store.data_keys import DataKey, sealed_scope
from store.files import StoredFile
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

MATCHED_BY = ("name_native", "birth_date")
"""Fields that stand outside the seal, so that a report about the person is recognised; the person agrees to that."""
WHOLE = tuple(str(kind) for kind in FieldClass if kind is not FieldClass.COUNSEL)
WHO_AND_WHERE = (str(FieldClass.IDENTITY), str(FieldClass.CUSTODY), str(FieldClass.RETURN))
FIELDS_OF = {"who": WHO_AND_WHERE, "all": WHOLE}
"""What can be signed for beforehand: who and where somebody is, or all that is not for counsel alone."""


def file_of_chat(unit: UnitOfWork, chat_id: UUID) -> SealedFile | None:
    """Return the file that is left in a conversation, as far as that conversation may see one; locked."""
    case_id = unit.session.scalar(select(SealedFile.case_id).where(SealedFile.chat_id == chat_id))
    file = None if case_id is None else file_of_case(unit, case_id)
    return file if file is not None and file.chat_id == chat_id else None


def glance(unit: UnitOfWork, chat_id: UUID) -> SealedFile | None:
    """Return the same to be looked at: nothing is locked, and nothing of it may be changed."""
    return unit.session.scalars(select(SealedFile).where(SealedFile.chat_id == chat_id)).one_or_none()


def file_of_case(unit: UnitOfWork, case_id: UUID) -> SealedFile | None:
    """Return the file of a case, locked; None where it has none.

    The case is locked before it. Whoever changes rows of sealed files locks in one order: the case, its file, its
    check-ins, its watches, then what else there is, several of a kind by their ids.
    """
    unit.session.get(Case, case_id, with_for_update=OWN, populate_existing=True)
    mine = select(SealedFile).where(SealedFile.case_id == case_id).with_for_update(**OWN)
    return unit.session.scalars(mine.execution_options(populate_existing=True)).one_or_none()


def begin(unit: UnitOfWork, chat: Chat) -> SealedFile:
    """Begin a sealed file, with a case that nobody is alerted about. One conversation has one at a time."""
    known = file_of_chat(unit, chat.id)
    if known is not None:
        return known
    case = Case(id=new_id(), code=unused_codes(unit)[0], language=chat.language or "en", opened_at=unit.now)
    unit.session.add(case)
    unit.session.flush()
    file = SealedFile(id=new_id(), case_id=case.id, chat_id=chat.id, left_in=chat.id, begun_at=unit.now)
    unit.session.add(file)
    unit.session.flush()
    unit.record_last(SealedFileBegun(case_id=case.id, file_id=file.id))
    return file


def keep(
    unit: UnitOfWork,
    file: SealedFile,
    kind: EntryKind,
    content: str,
    *,
    form: str = "text",
    number: int | None = None,
    files: Sequence[SentFile] = (),
) -> UUID:
    """Put something into a file, under its key; return the entry's id. Files that come with it are fetched."""
    entry = SealedEntry(id=new_id(), case_id=file.case_id, kind=str(kind), form=form, number=number, left_at=unit.now)
    entry.content = unit.vault.seal(sealed_scope(file.case_id), _place(entry.id), content)
    unit.session.add(entry)
    unit.session.flush()
    if file.chat_id is not None:
        for sent in files:
            ask_for_sealed_file(unit, (file.case_id, file.chat_id, entry.id), sent)
    unit.record_last(SealedEntryKept(case_id=file.case_id, entry_id=entry.id, kind=entry.kind))
    return entry.id


def _place(entry_id: UUID) -> Field:
    return Field("sealed_entry", "content", entry_id)


def content_of(unit: UnitOfWork, entry: SealedEntry) -> str:
    """Open one entry. Whether it may be opened is for the caller to know."""
    return unit.vault.open(sealed_scope(entry.case_id), _place(entry.id), entry.content)


def entries_of(unit: UnitOfWork, case_id: UUID, *kinds: EntryKind) -> Sequence[SealedEntry]:
    """Return what is in a file, or what of it is of some kinds, in the order in which it was left."""
    wanted = select(SealedEntry).where(SealedEntry.case_id == case_id)
    if kinds:
        wanted = wanted.where(SealedEntry.kind.in_([str(kind) for kind in kinds]))
    return unit.session.scalars(wanted.order_by(SealedEntry.left_at, SealedEntry.id)).all()


def not_copied(unit: UnitOfWork, entry_id: UUID) -> FileState | None:
    """Return why something that came with an entry is not copied, and never will be; None where all is, or may be."""
    refused = select(Download.state).where(
        Download.entry_id == entry_id, Download.state.in_((FileState.TOO_LARGE, FileState.TOO_MANY))
    )
    found = unit.session.scalar(refused.order_by(Download.state).limit(1))
    return None if found is None else FileState(found)


def lost_in(unit: UnitOfWork, case_id: UUID) -> int:
    """Return how much of what was sent into a file could not be copied."""
    lost = or_(
        Download.state.in_((FileState.TOO_LARGE, FileState.TOO_MANY)),
        and_(Download.state == FileState.WAITING, Download.parked_at.is_not(None)),
    )
    of_file = (Download.case_id == case_id, Download.entry_id.is_not(None))
    return unit.session.scalar(select(func.count()).select_from(Download).where(*of_file, lost)) or 0


def note_answer(unit: UnitOfWork, file: SealedFile, number: int | None, what: str) -> None:
    """Remember which message answered what was asked, so that a correction of it changes that and nothing else."""
    if number is not None and unit.session.get(SealedAnswer, (file.case_id, number)) is None:
        unit.session.add(SealedAnswer(case_id=file.case_id, number=number, what=what))
        unit.session.flush()


def answer_in(unit: UnitOfWork, file: SealedFile, number: int) -> str | None:
    """Return what a message answered; None where it answered nothing."""
    row = unit.session.get(SealedAnswer, (file.case_id, number))
    return None if row is None else row.what


def counted(unit: UnitOfWork, case_id: UUID) -> dict[str, int]:
    """Return how many things of each kind are in a file; none of what they say."""
    rows = select(SealedEntry.kind, func.count()).where(SealedEntry.case_id == case_id).group_by(SealedEntry.kind)
    found = {row[0]: row[1] for row in unit.session.execute(rows)}
    return {str(kind): found.get(str(kind), 0) for kind in EntryKind}


def name_person(unit: UnitOfWork, file: SealedFile, field: str, value: str) -> None:
    """Keep by what the person is recognised, outside the seal. Raises ConsentError for what is no value of the field.

    ``field`` is one of MATCHED_BY.
    """
    enter_fact(unit, file.case_id, field, value, source="sealed file", confidence="high")


def sign_release(unit: UnitOfWork, file: SealedFile, audience: str, scope: str, trigger: str) -> UUID:
    """Keep what the person signs beforehand, and return the entry's id; ``scope`` is a word of FIELDS_OF."""
    signed = {"audience": audience, "kinds": list(FIELDS_OF[scope]), "trigger": trigger}
    return keep(unit, file, EntryKind.RELEASE, json.dumps(signed))


def say_about_press(unit: UnitOfWork, file: SealedFile, answer: str) -> UUID:
    """Keep what the press may be told: ``unnamed`` or ``named``, if arrested and facing return; or ``never``.

    The latest word counts. Return the entry's id.
    """
    return keep(unit, file, EntryKind.PRESS, json.dumps({"answer": answer}))


def told(entry_content: str) -> dict[str, Any]:
    """Read what :func:`sign_release` and :func:`say_about_press` wrote."""
    found: dict[str, Any] = json.loads(entry_content)
    return found


# Words by which a person is known


def agree_on(unit: UnitOfWork, file: SealedFile, what: str, words: str) -> bool:
    """Keep the agreed ``phrase``, or the ``duress_word``; return whether it can be one.

    It must be long enough, and neither may hold the other: who says one of them must never seem to say both.
    """
    kept = folded(words)
    other = "phrase" if what == "duress_word" else "duress_word"
    sealed = getattr(file, other)
    against = "" if sealed is None else _word(unit, file, other, sealed)
    if len(kept) < SHORTEST or (against and (speaks(kept, against) or speaks(against, kept))):
        return False
    place = Field("sealed_file", what, file.id)
    setattr(file, what, unit.vault.seal(sealed_scope(file.case_id), place, kept))
    unit.session.flush()
    return True


SHORTEST = 4


def is_phrase(unit: UnitOfWork, file: SealedFile, words: str) -> bool:
    """Whether words are the agreed phrase, and nothing else."""
    return file.phrase is not None and is_said(words, _word(unit, file, "phrase", file.phrase))


def _word(unit: UnitOfWork, file: SealedFile, what: str, sealed: bytes) -> str:
    return unit.vault.open(sealed_scope(file.case_id), Field("sealed_file", what, file.id), sealed)


def listen(unit: UnitOfWork, chat_id: UUID, words: str) -> bool:
    """Note whether words that are said in a conversation, whatever about, hold a word for being forced.

    Of every file that was left there, also of one that it seems to have withdrawn. Return whether they did.
    """
    left = select(SealedFile).where(SealedFile.left_in == chat_id, SealedFile.duress_word.is_not(None))
    found = unit.session.scalars(left.order_by(SealedFile.case_id)).all() if words.strip() else ()
    spoken = [one.case_id for one in found if holds_duress(unit, one, words)]
    files = [file_of_case(unit, case_id) for case_id in spoken]
    heard = [heed_duress(unit, file, words) for file in files if file is not None]
    return any(heard)


def holds_duress(unit: UnitOfWork, file: SealedFile, words: str) -> bool:
    """Whether words hold the word for being forced; nothing is noted."""
    return file.duress_word is not None and speaks(words, _word(unit, file, "duress_word", file.duress_word))


def heed_duress(unit: UnitOfWork, file: SealedFile, words: str) -> bool:
    """Note that the person is made to write, if their words hold the word for it; return whether these words do."""
    if not holds_duress(unit, file, words):
        return False
    if file.forced_at is None:
        file.forced_at = unit.now
        unit.session.flush()
        unit.record_last(SealedDuressSpoken(case_id=file.case_id, file_id=file.id))
    return True


def clear_duress(unit: UnitOfWork, file: SealedFile) -> bool:
    """Say that nobody makes the person write, as they confirmed by a safe way; return whether it was thought.

    What they seemed to withdraw is theirs again in the conversation where they left it, unless another is there by now.
    """
    if file.forced_at is None:
        return False
    file.forced_at = None
    if file.chat_id is None and file.left_in is not None and file.opened_at is None:
        taken = select(exists().where(SealedFile.chat_id == file.left_in))
        file.chat_id = None if unit.session.scalar(taken) else file.left_in
    unit.session.flush()
    unit.record_last(SealedDuressCleared(case_id=file.case_id, file_id=file.id))
    return True


# Taking it back


def withdraw(unit: UnitOfWork, file: SealedFile) -> int:
    """Take a file back: its key is destroyed and what lay under it is gone; return how many things it held.

    Of somebody who is made to withdraw, it is only hidden from their conversation. Of a file that was opened nothing is
    destroyed here: what was read cannot be unread, and a human is asked (see ``FREEZE``). Repeating it changes nothing.
    """
    if file.forced_at is not None:
        file.chat_id, file.asked = None, None
        unit.session.flush()
        return sum(counted(unit, file.case_id).values())
    return destroy(unit, file)


def destroy(unit: UnitOfWork, file: SealedFile) -> int:
    """Take a file back for good, whatever is thought of who wished it; return how many things it held.

    For who knows that the person withdrew it. Repeating it changes nothing, nor does it of a file that was opened.
    """
    if file.withdrawn_at is not None or file.opened_at is not None:
        return 0
    held = sum(counted(unit, file.case_id).values())
    files = _destroy(unit, file.case_id)
    for name in MATCHED_BY:
        take_fact_back(unit, file.case_id, name)
    file.phrase = file.duress_word = file.asked = file.chat_id = file.left_in = file.forced_at = None
    file.approved_at = file.opens_at = None
    file.withdrawn_at = unit.now
    unit.session.flush()
    unit.record_last(SealedFileWithdrawn(case_id=file.case_id, file_id=file.id, entries=held, files=files))
    with suppress(RetentionError):  # something was entered in it besides: that is for people to close
        close_case(unit, file.case_id, by=unit.actor, note="the sealed file was withdrawn", no_case=True)
    return held


def _destroy(unit: UnitOfWork, case_id: UUID) -> int:
    """Destroy the key of a file and all that lay under it; return how many files were among it."""
    scope = str(sealed_scope(case_id))
    for key in unit.session.scalars(
        select(DataKey).where(DataKey.scope == scope).order_by(DataKey.id).with_for_update(**OWN)
    ):
        key.wrapped = bytes(len(key.wrapped))
    unit.session.flush()
    unit.session.execute(delete(DataKey).where(DataKey.scope == scope))
    unit.session.execute(delete(Download).where(Download.case_id == case_id, Download.entry_id.is_not(None)))
    files = unit.session.scalars(select(StoredFile.id).where(StoredFile.scope == scope)).all()
    unit.session.execute(delete(StoredFile).where(StoredFile.id.in_(files)))
    unit.session.execute(delete(SealedEntry).where(SealedEntry.case_id == case_id))
    unit.session.execute(delete(SealedAnswer).where(SealedAnswer.case_id == case_id))
    unit.session.execute(delete(SealedApproval).where(SealedApproval.case_id == case_id))
    unit.session.execute(delete(SealedSource).where(SealedSource.case_id == case_id))
    unit.session.execute(update(CheckIn).where(CheckIn.case_id == case_id).values(next_at=None, stopped_at=unit.now))
    unit.session.execute(
        delete(IdentitySuggestion).where(
            (IdentitySuggestion.case_id == case_id) | (IdentitySuggestion.other_id == case_id)
        )
    )
    return len(files)
