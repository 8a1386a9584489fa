"""The docket: one case counted anew after an event, thousands after a change of rules, a thousand reminders at once."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from alerts.models import Alert
from app.reactions import timer_queue
from app.recounting import TOGETHER, recount_all
from benchmarks.copies import copy_cases
from benchmarks.figures import MILLISECONDS, Row, percentile
from benchmarks.home import Options, throwaway_home
from benchmarks.provider import Bot
from cases.docket.clocks import recount
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Deadline
from cases.intake import open_case
from cases.models import Case
from store.eventlog import EventRow
from store.queues import AT_ONCE, work_once

if TYPE_CHECKING:
    from uuid import UUID

    from app.wiring import House

NOBODY = 9
"""A port nobody is asked at: nothing is sent here."""
EVENTS = ("extradition_detention_actual", "custody_ruling_announced", "asylum_refusal_known", "hearing_scheduled")
"""What a case of middling length has behind it, several times over."""
MOVES = "kz.refugee.refusal_complaint_3m"
"""The rule that moves."""
MODELS = 20
"""Cases that are entered by the real code, and then copied."""
CASES, REMINDERS, RECOUNTS = 10_000, 1_000, 100
WITHIN, ALL_WITHIN, LATE = 10.0, 60.0, 1.0


def measure(options: Options) -> list[Row]:
    """Milliseconds for one case, seconds for all of them, seconds until the last of many reminders is an alert."""
    with throwaway_home(Options(options.quick, options.folder), Bot(NOBODY)) as home:
        return [
            _one_case(home.house, options.some(RECOUNTS, 5)),
            _reminders(home.house, options.some(REMINDERS, 20)),
            _all_cases(home.house, options.some(CASES, 20)),  # last: their own timers would all have to be seen to
        ]


def _docket(house: House, times: int) -> UUID:
    with house.store.unit("bench") as unit:
        case = open_case(unit, language="en")
        case.jurisdiction = "KZ"
        for number in range(times):
            at = unit.now - timedelta(days=number)
            later = unit.now + timedelta(days=90)
            for event in EVENTS:
                enter(unit, case.id, Entry(event, When(at), appointed_at=later), zone="Asia/Almaty")
        return case.id


def _one_case(house: House, times: int) -> Row:
    case_id = _docket(house, 5)
    taken = []
    for _ in range(times):
        with house.store.unit("bench") as unit:
            case = unit.session.get_one(Case, case_id)
            began = time.perf_counter()
            recount(unit, case)
            unit.session.flush()
            taken.append((time.perf_counter() - began) * MILLISECONDS)
    ours = statistics.median(taken)
    what = f"all clocks of a case with {5 * len(EVENTS)} events counted anew"
    note = f"p99 {percentile(taken, 0.99):.1f} ms"
    return Row("docket", what, ours, "ms", goal=f"< {WITHIN:g} ms", met=ours < WITHIN, note=note)


def _all_cases(house: House, count: int) -> Row:
    """One of its rules had ended a day earlier by the release before: one clock of each case moves."""
    models = [_docket(house, 1) for _ in range(MODELS)]
    copy_cases(house.store, models, count, house.clock.now() + timedelta(days=1))
    with house.store.unit("bench") as unit:
        unit.session.execute(update(Case).values(rules_hash="0" * 64))
        for row in unit.session.scalars(select(Deadline).where(Deadline.rule_id == MOVES)):
            row.safe_at -= timedelta(days=1)
    told: list[float] = []
    began = time.perf_counter()
    done = recount_all(house.store, lambda _counted: told.append(time.perf_counter()))
    took = time.perf_counter() - began
    if done < count or _moved(house) != done:
        raise RuntimeError("cases were left out, or reminded of twice")
    what = f"{count:,} cases counted anew after a change of rules that moves one clock of each"
    pause = max(later - sooner for sooner, later in pairwise([began, *told]))
    note = f"{TOGETHER} cases a commit; told {len(told):,} times how far it has come, at least every {pause:.1f} s"
    return Row("docket", what, took, "s", goal=f"< {ALL_WITHIN:g} s", met=took < ALL_WITHIN, note=note)


def _moved(house: House) -> int:
    with house.store.read() as unit:
        moved = select(func.count()).select_from(EventRow).where(EventRow.name == "DeadlineMoved")
        return unit.session.scalar(moved) or 0


def _reminders(house: House, count: int) -> Row:
    """From the instant at which all are due to the alert of the last one, with one handler as in ``panah up``."""
    queue = timer_queue(house.settings)
    while work_once(house.store, queue):
        pass  # what the case before has set
    with house.store.unit("bench") as unit:
        case = open_case(unit, language="en")
        for number in range(count):
            at = unit.now + timedelta(minutes=30, microseconds=number)
            enter(unit, case.id, Entry("deadline_by_hand", When(unit.now), appointed_at=at), zone="UTC")
    before = _alerts(house)
    began = time.perf_counter()
    while work_once(house.store, queue):
        if _alerts(house) - before >= count:
            break
    took = time.perf_counter() - began
    what = f"{count:,} reminders due in one instant, until each is an alert, {AT_ONCE} at a time"
    return Row("docket", what, took, "s", goal=f"≤ {LATE:g} s", met=took <= LATE)


def _alerts(house: House) -> int:
    with house.store.read() as unit:
        return unit.session.scalar(select(func.count()).select_from(Alert).where(Alert.kind == "deadline")) or 0
