"""What helpers say of the cases they have taken: contact made, filed, give it back; by buttons and by ``/done``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.needs.milestone_buttons import GIVE_BACK, GIVE_BACK_ALL
from alerts.policy.milestones import Milestone
from alerts.search.acks import Ack
from alerts.search.following_up import give_away, reach, to_be_done
from alerts.telling.page_words import code_of
from alerts.telling.wording import say_ref
from bot.endings import end_clock, list_clocks_and_watches, read_clock
from bot.saying import say, toast
from cases.codes import normalise_code
from cases.models import Case

if TYPE_CHECKING:
    from alerts.models import Need
    from bot.updates import Press
    from contacts.models import Contact
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork


def say_how_far(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: tuple[str, Need]) -> None:
    """Note what a press says of an acceptance. Whoever has it no longer is told so in a message: a toast is short."""
    action, need = pressed
    code = code_of(unit, need)
    if action in (GIVE_BACK, GIVE_BACK_ALL):
        ack = give_away(unit, need.id, contact.id, whole=action == GIVE_BACK_ALL)
    else:
        ack = reach(unit, need.id, contact.id, Milestone(action))
    match ack:
        case Ack.NOTED:
            toast(unit, chat, given, "staff.noted", {"code": code, "milestone": say_ref(f"milestone.{action}")})
        case Ack.GIVEN_BACK:
            toast(unit, chat, given, "staff.gave_back", {"code": code})
        case Ack.CLOSED:
            toast(unit, chat, given, "staff.need_closed", {"code": code})
        case _:
            toast(unit, chat, given, "staff.not_yours", {"code": code})
            say(unit, chat, contact, "staff.not_yours", {"code": code})


def mark_done(unit: UnitOfWork, chat: Chat, contact: Contact, typed: str) -> None:
    """Note the next milestone of what a helper has of a case, or the end of a clock that is named.

    Of any other case there is nothing to note for them.
    """
    named = read_clock(typed)
    if named is not None:
        end_clock(unit, chat, contact, named)
        return
    case = unit.session.scalars(select(Case).where(Case.code == normalise_code(typed))).one_or_none()
    mine = [] if case is None else [one for one in to_be_done(unit, contact.id) if one[0].case_id == case.id]
    if case is None or not mine:
        say(unit, chat, contact, "staff.done_nothing", {})
        return
    need, milestone = mine[0]
    reach(unit, need.id, contact.id, milestone)
    say(unit, chat, contact, "staff.noted", {"code": case.code, "milestone": say_ref(f"milestone.{milestone}")})


def list_to_be_done(unit: UnitOfWork, chat: Chat, contact: Contact) -> None:
    """List what a helper has still to do, by what comes next; then what runs, and what nobody has answered."""
    codes: dict[str, list[str]] = {}
    for need, milestone in to_be_done(unit, contact.id):
        codes.setdefault(milestone, []).append(code_of(unit, need))
    if codes:
        _list_milestones(unit, chat, contact, codes)
    if not list_clocks_and_watches(unit, chat, contact) and not codes:
        say(unit, chat, contact, "staff.done_all", {})


def _list_milestones(unit: UnitOfWork, chat: Chat, contact: Contact, codes: dict[str, list[str]]) -> None:
    in_order = [milestone for milestone in Milestone if milestone in codes]
    template = "|".join([*(f"staff.to_do_{milestone}" for milestone in in_order), "staff.done_how"])
    say(unit, chat, contact, template, {milestone: ", ".join(codes[milestone]) for milestone in in_order})
