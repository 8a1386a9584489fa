"""The escalation ladder of one need: who was asked when, by what, how far it came, and how long each waited. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from web.pictures.svg import cut, element, joined, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from markupsafe import Markup

WIDTH: Final = 1000.0
NAMES: Final = 180.0
WAITS: Final = 230.0
ROW: Final = 46.0
LETTERS: Final = 14.0
SMALL: Final = 12.5
MOST: Final = 16
"""People in one picture: the latest; the list beside it has all."""


@dataclass(frozen=True)
class Rung:
    """One channel that rang somebody. ``look``: sent, delivered, read, failed or waits."""

    at: datetime
    look: str
    words: str


@dataclass(frozen=True)
class Person:
    """Somebody who was asked. ``look``: accepted, declined, failed or waits. ``until``: when they answered, else None.

    ``waited``: how long, in words; ``ways``: what rang, in words.
    """

    name: str
    step: str
    since: datetime
    until: datetime | None
    look: str
    waited: str
    ways: str
    rungs: Sequence[Rung] = ()


@dataclass(frozen=True)
class Ladder:
    """The search for one human. ``ends``: when somebody took it, else now."""

    title: str
    summary: str
    begins: datetime
    ends: datetime
    people: Sequence[Person]
    right_to_left: bool = False


def draw_ladder(ladder: Ladder, name: str) -> Markup:
    """Draw it; ``name`` tells pictures of a page apart."""
    people = sorted(ladder.people, key=lambda one: one.since)[-MOST:]
    height = 6 + len(people) * ROW
    return element(
        "svg",
        element("title", ladder.title, id=f"{name}-title"),
        element("desc", ladder.summary, id=f"{name}-desc"),
        joined(element("g", *_row(ladder, one, place), class_=f"asked {one.look}") for place, one in enumerate(people)),
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        class_="ladder",
        viewBox=f"0 0 {WIDTH:.0f} {height:.0f}",
        aria_labelledby=f"{name}-title {name}-desc",
        direction="rtl" if ladder.right_to_left else "ltr",
    )


def _row(ladder: Ladder, one: Person, place: int) -> Iterator[Markup]:
    top = 4 + place * ROW
    begins, ends = _x(ladder, one.since), _x(ladder, one.until or ladder.ends)
    yield element("text", cut(one.name, LETTERS, NAMES - 12), x=_side(ladder, 0), y=top + 16, class_="name")
    yield element("text", cut(one.step, SMALL, NAMES - 12), x=_side(ladder, 0), y=top + 33, class_="small")
    track = sorted((_side(ladder, NAMES), _side(ladder, WIDTH - WAITS)))
    yield element("line", x1=track[0], x2=track[1], y1=top + 11, y2=top + 11, class_="track")
    left, right = sorted((begins, ends))
    yield element("rect", x=left, y=top + 6, width=max(right - left, 3), height=10, rx=5, class_="wait")
    for rung in one.rungs:
        said = element("title", rung.words)
        yield element("circle", said, cx=_x(ladder, rung.at), cy=top + 11, r=5, class_=f"rung {rung.look}")
    yield _end(one, ends, top + 11)
    ways = cut(one.ways, SMALL, WIDTH - NAMES - 12)
    at = _along(ladder, begins)
    at = min(at, WIDTH - width_of(ways, SMALL) - 4)
    yield element("text", ways, x=_side(ladder, max(at, NAMES)), y=top + 33, class_="small")
    yield element("text", cut(one.waited, LETTERS, WAITS - 16), x=_side(ladder, WIDTH - WAITS + 16), y=top + 16)


def _end(one: Person, x: float, y: float) -> Markup:
    """How it ended: a tick, a cross, or nothing yet."""
    match one.look:
        case "accepted":
            return element(
                "g",
                element("circle", cx=x, cy=y, r=9),
                element("path", d=f"M{x - 4:.1f} {y:.1f} l3 3.5 l5.5 -7"),
                class_="end",
            )
        case "declined" | "failed":
            return element(
                "g",
                element("circle", cx=x, cy=y, r=9),
                element("path", d=f"M{x - 3.5:.1f} {y - 3.5:.1f} l7 7 m0 -7 l-7 7"),
                class_="end",
            )
        case _:
            return joined(())


def _along(ladder: Ladder, x: float) -> float:
    return WIDTH - x if ladder.right_to_left else x


def _side(ladder: Ladder, along: float) -> float:
    """A place counted from where the reader begins."""
    return WIDTH - along if ladder.right_to_left else along


def _x(ladder: Ladder, at: datetime) -> float:
    span = ladder.ends - ladder.begins
    share = (at - ladder.begins) / span if span else 0.0
    along = NAMES + 10 + min(max(share, 0.0), 1.0) * (WIDTH - NAMES - WAITS - 20)
    return _side(ladder, along)
