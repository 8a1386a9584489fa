"""Finding words again whatever script they were written in, and telephone numbers however they were grouped. Pure.

Letters are compared after NFKC and case folding, without their diacritics; names also by their sounds, as
:mod:`cases.consent.echoes` hears them. It finds rather too much: who searches looks at what was found.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from cases.consent.echoes import TELLING, digits_of, shape, words_of

if TYPE_CHECKING:
    from cases.consent.echoes import Word

LEAST_LETTERS: Final = 2
LEAST_DIGITS: Final = 5
"""Digits in a row by which a number is sought; fewer are in too many."""
NATIONAL: Final = 9
"""The last digits of a telephone number, which are the same whether it is written with 8, +7 or nothing before."""
LONGEST: Final = 4000
"""Letters of one text that are looked through."""


@dataclass(frozen=True)
class Heard:
    """A word by its sounds: as far as letters tell them, and as far as Chinese characters do."""

    fine: str
    coarse: str
    han: bool

    @classmethod
    def of(cls, word: Word) -> Self:
        """Hear a word."""
        return cls(shape(word.latin), shape(word.latin, coarse=True), word.han)


@dataclass(frozen=True)
class Sought:
    """What somebody looks for. ``is_empty``: there is nothing in it to look for."""

    letters: str = field(repr=False)
    digits: str = field(repr=False)
    words: tuple[Heard, ...] = field(repr=False)
    _known: dict[str, tuple[Heard, ...]] = field(default_factory=dict, repr=False, compare=False)
    """What was heard before, in this search or in others."""

    @classmethod
    def of(cls, typed: str, known: dict[str, tuple[Heard, ...]] | None = None) -> Self:
        """Read what was typed. ``known``: how words sound that were heard before, for who looks through many texts."""
        letters = folded(typed)
        letters = letters if sum(one.isalnum() for one in letters) >= LEAST_LETTERS else ""
        digits = digits_of(typed)
        is_number = len(digits) >= LEAST_DIGITS and not any(one.isalpha() for one in letters)
        words = () if is_number else tuple(Heard.of(word) for word in words_of(typed))
        return cls(letters, digits if is_number else "", words, {} if known is None else known)

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be found by it."""
        return not self.digits and not self.letters

    @property
    def is_number(self) -> bool:
        """Whether it is a telephone number or another row of digits, and no words."""
        return bool(self.digits)

    def is_in(self, text: str, text_folded: str | None = None) -> bool:
        """Whether a text holds it: the number, the letters as they are, or each of its words as it may be spelt.

        ``text_folded``: the same text as :func:`folded` gives it, for who has it at hand.
        """
        text = text[:LONGEST]
        if self.digits:
            return self.digits[-NATIONAL:] in digits_of(text)
        if self.letters and self.letters in (folded(text) if text_folded is None else text_folded):
            return True
        if not self.letters or not self.words:
            return False
        theirs = [heard for token in text.split() for heard in self._heard(token)]
        return all(any(_alike(mine, other) for other in theirs) for mine in self.words)

    def _heard(self, token: str) -> tuple[Heard, ...]:
        """How one written word sounds; people use the same words again and again."""
        if token not in self._known:
            self._known[token] = heard_in(token)
        return self._known[token]


def heard_in(token: str) -> tuple[Heard, ...]:
    """How one written word sounds."""
    return tuple(Heard.of(word) for word in words_of(token))


def folded(text: str) -> str:
    """Return a text as it is compared: one form of each letter, small, without diacritics, with single blanks."""
    bare = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    letters = (one for one in bare if unicodedata.category(one) not in {"Mn", "Cf"})
    return " ".join(unicodedata.normalize("NFC", "".join(letters)).split())


def _alike(mine: Heard, other: Heard) -> bool:
    """Whether two words may be one name; mine may be its beginning, of which three sounds are told."""
    coarse = mine.han or other.han
    sought, found = (mine.coarse, other.coarse) if coarse else (mine.fine, other.fine)
    if not sought or not found:
        return False
    if len(sought) < TELLING:
        return sought == found
    # Chinese sets no blanks between the parts of a name.
    return found.startswith(sought) or (coarse and (sought in found or (len(found) >= TELLING and found in sought)))
