"""One axis of time for a case: custody, what happened and is to happen, clocks, watches, and now. Pure.

Time runs as its reader reads: from left to right, or from right to left. What lies further ahead than the picture
reaches stands at its edge, with its date. Everything the picture shows stands beside it as a list, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from web.pictures.svg import cut, element, joined, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from markupsafe import Markup

WIDTH: Final = 1000.0
EDGE: Final = 14.0
LETTERS: Final = 13.0
ROW: Final = 19.0
CLOCK: Final = 31.0
MOST_ROWS: Final = 7
"""Rows of words for one lane; what finds no room in them is a mark without words."""
LONGEST: Final = 190.0
"""Room for the words of one mark."""
MOST_CLOCKS: Final = 12
MOST_MARKS: Final = 60
"""Marks of a lane: the newest. The list beside the picture is paged as well."""
SHORTEST: Final = timedelta(hours=6)
"""What the picture shows at least."""
AHEAD: Final = timedelta(days=2)


@dataclass(frozen=True)
class Mark:
    """Something at one instant. ``look``: a class of the picture. ``weight``: whose words come first, if room is short.

    ``said``: the whole sentence, for who hears the picture.
    """

    at: datetime
    words: str
    look: str = "happened"
    weight: int = 0
    said: str = ""


@dataclass(frozen=True)
class Bar:
    """Something that lasts. ``until`` None: it goes on. ``arguable``: to when it can be argued, for a clock."""

    since: datetime
    until: datetime | None
    words: str
    look: str
    arguable: datetime | None = None


@dataclass(frozen=True)
class Axis:
    """What is drawn. All instants are aware; ``zone`` is the case's."""

    now: datetime
    zone: str
    custody: Sequence[Bar] = ()
    events: Sequence[Mark] = ()
    clocks: Sequence[Bar] = ()
    watches: Sequence[Mark] = ()
    lanes: dict[str, str] = field(default_factory=dict)
    """What each lane is called: custody, events, clocks, watches; and ``now``."""
    title: str = ""
    summary: str = ""
    right_to_left: bool = False


@dataclass(frozen=True)
class _Scale:
    begins: datetime
    ends: datetime
    mirrored: bool

    def x(self, at: datetime) -> float:
        share = (at - self.begins) / (self.ends - self.begins)
        along = EDGE + min(max(share, 0.0), 1.0) * (WIDTH - 2 * EDGE)
        return WIDTH - along if self.mirrored else along

    @property
    def onward(self) -> int:
        """Which way time runs: 1 to the right, -1 to the left."""
        return -1 if self.mirrored else 1


def draw_axis(axis: Axis, day: Callable[[datetime], str], name: str = "axis") -> Markup:
    """Draw it. ``day`` writes a day shortly, in the reader's language; ``name`` tells pictures of a page apart."""
    scale = _scale(axis)
    lanes = [
        _custody(axis, scale),
        _marks(axis, scale, "events", axis.events),
        _clocks(axis, scale),
        _marks(axis, scale, "watches", axis.watches),
    ]
    parts: list[Markup] = []
    y = 34.0
    for lane, height in lanes:
        if height:
            parts.append(element("g", lane, transform=f"translate(0 {y:.0f})"))
            y += height
    height = y + 6
    return element(
        "svg",
        element("title", axis.title, id=f"{name}-title"),
        element("desc", axis.summary, id=f"{name}-desc"),
        element("g", *_ticks(axis, scale, day, height), class_="ticks"),
        element("g", *_now(axis, scale, height), class_="now"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        class_="axis",
        viewBox=f"0 0 {WIDTH:.0f} {height:.0f}",
        aria_labelledby=f"{name}-title {name}-desc",
        direction="rtl" if axis.right_to_left else "ltr",
    )


def _scale(axis: Axis) -> _Scale:
    """From the first thing known to what is ahead, at most as far ahead as there is behind; some hours at least."""
    behind = [one.since for one in axis.custody] + [one.at for one in axis.events] + [one.since for one in axis.clocks]
    first = min([axis.now, *behind])
    past = axis.now - first
    ahead = [one.at for one in (*axis.events, *axis.watches)]
    ahead += [end for one in axis.clocks for end in (one.until, one.arguable) if end is not None]
    furthest = axis.now + max(past, AHEAD)
    reach = max([axis.now, *(at for at in ahead if at <= furthest)])
    span = max(reach - first, SHORTEST)
    return _Scale(reach - span * 1.03, reach + span * 0.05, axis.right_to_left)


# --- The beat of days ------------------------------------------------------------------------------------------------

_BEATS: Final = (1, 2, 3, 6, 12, 24, 48, 72, 7 * 24, 14 * 24, 28 * 24, 91 * 24, 182 * 24, 365 * 24)
"""Hours between two lines of the picture."""
_MOST_LINES: Final = 9


def _ticks(axis: Axis, scale: _Scale, day: Callable[[datetime], str], height: float) -> Iterator[Markup]:
    span = scale.ends - scale.begins
    hours = next((one for one in _BEATS if span / timedelta(hours=one) <= _MOST_LINES), _BEATS[-1])
    free_from = -1.0
    for at in _beats(scale.begins, scale.ends, hours, axis.zone):
        x = scale.x(at)
        local = at.astimezone(ZoneInfo(axis.zone))
        words = f"{local:%H:%M}" if hours < 24 and local.time() != time() else day(at)  # noqa: PLR2004  a day
        yield element("line", x1=x, x2=x, y1=20, y2=height)
        place = WIDTH - x if scale.mirrored else x
        half = width_of(words, LETTERS - 1) / 2
        if place - half > free_from and place - half > 0 and place + half < WIDTH:
            yield element("text", words, x=x, y=13, text_anchor="middle")
            free_from = place + half + 8


def _beats(begins: datetime, ends: datetime, hours: int, zone: str) -> Iterator[datetime]:
    """Local midnights or hours of the clock; by the wall, so that a day of 23 hours moves nothing."""
    at = datetime.combine(begins.astimezone(ZoneInfo(zone)).date(), time(), ZoneInfo(zone))
    step = timedelta(hours=hours)
    while at.astimezone(UTC) <= ends:
        if at.astimezone(UTC) >= begins:
            yield at.astimezone(UTC)
        at += step


def _now(axis: Axis, scale: _Scale, height: float) -> Iterator[Markup]:
    x = scale.x(axis.now)
    words = axis.lanes.get("now", "")
    wide = width_of(words, LETTERS) + 14
    middle = min(max(x, wide / 2 + 2), WIDTH - wide / 2 - 2)
    yield element("line", x1=x, x2=x, y1=20, y2=height)
    yield element("rect", x=middle - wide / 2, y=0, width=wide, height=20, rx=10)
    yield element("text", words, x=middle, y=14.5, text_anchor="middle")


# --- Lanes -----------------------------------------------------------------------------------------------------------


def _heading(axis: Axis, lane: str, scale: _Scale) -> Markup:
    x = WIDTH - 2 if scale.mirrored else 2
    return element("text", axis.lanes.get(lane, lane), x=x, y=12, class_="lane")


def _custody(axis: Axis, scale: _Scale) -> tuple[Markup, float]:
    if not axis.custody:
        return joined(()), 0
    parts = [_heading(axis, "custody", scale)]
    for bar in axis.custody:
        until = bar.until or max(axis.now, bar.since)
        left, right = sorted((scale.x(bar.since), scale.x(until)))
        wide = max(right - left, 3)
        said = element("title", bar.words)
        parts.append(element("rect", said, x=left, y=18, width=wide, height=24, rx=4, class_=f"span {bar.look}"))
        words = cut(bar.words, LETTERS, wide - 12)
        if words:
            parts.append(
                element("text", words, x=(left + right) / 2, y=34.5, text_anchor="middle", class_=f"on {bar.look}")
            )
    return joined(parts), 54


def _marks(axis: Axis, scale: _Scale, lane: str, marks: Sequence[Mark]) -> tuple[Markup, float]:
    """Marks on one line, their words below it in as few rows as they fit, each row filled from the heaviest on."""
    newest = sorted(marks, key=lambda one: one.at)[-MOST_MARKS:]
    if not newest:
        return joined(()), 0
    rows: list[list[tuple[float, float]]] = [[] for _ in range(MOST_ROWS)]
    parts, deepest = [_heading(axis, lane, scale)], 0
    by_weight = sorted(newest, key=lambda one: (-one.weight, -one.at.timestamp()))
    for mark in by_weight:
        x = scale.x(mark.at)
        beyond = mark.at > scale.ends
        words = cut(mark.words, LETTERS, LONGEST)
        room = width_of(words, LETTERS) + 12
        begins = _begins(x, room)
        row = next((one for one, taken in enumerate(rows) if _is_free(taken, begins, begins + room)), None)
        said = element("title", mark.said or mark.words)
        if row is not None:
            rows[row].append((begins, begins + room))
            deepest = max(deepest, row + 1)
            y = 46 + row * ROW
            parts.append(element("line", x1=x, x2=x, y1=29, y2=y - 4, class_="stem"))
            parts.append(
                element("text", words, x=begins + room / 2, y=y, text_anchor="middle", class_=f"words {mark.look}")
            )
        parts.append(element("g", said, _shape(mark.look, x, beyond, scale), class_=f"mark {mark.look}"))
    return joined(parts), 46 + deepest * ROW


def _begins(x: float, room: float) -> float:
    return min(max(x - room / 2, 0.0), WIDTH - room)


def _is_free(taken: Sequence[tuple[float, float]], begins: float, ends: float) -> bool:
    return all(ends <= one or begins >= other for one, other in taken)


def _shape(look: str, x: float, beyond: bool, scale: _Scale) -> Markup:  # noqa: FBT001  it is a fact of the mark
    """A dot for what happened, a square on its corner for what is to happen, an arrow for what lies beyond."""
    if beyond:
        ahead = scale.onward
        return element("path", d=f"M{x - 7 * ahead:.1f} 17 L{x + 5 * ahead:.1f} 24 L{x - 7 * ahead:.1f} 31 Z")
    if look.startswith(("ahead", "watch")):
        return element("path", d=f"M{x:.1f} 16.5 L{x + 7.5:.1f} 24 L{x:.1f} 31.5 L{x - 7.5:.1f} 24 Z")
    return element("circle", cx=x, cy=24, r=5.5)


def _clocks(axis: Axis, scale: _Scale) -> tuple[Markup, float]:
    """A bar for each clock: full to the safe date, hollow from there to the arguable one.

    Those that can still be kept come first, the soonest before the others; then the latest of those that cannot.
    """
    ends = {id(one): one.until or one.since for one in axis.clocks}
    kept = sorted((one for one in axis.clocks if ends[id(one)] > axis.now), key=lambda one: ends[id(one)])
    over = sorted((one for one in axis.clocks if ends[id(one)] <= axis.now), key=lambda one: ends[id(one)])[::-1]
    shown = [*kept, *over][:MOST_CLOCKS]
    if not shown:
        return joined(()), 0
    parts = [_heading(axis, "clocks", scale)]
    for place, bar in enumerate(shown):
        y = 20 + place * CLOCK
        safe = bar.until or axis.now
        parts.append(_above(scale, bar, y + 11))
        parts.append(_stretch(scale, bar.since, safe, y + 16, f"clock {bar.look}"))
        if bar.arguable is not None and bar.arguable > safe:
            parts.append(_stretch(scale, safe, bar.arguable, y + 16, f"clock arguable {bar.look}"))
        parts.append(_stop(scale, scale.x(safe), y + 14, f"end {bar.look}", beyond=safe > scale.ends))
    return joined(parts), 28 + len(shown) * CLOCK


def _stretch(scale: _Scale, since: datetime, until: datetime, y: float, look: str) -> Markup:
    left, right = sorted((scale.x(since), scale.x(until)))
    return element("rect", x=left, y=y, width=max(right - left, 2), height=7, rx=3, class_=look)


def _stop(scale: _Scale, x: float, y: float, look: str, *, beyond: bool) -> Markup:
    """A line across the end of a clock; an arrow where that lies further ahead than the picture reaches."""
    if not beyond:
        return element("line", x1=x, x2=x, y1=y - 2, y2=y + 13, class_=look)
    ahead = scale.onward
    return element("path", d=f"M{x - 5 * ahead:.1f} {y - 1:.1f} l{7 * ahead} 6.5 l{-7 * ahead} 6.5", class_=look)


def _above(scale: _Scale, bar: Bar, y: float) -> Markup:
    """The words of a clock, over its bar: up to its end in the later half of the picture, else from its beginning."""
    words = cut(bar.words, LETTERS, WIDTH * 0.6)
    ends = scale.x(bar.until or bar.since)
    later = ends > WIDTH / 2 if scale.onward > 0 else ends < WIDTH / 2
    x, anchor = (ends, "end") if later else (scale.x(bar.since), "start")
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=f"words {bar.look}")
