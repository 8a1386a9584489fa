"""Carries out what the conversation about a sealed file decides, in the unit it is given, and says what was done."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from alerts.sending.erasing import erase_quietly
from cases.consent.errors import ConsentError
from cases.models import FileState
from cases.sealed import check_ins
from cases.sealed.beating import minutes_of, read_hour
from cases.sealed.events import SealedFileNotFetched
from cases.sealed.keeping import (
    agree_on,
    begin,
    content_of,
    counted,
    glance,
    keep,
    lost_in,
    name_person,
    not_copied,
    say_about_press,
    sign_release,
)
from cases.sealed.models import EntryKind, SealedEntry
from cases.sealed.opening import add_to_opened
from dialogue.model import Reply, Said
from dialogue.reception import Heard, receive
from dialogue.sealed.checking_in import says_yes, take_as_well
from dialogue.sealed.deciding import (
    MENU,
    OPEN_FOR,
    Begin,
    Effect,
    Hour,
    Keep,
    Leave,
    List,
    Press,
    Prove,
    Sign,
    Take,
    Well,
    happening_now,
    heard_cry,
    kept,
    menu,
)
from dialogue.sealed.owning import prove
from dialogue.sealed.talk import AGREED, NAMED, Talk, cries_for_help, tell
from store.chats import Chat

if TYPE_CHECKING:
    from uuid import UUID

    from cases.sealed.models import CheckIn, SealedFile
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

IN_WORDS: Final = (EntryKind.TEAM, EntryKind.COUNSEL, EntryKind.TRUSTED)


NOT_COPIED: Final = {
    str(FileState.TOO_LARGE): "reply.sealed_too_large",
    str(FileState.TOO_MANY): "reply.sealed_too_many",
}
"""What is said of a film that is not here."""


_DATE = re.compile(r"^\s*(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[./](\d{1,2})[./](\d{4}))\s*$")


def carry_out(talk: Talk, effect: Effect) -> list[Reply]:
    """Do one thing; return what is said about it."""
    match effect:
        case Begin():
            talk.file = begin(talk.unit, talk.chat)
            return []
        case Well():
            return take_as_well(talk)
        case Leave(now=True):
            return _alert_now(talk)
    return [] if talk.file is None else _change(talk, talk.file, effect)


def _change(talk: Talk, file: SealedFile, effect: Effect) -> list[Reply]:
    """Do one thing with a file that is there."""
    said: list[Reply] = []
    match effect:
        case Keep(kind, cries):
            said = [_kept(talk, keep_words(talk, EntryKind(kind)), cries=cries)]
        case Take(what, cries):
            said = _take(talk, file, what, cries=cries)
        case Sign(audience, scope, trigger):
            _after_opening(talk, sign_release(talk.unit, file, audience, scope, trigger))
            said = [kept()]
        case Press(answer):
            _after_opening(talk, say_about_press(talk.unit, file, answer))
            said = [kept()]
        case List():
            said = [_list(talk, file), menu()]
        case _:
            said = _agree(talk, file, effect)
    return said


def _agree(talk: Talk, file: SealedFile, effect: Effect) -> list[Reply]:
    """Do what only the person may do, or end."""
    match effect:
        case Hour(every_hours, patience_hours):
            return _agree_on_hour(talk, file, every_hours, patience_hours)
        case Prove(what):
            return prove(talk, file, what)
        case Leave(wipe=True):
            erase_quietly(talk.unit, talk.chat)
    return []


def _alert_now(talk: Talk) -> list[Reply]:
    """Have a report opened by what was left just now, if that cries for help; else say that what comes next does."""
    words = _last_cry(talk)
    if words is None:
        return [happening_now()]
    receive(talk.unit, talk.chat, Heard(Said(words), "text", words, words))
    return []


def _last_cry(talk: Talk) -> str | None:
    """What was written into the file last, in this very talk, if it cries for help."""
    if talk.file is None:
        return None
    lately = (SealedEntry.case_id == talk.file.case_id, SealedEntry.left_at > talk.unit.now - OPEN_FOR)
    words = (SealedEntry.form == "text", SealedEntry.kind.in_([str(kind) for kind in IN_WORDS]))
    last = select(SealedEntry).where(*lately, *words).order_by(SealedEntry.left_at.desc(), SealedEntry.id.desc())
    entry = talk.unit.session.scalars(last.limit(1)).one_or_none()
    content = "" if entry is None else content_of(talk.unit, entry)
    return content if cries_for_help(content) else None


def _kept(talk: Talk, entry_id: UUID, *, cries: bool) -> Reply:
    """Say what became of something that was left: of a film that cannot be copied, that it was not."""
    why = not_copied(talk.unit, entry_id)
    if why is not None:
        return replace(menu(), key=NOT_COPIED[why])
    return heard_cry() if cries else kept()


def tell_not_copied(unit: UnitOfWork, event: Event) -> None:
    """Say that something could not be copied after all, where it was sent, as long as a file shows there.

    Safe to repeat.
    """
    if not isinstance(event, SealedFileNotFetched):
        return
    file, chat = glance(unit, event.chat_id), unit.session.get(Chat, event.chat_id)
    if file is not None and file.case_id == event.case_id and chat is not None and chat.muted_at is None:
        tell(unit, chat, Reply(NOT_COPIED[event.why]), "", once=f"not_copied:{event.entry_id}:{event.why}")


def keep_words(talk: Talk, kind: EntryKind) -> UUID:
    """Keep what was said just now, with its files; what is left after the opening belongs to the case at once."""
    if talk.file is None:
        raise ValueError("there is no file to put it into")
    heard, wrapping = talk.heard, talk.heard.wrapping
    files = () if wrapping.correction else wrapping.files
    entry_id = keep(talk.unit, talk.file, kind, heard.content, form=heard.kind, number=wrapping.number, files=files)
    _after_opening(talk, entry_id)
    return entry_id


def _after_opening(talk: Talk, entry_id: UUID) -> None:
    """What is left after the file was opened belongs to the case at once; in the conversation nothing shows."""
    if talk.file is not None and talk.file.opened_at is not None:
        add_to_opened(talk.unit, talk.file, entry_id)


def _take(talk: Talk, file: SealedFile, what: str, *, cries: bool) -> list[Reply]:
    """Take an answer in words; what could not be one is asked again."""
    again = [Reply("reply.sealed_again")]
    if what in NAMED:
        try:
            name_person(talk.unit, file, NAMED[what], as_named(what, talk.words))
        except ConsentError:
            return again
        talk.asked = "birth" if what == "name" else MENU
        return [Reply("ask.sealed_birth")] if what == "name" else [kept()]
    if what in AGREED and (says_yes(talk.words) or not agree_on(talk.unit, file, AGREED[what], talk.words)):
        return again
    said = kept()
    if what == "trusted":
        said = _kept(talk, keep_words(talk, EntryKind.TRUSTED), cries=cries)
    talk.asked = MENU
    erase_quietly(talk.unit, talk.chat)
    return [said]


def as_named(what: str, words: str) -> str:
    """An answer as the file keeps it: a name as it stands, a date in the order of ISO 8601."""
    return words if what == "name" else _day(words)


def _day(words: str) -> str:
    """A date as it is kept; the words themselves where they are none, which are refused then."""
    found = _DATE.match(words)
    if found is None:
        return words
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return words


def _list(talk: Talk, file: SealedFile) -> Reply:
    """How much of what there is; nothing of what it says."""
    found = {kind: str(count) for kind, count in counted(talk.unit, file.case_id).items()}
    awaited = check_ins.check_in_of(talk.unit, file.case_id)
    found["lost"] = str(lost_in(talk.unit, file.case_id))
    return Reply("reply.sealed_list", {**found, "hour": "—" if awaited is None else _hours(awaited)})


def _hours(row: CheckIn) -> str:
    """Every hour of the day at which somebody is written to: an answer is awaited after each."""
    return ", ".join(f"{minute // 60:02}:{minute % 60:02}" for minute in minutes_of(row.minute, row.every_hours))


def _agree_on_hour(talk: Talk, file: SealedFile, every_hours: int, patience_hours: int) -> list[Reply]:
    hour = read_hour(talk.words, talk.zone)
    if hour is None:
        return [Reply("reply.sealed_again")]
    row = check_ins.agree(talk.unit, file, hour, every_hours, patience_hours)
    talk.asked = MENU
    return [
        Reply("reply.check_agreed", {"hour": _hours(row), "zone": row.zone, "hours": str(patience_hours)}),
        menu(),
    ]
