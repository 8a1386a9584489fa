"""What the law's own data says under an id, with where it was read: for papers that must not say more than that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from law.rules import EVERYWHERE, load_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from law.rules import Instrument, Rule


@dataclass(frozen=True)
class Cited:
    """One sentence of the law's data. ``rule_id`` is empty for what no lawyer can sign: all but rules."""

    text: str
    source: str
    jurisdiction: str
    """Where it holds."""
    rule_id: str = ""


def cited(what: str) -> Cited:
    """Return what the law says under an id: a rule, a lever, ``instrument.part`` or ``card.N``, its Nth point.

    Raises KeyError where there is nothing.
    """
    rules = load_rules()
    for rule in rules.rules:
        if rule.id == what:
            return _of_rule(rule)
    for lever in rules.levers:
        if lever.id == what:
            source = (
                f"{lever.source.law}, {lever.source.article}; {lever.source.edition}; confidence {lever.confidence}"
            )
            return Cited(lever.text, source, lever.jurisdiction)
    name, _, part = what.partition(".")
    for card in rules.cards:
        if card.id == name and part.isdigit():
            point = card.points[int(part) - 1]
            return Cited(
                point.point, f"{', '.join(point.sources) or 'no source'} {point.article}".strip(), card.jurisdiction
            )
    found = instrument(name)
    if found is None or not part:
        raise KeyError(what)
    return Cited(str(getattr(found, part)), told_source(found), EVERYWHERE)


def _of_rule(rule: Rule) -> Cited:
    period = rule.period.native_wording or (
        "" if rule.period.value is None else f"{rule.period.value} {rule.period.unit.replace('_', ' ')}"
    )
    text = f"{rule.title}{': ' if period else ''}{period}"
    source = f"{rule.source.law}, {rule.source.article}; {rule.source.edition}; confidence {rule.confidence}"
    return Cited(text, source, rule.jurisdiction, rule.id)


def instrument(id_: str) -> Instrument | None:
    """Return an instrument of the law; None for no id."""
    return next((one for one in load_rules().instruments if one.id == id_), None)


def told_source(one: Instrument) -> str:
    """Say where an instrument was read, and how sure that is."""
    return f"{named(one.sources)}; confidence {one.confidence}"


def named(ids: Iterable[str]) -> str:
    """Say which laws and pages are meant by their ids; those that no rule cites stand as they are."""
    known = {of.id: f"{of.law}; {of.edition}" for rule in load_rules().rules for of in (rule.source, *rule.also)}
    return ", ".join(known.get(id_, f"source {id_} of law/rules") for id_ in ids) or "no source"
