"""Notes for whoever files a paper, on a page of their own before it: what is missing, what is unsure, where it goes.

They speak the reader's language, whatever that of the filing is, and are left out of an approved paper.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from cases.consent.values import CODED
from cases.consent.vocabulary import NAMING
from papers.citing import cited, instrument, told_source
from papers.knowing import SURE
from papers.paper import Block, Mark, Run
from papers.phrases import field_label
from texts.catalogue import keys, say
from texts.guess_cyrillic import guess_cyrillic
from texts.guess_latin import guess_latin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cases.consent.deciding import Known
    from law.rules import Instrument
    from papers.fitting import Offer, Reason
    from papers.paper import Paper
    from papers.record import Record

SCRIPTS: Final = {"ru": "CYRILLIC", "kk": "CYRILLIC", "ug": "ARABIC", "kk-Arab": "ARABIC", "zh": "CJK"}
"""The letters of each language of filings; Latin ones of the others."""
LATIN: Final = "LATIN"
GUESSES: Final[Mapping[str, Callable[[str], str | None]]] = {"CYRILLIC": guess_cyrillic, LATIN: guess_latin}
"""What tells the languages apart that share letters."""
NOT_IN_RUSSIAN: Final = frozenset("әғқңөұүһі")
"""Letters of Kazakh: of one word with them everybody can say that it is not Russian."""
SENTENCE: Final = 4
"""Words from which on a language can be told."""
AS_WRITTEN: Final = NAMING | {"document_number", "asylum_certificate", "counsel_contact", "family_contact", "articles"}
"""Fields that are never translated."""


def notes_of(offer: Offer, paper: Paper, record: Record, language: str) -> tuple[Block, ...]:
    """Write the notes to a paper in the reader's language."""
    return tuple(_notes(offer, paper, record, language))


def _notes(offer: Offer, paper: Paper, record: Record, language: str) -> Iterator[Block]:
    yield Block("text", (Run(say("papers.notes_lead", language)),))
    if offer.warnings or offer.reasons:
        yield _head("papers.notes_fit", language)
        yield from (_point(said(one, language)) for one in (*offer.reasons, *offer.warnings))
    if offer.missing or offer.held_back:
        yield _head("papers.notes_missing", language)
        for name, who in offer.missing.items():
            yield _point(say(f"papers.ask_{who}", language, what=label(name, language)), Mark.GAP)
        for name, why in offer.held_back.items():
            yield _point(f"{_alone(label(name, language))}: {say(f'why.{why}', language)}")
    yield from _told(offer, paper, record, language)
    if (of := instrument(offer.kind.instrument)) is not None and not _is_elsewhere(offer):
        yield _head("papers.notes_where", language)
        held_in = record.situation.jurisdiction
        yield from _address(of, instrument(offer.kind.address_of), held_in, language)


def _head(key: str, language: str) -> Block:
    return Block("heading", (Run(say(key, language)),))


def _told(offer: Offer, paper: Paper, record: Record, language: str) -> Iterator[Block]:
    """How sure what it tells is, what is to be translated, what it leaves out, and what it says of the law."""
    told = [one for one in record.views[offer.kind.audience].fields if one.name in paper.fields]
    unsure = [one for one in told if one.confidence != SURE]
    if unsure:
        yield _head("papers.notes_sure", language)
        yield Block(
            "table",
            rows=tuple(
                ((Run(_alone(label(one.name, language))),), (Run(say(f"confidence.{one.confidence}", language)),))
                for one in unsure
            ),
        )
    if record.contested(offer.kind.audience):
        yield _head("papers.notes_contested", language)
        yield Block("text", (Run(say("papers.notes_contested_why", language)),))
    if foreign := [one for one in told if is_foreign(one, paper.language)]:
        yield _head("papers.notes_translate", language)
        yield _in_one_line(label(one.name, language) for one in foreign)
    if paper.left_out:
        yield _head("papers.notes_left_out", language)
        yield _in_one_line(label(name, language) for name in paper.left_out)
    if paper.laws:
        yield _head("papers.notes_law", language)
        yield from (_point(_law(what), Mark.LAW) for what in dict.fromkeys(paper.laws))


def _law(what: str) -> str:
    """What the law's data says under an id and where it was read. In English, as that data is."""
    one = cited(what)
    return f"{one.text} ({one.read_in})"


def _is_elsewhere(offer: Offer) -> bool:
    """Whether the address we have is another country's office."""
    return any(one.key == "papers.beware_office" for one in offer.warnings)


def is_foreign(one: Known, language: str) -> bool:
    """Whether a value is in other letters than the filing, or in another language, and ought to be translated for it.

    A name is no language, and of a word or two nobody can say which they are of.
    """
    if one.name in CODED or one.name in AS_WRITTEN:
        return False
    letters = {unicodedata.name(letter, "").partition(" ")[0] for letter in one.value if letter.isalpha()}
    if not letters or SCRIPTS.get(language, LATIN) not in letters:
        return bool(letters)
    if language == "ru" and NOT_IN_RUSSIAN & set(one.value.lower()):
        return True
    guess = GUESSES.get(SCRIPTS.get(language, LATIN))
    return guess is not None and len(one.value.split()) >= SENTENCE and guess(one.value) not in (language, None)


def _address(one: Instrument, shared: Instrument | None, held_in: str | None, language: str) -> Iterator[Block]:
    """Say where it goes; ``shared``: another body at the same address. In English, as the law's data is."""
    told = {
        "papers.notes_body": one.name,
        "papers.notes_contact": one.contact if shared is None else shared.contact,
        "papers.notes_asks": one.interim or one.procedures,
        "papers.notes_time": one.time_limit,
        "papers.notes_languages": one.languages,
        "papers.notes_remedies": one.exhaustion,
        "papers.notes_accepted": f"Kazakhstan: {one.kazakhstan}" if one.kazakhstan and held_in == "KZ" else "",
        "papers.notes_more": one.note,
    }
    rows = tuple(((Run(say(key, language)),), (Run(words),)) for key, words in told.items() if words)
    yield Block("table", rows=rows)
    yield _point(say("papers.verify", language, source=told_source(one)), Mark.LAW)


def _point(text: str, mark: Mark = Mark.FORM) -> Block:
    return Block("point", (Run(text, mark),))


def _in_one_line(names: Iterable[str]) -> Block:
    """Names of fields behind each other: they are many, and a page of notes is one page."""
    return Block("text", (Run("; ".join(dict.fromkeys(_in_a_row(one) for one in names))),))


def _alone(words: str) -> str:
    return words[:1].upper() + words[1:]


def _in_a_row(words: str) -> str:
    """As it stands among others; what is written in capitals stays so."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def label(name: str, language: str) -> str:
    """Return what something that a paper needs is called at the pages."""
    for key in (f"field.{name}", f"papers.field_{name}"):
        if key in keys():
            return say(key, language)
    return field_label(name, language)


def said(reason: Reason, language: str) -> str:
    """Say a reason or a warning in the reader's language."""
    values = dict(reason.values)
    if "custody" in values:
        values["custody"] = _in_a_row(say(f"custody.{values['custody']}", language))
    if "event" in values:
        key = f"event.{values['event']}"
        values["event"] = _in_a_row(say(key, language)) if key in keys() else values["event"]
    if "kind" in values:
        values["kind"] = say(f"papers.kind_{values['kind']}", language)
    return say(reason.key, language, **values)
