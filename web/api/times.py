"""Clocks as the API shows them: the safe date first, the arguable one once it is all that is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.docket.reading import rule_named
from law.shipped import load_rules
from law.signoff import signoffs
from web.api import shapes

if TYPE_CHECKING:
    from cases.docket.reading import ShownDeadline
    from law.rules import Rule
    from store.unit_of_work import UnitOfWork

Signed = frozenset[tuple[str, str]]
"""Rules that a lawyer vouches for now: id, and fingerprint of the text."""


def signed_rules(unit: UnitOfWork) -> Signed:
    """Return them, with one look at the database however many clocks there are."""
    return frozenset((one.rule_id, one.text_hash) for one in signoffs(unit) if one.at <= unit.now < one.until)


def clock_of(row: ShownDeadline, signed: Signed) -> shapes.Clock:
    """Return one clock as it is shown."""
    rule = rule_named(row.rule_id)
    return shapes.Clock(
        id=f"{row.code}.{row.number}",
        code=row.code,
        number=row.number,
        rule=row.rule_id,
        source=None if rule is None else _law(rule),
        verified=row.rule_hash is None or (row.rule_id, row.rule_hash) in signed,
        track=row.track,
        severity=row.severity,
        state=row.state,
        zone=row.zone,
        safe_at=row.safe_at,
        safe_on=row.safe_on,
        arguable_at=row.arguable_at if row.safe_passed else None,
        safe_passed=row.safe_passed,
        missed=row.missed,
    )


def _law(rule: Rule) -> shapes.Law:
    return shapes.Law(
        title=rule.title,
        law=rule.source.law,
        article=rule.source.article,
        edition=rule.source.edition,
        confidence=rule.date_confidence,
        as_of=rule.as_of,
        doubts=[doubt.id for doubt in load_rules().doubts_about(rule)],
    )
