"""From policies to YAML, in the form a person would write; ``read_policies`` gives the same policies back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from alerts.policy.ladder import Holder, Order, Person, Role, Roster
from alerts.policy.spans import write_turn, write_wait

if TYPE_CHECKING:
    from alerts.policy.ladder import Ladder, Step, Target
    from alerts.policy.model import OverrideSpec, Policies, Policy, RosterSpec

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def to_yaml(policies: Policies) -> str:
    """Write a document. It names the people of its rosters and steps: keep it as safe as the contacts."""
    document: dict[str, Any] = {}
    if policies.policies:
        document["policies"] = [_policy(policy) for policy in policies.policies]
    if policies.rosters:
        document["rosters"] = [_roster(roster) for roster in policies.rosters]
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def _policy(policy: Policy) -> dict[str, Any]:
    repeat = next((ladder.rounds for ladder in policy.needs.values()), 1)
    return {
        "name": policy.name,
        "applies_to": {"jurisdictions": _any_or(policy.jurisdictions), "risk": _any_or(policy.risks)},
        "repeat": repeat,
        "needs": {need: _need(ladder) for need, ladder in policy.needs.items()},
    }


def _need(ladder: Ladder) -> dict[str, Any] | list[dict[str, Any]]:
    """The list of steps, or a mapping where there is more to say than steps."""
    steps = [_step(step) for step in ladder.steps]
    spans = {"contact_within": ladder.contact_within, "filed_within": ladder.filed_within}
    said: dict[str, Any] = {} if ladder.accepts == 1 else {"accepts": ladder.accepts}
    said |= {key: write_wait(span) for key, span in spans.items() if span is not None}
    return said | {"steps": steps} if said else steps


def _any_or(values: frozenset[str] | None) -> str | list[str]:
    return "any" if values is None else sorted(values)


def _step(step: Step) -> dict[str, Any]:
    written: dict[str, Any] = {
        "notify": [_target(target) for target in step.notify],
        "channels": list(step.channels),
        "wait": write_wait(step.wait),
    }
    if step.order is Order.IN_TURN:
        written |= {"order": step.order.value, "gap": write_wait(step.gap)}
    return written


def _target(target: Target) -> dict[str, Any]:
    match target:
        case Roster(name):
            return {"roster": name}
        case Person(name):
            return {"person": name}
        case Role(role, criteria):
            return {"role": role, "match": sorted(criteria)} if criteria else {"role": role}
        case Holder():
            raise ValueError("no document names whoever has the case: they are asked before any step of it")


def _roster(roster: RosterSpec) -> dict[str, Any]:
    day = "" if roster.handoff_weekday is None else f"{_WEEKDAYS[roster.handoff_weekday]} "
    overrides = [_override(one) for one in roster.overrides]
    return {
        "name": roster.name,
        "timezone": roster.timezone,
        "rotation": {
            "every": write_turn(roster.every),
            "handoff": f"{day}{roster.handoff_time:%H:%M}",
            "members": list(roster.members),
        },
        **({"overrides": overrides} if overrides else {}),
    }


def _override(one: OverrideSpec) -> dict[str, Any]:
    return {"member": one.member, "from": f"{one.from_:%Y-%m-%d %H:%M}", "until": f"{one.until:%Y-%m-%d %H:%M}"}
