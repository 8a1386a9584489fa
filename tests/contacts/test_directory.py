"""The directory: who was put in comes out again, and a file imported twice changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from contacts.csv_format import read_contacts, write_contacts
from contacts.directory import (
    active_contacts,
    all_cards,
    find_contact,
    linked_contact,
    name_of,
    put_contact,
    telegram_method,
)
from contacts.linking import link_account, make_link_code
from contacts.models import Contact, ContactMethod
from contacts.values import ContactCard, Gender, Role
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from tests.quick import quick_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from store.unit_of_work import Store

FULL = ContactCard(
    "Дана Invented",
    Role.LAWYER,
    regions=("KZ", "KZ-ALM"),
    languages=("kk", "ru"),
    specialities=("asylum",),
    timezone="Asia/Almaty",
    country="KZ",
    telegram="@dana_invented",
    sms="+77000000001",
    voice="+77000000001",
    email="dana@example.org",
    max_active_cases=3,
    gender=Gender.FEMALE,
    avoid=("a client",),
    may_act_until=date(2027, 1, 1),
    verified_by="Aigerim",
    notes="notes, with a\nline",
    other="ntfys://ntfy.example.org/dana",
)
BARE = ContactCard("Дана Invented", Role.LAWYER)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with quick_store(tmp_path_factory.mktemp("directory")) as store:
        yield store


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Store]:
    with quick_store(tmp_path) as store:
        yield store


def put(store: Store, *cards: ContactCard) -> UUID:
    with store.unit("test") as unit:
        return [put_contact(unit, card) for card in cards][-1]


def cards(store: Store) -> list[ContactCard]:
    with store.read() as unit:
        return all_cards(unit)


def events(store: Store) -> list[str]:
    with store.read() as unit:
        return list(unit.session.scalars(select(EventRow.name)))


def test_everything_on_a_card_comes_out_again_and_none_of_it_is_readable(store: Store) -> None:
    put(store, FULL)
    assert cards(store) == [FULL]
    with store.engine.connect() as connection:
        rows = [
            repr(row)
            for table in ("contact", "contact_method")
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
        ]
    for secret in ("Дана", "dana", "77000000001", "a client", "Aigerim", "notes"):
        assert secret not in "".join(rows)


def test_again_it_changes_and_records_nothing(store: Store) -> None:
    put(store, FULL, ContactCard("Timur", Role.COORDINATOR))
    with store.read() as unit:
        before = [row.name for row in unit.session.scalars(select(Contact))]
    put(store, FULL)
    assert events(store) == ["ContactImported"] * 2
    with store.read() as unit:
        assert [row.name for row in unit.session.scalars(select(Contact))] == before, "not even written anew"


def test_what_a_card_no_longer_states_is_forgotten(fresh: Store) -> None:
    one = put(fresh, FULL)
    assert put(fresh, BARE) == one
    assert cards(fresh) == [BARE]
    put(fresh, FULL)
    assert cards(fresh) == [FULL]
    assert len(events(fresh)) == 3


def test_a_number_that_changed_has_to_be_proved_anew(fresh: Store) -> None:
    put(fresh, FULL)
    with fresh.unit("test") as unit:
        for method in unit.session.scalars(select(ContactMethod)):
            method.verified_at = method.dead_at = unit.now
    changed = replace(FULL, sms="+77000000002")
    put(fresh, changed)
    with fresh.read() as unit:
        proved = {row.channel: row.verified_at for row in unit.session.scalars(select(ContactMethod))}
        dead = {row.channel: row.dead_at for row in unit.session.scalars(select(ContactMethod))}
    assert (proved["sms"], dead["sms"]) == (None, None)
    assert proved["voice"] is not None
    assert dead["voice"] is not None


def test_a_linked_account_stays_linked_whatever_the_file_says(store: Store) -> None:
    dana = put(store, FULL)
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", "7000001")
        link_account(unit, chat, make_link_code(unit, dana))
    for card in (BARE, FULL, replace(FULL, telegram="@another_name")):
        put(store, card)
        with store.read() as unit:
            linked = linked_contact(unit, chat.id)
            assert linked is not None
            assert linked.id == dana
            assert telegram_method(unit, dana) is not None


def test_who_had_left_is_back_when_imported_again(fresh: Store) -> None:
    dana = put(fresh, FULL)
    with fresh.unit("test") as unit:
        unit.session.get_one(Contact, dana).left_at = unit.now
    assert cards(fresh) == []
    assert put(fresh, FULL) == dana
    assert cards(fresh) == [FULL]
    assert events(fresh) == ["ContactImported", "ContactImported", "ContactReturned"]


def test_helpers_are_found_by_role_oldest_first(fresh: Store) -> None:
    put(fresh, BARE, ContactCard("Timur", Role.COORDINATOR), ContactCard("Aigerim", Role.COORDINATOR))
    with fresh.read() as unit:
        assert [name_of(unit, one) for one in active_contacts(unit, "coordinator")] == ["Timur", "Aigerim"]
        assert len(list(active_contacts(unit))) == 3


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("Дана", "дАНА"),
        ("Straße", "STRASSE"),
        ("ﬁnn", "FINN"),
        ("Ünal", "U\u0308nal"),
        ("ΑΙ", "ᾳ"),
        ("ҚАЙРАТ  Ә", " қайрат ә "),
        ("Ｄａｎａ", "dana"),
        ("ئاسقەر", "ئاسقەر"),
        ("\u0390", "\u1fd3"),
    ],
)
def test_a_name_is_known_however_it_is_typed(quick: Store, kept: str, typed: str) -> None:
    contact_id = put(quick, ContactCard(kept, Role.PARTNER))
    with quick.read() as unit:
        found = find_contact(unit, typed)
        assert found is not None
        assert found.id == contact_id
        assert name_of(unit, found) == kept
        assert find_contact(unit, typed + "x") is None


@settings(max_examples=40)
@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=5))
def test_whatever_names_a_file_holds_it_goes_in_and_comes_out(quick: Store, names: list[str]) -> None:
    written = write_contacts([ContactCard(name, Role.PARTNER, notes=name) for name in names])
    imported = read_contacts(written).cards
    with quick.unit("test") as unit:
        ids = [put_contact(unit, card) for card in imported]
        again = [put_contact(unit, card) for card in imported]
    assert ids == again
    assert len(set(ids)) == len(ids), "two rows of one file are never one person"
    with quick.read() as unit:
        for card, contact_id in zip(imported, ids, strict=True):
            found = find_contact(unit, card.name)
            assert found is not None
            assert (found.id, name_of(unit, found)) == (contact_id, card.name)
