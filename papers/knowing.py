"""What is known of what a paper asks for, as far as whoever it is for may know it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cases.consent.deciding import Known
from cases.consent.values import CONFIDENCES
from cases.consent.vocabulary import FIELDS, Audience
from cases.docket.custody import Custody
from law.shipped import load_rules
from papers.kinds import DOCKET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cases.consent.deciding import Why
    from papers.kinds import Kind
    from papers.record import Instant, Record

IN_LATIN_LETTERS: Final = frozenset({"en", "tr"})
SURE: Final = "high"
NAMES: Final = ("name_latin", "name_native")
HELD_IN: Final = {"held_in_kz": "KZ", "held_in_tr": "TR"}
IN_CUSTODY: Final = frozenset({Custody.HELD, Custody.TRANSFERRED})
PRESS: Final = frozenset({Audience.PRESS, Audience.PRESS_NAMED})
DOUBTFUL: Final = "low"
"""So unsure that a paper says it is to be confirmed, beside the value."""


def held_back(kind: Kind, record: Record) -> Mapping[str, Why]:
    """Return which fields a paper would tell that are known and may not be told to its audience, and why."""
    back = record.views[kind.audience].held_back
    return {name: back[name] for name in back if name in kind.fields}


def is_known(name: str, kind: Kind, record: Record) -> bool:
    """Whether there is something to write for a name in papers of this kind, that need not be asked for any more."""
    known = known_of(name, record, kind.audience)
    return known is not None and not is_doubtful(known)


def is_doubtful(known: Known | Instant | str | None) -> bool:
    """Whether what is known is so unsure that somebody must be asked before it is told."""
    return isinstance(known, Known) and known.confidence == DOUBTFUL


def known_of(name: str, record: Record, audience: Audience, language: str = "") -> Known | Instant | str | None:
    """Return what is known under a name of a form, and may be told to an audience; None where nothing is."""
    if name in FIELDS:
        told = next((one for one in record.views[audience].fields if one.name == name), None)
        return _day_of_arrest(record, audience) if told is None and name == "taken_on" else told
    if name in DOCKET:
        return record.told(audience, name)
    if name == "person":
        return _person(record, audience, language)
    return _made(name, record)


def _day_of_arrest(record: Record, audience: Audience) -> Instant | None:
    """The day on which the docket has liberty end, for where nobody entered one; the press is told no such day."""
    since = None if audience in PRESS else record.told(audience, "held_since")
    return None if since is None else replace(since, day_only=True)


def _made(name: str, record: Record) -> str | None:
    """What is made of other things; the values are for whoever asks whether there is something."""
    made: dict[str, str | None] = {
        "code": record.code,
        "next_update": None if record.next_update_at is None else record.next_update_at.isoformat(),
        "our_number": record.our_number,
        "exhibits": str(len(record.exhibits)) if record.exhibits else None,
        "deadlines": str(len(record.terms)) if record.terms else None,
        "rights": record.situation.jurisdiction if has_card(record) else None,
        "held_how": record.situation.held_as or None,
        "is_held": "yes" if record.situation.custody in IN_CUSTODY else None,
        **{name: name if record.situation.held_as == name else None for name in ("as_suspect", "administratively")},
        "as_they_came": None if record.as_copies else "yes",
        "as_copies": "yes" if record.as_copies else None,
        **{name: name if record.situation.jurisdiction == state else None for name, state in HELD_IN.items()},
    }
    return made[name]


def _person(record: Record, audience: Audience, language: str) -> Known | None:
    """The name as a sentence has it, as sure as the less sure of what it is made of; None: not told.

    In Latin letters; with the native one behind it where the filing is in others.
    """
    fields = {one.name: one for one in record.views[audience].fields}
    names = [fields[name] for name in NAMES if name in fields]
    if language in IN_LATIN_LETTERS:
        names = names[:1]
    if not names:
        return None
    least = min((one.confidence for one in names), key=_sureness)
    return Known("person", " / ".join(dict.fromkeys(one.value for one in names)), confidence=least)


def _sureness(confidence: str) -> int:
    return CONFIDENCES.index(confidence) if confidence in CONFIDENCES else 0


def has_card(record: Record) -> bool:
    """Whether there is a card of rights for where the person is."""
    return any(card.jurisdiction == record.situation.jurisdiction for card in load_rules().cards)
