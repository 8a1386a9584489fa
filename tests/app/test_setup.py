"""``panah init``: a home that only its owner can look into, and never a key that opens nothing."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from store.vault import new_key

if TYPE_CHECKING:
    from pathlib import Path

    from tests.app.conftest import Panah


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def kept_keys(panah: Panah) -> list[Path]:
    return sorted((panah.folder / "config").rglob("*.key"))


def test_a_fresh_home_is_made_with_a_key_outside_it(panah: Panah) -> None:
    said = panah.does("init")
    (key,) = kept_keys(panah)
    assert str(key) in said
    assert not key.is_relative_to(panah.home)
    assert "panah contacts import FILE.csv" in said
    assert "panah up" in said
    assert mode(panah.home) == 0o700
    assert mode(key.parent) == 0o700
    for file in (key, *panah.home.iterdir()):
        assert mode(file) == 0o600, file


def test_again_it_changes_nothing(panah: Panah) -> None:
    panah.does("init")
    (key,) = kept_keys(panah)
    before = (key.read_bytes(), (panah.home / "keyring.json").read_bytes())
    said = panah.does("init")
    assert "Made the key" not in said
    assert "as it was" not in said
    assert before == (key.read_bytes(), (panah.home / "keyring.json").read_bytes())
    assert list(panah.home.glob("before-*")) == []


def test_a_given_key_is_used_and_none_is_made(panah: Panah) -> None:
    given = new_key()
    panah.does("init", PANAH_KEY=given)
    assert kept_keys(panah) == []
    panah.does("audit", "verify", PANAH_KEY=given)


def test_another_key_is_refused(panah: Panah) -> None:
    panah.does("init", PANAH_KEY=new_key())
    for command in (("init",), ("up",), ("parked",), ("migrate",)):
        other = new_key()
        said = panah.refuses(*command, PANAH_KEY=other)
        assert "not the key this home was set up with" in said
        assert other not in said


@pytest.mark.parametrize("key", ["short", "bm90IDMyIGJ5dGVz"])
def test_what_is_no_key_is_refused(panah: Panah, key: str) -> None:
    said = panah.refuses("init", PANAH_KEY=key)
    assert "PANAH_KEY is not" in said
    assert key not in said
    assert not (panah.home / "keyring.json").exists()


def test_a_home_whose_key_is_gone_gets_no_new_one(panah: Panah) -> None:
    panah.does("init")
    (key,) = kept_keys(panah)
    key.unlink()
    assert "A new key opens nothing" in panah.refuses("init")
    assert kept_keys(panah) == []
    assert "there is no key" in panah.refuses("parked")


def test_a_database_whose_ring_is_gone_gets_no_new_one(ready: Panah) -> None:
    ready.does("contacts", "import", ready.writes("team.csv", "name,role\nAigerim,coordinator\n"))
    ring = (ready.home / "keyring.json").read_bytes()
    (ready.home / "keyring.json").unlink()
    assert "under a key ring that is not here" in ready.refuses("init")
    assert not (ready.home / "keyring.json").exists()
    (ready.home / "keyring.json").write_bytes(ring)
    assert "Aigerim" in ready.does("contacts", "export")


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"keys": {"root": "x"}}', b'{"keys": []}', b"\xff"])
def test_a_damaged_ring_is_called_that(ready: Panah, damage: bytes) -> None:
    (ready.home / "keyring.json").write_bytes(damage)
    assert "damaged" in ready.refuses("init")
    assert (ready.home / "keyring.json").read_bytes() == damage


def test_a_folder_of_other_things_is_not_made_ours(panah: Panah) -> None:
    panah.home.mkdir(mode=0o755)
    (panah.home / "letters.txt").write_text("not ours")
    assert "let PANAH_HOME name a folder of its own" in panah.refuses("init")
    assert mode(panah.home) == 0o755
    panah.home.chmod(0o700)
    panah.does("init")


def test_an_empty_folder_is_taken_and_closed_to_others(panah: Panah) -> None:
    panah.home.mkdir(mode=0o755)
    panah.does("init")
    assert mode(panah.home) == 0o700


def test_the_key_is_never_kept_in_the_home(panah: Panah) -> None:
    said = panah.refuses("init", XDG_CONFIG_HOME=str(panah.home / "config"))
    assert "inside the home it opens" in said
    assert list(panah.home.rglob("*.key")) == []


def test_a_place_that_cannot_be_written_is_named(panah: Panah) -> None:
    panah.folder.joinpath("file").write_text("")
    said = panah.refuses("init", PANAH_HOME=str(panah.folder / "file" / "home"))
    assert "Not a directory" in said


def test_a_database_with_something_in_it_is_copied_before_it_is_migrated(ready: Panah) -> None:
    ready.does("contacts", "import", ready.writes("team.csv", "name,role\nAigerim,coordinator\n"))
    with closing(sqlite3.connect(ready.home / "panah.db")) as database:
        contact = database.execute("SELECT name FROM contact").fetchone()
        database.execute("DELETE FROM alembic_version")
        database.commit()
    assert "the migration failed" in ready.refuses("init")  # because some of its tables are there …
    (copy,) = ready.home.glob("before-*.db")
    assert mode(copy) == 0o600
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT name FROM contact").fetchone() == contact
    with closing(sqlite3.connect(ready.home / "panah.db")) as database:  # … and has left everything as it was
        assert database.execute("SELECT name FROM contact").fetchone() == contact
