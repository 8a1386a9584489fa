"""How alike two names are, whatever script each is in, and why: word by word, in the best order of all readings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Final

from rapidfuzz.distance import Levenshtein

from cases.identity.distance import CHINESE, PLAIN, likeness, skeleton
from cases.identity.known import is_hers, known
from cases.identity.letters import VOWELS, script_of
from cases.identity.names import BARE, FAMILY, FATHER, Name, Word, joined
from cases.identity.records import Reason

ALIKE: Final = 0.8
"""From here on two words are one name."""
NEARLY: Final = 0.7
NAMED_OTHERWISE: Final = 0.62
"""What two words of different known names are alike at most."""


@dataclass(frozen=True)
class Names:
    """What two names say: how much, why, whether thousands bear them, whether the given names agree."""

    weight: float
    reasons: tuple[tuple[Reason, float], ...]
    is_common: bool
    given_agrees: bool


NO_NAMES: Final = Names(-6.0, (), is_common=False, given_agrees=False)


@lru_cache(maxsize=4096)
def compare_names(one: Name, other: Name) -> Names:
    """The best of all readings of both."""
    if one.is_han and other.is_han and one.characters != other.characters:
        return NO_NAMES
    pairs = [(first, second) for first in one.readings for second in other.readings]
    apart_first = [(apart, whole) for first, whole in pairs if len(first) > len(whole) for apart in _joined(first)]
    apart_second = [(whole, apart) for whole, second in pairs if len(second) > len(whole) for apart in _joined(second)]
    best: Names | None = None
    for first, second in (*pairs, *apart_first, *apart_second):
        found = _align(first, second, one, other)
        if best is None or found.weight > best.weight:
            best = found
    return best or NO_NAMES


def _joined(reading: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    """Return it with two words as one: only of the longer name, or long names would drown what differs."""
    return joined(reading) if len(reading) <= MOST_JOINED else []


MOST_JOINED: Final = 4


def _align(one: tuple[Word, ...], other: tuple[Word, ...], whole: Name, against: Name) -> Names:
    """Put the words of two names beside each other in the best way, and weigh what agrees and what is left."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    few_roles, many_roles = _roles(few), _roles(many)
    table = [[_word_likeness(a, few_roles[i], b, many_roles[j]) for j, b in enumerate(many)] for i, a in enumerate(few)]
    orders = list(permutations(range(len(many)), len(few))) if len(many) <= MOST_TRIED else []
    gains = [round(sum(_gain(table[i][j]) for i, j in enumerate(order)), 9) for order in orders]
    weighed = (
        _weigh(
            few,
            many,
            few_roles=few_roles,
            many_roles=many_roles,
            table=table,
            order=order,
            whole=whole,
            against=against,
        )
        for order, gain in zip(orders, gains, strict=True)
        if gain == max(gains)
    )
    return max(weighed, key=lambda names: names.weight, default=NO_NAMES)


MOST_TRIED: Final = 6


def _gain(like: float) -> float:
    return like if like >= NEARLY else 0.0


def _roles(words: tuple[Word, ...]) -> tuple[str, ...]:
    """Which word is the given name, where the others say what they are."""
    bare = [word for word in words if word.kind == BARE and not word.is_initial]
    given = "given" if len(bare) == 1 else BARE
    return tuple("initial" if word.is_initial else (given if word.kind == BARE else word.kind) for word in words)


def _word_likeness(one: Word, role: str, other: Word, against: str) -> float:
    """How alike two words are as parts of two names; a given name is not a father's name, however alike."""
    if "initial" in (role, against):
        return 0.75 if _same_initial(one, other) and role == against else 0.0
    if "given" in (role, against) and {role, against} & {FATHER, FAMILY}:
        return 0.0
    return min(word_likeness(one, other), 1.0)


def _same_initial(one: Word, other: Word) -> bool:
    return one.sounds[0].text[:1] == other.sounds[0].text[:1]


@lru_cache(maxsize=32768)
def word_likeness(one: Word, other: Word) -> float:
    """How alike two words are, from 0 to 1: as they stand, or without their endings; known names are kept apart."""
    if one.groups & other.groups:
        return 1.0
    like = _sounds_likeness(one, other)
    if _is_short(one, other):
        return max(like, SHORT)
    if (one.groups and other.groups) or _is_hers(one, other):
        return min(like, NAMED_OTHERWISE)
    for guessed, listed in ((one, other), (other, one)):
        if guessed.guess.groups & (listed.groups | listed.guess.groups):
            return max(like, GUESSED)
        if guessed.guess.like > like + GUESS_IS_NEARER and listed.groups:
            return min(like, NAMED_OTHERWISE)
    return like


GUESSED: Final = 0.9
GUESS_IS_NEARER: Final = 0.08


def _is_hers(one: Word, other: Word) -> bool:
    """Whether one is the other's name with the ending of a woman's: Aynur, Aynura. Not said of transcriptions."""
    if one.kind or other.kind:
        return False
    first, second = one.sounds[0], other.sounds[0]
    if first.mode != PLAIN or second.mode != PLAIN:
        return False
    return is_hers(first.text, second.text)


SHORT: Final = 0.8


def _is_short(one: Word, other: Word) -> bool:
    """Whether one of two words is short for the other: by the table, or by how short forms are made."""
    table = known().short
    return any(
        (sound.text, group) in table
        for short, full in ((one, other), (other, one))
        for sound in short.sounds[:2]
        for group in full.groups
    ) or _is_made_short(one, other)


LEAST_BEGIN: Final = 3


def _is_made_short(one: Word, other: Word) -> bool:
    return any(_is_made_of(*both) for both in ((one, other), (other, one)))


def _is_made_of(short: Word, full: Word) -> bool:
    if short.kind or full.kind or short.groups or short.is_joined or full.is_joined:
        return False
    small, whole = short.sounds[0], full.sounds[0]
    if CHINESE in (small.mode, whole.mode) or small.text == whole.text:
        return False
    if whole.text.startswith(small.text) and len(small.text) >= LEAST_BEGIN and len(whole.text) > len(small.text) + 1:
        return True
    return any(_begins(whole.text, small.text[: -len(end)]) for end in PETS if small.text.endswith(end))


PETS: Final = (
    "eke",
    "ake",
    "eken",
    "ken",
    "ke",
    "ka",
    "ko",
    "oS",
    "uS",
    "aS",
    "ik",
    "ok",
    "uk",
    "e",
    "o",
    "i",
    "tay",
    "Cik",
)


def _begins(whole: str, begin: str) -> bool:
    """Whether a name begins like this and goes on with at least a consonant of its own."""
    if len(begin) < LEAST_BEGIN - 1 or not any(letter in VOWELS for letter in begin):
        return False
    head, rest = whole[: len(begin)], whole[len(begin) :]
    same = all(a == b or {a, b} <= {"a", "e"} for a, b in zip(head, begin, strict=False)) and len(head) == len(begin)
    return same and (not rest or any(letter not in VOWELS for letter in rest))


HOPELESS: Final = 0.5
"""Words whose consonants have less in common are not looked at closely."""


def _sounds_likeness(one: Word, other: Word) -> float:
    best = 0.0
    for first in dict.fromkeys((*one.roots, *one.sounds)):
        for second in dict.fromkeys((*other.roots, *other.sounds)):
            bones = Levenshtein.normalized_similarity(skeleton(first.text), skeleton(second.text))
            if bones >= HOPELESS:
                best = max(best, likeness(first.text, second.text, max(first.mode, second.mode)))
    return best


AGREES: Final = 3.2
AGREES_COMMON: Final = 2.1
INITIAL: Final = 1.0
GIVEN_DIFFERS: Final = -6.5
OTHER_DIFFERS: Final = -5.0
KINDS_DIFFER: Final = -0.4
LEFT_OVER: Final = -0.3
ENDINGS_DIFFER: Final = -3.5


def _weigh(
    few: tuple[Word, ...],
    many: tuple[Word, ...],
    *,
    few_roles: tuple[str, ...],
    many_roles: tuple[str, ...],
    table: list[list[float]],
    order: tuple[int, ...],
    whole: Name,
    against: Name,
) -> Names:
    weight, reasons = 0.0, list[tuple[Reason, float]]()
    matched: list[tuple[int, int]] = []
    loose: list[tuple[int, int]] = []
    for i, j in enumerate(order):
        (matched if table[i][j] >= _bar(few[i], many[j]) else loose).append((i, j))
    solid = 0
    common = True
    for i, j in matched:
        gained = _agreeing(few[i], many[j], table[i][j])
        weight += gained
        if not few[i].is_initial and not many[j].is_initial:
            solid += 1
            common = common and (few[i].is_common or many[j].is_common)
        if FATHER in (few_roles[i], many_roles[j]):
            reasons.append((Reason.FATHER_AGREES, gained))
    taken = {j for _, j in matched}
    spare_few = [i for i in range(len(few)) if i not in {i for i, _ in matched}]
    spare_many = [j for j in range(len(many)) if j not in taken]
    given_agrees = any(
        "given" in (few_roles[i], many_roles[j]) or BARE in (few_roles[i], many_roles[j]) for i, j in matched
    )
    spare_few.sort(key=lambda i: (few_roles[i], few[i].text))
    spare_many.sort(key=lambda j: (many_roles[j], many[j].text))
    for i, j in _clashes(spare_few, spare_many, few_roles, many_roles):
        reason, cost = _clash(few_roles[i], many_roles[j])
        weight += cost
        reasons.append((reason, cost))
    weight += LEFT_OVER * abs(len(spare_few) - len(spare_many))
    sexes = {word.sex for word in (*few, *many)} - {""}
    if len(sexes) > 1 and _sex_of(few) and _sex_of(many) and _sex_of(few) != _sex_of(many):
        weight += ENDINGS_DIFFER
        reasons.append((Reason.SEX_DIFFERS, ENDINGS_DIFFER))
    if not solid:
        return Names(min(weight, -4.0), tuple(reasons), is_common=False, given_agrees=False)
    if not spare_few and not loose:
        reasons.append((_how(few, many, matched, whole, against), weight))
    if len(matched) < len(many):
        reasons.append((Reason.PART_OF_NAME, 0.1))
    return Names(weight, tuple(reasons), is_common=common and solid <= COMMON_WORDS, given_agrees=given_agrees)


COMMON_WORDS: Final = 2


def _bar(one: Word, other: Word) -> float:
    """From where on two words count as one: shorter words have to be nearer."""
    if one.is_initial or other.is_initial:
        return 0.7
    scripts = {script_of(one.text), script_of(other.text)}
    if "chinese" in scripts or any(sound.mode == CHINESE for word in (one, other) for sound in word.sounds):
        return 0.76
    return ALIKE


def _agreeing(one: Word, other: Word, like: float) -> float:
    if one.is_initial or other.is_initial:
        return INITIAL
    most = AGREES_COMMON if one.is_common or other.is_common else AGREES
    return most * (0.55 + 0.45 * min(1.0, (like - NEARLY) / (1 - NEARLY)))


def _clashes(
    few: list[int], many: list[int], few_roles: tuple[str, ...], many_roles: tuple[str, ...]
) -> list[tuple[int, int]]:
    """Pair what is left on both sides, likes with likes first."""
    pairs, left = list[tuple[int, int]](), list(many)
    for same in (True, False):
        for i in list(few):
            for j in left:
                if (few_roles[i] == many_roles[j]) == same and i not in {a for a, _ in pairs}:
                    pairs.append((i, j))
                    left.remove(j)
                    break
    return pairs


def _clash(role: str, against: str) -> tuple[Reason, float]:
    roles = {role, against}
    if "initial" in roles:
        return Reason.PART_OF_NAME, -1.0
    if roles == {FATHER, FAMILY}:
        return Reason.FAMILY_DIFFERS, KINDS_DIFFER
    if roles == {FATHER}:
        return Reason.FATHER_DIFFERS, OTHER_DIFFERS
    if FAMILY in roles and "given" not in roles:
        return Reason.FAMILY_DIFFERS, OTHER_DIFFERS
    if FATHER in roles and "given" not in roles:
        return Reason.FATHER_DIFFERS, OTHER_DIFFERS
    return Reason.NAME_DIFFERS, GIVEN_DIFFERS


def _sex_of(words: tuple[Word, ...]) -> str:
    """What the endings say; a name in which they disagree says nothing."""
    said = {word.sex for word in words} - {""}
    return said.pop() if len(said) == 1 else ""


def _how(
    few: tuple[Word, ...],
    many: tuple[Word, ...],
    matched: list[tuple[int, int]],
    whole: Name,
    against: Name,
) -> Reason:
    if any(_is_short(few[i], many[j]) for i, j in matched):
        return Reason.SHORT_FORM
    if whole.scripts != against.scripts:
        return Reason.SAME_NAME_OTHER_SCRIPT
    if all(few[i].text == many[j].text for i, j in matched):
        return Reason.SAME_NAME
    return Reason.NAME_SPELT_OTHERWISE


# What else is told
