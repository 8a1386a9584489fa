"""Charts of numbers: bars and a line, with words in them, that can be read aloud and printed. Pure.

``right_to_left``: a chart is the mirror of what it is from left to right; words follow the direction of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from web.pictures.svg import cut, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

WIDTH: Final = 400.0
"""In units that are about a pixel on a telephone: so letters can be read there."""
LETTERS: Final = 14.0
ROW: Final = 42.0
THICK: Final = 14.0
ROOM_FOR_NUMBER: Final = 60.0
HEIGHT: Final = 170.0
TOP, FOOT, SIDE = 28.0, 26.0, 20.0
NAMED_EVERY: Final = 2
"""Of a line every second place is named, the last among them: there is no room for more."""


@dataclass(frozen=True)
class Point:
    """One value with its name, and the words that stand for it; None: there is nothing to draw."""

    name: str
    value: float | None
    words: str


def bars(picture: str, title: str, description: str, points: Sequence[Point], *, right_to_left: bool = False) -> Markup:
    """Draw lying bars, one under the other; ``picture`` names it within its page."""
    most = max((one.value or 0 for one in points), default=0) or 1
    drawn = []
    for number, one in enumerate(points):
        top = number * ROW + 4
        length = 0.0 if one.value is None else (WIDTH - ROOM_FOR_NUMBER) * one.value / most
        drawn.append(_words(one.name, 0, top + LETTERS, right_to_left))
        if length:
            drawn.append(
                element(
                    "rect",
                    x=WIDTH - length if right_to_left else 0.0,
                    y=top + LETTERS + 5,
                    width=length,
                    height=THICK,
                    rx=3,
                    class_="bar",
                )
            )
        at = length + 8 if length else 0
        drawn.append(_words(one.words, at, top + LETTERS + 5 + THICK - 2, right_to_left, None if length else "quiet"))
    return _picture(picture, title, description, len(points) * ROW + 4, drawn)


def line(picture: str, title: str, description: str, points: Sequence[Point], *, right_to_left: bool = False) -> Markup:
    """Draw values one after another along time; where one is missing the line is broken."""
    most = max((one.value or 0 for one in points), default=0) or 1
    step = (WIDTH - 2 * SIDE) / max(1, len(points) - 1)
    floor = HEIGHT - FOOT
    places = []
    drawn = [element("line", x1=0.0, y1=floor, x2=WIDTH, y2=floor, class_="axis")]
    for number, one in enumerate(points):
        along = SIDE + number * step
        at = WIDTH - along if right_to_left else along
        if (len(points) - 1 - number) % NAMED_EVERY == 0:
            drawn.append(element("text", one.name, x=at, y=HEIGHT - 8, text_anchor="middle", class_="quiet small"))
        places.append((at, None if one.value is None else floor - (floor - TOP) * one.value / most, one.words))
    for is_there, run in groupby(places, key=lambda place: place[1] is not None):
        if is_there:
            drawn += _run(list(run))
    return _picture(picture, title, description, HEIGHT, drawn)


def _run(places: Sequence[tuple[float, float | None, str]]) -> list[Markup]:
    drawn = []
    if len(places) > 1:
        drawn.append(element("polyline", points=" ".join(f"{x:.1f},{y or 0:.1f}" for x, y, _ in places), class_="line"))
    for x, y, words in places:
        drawn.append(element("circle", cx=x, cy=y, r=4, class_="bar"))
        drawn.append(element("text", words, x=x, y=(y or 0) - 9, text_anchor="middle", class_="small"))
    return drawn


def _words(words: str, along: float, y: float, right_to_left: bool, class_: str | None = None) -> Markup:  # noqa: FBT001
    x = WIDTH - along if right_to_left else along
    return element("text", cut(words, LETTERS, WIDTH - along), x=x, y=y, text_anchor="start", class_=class_)


def _picture(picture: str, title: str, description: str, height: float, drawn: Sequence[Markup]) -> Markup:
    return element(
        "svg",
        element("title", title, id=f"{picture}-title"),
        element("desc", description, id=f"{picture}-desc"),
        *drawn,
        role="img",
        viewBox=f"0 0 {WIDTH:.0f} {height:.0f}",
        aria_labelledby=f"{picture}-title {picture}-desc",
    )
