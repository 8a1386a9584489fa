"""A copy is put back on another machine; an instance is locked, unlocked and destroyed while it works."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from app.backup.identity import make_identity
from app.cli import main
from cases.models import ReportMessage
from store.errors import LockedError
from tests.app.conftest import everything_as_before
from tests.bad_days.canary import Canary
from tests.bad_days.places import in_home
from tests.bad_days.storm import wait_for_calm
from tests.bad_days.test_canary import opens_the_page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bad_days.ground import Ground

pytestmark = [pytest.mark.processes, pytest.mark.heavy]

WORDS = Canary("words", "three men in a grey Lada took her from the bazaar")


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


def test_a_locked_house_lets_go_of_everything_and_comes_back(ground: Ground, identity: Path) -> None:
    program = ground.running()
    gulnar = ground.relative()
    gulnar.writes(str(WORDS.value))
    gulnar.sees("We have your message")
    wait_for_calm(ground)
    assert "Locked" in does(ground, "lock")
    began = time.monotonic()
    program.wait_until_says_in_log("locked", 5)
    assert time.monotonic() - began < 5
    assert program.wait_until_ended(15) == 0
    assert not (ground.home / "keyring.json").exists()
    with pytest.raises(LockedError), ground.house.store.read():
        pass
    for command in (("parked",), ("audit", "verify"), ("backup", "x.age"), ("init",)):
        assert "panah unlock" in refuses(ground, *command)
    gulnar.writes("are you there?")  # it waits at Telegram
    program.start()
    program.wait_until_says_in_log("waiting for `panah unlock`", 60)
    assert "Unlocked" in does(ground, "unlock", "--identity", str(identity))
    program.wait_until_ready()
    wait_for_calm(ground)
    with ground.house.store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(ReportMessage)) == 2


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
