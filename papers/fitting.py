"""Which papers fit a case as it stands, why, and what to beware of. Pure; the answers are keys of texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cases.consent.vocabulary import Audience
from law.shipped import load_rules
from papers.knowing import held_back, is_known
from papers.record import ORDERED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cases.consent.deciding import Why
    from papers.kinds import Kind, When
    from papers.record import Record, Situation

OUTSIDE: Final = frozenset(Audience) - {Audience.LAWYER, Audience.FAMILY}
"""Audiences outside the team and the family: nothing goes to them before the case is borne out."""


class Fit(StrEnum):
    """Whether a kind is what the case needs."""

    NOW = "now"
    LATER = "later"
    """It can be drafted ahead; what makes it due has not happened."""
    NEVER = "never"
    """It does not exist where the person is held."""


@dataclass(frozen=True)
class Reason:
    """A key of the texts, and what is put into it."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """What is said of one kind: whether it fits, why, what to beware of, what is missing and from whom."""

    kind: Kind
    fit: Fit
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    missing: Mapping[str, str]
    """What it is not complete without, and who would know."""
    held_back: Mapping[str, Why]
    """What is known and may not be told to this audience."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing that it needs is missing."""
        return not self.missing and not set(self.held_back) & set(self.kind.needs)


def offers_of(kinds: Iterable[Kind], record: Record) -> list[Offer]:
    """Say of every kind how it fits; in the order of the kinds."""
    kinds = list(kinds)
    return [offer_of(one, record, kinds) for one in kinds]


def offer_of(kind: Kind, record: Record, kinds: Iterable[Kind]) -> Offer:
    """Say how a kind fits; ``kinds``: all there are, for those of its nature."""
    fit, reasons = _fits(kind.when, record.situation)
    back = held_back(kind, record)
    return Offer(
        kind=kind,
        fit=fit,
        reasons=tuple(reasons),
        warnings=tuple(_warnings(kind, record, kinds)),
        missing={
            name: who for name, who in kind.needs.items() if not is_known(name, kind, record) and name not in back
        },
        held_back=back,
    )


def _fits(when: When, now: Situation) -> tuple[Fit, list[Reason]]:
    where = _where(when, now.jurisdiction)
    if where is not None and now.jurisdiction is not None:
        return Fit.NEVER, [where]
    place = [] if where is None else [where]
    met, unmet = _met(when, now)
    if unmet:
        return Fit.LATER, [*place, *unmet]
    return (Fit.LATER if place else Fit.NOW), [*place, *met]


def _where(when: When, jurisdiction: str | None) -> Reason | None:
    """What keeps a kind from this State; None where nothing does. A State that is not known yet keeps it waiting."""
    states = when.states
    if when.where_rule:
        states = frozenset(load_rules().rule(when.where_rule).only_in)
    if not states or jurisdiction in states:
        return None
    return Reason("papers.why_no_state" if jurisdiction is None else "papers.why_not_there")


def _met(when: When, now: Situation) -> tuple[list[Reason], list[Reason]]:
    """Divide the conditions into those that hold and those that do not."""
    met: list[Reason] = []
    unmet: list[Reason] = []
    if when.custody:
        (met if now.custody in when.custody else unmet).append(Reason("papers.why_custody", {"custody": now.custody}))
    if when.risk or when.events:
        happened = sorted(when.events & now.happened)
        if happened:
            met.append(Reason("papers.why_event", {"event": happened[0]}))
        elif when.risk and now.risk >= when.risk:
            met.append(Reason("papers.why_risk", {"level": str(now.risk)}))
        else:
            unmet.append(Reason("papers.why_not_yet"))
    if when.foreign and now.is_citizen:
        unmet.append(Reason("papers.why_citizen"))
    if when.fear and now.has_no_fear:
        unmet.append(Reason("papers.why_no_fear"))
    if when.verified:
        (met if now.is_verified else unmet).append(
            Reason("papers.why_verified" if now.is_verified else "papers.why_unverified")
        )
    return met, unmet


def _warnings(kind: Kind, record: Record, kinds: Iterable[Kind]) -> Iterator[Reason]:
    now = record.situation
    if kind.audience in OUTSIDE and not now.is_borne_out:
        yield Reason("papers.beware_uncorroborated")
    if kind.audience is Audience.LAWYER and not now.is_borne_out:
        yield Reason("papers.beware_disclosure")
    if now.is_citizen and not kind.when.events.isdisjoint(ORDERED) and not kind.when.foreign:
        yield Reason("papers.beware_citizen")
    if kind.when.known_for and now.jurisdiction not in kind.when.known_for:
        yield Reason("papers.beware_office" if kind.audience is Audience.UNHCR else "papers.beware_acceptance")
    for other in kinds:
        if kind.family and other.family == kind.family and other.id != kind.id and other.id in now.left:
            yield Reason("papers.beware_same", {"kind": other.id})
    if kind.id in now.left:
        yield Reason("papers.beware_again")
    if not record.views[kind.audience].fields and kind.fields:
        yield Reason("papers.beware_consent")
