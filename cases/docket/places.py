"""Places from which people are sent back: a report that names one raises the risk of return. Pure, a table."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

NEAR_BORDER: Final[dict[str, tuple[str, ...]]] = {
    "Khorgos": ("khorgos", "horgos", "korgas", "хоргос", "қорғас", "قورعاس", "قورغاس", "霍尔果斯"),
    "Zharkent": ("zharkent", "jarkent", "жаркент", "جاركەنت", "ياركەنت", "扎尔肯特"),
    "Dostyk": ("dostyk", "достык", "достық", "دوستىق"),
    "Bakhty": ("bakhty", "бахты", "бақты"),
    "Maikapchagai": ("maikapchagai", "maykapshagay", "майкапчагай", "майқапшағай"),
    "Korday": ("korday", "qorday", "кордай", "қордай"),
    "Torugart": ("torugart", "торугарт"),
    "Irkeshtam": ("irkeshtam", "иркештам"),
}
"""Crossings and the towns before them, on the way to China and Kyrgyzstan, as people write them."""
AIRPORT: Final = ("airport", "аэропорт", "әуежай", "اۋەجاي", "ئايرودروم", "机场", "havalimanı", "havaalanı")
_LETTERS: Final = re.compile(r"[\W_]+")


def place_signal(text: str) -> str | None:
    """Return ``near_border`` or ``at_airport`` if the words name such a place, else None. Never raises.

    A name counts as the beginning of a word, so that case endings do not hide it; in Chinese, anywhere.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = _LETTERS.split(plain)
    if any(_names(spelling, plain, words) for spellings in NEAR_BORDER.values() for spelling in spellings):
        return "near_border"
    return "at_airport" if any(_names(one, plain, words) for one in AIRPORT) else None


def _names(spelling: str, plain: str, words: list[str]) -> bool:
    # Names in characters have no blanks around them.
    if spelling >= "\u3400":
        return spelling in plain
    return any(word.startswith(spelling) for word in words)
