"""The calendar feed, as calendar programs read it: over HTTP, again and again, while hearings move.

It is February 2024. On the first of March all of Kazakhstan moves to UTC+5; before, Almaty is at UTC+6.
"""

from __future__ import annotations

import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy import delete, select, update

from alerts.models import Need, NeedState
from cases.docket.closing import mark_done
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Deadline
from cases.models import Case
from contacts.calendar_feeds import NoFeedForRoleError, open_feed, revoke_feed
from contacts.directory import put_contact
from contacts.models import CalendarFeed, Contact
from contacts.values import ContactCard, Role
from law.shipped import load_rules
from law.signoff import revoke, sign_off
from store.clock import ManualClock
from store.eventlog import EventRow
from tests.web.conftest import ZONE
from tests.web.scene import FIRST_WORDS, Scene
from tests.web.test_server import served
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from store.unit_of_work import Store

NOW = datetime(2024, 2, 20, 6, tzinfo=UTC)
ALMATY = ZoneInfo(ZONE)
THURSDAY = datetime(2024, 2, 29, 10, tzinfo=ALMATY)
SUNDAY = datetime(2024, 3, 3, 10, tzinfo=ALMATY)
PLACE, COURT = "Канарейка", "district court, room 7"
APPEAL = "kz.coao.expulsion.appeal_10d"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@dataclass
class Program:
    """A calendar program that has subscribed: it fetches all of the feed each time it looks."""

    client: FlaskClient
    path: str

    def fetches(self, **headers: str) -> TestResponse:
        return self.client.get(self.path, headers=headers)

    def shows(self) -> dict[str, Any]:
        """What it finds, by title; read by a library that has nothing to do with the one that wrote it."""
        answer = self.fetches()
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        return {one.summary.value: one for one in vobject.readOne(answer.text).contents.get("vevent", [])}


@dataclass
class Court:
    """One case, and what is entered about it."""

    scene: Scene

    @property
    def code(self) -> str:
        return self.scene.code

    def says(self, event: str, at: datetime, *also: datetime, hearing: datetime | None = None) -> UUID:
        """Something happened; return its matter."""
        with self.scene.store.unit("test") as unit:
            unit.session.get_one(Case, self.scene.case_id).jurisdiction = "KZ"
            entry = Entry(
                event,
                When(at),
                appointed_at=None if hearing is None else hearing.astimezone(UTC),
                also=tuple(When(one) for one in also),
                source=PLACE,
                note=COURT,
            )
            return enter(unit, self.scene.case_id, entry, zone=ZONE).matter_id

    def sets(self, hearing: datetime) -> UUID:
        return self.says("hearing_scheduled", NOW, hearing=hearing)

    def moves(self, hearing: datetime) -> UUID:
        return self.says("hearing_moved", NOW, hearing=hearing)


def signs(store: Store, lawyer: UUID, rule_id: str) -> None:
    with store.unit("test") as unit:
        sign_off(unit, lawyer, load_rules().rule(rule_id), unit.now + timedelta(days=30))


def subscribes(store: Store, contact_id: UUID) -> Program:
    with store.unit("test") as unit:
        path = f"/calendar/{open_feed(unit, contact_id)}.ics"
    return Program(make_app(store, ZONE).test_client(), path)


@pytest.fixture
def court(store: Store) -> Court:
    return Court(Scene.begin(store))


@pytest.fixture
def dana(court: Court) -> UUID:
    """The lawyer who holds the case."""
    return court.scene.helper("Dana", "lawyer")


@pytest.fixture
def program(store: Store, dana: UUID) -> Program:
    return subscribes(store, dana)


class TestHearings:
    def test_a_hearing_that_is_moved_stays_the_same_entry_at_its_new_time(self, court: Court, program: Program) -> None:
        assert program.shows() == {}
        matter = court.sets(THURSDAY)
        before = program.shows()[f"{court.code} hearing"]
        assert (before.uid.value, before.sequence.value, before.status.value) == (str(matter), "0", "CONFIRMED")
        assert before.dtstart.value == THURSDAY
        court.moves(SUNDAY)
        shown = program.shows()
        assert len(shown) == 1
        after = shown[f"{court.code} hearing"]
        assert after.uid.value == before.uid.value
        assert int(after.sequence.value) > int(before.sequence.value)
        assert after.dtstart.value == SUNDAY
        assert after.dtend.value - after.dtstart.value == timedelta(hours=1)

    def test_the_hour_on_the_wall_is_right_on_both_sides_of_the_change_of_2024(
        self, court: Court, program: Program
    ) -> None:
        court.sets(THURSDAY)
        thursday = program.shows()[f"{court.code} hearing"].dtstart
        assert (thursday.value.hour, thursday.value.utcoffset()) == (10, timedelta(hours=6))
        court.moves(SUNDAY)
        sunday = program.shows()[f"{court.code} hearing"].dtstart
        assert (sunday.value.hour, sunday.value.utcoffset()) == (10, timedelta(hours=5))
        text = program.fetches().text
        assert "DTSTART;TZID=Asia/Almaty:20240303T100000\r\n" in text
        assert text.count("BEGIN:VTIMEZONE") == 1

    def test_when_it_last_changed_is_told(self, court: Court, program: Program, clock: ManualClock) -> None:
        court.sets(THURSDAY)
        clock.advance(timedelta(hours=3))
        court.moves(SUNDAY)
        entry = program.shows()[f"{court.code} hearing"]
        assert entry.last_modified.value == entry.dtstamp.value == NOW + timedelta(hours=3)

    def test_sequences_rise_with_every_change(self, court: Court, program: Program) -> None:
        court.sets(THURSDAY)
        seen = []
        for days in range(4):
            court.moves(SUNDAY + timedelta(days=days))
            (entry,) = program.shows().values()
            seen.append(int(entry.sequence.value))
        assert seen == sorted(set(seen))

    def test_a_hearing_that_was_called_off_is_cancelled(self, court: Court, program: Program) -> None:
        first = court.sets(THURSDAY)
        court.says("hearing_cancelled", NOW)
        shown = program.shows()
        assert shown.keys() == {f"{court.code} hearing: cancelled"}
        gone = shown[f"{court.code} hearing: cancelled"]
        assert (gone.uid.value, gone.status.value) == (str(first), "CANCELLED")
        assert int(gone.sequence.value) > 0
        assert gone.dtstart.value == THURSDAY

    def test_of_sources_that_disagree_it_is_one_hearing(self, court: Court, program: Program) -> None:
        court.says("hearing_scheduled", NOW, NOW + timedelta(hours=1), hearing=THURSDAY)
        assert program.shows().keys() == {f"{court.code} hearing"}

    def test_both_libraries_read_the_same(self, court: Court, program: Program) -> None:
        court.sets(THURSDAY)
        court.moves(SUNDAY)
        read = Calendar.from_ical(program.fetches().data)
        assert (read["METHOD"], read["VERSION"], read["X-PUBLISHED-TTL"]) == ("PUBLISH", "2.0", "PT1H")
        assert read.decoded("REFRESH-INTERVAL") == timedelta(hours=1)
        assert read.get_missing_tzids() == set()
        (event,) = read.events
        assert event.errors == []
        assert event.start == SUNDAY

    def test_a_helper_reads_it_in_their_own_language(self, store: Store, court: Court, dana: UUID) -> None:
        with store.unit("test") as unit:
            unit.session.get_one(Contact, dana).languages = ["ug", "ru"]
        program = subscribes(store, dana)
        court.sets(THURSDAY)
        assert list(program.shows()) == [f"{court.code} سوت يىغىنى"]
        with store.unit("test") as unit:
            unit.session.get_one(Contact, dana).languages = ["zh", "ru"]
        assert list(program.shows()) == [f"{court.code} заседание"], "there is no Chinese for it yet"
        with store.unit("test") as unit:
            unit.session.get_one(Contact, dana).languages = ["ru"]
        assert list(program.shows()) == [f"{court.code} заседание"]


class TestDeadlines:
    def test_a_rule_nobody_vouches_for_is_no_fact(
        self, store: Store, court: Court, program: Program, dana: UUID
    ) -> None:
        court.says("ruling_copy_served", NOW)
        assert program.shows() == {}
        signs(store, dana, APPEAL)
        entry = program.shows()[f"{court.code} deadline"]
        with store.read() as unit:
            safe_at = unit.session.scalars(select(Deadline.safe_at).where(Deadline.rule_id == APPEAL)).one()
        assert entry.dtend.value == safe_at
        assert entry.dtend.value - entry.dtstart.value == timedelta(minutes=30)
        with store.unit("test") as unit:
            revoke(unit, dana, APPEAL)
        assert program.shows() == {}

    def test_a_date_counted_by_words_that_have_changed_since_is_no_fact(
        self, store: Store, court: Court, program: Program, dana: UUID
    ) -> None:
        court.says("ruling_copy_served", NOW)
        signs(store, dana, APPEAL)
        with store.unit("test") as unit:
            unit.session.execute(update(Deadline).values(rule_hash="0" * 64))
        assert program.shows() == {}

    def test_a_sign_off_that_has_ended_takes_the_date_out_again(
        self, store: Store, court: Court, program: Program, dana: UUID, clock: ManualClock
    ) -> None:
        court.says("ruling_copy_served", NOW)
        signs(store, dana, APPEAL)
        clock.advance(timedelta(days=31))
        assert program.shows() == {}

    def test_a_deadline_that_moves_stays_the_same_entry(
        self, store: Store, court: Court, program: Program, dana: UUID
    ) -> None:
        signs(store, dana, APPEAL)
        court.says("ruling_copy_served", NOW)
        before = program.shows()[f"{court.code} deadline"]
        court.says("expulsion_ruling_pronounced", NOW - timedelta(days=2))
        after = program.shows()[f"{court.code} deadline"]
        assert after.uid.value == before.uid.value
        assert int(after.sequence.value) > int(before.sequence.value)
        assert after.dtstart.value < before.dtstart.value

    def test_a_date_entered_by_hand_is_there_until_it_is_done(
        self, store: Store, court: Court, program: Program
    ) -> None:
        court.says("deadline_by_hand", NOW, hearing=SUNDAY)
        assert program.shows()[f"{court.code} deadline"].dtend.value == SUNDAY
        with store.unit("test") as unit:
            mark_done(unit, unit.session.scalars(select(Deadline.id)).one(), by="dana", note="filed")
        assert program.shows() == {}


class TestWhose:
    def test_codes_and_times_are_all_there_is(self, store: Store, court: Court, program: Program, dana: UUID) -> None:
        court.scene.answers("where", message=court.scene.says("at the airport"))
        signs(store, dana, APPEAL)
        court.says("ruling_copy_served", NOW)
        court.sets(THURSDAY)
        text = program.fetches().text.replace("\r\n ", "")
        rule = load_rules().rule(APPEAL)
        for secret in (PLACE, COURT, FIRST_WORDS, "airport", "Dana", APPEAL, rule.title, rule.source.article, "expuls"):
            assert secret.casefold() not in text.casefold()
        names = {line.partition(":")[0].partition(";")[0] for line in text.split("BEGIN:VEVENT", 1)[1].splitlines()}
        assert names - {""} == {
            "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY", "STATUS", "CLASS",
            "BEGIN", "END",
        }  # fmt: skip

    def test_only_cases_that_were_taken_are_in_it(self, store: Store, court: Court, program: Program) -> None:
        court.sets(THURSDAY)
        other = subscribes(store, court.scene.helper("Timur", accepts=False))
        assert other.shows() == {}
        assert len(program.shows()) == 1
        with store.unit("test") as unit:
            unit.session.execute(update(Need).values(state=NeedState.PAGING, accepted_by=None))
        assert program.shows() == {}, "it was given back"

    def test_a_revoked_address_is_answered_like_one_that_never_was(
        self, store: Store, court: Court, program: Program, dana: UUID
    ) -> None:
        court.sets(THURSDAY)
        with store.unit("test") as unit:
            assert revoke_feed(unit, dana)
            assert not revoke_feed(unit, dana), "once is enough"
        never = program.client.get("/calendar/never-there-was-one.ics")
        gone = program.fetches()
        assert (gone.status_code, gone.data) == (never.status_code, never.data) == (404, b"404 Not Found\n")
        assert dict(gone.headers) == dict(never.headers)
        assert subscribes(store, dana).path != program.path
        assert program.fetches().status_code == 404

    def test_who_has_left_reads_nothing(self, store: Store, program: Program, dana: UUID) -> None:
        with store.unit("test") as unit:
            unit.session.execute(update(Contact).where(Contact.id == dana).values(left_at=unit.now))
        assert program.fetches().status_code == 404

    def test_the_address_stays_the_same_and_is_not_in_the_database(
        self, store: Store, program: Program, dana: UUID
    ) -> None:
        assert subscribes(store, dana).path == program.path
        token = program.path.removeprefix("/calendar/").removesuffix(".ics")
        with store.read() as unit:
            (kept,) = unit.session.scalars(select(CalendarFeed.token_index))
            names = list(unit.session.scalars(select(EventRow.name).where(EventRow.name.contains("Calendar"))))
        assert token.encode() not in kept
        assert names == ["CalendarFeedOpened"]
        assert store.verify_log() == []

    def test_of_two_who_ask_at_once_both_get_the_same(self, store: Store, dana: UUID) -> None:
        with store.unit("test") as unit:
            unit.session.execute(delete(CalendarFeed))
        together = threading.Barrier(2)

        def ask() -> str:
            together.wait()
            with store.unit("test") as unit:
                return open_feed(unit, dana)

        with ThreadPoolExecutor(2) as people:
            asking = [people.submit(ask) for _ in range(2)]
        first, second = (one.result() for one in asking)  # whatever went wrong for one of them is raised here
        assert first == second

    def test_who_takes_no_cases_has_no_feed(self, store: Store) -> None:
        with store.unit("test") as unit:
            journalist = put_contact(unit, ContactCard("Marat", Role.JOURNALIST, ("KZ",), ("en",)))
            with pytest.raises(NoFeedForRoleError):
                open_feed(unit, journalist)


class TestFetching:
    def test_it_is_for_nobody_on_the_way(self, program: Program) -> None:
        answer = program.fetches()
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "Set-Cookie" not in answer.headers

    def test_what_has_not_changed_is_not_sent_again(self, court: Court, program: Program, clock: ManualClock) -> None:
        court.sets(THURSDAY)
        tag = program.fetches().headers["ETag"]
        clock.advance(timedelta(hours=1))
        again = program.fetches(**{"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        court.moves(SUNDAY)
        assert program.fetches(**{"If-None-Match": tag}).status_code == 200

    def test_it_is_read_from_the_server_itself(self, store: Store, court: Court, program: Program) -> None:
        court.sets(THURSDAY)
        with fetched(store, program.path) as text:
            (event,) = vobject.readOne(text).vevent_list
        assert event.dtstart.value == THURSDAY


@contextmanager
def fetched(store: Store, path: str) -> Iterator[str]:
    with served(store) as (url, _), urllib.request.urlopen(url + path, timeout=60) as answer:  # noqa: S310  our own address
        yield answer.read().decode()
