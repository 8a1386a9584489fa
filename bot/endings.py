"""What helpers say is done or all right: a clock by ``/done CODE.3 NOTE``, a watch by its button."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from alerts.messages.buttons import mint
from alerts.needs.milestone_buttons import ALL_RIGHT, NO_LONGER
from alerts.telling.case_list import works_on
from alerts.telling.docket_list import clock_name, own_clocks, own_watches
from alerts.telling.wording import CLOCKS, WATCHES
from bot.saying import say, toast
from cases.codes import normalise_code
from cases.docket import closing
from cases.docket.models import Deadline, Watch
from cases.docket.reading import case_by_code
from cases.docket.vocabulary import NEEDS_AN_ANSWER
from cases.docket.watches import give_up_watch, keep_watch
from cases.models import Case
from store.base import OWN

if TYPE_CHECKING:
    from uuid import UUID

    from alerts.messages.buttons import Pressed
    from bot.updates import Press
    from contacts.models import Contact
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

_NAME: Final = re.compile(r"(?P<code>[^.]{6,9})\.(?P<number>\d{1,4})(?!\S)(?P<note>.*)", re.DOTALL)


@dataclass(frozen=True)
class NamedClock:
    """A clock as somebody names it, and what they say of it."""

    code: str
    number: int
    note: str = field(repr=False)


def read_clock(typed: str) -> NamedClock | None:
    """Read ``K7M-4TX.3 what was done``; None where a text does not begin with the name of a clock. Pure."""
    found = _NAME.match(typed)
    code = None if found is None else normalise_code(found["code"])
    return None if found is None or code is None else NamedClock(code, int(found["number"]), found["note"].strip())


def end_clock(unit: UnitOfWork, chat: Chat, contact: Contact, named: NamedClock) -> None:
    """End a clock with a note. Of a case that a helper may not know of there is nothing to note, as if it were none."""
    clock = _clock(unit, contact, named)
    if clock is None:
        return say(unit, chat, contact, "staff.done_nothing", {})
    name = {"id": clock_name(unit, clock)}
    try:
        ended = closing.mark_done(unit, clock.id, by=unit.actor, note=named.note)
    except closing.NoteMissingError:
        return say(unit, chat, contact, "staff.done_note_missing", name)
    return say(unit, chat, contact, "staff.clock_done" if ended else "staff.clock_done_before", name)


def _clock(unit: UnitOfWork, contact: Contact, named: NamedClock) -> Deadline | None:
    case = case_by_code(unit, named.code)
    if case is None or not works_on(unit, contact, case.id):
        return None
    numbered = select(Deadline).where(Deadline.case_id == case.id, Deadline.number == named.number)
    return unit.session.scalars(numbered).one_or_none()


def say_all_right(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: Pressed) -> None:
    """Note that what was watched for is as it should be, or need not be watched for any more.

    Pressing again changes nothing.
    """
    case_id = unit.session.get_one(Watch, pressed.subject_id).case_id
    # The case before its watches, as everywhere.
    case = unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    watch = unit.session.get_one(Watch, pressed.subject_id, with_for_update=OWN, populate_existing=True)
    code = {"code": case.code}
    if not works_on(unit, contact, case_id):
        return toast(unit, chat, given, "staff.not_yours", code)
    if watch.kind in NEEDS_AN_ANSWER:
        return say(unit, chat, contact, f"watch.{watch.kind}", code)
    if pressed.action == NO_LONGER:
        give_up_watch(unit, watch, by=unit.actor)
        said = "staff.watch_given_up"
    else:
        keep_watch(unit, watch, by=unit.actor)
        said = "staff.watch_kept"
    toast(unit, chat, given, said, code)
    return say(unit, chat, contact, said, code)


def list_clocks_and_watches(unit: UnitOfWork, chat: Chat, contact: Contact) -> bool:
    """List what runs in the cases a helper has taken, and what nobody has answered; return whether there is any."""
    clocks, _ = own_clocks(unit, contact)
    if clocks:
        first = clock_name(unit, unit.session.get_one(Deadline, clocks[0]))
        values = {"id": first, CLOCKS: [str(one) for one in clocks]}
        say(unit, chat, contact, "staff.clock_done_how|staff.deadlines", values)
    watches = own_watches(unit, contact)
    if watches:
        buttons = [_answers(unit, chat, one, number) for number, one in enumerate(watches, start=1)]
        say(unit, chat, contact, "staff.watches", {WATCHES: [str(one) for one in watches]}, buttons=buttons)
    return bool(clocks or watches)


def _answers(unit: UnitOfWork, chat: Chat, watch_id: UUID, number: int) -> list[dict[str, Any]]:
    """What can be said of a watch in a list; one that repeats can be ended, but not what needs an answer."""
    watch = unit.session.get_one(Watch, watch_id)
    if watch.kind in NEEDS_AN_ANSWER:
        return []
    repeats = watch.every_seconds is not None
    labels = {ALL_RIGHT: "button.all_right_number"} | ({NO_LONGER: "button.no_longer_number"} if repeats else {})
    values = {"number": str(number)}
    return [mint(unit, chat.id, action, label, subject_id=watch_id, values=values) for action, label in labels.items()]
