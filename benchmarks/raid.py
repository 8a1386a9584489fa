"""A raid: sixty people in one paste, until each has a case with clocks and every page is queued.

Measured as it happens: the list is read, one unit makes cases, clocks and searches, and the parts that run beside it in
``panah up`` (reactions, timers, the comparison of identities) do what follows, all in this process. A page counts as
queued when the row of its message is committed; those that may wait for each other leave as bundles of twenty.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from alerts.models import Delivery, Page
from alerts.policy.policies import import_policies
from alerts.search.taking_in import take_in
from app.queues import reaction_queue, timer_queue
from app.roles import look_parked
from benchmarks.docket import NOBODY
from benchmarks.figures import Row
from benchmarks.home import Options, throwaway_home
from benchmarks.provider import Bot
from cases.docket.entering import When
from cases.docket.models import Deadline
from cases.identity.lookout import keep_lookout
from cases.incidents.opening import Happening
from cases.incidents.reading import read_list
from contacts.directory import put_contact
from contacts.linking import link_account, make_link_code
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat
from store.queues import work_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.wiring import House

PEOPLE: Final = 60
LAWYERS: Final = 4
WITHIN: Final = 2.0
PATIENCE: Final = 120.0
POLICY: Final = """\
policies:
  - name: bench
    needs:
      coordinator:
        - {notify: [{role: coordinator}], channels: [telegram], wait: 24h}
      lawyer:
        - {notify: [{role: lawyer}], channels: [telegram], wait: 24h}
"""
NAMES: Final = ("Guldana", "Асқар", "Нұрбол", "Ерлан", "سەرىك", "ئالىمجان", "努尔兰", "Zhanar", "Aibek", "Марат")


def measure(options: Options) -> list[Row]:
    """Seconds for sixty people and for one; the median of several raids of each."""
    people, rounds = options.some(PEOPLE, 6), options.some(3, 1)
    with throwaway_home(Options(options.quick, options.folder), Bot(NOBODY)) as home:
        _seat(home.house)
        with _running(home.house):
            _raid(home.house, 2)  # everything is loaded now
            alone = sorted(_raid(home.house, 1)[1] for _ in range(rounds))[rounds // 2]
            raids = sorted((_raid(home.house, people) for _ in range(rounds)), key=lambda one: one[1])
    cases, queued = raids[rounds // 2]
    what = f"{people} people in one paste"
    note = f"{LAWYERS} lawyers are asked for each; the slowest of {rounds} took {raids[-1][1]:.2f} s"
    met = queued <= WITHIN
    return [
        Row("raid", f"{what}: cases and clocks", cases, "s"),
        Row("raid", f"{what}: every page queued", queued, "s", alone, "one person", f"≤ {WITHIN:g} s", met, note),
    ]


def _raid(house: House, people: int) -> tuple[float, float]:
    """Seconds until cases and clocks are committed, and until every page is."""
    text = "\n".join(f"{n}. {NAMES[n % len(NAMES)]} Invented{n}" for n in range(1, people + 1))
    pages, messages, clocks = _count(house, Page), _count(house, Delivery), _count(house, Deadline)
    began = time.perf_counter()
    list_ = [one for one in read_list(text) if one.is_person]
    with house.store.unit("bench") as unit:
        happening = Happening("admin_detention_actual_start", When(unit.now), "Asia/Almaty", "kk", region="KZ-75")
        take_in(unit, happening, list_)
    cases = time.perf_counter() - began
    if len(list_) != people or _count(house, Deadline) == clocks:
        raise RuntimeError("somebody was left out")
    wanted = people * LAWYERS + 1
    while _count(house, Page) - pages < wanted or _count(house, Delivery) - messages < wanted:
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError("not everybody was asked")
        time.sleep(0.01)
    queued = time.perf_counter() - began
    _rest(house)
    return cases, queued


def _rest(house: House) -> None:
    """Wait until nothing more follows, so that the next raid begins in peace."""
    queues = (reaction_queue(house.settings), timer_queue(house.settings))
    while any(_busy(house, queue.table) for queue in queues):
        time.sleep(0.05)


def _busy(house: House, table: object) -> bool:
    with house.store.glance() as connection:
        columns = table.c  # type: ignore[attr-defined]  # a Table
        due = select(columns.id).where(columns.due_at <= house.store.clock.now()).limit(1)
        return connection.scalar(due) is not None


def _count(house: House, model: type[Page | Delivery | Deadline]) -> int:
    with house.store.glance() as connection:
        return connection.scalar(select(func.count()).select_from(model)) or 0


@contextmanager
def _running(house: House) -> Iterator[None]:
    stop = threading.Event()
    queues = (reaction_queue(house.settings), timer_queue(house.settings))
    works = [partial(work_off, house.store, queue, stop) for queue in queues]
    works.append(partial(keep_lookout, house.store, stop, look_parked))
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        house.store.wake.ring()
        for thread in threads:
            thread.join()


def _seat(house: House) -> None:
    with house.store.unit("bench") as unit:
        team = [("Aigerim", Role.COORDINATOR), *((f"Dana {number}", Role.LAWYER) for number in range(LAWYERS))]
        for place, (name, role) in enumerate(team):
            contact_id = put_contact(unit, ContactCard(name, role, ("KZ",), ("en",), country="KZ"))
            chat = find_or_open_chat(unit, "telegram", str(1000 + place))
            link_account(unit, chat, make_link_code(unit, contact_id))
        import_policies(unit, POLICY)
