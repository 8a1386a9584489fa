"""A little SVG: elements with escaped text and attributes, and how wide words are about. Pure.

No style stands in a picture (pages forbid it); colours come from classes in ``console.css``.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDE: Final = frozenset({"W", "F"})
LETTER: Final = 0.56
"""Of the size of the letters: how wide one is, on the average."""


def element(name: str, *inside: Markup | str, **attributes: str | float | None) -> Markup:
    """Make an element. Attributes without a value are left out; ``text_anchor`` is written as SVG writes it."""
    written = "".join(
        f' {key.strip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    content = "".join(str(escape(one)) for one in inside)
    return Markup(f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>")  # noqa: S704  escaped


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def joined(parts: Iterable[Markup]) -> Markup:
    """Put parts behind each other."""
    return Markup("").join(parts)


def width_of(words: str, size: float) -> float:
    """About how wide some words are, in letters of a size."""
    return sum(_width(one) for one in words) * size


@lru_cache(maxsize=4096)
def _width(letter: str) -> float:
    return 1.0 if unicodedata.east_asian_width(letter) in WIDE else LETTER


def cut(words: str, size: float, room: float) -> str:
    """Return the words, or as many of their letters as there is room for and an ellipsis."""
    if width_of(words, size) <= room:
        return words
    left = room / size - LETTER
    for count, letter in enumerate(words):
        left -= _width(letter)
        if left < 0:
            return f"{words[:count].rstrip()}…" if count else ""
    return words
