"""The words of consent: fields of a person, classes of them, audiences, authorities. Tables, nothing else."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Audience(StrEnum):
    """A group of recipients. ``export --for`` and releases take these names."""

    LAWYER = "lawyer"
    UNHCR = "unhcr"
    UN = "un"
    """UN treaty bodies and special procedures."""
    NGO = "ngo"
    """International organisations."""
    EMBASSY = "embassy"
    """Of a State that may help; never of the feared one."""
    PARTNER = "partner"
    PRESS = "press"
    """Without name."""
    PRESS_NAMED = "press-named"
    FAMILY = "family"

    @property
    def in_keys(self) -> str:
        """How the keys of texts name it."""
        return self.value.replace("-", "_")


class FieldClass(StrEnum):
    """What consent is given for at once."""

    IDENTITY = "identity"
    CUSTODY = "custody"
    PROCEEDINGS = "proceedings"
    RETURN = "return"
    """To which State the person may be returned, and that they fear it."""
    FAMILY = "family"
    REACH = "reach"
    """How the family and counsel are reached."""
    CARE = "care"
    """What makes the person more vulnerable: a child, pregnancy, an urgent need of a doctor."""
    COUNSEL = "counsel"
    """The compartment of counsel: entry, the asylum narrative, torture, health, sexuality, religion."""


class Authority(IntEnum):
    """Who decides for a person: of two who disagree the higher counts, of one the later word."""

    REPORTER = 1
    """Can authorise nothing; what they refuse is heeded."""
    VITAL_INTEREST = 2
    """Nobody was asked because nobody can be; a coordinator and a lawyer answer for it. UNHCR only, the least."""
    RELATIVE = 3
    GUARDIAN = 4
    PRIOR_INSTRUCTION = 5
    """What the person decided before it happened."""
    PERSON = 6


FIELDS: Final[Mapping[str, FieldClass]] = MappingProxyType(
    {
        "name_latin": FieldClass.IDENTITY,
        "name_native": FieldClass.IDENTITY,
        "birth_date": FieldClass.IDENTITY,
        "nationality": FieldClass.IDENTITY,
        "document_number": FieldClass.IDENTITY,
        "asylum_certificate": FieldClass.IDENTITY,
        "country": FieldClass.CUSTODY,
        "region": FieldClass.CUSTODY,
        "place": FieldClass.CUSTODY,
        "agency": FieldClass.CUSTODY,
        "officer": FieldClass.CUSTODY,
        "taken_on": FieldClass.CUSTODY,
        "articles": FieldClass.PROCEEDINGS,
        "court": FieldClass.PROCEEDINGS,
        "court_date": FieldClass.PROCEEDINGS,
        "removal_order": FieldClass.PROCEEDINGS,
        "asylum_asked": FieldClass.PROCEEDINGS,
        "signed": FieldClass.PROCEEDINGS,
        "language": FieldClass.PROCEEDINGS,
        "feared_state": FieldClass.RETURN,
        "fears_return": FieldClass.RETURN,
        "relation": FieldClass.FAMILY,
        "dependants": FieldClass.FAMILY,
        "family_contact": FieldClass.REACH,
        "instructs": FieldClass.REACH,
        "counsel_name": FieldClass.REACH,
        "counsel_contact": FieldClass.REACH,
        "minor": FieldClass.CARE,
        "pregnant": FieldClass.CARE,
        "medical_urgent": FieldClass.CARE,
        "survivor": FieldClass.CARE,
        "interviewer": FieldClass.CARE,
        "gender_wanted": FieldClass.CARE,
        "entry_route": FieldClass.COUNSEL,
        "entry_date": FieldClass.COUNSEL,
        "asylum_narrative": FieldClass.COUNSEL,
        "torture": FieldClass.COUNSEL,
        "health": FieldClass.COUNSEL,
        "sexuality": FieldClass.COUNSEL,
        "religion": FieldClass.COUNSEL,
    }
)

NAMING: Final = frozenset({"name_latin", "name_native"})
"""Fields that name the person."""

IDENTIFYING: Final = frozenset(
    {
        *NAMING,
        "birth_date",
        "document_number",
        "asylum_certificate",
        "place",
        "officer",
        "family_contact",
        "instructs",
        "counsel_name",
        "counsel_contact",
    }
)
"""Fields whose value, found inside another field, gives the person or somebody near them away."""

UNNAMED: Final = frozenset(
    {"country", "region", "nationality", "feared_state", "removal_order", "court_date", "taken_on"}
)
"""All that a report without a name may hold; dates are told to the month (see ``views.audience``)."""

LEAST: Final = frozenset(
    {"name_latin", "name_native", "birth_date", "nationality", "country", "region", "place", "taken_on", "feared_state"}
)
"""What UNHCR needs to find a person and ask for them: all that vital interest opens."""

_OF_THE_CASE = frozenset(name for name, kind in FIELDS.items() if kind is not FieldClass.COUNSEL)
_PRIVATE = frozenset({"survivor", "interviewer", "gender_wanted"})

CEILING: Final[Mapping[Audience, frozenset[str]]] = MappingProxyType(
    {
        Audience.LAWYER: frozenset(FIELDS),
        Audience.UNHCR: frozenset(FIELDS) - _PRIVATE,
        Audience.UN: frozenset(FIELDS) - _PRIVATE,
        Audience.NGO: _OF_THE_CASE
        - _PRIVATE
        - {"family_contact", "instructs", "document_number", "asylum_certificate"},
        Audience.EMBASSY: _OF_THE_CASE
        - _PRIVATE
        - {
            "family_contact",
            "instructs",
            "feared_state",
            "fears_return",
            "asylum_asked",
            "asylum_certificate",
            "dependants",
        },
        Audience.PARTNER: _OF_THE_CASE - _PRIVATE - {"document_number", "asylum_certificate"},
        Audience.PRESS: UNNAMED,
        Audience.PRESS_NAMED: UNNAMED | NAMING,
        Audience.FAMILY: frozenset(
            {"country", "region", "place", "agency", "court", "court_date", "counsel_name", "counsel_contact"}
        ),
    }
)
"""The most each audience may ever see, whatever was agreed to."""

BY_DEFAULT: Final[Mapping[Audience, frozenset[FieldClass]]] = MappingProxyType({Audience.LAWYER: frozenset(FieldClass)})
"""What is open before anybody was asked: to the lawyer who takes the case, everything, since counsel keeps it."""
