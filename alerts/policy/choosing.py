"""Which policy a case falls under, and the one that holds where a team has written none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.policy.ladder import Ladder, Role, Roster, Step, Target
from alerts.policy.model import Policies, Policy

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXACT, _ABOUT, _GENERAL, _PERHAPS = 3, 2, 1, 0


def default_policy() -> Policies:
    """A document that works without any setting up: whoever is on duty, then every coordinator; lawyers by nearness."""
    coordinator = Ladder(
        (_ask(Roster("duty"), minutes=2), _ask(Role("coordinator"), minutes=3)),
        repeat=3,
    )
    lawyer = Ladder(
        (
            _ask(Role("lawyer", frozenset({"region", "language"})), minutes=5),
            _ask(Role("lawyer", frozenset({"country"})), minutes=10),
            _ask(Role("lawyer"), minutes=10),
        ),
        repeat=3,
    )
    return Policies((Policy("default", {"coordinator": coordinator, "lawyer": lawyer}),))


def choose_policy(policies: Sequence[Policy], jurisdiction: str | None, risk: str | None) -> Policy:
    """The most specific policy that fits; the default one if none does, never nothing.

    The place weighs more than the risk; of equals the first written wins. A part of a country (KZ-ALM) is also in its
    country's policies. What is not known excludes nothing, because the policy a team wrote is better than the default:
    then the most general fits best.
    """
    best: Policy = default_policy().policies[0]
    best_rank: tuple[int, ...] = ()  # lower than any
    for policy in policies:
        place, level = _place_rank(policy.jurisdictions, jurisdiction), _rank(policy.risks, risk)
        if place is not None and level is not None and (place, level) > best_rank:
            best, best_rank = policy, (place, level)
    return best


def _ask(target: Target, *, minutes: int) -> Step:
    return Step((target,), ("telegram",), timedelta(minutes=minutes))


def _rank(stated: frozenset[str] | None, known: str | None) -> int | None:
    """How well what a policy states fits what is known; None if it excludes it."""
    if stated is None:
        return _GENERAL
    if known is None:
        return _PERHAPS
    return _EXACT if known in stated else None


def _place_rank(stated: frozenset[str] | None, known: str | None) -> int | None:
    if stated is None or known is None or known in stated:
        return _rank(stated, known)
    country, _, part = known.partition("-")
    if part:
        return _ABOUT if country in stated else None
    return _PERHAPS if any(place.startswith(f"{country}-") for place in stated) else None
