"""Who fits a need: a pure choice among candidates, in the order in which they should be asked.

For a custody alarm a lawyer who is too busy is better than none, so what is merely unfavourable changes the order
and only what makes a person the wrong one excludes: another role, a conflict of interest, a term that has ended, or
a stated fact that contradicts a criterion. What the case does not know excludes nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from contacts.values import Role


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a contact at the moment of choosing.

    `regions` are where the person works, `country` is where the person is; empty or None means not stated.
    `max_active_cases` None means no limit. `may_act_until` is the last day, in `timezone` (UTC if None or unknown).
    `conflicts`: helping in this case would be a conflict of interest.
    """

    contact_id: str
    role: Role
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    specialities: tuple[str, ...] = ()
    country: str | None = None
    active_cases: int = 0
    max_active_cases: int | None = None
    may_act_until: date | None = None
    timezone: str | None = None
    conflicts: bool = False

    @property
    def is_full(self) -> bool:
        """Whether the person has as many cases as they said they can take."""
        return self.max_active_cases is not None and self.active_cases >= self.max_active_cases


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a case needs at the instant `at`; None means that the case does not know."""

    role: Role
    at: datetime
    region: str | None = None
    language: str | None = None
    country: str | None = None
    specialities: frozenset[str] = frozenset()
    """What the case is known to be about; empty means that the case does not know."""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("instants carry a time zone")


def match(candidates: Iterable[Candidate], wanted: Wanted, match: frozenset[str]) -> list[Candidate]:
    """Everybody who may be asked, best first: those with room before those who are full, then by load, then by id.

    `match` names the criteria to hold to, from `CRITERIA`. A name that is not among them narrows nothing: a typing
    error in a policy must not silence an alarm (whoever reads policies should refuse it there).
    """
    criteria = [CRITERIA[name] for name in match if name in CRITERIA]
    fitting = [
        candidate
        for candidate in candidates
        if _may_act(candidate, wanted) and all(criterion(candidate, wanted) for criterion in criteria)
    ]
    return sorted(fitting, key=lambda one: (one.is_full, one.active_cases, one.contact_id))


def zone_or_utc(name: str | None) -> tzinfo:
    """The zone of this name; UTC without one, and for a broken one: it must not stop the search among all others."""
    try:
        return UTC if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _may_act(candidate: Candidate, wanted: Wanted) -> bool:
    return candidate.role == wanted.role and not candidate.conflicts and not _term_ended(candidate, wanted.at)


def _term_ended(candidate: Candidate, at: datetime) -> bool:
    last_day = candidate.may_act_until
    return last_day is not None and at.astimezone(zone_or_utc(candidate.timezone)).date() > last_day


def _in_region(candidate: Candidate, wanted: Wanted) -> bool:
    """Works in the region or in its whole country. Whoever stated no region is found by country only."""
    return wanted.region is None or any(_overlap(mine, wanted.region) for mine in candidate.regions)


def _in_country(candidate: Candidate, wanted: Wanted) -> bool:
    """Is in the country, works anywhere in it, or has stated neither."""
    if wanted.country is None or (candidate.country is None and not candidate.regions):
        return True
    return candidate.country == wanted.country or any(_overlap(mine, wanted.country) for mine in candidate.regions)


def _speaks(candidate: Candidate, wanted: Wanted) -> bool:
    """Speaks the language, in whichever script it is written. Whoever stated none is asked rather than passed over."""
    if wanted.language is None or not candidate.languages:
        return True
    return _spoken(wanted.language) in map(_spoken, candidate.languages)


def _is_specialist(candidate: Candidate, wanted: Wanted) -> bool:
    """Has stated one of the things the case is about."""
    stated = set(map(str.casefold, candidate.specialities))
    return not wanted.specialities or not stated.isdisjoint(map(str.casefold, wanted.specialities))


def _overlap(one: str, other: str) -> bool:
    """Whether two ISO 3166-2 regions are the same, or one of them is the other's whole country."""
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")


def _spoken(language: str) -> str:
    return language.partition("-")[0]


CRITERIA: Final[dict[str, Callable[[Candidate, Wanted], bool]]] = {
    "region": _in_region,
    "country": _in_country,
    "language": _speaks,
    "speciality": _is_specialist,
}
"""What a policy may name under `match`. A new criterion is one function and one line here."""
