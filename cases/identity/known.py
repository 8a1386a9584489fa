"""Names that are known: which spellings are one name, which are short for another, which words are no name at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from cases.identity.chinese import read_syllables, same_characters, syllables
from cases.identity.distance import CHINESE, PLAIN, cost, likeness, skeleton
from cases.identity.letters import VOWELS, plain, script_of, sounds
from texts.quick_yaml import read_yaml

FILE: Final = Path(__file__).with_name("names.yaml")
NEAR_ENOUGH: Final = 0.4
"""A spelling so near to a known one, in vowels and glides alone, is taken for it."""


@dataclass(frozen=True)
class Known:
    """The table, read once: groups are numbers."""

    by_sound: dict[str, frozenset[int]]
    by_skeleton: dict[str, tuple[str, ...]]
    by_characters: dict[str, frozenset[int]]
    common: frozenset[int]
    short: frozenset[tuple[str, int]]
    """A sound that is short for a name of a group."""
    kin: frozenset[str]


@lru_cache(maxsize=1)
def known() -> Known:
    """Return the table of names."""
    told = read_yaml(FILE.read_text(encoding="utf-8"))
    by_sound: dict[str, set[int]] = {}
    by_characters: dict[str, set[int]] = {}
    common = set()
    for number, line in enumerate(told["names"]):
        words = line.split()
        if words[0] == "*":
            common.add(number)
        for word in map(plain, words):
            if script_of(word) == "chinese":
                by_characters.setdefault(same_characters(word), set()).add(number)
            else:
                for sound in sounds(word.replace("-", ""))[:1]:
                    by_sound.setdefault(sound, set()).add(number)
    by_skeleton: dict[str, list[str]] = {}
    for sound in by_sound:
        by_skeleton.setdefault(skeleton(sound), []).append(sound)
    sounding = {sound: frozenset(groups) for sound, groups in by_sound.items()}
    return Known(
        by_sound=sounding,
        by_skeleton={one: tuple(found) for one, found in by_skeleton.items()},
        by_characters={one: frozenset(found) for one, found in by_characters.items()},
        common=frozenset(common),
        short=frozenset(_short(told["nicknames"], sounding)),
        kin=frozenset(plain(word) for line in told["kin"] for word in line.split()),
    )


def _short(lines: list[str], sounding: dict[str, frozenset[int]]) -> set[tuple[str, int]]:
    found = set()
    for line in lines:
        full, *shorter = (sounds(plain(word))[0] for word in line.split())
        for group in sounding.get(full, ()):
            found |= {(sound, group) for sound in shorter}
    return found


PARTS: Final = (
    "Jan", "Jon", "gul", "bek", "han", "bay", "ay", "niyaz", "kul", "Jamal", "nisa", "hajim", "kali", "guli",
)  # fmt: skip
"""What many names end with; with it a listed name is another one: Alim is not Alimjan."""
CHINESE_PARTS: Final = {
    "江": "Jan",
    "古力": "gul",
    "别克": "bek",
    "汗": "han",
    "尼亚孜": "niyaz",
    "阿伊": "ay",
    "拜": "bay",
    "罕": "han",
}
COMPOUND: Final = 1_000_000


def compounds_of(sound: str) -> frozenset[int]:
    """Return the names that a sound is one of with something behind it, as numbers of their own."""
    found = set()
    for number, part in enumerate(PARTS):
        if sound.endswith(part) and len(sound) > len(part) + 2:
            found |= {_compound(group, number) for group in known().by_sound.get(sound.removesuffix(part), ())}
    return frozenset(found)


def compounds_in(characters: str) -> frozenset[int]:
    """The same, of a transcription."""
    found = set()
    for ending, part in CHINESE_PARTS.items():
        groups = known().by_characters.get(characters.removesuffix(ending), ()) if characters.endswith(ending) else ()
        found |= {_compound(group, PARTS.index(part)) for group in groups}
    return frozenset(found)


def _compound(group: int, number: int) -> int:
    return (
        COMPOUND
        + group * len(PARTS)
        + {PARTS.index("Jon"): 0, PARTS.index("guli"): PARTS.index("gul")}.get(number, number)
    )


def is_hers(one: str, other: str) -> bool:
    """Whether one sound is the other with the ending of a woman's name: Karim, Karima."""
    short, long = sorted((one, other), key=len)
    return long in (f"{short}a", f"{short}e") and short[-1:] not in VOWELS


@lru_cache(maxsize=16384)
def groups_of(sound: str) -> frozenset[int]:
    """Return the names that a sound is a spelling of; nothing for a name that nobody has listed."""
    table = known()
    exact = table.by_sound.get(sound)
    if exact is not None:
        return exact
    near = [(cost(*sorted((sound, other)), PLAIN), other) for other in table.by_skeleton.get(skeleton(sound), ())]
    near = [one for one in near if one[0] <= NEAR_ENOUGH and not is_hers(sound, one[1])]
    if not near:
        return frozenset()
    least = min(near)[0]
    return frozenset().union(*(table.by_sound[other] for found, other in near if found == least))


CHINESE_NEAR: Final = 0.86
CHINESE_TIED: Final = 0.04
LOOKED_AT: Final = 24
"""Listed names that are compared with care; rapidfuzz finds which."""


@dataclass(frozen=True)
class Nearest:
    """The listed names that a transcription, read back, is nearest to, and how alike they are."""

    groups: frozenset[int]
    like: float


NO_NEAREST: Final = Nearest(frozenset(), 0.0)


@lru_cache(maxsize=32768)
def nearest_to(sound: str) -> Nearest:
    """Return what a transcription may stand for: a guess, which an equally near name that is not listed outdoes."""
    heard = _heard()
    near = process.extract(sound, heard.keys(), scorer=Levenshtein.normalized_similarity, limit=LOOKED_AT)
    found = [(likeness(sound, other, CHINESE), heard[other]) for other, *_ in near]
    best = max((like for like, _ in found), default=0.0)
    if best < CHINESE_NEAR:
        return NO_NEAREST
    tied = frozenset[int]().union(*(groups for like, groups in found if like >= best - CHINESE_TIED))
    return Nearest(tied, best)


@lru_cache(maxsize=1)
def _heard() -> dict[str, frozenset[int]]:
    """Every listed name as it sounds, and every listed transcription as it is read back."""
    found = dict(known().by_sound)
    for word, groups in known().by_characters.items():
        read = read_syllables(syllables(word))
        found[read] = found.get(read, frozenset()) | groups
    return found
