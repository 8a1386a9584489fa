"""What helpers enter into the docket of a case, ``/hearing`` and ``/event``, and ask of it, ``/deadlines``.

Nothing is entered before they have said yes to the time as it was read: words leave room for doubt, and people will be
woken by it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from alerts.messages.buttons import mint
from alerts.needs.ways import way_to
from alerts.telling.case_list import works_on
from alerts.telling.docket_list import clocks_of
from alerts.telling.wording import CLOCKS, note_ref, when_ref
from bot.saying import put_away, say, toast
from cases.docket.entering import ABOUT_HEARINGS, OTHER, When, enter, standing_hearings, vocabulary
from cases.docket.models import Deadline, DeadlineState
from cases.docket.proposing import Proposed, entry_of, proposal, propose, settle, until_its_end, waiting
from cases.docket.vocabulary import is_set_for, meaning_of
from cases.models import Case
from contacts.models import Contact
from store.base import OWN
from store.claims import Claim, finish
from store.timers import TABLE as TIMERS
from store.timers import Timer
from texts.dates import stamp
from texts.when import Leaning, read_when

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from alerts.messages.buttons import Pressed
    from bot.updates import Press
    from cases.docket.models import Occurrence
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork
    from texts.when import Written

YES, NO, ANOTHER, MOVED = "entry_yes", "entry_no", "entry_another", "entry_moved"
"""What the buttons say. MOVED is followed by the place of the hearing that is meant: ``entry_moved:0``."""
ANSWERS: Final = frozenset({YES, NO, ANOTHER, MOVED})
HEARING, HEARING_MOVED, HEARING_OFF = "hearing_scheduled", "hearing_moved", "hearing_cancelled"
LONGEST_EVENT: Final = 12
"""Words of the longest event, where somebody writes spaces in it."""
LONGEST_NOTE: Final = 500
NOTE: Final = ("staff.entry_note", "note")
"""Says what they wrote beside it, which is known only until it was answered; and the value that says it."""


def zone_of(case: Case, zone: str) -> str:
    """Return the zone in which the papers of a case are dated; ``zone`` where nobody has said it."""
    return case.timezone or zone


# --- What they want to enter ----------------------------------------------------------------------------------------


def propose_hearing(unit: UnitOfWork, chat: Chat, contact: Contact, case: Case, words: str, *, zone: str) -> None:
    """Read back the time of a hearing, with what stands already; refuse one without a time, and one that is over."""
    if not words:
        return say(unit, chat, contact, "staff.hearing_how", {})
    zone = zone_of(case, zone)
    written = read_when(words, zone, unit.now)
    if written is None:
        return say(unit, chat, contact, "staff.when_unclear", {})
    refusal = refusal_of(written, unit.now)
    if refusal is not None:
        return say(unit, chat, contact, refusal, {"when": when_ref(written.at, zone, day_only=written.day_only)})
    wanted = Proposed(case.id, HEARING, _when(written), zone, note=written.rest[:LONGEST_NOTE])
    return _read_back(unit, chat, contact, case, wanted)


def refusal_of(written: Written, now: datetime) -> str | None:
    """Return the text that says why a time cannot be that of a hearing; None for one that lies ahead. Pure."""
    if written.day_only:
        return "staff.hearing_needs_time"
    return None if written.at > now else "staff.hearing_past"


def _read_back(unit: UnitOfWork, chat: Chat, contact: Contact, case: Case, wanted: Proposed) -> None:
    """Keep what they want to enter, with the hearings that may be meant, and ask whether it was read rightly."""
    standing = _by_matter(standing_hearings(unit, case.id)) if wanted.event in ABOUT_HEARINGS else {}
    proposed = replace(wanted, rivals=tuple(standing), stood=tuple(standing.values()))
    _ask(unit, chat, contact, case, (propose(unit, contact.id, proposed), proposed))


def _by_matter(hearings: Sequence[Occurrence]) -> dict[UUID, datetime]:
    """When each hearing is that stands, the soonest first: several sources may date one."""
    found = {one.matter_id: one.for_at for one in hearings if one.for_at is not None}
    return dict(sorted(found.items(), key=lambda one: one[1]))


def _ask(
    unit: UnitOfWork, chat: Chat, contact: Contact, case: Case, asked: tuple[UUID, Proposed], *, above: str = ""
) -> None:
    """Read back what waits for a yes. Where nobody has said in which zone the papers are dated, that is said too."""
    proposal_id, proposed = asked
    was = [stamp(at, proposed.zone) for at in proposed.stood]
    parts = [above, _check(proposed), *_note(proposed), *_beside(proposed, unit.now)]
    parts += [] if case.timezone is not None else ["staff.zone_assumed"]
    # Of several each stands on a button, in figures; one is said in full, because 01.12 is two days.
    stands = when_ref(proposed.stood[0], proposed.zone) if len(was) == 1 else ", ".join(was)
    values = {**_read(case, proposed, proposal_id), "was": stands, "zone": proposed.zone}
    buttons = [*_answers(unit, chat, proposal_id, proposed, was), [_button(unit, chat, NO, proposal_id)]]
    once = f"{_asks(proposal_id)}{unit.now.isoformat()}"
    say(unit, chat, contact, "|".join(part for part in parts if part), values, buttons=buttons, dedupe_key=once)


def _asks(proposal_id: UUID) -> str:
    """Begins the dedupe key of each message in which something is read back."""
    return f"entry:{proposal_id}:"


def _check(proposed: Proposed) -> str:
    """The text that says how something was read."""
    fixed = {HEARING: "staff.hearing_check", OTHER: "staff.event_unknown_check"}
    return fixed.get(proposed.event, "staff.event_set_check" if is_set_for(proposed.event) else "staff.event_check")


def _beside(proposed: Proposed, now: datetime) -> list[str]:
    """The texts that say what stands beside it, or what is odd about it."""
    match proposed.event, len(proposed.rivals):
        case ("hearing_scheduled", count):
            return ["staff.hearing_stands"] if count else []
        case ("hearing_cancelled", 0):
            return ["staff.hearing_none_stands"]
        case ("hearing_cancelled", count):
            return ["staff.hearing_is_off" if count == 1 else "staff.hearing_which"]
        case (event, _):
            return ["staff.event_ahead"] if proposed.when.at > now and not is_set_for(event) else []


def _answers(
    unit: UnitOfWork, chat: Chat, proposal_id: UUID, proposed: Proposed, was: Sequence[str]
) -> list[list[dict[str, Any]]]:
    """A button for each hearing that may be meant; where there are several, each names its own."""
    if not was or (proposed.event == HEARING_OFF and len(was) == 1):
        return [[_button(unit, chat, YES, proposal_id)]]
    if len(was) == 1:
        meant = [mint(unit, chat.id, f"{MOVED}:0", "button.hearing_moved", subject_id=proposal_id)]
    else:
        label = "button.hearing_off" if proposed.event == HEARING_OFF else "button.hearing_moved_from"
        meant = [
            mint(unit, chat.id, f"{MOVED}:{place}", label, subject_id=proposal_id, values={"was": one})
            for place, one in enumerate(was)
        ]
    if proposed.event == HEARING:
        meant.append(mint(unit, chat.id, ANOTHER, "button.hearing_another", subject_id=proposal_id))
    return [[one] for one in meant]


def propose_event(unit: UnitOfWork, chat: Chat, contact: Contact, case: Case, words: str, *, zone: str) -> None:
    """Read back what happened and when; a hearing as ``/hearing`` does. An unknown event is said to be unknown."""
    event, rest = split_event(words)
    if meaning_of(event).appointment:
        return propose_hearing(unit, chat, contact, case, rest, zone=zone)
    if not rest:
        return explain_events(unit, chat, contact)
    zone, ahead = zone_of(case, zone), is_set_for(event)
    written = read_when(rest, zone, unit.now, Leaning.AHEAD if ahead else Leaning.BEHIND)
    if written is None:
        return say(unit, chat, contact, "staff.when_unclear", {})
    known = event in vocabulary()
    note = written.rest if known else f"{event} {written.rest}"
    wanted = Proposed(case.id, event if known else OTHER, _when(written), zone, note=note.strip()[:LONGEST_NOTE])
    return _read_back(unit, chat, contact, case, wanted)


def split_event(words: str) -> tuple[str, str]:
    """Return the event that some words begin with, and what follows it; spaces may stand in it for underscores.

    Where no event is known by such a name, the first word is one nobody knows.
    """
    parts = words.split()
    for count in range(min(len(parts), LONGEST_EVENT), 0, -1):
        event = "_".join(parts[:count]).casefold().replace("-", "_")
        if event in vocabulary():
            return event, " ".join(parts[count:])
    return "".join(parts[:1]), " ".join(parts[1:])


def explain_events(unit: UnitOfWork, chat: Chat, contact: Contact) -> None:
    """Say how an event is entered, and which there are."""
    say(unit, chat, contact, "staff.event_how", {"events": ", ".join(vocabulary())})


def _when(written: Written) -> When:
    return When(written.at, written.day_only)


def _note(proposed: Proposed) -> list[str]:
    return [NOTE[0]] if proposed.note else []


def _read(case: Case, proposed: Proposed, proposal_id: UUID) -> dict[str, str]:
    """The values of a question: how the time was read, in figures nobody can mistake."""
    return {
        "code": case.code,
        "event": proposed.event,
        "when": when_ref(proposed.when.at, proposed.zone, day_only=proposed.when.day_only),
        **({"note": note_ref(proposal_id)} if proposed.note else {}),
    }


def _button(unit: UnitOfWork, chat: Chat, action: str, proposal_id: UUID) -> dict[str, Any]:
    return mint(unit, chat.id, action, f"button.{action}", subject_id=proposal_id)


# --- What they answer -----------------------------------------------------------------------------------------------


def answer_proposal(unit: UnitOfWork, chat: Chat, given: Press, contact: Contact, pressed: Pressed) -> None:
    """Enter what was read back, or forget it. Pressing again finds it answered; whoever has the case no longer, so."""
    proposed = None if pressed.subject_id is None else proposal(unit, pressed.subject_id)
    if proposed is None or pressed.subject_id is None:
        return toast(unit, chat, given, "staff.entry_settled")
    # The case before all that is looked at: of two who enter the same hearing at once, the second sees the first's.
    case = unit.session.get_one(Case, proposed.case_id, with_for_update=OWN, populate_existing=True)
    if not works_on(unit, contact, case.id):
        return toast(unit, chat, given, "staff.not_yours", {"code": case.code})
    if not settle(unit, pressed.subject_id, contact.id):
        return toast(unit, chat, given, "staff.entry_settled")
    toast(unit, chat, given, "")
    put_away(unit, _asks(pressed.subject_id), without=NOTE)
    return _settled(unit, chat, contact, case, (proposed, pressed.action))


def _settled(unit: UnitOfWork, chat: Chat, contact: Contact, case: Case, answer: tuple[Proposed, str]) -> None:
    proposed, action = answer
    hearing = proposed.event == HEARING
    if action == NO:
        return say(unit, chat, contact, "staff.not_entered", {"code": case.code})
    if hearing and proposed.when.at <= unit.now:
        return say(unit, chat, contact, "staff.hearing_past", {"when": when_ref(proposed.when.at, proposed.zone)})
    if _others_stand(unit, proposed):
        return _read_back(unit, chat, contact, case, proposed)
    kind, _, place = action.partition(":")
    meant = proposed.rivals[int(place)] if kind == MOVED else None
    if proposed.event == HEARING_OFF and len(proposed.rivals) == 1:
        meant = proposed.rivals[0]
    entry = entry_of(proposed, unit.now, event=HEARING_MOVED if hearing and meant is not None else None, moves=meant)
    enter(unit, case.id, entry, zone=proposed.zone)
    return _say_what_follows(unit, chat, contact, case)


def _others_stand(unit: UnitOfWork, proposed: Proposed) -> bool:
    """Whether somebody has entered, moved or cancelled a hearing since those that stood were read back."""
    if proposed.event not in ABOUT_HEARINGS:
        return False
    read_back = dict(zip(proposed.rivals, proposed.stood, strict=False))
    return _by_matter(standing_hearings(unit, proposed.case_id)) != read_back


def ask_again(unit: UnitOfWork, timer: Timer, held: Claim) -> None:
    """Ask once more what was not answered; at its end say that it is forgotten. Of a case given back, say nothing."""
    finish(unit.session, TIMERS, held)
    found = waiting(unit, timer.subject_id)
    if found is None:
        return
    contact_id, proposed = found
    waits_on = until_its_end(unit, timer.subject_id)
    contact = unit.session.get_one(Contact, contact_id)
    case, way = unit.session.get_one(Case, proposed.case_id), way_to(unit, contact)
    if way is None or contact.left_at is not None or not works_on(unit, contact, case.id):
        return
    if waits_on:
        _ask(unit, way.chat, contact, case, (timer.subject_id, proposed), above="staff.entry_again")
    else:
        put_away(unit, _asks(timer.subject_id), without=NOTE)
        say(unit, way.chat, contact, "staff.entry_forgotten", {"code": case.code})


def _say_what_follows(unit: UnitOfWork, chat: Chat, contact: Contact, case: Case) -> None:
    """Name the clocks that the entry set or moved, or that there are none: somebody may have expected one."""
    fresh = select(Deadline.id).where(
        Deadline.case_id == case.id, Deadline.state == DeadlineState.RUNNING, Deadline.counted_at == unit.now
    )
    clocks = unit.session.scalars(fresh.order_by(Deadline.safe_at, Deadline.id)).all()
    parts = [] if case.jurisdiction is not None else ["staff.no_jurisdiction"]
    parts.append("staff.entered" if clocks else "staff.entered_no_clock")
    say(unit, chat, contact, "|".join(parts), {"code": case.code, CLOCKS: [str(one) for one in clocks]})


# --- What they ask --------------------------------------------------------------------------------------------------


def list_clocks(unit: UnitOfWork, chat: Chat, contact: Contact, case: Case | None) -> None:
    """List what runs in a helper's cases, or in one of them, the soonest first."""
    clocks, more = clocks_of(unit, contact, None if case is None else case.id)
    if not clocks:
        return say(unit, chat, contact, "staff.deadlines_none", {})
    words = "staff.deadlines_more|staff.deadlines" if more else "staff.deadlines"
    return say(unit, chat, contact, words, {"count": str(more), CLOCKS: [str(one) for one in clocks]})
