"""Whether two reports name one place: by its names in the scripts, then by how the words sound."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from cases.identity.chinese import read_syllables, syllables
from cases.identity.distance import ABJAD, CHINESE, PLAIN, likeness, skeleton
from cases.identity.letters import BROKEN, is_abjad, plain, script_of, sounds
from texts.quick_yaml import read_yaml

FILE: Final = Path(__file__).with_name("places.yaml")
ALIKE: Final = 0.82
LEAST: Final = 3
"""Letters of a name that is looked for by its sound."""
LAST: Final = ("自治州", "自治县", "机场", "市", "县", "区", "州", "镇", "乡", "村")


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, int], frozenset[str]]:
    told = read_yaml(FILE.read_text(encoding="utf-8"))
    places = {plain(word).replace("-", ""): at for at, line in enumerate(told["places"]) for word in line.split()}
    return places, frozenset(plain(word) for line in told["generic"] for word in line.split())


def place_agrees(one: str, other: str) -> bool:
    """Whether two descriptions share a place; a word that many places have (city, prison, airport) is none. Pure."""
    first, second = _read(one), _read(other)
    if {known for known, _, _ in first if known is not None} & {known for known, _, _ in second if known is not None}:
        return True
    return any(_alike(a, b) for a in first for b in second if a[0] is None and b[0] is None)


def places_named(text: str) -> tuple[str, ...]:
    """Return the known places that a text names, in whatever case, as they are written there, each once. Pure."""
    places, generic = _table()
    found: list[str] = []
    for piece in BROKEN.split(text.replace(".", " ")):
        word = plain(piece).replace("-", "")
        if not word or word in generic or word.isdigit():
            continue
        if script_of(word) == "chinese":
            found += [name for name in places if script_of(name) == "chinese" and name in word]
        elif word in places or any(_heard_place(sound) is not None for sound in sounds(word)[:1]):
            found.append(piece.strip("-"))
    return tuple(dict.fromkeys(found))


def _alike(one: tuple[int | None, str, int], other: tuple[int | None, str, int]) -> bool:
    mode = max(one[2], other[2])
    return len(one[1]) > 1 and len(other[1]) > 1 and likeness(one[1], other[1], mode) >= ALIKE


@lru_cache(maxsize=1)
def _by_skeleton() -> dict[str, tuple[tuple[str, int], ...]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for word, at in _table()[0].items():
        for sound in sounds(word)[:1] if script_of(word) != "chinese" else ():
            found.setdefault(skeleton(sound), []).append((sound, at))
    return {one: tuple(places) for one, places in found.items()}


def _heard_place(sound: str) -> int | None:
    """Return the known place that a word sounds like, in whatever case it stands."""
    near = [
        (likeness(sound, other, PLAIN), at)
        for other, at in _by_skeleton().get(skeleton(sound), ())
        if len(other) > LEAST
    ]
    best = max(near, default=(0.0, -1))
    return best[1] if best[0] >= ALIKE else None


@lru_cache(maxsize=16384)
def _read(text: str) -> tuple[tuple[int | None, str, int], ...]:
    """Return for each word of a place: which known place it is, how it sounds, how it was written."""
    places, generic = _table()
    found = []
    for piece in BROKEN.split(plain(text).replace(".", " ")):
        word = piece.replace("-", "")
        if not word or word in generic or word.isdigit():
            continue
        if script_of(word) == "chinese":
            found += _chinese(word, places)
            continue
        heard = sounds(word)
        known = places.get(word, _heard_place(heard[0]) if heard else None)
        if heard:
            found.append((known, heard[0], ABJAD if is_abjad(word) else PLAIN))
    return tuple(found)


def _chinese(word: str, places: dict[str, int]) -> list[tuple[int | None, str, int]]:
    """Characters run together: known places are looked for inside, the rest is read as it stands."""
    inside = [(at, name) for name, at in places.items() if script_of(name) == "chinese" and name in word]
    if inside:
        return [(at, "", CHINESE) for at, _ in inside]
    for ending in LAST:
        word = word.removesuffix(ending)
    return [(None, read_syllables(syllables(word)), CHINESE)] if word else []
