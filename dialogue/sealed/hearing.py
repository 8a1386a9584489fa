"""Carries out what the conversation about a sealed file decides, in the unit it is given.

Under the word for being forced everything looks as it would otherwise; what is kept, and who is told, differs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from alerts.messages.buttons import mint
from alerts.messages.outbox import enqueue
from alerts.sending.erasing import erase_quietly
from cases.consent.agreeing import freeze
from cases.consent.errors import ConsentError
from cases.duress import folded, speaks
from cases.events import SealedFileNotFetched
from cases.models import FileState, Report, ReportMessage
from cases.sealed import check_ins
from cases.sealed.beating import read_hour
from cases.sealed.keeping import (
    agree_on,
    answer_in,
    begin,
    content_of,
    counted,
    file_of_case,
    file_of_chat,
    glance,
    holds_duress,
    is_phrase,
    keep,
    listen,
    lost_in,
    name_person,
    not_copied,
    note_answer,
    say_about_press,
    sign_release,
    withdraw,
)
from cases.sealed.models import EntryKind, SealedEntry, SealedFile
from cases.sealed.opening import add_to_opened
from cases.urgency import Need, needs_of, read_urgency
from dialogue.model import Reply, Said, Tapped
from dialogue.reception import DIALOGUE, Heard, receive
from dialogue.sealed import (
    ANOTHER,
    CHOSEN,
    MENU,
    OPEN_FOR,
    PROVED,
    ZONE,
    Begin,
    Effect,
    Hour,
    Keep,
    Leave,
    List,
    Outcome,
    Press,
    Prove,
    Sign,
    Take,
    Well,
    asked_again,
    happening_now,
    heard_cry,
    is_ours,
    kept,
    menu,
    step,
)
from dialogue.silence import is_suspected
from store.chats import Chat
from texts.catalogue import LANGUAGES, say

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from cases.sealed.models import CheckIn
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

TELEGRAM: Final = "telegram"
NAMED: Final = {"name": "name_native", "birth": "birth_date"}
AGREED: Final = {"phrase": "phrase", "duress": "duress_word"}
KEEPS: Final = CHOSEN | {MENU}
"""What is asked where words are kept, or heard as ever: they answer nothing."""
IN_WORDS: Final = (EntryKind.TEAM, EntryKind.COUNSEL, EntryKind.TRUSTED)
NOT_COPIED: Final = {
    str(FileState.TOO_LARGE): "reply.sealed_too_large",
    str(FileState.TOO_MANY): "reply.sealed_too_many",
}
"""What is said of a film that is not here."""
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
    The word for being forced is heard in whatever is said here.
    """
    if chat.door != TELEGRAM:
        return False
    listen(unit, chat.id, heard.words or "")
    seen = glance(unit, chat.id)
    talk = _Talk(unit, chat, heard, None, _open(unit, seen), zone)
    if is_suspected(unit, chat):
        return talk.asked is not None and _keeps_silently(talk)
    if heard.wrapping.correction:
        return seen is not None and _hears_correction(talk)
    if talk.asked is None and not is_ours(heard.given):
        return _answers_check_in(talk)
    _hold(talk)
    outcome = step(talk.asked, heard.given, has_file=talk.file is not None, cries=_cries(talk))
    if outcome is None:
        _close(talk)
        return False
    _follow(talk, outcome)
    return True


def is_talking(unit: UnitOfWork, chat: Chat) -> bool:
    """Whether what is said next in a conversation goes to its sealed file."""
    return chat.door == TELEGRAM and _open(unit, glance(unit, chat.id)) is not None


def _hold(talk: _Talk) -> None:
    """Lock the file of this conversation, and look once more what was asked."""
    talk.file = file_of_chat(talk.unit, talk.chat.id)
    talk.asked = _open(talk.unit, talk.file)
    talk.forced = talk.file is not None and talk.file.forced_at is not None


def _open(unit: UnitOfWork, file: SealedFile | None) -> str | None:
    """What was asked last, as long as the conversation about the file is open."""
    if file is None or file.talked_at is None or unit.now - file.talked_at >= OPEN_FOR:
        return None
    return file.asked


def _close(talk: _Talk) -> None:
    """Have what is said from now on heard as ever."""
    if talk.file is not None and talk.file.asked is not None:
        talk.file.asked = None
        talk.unit.session.flush()


def _cries(talk: _Talk) -> bool:
    """Whether words cry for help. Those by which the person is known never do, where they are asked for them."""
    if talk.asked in PROVED and talk.file is not None and _is_known(talk.unit, talk.file, talk.words):
        return False
    return cries_for_help(talk.words)


def cries_for_help(words: str) -> bool:
    """Whether words speak of somebody who is taken or sent back. Pure."""
    return Need.LAWYER in needs_of(read_urgency(words), None)


def _is_known(unit: UnitOfWork, file: SealedFile, words: str) -> bool:
    """Whether words are what only the person knows: the agreed phrase, or the word for being forced."""
    return is_phrase(unit, file, words) or holds_duress(unit, file, words)


def _follow(talk: _Talk, outcome: Outcome) -> None:
    """Carry out what follows, say it, and remember what is asked now."""
    unit, asked = talk.unit, talk.asked
    talk.chat.muted_at = None
    talk.asked = outcome.asked
    if talk.file is not None and asked is not None and isinstance(talk.heard.given, Said) and asked not in KEEPS:
        note_answer(unit, talk.file, talk.heard.wrapping.number, asked)
    replies = [reply for effect in outcome.effects for reply in _carry_out(talk, effect)]
    for reply in (*replies, *outcome.replies):
        tell(unit, talk.chat, reply, talk.zone)
    if talk.file is not None and talk.file.chat_id is not None:
        talk.file.asked, talk.file.talked_at = talk.asked, unit.now
    unit.session.flush()


def _keeps_silently(talk: _Talk) -> bool:
    """Keep what is told to a file in a conversation that may be a trap, and do nothing else: nothing is answered there.

    Whoever sits there withdraws nothing, agrees on nothing and answers no check-in: people look after the person.
    """
    _hold(talk)
    outcome = step(talk.asked, talk.heard.given, has_file=talk.file is not None, cries=_cries(talk))
    if outcome is None:
        _close(talk)
        return False
    for effect in outcome.effects:
        if isinstance(effect, Keep):
            _keep(talk, EntryKind(effect.kind))
        elif isinstance(effect, Leave):
            _close(talk)
    return True


def _hears_correction(talk: _Talk) -> bool:
    """Hear a corrected message as what it was: an answer is given anew, and what lies in the file is kept beside it.

    It goes nowhere else, if it was said to the file.
    """
    number = talk.heard.wrapping.number
    _hold(talk)
    if talk.file is None or number is None:
        return False
    answered = answer_in(talk.unit, talk.file, number)
    if answered is not None and cries_for_help(talk.words):
        _close(talk)
        return False
    if answered is not None:
        _answer_anew(talk, talk.file, answered)
        return True
    same = select(SealedEntry.kind).where(SealedEntry.case_id == talk.file.case_id, SealedEntry.number == number)
    kind = talk.unit.session.scalar(same.order_by(SealedEntry.left_at).limit(1))
    if kind is None:
        return False
    _keep(talk, EntryKind(kind))
    return True


def _answer_anew(talk: _Talk, file: SealedFile, answered: str) -> None:
    """Take a corrected answer: as the one that is asked for, a name in place of the former, a word only when asked."""
    outcome: Outcome | None = None
    if talk.asked == answered:
        outcome = step(answered, Said(talk.words), has_file=True)
    elif answered in NAMED:
        try:
            name_person(talk.unit, file, NAMED[answered], _named(answered, talk.words))
        except ConsentError:
            outcome = Outcome(answered, (), (Reply("reply.sealed_again"),))
    elif answered not in PROVED:
        outcome = Outcome(answered, (), (asked_again(answered),))
    if outcome is not None:
        _follow(talk, outcome)


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


def _carry_out(talk: _Talk, effect: Effect) -> list[Reply]:
    """Do one thing; return what is said about it."""
    match effect:
        case Begin():
            talk.file = begin(talk.unit, talk.chat)
            return []
        case Well():
            return _well(talk)
        case Leave(now=True):
            return _alert_now(talk)
    return [] if talk.file is None else _change(talk, talk.file, effect)


def _change(talk: _Talk, file: SealedFile, effect: Effect) -> list[Reply]:
    """Do one thing with a file that is there."""
    said: list[Reply] = []
    match effect:
        case Keep(kind, cries):
            said = [_kept(talk, _keep(talk, EntryKind(kind)), cries=cries)]
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


def _alert_now(talk: _Talk) -> list[Reply]:
    """Have a report opened by what was left just now, if that cries for help; else say that what comes next does."""
    words = _last_cry(talk)
    if words is None:
        return [happening_now()]
    receive(talk.unit, talk.chat, Heard(Said(words), "text", words, words))
    return []


def _last_cry(talk: _Talk) -> str | None:
    """What was written into the file last, in this very talk, if it cries for help."""
    if talk.file is None:
        return None
    lately = (SealedEntry.case_id == talk.file.case_id, SealedEntry.left_at > talk.unit.now - OPEN_FOR)
    words = (SealedEntry.form == "text", SealedEntry.kind.in_([str(kind) for kind in IN_WORDS]))
    last = select(SealedEntry).where(*lately, *words).order_by(SealedEntry.left_at.desc(), SealedEntry.id.desc())
    entry = talk.unit.session.scalars(last.limit(1)).one_or_none()
    content = "" if entry is None else content_of(talk.unit, entry)
    return content if cries_for_help(content) else None


def _kept(talk: _Talk, entry_id: UUID, *, cries: bool) -> Reply:
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


def _keep(talk: _Talk, kind: EntryKind) -> UUID:
    if talk.file is None:
        raise ValueError("there is no file to put it into")
    heard, wrapping = talk.heard, talk.heard.wrapping
    files = () if wrapping.correction else wrapping.files
    entry_id = keep(talk.unit, talk.file, kind, heard.content, form=heard.kind, number=wrapping.number, files=files)
    _after_opening(talk, entry_id)
    return entry_id


def _after_opening(talk: _Talk, entry_id: UUID) -> None:
    """What is left after the file was opened belongs to the case at once; in the conversation nothing shows."""
    if talk.file is not None and talk.file.opened_at is not None:
        add_to_opened(talk.unit, talk.file, entry_id)


def _take(talk: _Talk, file: SealedFile, what: str, *, cries: bool) -> list[Reply]:
    """Take an answer in words; what could not be one is asked again."""
    again = [Reply("reply.sealed_again")]
    if what in NAMED:
        try:
            name_person(talk.unit, file, NAMED[what], _named(what, talk.words))
        except ConsentError:
            return again
        talk.asked = "birth" if what == "name" else MENU
        return [Reply("ask.sealed_birth")] if what == "name" else [kept()]
    if what in AGREED and (_says_yes(talk.words) or not agree_on(talk.unit, file, AGREED[what], talk.words)):
        return again
    said = kept()
    if what == "trusted":
        said = _kept(talk, _keep(talk, EntryKind.TRUSTED), cries=cries)
    talk.asked = MENU
    erase_quietly(talk.unit, talk.chat)
    return [said]


def _says_yes(words: str) -> bool:
    """Whether words are such as anybody says to a check-in: nobody is known by those, or forced when they say them."""
    return any(speaks(one, words) for one in _yes())


def _named(what: str, words: str) -> str:
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


def _list(talk: _Talk, file: SealedFile) -> Reply:
    """How much of what there is; nothing of what it says."""
    found = {kind: str(count) for kind, count in counted(talk.unit, file.case_id).items()}
    awaited = check_ins.check_in_of(talk.unit, file.case_id)
    found["lost"] = str(lost_in(talk.unit, file.case_id))
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
    """Do it for who knows the phrase, or where there is none; for who is forced it looks so, and is asked as ever."""
    is_first = what.startswith(ANOTHER) and getattr(file, AGREED[what.removeprefix(ANOTHER)]) is None
    if file.phrase is None or is_first or _is_known(talk.unit, file, talk.words):
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
    if what.startswith(ANOTHER):
        talk.asked = what.removeprefix(ANOTHER)
        return [asked_again(talk.asked)]
    talk.asked = MENU
    row = check_ins.check_in_of(talk.unit, file.case_id)
    if row is None:
        return [menu()]
    if what == "stop":
        check_ins.stop(talk.unit, row, forced=talk.forced)
        return [Reply("reply.check_stopped"), menu()]
    check_ins.pause(talk.unit, row, int(what.removeprefix("pause.")), forced=talk.forced)
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
    seen = check_ins.agreed_in(talk.unit, talk.chat.id)
    if seen is not None:
        file = file_of_case(talk.unit, seen.case_id)  # the case and its file before its check-ins
        row = check_ins.check_in_of(talk.unit, seen.case_id)
        if row is not None and file is not None and file.forced_at is not None:
            check_ins.miss_now(talk.unit, row)
        elif row is not None:
            check_ins.answered(talk.unit, row)
    return [Reply("reply.check_thanks")]


def _answers_check_in(talk: _Talk) -> bool:
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
    if file is None or not _is_known(unit, file, talk.words):
        talked_at = None if file is None else file.talked_at
        if folded(talk.words) not in _yes() or _talked_since(talk, since, talked_at):
            return False
    for reply in _well(talk):
        tell(unit, talk.chat, reply, talk.zone)
    return True


def _talked_since(talk: _Talk, since: datetime, talked_at: datetime | None) -> bool:
    """Whether anything was told here since an instant, to the file or in a report."""
    told = select(func.max(ReportMessage.received_at)).join(Report, Report.id == ReportMessage.report_id)
    told_at = talk.unit.session.scalar(told.where(Report.chat_id == talk.chat.id))
    return any(at is not None and at > since for at in (talked_at, told_at))


def _yes() -> frozenset[str]:
    return frozenset(YES.split()) | {folded(say("option.check.ok", language)) for language in LANGUAGES}
