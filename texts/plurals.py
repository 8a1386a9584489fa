"""Which form of a text goes with a number, by the rules of CLDR. Only whole numbers are counted here."""

from functools import cache
from typing import Final

from babel import Locale
from babel.messages.plurals import get_plural
from babel.plural import PluralRule, to_gettext

_IN_ORDER: Final = ("zero", "one", "two", "few", "many", "other")
_ENOUGH: Final = 1000  # numbers after which no language begins anything new but for millions


@cache
def categories(language: str) -> tuple[str, ...]:
    """Return CLDR's names of the forms that whole numbers take, in the order in which catalogues hold them."""
    rule = _rule(language)
    used = {rule(number) for number in (*range(_ENOUGH), 10**6)}
    return tuple(name for name in _IN_ORDER if name in used)


def form_of(language: str, count: int) -> int:
    """Return the index of the form that goes with ``count`` (zero or more)."""
    return categories(language).index(_rule(language)(count))


@cache
def header(language: str) -> str:
    """Return the Plural-Forms line of a catalogue, which tells translators' tools the same.

    As gettext has it, where gettext counts as CLDR does: its Turkish has one form only.
    """
    known = get_plural(language.replace("-", "_"))
    if known.num_plurals == len(categories(language)):
        return str(known)
    *named, _last = categories(language)
    rules = _rule(language).rules
    return to_gettext(PluralRule({name: rules[name] for name in named}))


def _rule(language: str) -> PluralRule:
    return Locale.parse(language.replace("-", "_")).plural_form
