"""How a word of a name sounds, whatever it is written in: one small alphabet for Cyrillic, Latin and Arabic script.

The alphabet has the vowels ``a e i o u`` and the consonants ``b d f g h k l m n p r s t v y z``, with ``S`` for sh,
``C`` for ch and ``J`` for zh, j and dzh. It is coarse on purpose: what scripts and habits of spelling confuse (q and k,
gh and g, x and kh and h, ä and e) is one letter in it, or two that :mod:`cases.identity.distance` holds to be near.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from anyascii import anyascii

VOWELS: Final = frozenset("aeiou")

CYRILLIC: Final = {
    "а": "a", "ә": "e", "ӓ": "e", "б": "b", "в": "v", "г": "g", "ғ": "g", "ґ": "g", "д": "d", "е": "e", "ё": "yo",
    "ж": "J", "җ": "J", "ҷ": "J", "ӂ": "J", "з": "z", "и": "i", "і": "i", "ї": "i", "ӣ": "i", "й": "y", "ј": "y",
    "к": "k", "қ": "k", "ҡ": "k", "л": "l", "м": "m", "н": "n", "ң": "n", "ҥ": "n", "о": "o", "ө": "o", "ӧ": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u", "ү": "u", "ӯ": "u", "ў": "o", "ф": "f", "х": "h",
    "ҳ": "h", "һ": "h", "ц": "s", "ч": "C", "ш": "S", "щ": "S", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "yu",
    "я": "ya",
}  # fmt: skip
"""Kazakh, Uyghur, Kyrgyz, Uzbek, Tajik and Russian letters."""

ARABIC: Final = {
    "ا": "a", "آ": "a", "أ": "a", "إ": "i", "ٱ": "a", "ٵ": "e", "ە": "e", "ى": "i", "ې": "e", "و": "o", "ۇ": "u",
    "ۆ": "o", "ۈ": "u", "ۋ": "v", "ٶ": "o", "ٷ": "u", "ٸ": "i", "ئ": "", "ء": "", "ٴ": "", "ؤ": "o", "ي": "y", "ی": "y",
    "ۍ": "i", "ۀ": "e", "ة": "a", "ب": "b", "پ": "p", "ت": "t", "ط": "t", "ټ": "t", "ث": "s", "س": "s", "ص": "s",
    "څ": "s", "ج": "J", "ژ": "J", "چ": "C", "ح": "h", "خ": "h", "ھ": "h", "ه": "h", "ہ": "h", "د": "d", "ډ": "d",
    "ذ": "z", "ز": "z", "ض": "z", "ظ": "z", "ځ": "z", "ر": "r", "ړ": "r", "ش": "S", "ښ": "S", "ع": "", "غ": "g",
    "ږ": "g", "ف": "f", "ڤ": "v", "ق": "k", "ك": "k", "ک": "k", "ګ": "g", "گ": "g", "ڭ": "n", "ڼ": "n", "ل": "l",
    "م": "m", "ن": "n",
}  # fmt: skip
"""Uyghur and Kazakh as written in Xinjiang, where vowels are letters; Dari, Pashto and Arabic, where few are."""
VOWELLED: Final = frozenset("ەېۇۆۈۋٵٶٷٸىٴڭ")
"""Letters that only the scripts have in which every vowel is written."""

LATIN: Final = (
    ("shch", "S"), ("tch", "C"), ("tsch", "C"), ("dzh", "J"), ("dsch", "J"), ("sch", "S"), ("dj", "J"), ("dz", "z"),
    ("zh", "J"), ("ch", "C"), ("sh", "S"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("ts", "s"), ("tz", "s"),
    ("ck", "k"), ("oo", "u"), ("ee", "i"), ("ou", "u"), ("q", "k"), ("x", "h"), ("w", "v"), ("j", "J"), ("c", "k"),
)  # fmt: skip
"""In this order: what is written with several letters before what is written with one."""
MARKED: Final = {
    "ç": "ch", "č": "ch", "ş": "sh", "ș": "sh", "š": "sh", "ž": "zh", "ğ": "gh", "ġ": "gh", "ǵ": "gh", "ģ": "gh",
    "ı": "i", "ɪ": "i", "ə": "e", "ǝ": "e", "ä": "e", "á": "a", "â": "a", "ā": "a", "é": "e", "ë": "e", "è": "e",
    "ê": "e", "í": "i", "î": "i", "ī": "i", "ý": "y", "ÿ": "y", "ö": "o", "ó": "o", "ô": "o", "ő": "o", "õ": "o",
    "ō": "o", "ø": "o", "ü": "u", "ú": "u", "û": "u", "ū": "u", "ů": "u", "ñ": "n", "ń": "n", "ň": "n", "ŋ": "n",
    "ḥ": "h", "ẖ": "h", "ż": "z", "ț": "t", "ţ": "t", "ṯ": "t",
}  # fmt: skip
"""Letters with marks: Turkish, Kazakh of 2021, Uyghur Latin, Turkmen, scholars' spellings."""
APOSTROPHES: Final = dict.fromkeys(map(ord, "'’‘ʻʼ`´ʹʿʾ′\u200c\u200d\u0640"), None)
BROKEN: Final = re.compile(r"[\s,;/|()\[\]{}«»“”\"_:!?*<>=+~^%$#@&\\—–،؛؟。，、；：（）《》]+")
"""What stands between the words of a name."""


def plain(text: str) -> str:
    """Return a text for comparing: NFKC, case folded, without apostrophes, marks of direction and vowel signs."""
    turkish = text.replace("İ", "i").replace("I\u0307", "i")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", turkish).casefold())
    kept = "".join(one for one in folded if unicodedata.category(one) not in {"Cf", "Mn"} or one == "\u0307")
    return kept.replace("\u0307", "").translate(APOSTROPHES)


BLOCKS: Final = (
    ("cyrillic", "\u0400", "\u052f"),
    ("arabic", "\u0600", "\u077f"),
    ("arabic", "\ufb50", "\ufeff"),
    ("chinese", "\u3400", "\u9fff"),
)


@lru_cache(maxsize=8192)
def script_of(word: str) -> str:
    """Return in what a word is written: ``latin``, ``cyrillic``, ``arabic``, ``chinese``, or nothing of these."""
    for one in word:
        for script, first, last in BLOCKS:
            if first <= one <= last:
                return script
        if one.isalpha():
            return "latin"
    return ""


def is_abjad(word: str) -> bool:
    """Whether a word in Arabic script leaves its short vowels out."""
    return script_of(word) == "arabic" and not VOWELLED & set(word)


def sounds(word: str) -> tuple[str, ...]:
    """Return how a word of :func:`plain` may sound, likeliest first; Chinese is read elsewhere."""
    script = script_of(word)
    if script == "cyrillic":
        read = "".join(CYRILLIC.get(one, "") for one in word.replace("дж", "ж").replace("дз", "з"))
        return (_tidied(read),)
    if script == "arabic":
        return _arabic(word)
    return _latin(word)


def _arabic(word: str) -> tuple[str, ...]:
    read = _tidied("".join(ARABIC.get(one, "") for one in word))
    found = [read]
    if "ه" in word:  # an h, or the vowel e written with what looks like one
        found.append(_tidied("".join("e" if one == "ه" else ARABIC.get(one, "") for one in word)))
    return tuple(dict.fromkeys(one for one in found if one))


def _latin(word: str) -> tuple[str, ...]:
    turkish = any(one in "çşğıöü" for one in word)
    spelt = "".join(MARKED.get(one, one) for one in word)
    spelt = re.sub(r"[^a-z]", "", anyascii(spelt).lower())
    found = [_read(spelt)]
    if re.search(r"c(?!h|k)", spelt):  # Turkish c is j; of a Pole or a typist it is k or s
        found.insert(0 if turkish else 1, _read(re.sub(r"c(?!h|k)", "j", spelt)))
        found.append(_read(re.sub(r"c(?!h|k)", "s", spelt)))
    if "x" in spelt:
        found.append(_read(spelt.replace("x", "ks")))
    if "j" in spelt:
        found.append(_read(spelt.replace("j", "y")))
    return tuple(dict.fromkeys(one for one in found if one))


def _read(spelt: str) -> str:
    for letters, sound in LATIN:
        spelt = spelt.replace(letters, sound)
    return _tidied(spelt)


def _tidied(read: str) -> str:
    """Make spellings of one sound one: a glide beside a vowel, doubled letters, ng, y that is a vowel."""
    read = re.sub(r"[^aeioubdfghklmnprstvyzSCJ]", "", read)
    read = re.sub(r"i(?=[aou])", "y", read)  # ia, iu: Russian passports
    read = re.sub(r"(?<![aeiou])y(?![aeiou])", "i", read)
    read = re.sub(r"^ye", "e", read)
    read = re.sub(r"ng(?![aeiou])", "n", read)
    read = re.sub(r"ay(?![aeiou])|ai|ey(?![aeiou])|ei", lambda found: found[0][0] + "y", read)
    return re.sub(r"(.)\1+", r"\1", read)
