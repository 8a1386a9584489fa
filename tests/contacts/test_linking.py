"""Linking: an account is a contact's only through a fresh code, and guessing is not worth while."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.roles import MINUTELY
from contacts.directory import linked_contact, name_of, put_contact, telegram_method
from contacts.linking import ALPHABET, LENGTH, TRIES_ALLOWED, Refusal, link_account, make_link_code
from contacts.models import Contact, ContactMethod, LinkTry
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from tests.quick import quick_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store


def contact(store: Store, name: str) -> UUID:
    with store.unit("test") as unit:
        return put_contact(unit, ContactCard(name, Role.COORDINATOR))


def code_for(store: Store, contact_id: UUID) -> str:
    with store.unit("test") as unit:
        return make_link_code(unit, contact_id)


def link(store: Store, address: str, code: str) -> str | Refusal:
    """The name of whom the account is linked to now, or why not."""
    with store.unit("test") as unit:
        found = link_account(unit, find_or_open_chat(unit, "telegram", address), code)
        return found if isinstance(found, Refusal) else name_of(unit, found)


def owner(store: Store, address: str) -> str | None:
    with store.unit("test") as unit:
        found = linked_contact(unit, find_or_open_chat(unit, "telegram", address).id)
        return None if found is None else name_of(unit, found)


@pytest.fixture
def quick(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with quick_store(tmp_path, clock) as store:
        yield store


@pytest.fixture
def aigerim(store: Store) -> UUID:
    return contact(store, "Aigerim")


def test_a_code_is_of_its_alphabet_and_links_once(store: Store, aigerim: UUID) -> None:
    code = code_for(store, aigerim)
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert link(store, "100", code) == "Aigerim"
    assert owner(store, "100") == "Aigerim"
    assert link(store, "200", code) is Refusal.WRONG
    assert owner(store, "200") is None
    with store.read() as unit:
        assert unit.session.scalars(select(EventRow.name)).all().count("AccountLinked") == 1


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n"])
def test_it_may_be_typed_as_people_type(quick: Store, typed: str) -> None:
    code = code_for(quick, contact(quick, "Aigerim"))
    assert link(quick, "100", typed.format(f"{code[:4]}-{code[4:]}".lower())) == "Aigerim"


@pytest.mark.parametrize("typed", ["", " ", "x" * 5000, "\ud800", "\x00", "ЖЖЖЖЖЖЖЖ", "' OR 1=1"])
def test_what_is_no_code_is_a_wrong_one(quick: Store, typed: str) -> None:
    code_for(quick, contact(quick, "Aigerim"))
    assert link(quick, "100", typed) is Refusal.WRONG


def test_it_lasts_an_hour(quick: Store, clock: ManualClock) -> None:
    aigerim = contact(quick, "Aigerim")
    code = code_for(quick, aigerim)
    clock.advance(timedelta(hours=1))
    assert link(quick, "100", code) is Refusal.WRONG


def test_a_newer_code_ends_the_older(quick: Store) -> None:
    aigerim = contact(quick, "Aigerim")
    older, newer = code_for(quick, aigerim), code_for(quick, aigerim)
    assert link(quick, "100", older) is Refusal.WRONG
    assert link(quick, "100", newer) == "Aigerim"


def test_a_code_of_somebody_who_has_left_is_wrong(quick: Store) -> None:
    aigerim = contact(quick, "Aigerim")
    code = code_for(quick, aigerim)
    with quick.unit("test") as unit:
        unit.session.get_one(Contact, aigerim).left_at = unit.now
    assert link(quick, "100", code) is Refusal.WRONG


def test_guessing_is_limited_for_each_account_for_an_hour(store: Store, aigerim: UUID, clock: ManualClock) -> None:
    for _ in range(TRIES_ALLOWED):
        assert link(store, "100", "WRONG") is Refusal.WRONG
    assert link(store, "100", code_for(store, aigerim)) is Refusal.LIMITED
    assert link(store, "200", code_for(store, aigerim)) == "Aigerim", "others are not held up"
    clock.advance(timedelta(hours=1))
    assert link(store, "100", code_for(store, aigerim)) == "Aigerim"


@pytest.mark.parametrize("later", [timedelta(hours=1), -timedelta(days=2)], ids=["an hour later", "clock was set back"])
def test_a_try_that_counts_no_longer_is_forgotten(
    store: Store, aigerim: UUID, clock: ManualClock, later: timedelta
) -> None:
    for _ in range(TRIES_ALLOWED):
        link(store, "100", "WRONG")
    clock.advance(later)
    link(store, "200", "WRONG")
    with store.unit("test") as unit:
        MINUTELY["wrong_codes"](unit)
        assert len(unit.session.scalars(select(LinkTry)).all()) == 1, "the one of this hour"
    assert link(store, "100", code_for(store, aigerim)) == "Aigerim"


def test_a_link_moves_with_its_account_and_with_its_contact(store: Store, aigerim: UUID) -> None:
    timur = contact(store, "Timur")
    link(store, "100", code_for(store, aigerim))
    assert link(store, "200", code_for(store, aigerim)) == "Aigerim"
    assert owner(store, "100") is None, "a contact has one account: the last one"
    assert link(store, "200", code_for(store, timur)) == "Timur"
    assert owner(store, "200") == "Timur"
    with store.read() as unit:
        assert telegram_method(unit, aigerim) is None
        assert unit.session.scalars(select(ContactMethod.channel)).all() == ["telegram"] * 2


def test_linking_again_revives_what_was_given_up(quick: Store) -> None:
    aigerim = contact(quick, "Aigerim")
    link(quick, "100", code_for(quick, aigerim))
    with quick.unit("test") as unit:
        unit.session.scalars(select(ContactMethod)).one().dead_at = unit.now
    with quick.read() as unit:
        assert telegram_method(unit, aigerim) is None
    link(quick, "100", code_for(quick, aigerim))
    with quick.read() as unit:
        assert telegram_method(unit, aigerim) is not None


def test_of_two_accounts_that_use_a_code_at_once_one_gets_it(store: Store, aigerim: UUID) -> None:
    code, together, results = code_for(store, aigerim), threading.Barrier(3), []

    def use(address: str) -> None:
        together.wait()
        results.append(link(store, address, code))

    threads = [threading.Thread(target=use, args=(address,)) for address in ("100", "200", "300")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["Aigerim", str(Refusal.WRONG), str(Refusal.WRONG)]
