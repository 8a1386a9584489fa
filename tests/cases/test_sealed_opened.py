"""A sealed file that was opened: what becomes of its films, and of what is left or changed from then on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.evidence.checking import examine
from cases.consent.agreeing import emergency_releases, fire_emergency_release, standing_of
from cases.consent.deciding import in_force
from cases.consent.vocabulary import Audience, FieldClass
from cases.files import LARGEST, Fetch, SentFile, file_fetched, take_fetches
from cases.models import Case, Download, FileState, ReportMessage
from cases.retention import close_case, is_closed
from cases.sealed import keeping
from cases.sealed.models import EntryKind
from cases.sealed.opening import add_to_opened, open_file
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat
from store.files import FileWriter, read_file
from tests.quick import quick_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.clock import ManualClock
    from store.unit_of_work import Store

NAMED, UNNAMED = Audience.PRESS_NAMED, Audience.PRESS


class Opened:
    """A file that somebody left, to be opened whoever agreed."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store, self.clock = store, clock
        with store.unit("chat:person") as unit:
            self.aigerim = put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR))
            self.case_id = keeping.begin(unit, find_or_open_chat(unit, "telegram", "8300001")).case_id

    def leaves(self, words: str, *films: str, kind: EntryKind = EntryKind.TEAM) -> None:
        """Leave something, in the file or, once it is open, in the case."""
        files = [SentFile("video", name, name, None) for name in films]
        with self.store.unit("chat:person") as unit:
            file = keeping.file_of_case(unit, self.case_id)
            assert file is not None
            entry_id = keeping.keep(unit, file, kind, words, files=files)
            if file.opened_at is not None:
                add_to_opened(unit, file, entry_id)
        self.clock.advance(timedelta(minutes=1))

    def says_of_press(self, answer: str) -> None:
        self.leaves(f'{{"answer": "{answer}"}}', kind=EntryKind.PRESS)

    def opens(self) -> None:
        with self.store.unit("test") as unit:
            file = keeping.file_of_case(unit, self.case_id)
            assert file is not None
            open_file(unit, file, zone="UTC")
        self.clock.advance(timedelta(minutes=1))

    def takes(self) -> list[Fetch]:
        with self.store.unit("test") as unit:
            return take_fetches(unit, 10)

    def fetches(self) -> None:
        """All films that wait arrive; what is in each is its name."""
        for one in self.takes():
            writer = FileWriter(self.store, one.file_id, one.scope, media_of=lambda _: "video/mp4", limit=LARGEST)
            writer.write(one.source.encode())
            with self.store.unit("test") as unit:
                file_fetched(unit, one.held, writer)

    def may_be_told(self, audience: Audience) -> bool:
        """Whether what was signed lets an audience know who it is, when all triggers have come."""
        with self.store.unit("test") as unit:
            for one in emergency_releases(unit, self.case_id):
                if one.state == "dormant":
                    fire_emergency_release(unit, one.id, self.aigerim)
            word = in_force(audience, FieldClass.IDENTITY, standing_of(unit, unit.session.get_one(Case, self.case_id)))
        return word is not None and word.granted


@pytest.fixture
def left(tmp_path: Path, clock: ManualClock) -> Iterator[Opened]:
    with quick_store(tmp_path, clock) as store:
        yield Opened(store, clock)


def test_films_belong_to_the_case_whether_they_were_here_or_were_still_to_come(left: Opened) -> None:
    left.leaves("what I saw", "first")
    left.fetches()
    left.leaves("and this", "second")
    (half,) = left.takes()  # it is being fetched while the file is opened
    left.leaves("and that", "third")
    left.opens()
    left.fetches()
    with left.store.read() as unit:
        rows = unit.session.scalars(select(Download).order_by(Download.asked_at)).all()
        assert [row.state for row in rows] == [FileState.STORED] * 3
        messages = select(ReportMessage.id).order_by(ReportMessage.received_at)
        assert [row.message_id for row in rows] == list(unit.session.scalars(messages))
        files = [row.file_id for row in rows if row.file_id is not None]
    assert half.file_id not in files, "it was begun under the key of the sealed file"
    assert [b"".join(read_file(left.store, one)) for one in files] == [b"first", b"second", b"third"]
    assert list(examine(left.store)) == [], "the log attests each as one of its message"


def test_what_is_left_after_the_opening_is_said_in_the_case(left: Opened) -> None:
    left.opens()
    left.leaves("they are at the door")
    with left.store.read() as unit:
        message = unit.session.scalars(select(ReportMessage)).one()
        assert not message.counsel_only
    left.leaves("for my lawyer", kind=EntryKind.COUNSEL)
    with left.store.read() as unit:
        said = unit.session.scalars(select(ReportMessage).order_by(ReportMessage.received_at)).all()
        assert [one.counsel_only for one in said] == [False, True]


def test_what_is_left_in_a_case_that_was_closed_opens_it_in_the_same_moment(left: Opened) -> None:
    left.opens()
    with left.store.unit("test") as unit:
        close_case(unit, left.case_id, by="cli", note="they are home")
    left.leaves("they are at the door again")
    with left.store.read() as unit:
        assert not is_closed(unit, left.case_id), "until somebody looked, nobody would have been sought"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("", "never", set()),
        ("", "unnamed", {UNNAMED}),
        ("named", "unnamed", {UNNAMED}),
        ("named", "never", set()),
        ("never", "named", {UNNAMED, NAMED}),
    ],
)
def test_the_latest_word_about_the_press_counts_before_and_after_the_opening(
    left: Opened, before: str, after: str, told: set[Audience]
) -> None:
    if before:
        left.says_of_press(before)
    left.opens()
    left.says_of_press(after)
    assert {one for one in (UNNAMED, NAMED) if left.may_be_told(one)} == told
