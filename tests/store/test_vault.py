"""Ciphertext in the file: bound to its place, dead with its key."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from store.data_keys import SYSTEM, DataKey, case_scope, chat_scope
from store.errors import KeyMissingError, UnreadableError, WrongKeyError
from store.ring_file import make_ring, name_once, open_ring, write_once
from store.unit_of_work import Store
from store.vault import Field, KeyRing, decrypt, encrypt, new_key, read_key, unpad

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"k" * 32
NAME = "Асқар Invented"


@given(st.binary(max_size=300), st.text(max_size=30))
def test_what_was_sealed_opens(plaintext: bytes, place: str) -> None:
    assert decrypt(KEY, encrypt(KEY, plaintext, place), place) == plaintext


@given(st.text(max_size=50), st.text(max_size=50))
def test_short_texts_look_alike_in_length(one: str, other: str) -> None:
    if len(one.encode()) <= 60 and len(other.encode()) <= 60:
        assert len(encrypt(KEY, one.encode(), "a")) == len(encrypt(KEY, other.encode(), "a"))


def test_a_value_moved_to_another_row_does_not_open(store: Store) -> None:
    case, here, there = case_scope(uuid4()), Field("t", "c", uuid4()), Field("t", "c", uuid4())
    with store.unit("test") as unit:
        sealed = unit.vault.seal(case, here, NAME)
        assert unit.vault.open(case, here, sealed) == NAME
        with pytest.raises(UnreadableError):
            unit.vault.open(case, there, sealed)


def test_a_changed_byte_does_not_open() -> None:
    sealed = bytearray(encrypt(KEY, b"x", "place"))
    sealed[-1] ^= 1
    with pytest.raises(UnreadableError):
        decrypt(KEY, bytes(sealed), "place")


def test_destroying_the_key_of_a_scope_erases_what_was_written_under_it(store: Store) -> None:
    case, chat, field = case_scope(uuid4()), chat_scope(uuid4()), Field("t", "c", uuid4())
    with store.unit("test") as unit:
        gone, kept = unit.vault.seal(case, field, NAME), unit.vault.seal(chat, field, NAME)
    with store.unit("test") as unit:
        unit.session.execute(delete(DataKey).where(DataKey.scope == str(case)))
    later = Store(store.engine, store.ring, store.clock)
    with later.read() as unit:
        assert unit.vault.open(chat, field, kept) == NAME
        with pytest.raises(UnreadableError):
            unit.vault.open(case, field, gone)


def test_a_key_made_in_a_unit_that_failed_is_not_used_later(store: Store) -> None:
    field = Field("t", "c", uuid4())

    def fails_half_way() -> None:
        with store.unit("test") as unit:
            unit.vault.seal(SYSTEM, field, "lost")
            raise LookupError

    with pytest.raises(LookupError):
        fails_half_way()
    with store.unit("test") as unit:
        sealed = unit.vault.seal(SYSTEM, field, "kept")
    other = Store(store.engine, store.ring, store.clock)
    with other.read() as unit:
        assert unit.vault.open(SYSTEM, field, sealed) == "kept"


def test_the_ring_opens_with_its_key_only_and_is_never_overwritten(tmp_path: Path) -> None:
    path, key = tmp_path / "ring.json", read_key(new_key())
    made = make_ring(path, key, "2026-03")
    assert path.stat().st_mode & 0o777 == 0o600
    assert open_ring(path, key).subkey("x") == made.subkey("x")
    with pytest.raises(WrongKeyError):
        open_ring(path, read_key(new_key()))
    with pytest.raises(FileExistsError):
        make_ring(path, key, "2026-04")
    with pytest.raises(KeyMissingError, match="panah init"):
        open_ring(tmp_path / "none.json", key)


def test_a_ring_shows_no_key_where_it_is_written_down() -> None:
    assert repr(KeyRing({"2026-03": b"e" * 32}, b"r" * 32)) == "KeyRing(2026-03)"


def test_what_is_framed_wrongly_is_not_read() -> None:
    with pytest.raises(UnreadableError):
        unpad((7).to_bytes(4) + b"sealed")


@pytest.mark.parametrize("text", ["", "short", "not base64 !!", "QUJD"])
def test_a_bad_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(KeyMissingError) as refused:
        read_key(text)
    assert not text or text not in str(refused.value)


def test_blind_indexes_ignore_case_and_form(store: Store) -> None:
    assert store.ring.blind_index("name", " Ąsqar ") == store.ring.blind_index("name", "ąSQAR")
    assert store.ring.blind_index("name", "a") != store.ring.blind_index("chat", "a")


def test_text_that_nothing_else_could_write_down_is_kept_as_it_is(store: Store) -> None:
    odd, field = "half \ud800 of a pair\x00", Field("t", "c", uuid4())
    with store.unit("test") as unit:
        assert unit.vault.open(SYSTEM, field, unit.vault.seal(SYSTEM, field, odd)) == odd
        assert unit.vault.blind_index("name", odd) != unit.vault.blind_index("name", "half ? of a pair")


@given(st.text(max_size=20))
def test_a_blind_index_is_the_same_however_often_a_value_is_folded(text: str) -> None:
    ring = KeyRing({"2026-03": KEY}, KEY)
    assert ring.blind_index("name", text) == ring.blind_index("name", f"  {text.casefold()}\n")


def test_a_secret_file_is_written_completely_or_not_at_all(tmp_path: Path) -> None:
    write_once(tmp_path / "key", "one")
    with pytest.raises(FileExistsError):
        write_once(tmp_path / "key", "two")
    assert (tmp_path / "key").read_text() == "one"
    assert [file.name for file in tmp_path.iterdir()] == ["key"], "no scratch file is left"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_stick_that_knows_no_links_keeps_a_file_once_as_well(tmp_path: Path) -> None:
    def refuses(_one: Path, _other: Path) -> None:
        raise PermissionError

    (tmp_path / "new").write_text("one")
    name_once(tmp_path / "new", tmp_path / "key", link=refuses)
    (tmp_path / "new").write_text("two")
    with pytest.raises(FileExistsError):
        name_once(tmp_path / "new", tmp_path / "key", link=refuses)
    assert (tmp_path / "key").read_text() == "one"
