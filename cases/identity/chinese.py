"""Names in Chinese characters, and in the pinyin that a Chinese passport makes of them: read back into sounds.

The pinyin of characters that transcriptions use is listed; for others pypinyin is asked, which is large: it is imported
when such a character is met for the first time.
A Chinese transcription keeps consonants, loses clusters and guesses vowels, so distances treat it mildly.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from texts.quick_yaml import read_yaml

PINYIN_FILE: Final = Path(__file__).with_name("pinyin.yaml")

SURNAMES: Final = frozenset(
    "马王李张刘陈杨赵黄周吴徐孙胡朱高林何郭罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文哈海沙虎妥撒拜穆纳买喇者安禹"
)
"""Family names of Han and Hui people; a name of two or three characters that begins with one may be such a name."""

INITIALS: Final = (
    ("zh", "J"), ("ch", "C"), ("sh", "S"), ("b", "b"), ("p", "p"), ("m", "m"), ("f", "f"), ("d", "d"), ("t", "t"),
    ("n", "n"), ("l", "l"), ("g", "g"), ("k", "k"), ("h", "h"), ("j", "J"), ("q", "C"), ("x", "S"), ("r", "r"),
    ("z", "z"), ("c", "s"), ("s", "s"), ("y", "y"), ("w", "v"),
)  # fmt: skip
WHOLE: Final = {
    "er": "r", "yi": "i", "wu": "u", "yu": "yu", "ye": "e", "yue": "yo", "yin": "in", "ying": "in", "yun": "yun",
    "wo": "o", "zi": "zi", "ci": "si", "si": "s", "zhi": "Ji", "chi": "Ci", "shi": "Si", "ri": "r", "le": "l",
    "ge": "g", "ke": "k", "te": "t", "de": "d", "fu": "f", "se": "s", "ze": "ze", "ni": "ni", "e": "e", "ai": "e",
    "ao": "o", "ou": "o", "an": "an", "en": "en", "ang": "an", "a": "a", "o": "o", "wai": "ve", "wei": "ve",
    "ran": "ran",
}  # fmt: skip
"""Syllables that stand for less, or for something else, than they are read."""
FINALS: Final = (
    ("iang", "an"), ("uang", "an"), ("iong", "on"), ("ian", "an"), ("uan", "an"), ("iao", "o"), ("uai", "ay"),
    ("ang", "an"), ("eng", "en"), ("ing", "in"), ("ong", "on"), ("ai", "ay"), ("ei", "e"), ("ao", "o"), ("ou", "o"),
    ("an", "an"), ("en", "en"), ("in", "in"), ("un", "un"), ("vn", "un"), ("ia", "a"), ("ie", "e"), ("iu", "yu"),
    ("ua", "a"), ("uo", "o"), ("ui", "uy"), ("ue", "o"), ("ve", "o"), ("a", "a"), ("o", "o"), ("e", "e"), ("i", "i"),
    ("u", "u"), ("v", "u"),
)  # fmt: skip
SYLLABLE: Final = (
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|uang|iong|ian|uan|iao|uai|ang|eng|ing|ong|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|er|a|o|e|i|u|v)"
)
PINYIN: Final = re.compile(f"(?:{SYLLABLE})+")
HAN_LENGTHS: Final = (2, 3)
NOT_PINYIN: Final = re.compile(
    r"^(?:[bpmfdtlkw]?v)|[bpmf]uo|[jqx][aoe](?!$)[^aeiou]|[zcs]hi[aeou]|[aeiou]{4}|[dt]ia|[gkh]i|[fw]i|ti[aou](?!n|o)"
)


ALIKE_USED: Final = (
    "布不 卜不 麦买 荪逊 孙逊 杜都 图吐 依伊 衣伊 莎沙 萨沙 丽力 里力 莉力 黎力 娅亚 奴努 赫合 姑古 爱艾 柯克 帖铁 "
    "玛马 黑合 苏素 乌吾 迪地 旦丹 达丹 甫普 色赛 塞赛"
)
VARIANTS: Final = str.maketrans({pair[0]: pair[1] for pair in ALIKE_USED.split()})
"""Characters that offices use for one another when they write one foreign name."""


def same_characters(word: str) -> str:
    """Return a transcription in the characters that stand for all that are used alike."""
    return word.translate(VARIANTS)


@lru_cache(maxsize=1)
def _listed() -> dict[str, str]:
    told: dict[str, str] = read_yaml(PINYIN_FILE.read_text(encoding="utf-8"))
    return {one: pinyin for pinyin, characters in told.items() for one in characters}


@lru_cache(maxsize=4096)
def _pinyin_of(character: str) -> str:
    listed = _listed().get(character)
    if listed is not None:
        return listed
    from pypinyin import Style, lazy_pinyin

    return "".join(one for one in lazy_pinyin(character, style=Style.NORMAL, errors="ignore") if one.isascii())


def syllables(word: str) -> tuple[str, ...]:
    """Return the pinyin of each character of a word, without tones; ü is v."""
    return tuple(found for one in word if (found := _pinyin_of(one)))


def read_syllables(pinyin: tuple[str, ...]) -> str:
    """Return how syllables sound in the alphabet of :mod:`cases.identity.letters`."""
    read = "".join(_sound(one) for one in pinyin)
    if len(pinyin) > 1 and pinyin[-1] == "dan":  # Peride, Halide: the n is no part of the name
        read = read.removesuffix("n")
    return re.sub(r"(.)\1+", r"\1", read)


def _sound(syllable: str) -> str:
    syllable = syllable.replace("ü", "v")
    known = WHOLE.get(syllable)
    if known is not None:
        return known
    for letters, sound in INITIALS:
        if syllable.startswith(letters):
            return sound + _final(syllable[len(letters) :])
    return _final(syllable)


def _final(rest: str) -> str:
    return next((sound for letters, sound in FINALS if rest == letters), rest[:1])


def split_pinyin(word: str) -> tuple[str, ...]:
    """Return the syllables of a Latin word that can be read as pinyin, or nothing."""
    if not PINYIN.fullmatch(word) or NOT_PINYIN.search(word):
        return ()
    return _split(word) or ()


@lru_cache(maxsize=16384)
def _split(word: str) -> tuple[str, ...] | None:
    """The longest syllables first, stepping back where the rest would not go on; ``er`` is one of its own."""
    if not word:
        return ()
    for length in range(min(6, len(word)), 0, -1):
        head = word[:length]
        if re.fullmatch(SYLLABLE, head) and _is_syllable(head):
            tail = _split(word[length:])
            if tail is not None:
                return (head, *tail)
    return None


def _is_syllable(head: str) -> bool:
    return not (head.endswith("er") and head != "er") and not re.fullmatch(r"[iuv].*", head)


def may_be_han(word: str) -> bool:
    """Whether a word in characters may be a family name and a given name of one or two characters."""
    return len(word) in HAN_LENGTHS and word[0] in SURNAMES
