"""The docket: one case counted anew after an event, thousands after a change of rules, a thousand reminders at once."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from alerts.models import CUSTODY, Alert, Delivery, Need, NeedState
from app.memory import keep_what_was_built
from app.queues import timer_queue
from app.recounting import TOGETHER, recount_all
from benchmarks.copies import copy_cases
from benchmarks.figures import MILLISECONDS, Row, percentile
from benchmarks.home import Options, throwaway_home
from benchmarks.provider import Bot
from cases.docket.clocks import DEADLINE_TIMER, recount
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Deadline
from cases.intake import open_case
from cases.models import Case
from contacts.directory import put_contact
from contacts.linking import link_account, make_link_code
from contacts.values import ContactCard, Role
from scheduler.reminders_together import TOGETHER as TOGETHER_IN_TIME
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from store.queues import work_once
from store.timers import Timer

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
CASES, REMINDERS, RECOUNTS, LAWYERS = 10_000, 1_000, 100, 20
WITHIN, ALL_WITHIN, LATE = 10.0, 60.0, 1.0


def measure(options: Options) -> list[Row]:
    """Milliseconds for one case, seconds for all of them, seconds until the last of many reminders is in its lane."""
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
        moving = unit.session.scalars(select(Deadline).where(Deadline.rule_id == MOVES)).all()
        for row in moving:
            row.safe_at -= timedelta(days=1)
        theirs = select(Deadline.case_id).where(Deadline.rule_id == MOVES)
        unit.session.execute(update(Case).where(Case.id.in_(theirs)).values(rules_hash="0" * 64))
    told: list[float] = []
    began = time.perf_counter()
    done = recount_all(house.store, lambda _counted: told.append(time.perf_counter()))
    took = time.perf_counter() - began
    if done < count or _moved(house) != len(moving):
        raise RuntimeError("cases were left out, or reminded of twice")
    what = f"{count:,} cases counted anew after a change of rules that moves one clock of each"
    pause = max(later - sooner for sooner, later in pairwise([began, *told]))
    note = (
        f"{TOGETHER} cases a commit; told {len(told):,} times how far it has come, never more than {pause:.1f} s apart"
    )
    return Row("docket", what, took, "s", goal=f"< {ALL_WITHIN:g} s", met=took < ALL_WITHIN, note=note)


def _moved(house: House) -> int:
    with house.store.read() as unit:
        moved = select(func.count()).select_from(EventRow).where(EventRow.name == "DeadlineMoved")
        return unit.session.scalar(moved) or 0


def _reminders(house: House, count: int) -> Row:
    """From the instant at which all are due to the message of each in its lane, with one handler as in ``panah up``.

    Each is of another case; each case has one of twenty lawyers.
    """
    queue = timer_queue(house.settings)
    models = [_taken_case(house, number) for number in range(LAWYERS)]
    _rest(house)
    copy_cases(house.store, models, count, house.clock.now() + timedelta(hours=1))
    keep_what_was_built()
    with house.store.unit("bench") as unit:
        unit.session.execute(update(Timer).where(Timer.kind != DEADLINE_TIMER).values(due_at=None))
        unit.session.execute(update(Timer).where(Timer.due_at.is_not(None)).values(due_at=unit.now))
    before = _queued(house)
    late: list[float] = []
    began = time.perf_counter()
    while len(late) < count and work_once(house.store, queue):
        now = time.perf_counter() - began
        late += [now] * (_queued(house) - before - len(late))
    if len(late) < count:
        raise RuntimeError("somebody was not reminded")
    what = f"{count:,} reminders due in one instant, of {count:,} cases and {LAWYERS} lawyers: the last is in its lane"
    note = f"p50 {percentile(late, 0.5):.2f} s, p99 {percentile(late, 0.99):.2f} s; {TOGETHER_IN_TIME} at a time"
    return Row("docket", what, late[-1], "s", goal=f"≤ {LATE:g} s", met=late[-1] <= LATE, note=note)


def _taken_case(house: House, number: int) -> UUID:
    """A case that a lawyer has, and of which a date that somebody counted is near."""
    with house.store.unit("bench") as unit:
        lawyer = put_contact(unit, ContactCard(f"Dana {number}", Role.LAWYER, ("KZ",), ("en",), country="KZ"))
        link_account(unit, find_or_open_chat(unit, "telegram", str(2000 + number)), make_link_code(unit, lawyer))
        case = open_case(unit, language="en")
        later = unit.now + timedelta(minutes=50)
        enter(unit, case.id, Entry("deadline_by_hand", When(unit.now), appointed_at=later), zone="UTC")
        alert = Alert(case_id=case.id, kind=CUSTODY, subject_id=case.id, cluster_id=case.id, opened_at=unit.now)
        unit.session.add(alert)
        unit.session.flush()
        need = Need(alert_id=alert.id, case_id=case.id, kind="lawyer", urgency="now", opened_at=unit.now)
        need.state, need.accepted_by, need.accepted_at = NeedState.ACCEPTED, lawyer, unit.now
        unit.session.add(need)
        return case.id


def _rest(house: House) -> None:
    """Put every timer to rest, and let those that were entered be looked at for the first time when they are copied."""
    with house.store.unit("bench") as unit:
        unit.session.execute(update(Timer).values(due_at=None))


def _queued(house: House) -> int:
    with house.store.glance() as connection:
        return connection.scalar(select(func.count()).select_from(Delivery).where(Delivery.page_id.is_not(None))) or 0
