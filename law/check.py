"""What is wrong with the rules today: unsigned, changed since, expired, old, doubtful. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from law.spans import add_months

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

    from law.rules import Rule, Rulebook

REVERIFIED_EVERY_MONTHS: Final = 6
"""How long a sign-off may be good for, and how often a rule must be looked at again."""
EDITION_GOOD_FOR_MONTHS: Final = 12


@dataclass(frozen=True)
class Signoff:
    """A sign-off that was not revoked. ``by`` is a contact's id; ``at`` and ``until`` are aware UTC."""

    rule_id: str
    text_hash: str
    by: UUID
    at: datetime
    until: datetime


class Fault(StrEnum):
    """What can be found."""

    UNSIGNED = "unsigned"
    CHANGED = "changed_since_signed"
    EXPIRED = "signoff_expired"
    REVERIFY = "reverification_due"
    OLD_EDITION = "old_edition"
    LOW_CONFIDENCE = "low_confidence"
    NEEDS_RECHECK = "needs_recheck"
    CONFLICTING = "conflicting"


@dataclass(frozen=True)
class Finding:
    """One thing found about one rule, and what to do."""

    rule_id: str
    fault: Fault
    detail: str


def findings(rulebook: Rulebook, signoffs: Iterable[Signoff], today: date) -> list[Finding]:
    """Return everything found, in the order of the rules. ``today`` is a date in UTC.

    A sign-off that ends today is expired: one day early is the safe side.
    """
    by_rule: dict[str, list[Signoff]] = {}
    for signoff in signoffs:
        by_rule.setdefault(signoff.rule_id, []).append(signoff)
    return [finding for rule in rulebook.rules for finding in _of_rule(rulebook, rule, by_rule.get(rule.id, []), today)]


def in_force(rule: Rule, signoffs: Iterable[Signoff], today: date) -> list[Signoff]:
    """Return the sign-offs that hold for the rule as it reads now."""
    return [one for one in signoffs if one.rule_id == rule.id and _binds(one, rule) and not _expired(one, today)]


def _of_rule(rulebook: Rulebook, rule: Rule, signoffs: list[Signoff], today: date) -> Iterator[Finding]:
    yield from _signing(rule, signoffs, today)
    yield from _edition(rule, today)
    if rule.confidence == "low":
        yield Finding(rule.id, Fault.LOW_CONFIDENCE, "excerpt, weak or old source, or conflict: read the law itself")
    elif rule.counting.confidence == "low":
        yield Finding(rule.id, Fault.LOW_CONFIDENCE, f"how it is counted is not known well: {rule.counting.law}")
    if rule.needs_recheck:
        yield Finding(rule.id, Fault.NEEDS_RECHECK, f"read in: {rule.edition}; check the current edition")
    for doubt in rulebook.doubts_about(rule):
        yield Finding(rule.id, Fault.CONFLICTING, f"{doubt.id} ({doubt.severity}): {doubt.topic} {doubt.action}")


def _signing(rule: Rule, signoffs: list[Signoff], today: date) -> Iterator[Finding]:
    bound = [one for one in signoffs if _binds(one, rule)]
    good = [one for one in bound if not _expired(one, today)]
    if not signoffs:
        yield Finding(rule.id, Fault.UNSIGNED, "no lawyer has signed it off; it alarms staff only, as unverified")
    elif not bound:
        yield Finding(rule.id, Fault.CHANGED, "its text or edition is not what was signed; have it signed again")
    elif not good:
        last = max(one.until for one in bound)
        yield Finding(rule.id, Fault.EXPIRED, f"signed until {last:%Y-%m-%d}; have it signed again")
    elif all(add_months(one.at.date(), REVERIFIED_EVERY_MONTHS) <= today for one in good):
        last = max(one.at for one in good)
        yield Finding(rule.id, Fault.REVERIFY, f"last looked at on {last:%Y-%m-%d}; that is six months ago")


def _edition(rule: Rule, today: date) -> Iterator[Finding]:
    dated = rule.source.edition_date
    if dated is None:
        yield Finding(rule.id, Fault.OLD_EDITION, "the text it was read in bears no date")
    elif add_months(_earliest(dated), EDITION_GOOD_FOR_MONTHS) <= today:
        yield Finding(rule.id, Fault.OLD_EDITION, f"read in a text of {dated}: older than a year")


def _earliest(dated: str) -> date:
    """The first day that an edition of ``2026-07-12``, ``2018-07``, ``2024``, ``2020+`` or ``2024-2025`` may mean."""
    year, _, rest = dated.partition("-")
    months_and_days = [int(part) for part in rest.split("-") if part.isdigit()]
    if not months_and_days or months_and_days[0] > 12:  # noqa: PLR2004  a span of years
        return date(int(year[:4]), 1, 1)
    return date(int(year), *months_and_days) if len(months_and_days) > 1 else date(int(year), months_and_days[0], 1)


def _binds(signoff: Signoff, rule: Rule) -> bool:
    return signoff.text_hash == rule.text_hash()


def _expired(signoff: Signoff, today: date) -> bool:
    return signoff.until.date() <= today
