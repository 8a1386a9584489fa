"""From YAML to policies. Checks everything that can be checked without the contacts, and tells all faults at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from yaml.nodes import Node, ScalarNode

from alerts.policy.ladder import Ladder
from alerts.policy.marked import Faults, compose
from alerts.policy.model import ANY, NEEDS, RISKS, Policies, Policy, RosterSpec
from alerts.policy.needs import read_need
from alerts.policy.rosters import read_roster
from alerts.policy.steps import read_steps
from alerts.policy.values import count, name_in, present
from contacts.values import REGION

if TYPE_CHECKING:
    from collections.abc import Callable

Named = TypeVar("Named", Policy, RosterSpec)

DEFAULT_REPEAT = 3
REPEATS = range(1, 21)
SHORT_FORM = "coordinator"
"""The need meant by ``steps:`` directly under a policy."""


def read_policies(text: str) -> Policies:
    """Read a policy document; PolicyError names the line of each fault and what to write, and repeats no names."""
    faults = Faults()
    entries = faults.entries(compose(text), ("policies", "rosters"))
    policies = _read_each(faults, entries, "policies", _policy)
    rosters = _read_each(faults, entries, "rosters", read_roster)
    faults.raise_any()
    return Policies(policies, rosters)


def _read_each(
    faults: Faults, entries: dict[str, Node], key: str, read: Callable[[Faults, Node], Named | None]
) -> tuple[Named, ...]:
    """What stands below a key that may be missing; two of the same name are a fault."""
    nodes = faults.items(entries[key], key) if key in entries else []
    found: dict[str, Named] = {}
    for node in nodes:
        one = read(faults, node)
        if one is not None and one.name in found:
            faults.add(node, "this name is taken by an earlier one of the list: give it another")
        elif one is not None:
            found[one.name] = one
    return tuple(found.values())


def _policy(faults: Faults, node: Node) -> Policy | None:
    entries = faults.entries(node, ("name", "applies_to", "repeat", "needs", "steps"))
    name = name_in(faults, node, entries, "policy")
    repeat = count(faults, entries.get("repeat"), REPEATS, "how many rounds there are in all", DEFAULT_REPEAT)
    places, risks = _applies_to(faults, entries.get("applies_to"))
    needs = _needs(faults, node, entries, repeat)
    return None if name is None else Policy(name, needs, places, risks)


def _needs(faults: Faults, node: Node, entries: dict[str, Node], repeat: int) -> dict[str, Ladder]:
    if ("needs" in entries) == ("steps" in entries):
        faults.add(node, "write either `needs` or, for a coordinator alone, `steps`")
        return {}
    if "steps" in entries:
        return {SHORT_FORM: Ladder(read_steps(faults, entries["steps"]), repeat)}
    needs = faults.entries(entries["needs"], NEEDS)
    if not needs:
        faults.add(entries["needs"], "name one need at least, with its steps")
    return {kind: read_need(faults, kind, need, repeat) for kind, need in needs.items()}


def _applies_to(faults: Faults, node: Node | None) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    if node is None:
        return ANY, ANY
    entries = faults.entries(node, ("jurisdictions", "risk"))
    return (
        _any_or(faults, entries.get("jurisdictions"), "codes of countries (KZ) or regions (KZ-ALM)", _place),
        _any_or(faults, entries.get("risk"), "levels of risk", _risk),
    )


def _any_or(
    faults: Faults, node: Node | None, what: str, read: Callable[[Faults, Node], str | None]
) -> frozenset[str] | None:
    """``any``, one value or a list of values."""
    if node is None or (isinstance(node, ScalarNode) and node.value == "any"):
        return ANY
    nodes = [node] if isinstance(node, ScalarNode) else faults.items(node, f"{what}, or the word any")
    return frozenset(present(read(faults, one) for one in nodes))


def _place(faults: Faults, node: Node) -> str | None:
    said = faults.text(node, "the code of a country (KZ) or region (KZ-ALM)")
    if said is None or REGION.fullmatch(said):
        return said
    faults.add(node, "write the ISO code of a country (KZ) or of a part of it (KZ-ALM) in capitals")
    return None


def _risk(faults: Faults, node: Node) -> str | None:
    return faults.word(node, RISKS, "level of risk")
