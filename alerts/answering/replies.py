"""What somebody means who answers an alert by SMS: a number and a word, in whichever script their phone writes. Pure.

An alert says “reply 100A to accept, 100D to decline”. People answer as people do: in lower case, in Cyrillic, with a
space, a full stop, in their own words. A reply is read only if **all** of it is understood and says one thing: one
verdict, at most one number, nothing else. “100A 101D”, “not A”, “no, 100A”, “100A?” are unclear and are asked about;
an acceptance that nobody meant would end a search, and nothing here is worth that.

A number is worth nothing without a verdict, and six digits alone are a verification code: the two can never be taken
for each other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

LARGEST_NUMBER = 99_999
"""A reply number has five digits at most. A verification code has six."""
CODE_DIGITS = 6
LONGEST = 160
"""Characters; whatever is longer is a letter, not an answer."""


@dataclass(frozen=True, slots=True)
class Accept:
    """“I have it”. ``number``: of which alert, 1 to ``LARGEST_NUMBER``; None if the reply names none."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class Decline:
    """“I cannot”. ``number`` as in Accept."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """“Send me nothing more”, in the words that providers obey by themselves or like them, and in no others."""


@dataclass(frozen=True, slots=True)
class Start:
    """“Send to me again”, as a word that undoes Stop."""


@dataclass(frozen=True, slots=True)
class Verify:
    """A verification code, six ASCII digits; it does not show in a repr."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unclear:
    """Anything else. Ask again; never guess."""


Reply = Accept | Decline | Stop | Start | Verify | Unclear

_QUESTIONS: Final = frozenset("?؟¿‽՞")
_SPACES_AND_PUNCTUATION: Final = frozenset({"Zs", "Zl", "Zp", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"})
_TOKEN: Final = re.compile(r"\d+|[^\W\d_]+")

_ALIKE: Final = str.maketrans(
    {
        "ı": "i",
        "\u0307": None,  # with the line above, HAYIR, HAYİR and hayır are one word
        **dict.fromkeys("ھہە", "ه"),  # keyboards for Uyghur, Urdu and Arabic have different letters for one
        **dict.fromkeys("ىی", "ي"),
        "ک": "ك",
    }
)


def _folded(text: str) -> str:
    """One form for what looks the same: full-width, circled and capital letters, invisible signs left out."""
    # In the compatible form the sign № is the word “No”.
    visible = "".join(sign for sign in text.replace("№", " ") if not _is_invisible(sign))
    return unicodedata.normalize("NFKC", visible).casefold().translate(_ALIKE)


def _is_invisible(sign: str) -> bool:
    """Marks of direction, joiners and the like, which keyboards put around what is written from right to left."""
    return unicodedata.category(sign) == "Cf"


def _table(words: str) -> frozenset[str]:
    return frozenset(map(_folded, words.split()))


# Single letters first: Latin, and what looks like it or stands for it in Cyrillic, Greek, Cherokee and Lisu.
_ACCEPTING: Final = _table(
    """
    A А Α Ꭺ ꓮ Y
    accept accepted yes ok okay
    да ок принимаю
    иә қабылдаймын ءيا
    йа ия ха һәә ھەئە
    evet kabul ҳа
    是 是的 好 好的 可以 接受
    """
)
_DECLINING: Final = _table(
    """
    D Д Δ Ԁ Ꭰ ꓓ N
    decline declined no
    нет отказ
    жоқ жок جوق
    yaq yoq яқ йоқ ياق يوق
    hayır йўқ
    不 不是 不行 不能 否 拒绝
    """
)
_STOPPING: Final = _table(
    "stop stopall unsubscribe end quit cancel optout revoke стоп тоқта токта тохта توختا توقتا 停止 退订"
)
_STARTING: Final = _table("start unstop старт")
_VERIFYING: Final = _table("v verify code код")


def read_reply(text: str) -> Reply:
    """What a reply means; see the module for when it is unclear. Never raises, whatever the text is."""
    tokens = _tokens(text)
    if not tokens:
        return Unclear()
    if _STOPPING.issuperset(tokens):
        return Stop()
    if _STARTING.issuperset(tokens):
        return Start()
    return _verification(tokens) or _verdict(tokens) or Unclear()


def _tokens(text: str) -> list[str]:
    """The words and numbers of a text, in order; none if there is anything else in it."""
    folded = _folded(text) if len(text) <= LONGEST else ""
    between = _TOKEN.sub("", folded)
    return _TOKEN.findall(folded) if all(map(_separates, between)) else []


def _separates(sign: str) -> bool:
    if sign in _QUESTIONS:
        return False
    return sign.isspace() or unicodedata.category(sign) in _SPACES_AND_PUNCTUATION


def _verification(tokens: list[str]) -> Verify | None:
    *before, digits = tokens
    is_code = digits.isdecimal() and len(digits) == CODE_DIGITS
    if is_code and (not before or (len(before) == 1 and before[0] in _VERIFYING)):
        return Verify(f"{int(digits):0{CODE_DIGITS}}")
    return None


def _verdict(tokens: list[str]) -> Accept | Decline | None:
    """One number at most, and words that all say the same; a word said twice is laughter (“ха-ха”) as like as not."""
    words = [token for token in tokens if not token.isdecimal()]
    numbers = [_number(token) for token in tokens if token.isdecimal()]
    if not words or len(set(words)) < len(words) or len(numbers) > 1 or None in numbers:
        return None
    number = numbers[0] if numbers else None
    if _ACCEPTING.issuperset(words):
        return Accept(number)
    return Decline(number) if _DECLINING.issuperset(words) else None


def _number(digits: str) -> int | None:
    number = int(digits) if len(digits) <= len(str(LARGEST_NUMBER)) else 0
    return number or None
