"""Whether a text gives away a value that is held back, in whatever script either is written. Pure.

Both are romanised (the library anyascii), and their words reduced to the sounds on which spellings of a name in
Latin, Cyrillic and Arabic letters agree; where Chinese characters are in play, to fewer, since they tell fewer apart.
Of a word in a text the endings of cases are taken off too: in our languages a name seldom stands without one. The check
errs towards holding back. Matching people to each other needs more care and is not done here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VOWELS = re.compile(r"[aeiouywv]+")
"""``v`` among them: what one script writes so, another writes as a ``u`` or ``w``."""
SOUNDS = (("dzh", "j"), ("zh", "j"), ("dj", "j"), ("kh", "h"), ("gh", "g"), ("sh", "x"), ("ch", "x"), ("ts", "s"),
          ("tz", "s"), ("ph", "f"), ("ng", "n"), ("q", "k"), ("c", "k"), ("z", "s"))  # fmt: skip
"""Ways to write one sound."""
HAN_SOUNDS = str.maketrans({"l": "r", "d": "t", "b": "p", "g": "k", "f": "p", "x": "s", "j": "s", "h": None})
"""What Chinese characters cannot tell apart in a foreign name."""
TELLING = 3
"""Consonants by which a word is recognised alone; a shorter one must have its vowels in the same places too."""
ENDING = re.compile(r"[ndt][aeiy]?n?g?|gh?[aei]?|[qk][ae]|[mbp][ae]n|[oeyi]m|[iu]n|s")
"""What a case puts behind a name in Kazakh, Uyghur, Uzbek, Turkish, Russian and English, as it is romanised; endings of
vowels alone change no shape."""
LONGEST_ENDING = 4
SHORTEST_STEM = 3
BETWEEN_WORDS = re.compile(r"[\s\-‐-―.,;:·•/()«»\"“”„!?|+&*_@#=~<>{}\[\]、。،؛؟۔]+")
DIGITS_TELL = 5
"""Digits in a row that give a document or a telephone away, whatever stands between them."""


@dataclass(frozen=True)
class Word:
    """One word, romanised; ``han``: it was written in Chinese characters."""

    latin: str
    han: bool


@dataclass(frozen=True)
class Sounds:
    """How a word of a text sounds: with its ending and without, and as far as Chinese characters tell."""

    fine: frozenset[str]
    coarse: str
    han: bool

    @classmethod
    def of(cls, word: Word) -> Sounds:
        """Hear a word."""
        return cls(frozenset(map(shape, _stems(word.latin))), shape(word.latin, coarse=True), word.han)


def _stems(latin: str) -> Iterator[str]:
    """Yield a word, and what is left of it without whatever may be an ending."""
    yield latin
    for length in range(1, min(LONGEST_ENDING, len(latin) - SHORTEST_STEM) + 1):
        if ENDING.fullmatch(latin[-length:]):
            yield latin[:-length]


def gives_away(text: str, secrets: Iterable[str]) -> bool:
    """Whether a text holds a word, or a run of digits, of any of the values that are held back."""
    secrets = list(secrets)
    if not secrets:
        return False  # the text need not be heard: that is what a paper with nothing held back costs
    said, digits = [Sounds.of(word) for word in words_of(text)], digits_of(text)
    return any(_holds(said, digits, secret) for secret in secrets)


def _holds(said: list[Sounds], digits: str, secret: str) -> bool:
    run = digits_of(secret)
    if len(run) >= DIGITS_TELL and run in digits:
        return True
    return any(_is_among(said, one) for one in words_of(secret))


def _is_among(said: list[Sounds], one: Word) -> bool:
    fine, coarse = shape(one.latin), shape(one.latin, coarse=True)
    return any(_alike(coarse, other) if one.han or other.han else fine in other.fine for other in said)


def _alike(mine: str, other: Sounds) -> bool:
    """Whether two words sound alike as far as Chinese characters tell."""
    theirs = other.coarse
    if min(len(mine), len(theirs)) < TELLING:
        return mine == theirs
    return mine in theirs or theirs in mine  # Chinese sets no blanks between the parts of a name


def words_of(text: str) -> Iterator[Word]:
    """Yield the words of a text in small Latin letters; single letters are left out.

    Marks that nobody sees, put between letters to hide a name, are dropped first.
    """
    from anyascii import anyascii

    visible = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")
    for part in BETWEEN_WORDS.split(visible):
        han = any(unicodedata.name(one, "").startswith("CJK") for one in part)
        latin = re.sub(r"[^a-z]", "", anyascii(part).lower())
        if len(latin) > 1:
            yield Word(latin, han)


def shape(latin: str, *, coarse: bool = False) -> str:
    """Return what is left of a word when spellings of it are made alike."""
    for written, sound in SOUNDS:
        latin = latin.replace(written, sound)
    if coarse:
        latin = latin.translate(HAN_SOUNDS)
    bare = _once(VOWELS.sub("", latin))
    return bare if len(bare) >= TELLING else _once(VOWELS.sub("a", latin)).rstrip("a")


def _once(text: str) -> str:
    """No letter twice in a row."""
    return re.sub(r"(.)\1+", r"\1", text)


def digits_of(text: str) -> str:
    """Return the decimal digits of a text, of any script, one after another."""
    return "".join(str(digit) for one in text if (digit := unicodedata.decimal(one, None)) is not None)
