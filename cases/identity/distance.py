"""How far two sounds are from each other: an edit distance that knows which letters are confused, and where."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cases.identity.letters import VOWELS

PLAIN, ABJAD, CHINESE = 0, 1, 2
"""How a word was written: with its vowels, without, or in syllables of Chinese."""


def _pairs(written: str) -> dict[tuple[str, str], float]:
    found = {}
    for entry in written.split():
        letters, cost = entry.split("=")
        found[letters[0], letters[1]] = found[letters[1], letters[0]] = float(cost)
    return found


NEAR: Final = (
    _pairs(
        "ae=.15 ei=.2 ou=.1 ao=.4 ai=.4 ui=.25 eo=.4 eu=.5 oi=.5 au=.5 "
        "yi=.05 ye=.2 vu=.15 vo=.2 bp=.35 dt=.35 gk=.35 kh=.3 gh=.4 zs=.4 Ss=.6 SC=.4 CJ=.5 Jz=.6 Jy=.55 "
        "vb=.5 fp=.25 fv=.3 gy=.6 Cs=.7 JS=.7"
    ),
    _pairs(
        "ae=.1 ei=.1 ou=.05 ao=.3 ai=.3 ui=.3 eo=.3 eu=.4 oi=.4 au=.4 "
        "yi=.03 ye=.05 vu=.05 vo=.05 bp=.35 dt=.35 gk=.35 kh=.4 gh=.4 zs=.4 Ss=.6 SC=.5 CJ=.5 Jz=.6 Jy=.7 "
        "vb=.5 fp=.25 fv=.35 ya=.25"
    ),
    _pairs(
        "ae=.08 ei=.08 ou=.08 ao=.2 ai=.2 ui=.15 eo=.2 eu=.25 oi=.25 au=.25 "
        "yi=.05 ye=.1 ya=.25 vu=.1 vo=.1 bp=.2 dt=.2 gk=.2 kh=.15 gh=.2 zs=.25 Ss=.15 SC=.3 CJ=.3 Jz=.2 Jy=.4 JS=.35 "
        "vb=.3 fp=.1 fv=.15 fb=.2 lr=.5 Ck=.35 hS=.3 Cs=.4 Cz=.35 nm=.6"
    ),
)
ALONE: Final = (
    {"y": 0.25, "h": 0.4, "v": 0.7},
    {"y": 0.25, "h": 0.45, "v": 0.6},
    {"y": 0.12, "h": 0.35, "v": 0.35, "r": 0.7, "f": 0.6, "g": 0.6, "k": 0.7},
)
"""What it costs that one of them has a letter and the other has not."""
VOWEL_ALONE: Final = (0.33, 0.06, 0.12)


FIRST: Final = 1.4
"""A name that begins with another letter is rather another name."""


@lru_cache(maxsize=65536)
def cost(one: str, other: str, mode: int) -> float:
    """Return what it takes to make one of two sounds the other; 0 for equal ones, 1 for each foreign consonant.

    Two neighbours that changed places cost 0.8: a slip of the hand.
    """
    if one == other:
        return 0.0
    near, alone, vowel = NEAR[mode], ALONE[mode], VOWEL_ALONE[mode]
    singles = [vowel if letter in VOWELS else alone.get(letter, 1.0) for letter in other]
    before: list[float] = []
    row = [0.0]
    for single in singles:
        row.append(row[-1] + single)
    for i, letter in enumerate(one):
        single = vowel if letter in VOWELS else alone.get(letter, 1.0)
        fresh = [row[0] + single]
        for j, against in enumerate(other):
            best = min(row[j + 1] + single, fresh[j] + singles[j])
            swap = row[j] + (
                0.0 if letter == against else near.get((letter, against), 1.0) * (1.0 if i or j else FIRST)
            )
            best = min(best, swap)
            if i and j and letter == other[j - 1] and against == one[i - 1] and letter != against:
                best = min(best, before[j - 1] + 0.8)
            fresh.append(best)
        before, row = row, fresh
    return row[-1]


def likeness(one: str, other: str, mode: int) -> float:
    """Return how alike two sounds are, from 0 to 1; symmetric."""
    if not one or not other:
        return 0.0
    size = (_weight(one) + _weight(other)) / 2
    first, second = min(one, other), max(one, other)
    return max(0.0, 1.0 - cost(first, second, mode) / size)


def _weight(sound: str) -> float:
    """A consonant carries a name, a vowel half of that."""
    return sum(0.5 if letter in VOWELS else 1.0 for letter in sound)


@lru_cache(maxsize=16384)
def skeleton(sound: str) -> str:
    """Return the consonants of a sound, those that are confused as one: what every script keeps."""
    return "".join(CLASSES[letter] for letter in sound if letter in CLASSES)


CLASSES: Final = {
    "b": "b", "p": "b", "f": "b", "v": "b", "d": "d", "t": "d", "g": "g", "k": "g", "h": "g", "l": "l", "r": "r",
    "m": "m", "n": "n", "s": "s", "z": "s", "S": "s", "C": "c", "J": "c",
}  # fmt: skip
