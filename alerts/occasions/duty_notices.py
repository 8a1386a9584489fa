"""Duty: what a roster owes its people and their team, told in time and once.

Every minute all rosters are looked at; :mod:`contacts.duty` says what is found, and gives each finding a key. A look is
a timer's row: one worker has it at a time, and one that comes late, after the power was out, finds what is still news.
What is told carries the finding's key, so that a look that is repeated tells nothing twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import select, update

from alerts.events import PoliciesReplaced, ShiftConfirmed, ShiftCovered, ShiftUnconfirmed
from alerts.models import RosterOverride, ShiftTest
from alerts.needs.duty_team import checked, members_of, shift_tests
from alerts.occasions.shifts import note_unconfirmed, send_test
from alerts.policy.policies import duties, duty_named, find_member, rosters_since
from alerts.telling.duty_words import tell
from alerts.telling.wording import contact_ref, day_ref, roster_ref, time_ref
from contacts.directory import active_contacts
from contacts.duty import Check, HandOff, Hole, Unconfirmed, look_over
from contacts.models import Contact
from contacts.roster import on_call
from store.claims import Claim, finish
from store.timers import TABLE as TIMERS
from store.timers import Timer, set_timer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from contacts.duty import Duty, Finding
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

TIMER: Final = "watch_rosters"
ROSTERS: Final = UUID(int=1)
"""What the timer is about: all rosters together."""
EVERY: Final = timedelta(minutes=1)


def watch_rosters(unit: UnitOfWork, timer: Timer, held: Claim) -> None:
    """Look at all rosters, and again a minute later; where there are none any more, not again."""
    finish(unit.session, TIMERS, held)
    found = duties(unit)
    look_at(unit, found)
    if found:
        set_timer(unit, timer.kind, timer.subject_id, unit.now + EVERY)


def keep_watch(unit: UnitOfWork) -> None:
    """See that the rosters are looked at within a minute, also after a clock that ran ahead; repeating it is safe."""
    timer = unit.session.scalars(select(Timer).where(Timer.kind == TIMER, Timer.subject_id == ROSTERS)).one_or_none()
    if timer is None or (timer.due_at is None and timer.parked_at is None):
        if duties(unit):
            set_timer(unit, TIMER, ROSTERS, unit.now + EVERY)
        return
    unit.session.execute(
        update(Timer)
        .where(Timer.id == timer.id, Timer.fence.is_(None), Timer.due_at > unit.now + EVERY)
        .values(due_at=unit.now + EVERY)
    )


def watch_anew(unit: UnitOfWork, event: Event) -> None:
    """Look at once at what was agreed about a shift; at new rosters in a minute, for people may be linked just now."""
    if isinstance(event, PoliciesReplaced):
        set_timer(unit, TIMER, ROSTERS, unit.now + EVERY)
    elif isinstance(event, ShiftCovered):
        set_timer(unit, TIMER, ROSTERS, unit.now)


def look_at(unit: UnitOfWork, rosters: list[Duty]) -> None:
    """Tell what is to be told now. Repeating it tells nothing twice."""
    tests = shift_tests(unit)
    found = look_over(rosters, members_of(unit, rosters), checked(tests), unit.now)
    for finding in found:
        _tell(unit, finding, tests)


def _tell(unit: UnitOfWork, finding: Finding, tests: dict[str, ShiftTest]) -> None:
    match finding:
        case Hole():
            _tell_hole(unit, finding)
        case HandOff():
            _tell_hand_off(unit, finding)
        case Check():
            send_test(unit, finding)
        case Unconfirmed(roster=roster, member=member, at=at):
            late = [test for test in tests.values() if _is_of(test, roster, member) and test.starts_at == at]
            for test in late:
                note_unconfirmed(unit, test.id)


def _is_of(test: ShiftTest, roster: str, member: str) -> bool:
    return test.roster == roster and str(test.contact_id) == member


def _tell_hole(unit: UnitOfWork, hole: Hole) -> None:
    """Tell the coordinators that nobody would hear an alert; whose turn it is, if we know them."""
    contact = None if hole.member is None else find_member(unit, hole.member)
    values = {
        "roster": roster_ref(hole.roster),
        "from": day_ref(hole.from_),
        "until": day_ref(_end_of(unit, hole)),
        **({} if contact is None else {"name": contact_ref(contact.id)}),
    }
    known = "" if contact is None else f"_{hole.why}"
    for coordinator in active_contacts(unit, "coordinator"):
        tell(unit, coordinator, f"hole{known}", values, once=hole.key)


def _end_of(unit: UnitOfWork, hole: Hole) -> datetime:
    """When the shift ends that has the hole, which may be beyond what was looked at."""
    duty = duty_named(unit, hole.roster)
    return (None if duty is None else on_call(duty.roster, duty.overrides, hole.from_).until) or hole.until


def _tell_hand_off(unit: UnitOfWork, hand_off: HandOff) -> None:
    """Tell who goes and who comes; not of a shift that had begun before there were rosters here."""
    since = rosters_since(unit)
    if since is None or hand_off.at < since:
        return
    roster = {"roster": roster_ref(hand_off.roster), "at": day_ref(hand_off.at)}
    comes = _present(unit, hand_off.to)
    goes = None if hand_off.from_ is None else _present(unit, hand_off.from_)
    if comes is not None:
        tell(unit, comes, "yours", roster, once=hand_off.key)
    if goes is not None:
        name = {"name": contact_ref(comes.id)} if comes is not None else {}
        tell(unit, goes, "over" if comes is not None else "over_alone", {**roster, **name}, once=hand_off.key)


def _present(unit: UnitOfWork, member: str) -> Contact | None:
    contact = find_member(unit, member)
    return None if contact is None or contact.left_at is not None else contact


def tell_covered(unit: UnitOfWork, event: Event) -> None:
    """Tell whoever takes over part of a roster what they have agreed to."""
    if not isinstance(event, ShiftCovered):
        return
    override = unit.session.get_one(RosterOverride, event.override_id)
    values = {
        "roster": roster_ref(override.roster),
        "from": day_ref(override.starts_at),
        "until": day_ref(override.ends_at),
    }
    contact = unit.session.get_one(Contact, event.contact_id)
    tell(unit, contact, "cover", values, once=f"cover:{override.id}")


def tell_unconfirmed(unit: UnitOfWork, event: Event) -> None:
    """Tell the coordinators, and whoever is on call until then, that somebody has not confirmed the test."""
    if not isinstance(event, ShiftUnconfirmed):
        return
    test = unit.session.get_one(ShiftTest, event.test_id)
    if test.confirmed_at is None:
        _tell_others(unit, test, "unconfirmed")


def tell_confirmed_late(unit: UnitOfWork, event: Event) -> None:
    """Take back what was told when a test was not confirmed in time and is now."""
    if not isinstance(event, ShiftConfirmed):
        return
    test = unit.session.get_one(ShiftTest, event.test_id)
    if test.told_at is not None:
        _tell_others(unit, test, "confirmed_late")


def _tell_others(unit: UnitOfWork, test: ShiftTest, words: str) -> None:
    values = {
        "roster": roster_ref(test.roster),
        "name": contact_ref(test.contact_id),
        "at": time_ref(test.starts_at),
    }
    for contact in _each_once(_who_cares(unit, test)):
        if contact.id != test.contact_id:
            tell(unit, contact, words, values, once=f"{words}:{test.id}")


def _who_cares(unit: UnitOfWork, test: ShiftTest) -> Iterator[Contact]:
    yield from active_contacts(unit, "coordinator")
    duty = duty_named(unit, test.roster)
    member = None if duty is None else on_call(duty.roster, duty.overrides, unit.now).member
    contact = None if member is None else _present(unit, member)
    if contact is not None:
        yield contact


def _each_once(contacts: Iterable[Contact]) -> list[Contact]:
    return list({contact.id: contact for contact in contacts}.values())
