"""Pictures of a case, without a browser: what is in them, which way time runs, what is cut and what is not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.docket.custody import Custody, custody_now, custody_spans
from cases.docket.seen import Seen
from web.pictures.axis import Axis, Bar, Mark, draw_axis
from web.pictures.ladder import Ladder, Person, Rung, draw_ladder
from web.pictures.svg import cut, width_of

NOW = datetime(2026, 3, 12, 10, tzinfo=UTC)
LANES = {"custody": "Custody", "events": "Events", "clocks": "Clocks", "watches": "Watches", "now": "now"}


def axis(*, right_to_left: bool = False, events: tuple[Mark, ...] = (), clocks: tuple[Bar, ...] = ()) -> Axis:
    held = Bar(NOW - timedelta(days=4), None, "Held", "held")
    return Axis(NOW, "Asia/Almaty", [held], events, clocks, (), LANES, "Time", "Held.", right_to_left=right_to_left)


def drawn(one: Axis) -> ET.Element:
    return ET.fromstring(draw_axis(one, lambda at: f"{at:%d.%m}"))  # noqa: S314  our own


def places(picture: ET.Element, look: str) -> list[float]:
    marks = [group for group in picture.iter() if group.get("class") == f"mark {look}"]
    return [float(shape.get("cx") or "nan") for group in marks for shape in group if shape.get("cx")]


def test_time_runs_as_its_reader_reads() -> None:
    events = (Mark(NOW - timedelta(days=3), "first"), Mark(NOW - timedelta(days=1), "second"))
    first, second = sorted(places(drawn(axis(events=events)), "happened"))
    assert first < second
    mirrored = places(drawn(axis(events=events, right_to_left=True)), "happened")
    assert sorted(mirrored) == sorted(1000 - x for x in (first, second))


def test_a_picture_says_what_it_is_and_holds_no_style() -> None:
    picture = draw_axis(axis(events=(Mark(NOW, "<b>&"),)), lambda at: f"{at:%d.%m}")
    assert 'role="img"' in picture
    assert "style=" not in picture
    assert "<b>" not in picture
    titled = re.search(r'aria-labelledby="(\S+) (\S+)"', picture)
    assert titled is not None
    assert all(f'id="{one}"' in picture for one in titled.groups())


def test_what_lies_beyond_stands_at_the_edge() -> None:
    clocks = (Bar(NOW, NOW + timedelta(days=1), "soon", "runs"), Bar(NOW, NOW + timedelta(days=300), "late", "runs"))
    picture = drawn(axis(clocks=clocks))
    ends = [one.tag.rpartition("}")[2] for one in picture.iter() if (one.get("class") or "").startswith("end")]
    assert ends == ["line", "path"], "a line where it ends, an arrow where it goes on"


@given(st.lists(st.tuples(st.integers(-400, 400), st.text(max_size=80)), max_size=120), st.booleans())
def test_every_picture_stays_within_its_frame(said: list[tuple[int, str]], right_to_left: bool) -> None:
    marks = tuple(Mark(NOW + timedelta(hours=hours), _written(words)) for hours, words in said)
    picture = drawn(axis(events=marks, right_to_left=right_to_left))
    for one in picture.iter():
        for name in ("x", "cx", "x1", "x2"):
            value = one.get(name)
            assert value is None or -1 <= float(value) <= 1001


def _written(words: str) -> str:
    """Without what no XML holds; pages take it out before."""
    return "".join(one for one in words if one.isprintable())


def test_words_are_cut_where_there_is_no_room() -> None:
    assert cut("short", 13, 100) == "short"
    shortened = cut("words that are rather long", 13, 80)
    assert shortened.endswith("…")
    assert width_of(shortened, 13) <= 80
    assert width_of("霍尔果斯", 13) > width_of("abcd", 13)


@pytest.mark.parametrize("right_to_left", [False, True])
def test_a_ladder_has_a_row_for_each_who_was_asked(right_to_left: bool) -> None:
    people = [
        Person("Dana", "Step 1", NOW, NOW + timedelta(minutes=3), "declined", "declined · 3 min", "Telegram: read"),
        Person("Saule", "Step 2", NOW + timedelta(minutes=3), None, "waits", "no answer", "", [Rung(NOW, "read", "r")]),
    ]
    ladder = Ladder("Search", "Two.", NOW, NOW + timedelta(minutes=10), people, right_to_left=right_to_left)
    picture = ET.fromstring(draw_ladder(ladder, "one"))  # noqa: S314  our own
    rows = [one for one in picture.iter() if (one.get("class") or "").startswith("asked")]
    assert [row.get("class") for row in rows] == ["asked declined", "asked waits"]
    assert picture.get("direction") == ("rtl" if right_to_left else "ltr")


# Custody


def seen(kind: str, hours: int, matter: int = 0) -> Seen:
    at = NOW + timedelta(hours=hours)
    return Seen(uuid4(), UUID(int=matter) if matter else uuid4(), kind, at, False, None, None, "UTC")


def test_custody_goes_from_one_hand_to_the_next() -> None:
    docket = [seen("released", 9), seen("not_here", 2), seen("administrative_arrest", 0), seen("fined", 1)]
    docket += [seen("admin_detention_actual_start", 4), seen("criminal_detention_actual", 6)]
    spans = custody_spans(docket)
    assert [one.custody for one in spans] == [Custody.HELD, Custody.MISSING, Custody.HELD, Custody.RELEASED]
    assert all(one.until == other.since for one, other in pairwise(spans))
    assert custody_now(spans) is Custody.RELEASED
    assert custody_now(()) is Custody.UNKNOWN


def test_of_several_dates_of_one_matter_the_earliest_counts() -> None:
    (span,) = custody_spans([seen("custody_start", 5, matter=3), seen("custody_start", 2, matter=3)])
    assert span.since == NOW + timedelta(hours=2)
