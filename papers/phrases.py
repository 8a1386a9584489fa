"""Short words that papers share, by language of the filing: labels, names of events, what stands on every page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from papers.articles import Parts
from texts.catalogue import keys, say
from texts.dates import territory
from texts.quick_yaml import read_yaml

PHRASES: Final = Path(__file__).parent / "phrases.yaml"
TURKISH: Final = "tr"
"""The one language of filings that the catalogues do not speak."""


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(PHRASES.read_text(encoding="utf-8"))
    return found


def phrase(name: str, language: str, **values: str) -> str:
    """Return a phrase in a language, in English where there is none."""
    said = _read()["phrases"][name]
    text: str = said.get(language, said["en"])
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def law_name(id_: str, told: str, language: str) -> str:
    """Return what a law is called in a filing, by the id of a source; ``told``: what our data calls it."""
    names = _read()["laws"].get(id_.partition("-")[0], {})
    return str(names.get(language, names.get("en", told)))


def parts_of(id_: str, language: str) -> Parts | None:
    """Return what a law calls what is below its articles, by the id of a source; None where nobody has said so."""
    told = _read()["parts"].get(id_.partition("-")[0], {})
    if language not in told:
        return None
    first, second = told[language]
    return Parts(str(first), str(second), alone=bool(told["alone"]))


def clock_name(rule_id: str, told: str, language: str) -> str:
    """Return what a rule is called; ``told``: what our data calls it, in English."""
    return str(_read()["clocks"].get(rule_id, {}).get(language, told))


def region_name(code: str, language: str) -> str:
    """Return what a region (ISO 3166-2) is called in a filing; one without a name is its State with the code."""
    names = _read()["regions"].get(code)
    if names is not None:
        return str(names.get(language, names["en"]))
    state = territory(code.partition("-")[0], language)
    return f"{state} ({code})" if "-" in code else state


def field_label(name: str, language: str) -> str:
    """Return what a field, or a date of the docket, is called in a filing."""
    own = _read()["fields"].get(name)
    if own is not None:
        return str(own.get(language, own["en"]))
    if language == TURKISH:
        return str(_read()["turkish_fields"].get(name, say(f"field.{name}", "en")))
    return say(f"field.{name}", language)


def filed_label(event: str, language: str) -> str:
    """Return what an event of the docket is called where an authority or a body reads it."""
    named = _read()["filed_events"].get(event, {})
    return str(named[language]) if language in named else event_label(event, language)


def event_label(event: str, language: str) -> str:
    """Return what an event of the docket is called in a filing; one that nobody has named as it is kept."""
    key = f"event.{event}"
    in_english = say(key, "en") if key in keys() else event.replace("_", " ")
    if language == TURKISH:
        return str(_read()["turkish_events"].get(event, in_english))
    return say(key, language) if key in keys() else in_english
