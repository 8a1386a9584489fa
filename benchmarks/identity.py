"""Identity: 100,000 people, encrypted at rest, found by name in four scripts; beside a scan over plain strings.

The scan is what one would write without an index: rapidfuzz over every name in the clear, in memory. It knows nothing
of scripts, so it is asked in the script in which the name was kept; we are asked in another one.
"""

from __future__ import annotations

import gc
import random
import resource
import statistics
import time
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process
from sqlalchemy import insert

from benchmarks.docket import NOBODY
from benchmarks.figures import Row
from benchmarks.home import Options, throwaway_home
from benchmarks.provider import Bot
from cases.consent.models import Fact, FactState, Person
from cases.identity.lookout import Lookout
from cases.identity.records import Record
from cases.models import Case
from store.base import new_id
from store.data_keys import case_scope
from store.vault import Field

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store

PEOPLE: Final = 100_000
BYTES_A_PERSON: Final = 2_000
MOST_MS: Final = 50.0
OF_THE_SCAN: Final = 0.2
FOUND: Final = 0.95
GIVEN: Final = (
    ("Нұрлан", "Nurlan"), ("Айгүл", "Aigul"), ("Қайрат", "Qairat"), ("ئالىمجان", "Alimjan"), ("پاتىگۈل", "Patigul"),
    ("努尔兰", "Nurlan"), ("古丽娜尔", "Gulnar"), ("Ерболат", "Yerbolat"), ("Memet", "مەمەت"), ("Tursun", "تۇرسۇن"),
    ("Жанар", "Zhanar"), ("艾尔肯", "Erkin"),
)  # fmt: skip
"""A name as it is kept, and as it is asked for."""
SOUNDS: Final = (
    ("ба", "ba"), ("де", "de"), ("го", "go"), ("ка", "ka"), ("лу", "lu"), ("ма", "ma"), ("ри", "ri"), ("са", "sa"),
    ("то", "to"), ("жа", "zha"), ("ну", "nu"), ("зи", "zi"), ("бе", "be"), ("ша", "sha"), ("ды", "dy"), ("кен", "ken"),
)  # fmt: skip


def measure(options: Options) -> list[Row]:
    """Warm-up, memory and time of a question; how often the person asked for is among the first ten."""
    people, asked = options.some(PEOPLE, 300), options.some(200, 20)
    chance = random.Random(18)  # noqa: S311  people who do not exist
    with throwaway_home(Options(options.quick, options.folder), Bot(NOBODY)) as home:
        store = home.house.store
        kept = _people(store, chance, people)
        gc.collect()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        lookout = Lookout(store)
        lookout.fill()
        filled = time.perf_counter() - began
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / people
        plain = [name for _, name, _ in kept]
        ours, scans, found, scan_found = [], [], 0, 0
        for case_id, name, other in chance.sample(kept, asked):
            began = time.perf_counter()
            matches = lookout.index.find(Record(name=other))
            ours.append(time.perf_counter() - began)
            found += any(match.case_id == case_id for match in matches)
            began = time.perf_counter()
            best = process.extract(name, plain, scorer=fuzz.ratio, limit=10)
            scans.append(time.perf_counter() - began)
            scan_found += any(kept[at][0] == case_id for _, _, at in best)
    p50, scan = statistics.median(ours) * 1000, statistics.median(scans) * 1000
    recall, theirs = found / asked, scan_found / asked
    least = FOUND * theirs
    slow = sorted(ours)[int(asked * 0.95)] * 1000
    return [
        Row("identity", f"fill, {people:,} people", filled, "s", None, "", "shown", None),
        Row("identity", "memory", memory, "bytes a person", None, "", f"≤ {BYTES_A_PERSON:,}",
            memory <= BYTES_A_PERSON),
        Row("identity", "find, p50", p50, "ms", scan, "scan of plain strings", f"≤ {MOST_MS:g} ms", p50 <= MOST_MS),
        Row("identity", "find, of the scan", p50 / scan, "×", 1.0, "the scan", f"≤ {OF_THE_SCAN:g} ×",
            p50 <= OF_THE_SCAN * scan),
        Row("identity", "find, p95", slow, "ms", None, "", "shown", None),
        Row("identity", "among the first ten", recall, "of 1", theirs, "same script, scan", f"≥ {FOUND:g} ×",
            recall >= least),
    ]  # fmt: skip


def _people(store: Store, chance: random.Random, number: int) -> list[tuple[UUID, str, str]]:
    """Write people into the store, as facts under keys of their cases; return case, name, and the name asked for."""
    made = []
    for begin in range(0, number, 1000):
        with store.unit("benchmark") as unit:
            cases, persons, facts = [], [], []
            for at in range(begin, min(begin + 1000, number)):
                name, other = some_name(chance)
                case_id, person_id, fact_id = new_id(), new_id(), new_id()
                scope = case_scope(case_id)
                cases.append(
                    {"id": case_id, "code": f"{at:07d}", "language": "kk", "opened_at": unit.now, "state": "reported"}
                )
                persons.append(
                    {
                        "id": person_id,
                        "case_id": case_id,
                        "number": 1,
                        "created_at": unit.now,
                        "guardian_implicated": False,
                    }
                )
                facts.append({
                    "id": fact_id, "case_id": case_id, "person_id": person_id, "field": "name_native",
                    "state": FactState.STANDING,
                    "value": unit.vault.seal(scope, Field("fact", "value", fact_id), name),
                    "source": unit.vault.seal(scope, Field("fact", "source", fact_id), ""),
                    "confidence": "medium", "entered_by": "benchmark", "entered_at": unit.now,
                })  # fmt: skip
                made.append((case_id, name, other))
            for model, rows in ((Case, cases), (Person, persons), (Fact, facts)):
                unit.session.execute(insert(model), rows)
    return made


def some_name(chance: random.Random) -> tuple[str, str]:
    """Return the name of somebody who does not exist, as it is kept and as it is asked for in another script."""
    given, asked = chance.choice(GIVEN)
    pieces = [chance.choice(SOUNDS) for _ in range(chance.choice((3, 4)))]
    family, latin = "".join(one for one, _ in pieces), "".join(one for _, one in pieces)
    return f"{given} {family.capitalize()}ов", f"{asked} {latin.capitalize()}ov"
