"""What confirms the trigger of a sealed file, and what takes that back; what a file holds its case open by."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.queues import reaction_queue, timer_queue
from app.reactions import reaction_names
from app.settings import read_settings
from cases import intake
from cases.consent.errors import ConsentError
from cases.docket.entering import Entry, When, enter
from cases.docket.models import Watch, WatchState
from cases.docket.watches import keep_watch, mark_missed
from cases.retention import RetentionError, close_case, is_closed
from cases.sealed import check_ins, keeping, triggering
from cases.sealed.deciding import is_triggered, may_be_approved
from cases.sealed.models import EntryKind, SealedApproval, SealedFile, SealedSource
from cases.verification import suspect
from contacts.accounts.coercion import note_coercion
from contacts.accounts.models import Account
from store.base import new_id
from store.chats import find_or_open_chat
from store.queues import work_once
from tests.accounts import join
from tests.quick import quick_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

SETTINGS = read_settings({"PANAH_CANARY": "false"})
TIMERS, REACTIONS = timer_queue(SETTINGS), reaction_queue(SETTINGS)
OWN, FRIEND = "8100001", "8100002"


class Silent:
    """Somebody who left a file, is asked twice a day, and does not answer; a team of two."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store, self.clock = store, clock
        self.team = [join(store, "Aigerim"), join(store, "Dana", "lawyer")]
        with store.unit("chat:person") as unit:
            file = keeping.begin(unit, find_or_open_chat(unit, "telegram", OWN))
            keeping.keep(unit, file, EntryKind.TEAM, "what I saw")
            self.case_id = file.case_id
            check_ins.agree(unit, file, ((unit.now.hour * 60 + unit.now.minute - 5) % 1440, "UTC"), 12, 1)

    def file(self, unit: UnitOfWork) -> SealedFile:
        found = keeping.file_of_case(unit, self.case_id)
        assert found is not None
        return found

    def misses(self) -> UUID:
        """They are asked once more, and the time in which they could have answered passes."""
        with self.store.unit("test") as unit:
            row = check_ins.check_in_of(unit, self.case_id)
            assert row is not None
            check_ins.begin_waiting(unit, row)
        self.clock.advance(timedelta(hours=1))
        with self.store.unit("test") as unit:
            waiting = select(Watch).where(Watch.case_id == self.case_id, Watch.state == WatchState.WAITING)
            watch = unit.session.scalars(waiting).one()
            mark_missed(unit, watch)
        self.settles()
        return watch.id

    def is_looked_for(self) -> None:
        with self.store.unit("test") as unit:
            triggering.confirm_missed(unit, self.file(unit), "rang whom they trust: nobody knows")

    def agrees(self, which: int) -> bool:
        member = self.team[which]
        assert member.contact_id is not None
        role = ("coordinator", "lawyer")[which]
        with self.store.unit(f"contact:{member.contact_id}") as unit:
            return triggering.approve(
                unit, self.file(unit), member.contact_id, role, "nobody heard of them", zone="UTC"
            )

    def reported(self, address: str) -> UUID:
        with self.store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", address)
            return intake.open_report(unit, chat, language="en", kind="text", content="they took him").id

    def settles(self, **later: float) -> None:
        """Time passes, and what follows from what happened is done."""
        self.clock.advance(timedelta(**later))
        while work_once(self.store, REACTIONS) or work_once(self.store, TIMERS):
            pass

    def is_triggered(self) -> bool:
        with self.store.unit("test") as unit:
            return is_triggered(triggering.standing_of(unit, self.file(unit)))

    def is_open(self) -> bool:
        with self.store.read() as unit:
            return unit.session.scalars(select(SealedFile.opened_at)).one() is not None


@pytest.fixture
def silent(tmp_path: Path, clock: ManualClock) -> Iterator[Silent]:
    with quick_store(tmp_path, clock, dict(reaction_names())) as store:
        yield Silent(store, clock)


def test_another_missed_check_in_takes_nothing_from_what_was_followed_up(silent: Silent) -> None:
    silent.misses()
    silent.is_looked_for()
    assert silent.agrees(0)
    silent.settles(hours=11)
    silent.misses()
    assert silent.is_triggered(), "they are silent still"
    assert silent.agrees(1), "and the first one who agreed need not again"
    silent.settles(minutes=31)
    silent.settles(minutes=31)
    assert silent.is_open()


def test_that_somebody_says_they_are_held_takes_nothing_from_a_missed_check_in(silent: Silent) -> None:
    silent.misses()
    silent.is_looked_for()
    assert silent.agrees(0)
    with silent.store.unit("test") as unit:
        triggering.confirm_by_word(unit, silent.file(unit), "the aunt", "saw it from the window")
        enter(unit, silent.case_id, Entry("administrative_arrest", When(unit.now)), zone="UTC")
    silent.settles()
    assert silent.is_triggered()
    with silent.store.read() as unit:
        assert len(unit.session.scalars(select(SealedApproval)).all()) == 1
    assert silent.agrees(1)


def test_a_missed_check_in_can_still_be_followed_up_after_an_arrest_was_entered(silent: Silent) -> None:
    silent.misses()
    with silent.store.unit("test") as unit:
        enter(unit, silent.case_id, Entry("administrative_arrest", When(unit.now)), zone="UTC")
    silent.settles()
    silent.is_looked_for()
    assert silent.is_triggered()


@pytest.mark.parametrize("how", ["they answer", "they pause", "somebody reached them", "a sign of life"])
def test_once_the_person_is_heard_of_no_missed_check_in_counts_not_even_an_older_one(silent: Silent, how: str) -> None:
    silent.misses()
    silent.is_looked_for()
    assert silent.agrees(0)
    silent.settles(hours=11)
    latest = silent.misses()
    with silent.store.unit("test") as unit:
        silent.file(unit)
        row = check_ins.check_in_of(unit, silent.case_id)
        assert row is not None
        match how:
            case "they answer":
                assert check_ins.answered(unit, row)
            case "they pause":
                check_ins.pause(unit, row, 3)
            case "somebody reached them":
                keep_watch(unit, unit.session.get_one(Watch, latest), by="contact:x")
            case _:
                enter(unit, silent.case_id, Entry("proof_of_life", When(unit.now)), zone="UTC")
    silent.settles()
    assert not silent.is_triggered()
    with silent.store.unit("test") as unit, pytest.raises(ConsentError, match="no check-in"):
        triggering.confirm_missed(unit, silent.file(unit), "rang everybody")
    with silent.store.read() as unit:
        assert not unit.session.scalars(select(SealedApproval)).all(), "two must agree anew, should it come to that"


def test_a_late_word_that_they_were_heard_of_takes_nothing_from_what_was_missed_since(silent: Silent) -> None:
    first = silent.misses()
    with silent.store.unit("test") as unit:
        keep_watch(unit, unit.session.get_one(Watch, first), by="contact:x")
    silent.clock.advance(timedelta(hours=11))  # and whoever is to be told of it stands still
    with silent.store.unit("test") as unit:
        row = check_ins.check_in_of(unit, silent.case_id)
        assert row is not None
        check_ins.begin_waiting(unit, row)
    silent.clock.advance(timedelta(hours=1))
    with silent.store.unit("test") as unit:
        mark_missed(unit, unit.session.scalars(select(Watch).where(Watch.state == WatchState.WAITING)).one())
    silent.is_looked_for()
    silent.settles()
    assert silent.is_triggered()


def test_the_telephone_it_was_left_in_is_no_source_even_if_the_file_seems_withdrawn_there(silent: Silent) -> None:
    own, friend = silent.reported(OWN), silent.reported(FRIEND)
    with silent.store.unit("test") as unit:
        file = silent.file(unit)
        file.forced_at = unit.now
        keeping.withdraw(unit, file)
        assert file.chat_id is None
    with silent.store.unit("test") as unit:
        with pytest.raises(ConsentError, match="nobody but the person"):
            triggering.confirm_by_report(unit, silent.file(unit), own, "they say so themselves")
        assert triggering.confirm_by_report(unit, silent.file(unit), friend, "saw it")


def test_a_report_that_may_be_a_trap_is_no_source_before_or_after_it_was_counted(silent: Silent) -> None:
    reports = [silent.reported(FRIEND), silent.reported("8100003")]
    with silent.store.unit("test") as unit:
        for report in reports:
            assert triggering.confirm_by_report(unit, silent.file(unit), report, "saw it")
    assert silent.is_triggered()
    with silent.store.unit("test") as unit:
        suspect(unit, reports[0])
    assert not silent.is_triggered()
    with silent.store.unit("test") as unit, pytest.raises(ConsentError, match="trap"):
        triggering.confirm_by_report(unit, silent.file(unit), reports[0], "saw it")


def test_who_is_forced_after_they_agreed_has_not_agreed(silent: Silent) -> None:
    silent.misses()
    silent.is_looked_for()
    assert silent.agrees(0)
    assert silent.agrees(1)
    with silent.store.unit("test") as unit:
        note_coercion(unit, unit.session.get_one(Account, silent.team[0].account_id))
    silent.settles(minutes=40)
    silent.settles(minutes=40)
    assert not silent.is_open()
    with silent.store.unit("test") as unit:
        assert may_be_approved(triggering.standing_of(unit, silent.file(unit)))
    assert not silent.agrees(0), "nor can they again"


@pytest.mark.parametrize(
    ("first", "second"),
    [("green apples on a sill", "apples"), ("samovar", "an old samovar"), ("same words", "Same WORDS!")],
)
def test_a_phrase_and_a_word_for_being_forced_never_hold_each_other(silent: Silent, first: str, second: str) -> None:
    for kept, refused in (("phrase", "duress_word"), ("duress_word", "phrase")):
        with silent.store.unit("test") as unit:
            file = silent.file(unit)
            file.phrase = file.duress_word = None
            assert keeping.agree_on(unit, file, kept, first)
            assert not keeping.agree_on(unit, file, refused, second)
            assert keeping.agree_on(unit, file, kept, second), "but the same can be changed"


def test_what_says_nothing_confirms_nothing_and_opens_nothing(silent: Silent) -> None:
    own = silent.reported(FRIEND)
    with silent.store.unit("test") as unit:
        file = silent.file(unit)
        for who, words in ((" ", "saw it"), ("the aunt", " ")):
            with pytest.raises(ConsentError, match="say"):
                triggering.confirm_by_word(unit, file, who, words)
        with pytest.raises(ConsentError, match="say how they know"):
            triggering.confirm_by_report(unit, file, own, "")
    silent.misses()
    silent.is_looked_for()
    with silent.store.unit("test") as unit, pytest.raises(ConsentError, match="say why"):
        triggering.approve(unit, silent.file(unit), new_id(), "coordinator", " ", zone="UTC")
    with silent.store.read() as unit:
        assert not unit.session.scalars(select(SealedApproval)).all()


def test_a_source_is_dropped_in_its_own_file_once_and_never_after_the_opening(silent: Silent) -> None:
    with silent.store.unit("test") as unit:
        for who in ("the aunt", "a neighbour", "the cousin"):
            triggering.confirm_by_word(unit, silent.file(unit), who, "saw it")
        first, second, _ = unit.session.scalars(select(SealedSource).order_by(SealedSource.id)).all()
        other = SealedFile(case_id=new_id())
        assert not triggering.drop_source(unit, other, first.id), "of somebody else's file"
        assert triggering.drop_source(unit, silent.file(unit), first.id)
        assert not triggering.drop_source(unit, silent.file(unit), first.id)
    assert silent.is_triggered()
    for which in (0, 1):
        silent.agrees(which)
    silent.settles(minutes=31)
    silent.settles(minutes=31)
    assert silent.is_open()
    with silent.store.unit("test") as unit:
        assert not triggering.drop_source(unit, silent.file(unit), second.id)


def test_other_words_than_the_one_agreed_on_say_nothing_of_being_forced(silent: Silent) -> None:
    with silent.store.unit("chat:person") as unit:
        file = silent.file(unit)
        keeping.agree_on(unit, file, "duress_word", "pomegranate")
        assert not keeping.heed_duress(unit, file, "an apple, please")
        assert file.forced_at is None


def test_a_case_is_not_closed_over_a_sealed_file_or_a_check_in(silent: Silent) -> None:
    def closes() -> None:
        with silent.store.unit("test") as unit:
            close_case(unit, silent.case_id, by="cli", note="all is well")

    with pytest.raises(RetentionError, match="a sealed file lies in it"):
        closes()
    silent.misses()
    silent.is_looked_for()
    silent.agrees(0)
    silent.agrees(1)
    silent.settles(minutes=31)
    silent.settles(minutes=31)
    assert silent.is_open()
    with pytest.raises(RetentionError, match="still checks in"):
        closes()
    with silent.store.unit("test") as unit:
        silent.file(unit)
        row = check_ins.check_in_of(unit, silent.case_id)
        assert row is not None
        check_ins.stop(unit, row)
    closes()
    with silent.store.read() as unit:
        assert is_closed(unit, silent.case_id)


def test_what_was_freed_is_theirs_again_where_they_left_it(silent: Silent) -> None:
    with silent.store.unit("test") as unit:
        file, chat = silent.file(unit), find_or_open_chat(unit, "telegram", OWN)
        file.forced_at = unit.now
        keeping.withdraw(unit, file)
        assert keeping.file_of_chat(unit, chat.id) is None
        keeping.clear_duress(unit, file)
        assert keeping.file_of_chat(unit, chat.id) is file
        file.forced_at = unit.now
        keeping.withdraw(unit, file)
        another = keeping.begin(unit, chat)
        keeping.clear_duress(unit, file)
        assert keeping.file_of_chat(unit, chat.id) is another, "one at a time"
