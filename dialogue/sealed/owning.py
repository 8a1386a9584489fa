"""What only the person may do with their sealed file: withdraw it, stop or pause check-ins, agree on other words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.sending.erasing import erase_quietly
from cases.consent.agreeing import freeze
from cases.sealed import check_ins
from cases.sealed.keeping import counted, withdraw
from dialogue.model import Reply, Tapped
from dialogue.sealed.deciding import ANOTHER, MENU, asked_again, menu
from dialogue.sealed.talk import AGREED, is_known

if TYPE_CHECKING:
    from cases.sealed.models import SealedFile
    from dialogue.sealed.talk import Talk


def prove(talk: Talk, file: SealedFile, what: str) -> list[Reply]:
    """Do it for who knows the phrase, or where there is none; for who is forced it looks so, and is asked as ever."""
    is_first = what.startswith(ANOTHER) and getattr(file, AGREED[what.removeprefix(ANOTHER)]) is None
    if file.phrase is None or is_first or is_known(talk.unit, file, talk.words):
        return _do(talk, file, what)
    if isinstance(talk.heard.given, Tapped):
        return [Reply("ask.sealed_say_phrase")]
    row = check_ins.check_in_of(talk.unit, file.case_id)
    if row is not None:
        check_ins.doubt(talk.unit, row)
    return [Reply("reply.sealed_not_phrase")]


def _do(talk: Talk, file: SealedFile, what: str) -> list[Reply]:
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


def _withdraw(talk: Talk, file: SealedFile) -> list[Reply]:
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
