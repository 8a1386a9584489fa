"""Hears what is said to a sealed file, or to a check-in, and has carried out what follows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from cases.consent.errors import ConsentError
from cases.sealed.keeping import answer_in, glance, listen, name_person, note_answer
from cases.sealed.models import EntryKind, SealedEntry
from dialogue.model import Reply, Said
from dialogue.sealed.checking_in import answers_check_in
from dialogue.sealed.deciding import CHOSEN, MENU, PROVED, Keep, Leave, Outcome, Take, asked_again, is_ours, step
from dialogue.sealed.effects import as_named, carry_out, keep_words
from dialogue.sealed.talk import NAMED, TELEGRAM, Talk, close, cries, cries_for_help, hold, open_question, tell
from dialogue.silence import is_suspected

if TYPE_CHECKING:
    from cases.sealed.models import SealedFile
    from dialogue.reception import Heard
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

KEEPS: Final = CHOSEN | {MENU}
"""What is asked where words are kept, or heard as ever: they answer nothing."""


def takes_over(unit: UnitOfWork, chat: Chat, heard: Heard, *, zone: str) -> bool:
    """Hear what belongs to a sealed file or a check-in; return False for anything else, which is heard as ever.

    ``zone``: by which clock an hour is meant that names none. It depends on nothing but this conversation's own file.
    The word for being forced is heard in whatever is said here.
    """
    if chat.door != TELEGRAM:
        return False
    listen(unit, chat.id, heard.words or "")
    seen = glance(unit, chat.id)
    talk = Talk(unit, chat, heard, None, open_question(unit, seen), zone)
    if is_suspected(unit, chat):
        return talk.asked is not None and _keeps_silently(talk)
    if heard.wrapping.correction:
        return seen is not None and _hears_correction(talk)
    if talk.asked is None and not is_ours(heard.given):
        return answers_check_in(talk)
    hold(talk)
    outcome = step(talk.asked, heard.given, has_file=talk.file is not None, cries=cries(talk))
    if outcome is None:
        close(talk)
        return False
    _follow(talk, outcome)
    return True


def _follow(talk: Talk, outcome: Outcome) -> None:
    """Carry out what follows, say it, and remember what is asked now."""
    unit, asked = talk.unit, talk.asked
    talk.chat.muted_at = None
    talk.asked = outcome.asked
    if talk.file is not None and asked is not None and isinstance(talk.heard.given, Said) and asked not in KEEPS:
        note_answer(unit, talk.file, talk.heard.wrapping.number, asked)
    replies = [reply for effect in outcome.effects for reply in carry_out(talk, effect)]
    for reply in (*replies, *outcome.replies):
        tell(unit, talk.chat, reply, talk.zone)
    if talk.file is not None and talk.file.chat_id is not None:
        talk.file.asked, talk.file.talked_at = talk.asked, unit.now
    unit.session.flush()


def _keeps_silently(talk: Talk) -> bool:
    """Keep what is told to a file in a conversation that may be a trap, and do nothing else: nothing is answered there.

    Whoever sits there withdraws nothing, agrees on nothing and answers no check-in: people look after the person.
    """
    hold(talk)
    outcome = step(talk.asked, talk.heard.given, has_file=talk.file is not None, cries=cries(talk))
    if outcome is None:
        close(talk)
        return False
    for effect in outcome.effects:
        if isinstance(effect, Keep):
            keep_words(talk, EntryKind(effect.kind))
        elif isinstance(effect, Take) and effect.what == str(EntryKind.TRUSTED):
            keep_words(talk, EntryKind.TRUSTED)
        elif isinstance(effect, Leave):
            close(talk)
    return True


def _hears_correction(talk: Talk) -> bool:
    """Hear a corrected message as what it was: an answer is given anew, and what lies in the file is kept beside it.

    It goes nowhere else, if it was said to the file.
    """
    number = talk.heard.wrapping.number
    hold(talk)
    if talk.file is None or number is None:
        return False
    answered = answer_in(talk.unit, talk.file, number)
    if answered is not None and cries_for_help(talk.words):
        close(talk)
        return False
    if answered is not None:
        _answer_anew(talk, talk.file, answered)
        return True
    same = select(SealedEntry.kind).where(SealedEntry.case_id == talk.file.case_id, SealedEntry.number == number)
    kind = talk.unit.session.scalar(same.order_by(SealedEntry.left_at).limit(1))
    if kind is None:
        return False
    keep_words(talk, EntryKind(kind))
    return True


def _answer_anew(talk: Talk, file: SealedFile, answered: str) -> None:
    """Take a corrected answer: as the one that is asked for, a name in place of the former, a word only when asked."""
    outcome: Outcome | None = None
    if talk.asked == answered:
        outcome = step(answered, Said(talk.words), has_file=True)
    elif answered in NAMED:
        try:
            name_person(talk.unit, file, NAMED[answered], as_named(answered, talk.words))
        except ConsentError:
            outcome = Outcome(answered, (), (Reply("reply.sealed_again"),))
    elif answered not in PROVED:
        outcome = Outcome(answered, (), (asked_again(answered),))
    if outcome is not None:
        _follow(talk, outcome)
