"""How many parts a text message is sent in, and paid for: GSM 03.38 for its letters, UCS-2 for all others.

Sources: 3GPP TS 23.038, tables 6.2.1 (default alphabet) and 6.2.1.1 (its extension); TS 23.040, 9.2.3.24.1 (what a part
of several loses to its header). A letter of the extension takes two places, and its two are never parted.
"""

from collections.abc import Iterable
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_BASIC_ALONE, _BASIC_JOINED = 160, 153
_OTHER_ALONE, _OTHER_JOINED = 70, 67


def is_gsm(text: str) -> bool:
    """Say whether every letter is one of GSM 03.38: then 160 fit in a message, otherwise 70."""
    return all(letter in _BASIC or letter in _EXTENSION for letter in text)


def segments(text: str) -> int:
    """Return in how many parts a text is sent; an empty one in one."""
    if is_gsm(text):
        places = [2 if letter in _EXTENSION else 1 for letter in text]
        return 1 if sum(places) <= _BASIC_ALONE else _filled(places, _BASIC_JOINED)
    places = [len(letter.encode("utf-16-be", "surrogatepass")) // 2 for letter in text]
    return 1 if sum(places) <= _OTHER_ALONE else _filled(places, _OTHER_JOINED)


def _filled(places: Iterable[int], room: int) -> int:
    parts, left = 1, room
    for place in places:
        if place > left:
            parts, left = parts + 1, room
        left -= place
    return parts
