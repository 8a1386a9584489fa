"""Needs of a policy document: steps alone, or steps with how many must accept and how soon they must act."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from yaml.nodes import MappingNode

from alerts.policy.ladder import Ladder
from alerts.policy.milestones import MILESTONES, Milestone, spans_of
from alerts.policy.steps import read_steps
from alerts.policy.values import count, span

if TYPE_CHECKING:
    from yaml.nodes import Node

    from alerts.policy.ladder import Step
    from alerts.policy.marked import Faults

ACCEPTS = range(1, 6)
"""More would be a crowd in which nobody has it."""
CONTACTS = (timedelta(minutes=5), timedelta(hours=24))
FILINGS = (timedelta(hours=1), timedelta(hours=168))
KEYS = ("accepts", "contact_within", "filed_within", "steps")


def read_need(faults: Faults, kind: str, node: Node, repeat: int) -> Ladder:
    """Read what is written below a need of this kind: a list of steps, or a mapping with ``steps`` in it."""
    if not isinstance(node, MappingNode):
        return Ladder(read_steps(faults, node), repeat)
    entries = faults.entries(node, KEYS)
    ladder = Ladder(
        _steps(faults, node, entries),
        repeat,
        count(faults, entries.get("accepts"), ACCEPTS, "how many must accept", 1),
        _within(faults, entries.get("contact_within"), CONTACTS),
        _within(faults, entries.get("filed_within"), FILINGS),
    )
    _check_filing(faults, kind, ladder, entries.get("filed_within"))
    return ladder


def _steps(faults: Faults, node: Node, entries: dict[str, Node]) -> tuple[Step, ...]:
    if "steps" in entries:
        return read_steps(faults, entries["steps"])
    faults.add(node, "say whom to ask: `steps`, with one at least")
    return ()


def _within(faults: Faults, node: Node | None, limits: tuple[timedelta, timedelta]) -> timedelta | None:
    return None if node is None else span(faults, node, limits, limits[0])


def _check_filing(faults: Faults, kind: str, ladder: Ladder, written: Node | None) -> None:
    if written is None:
        return
    if Milestone.FILED not in MILESTONES[kind]:
        faults.add(written, "only a lawyer files: leave `filed_within` out")
        return
    spans = spans_of(kind, ladder)
    if spans[Milestone.FILED] < spans[Milestone.CONTACT_MADE]:
        faults.add(
            written, "filing comes after the first contact: make `filed_within` no shorter than `contact_within`"
        )
