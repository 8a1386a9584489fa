"""The numbers page, and the same as files: exactly what is shown, cell by cell, and no more."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify

from alerts.screens.numbers import EARLIER, SPEEDS, UNKNOWN, months_until, numbers_of, read_figures
from cases.disclosure import Cell, Mark
from contacts.accounts.roles import Ability
from contacts.csv_format import harmless
from texts.dates import written_day
from web.console.gate import Guard
from web.pictures.charts import Point, bars, line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markupsafe import Markup

    from alerts.screens.numbers import Numbers, Speed
    from web.console.gate import Gate
    from web.words import Words

SEES = Guard(ability=Ability.NUMBERS)
HOUR = 60


@dataclass(frozen=True)
class Line:
    """One number as it is shown: of which table, of what, its words, and the number itself where it is told."""

    table: str
    of: str
    words: str
    number: int | None
    key: str
    """What it is of, in a word that is the same in every language."""


def number_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("numbers", __name__)
    gate.page(pages, "/console/numbers", look, SEES)
    gate.page(pages, "/console/numbers.csv", as_csv, SEES)
    gate.page(pages, "/console/numbers.json", as_json, SEES)
    return pages


def look(gate: Gate) -> Response:
    """Show what the work has come to, as charts and as tables."""
    numbers, words = _numbers(gate), gate.words()
    lines = list(_lines(numbers, words))
    tables = {name: [one for one in lines if one.table == name] for name in dict.fromkeys(one.table for one in lines)}
    return gate.show(
        "console/numbers.html",
        numbers=numbers,
        tables=tables,
        charts=_charts(numbers, tables, words),
        speeds=SPEEDS,
        overall={name: (_clock(of[0].median), _clock(of[0].p90)) for name, of in numbers.speeds.items()},
    )


def as_csv(gate: Gate) -> Response:
    """Give what the page shows as rows that no spreadsheet takes for formulas."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(("table", "key", "of", "shown", "number"))
    for one in _lines(_numbers(gate), gate.words()):
        cells = (one.table, one.key, one.of, one.words, "" if one.number is None else str(one.number))
        rows.writerow([harmless(cell) for cell in cells])
    response = Response(written.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="panah-numbers.csv"'
    return response


def as_json(gate: Gate) -> Response:
    """Give what the page shows as data."""
    response = jsonify([asdict(one) for one in _lines(_numbers(gate), gate.words())])
    response.headers["Content-Disposition"] = 'attachment; filename="panah-numbers.json"'
    return response


def _numbers(gate: Gate) -> Numbers:
    """Of every case; to somebody who is being forced, of none."""
    with gate.store.read() as unit:
        figures = [] if gate.who.duress else read_figures(unit, gate.zone)
        return numbers_of(figures, months_until(unit.now, gate.zone))


def _lines(numbers: Numbers, words: Words) -> Iterator[Line]:
    """Everything the page shows, in its order. What is refused has no lines."""
    if numbers.total is None:
        return
    yield Line("total", words.t("web.numbers_total"), str(numbers.total), numbers.total, "total")
    for name, of in numbers.speeds.items():
        for one in of:
            yield from _speed(name, one, words)
    for month, cell in numbers.months or ():
        yield _cell("months", month, _month(month, words), cell, words)
    for state, cell in numbers.states or ():
        yield _cell("states", state, words.t(f"case.{state}"), cell, words)
    for where, cell in numbers.custody or ():
        yield _cell("custody", where, words.t(f"web.numbers_custody.{where}"), cell, words)
    for place, count in numbers.places or ():
        known = words.t("web.numbers_no_region") if place == UNKNOWN else place
        yield Line("places", known, str(count), count, place)
    if numbers.elsewhere:
        yield Line("places", words.t("web.numbers_elsewhere"), str(numbers.elsewhere), numbers.elsewhere, "elsewhere")


def _speed(name: str, one: Speed, words: Words) -> Iterable[Line]:
    of = words.t("web.numbers_all") if one.month is None else _month(one.month, words)
    key = one.month or "all"
    yield Line(f"{name}.median", of, _clock(one.median) or words.t("web.numbers_few"), one.median, key)
    yield Line(f"{name}.p90", of, _clock(one.p90) or words.t("web.numbers_few"), one.p90, key)


def _cell(table: str, key: str, of: str, cell: Cell, words: Words) -> Line:
    return Line(table, of, words_of(cell, words), cell.count, key)


def words_of(cell: Cell, words: Words) -> str:
    """Say what stands in a cell."""
    match cell.mark:
        case Mark.SHOWN:
            return str(cell.count)
        case Mark.SMALL:
            return words.t("web.numbers_small")
        case Mark.WITHHELD:
            return words.t("web.numbers_withheld")


def _month(month: str, words: Words) -> str:
    return words.t("web.numbers_earlier") if month == EARLIER else written_day(month, words.language)


def _clock(minutes: int | None) -> str:
    """Minutes as hours and minutes, 1:05; empty where nothing is told."""
    return "" if minutes is None else f"{minutes // HOUR}:{minutes % HOUR:02}"


def _charts(numbers: Numbers, tables: dict[str, list[Line]], words: Words) -> dict[str, Markup]:
    """Draw the tables that are told."""
    mirrored = words.right_to_left
    charts = {}
    for name in ("months", "states", "custody", "places"):
        lines = tables.get(name, [])
        if lines:
            points = [Point(one.of, one.number, one.words) for one in lines]
            title = words.t(f"web.numbers_{name}")
            charts[name] = bars(f"chart-{name}", title, _told(lines), points, right_to_left=mirrored)
    for name in SPEEDS:
        months = [one for one in numbers.speeds[name] if one.month is not None]
        if any(one.median is not None for one in months):
            points = [Point(_short(one.month or ""), one.median, _clock(one.median)) for one in months]
            title = words.t(f"web.numbers_until.{name}")
            charts[name] = line(
                f"chart-{name}", title, _told(tables[f"{name}.median"][1:]), points, right_to_left=mirrored
            )
    return charts


def _told(lines: Sequence[Line]) -> str:
    """What a chart shows, for who hears it."""
    return "; ".join(f"{one.of}: {one.words}" for one in lines)


def _short(month: str) -> str:
    return f"{month[5:]}.{month[2:4]}"
