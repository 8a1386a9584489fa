"""Telling Uyghur, Kazakh and everybody else's Arabic letters apart."""

import re
from collections.abc import Mapping
from typing import Final, Literal

# Only the Turkic languages of ours have these; and of those that have ى, only they put it inside a word.
_TURKIC_LETTER = re.compile(r"[ەۇۋڭېۈۆ\u0674]|ى(?=[^\W\d_])")
# Arabic, Persian, Urdu, Pashto and Kurdish letters that stand in no Uyghur or Kazakh word.
_FOREIGN_LETTER = re.compile(r"[ةأإآؤثذصضطظهکیۀےںٹڈڑڕڵڤێټډړښ]")

# What people in need write, each the beginning of a word, that is one language and no other.
_UYGHUR_WORD = re.compile(r"\b(?:ياردەم|ساقچى|تۇتۇ|بىلەن|سالام)")
_KAZAKH_WORD = re.compile(r"\b(?:كومەك|كەرەك|جوق|ساقشى|پوليتسيا|شەكارا|سالەم|قاماۋ|ادۆوكات|ا[عتنپ]ام)")
_WORD_SAYS: Final = 6

# What tells Uyghur from Kazakh: letters, how words begin and end, small words. In Uyghur a vowel without a
# consonant before it is carried by ئ, in Kazakh a word may begin with a bare one. Kazakh marks front words with
# a high hamza (ٴ, on most keyboards ء), and its ع, ح and first ج are Uyghur غ, خ and ي.
_UYGHUR_SIGNS: Final[Mapping[re.Pattern[str], int]] = {
    re.compile(r"[ېۈ]"): 3,
    re.compile(r"[ئۆ]"): 2,
    re.compile(r"[غخچھ]"): 1,
    re.compile(r"\b[يئ]"): 1,
    re.compile(r"(?:دۇ|[دت]ىن|ۇش|ۇپ)\b"): 1,
    re.compile(r"\b(?:بىر|بۇ|ۋە|شۇ|يوق|ياق)\b"): 2,
}
_KAZAKH_SIGNS: Final[Mapping[re.Pattern[str], int]] = {
    re.compile(r"\u0674"): 4,
    re.compile(r"[ءع]"): 2,
    re.compile(r"ح"): 1,
    re.compile(r"\b[اوۇەىج]"): 2,
    re.compile(r"(?:ۋ|[دتن][اە]ن|[دت][اە]ر)\b"): 1,
    re.compile(r"\b(?:بۇل|دە|دا|عوي|كوپ)\b"): 2,
}
# A Uyghur text of this many letters has shown something of its own; a Kazakh one may be made of what is shared.
_TELLING_LENGTH: Final = 16


def guess_arabic(text: str) -> Literal["ug", "kk-Arab", "other"] | None:
    """Return what a text in Arabic letters is, None when its letters do not tell."""
    turkic, foreign = len(_TURKIC_LETTER.findall(text)), len(_FOREIGN_LETTER.findall(text))
    if 2 * foreign > turkic:
        return "other"
    uyghur = _WORD_SAYS * len(_UYGHUR_WORD.findall(text))
    kazakh = _WORD_SAYS * len(_KAZAKH_WORD.findall(text))
    if turkic:
        uyghur += _signs(text, _UYGHUR_SIGNS)
        kazakh += _signs(text, _KAZAKH_SIGNS)
        kazakh += not uyghur and sum(map(str.isalpha, text)) >= _TELLING_LENGTH
    if uyghur == kazakh:
        return None
    return "ug" if uyghur > kazakh else "kk-Arab"


def _signs(text: str, signs: Mapping[re.Pattern[str], int]) -> int:
    return sum(len(sign.findall(text)) * weight for sign, weight in signs.items())
