"""Pages of the console: a board of a thousand open cases and a case with a long story, beside the same without data.

The time is the server's: from the request to the whole answer, in this process, without a network. What stands in the
database is written in bulk, as the program would have left it after weeks; nothing of it is due.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pyotp
from sqlalchemy import insert

from alerts.models import Alert, Need, NeedState, Page
from app.memory import keep_what_was_built
from benchmarks.figures import MILLISECONDS, Row, percentile
from benchmarks.home import Options, seat_team, throwaway_home
from benchmarks.provider import Bot
from cases import intake
from cases.codes import new_code
from cases.docket.clocks import ACT
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Deadline, Occurrence, RiskReading, Watch
from cases.models import Case
from contacts.accounts.inviting import accept_invitation, find_invitation, invite
from contacts.accounts.managing import invite_from_shell
from contacts.accounts.models import Account
from contacts.accounts.roles import AccountRole
from contacts.accounts.sessions import begin_session
from contacts.accounts.signing_in import source_index
from contacts.directory import find_contact
from store.base import new_id
from store.chats import find_or_open_chat
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from flask.testing import FlaskClient

    from app.wiring import House
    from store.unit_of_work import UnitOfWork

NOBODY = 9
"""A port nobody is asked at: nothing is sent here."""
ZONE = "Asia/Almaty"
CASES, ENTRIES, REQUESTS = 1_000, 500, 60
WITHIN = 150.0
"""Milliseconds."""
LARGEST = 150_000
"""Bytes of a board."""
EVENTS = ("administrative_arrest", "transferred", "hearing_scheduled", "photographed")


def measure(options: Options) -> list[Row]:
    """Milliseconds at the 95th percentile of so many requests of each page."""
    times = options.some(REQUESTS, 5)
    with throwaway_home(options, Bot(NOBODY)) as home:
        seat_team(home.house)
        client, contact_id = _comes_in(home.house)
        empty = _taken(client, "/console", times)
        bare = _taken(client, f"/console/case/{_case(home.house, contact_id, 0)}", times)
        long = _taken(client, f"/console/case/{_case(home.house, contact_id, options.some(ENTRIES, 20))}", times)
        count = options.some(CASES, 60)
        with home.house.store.unit("bench") as unit:
            _fill(unit, contact_id, count)
        full = _taken(client, "/console", times)
        size = len(client.get("/console").data)
    return [
        _row(f"board of {count:,} open cases", full, empty, f"{size / 1000:.0f} kB", fits=size <= LARGEST),
        _row(f"case page with {options.some(ENTRIES, 20):,} entries", long, bare),
    ]


def _row(what: str, ours: list[float], empty: list[float], note: str = "", *, fits: bool = True) -> Row:
    p95 = percentile(ours, 0.95)
    return Row(
        "console-pages",
        f"{what}, p95",
        p95,
        "ms",
        percentile(empty, 0.95),
        "the same page without data",
        f"≤ {WITHIN:g} ms" + (f", ≤ {LARGEST / 1000:g} kB" if note else ""),
        p95 <= WITHIN and fits,
        note,
    )


def _comes_in(house: House) -> tuple[FlaskClient, UUID]:
    """A browser in which the coordinator is signed in."""
    with house.store.unit("bench") as unit:
        aigerim = find_contact(unit, "Aigerim")
        if aigerim is None:
            raise RuntimeError("the team was not seated")
        account = invite_from_shell(unit, "Aigerim", AccountRole.COORDINATOR)
        token = invite(unit, account)
        invited = find_invitation(unit, token)
        if invited is None or accept_invitation(unit, token, "x", "y", pyotp.TOTP(invited.secret).at(unit.now)) is None:
            raise RuntimeError("nobody was let in")
    with house.store.unit("bench") as unit:
        row = unit.session.get_one(Account, account.id)
        session = begin_session(unit, row, source_index(unit, "127.0.0.1"), proved=True, duress=False)[1]
    client = make_app(house.store, ZONE).test_client()
    client.set_cookie("panah", session)
    return client, aigerim.id


def _taken(client: FlaskClient, path: str, times: int) -> list[float]:
    """Milliseconds of each request; the first, which fills what is remembered, is not among them."""
    found = []
    for number in range(times + 1):
        began = time.perf_counter()
        answer = client.get(path)
        took = (time.perf_counter() - began) * MILLISECONDS
        if answer.status_code != 200:  # noqa: PLR2004
            raise RuntimeError(f"{path} was not shown")
        if number:
            found.append(took)
        else:
            keep_what_was_built()  # as the program does once it is ready
    return found


def _case(house: House, contact_id: UUID, entries: int) -> str:
    """A case that the coordinator has: so many messages and, of each ten of them, something that happened."""
    with house.store.unit("bench") as unit:
        chat = find_or_open_chat(unit, "telegram", str(800_000 + entries))
        case = intake.open_report(unit, chat, language="en", kind="text", content="they took my brother")
        case.jurisdiction, case.timezone = "KZ", ZONE
        report = intake.current_report(unit, chat)
        if report is None:
            raise RuntimeError("there is no report")
        for number in range(entries):
            intake.add_message(unit, report, kind="text", content=f"he called again, {number}")
        for number in range(entries // 10):
            at, later = unit.now - timedelta(days=number), unit.now + timedelta(days=90 + number)
            enter(unit, case.id, Entry(EVENTS[number % len(EVENTS)], When(at), appointed_at=later), zone=ZONE)
        alert_id = new_id()
        unit.session.execute(insert(Alert), [_alert(alert_id, case.id, unit.now)])
        unit.session.execute(insert(Need), [_need(alert_id, case.id, "coordinator", contact_id, unit.now)])
        return case.code


def _fill(unit: UnitOfWork, contact_id: UUID, count: int) -> None:
    """So many open cases with needs, pages, clocks, watches, what happened, the risk; a twentieth is the reader's."""
    rows: dict[Any, list[dict[str, Any]]] = {}
    codes: set[str] = set()
    while len(codes) < count:
        codes.add(new_code())
    for number, code in enumerate(sorted(codes)):
        for table, row in _of_one(unit.now, contact_id, number, code):
            rows.setdefault(table, []).append(row)
    for table, of in rows.items():
        unit.session.execute(insert(table), of)


def _of_one(now: datetime, contact_id: UUID, number: int, code: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    case_id, alert_id, at = new_id(), new_id(), now - timedelta(minutes=11 * number)
    yield Case, {
        "id": case_id, "code": code, "state": "reported", "region": "KZ-ALM", "jurisdiction": "KZ", "timezone": ZONE,
        "language": "en", "opened_at": at,
    }  # fmt: skip
    yield Alert, _alert(alert_id, case_id, at)
    mine, open_ = number % 20 == 0, number % 5 == 0
    takers = {"coordinator": contact_id if mine else None, "lawyer": None if open_ else contact_id}
    for kind, taker in takers.items():
        need = _need(alert_id, case_id, kind, taker, at)
        yield Need, need
        for step in range(3):
            yield Page, {
                "id": new_id(), "need_id": need["id"], "contact_id": contact_id, "round": 1, "step": step,
                "asked_at": at, "channels": ["telegram"],
            }  # fmt: skip
    yield RiskReading, {"id": new_id(), "case_id": case_id, "at": at, "level": number % 9, "reasons": []}
    for place, event in enumerate(EVENTS):
        occurrence = new_id()
        happened = at + timedelta(minutes=place)
        yield Occurrence, {
            "id": occurrence, "case_id": case_id, "matter_id": occurrence, "kind": event, "state": "standing",
            "at": happened, "day_only": False, "zone": ZONE, "entered_by": "bench", "entered_at": happened,
        }  # fmt: skip
        yield Deadline, _deadline(case_id, occurrence, place + 1, now + timedelta(hours=number, minutes=place))
        yield Watch, {
            "id": new_id(), "case_id": case_id, "matter_id": occurrence, "kind": "family_update", "number": 1,
            "due_at": now + timedelta(minutes=number), "pages": "coordinator", "state": "waiting", "opened_at": at,
        }  # fmt: skip


def _alert(alert_id: UUID, case_id: UUID, at: datetime) -> dict[str, Any]:
    return {
        "id": alert_id, "case_id": case_id, "kind": "custody", "subject_id": case_id, "ordinal": 1,
        "cluster_id": alert_id, "opened_at": at,
    }  # fmt: skip


def _need(alert_id: UUID, case_id: UUID, kind: str, taker: UUID | None, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "alert_id": alert_id, "case_id": case_id, "kind": kind, "seat": 1, "urgency": "now",
        "state": NeedState.PAGING if taker is None else NeedState.ACCEPTED, "opened_at": at, "began_at": at,
        "accepted_by": taker, "accepted_at": None if taker is None else at + timedelta(minutes=3),
    }  # fmt: skip


def _deadline(case_id: UUID, occurrence: UUID, number: int, safe_at: datetime) -> dict[str, Any]:
    later = safe_at + timedelta(days=1)
    return {
        "id": new_id(), "case_id": case_id, "matter_id": occurrence, "occurrence_id": occurrence, "number": number,
        "rule_id": "kz.coao.motion_3d", "track": "administrative", "severity": ACT, "safe_at": safe_at,
        "arguable_at": later, "safe_on": date(2026, 3, 1), "arguable_on": date(2026, 3, 2), "zone": ZONE, "why": [],
        "state": "running", "rung": 0, "counted_at": safe_at,
    }  # fmt: skip
