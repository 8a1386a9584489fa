"""Carries out what the conversation about a sealed file decides, in the unit it is given.

Under the word for being forced everything looks as it would otherwise; what is kept, and who is told, differs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from alerts.buttons import mint
from alerts.erasing import erase_quietly
from alerts.outbox import enqueue
from cases.consent.agreeing import freeze
from cases.consent.errors import ConsentError
from cases.duress import folded
from cases.sealed import check_ins
from cases.sealed.beating import read_hour
from cases.sealed.keeping import (
    agree_on,
    begin,
    counted,
    file_of_case,
    file_of_chat,
    heed_duress,
    is_phrase,
    keep,
    name_person,
    say_about_press,
    sign_release,
    withdraw,
)
from cases.sealed.models import EntryKind, SealedEntry
from cases.sealed.opening import add_to_opened
from dialogue.model import Reply, Said, Tapped
from dialogue.reception import DIALOGUE
from dialogue.sealed import (
    MENU,
    OPEN_FOR,
    ZONE,
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
    is_ours,
    kept,
    menu,
    step,
)
from dialogue.silence import is_suspected
from texts.catalogue import LANGUAGES, say

if TYPE_CHECKING:
    from uuid import UUID

    from cases.sealed.models import CheckIn, SealedFile
    from dialogue.reception import Heard
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

TELEGRAM: Final = "telegram"
NAMED: Final = {"name": "name_native", "birth": "birth_date"}
AGREED: Final = {"phrase": "phrase", "duress": "duress_word"}
_DATE = re.compile(r"^\s*(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[./](\d{1,2})[./](\d{4}))\s*$")
YES: Final = "ok okay yes да хорошо жақсы иә жахши ياخشى ھەئە جاقسى 好 是 iyi evet ha yaxshi"
"""Words that say that all is well, and nothing else, as people type them here and next door."""


@dataclass
class _Talk:
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
        return self.heard.words or ""


def takes_over(unit: UnitOfWork, chat: Chat, heard: Heard, *, zone: str) -> bool:
    """Hear what belongs to a sealed file or a check-in; return False for anything else, which is heard as ever.

    ``zone``: by which clock an hour is meant that names none. It depends on nothing but this conversation's own file.
    """
    if chat.door != TELEGRAM or is_suspected(unit, chat):
        return False
    file = file_of_chat(unit, chat.id)
    talk = _Talk(unit, chat, heard, file, _open(unit, file), zone)
    if heard.wrapping.correction:
        return _keeps_correction(talk)
    if talk.asked is None and not is_ours(heard.given) and _answers_check_in(talk):
        return True
    outcome = step(talk.asked, heard.given, has_file=file is not None)
    if outcome is None:
        return False
    chat.muted_at = None
    talk.asked = outcome.asked
    if talk.file is not None:
        talk.forced = heed_duress(unit, talk.file, talk.words) or talk.file.forced_at is not None
    replies = [reply for effect in outcome.effects for reply in _carry_out(talk, effect)]
    for reply in (*replies, *outcome.replies):
        tell(unit, chat, reply, zone)
    if talk.file is not None and talk.file.chat_id is not None:
        talk.file.asked, talk.file.talked_at = talk.asked, unit.now
    unit.session.flush()
    return True


def _open(unit: UnitOfWork, file: SealedFile | None) -> str | None:
    """What was asked last, as long as the conversation about the file is open."""
    if file is None or file.talked_at is None or unit.now - file.talked_at >= OPEN_FOR:
        return None
    return file.asked


def _keeps_correction(talk: _Talk) -> bool:
    """Keep a corrected message beside the one it changes, and nowhere else, if that lies in the file."""
    number = talk.heard.wrapping.number
    if talk.file is None or number is None:
        return False
    same = select(SealedEntry.kind).where(SealedEntry.case_id == talk.file.case_id, SealedEntry.number == number)
    kind = talk.unit.session.scalar(same.order_by(SealedEntry.left_at).limit(1))
    if kind is None:
        return False
    _keep(talk, EntryKind(kind))
    return True


def tell(unit: UnitOfWork, chat: Chat, reply: Reply, zone: str, *, once: str | None = None) -> None:
    """Queue one reply, silently."""
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


def _carry_out(talk: _Talk, effect: Effect) -> list[Reply]:
    """Do one thing; return what is said about it."""
    match effect:
        case Begin():
            talk.file = begin(talk.unit, talk.chat)
            return []
        case Well():
            return _well(talk)
    return [] if talk.file is None else _change(talk, talk.file, effect)


def _change(talk: _Talk, file: SealedFile, effect: Effect) -> list[Reply]:
    """Do one thing with a file that is there."""
    said: list[Reply] = []
    match effect:
        case Keep(kind):
            _keep(talk, EntryKind(kind))
            said = [kept()]
        case Take(what):
            said = _take(talk, file, what)
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


def _agree(talk: _Talk, file: SealedFile, effect: Effect) -> list[Reply]:
    """Do what only the person may do, or end."""
    match effect:
        case Hour(every_hours, patience_hours):
            return _agree_on_hour(talk, file, every_hours, patience_hours)
        case Prove(what):
            return _prove(talk, file, what)
        case Leave(wipe=True):
            erase_quietly(talk.unit, talk.chat)
    return []


def _keep(talk: _Talk, kind: EntryKind) -> None:
    if talk.file is None:
        return
    heard, wrapping = talk.heard, talk.heard.wrapping
    files = () if wrapping.correction else wrapping.files
    entry_id = keep(talk.unit, talk.file, kind, heard.content, form=heard.kind, number=wrapping.number, files=files)
    _after_opening(talk, entry_id)


def _after_opening(talk: _Talk, entry_id: UUID) -> None:
    """What is left after the file was opened belongs to the case at once; in the conversation nothing shows."""
    if talk.file is not None and talk.file.opened_at is not None:
        add_to_opened(talk.unit, talk.file, entry_id)


def _take(talk: _Talk, file: SealedFile, what: str) -> list[Reply]:
    """Take an answer in words; what could not be one is asked again."""
    again = [Reply("reply.sealed_again")]
    if what in NAMED:
        value = talk.words if what == "name" else _day(talk.words)
        try:
            name_person(talk.unit, file, NAMED[what], value)
        except ConsentError:
            return again
        talk.asked = "birth" if what == "name" else MENU
        return [Reply("ask.sealed_birth")] if what == "name" else [kept()]
    if what in AGREED and not agree_on(talk.unit, file, AGREED[what], talk.words):
        return again
    if what == "trusted":
        _keep(talk, EntryKind.TRUSTED)
    talk.asked = MENU
    erase_quietly(talk.unit, talk.chat)
    return [kept()]


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


def _list(talk: _Talk, file: SealedFile) -> Reply:
    """How much of what there is; nothing of what it says."""
    found = {kind: str(count) for kind, count in counted(talk.unit, file.case_id).items()}
    awaited = check_ins.check_in_of(talk.unit, file.case_id)
    return Reply("reply.sealed_list", {**found, "hour": "—" if awaited is None else _hour(awaited)})


def _hour(row: CheckIn) -> str:
    return f"{row.minute // 60:02}:{row.minute % 60:02}"


def _agree_on_hour(talk: _Talk, file: SealedFile, every_hours: int, patience_hours: int) -> list[Reply]:
    hour = read_hour(talk.words, talk.zone)
    if hour is None:
        return [Reply("reply.sealed_again")]
    row = check_ins.agree(talk.unit, file, hour, every_hours, patience_hours)
    talk.asked = MENU
    return [Reply("reply.check_agreed", {"hour": _hour(row), "zone": row.zone, "hours": str(patience_hours)}), menu()]


# What only the person may do


def _prove(talk: _Talk, file: SealedFile, what: str) -> list[Reply]:
    """Do it for who knows the phrase, or where there is none; for who is forced it looks so."""
    if file.phrase is None or talk.forced or is_phrase(talk.unit, file, talk.words):
        return _do(talk, file, what)
    if isinstance(talk.heard.given, Tapped):
        return [Reply("ask.sealed_say_phrase")]
    row = check_ins.check_in_of(talk.unit, file.case_id)
    if row is not None:
        check_ins.doubt(talk.unit, row)
    return [Reply("reply.sealed_not_phrase")]


def _do(talk: _Talk, file: SealedFile, what: str) -> list[Reply]:
    if what == "withdraw":
        return _withdraw(talk, file)
    talk.asked = MENU
    row = check_ins.check_in_of(talk.unit, file.case_id)
    if row is None:
        return [menu()]
    if talk.forced:
        check_ins.miss_now(talk.unit, row)
        check_ins.stop(talk.unit, row, forced=True)
    elif what == "stop":
        check_ins.stop(talk.unit, row)
    else:
        check_ins.pause(talk.unit, row, int(what.removeprefix("pause.")))
    if what == "stop":
        return [Reply("reply.check_stopped"), menu()]
    return [Reply("reply.check_paused", {"days": what.removeprefix("pause.")}), menu()]


def _withdraw(talk: _Talk, file: SealedFile) -> list[Reply]:
    """Take it back: destroyed if nobody has opened it; what was opened is told to nobody from now on."""
    held = sum(counted(talk.unit, file.case_id).values())
    row = check_ins.check_in_of(talk.unit, file.case_id)
    if row is not None:
        check_ins.stop(talk.unit, row, forced=talk.forced)
    if file.opened_at is not None and not talk.forced:
        freeze(talk.unit, file.case_id)
        file.chat_id = file.asked = None
    else:
        withdraw(talk.unit, file)
    talk.asked = None
    erase_quietly(talk.unit, talk.chat)
    return [Reply("reply.sealed_withdrawn", {"count": str(held)})]


# Check-ins


def _well(talk: _Talk) -> list[Reply]:
    """Note that all is well, unless they were made to say so; what is said is the same."""
    row = check_ins.check_in_at(talk.unit, talk.chat.id)
    if row is not None:
        file = file_of_case(talk.unit, row.case_id)
        if file is not None and (file.forced_at is not None or heed_duress(talk.unit, file, talk.words)):
            check_ins.miss_now(talk.unit, row)
        else:
            check_ins.answered(talk.unit, row)
    return [Reply("reply.check_thanks")]


def _answers_check_in(talk: _Talk) -> bool:
    """Whether words answer a check-in: a plain yes, the agreed phrase, or the word for being forced, and nothing else.

    Anything else is heard as ever: somebody may be crying for help.
    """
    if not isinstance(talk.heard.given, Said):
        return False
    row = check_ins.check_in_at(talk.unit, talk.chat.id)
    if row is None or not check_ins.is_awaited(talk.unit, row.case_id):
        return False
    file = file_of_case(talk.unit, row.case_id)
    is_known = file is not None and (is_phrase(talk.unit, file, talk.words) or heed_duress(talk.unit, file, talk.words))
    if not is_known and folded(talk.words) not in _yes():
        return False
    for reply in _well(talk):
        tell(talk.unit, talk.chat, reply, talk.zone)
    return True


def _yes() -> frozenset[str]:
    return frozenset(YES.split()) | {folded(say("option.check.ok", language)) for language in LANGUAGES}
