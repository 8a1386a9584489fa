"""The team: is there anybody to ring, on every shift of the next week, and could one event silence them all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alerts.needs.ways import way_to, ways_to
from alerts.occasions.people_drill import latest_score
from alerts.policy import default_policy
from alerts.policy.policies import ABSENT, duty_named, find_member, policies_in_force
from app.doctor.findings import Finding, Level, fault, ok, warn
from contacts.directory import active_contacts, name_of
from contacts.roster import Shift, shifts_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.wiring import House
    from contacts.duty import Duty
    from contacts.roster import RosterPlan
    from store.unit_of_work import UnitOfWork

AHEAD = timedelta(days=7)
LONG_AGO = timedelta(days=100)
"""A drill of people each quarter."""
INDISPENSABLE = ("coordinator", "lawyer")


def check_team(house: House) -> Iterator[Finding]:
    """Look at who can be rung. One finding a matter, and one for each roster that has a hole."""
    with house.store.read() as unit:
        yield from _linked(unit)
        yield from _rosters(unit)


def check_drill(house: House) -> Finding:
    """When everybody was rung last to see who answers."""
    with house.store.read() as unit:
        found, now = latest_score(unit), unit.now
    ring = "tell them, then `panah drill ring`; `panah drill score` says who answered when"
    if found is None:
        return warn("drill", "nobody has ever rung everybody to see who answers", ring)
    if now - found.began_at > LONG_AGO:
        return warn("drill", f"nobody has rung everybody for {LONG_AGO.days} days to see who answers", ring)
    said = f"{found.in_time} of {len(found.answers)} answered within two minutes on {found.began_at:%Y-%m-%d}"
    if found.silent * 2 > len(found.answers):
        return warn("drill", f"{said}, {found.silent} not at all", "see that they hear alerts at night; ring again")
    return ok("drill", said)


def _linked(unit: UnitOfWork) -> Iterator[Finding]:
    """Somebody of each role without whom a report leads nowhere."""
    for role in INDISPENSABLE:
        there = list(active_contacts(unit, role))
        linked = [contact for contact in there if way_to(unit, contact) is not None]
        if not linked:
            said = f"none of {len(there)} can be reached" if there else "there is none"
            yield fault(role, said, "panah contacts import FILE.csv, then panah contacts link-code NAME for each")
        else:
            yield ok(role, f"{len(linked)} of {len(there)} can be reached")


def _rosters(unit: UnitOfWork) -> Iterator[Finding]:
    policies = policies_in_force(unit)
    if policies == default_policy():
        yield warn("policy", "none was imported: all coordinators are rung at once", "panah policy import FILE.yaml")
        return
    for name in sorted(policies.missing_rosters):
        yield warn(
            f"roster {name}",
            "a policy names this roster and nobody has described it: every coordinator is rung in its place",
            "describe it in the policy file and import that again",
        )
    for spec in policies.rosters:
        duty = duty_named(unit, spec.name)
        if duty is None:
            yield fault(f"roster {spec.name}", "it has no members", "name some in the policy file")
        else:
            yield from _roster(unit, duty)


def _roster(unit: UnitOfWork, duty: Duty) -> Iterator[Finding]:
    plan = duty.roster
    name = f"roster {plan.name}"
    holes = list(_holes(unit, duty))
    yield from (_hole(name, why, shift, plan, now=shift.from_ <= unit.now) for why, shift in holes)
    if not holes:
        yield ok(name, f"somebody can be reached on every shift of the next {AHEAD.days} days")
    yield from _one_country(unit, name, plan.members)


def _holes(unit: UnitOfWork, duty: Duty) -> Iterator[tuple[str, Shift]]:
    """Yield the first shift of each reason why nobody would hear."""
    seen: set[str] = set()
    for shift in shifts_between(duty.roster, duty.overrides, unit.now, unit.now + AHEAD):
        why = _why_unheard(unit, shift.member)
        if why is not None and why not in seen:
            seen.add(why)
            yield why, shift


def _why_unheard(unit: UnitOfWork, member: str | None) -> str | None:
    """Say why a shift's member would not hear an alert; None when they would."""
    contact = None if member is None or member == ABSENT else find_member(unit, member)
    if contact is None:
        return "a member is not among the contacts"
    if contact.left_at is not None:
        return f"{name_of(unit, contact)} has left"
    return None if ways_to(unit, contact) else f"{name_of(unit, contact)} cannot be reached: no linked, living account"


def _hole(name: str, why: str, shift: Shift, plan: RosterPlan, *, now: bool) -> Finding:
    when = "now" if now else f"from {shift.from_.astimezone(ZoneInfo(plan.timezone)):%a %Y-%m-%d %H:%M} {plan.timezone}"
    level = Level.FAULT if now else Level.WARN
    return Finding(
        name, level, f"nobody on call {when}: {why}", "link them (panah contacts link-code NAME), or panah roster cover"
    )


def _one_country(unit: UnitOfWork, name: str, members: Iterable[str]) -> Iterator[Finding]:
    found = (find_member(unit, member) for member in members)
    countries = [contact.country for contact in found if contact is not None and contact.left_at is None]
    if len(set(countries)) == 1 and countries[0] is not None:
        yield warn(
            name,
            f"everybody on it is in {countries[0]}: one blackout or one raid silences it",
            "add somebody abroad, or a second roster behind it",
        )
