"""Steps of a policy document: whom they ask and by which channels."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.policy.ladder import DEFAULT_GAP, Order, Person, Role, Roster, Step, Target
from alerts.policy.values import name_of, present, span, words
from contacts.matching import CRITERIA
from contacts.values import ChannelName
from contacts.values import Role as ContactRole

if TYPE_CHECKING:
    from yaml.nodes import Node

    from alerts.policy.marked import Faults

DEFAULT_WAIT = timedelta(minutes=3)
DEFAULT_CHANNELS = ("telegram",)
WAITS = (timedelta(seconds=10), timedelta(hours=24))
"""Shorter, nobody could answer; longer, nobody would be asked."""
GAPS = (timedelta(seconds=5), timedelta(hours=1))
CHANNELS = tuple(map(str, ChannelName))
ROLES = tuple(map(str, ContactRole))
KINDS = ("roster", "role", "person")


def read_steps(faults: Faults, node: Node) -> tuple[Step, ...]:
    """Read the steps of one need."""
    return present(_step(faults, one) for one in faults.items(node, "steps"))


def _step(faults: Faults, node: Node) -> Step | None:
    entries = faults.entries(node, ("notify", "channels", "wait", "order", "gap"))
    if "notify" not in entries:
        faults.add(node, "say whom to ask: `notify` with a roster, a role or a person")
        return None
    step = Step(
        present(_target(faults, one) for one in faults.items(entries["notify"], "rosters, roles or persons")),
        _channels(faults, entries.get("channels")),
        span(faults, entries.get("wait"), WAITS, DEFAULT_WAIT),
        _order(faults, entries.get("order")),
        span(faults, entries.get("gap"), GAPS, DEFAULT_GAP),
    )
    _check_gap(faults, node, step, has_gap="gap" in entries)
    return step


def _check_gap(faults: Faults, node: Node, step: Step, *, has_gap: bool) -> None:
    if step.order is Order.AT_ONCE and has_gap:
        faults.add(node, "a gap needs `order: in_turn`; without it all channels ring at once")
    if step.order is Order.IN_TURN and step.gap * (len(step.channels) - 1) >= step.wait:
        faults.add(node, "the last channel would ring after the wait is over: make the wait longer or the gap shorter")


def _target(faults: Faults, node: Node) -> Target | None:
    entries = faults.entries(node, (*KINDS, "match"))
    kinds = [kind for kind in KINDS if kind in entries]
    if len(kinds) != 1:
        faults.add(node, "name one of these: a `roster`, a `role` or a `person`")
        return None
    if "role" in entries:
        return _role(faults, entries)
    if "match" in entries:
        faults.add(entries["match"], "only a `role` can be narrowed by `match`")
    name = name_of(faults, entries[kinds[0]])
    if name is None:
        return None
    return Roster(name) if "roster" in entries else Person(name)


def _role(faults: Faults, entries: dict[str, Node]) -> Role | None:
    role = faults.word(entries["role"], ROLES, "role")
    criteria = words(faults, entries["match"], tuple(CRITERIA), "criterion") if "match" in entries else ()
    return None if role is None else Role(role, frozenset(criteria))


def _channels(faults: Faults, node: Node | None) -> tuple[str, ...]:
    return DEFAULT_CHANNELS if node is None else words(faults, node, CHANNELS, "channel")


def _order(faults: Faults, node: Node | None) -> Order:
    said = None if node is None else faults.word(node, tuple(map(str, Order)), "order")
    return Order.AT_ONCE if said is None else Order(said)
