"""A copy is put back on another machine; an instance is locked, unlocked and destroyed while it works."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from app.backup.identity import make_identity
from app.cli import main
from app.locked.keyless import store_without_keys
from app.settings import read_settings
from cases.models import Report
from cases.triage import words_of
from store.errors import LockedError
from store.ring_file import RingFile
from store.sealed import SealedInput
from store.vault import read_key
from tests.app.conftest import everything_as_before
from tests.bad_days.books import kept_words
from tests.bad_days.canary import Canary
from tests.bad_days.places import in_home
from tests.bad_days.storm import wait_for_calm
from tests.bad_days.test_canary import opens_the_page, sends_form

if TYPE_CHECKING:
    from tests.bad_days.ground import Ground

pytestmark = [pytest.mark.processes, pytest.mark.heavy]

WORDS = Canary("words", "three men in a grey Lada took her from the bazaar")
BY_FORM = Canary("words by the form", "they came for my uncle at four in the morning")


def does(ground: Ground, *arguments: str) -> str:
    """What a command that must succeed prints; a process of its own would only take longer."""
    with everything_as_before():
        done = CliRunner().invoke(main, arguments, env=ground.environment, prog_name="panah")
    assert done.exit_code == 0, done.output
    return done.stdout


def refuses(ground: Ground, *arguments: str) -> str:
    """What a command says that must fail."""
    with everything_as_before():
        done = CliRunner().invoke(main, arguments, env=ground.environment, prog_name="panah")
    assert done.exit_code == 1, done.output
    return done.stderr


@pytest.fixture
def identity(tmp_path: Path, ground: Ground) -> Path:
    """Where the one lies who can open backups and locks; the settings name their recipient."""
    path = tmp_path / "identity.age"
    ground.environment["PANAH_BACKUP_RECIPIENT"] = make_identity(path, None)
    return path


@pytest.mark.long  # four programs one after another; `tests/app/test_backup.py` puts backups back each time
def test_the_drill_a_backup_of_a_working_house_is_put_back_on_another_machine(
    ground: Ground, identity: Path, tmp_path: Path
) -> None:
    program = ground.running()
    _, dana = ground.team()
    gulnar = ground.relative()
    gulnar.writes(str(WORDS.value))
    code = ground.code_on(gulnar)
    dana.taps("Accept", on=dana.sees(code))
    dana.sees(f"You have taken {code}")
    copy = str(tmp_path / "copies.age")
    assert "rows of" in does(ground, "backup", copy)
    gulnar.writes("this came after it")
    wait_for_calm(ground)
    opened_by = ("restore", copy, "--identity", str(identity))
    assert "stop it first" in refuses(ground, *opened_by, "--force")
    program.kill()
    ground.later(minutes=2)  # nobody is taken for the one who polls any more

    # Another machine: a new home with the ring from its envelope, the key, and the file. Nothing else.
    there = tmp_path / "there"
    there.mkdir(mode=0o700)
    for name in ("keyring.json", "clock.json"):
        if (ground.home / name).exists():
            shutil.copy(ground.home / name, there)
    ground.environment |= {"PANAH_HOME": str(there), "DATABASE_URL": f"sqlite:///{there}/panah.db"}
    assert "Whole, and ours" in does(ground, *opened_by, "--verify")
    assert not (there / "panah.db").exists()
    assert "the event log holds" in does(ground, *opened_by)
    assert "Every chain holds" in does(ground, "audit", "verify")
    assert "--force" in refuses(ground, *opened_by)
    revived = ground.running(name="revived")
    dana.taps("Open", on=dana.sees(f"You have taken {code}"))
    assert WORDS.value in opens_the_page(dana)
    revived.terminate()


@pytest.mark.timeout(240)
def test_a_locked_house_lets_go_of_everything_takes_in_sealed_and_comes_back(ground: Ground, identity: Path) -> None:
    program = ground.running()
    aigerim, dana = ground.team()
    program.terminate()  # who is to be told is remembered when it starts, and once a minute
    program.start().wait_until_ready()
    gulnar = ground.relative()
    gulnar.writes("they took my brother")
    code = ground.code_on(gulnar)
    wait_for_calm(ground)
    keys = keys_of(ground)
    may_look = found_in_memory(program.pid, keys) is not None
    assert not may_look or found_in_memory(program.pid, keys) == keys, "or the rest would show nothing"
    pid = program.pid
    assert "Locked" in does(ground, "lock")
    began = time.monotonic()
    program.wait_until_says_in_log('"locked"', 5)
    assert time.monotonic() - began < 5
    program.wait_until_says_in_log("is sealed; waiting for `panah unlock`", 60)
    assert program.pid == pid
    assert program.is_running
    assert not may_look or found_in_memory(program.pid, keys) == set(), "what it held is gone with what it was"
    assert not (ground.home / "keyring.json").exists()
    with pytest.raises(LockedError), ground.house.store.read():
        pass
    for command in (("parked",), ("audit", "verify"), ("backup", "x.age"), ("init",)):
        assert "panah unlock" in refuses(ground, *command)

    gulnar.writes(str(WORDS.value))
    gulnar.sees("nobody can read it now")
    aigerim.sees("the system is locked, and something has come in")
    assert not [message for message in dana.messages if "locked" in message.plain], "she is no coordinator"
    aigerim.taps("Accept", on=aigerim.sees(code))  # kept too; what becomes of it is decided when it is read
    page = sends_form(ground, "/report", {"words": str(BY_FORM.value)})
    assert "nobody can read it now" in page, "it is served although Telegram is polled"
    wait_until_sealed(ground, 3)
    assert in_home(ground, [WORDS, BY_FORM]) == []
    program.kill()
    program.start()  # as after a power cut: who was to be told is forgotten, and what comes in is sealed all the same
    gulnar.writes("are you there?")
    wait_until_sealed(ground, 4)
    assert "Unlocked" in does(ground, "unlock", "--identity", str(identity))
    program.wait_until_ready()
    wait_for_calm(ground)
    with ground.house.store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(SealedInput)) == 0
    assert list(kept_words(ground.house).values()) == [["they took my brother", str(WORDS.value), "are you there?"]]
    aigerim.sees(f"You have taken {code}")
    with ground.house.store.read() as unit:
        by_web = select(Report.case_id).where(Report.door == "web")
        assert [list(words_of(unit, one)) for one in unit.session.scalars(by_web)] == [[str(BY_FORM.value)]]


def keys_of(ground: Ground) -> set[bytes]:
    """The root key and the epochs, as they are used."""
    ring = RingFile(ground.home / "keyring.json", read_key(ground.environment["PANAH_KEY"]))
    return set((ring.changed() or {}).values())


def found_in_memory(pid: int, secrets: set[bytes]) -> set[bytes] | None:
    """Which of these lie in the memory of a process; None where we may not look."""
    found: set[bytes] = set()
    try:
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                if not rights.startswith("rw"):
                    continue
                start, end = (int(one, 16) for one in span.split("-"))
                with suppress(OSError, ValueError):
                    memory.seek(start)
                    content = memory.read(end - start)
                    found |= {one for one in secrets if one in content}
    except OSError:
        return None
    return found


def wait_until_sealed(ground: Ground, count: int) -> None:
    store = store_without_keys(read_settings(ground.environment))
    deadline = time.monotonic() + 60
    try:
        while True:
            with store.read() as unit:
                if unit.session.scalar(select(func.count()).select_from(SealedInput)) == count:
                    return
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        store.engine.dispose()


def test_a_wiped_house_is_gone(ground: Ground) -> None:
    program = ground.running()
    ground.relative().writes(str(WORDS.value))
    wait_for_calm(ground)
    ground.house.store.engine.dispose()
    assert "destroy everything" in refuses(ground, "wipe")
    assert (ground.home / "keyring.json").exists()
    said = does(ground, "wipe", "--confirm", "destroy everything")
    assert "keyring.json" in said
    assert "Telegram" in said
    assert program.wait_until_ended(15) is not None
    left = {path.name for path in ground.home.iterdir()}
    assert left <= {"keyring.json.lock", "up.lock", "node.id", "clock.json", "clock.lock"}, left
    assert in_home(ground, [WORDS]) == []
