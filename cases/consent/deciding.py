"""Whether an audience may see a field: a function of what was agreed to, and of how things stand. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cases.consent.vocabulary import BY_DEFAULT, CEILING, FIELDS, LEAST, NAMING, Audience, Authority, FieldClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


class Why(StrEnum):
    """Why a field is held back from an audience."""

    CEILING = "ceiling"
    """This audience never sees it."""
    FROZEN = "frozen"
    """Somebody took their consent back, and it is not settled yet."""
    HOSTILE = "hostile"
    """The report may be a trap: nothing leaves."""
    UNCORROBORATED = "uncorroborated"
    """One source is not enough to tell anybody but a lawyer."""
    MINOR = "minor"
    """A child is never named in public."""
    NOT_ASKED = "not_asked"
    REFUSED = "refused"
    COUNSEL = "counsel"
    """It lies in the compartment of counsel, and counsel has not released it to this audience."""
    GIVES_AWAY = "gives_away"
    """It repeats, in some script, what is held back."""


@dataclass(frozen=True)
class Decision:
    """One word of somebody about one audience and one class of fields."""

    audience: Audience
    kind: FieldClass
    granted: bool
    authority: Authority
    given_at: datetime
    """Aware UTC; of two words of one authority the later counts."""


@dataclass(frozen=True)
class Standing:
    """How things stand for one person: all that deciding needs to know."""

    decisions: tuple[Decision, ...] = ()
    frozen: bool = False
    hostile: bool = False
    minor: bool = False
    guardian_implicated: bool = False
    corroborated: bool = False
    """By a second source, or confirmed."""
    released_by_counsel: frozenset[tuple[str, Audience]] = field(default_factory=frozenset)


PRESS = frozenset({Audience.PRESS, Audience.PRESS_NAMED})


def why_not(name: str, audience: Audience, standing: Standing) -> Why | None:
    """Return why an audience may not see a field of a person; None where they may.

    Raises KeyError for a field that is not in the vocabulary.
    """
    kind = FIELDS[name]
    if name not in CEILING[audience]:
        return Why.CEILING
    if (barred := _barred(audience, standing)) is not None:
        return barred
    if audience in PRESS and standing.minor and name in NAMING:
        return Why.MINOR
    if kind is FieldClass.COUNSEL and not _is_open(name, audience, standing):
        return Why.COUNSEL
    return _not_agreed(name, kind, audience, standing)


def _barred(audience: Audience, standing: Standing) -> Why | None:
    """What keeps everything from an audience. The lawyer of the case is not an outsider: they must defend."""
    if audience is Audience.LAWYER:
        return None
    if standing.hostile:
        return Why.HOSTILE
    if standing.frozen:
        return Why.FROZEN
    return None if standing.corroborated else Why.UNCORROBORATED


def _is_open(name: str, audience: Audience, standing: Standing) -> bool:
    """Whether counsel lets an audience see a field of the compartment."""
    return audience is Audience.LAWYER or (name, audience) in standing.released_by_counsel


def _not_agreed(name: str, kind: FieldClass, audience: Audience, standing: Standing) -> Why | None:
    word = in_force(audience, kind, standing)
    if word is None:
        return None if kind in BY_DEFAULT.get(audience, frozenset()) else Why.NOT_ASKED
    if not word.granted:
        return Why.REFUSED
    if word.authority is Authority.VITAL_INTEREST and name not in LEAST:
        return Why.NOT_ASKED
    return None


def in_force(audience: Audience, kind: FieldClass, standing: Standing) -> Decision | None:
    """Return the word that counts: of the highest authority that has spoken, the latest; a refusal wins a tie.

    A reporter authorises nothing. A guardian who is implicated does not count. Vital interest counts only for UNHCR,
    and where nobody is known to have refused this audience anything.
    """
    about = [one for one in standing.decisions if one.audience is audience]
    counting = [one for one in about if one.kind is kind and _counts(one, about, standing)]
    return max(counting, key=lambda one: (one.authority, one.given_at, not one.granted), default=None)


def _counts(one: Decision, about: Iterable[Decision], standing: Standing) -> bool:
    match one.authority:
        case Authority.REPORTER:
            return not one.granted
        case Authority.GUARDIAN:
            return not (one.granted and standing.guardian_implicated)
        case Authority.VITAL_INTEREST:
            return one.audience is Audience.UNHCR and all(other.granted for other in about)
        case _:
            return True


@dataclass(frozen=True)
class Known:
    """One field of a person as it is known now. The value shows in no repr."""

    name: str
    value: str = field(repr=False)
    source: str = field(default="", repr=False)
    confidence: str = ""


@dataclass(frozen=True)
class Seen:
    """What an audience gets, and which fields it does not, and why."""

    shown: tuple[Known, ...]
    held_back: Mapping[str, Why]


def divide(known: Iterable[Known], audience: Audience, standing: Standing) -> Seen:
    """Divide what is known into what an audience may see and what it may not, field by field.

    Whether a field that may be seen repeats one that may not is for the caller: see ``cases.consent.echoes``.
    """
    fields = tuple(known)
    held_back = {one.name: why for one in fields if (why := why_not(one.name, audience, standing)) is not None}
    return Seen(tuple(one for one in fields if one.name not in held_back), held_back)
