"""The registry at twenty thousand records: what a process that searches it remembers, and how soon it answers.

The list is taken in as a source's list is: read, planned and written by the program's own import.
"""

from __future__ import annotations

import csv
import gc
import io
import os
import random
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.docket import NOBODY
from benchmarks.figures import Row
from benchmarks.home import Options, throwaway_home
from benchmarks.identity import some_name
from benchmarks.provider import Bot
from cases.identity.records import Record
from cases.registry.counting import count
from cases.registry.importing import write_import
from cases.registry.listing import Reading, read_listing
from cases.registry.shelf import Shelf

if TYPE_CHECKING:
    from store.unit_of_work import Store

ENTRIES: Final = 20_000
REGIONS: Final = ("Ili", "Altay", "Tacheng", "Urumqi", "Kashgar", "Hotan", "Aksu", "Turpan")
HOW: Final = Reading(
    headings={"id": "No", "name": "Name", "born": "Born", "region": "Region", "since": "Since"},
    constants={"basis": "public", "status": "held"},
)


def measure(options: Options) -> list[Row]:
    """Taking in, filling the memory, and questions: by a name in another script, and by the record of a person."""
    entries, asked = options.some(ENTRIES, 200), options.some(200, 20)
    chance = random.Random(20)  # noqa: S311  people who do not exist
    people = [(*some_name(chance), chance.randint(1950, 2005)) for _ in range(entries)]
    with throwaway_home(Options(options.quick, options.folder), Bot(NOBODY)) as home:
        store = home.house.store
        began = time.perf_counter()
        write_import(store, "benchmark", read_listing(_table(chance, people), HOW), by="benchmark")
        taken_in = time.perf_counter() - began
        gc.collect()
        shelf, before = Shelf(), _resident()
        began = time.perf_counter()
        _follow(store, shelf)
        filled = time.perf_counter() - began
        gc.collect()
        memory = (_resident() - before) / entries
        named, alike, found = [], [], 0
        for name, other, born in chance.sample(people, asked):
            began = time.perf_counter()
            _follow(store, shelf)  # as every request does: what changed since is taken in first
            hits = shelf.named(other)
            named.append(time.perf_counter() - began)
            found += any(name in hit.names for hit in hits)
            began = time.perf_counter()
            shelf.alike([Record(name=other, born=born)])
            alike.append(time.perf_counter() - began)
        with store.read() as unit:
            began = time.perf_counter()
            count(shelf.figures(unit), 2026)
            counted = time.perf_counter() - began
    return [
        Row("registry", f"a list of {entries:,} taken in", taken_in, "s", None, "", "shown", None),
        Row("registry", "the first question fills the memory", filled, "s", None, "", "shown", None),
        Row("registry", "memory", memory, "bytes an entry", None, "", "shown", None),
        Row("registry", "found by a name in another script, p50", *_in_ms(named, 0.5), None, "", "shown", None),
        Row("registry", "the same, p95", *_in_ms(named, 0.95), None, "", "shown", None),
        Row("registry", "is among those shown", found / asked, "of 1", None, "", "shown", None),
        Row("registry", "who may be this person, p50", *_in_ms(alike, 0.5), None, "", "shown", None),
        Row("registry", "all numbers", counted * 1000, "ms", None, "", "shown", None),
    ]


def _table(chance: random.Random, people: list[tuple[str, str, int]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("No", "Name", "Born", "Region", "Since"))
    for number, (name, _, born) in enumerate(people):
        writer.writerow((number, name, born, chance.choice(REGIONS), chance.randint(2017, 2020)))
    return out.getvalue().encode()


def _follow(store: Store, shelf: Shelf) -> None:
    with store.read() as unit:
        shelf.follow(unit)


def _in_ms(taken: list[float], part: float) -> tuple[float, str]:
    in_order = sorted(taken)
    return (statistics.median(taken) if part == 0.5 else in_order[int(len(taken) * part)]) * 1000, "ms"  # noqa: PLR2004


def _resident() -> int:
    """Bytes of memory this process holds now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
