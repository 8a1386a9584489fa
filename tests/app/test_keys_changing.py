"""Changing, splitting and recovering the key; passphrases; whatever is interrupted, the home still opens."""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy import inspect, text

from app.cli import main
from app.key.changing import change_own_key, keep_recovered
from app.key.finding import find_key, next_key_path
from app.key.shares import recover_key, split_key
from app.locked.intake import published
from app.locked.keyless import store_without_keys
from app.locked.running import works_while_locked
from app.settings import SettingsError, read_settings
from app.wiring import build, open_home
from store.engine import open_engine
from store.inbox import RawInput
from store.ring_file import RingFile, open_ring, scratch_of
from store.sealed import IntakeKey, open_sealed, seal_inputs
from store.vault import new_key, read_key
from tests.app.conftest import everything_as_before

if TYPE_CHECKING:
    from pathlib import Path

    from app.settings import Settings
    from tests.app.conftest import Panah

ROLES = frozenset({"web", "bot", "worker"})
SOURCE = "telegram:0123456789abcdef"
PASSPHRASE = "six random words of nobody at all"


@pytest.fixture
def own(panah: Panah) -> Panah:
    """A home whose key ``init`` made."""
    panah.does("init")
    return panah


def settings_of(panah: Panah) -> Settings:
    return read_settings(panah.environment)


def key_file(panah: Panah) -> Path:
    (found,) = (panah.folder / "config").rglob("*.key")
    return found


# Shares


def test_any_two_shares_give_the_key_back_and_one_does_not() -> None:
    key = new_key()
    shares = split_key(key)
    assert len(shares) == 3
    assert all(len(share.split()) == 33 for share in shares)
    for two in combinations(shares, 2):
        assert recover_key(two) == recover_key(two[::-1]) == key
        assert recover_key([f"  {share.upper()} \n" for share in two]) == key
    for one in shares:
        with pytest.raises(SettingsError):
            recover_key([one])


def test_shares_that_do_not_go_together_are_refused_without_repeating_them() -> None:
    one, other = split_key(new_key()), split_key(new_key())
    bent = one[1].replace(one[1].split()[5], "academic" if one[1].split()[5] != "academic" else "acid")
    for wrong in ([one[0], other[1]], [one[0], one[0]], [one[0], bent], [one[0], "no words at all"], []):
        with pytest.raises(SettingsError) as refused:
            recover_key(wrong)
        assert not any(word in str(refused.value).split() for word in one[0].split() if len(word) > 6)


def test_a_lost_key_file_comes_back_from_two_papers(own: Panah) -> None:
    before = key_file(own).read_text()
    shares = json.loads(own.does("key", "split", "--json"))
    assert before.strip() not in own.does("key", "split")
    key_file(own).unlink()
    assert "there is no key" in own.refuses("parked")
    with everything_as_before():
        done = CliRunner().invoke(
            main, ["key", "recover"], input=f"{shares[2]}\n{shares[0]}\n", env=own.environment, prog_name="panah"
        )
    assert done.exit_code == 0, done.output
    assert "opens the key ring" in done.output
    assert before.strip() not in done.output
    assert key_file(own).read_text() == before
    assert key_file(own).stat().st_mode & 0o777 == 0o600
    own.does("parked")


def test_shares_of_another_home_put_nothing_in_place(own: Panah) -> None:
    key_file(own).unlink()
    foreign = split_key(new_key())
    with everything_as_before():
        done = CliRunner().invoke(
            main, ["key", "recover"], input="\n".join(foreign[:2]), env=own.environment, prog_name="panah"
        )
    assert done.exit_code == 1
    assert "not the key this home was set up with" in done.stderr
    assert list((own.folder / "config").rglob("*.key")) == []


# Another key


def test_our_own_key_is_replaced_in_place(own: Panah) -> None:
    before = key_file(own).read_text()
    said = own.does("key", "rotate")
    after = key_file(own).read_text()
    assert before != after
    assert before.strip() not in said
    assert after.strip() not in said
    own.does("parked")
    assert "Every chain holds" in own.does("audit", "verify")
    with pytest.raises(Exception, match="not the key"):
        open_ring(own.home / "keyring.json", read_key(before))
    assert [path.name for path in key_file(own).parent.iterdir()] == [key_file(own).name]


def test_a_change_that_broke_off_between_ring_and_key_is_finished_by_the_next_command(own: Panah) -> None:
    settings = settings_of(own)
    old, new = key_file(own).read_text(), new_key()
    next_key_path(settings).write_text(new)
    own.does("parked")  # nothing has happened to the ring yet: the old key opens it
    assert key_file(own).read_text() == old
    RingFile(settings.ring_path, read_key(old)).wrap_anew(read_key(new), None)
    own.does("parked")
    assert find_key(settings) == new
    assert not next_key_path(settings).exists()
    change_own_key(settings)  # and one that was left by a change that never began is thrown away
    next_key_path(settings).write_text("left over")
    change_own_key(settings)
    open_home(settings)


def test_a_key_that_comes_from_elsewhere_is_the_operators_to_change(ready: Panah) -> None:
    assert "--to FILE" in ready.refuses("key", "rotate")
    said = ready.does("key", "rotate", "--to", str(ready.folder / "new.key"))
    assert "restart" in said
    made = (ready.folder / "new.key").read_text().strip()
    assert (ready.folder / "new.key").stat().st_mode & 0o777 == 0o600
    assert made not in said
    assert "not the key this home was set up with" in ready.refuses("parked")
    ready.environment["PANAH_KEY"] = made
    ready.does("parked")
    other = ready.folder / "given.key"
    other.write_text(new_key())
    ready.does("key", "rotate", "--to", str(other))
    ready.does("parked", PANAH_KEY=other.read_text())
    assert "does not hold a key" in ready.refuses(
        "key", "rotate", "--to", ready.writes("bad.key", "short"), PANAH_KEY=other.read_text()
    )
    assert "inside the home" in ready.refuses(
        "key", "rotate", "--to", str(ready.home / "x"), PANAH_KEY=other.read_text()
    )


# Passphrases


def test_a_home_can_be_opened_by_a_passphrase(panah: Panah) -> None:
    panah.environment["PANAH_PASSPHRASE"] = PASSPHRASE
    panah.does("init")
    assert list((panah.folder / "config").rglob("*.key")) == []
    assert PASSPHRASE not in (panah.home / "keyring.json").read_text()
    panah.does("audit", "verify")
    assert "not the key" in panah.refuses("audit", "verify", PANAH_PASSPHRASE="something else entirely")
    del panah.environment["PANAH_PASSPHRASE"]
    assert "no terminal" in panah.refuses("audit", "verify"), "and nothing waits for an answer"


def test_a_short_passphrase_and_two_sources_are_refused(panah: Panah) -> None:
    assert "fewer than" in panah.refuses("init", PANAH_PASSPHRASE="short")
    assert not (panah.home / "keyring.json").exists()
    assert "keep one of them" in panah.refuses("init", PANAH_PASSPHRASE=PASSPHRASE, PANAH_KEY=new_key())
    assert "no terminal" in panah.refuses("init", "--passphrase")


def test_a_key_file_gives_way_to_a_passphrase_and_that_to_shares(own: Panah) -> None:
    own.does("key", "rotate", "--passphrase", PANAH_PASSPHRASE=PASSPHRASE)
    assert list((own.folder / "config").rglob("*.key")) == []
    own.environment["PANAH_PASSPHRASE"] = PASSPHRASE
    own.does("parked")
    shares = json.loads(own.does("key", "split", "--json"))
    del own.environment["PANAH_PASSPHRASE"]
    own.does("parked", PANAH_KEY=recover_key(shares[:2]))  # whoever forgot the passphrase


def test_the_ring_keeps_a_copy_of_itself_elsewhere(own: Panah) -> None:
    copy = own.folder / "stick" / "ring.json"
    copy.parent.mkdir()
    own.environment["PANAH_RING_COPY"] = str(copy)
    own.does("key", "rotate")
    assert copy.read_bytes() == (own.home / "keyring.json").read_bytes()
    assert "inside PANAH_HOME" in own.refuses("parked", PANAH_RING_COPY=str(own.home / "copy"))


def test_epochs_are_shown_and_can_be_renewed(own: Panah) -> None:
    assert "wraps new ones" in own.does("key", "show")
    own.does("contacts", "import", own.writes("team.csv", "name,role\nAigerim,coordinator\n"))
    assert "no terminal" in own.refuses("key", "renew")
    assert "Every other epoch is destroyed" in own.does("key", "renew", "--yes")
    (epoch,) = json.loads(own.does("key", "show", "--json"))["epochs"]
    assert epoch["epoch"][-3:] in {".02", ".17"}
    assert epoch["data_keys"] >= 1
    assert "Aigerim" in own.does("contacts", "export")


# Locking and destroying, without anything running


def test_nothing_is_locked_that_nobody_could_unlock(ready: Panah) -> None:
    assert "nobody could unlock it" in ready.refuses("lock")
    assert "nobody could open it" in ready.refuses("backup", str(ready.folder / "copy.age"))
    one_letter_wrong = ready.does("key", "identity", str(ready.folder / "mine")).strip()[:-1] + "b"
    assert "age1" in ready.refuses("lock", PANAH_BACKUP_RECIPIENT=one_letter_wrong)
    assert "no age recipient" in ready.refuses("lock", "--to", one_letter_wrong)
    assert "no age recipient" in ready.refuses(
        "backup", str(ready.folder / "copy.age"), "--recipient", one_letter_wrong
    )
    assert (ready.home / "keyring.json").exists()


def test_a_lock_opens_for_its_identity_only(ready: Panah) -> None:
    mine, other = str(ready.folder / "mine"), str(ready.folder / "other")
    recipient = ready.does("key", "identity", mine).strip()
    ready.does("key", "identity", other)
    assert "exists" in ready.refuses("key", "identity", mine)
    copy = ready.folder / "copy.json"
    before = (ready.home / "keyring.json").read_bytes()
    copy.write_bytes(before)
    said = ready.does("lock", "--to", recipient, PANAH_RING_COPY=str(copy))
    assert str(copy) in said
    assert not copy.exists()
    left = b"".join(path.read_bytes() for path in ready.home.iterdir() if path.name != "panah.db")
    assert before[20:60] not in left
    copy.write_bytes(before)  # as if the first had died before it came to that
    left_lying = scratch_of(ready.home / "keyring.json")
    left_lying.write_bytes(before)
    again = ready.does("lock", PANAH_RING_COPY=str(copy))
    assert "It was locked already" in again, "whoever says it twice is not told that something failed"
    assert not [path for path in (copy, left_lying) if path.exists()], "and what was left to do is done"
    told = ready("doctor").stdout
    assert "is locked" in told
    assert "panah init" not in told, "that would be the wrong thing to do now"
    assert "panah unlock" in ready.refuses("parked")
    assert "does not open the lock" in ready.refuses("unlock", "--identity", other)
    ready.does("unlock", "--identity", mine)
    assert (ready.home / "keyring.json").read_bytes() == before
    assert "nothing is locked" in ready.refuses("unlock", "--identity", mine)
    ready.does("parked")


def test_a_home_whose_epoch_was_renewed_seals_to_the_new_one_when_it_is_locked_the_next_second(ready: Panah) -> None:
    identity = str(ready.folder / "mine")
    recipient = ready.does("key", "identity", identity).strip()
    chosen = settings_of(ready)
    before = published(chosen)
    ready.does("key", "renew", "--yes")
    said = ready.does("lock", "--to", recipient)
    assert "Nothing is taken in" not in said
    key = published(chosen)
    assert key is not None
    assert key != before
    locked = store_without_keys(chosen)
    with locked.unit("poller") as unit:
        assert seal_inputs(unit, key, SOURCE, "telegram", [RawInput(5, "77", "{}")]) == 1
    locked.engine.dispose()
    ready.does("unlock", "--identity", identity)
    house = build(chosen)
    assert open_sealed(house.store) == 1
    house.store.engine.dispose()


def test_a_public_key_that_the_ring_knows_nothing_of_is_gone_before_the_lock(ready: Panah) -> None:
    """As left by an earlier release, or beside a ring that was put back."""
    identity = str(ready.folder / "mine")
    recipient = ready.does("key", "identity", identity).strip()
    chosen = settings_of(ready)
    stale = chosen.intake_path.read_text()
    ready.does("key", "renew", "--yes")
    chosen.intake_path.write_text(stale)
    assert "destroyed" in fault_of_intake(ready)
    assert "Nothing is taken in" in ready.does("lock", "--to", recipient)
    assert published(chosen) is None
    assert works_while_locked(chosen.model_copy(update={"telegram_bot_token": SecretStr("1:x")}), ROLES, ()) == {}
    ready.does("unlock", "--identity", identity)
    assert published(chosen) is not None, "ready for the next time"


def test_what_only_a_newer_ring_opens_is_a_fault_of_the_doctor_until_it_is_there(ready: Panah) -> None:
    house = build(settings_of(ready))
    key = published(house.settings)
    assert key is not None
    with house.store.unit("poller") as unit:
        seal_inputs(unit, IntakeKey("2099-01", key.public), SOURCE, "telegram", [RawInput(5, "77", "{}")])
    house.store.engine.dispose()
    assert "1 that came in while it was locked wait for a key ring with the epoch 2099-01" in fault_of_intake(ready)


def fault_of_intake(panah: Panah) -> str:
    """What the doctor says is wrong with what comes in while it is locked."""
    (found,) = (one for one in json.loads(panah("doctor", "--json").stdout) if one["name"] == "sealed_intake")
    assert found["level"] == "fault"
    return str(found["what"])


def test_a_key_that_comes_from_elsewhere_is_neither_changed_here_nor_written_over_anything(ready: Panah) -> None:
    settings, key = settings_of(ready), ready.environment["PANAH_KEY"]
    ring = settings.ring_path.read_bytes()
    with pytest.raises(SettingsError, match="from elsewhere"):
        change_own_key(settings)
    with pytest.raises(SettingsError, match="from elsewhere"):
        keep_recovered(settings, key, None)
    there = ready.folder / "there.key"
    there.write_text("another")
    with pytest.raises(SettingsError, match="exists"):
        keep_recovered(settings, key, there)
    assert there.read_text() == "another"
    assert settings.ring_path.read_bytes() == ring
    assert keep_recovered(settings, key, ready.folder / "new" / "k").read_text().strip() == key


def test_a_home_is_destroyed_by_two_typed_words_only(own: Panah) -> None:
    key, copy = key_file(own), own.folder / "copy.json"
    own.environment["PANAH_RING_COPY"] = str(copy)
    copy.write_bytes((own.home / "keyring.json").read_bytes())
    (own.home / "deeper").mkdir()
    (own.home / "deeper" / "before-0001.db").write_bytes(b"an old copy")
    for wrong in ((), ("--confirm", "yes")):
        assert "destroy everything" in own.refuses("wipe", *wrong)
    own.does("parked")
    said = own.does("wipe", "--confirm", "destroy everything")
    for path in (key, copy, own.home / "keyring.json", own.home / "panah.db", own.home / "deeper" / "before-0001.db"):
        assert str(path) in said
        assert not path.exists()
    assert said.index("keyring.json") < said.index("panah.db"), "the keys first"
    assert "backups" in said
    own.does("wipe", "--confirm", "destroy everything")


def test_a_home_is_destroyed_though_the_server_of_its_database_does_not_answer(ready: Panah) -> None:
    (ready.home / "before-0001.db").write_bytes(b"an old copy")
    nowhere = "postgresql+psycopg://nobody@/panah?host=/nowhere"
    result = ready("wipe", "--confirm", "destroy everything", DATABASE_URL=nowhere)
    assert result.exit_code == 1
    assert "does not answer" in result.stderr
    assert "before-0001.db" in result.stdout
    assert "a second node" in result.stdout, "what else is to be seen to is said all the same"
    assert {path.name for path in ready.home.iterdir()} <= {"keyring.json.lock"}


def test_nothing_is_left_in_a_database_whose_home_is_gone_already(panah: Panah, empty_database: str) -> None:
    engine = open_engine(empty_database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE one (id INT PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE other (id INT REFERENCES one (id))"))
    panah.does("wipe", "--confirm", "destroy everything", DATABASE_URL=empty_database)
    engine.dispose()
    assert inspect(engine).get_table_names() == []
    engine.dispose()
