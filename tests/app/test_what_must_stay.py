"""What keeps a closed case from being erased although its time has come, and what does not when it comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.erasing.erasure import erase_again, erase_case
from app.erasing.retention import look_at_closed
from cases import intake
from cases.docket.models import Occurrence
from cases.models import Case, ReportMessage
from cases.retention import RetentionError, Terms, close_case, is_closed
from store.base import new_id
from store.chats import Chat, find_or_open_chat
from store.inbox import InboxItem, RawInput, keep
from tests.quick import quick_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store

TERMS = Terms(timedelta(days=365), timedelta(days=30))


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with quick_store(tmp_path, clock) as store:
        yield store


def closed(store: Store, address: str) -> UUID:
    """What never was a case, from a conversation of its own."""
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", address)
        case = intake.open_report(unit, chat, language="en", kind="text", content="hello")
        close_case(unit, case.id, by="cli", note="a try", no_case=True)
        return case.id


def writes(store: Store, address: str) -> None:
    """Somebody writes; nobody has read it yet."""
    with store.unit("poller") as unit:
        keep(unit, "telegram:test", "telegram", [RawInput(1, address, "{}")])


def cases(store: Store) -> set[UUID]:
    with store.read() as unit:
        return set(unit.session.scalars(select(Case.id)))


def test_words_that_wait_keep_their_case_and_hold_up_no_other(store: Store, clock: ManualClock) -> None:
    spoken, _, _ = (closed(store, f"840000{number}") for number in range(3))
    clock.advance(timedelta(days=31))
    writes(store, "8400000")
    with pytest.raises(RetentionError, match="just written"):
        erase_case(store, spoken, by="test")
    look_at_closed(store, TERMS)
    assert cases(store) == {spoken}


def test_what_was_erased_and_comes_back_with_a_backup_goes_again_with_words_that_waited_in_it(store: Store) -> None:
    """The copy was made while somebody wrote. They were heard before the case was erased, or it would have stayed."""
    gone, other = closed(store, "8400001"), closed(store, "8400002")
    writes(store, "8400001")
    assert len(erase_again(store, frozenset({gone}))) == 1
    assert cases(store) == {other}
    with store.read() as unit:
        assert not unit.session.scalars(select(InboxItem)).all()
        assert len(unit.session.scalars(select(Chat)).all()) == 1
    assert erase_again(store, frozenset({gone})) == []


def test_what_lies_ahead_and_what_was_said_since_keep_a_case_even_where_nothing_has_opened_it(
    store: Store, clock: ManualClock
) -> None:
    """Whoever writes into a case opens it. Should one forget to, it is seen before anything is erased."""
    ahead, said = closed(store, "8400001"), closed(store, "8400002")
    clock.advance(timedelta(days=1))
    with store.unit("test") as unit:
        hearing = Occurrence(id=new_id(), case_id=ahead, matter_id=new_id(), kind="hearing_scheduled", zone="UTC")
        hearing.at = hearing.entered_at = unit.now - timedelta(days=2)
        hearing.for_at, hearing.entered_by = unit.now + timedelta(days=60), "test"
        unit.session.add(hearing)
        message = unit.session.scalars(select(ReportMessage).where(ReportMessage.case_id == said)).one()
        message.received_at = unit.now
    with pytest.raises(RetentionError, match="to come"):
        erase_case(store, ahead, by="test")
    clock.advance(timedelta(days=31))
    look_at_closed(store, TERMS)
    assert cases(store) == {ahead, said}
    with store.read() as unit:
        assert is_closed(unit, ahead)
        assert not is_closed(unit, said), "people are sought for it again"
