"""A rule as it would be signed, in lines a lawyer can read and compare: at the terminal and on its page alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from law.rules import Doubt, Extension, Period, Rule


def told(rule: Rule) -> Iterator[str]:
    """Yield the whole of a rule, line by line, with the way it is counted and its fingerprint."""
    yield f"{rule.id}: {rule.title}"
    yield f"kind: {rule.kind}"
    yield f"counts from: {rule.trigger_event} ({rule.direction.replace('_', ' ')})"
    if rule.safe_trigger_event is not None:
        yield f"safe date counts from: {rule.safe_trigger_event}, if known"
    yield f"period: {_length(rule.period)}"
    if rule.safe_period is not None:
        yield f"safe period: {_length(rule.safe_period)}"
    if rule.safe_note:
        yield f"safe: {rule.safe_note}"
    for step in rule.extensions:
        yield f"may be extended: {_step(step)}"
    yield f"a last day off moves, for the arguable date: {'yes' if rule.roll_if_non_working else 'no'}"
    if rule.only_in:
        yield f"only in: {', '.join(rule.only_in)}"
    yield f"do: {rule.action_required}"
    yield f"addressee: {rule.addressee or 'nobody'}"
    yield f"if missed: {rule.consequence_if_missed or 'nothing is said'}"
    yield f"notes: {rule.notes or 'none'}"
    if rule.passing_harms:
        yield "its passing harms: whoever has the case is reminded before it"
    yield f"source: {rule.source.law}, {rule.source.article}"
    yield f"edition: {rule.edition}"
    yield f"url: {rule.source.url}"
    yield from (f"also: {one.law}, {one.article}; {one.edition}; {one.url}" for one in rule.also)
    yield f"as of: {rule.as_of or 'unknown'}; confidence: {rule.confidence}"
    yield f"counted by {rule.counting.id} ({rule.counting.law}), confidence {rule.counting.confidence}:"
    yield from (f"    {line}" for line in rule.counting.reading)
    if rule.counting.working_days_confidence:
        yield f"    confidence that days off may not count: {rule.counting.working_days_confidence}"
    if rule.counting.doubt:
        yield f"    doubt: {rule.counting.doubt}"
    yield f"fingerprint: {rule.text_hash()}"


def _length(period: Period) -> str:
    if period.value is None:
        before = period.days_before_ruling_date
        return "to the date in the ruling" + (f", less days: {before}" if before else "")
    native = f" ({period.native_wording})" if period.native_wording else ""
    return f"{period.value} {period.unit.replace('_', ' ')}{native}"


def _step(step: Extension) -> str:
    unit = step.unit.replace("_", " ")
    if step.plus is not None:
        return f"by {step.plus} {unit}, {step.ground}"
    return f"to {step.up_to} {unit}, {step.ground}" if step.up_to is not None else step.ground


def doubt_told(doubt: Doubt) -> str:
    """Say in a line where sources contradict each other."""
    return f"doubt {doubt.id} ({doubt.severity}): {doubt.topic} {doubt.detail} {doubt.action}"
