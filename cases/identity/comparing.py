"""How much speaks for two reports being of one person, and what: a pure function of the two records.

The score is a probability in form only: it orders candidates and has one threshold, chosen on the tuning half of
``tests/identity``. Every reason is a word that the pages translate, so that a person can judge it and say no.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cases.identity.circumstances import YEAR, birth_says, document_says, place_says
from cases.identity.name_likeness import compare_names
from cases.identity.names import name_of
from cases.identity.records import Reason, Record, Verdict

if TYPE_CHECKING:
    from cases.identity.name_likeness import Names
    from cases.identity.records import Weighed

BEGINS: Final = -2.6
"""Two reports of anybody: nothing is known yet."""


def compare(one: Record, other: Record) -> Verdict:
    """Weigh two records. Symmetric; the order of words in a name changes nothing."""
    first, second = sorted((one, other), key=_order)
    names = compare_names(name_of(first.name), name_of(second.name))
    weights = [(Reason.NAME_DIFFERS, names.weight)] if names.weight < 0 else []
    weights += names.reasons
    birth = birth_says(first, second, is_common=names.is_common)
    document = document_says(first.document, second.document)
    place = place_says(first, second, is_common=names.is_common)
    others = [found for found in (birth, document, place) if found is not None]
    total = BEGINS + _name_in_light(names, birth, document) + sum(weight for _, weight in others)
    if names.is_common and not any(weight > 0 for _, weight in others) and _tell_more(first, second):
        total -= COMMON_ALONE
        others.append((Reason.COMMON_NAME, -COMMON_ALONE))
    weights += others
    ordered = sorted(weights, key=lambda found: -abs(found[1]))
    return Verdict(round(1 / (1 + math.exp(-total)), 9), tuple(dict.fromkeys(reason for reason, _ in ordered)))


COMMON_ALONE: Final = 2.4


def _tell_more(one: Record, other: Record) -> bool:
    """Whether more than a name is told, so that something could agree."""
    told = (one.born, one.age, one.place, one.document, other.born, other.age, other.place, other.document)
    return any(value not in (None, "") for value in told)


def _name_in_light(names: Names, birth: Weighed | None, document: Weighed | None) -> float:
    """A number that agrees outweighs another family name, and any other name if the birth agrees too."""
    same_paper = document is not None and document[0] is Reason.DOCUMENT_AGREES
    same_birth = birth is not None and birth[1] >= YEAR
    if same_paper and (same_birth or names.given_agrees):
        return max(names.weight, -3.0)
    return names.weight


def _order(record: Record) -> tuple[str, ...]:
    return (
        record.name,
        str(record.born),
        str(record.age),
        str(record.at),
        record.place,
        record.document,
    )
