"""What the law's own data says under an id, with where it was read: for papers that must not say more than that.

How sure we are of it, in which edition it was read, and our own names of sources are for the notes of whoever files a
paper. What is filed names the law and the article, in the language of the filing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from law.rules import EVERYWHERE
from law.shipped import load_rules
from papers.articles import written_articles
from papers.phrases import law_name, parts_of, phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from law.rules import Instrument, Period, Rule, Source

_ARTICLES: Final = re.compile(r"[0-9][0-9(),;.\s/–-]*")
"""Numbers of articles; what stands in words behind them is ours."""


@dataclass(frozen=True)
class Cited:
    """One sentence of the law's data. ``rule_id`` is empty for what no lawyer can sign: all but rules."""

    text: str
    laws: tuple[str, ...]
    """Ids of the laws it was read in."""
    article: str
    read_in: str
    """Where it was read and how sure that is, for the notes."""
    jurisdiction: str
    """Where it holds."""
    rule_id: str = ""

    def reference(self, language: str) -> str:
        """Return the law and its articles as a filing in this language names them; empty where there is no law."""
        names = ", ".join(dict.fromkeys(law_name(id_, _law(id_), language) for id_ in self.laws))
        found = _ARTICLES.match(self.article)
        numbers = "" if found is None else found[0].strip(" ;,.")
        parts = parts_of(self.laws[0], language) if self.laws else None
        articles = written_articles(numbers, language, parts) if numbers else ""
        return phrase("law_reference", language, law=names, articles=articles) if names and articles else names


def cited(what: str) -> Cited:
    """Return what the law says under an id: a rule, a lever, or ``card.N``, the Nth point of a card.

    Raises KeyError where there is nothing.
    """
    rules = load_rules()
    for rule in rules.rules:
        if rule.id == what:
            return _of_rule(rule)
    for lever in rules.levers:
        if lever.id == what:
            return Cited(
                lever.text,
                (lever.source.id,),
                lever.source.article,
                _read_in(lever.source, lever.confidence),
                lever.jurisdiction,
            )
    name, _, part = what.partition(".")
    for card in rules.cards:
        if card.id == name and part.isdigit():
            point = card.points[int(part) - 1]
            read_in = f"{named(point.sources)}, {point.article}".strip(", ")
            return Cited(point.point, point.sources, point.article, read_in, card.jurisdiction)
    raise KeyError(what)


def _of_rule(rule: Rule) -> Cited:
    period = rule.period.native_wording or _length(rule.period)
    text = f"{rule.title}{': ' if period else ''}{period}"
    of = rule.source
    return Cited(text, (of.id,), of.article, _read_in(of, rule.confidence), rule.jurisdiction, rule.id)


def _length(period: Period) -> str:
    """How long in English; nothing where the law counts nothing, or at once: the rule's title says so."""
    if not period.value:
        return ""
    unit = period.unit.replace("_", " ")
    return f"{period.value} {unit.removesuffix('s') if period.value == 1 else unit}"


def _read_in(source: Source, confidence: str) -> str:
    return f"{source.law}, {source.article}; {source.edition}; confidence {confidence}"


def _law(id_: str) -> str:
    """The name of a law without the parts of it that were read."""
    law = load_rules().sources[id_].law
    return law.partition(", ")[0]


def instrument(id_: str) -> Instrument | None:
    """Return an instrument of the law; None for no id."""
    return next((one for one in load_rules().instruments if one.id == id_), None)


def told_source(one: Instrument) -> str:
    """Say where an instrument was read, and how sure that is."""
    return f"{named(one.sources)}; confidence {one.confidence}"


def named(ids: Iterable[str]) -> str:
    """Say which laws and pages are meant by their ids."""
    sources = load_rules().sources
    return ", ".join(f"{sources[id_].law}; {sources[id_].edition}" for id_ in ids) or "no source"


def holds_in(one: Cited, jurisdiction: str | None) -> bool:
    """Whether it is the law where somebody is held."""
    return one.jurisdiction in (EVERYWHERE, jurisdiction)
