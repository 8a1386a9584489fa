"""What stands in a name: words, what each is (a father's name, a family name), and how each may sound."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cases.identity.chinese import may_be_han, read_syllables, same_characters, split_pinyin, syllables
from cases.identity.distance import ABJAD, CHINESE, PLAIN
from cases.identity.known import NO_NEAREST, Nearest, compounds_in, compounds_of, groups_of, known, nearest_to
from cases.identity.letters import BROKEN, is_abjad, plain, script_of, sounds

FATHER, FAMILY, BARE = "father", "family", ""
"""What a word says it is by its ending; one without says nothing."""
SON: Final = (
    "oviC",
    "eviC",
    "aviC",
    "iviC",
    "uli",
    "ulu",
    "oli",
    "ogli",
    "oglu",
    "ugli",
    "uglu",
    "ohli",
    "zade",
    "zoda",
    "zada",
    "zod",
)
DAUGHTER: Final = ("ovna", "evna", "kizi", "kisi", "gizi", "kiz")
SONS: Final = ("ov", "ev", "of", "ef", "yev")
DAUGHTERS: Final = ("ova", "eva", "ofa", "efa", "yeva")
ENDINGS: Final = sorted(
    [(ending, FATHER, "m") for ending in SON]
    + [(ending, FATHER, "f") for ending in DAUGHTER]
    + [(ending, FAMILY, "m") for ending in SONS]
    + [(ending, FAMILY, "f") for ending in DAUGHTERS],
    key=lambda one: -len(one[0]),
)
SEPARATE: Final = {
    "uli": "m", "ulu": "m", "ogli": "m", "oglu": "m", "ugli": "m", "uglu": "m", "oli": "m", "kizi": "f", "kiz": "f",
    "gizi": "f",
}  # fmt: skip
"""An ending that was written as a word of its own, behind the father's name."""
BEFORE: Final = {"ibn": "m", "bin": "m", "ben": "m", "bint": "f", "binti": "f", "بن": "m", "بنت": "f"}
CHINESE_SON: Final = {
    "吾力": "m",
    "吾勒": "m",
    "乌力": "m",
    "奥格力": "m",
    "吾格里": "m",
    "克孜": "f",
    "柯孜": "f",
    "克兹": "f",
}
LEAST_ROOT: Final = 3
OCR: Final = str.maketrans({"0": "o", "1": "l", "5": "s", "|": "l"})
DOTS: Final = re.compile(r"[·•・‧∙⋅●.\u2027\u30fb\uff0e-]+")
HAS_DIGIT: Final = re.compile(r"[a-zа-яё][01 5|]|[015|][a-zа-яё]")
MOST: Final = 7
"""Words of a name that are looked at; what is longer is no name."""


@dataclass(frozen=True)
class Sound:
    """One way in which a word may sound, and how it was written (:mod:`cases.identity.distance`)."""

    text: str
    mode: int


@dataclass(frozen=True)
class Word:
    """One word of a name: ``sounds`` of it whole, ``roots`` of it without its ending."""

    text: str
    kind: str
    sex: str
    sounds: tuple[Sound, ...]
    roots: tuple[Sound, ...]
    groups: frozenset[int]
    """Known names that it, or its root, is a spelling of."""
    guess: Nearest = NO_NEAREST
    """Of a transcription that is not listed: what it may stand for."""
    is_joined: bool = False
    """Whether it was put together of two words of the name."""

    @property
    def is_common(self) -> bool:
        """Whether very many people bear it."""
        return bool(self.groups & known().common)

    @property
    def is_initial(self) -> bool:
        """Whether it is one letter, perhaps with a dot."""
        return len(self.sounds[0].text) <= 1 or len(self.text) == 1


@dataclass(frozen=True)
class Name:
    """A name as it was told, in the ways in which it may be divided into words."""

    text: str
    readings: tuple[tuple[Word, ...], ...]
    is_han: bool = False
    """Whether it stands in characters and may be the name of a Han or Hui person."""
    characters: str = ""
    scripts: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def name_of(text: str) -> Name:
    """Read a name. Never raises, whatever is in it; one without letters has no words."""
    parts = _parts(text)
    words = tuple(word for word in _words(parts) if word.sounds)
    characters = "".join(one for one in plain(text) if "\u3400" <= one < "\ua000")
    bare = [part for part in parts if script_of(part) == "chinese"]
    readings = [words] if words else []
    is_han = len(bare) == len(parts) == 1 and may_be_han(bare[0])
    if is_han:
        readings.append(tuple(_word(part) for part in (bare[0][0], bare[0][1:])))
    scripts = frozenset(script_of(part) for part in parts)
    return Name(text, tuple(readings), is_han, characters, scripts)


def _parts(text: str) -> list[str]:
    folded = plain(re.sub(r"([A-Za-z])0|0([A-Za-z])", _oh, text) if HAS_DIGIT.search(text.casefold()) else text)
    parts = []
    for piece in BROKEN.split(folded):
        if script_of(piece) == "chinese":
            parts += [one for one in DOTS.split(piece) if one]
        else:
            parts += [one for one in re.split(r"[.·•・‧]+", piece) if one]
    parts = [part if script_of(part) == "chinese" else _read_by_machine(part) for part in parts]
    parts = [one for one in parts if one and not one.isdigit()]
    kin = known().kin
    left = [part for part in parts if part.replace("-", "") not in kin]
    return (left or parts)[:MOST]


def _oh(found: re.Match[str]) -> str:
    return f"{found[1]}o" if found[1] else f"o{found[2]}"


def _read_by_machine(part: str) -> str:
    """Undo what a machine reads for letters, where a word has both letters and digits."""
    if any(one.isdigit() or one == "|" for one in part) and any(one.isalpha() for one in part):
        return part.translate(OCR)
    return part


def _words(parts: list[str]) -> list[Word]:
    found: list[Word] = []
    before = ""
    for part in parts:
        if part in BEFORE:
            before = BEFORE[part]
            continue
        for piece in _pieces(part):
            heard = sounds(piece)[0] if script_of(piece) != "chinese" and sounds(piece) else ""
            after = CHINESE_SON.get(piece) or (SEPARATE.get(heard) if found else None)
            if after and found:
                last = found.pop()
                found.append(Word(last.text, FATHER, after, last.sounds, last.roots, last.groups, last.guess))
                continue
            word = _word(piece)
            found.append(
                Word(word.text, FATHER, before, word.sounds, word.roots, word.groups, word.guess) if before else word
            )
            before = ""
    return found


def _pieces(part: str) -> list[str]:
    """A hyphen joins: Abdu-Rahman, al-Din; the pieces are put together by whoever compares."""
    if "-" not in part:
        return [part]
    pieces = [one for one in part.split("-") if one and one not in {"al", "ul", "el", "ad", "ur"}]
    return pieces or [part.replace("-", "")]


@lru_cache(maxsize=16384)
def _word(text: str) -> Word:
    if script_of(text) == "chinese":
        return _chinese_word(text)
    mode = ABJAD if is_abjad(text) else PLAIN
    whole = [Sound(one, mode) for one in sounds(text)]
    kind, sex, roots = BARE, "", list(whole)
    for sound in whole[:2]:
        found = _ending(sound.text)
        if found is not None and not known().by_sound.get(sound.text):
            root, kind, sex = found
            roots = [Sound(root, mode), *roots[1:]]
            break
    if script_of(text) == "latin":
        spelt = text.replace("ü", "v")
        pinyin = split_pinyin(spelt) if spelt.isascii() else ()
        if pinyin:
            read = Sound(read_syllables(pinyin), CHINESE)
            whole.append(read)
            roots.append(read)
    groups = frozenset[int]().union(*(groups_of(one.text) for one in roots[:1] if one.mode != CHINESE))
    if kind != BARE or not groups:
        groups |= frozenset[int]().union(*(groups_of(one.text) for one in whole[:2] if one.mode != CHINESE))
    groups |= compounds_of(roots[0].text) if roots else frozenset()
    guess = nearest_to(whole[-1].text) if whole and not groups and whole[-1].mode == CHINESE else NO_NEAREST
    return Word(text, kind, sex, tuple(whole), tuple(roots), groups, guess)


def _chinese_word(text: str) -> Word:
    sex = kind = ""
    root = text
    for ending, of in CHINESE_SON.items():
        if text.endswith(ending) and len(text) > len(ending) + 1:
            kind, sex, root = FATHER, of, text.removesuffix(ending)
    read = read_syllables(syllables(root))
    whole = (Sound(read_syllables(syllables(text)), CHINESE),)
    same = same_characters(root)
    groups = known().by_characters.get(same, frozenset()) | compounds_in(same)
    guess = NO_NEAREST if groups else nearest_to(read)
    return Word(text, kind, sex, whole if whole[0].text else (), (Sound(read, CHINESE),), groups, guess)


def _ending(sound: str) -> tuple[str, str, str] | None:
    for ending, kind, sex in ENDINGS:
        if sound.endswith(ending) and len(sound) >= len(ending) + LEAST_ROOT:
            root = sound.removesuffix(ending)
            return (root.removesuffix("y") if ending.startswith(("e", "o")) else root), kind, sex
    return None


def joined(words: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    """Return the readings in which two words are one: Abdu Rahman is Abdurahman, in whichever order they came."""
    found = []
    for first in range(len(words)):
        for second in range(len(words)):
            one, other = words[first], words[second]
            if first == second or one.kind != BARE or not _is_joinable(one, other):
                continue
            rest = tuple(word for at, word in enumerate(words) if at not in (first, second))
            found.append((_together(one, other), *rest))
    return found


def _is_joinable(one: Word, other: Word) -> bool:
    return script_of(one.text) == script_of(other.text)


@lru_cache(maxsize=32768)
def _together(one: Word, other: Word) -> Word:
    whole = _word(one.text + other.text)
    return Word(
        whole.text,
        other.kind,
        other.sex or whole.sex,
        whole.sounds,
        whole.roots,
        whole.groups,
        whole.guess,
        is_joined=True,
    )
