"""The kinds of papers there are, read from ``forms/*.yaml``: one file a kind, and a fault in it is named.

How a form is written stands in ``docs/papers.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from cases.consent.vocabulary import FIELDS, Audience, FieldClass
from cases.docket.custody import Custody
from papers.errors import FormError
from papers.markup import Line, fields_in, read_lines
from texts.quick_yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMS: Final = Path(__file__).parent / "forms"
FILING_LANGUAGES: Final = ("en", "ru", "kk", "tr", "ug", "zh", "kk-Arab", "uz")
"""Languages that a form may be written in. That of a filing is the authority's, whatever the person speaks."""
DOCKET: Final = (
    "removal_at",
    "held_since",
    "missing_since",
    "hearing_at",
    "order_at",
    "asylum_at",
    "refusal_at",
    "appeal_at",
    "ruling_at",
)
"""What a paper may need that the docket tells, see ``papers.record``."""
MADE: Final = (
    "code",
    "person",
    "next_update",
    "our_number",
    "rights",
    "exhibits",
    "deadlines",
    "held_how",
    "is_held",
    "as_suspect",
    "administratively",
    "as_they_came",
    "as_copies",
    "held_in_kz",
    "held_in_tr",
)
"""What a paper may name that is made of other things."""
INSIDE: Final = frozenset({"docket", "terms"})
"""What only a paper that stays with the team may tell."""
WHO_KNOWS: Final = frozenset({"family", "person", "counsel", "coordinator", "authority"})
"""Who is asked for what is missing."""
KEYS: Final = frozenset(
    {
        "id",
        "order",
        "audience",
        "title",
        "to",
        "instrument",
        "address_of",
        "family",
        "when",
        "needs",
        "languages_in",
        "only_approved",
        "internal",
        "text",
    }
)


@dataclass(frozen=True)
class When:
    """When a kind fits. Everything that is named must hold; what is empty is not asked."""

    states: frozenset[str] = frozenset()
    """Held in one of these States: elsewhere the paper does not exist."""
    where_rule: str = ""
    """Where a rule of the law reaches (its ``only_in``); elsewhere the paper does not exist."""
    known_for: frozenset[str] = frozenset()
    """States of which the law says that they have accepted the procedure; of others it must be looked up."""
    risk: int = 0
    """The risk of return is at least so high …"""
    events: frozenset[str] = frozenset()
    """… or, where some are named, one of these has happened."""
    custody: frozenset[Custody] = frozenset()
    verified: bool = False
    """The reporter must be verified first."""
    foreign: bool = False
    """It is for somebody who is not known to be a citizen of the State that holds them."""
    fear: bool = False
    """It rests on a fear of return: it does not fit where the person has said that they have none."""


@dataclass(frozen=True)
class Kind:
    """One kind of paper."""

    id: str
    order: int
    audience: Audience
    titles: Mapping[str, str]
    """By language of the filing."""
    to: Mapping[str, tuple[str, ...]]
    """The lines of whom it is addressed to."""
    lines: Mapping[str, tuple[Line, ...]] = field(repr=False)
    needs: Mapping[str, str] = field(default_factory=dict)
    """What it is not complete without, and who would know."""
    when: When = field(default_factory=When)
    instrument: str = ""
    """An instrument of the law, whose address, conditions and source are told."""
    address_of: str = ""
    """Another instrument, whose address it shares."""
    family: str = ""
    """Kinds of one family are of the same nature: the second is warned of."""
    languages_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The languages that authorities of a State are written to; all of them elsewhere."""
    only_approved: bool = False
    """Nobody is given it before a lawyer has approved the text."""
    internal: bool = False
    """It stays with the team and counsel: it may tell the whole docket, and the clocks."""

    def languages(self, jurisdiction: str | None) -> tuple[str, ...]:
        """In which languages it is drawn for somebody held in a State, the first first."""
        return self.languages_in.get(jurisdiction or "", tuple(self.lines))

    @property
    def fields(self) -> frozenset[str]:
        """Every field of the person that it may tell, in any language."""
        named = {name for lines in self.lines.values() for name in fields_in(lines)} | set(self.needs)
        return frozenset(named & set(FIELDS))

    @property
    def is_counsels(self) -> bool:
        """Whether it tells what lies in the compartment: then only the lawyer of the case is given it."""
        return self.audience is Audience.LAWYER and any(FIELDS[name] is FieldClass.COUNSEL for name in self.fields)


@cache
def load_kinds() -> Mapping[str, Kind]:
    """Return every kind by its id, in their order. Raises FormError for a form that is wrong."""
    found = sorted((_read(path) for path in FORMS.glob("*.yaml")), key=lambda one: (one.order, one.id))
    return {one.id: one for one in found}


def read_form(text: str, name: str) -> Kind:
    """Read one form; raises FormError with its name and what to do."""
    try:
        data = read_yaml(text)
    except yaml.YAMLError:
        raise FormError(f"{name}: this is not YAML; look at indentation, quotes and colons") from None
    faults = list(_faults(data)) if isinstance(data, dict) else ["write a mapping of keys"]
    if faults:
        raise FormError("\n".join(f"{name}: {fault}" for fault in faults))
    kind = _kind(data)
    if not kind.internal and (told := {line.name for line in every_line(kind)} & INSIDE):
        raise FormError(
            f"{name}: @{min(told)} is for papers that stay with the team; use @dates, or say internal: true"
        )
    unknown = sorted({one for lines in kind.lines.values() for one in fields_in(lines)} - _known())
    if unknown:
        raise FormError(f"{name}: there is no field {unknown[0]}; name one that exists")
    return kind


def every_line(kind: Kind) -> Iterator[Line]:
    """Yield the lines of a form, in all its languages."""
    for lines in kind.lines.values():
        yield from lines


def _read(path: Path) -> Kind:
    kind = read_form(path.read_text(encoding="utf-8"), path.name)
    if path.stem != kind.id:
        raise FormError(f"{path.name}: its id is {kind.id}; name the file after it")
    return kind


def _known() -> set[str]:
    return {*FIELDS, *DOCKET, *MADE}


def _faults(data: Mapping[str, Any]) -> Iterator[str]:
    missing = {"id", "order", "audience", "title", "text"} - set(data)
    if missing:
        yield f"{min(missing)} is missing; add it"
        return
    for key in sorted(set(data) - KEYS):
        yield f"{key} is no key of a form; remove it, or look for a misspelling"
    if data["audience"] not in set(Audience):
        yield f"there is no audience {data['audience']}"
    yield from _faults_of_languages(data)
    yield from _faults_of_needs(data.get("needs", {}))
    yield from _faults_of_when(data.get("when", {}))


def _faults_of_languages(data: Mapping[str, Any]) -> Iterator[str]:
    for language in data["text"]:
        if language not in FILING_LANGUAGES:
            yield f"nothing is drawn in the language {language}"
        if language not in data["title"]:
            yield f"it has no title in {language}; add it"
    wanted = {one for those in data.get("languages_in", {}).values() for one in those}
    for language in sorted(wanted - set(data["text"])):
        yield f"it is not written in {language}, which languages_in names"


def _faults_of_needs(needs: Mapping[str, str]) -> Iterator[str]:
    for name, who in needs.items():
        if name not in _known():
            yield f"there is no field {name}; name one that exists"
        if who not in WHO_KNOWS:
            yield f"nobody is asked who is called {who}; one of {', '.join(sorted(WHO_KNOWS))}"


def _faults_of_when(when: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(set(when) - set(When.__dataclass_fields__)):
        yield f"{key} is no condition; remove it, or look for a misspelling"
    for custody in when.get("custody", ()):
        if custody not in set(Custody):
            yield f"there is no custody {custody}"


def _kind(data: Mapping[str, Any]) -> Kind:
    when = data.get("when", {})
    sets = {name: frozenset(when.get(name, ())) for name in ("states", "known_for", "events")}
    return Kind(
        id=data["id"],
        order=data["order"],
        audience=Audience(data["audience"]),
        titles=dict(data["title"]),
        to={language: tuple(lines) for language, lines in data.get("to", {}).items()},
        lines={language: tuple(read_lines(text)) for language, text in data["text"].items()},
        needs=dict(data.get("needs", {})),
        when=When(
            **sets,
            where_rule=when.get("where_rule", ""),
            risk=when.get("risk", 0),
            custody=frozenset(map(Custody, when.get("custody", ()))),
            verified=when.get("verified", False),
            foreign=when.get("foreign", False),
            fear=when.get("fear", False),
        ),
        instrument=data.get("instrument", ""),
        address_of=data.get("address_of", ""),
        family=data.get("family", ""),
        languages_in={state: tuple(those) for state, those in data.get("languages_in", {}).items()},
        only_approved=data.get("only_approved", False),
        internal=data.get("internal", False),
    )
