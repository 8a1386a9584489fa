"""The machine is in other hands and still runs: the standby abroad takes over, with what lies there and two papers."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner

from app.backup.identity import make_identity
from app.cli import main
from app.settings import read_settings
from app.wiring import build
from tests.app.conftest import everything_as_before
from tests.bad_days.books import kept_words
from tests.bad_days.storm import wait_for_calm
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bad_days.ground import Ground

pytestmark = [pytest.mark.processes, pytest.mark.long]  # its parts are told each time, in tests/app


def does(ground: Ground, *arguments: str, says: str = "") -> str:
    """What a command that must succeed prints; ``says``: what is typed."""
    with everything_as_before():
        done = CliRunner().invoke(main, arguments, env=ground.environment, prog_name="panah", input=says)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.timeout(300)
def test_the_first_is_fenced_while_it_runs_and_the_standby_goes_on(ground: Ground, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(ground.environment.pop("TELEGRAM_BOT_TOKEN"))
    ground.environment["TELEGRAM_BOT_TOKEN_FILE"] = str(token)
    identity = tmp_path / "identity.age"
    ground.environment["PANAH_BACKUP_RECIPIENT"] = make_identity(identity, None)
    first = ground.running(name="first")
    aigerim, dana = ground.team()
    gulnar, zarina = ground.relative("Gulnar"), ground.relative("Zarina")
    gulnar.writes("they took my brother")
    code = ground.code_on(gulnar)
    dana.taps("Accept", on=dana.sees(code))
    dana.sees(f"You have taken {code}")
    wait_for_calm(ground)

    # What is abroad, as of now: a backup, the key ring; and two of three papers in two people's hands.
    abroad = tmp_path / "abroad"
    abroad.mkdir(mode=0o700)
    does(ground, "backup", str(tmp_path / "copies.age"))
    for name in ("keyring.json", "clock.json"):
        if (ground.home / name).exists():
            shutil.copy(ground.home / name, abroad)
    shares = json.loads(does(ground, "key", "split", "--json"))

    # The first is fenced from outside: @BotFather gives a new token. It runs on, and reaches nobody.
    new = ground.sandbox.revokes_token()
    gulnar.writes(
        "his name is Alim"
    )  # a request that is under way may still bring it to the first, and to the standby too
    ground.sandbox.wait_until(lambda: any(one["code"] == "token_refused" for one in first.logged("polling_failed")))
    zarina.writes("they took my sister")
    ground.later(minutes=2)  # nor is it taken for the one who polls any more
    shutil.copy(ground.home / "clock.json", abroad)

    fresh = tmp_path / "new-token"
    fresh.write_text(new)
    del ground.environment["PANAH_KEY"]
    key = str(tmp_path / "key")
    ground.environment |= {
        "PANAH_HOME": str(abroad),
        "PANAH_BIND": f"127.0.0.1:{free_port()}",
        "DATABASE_URL": f"sqlite:///{abroad}/panah.db",
        "TELEGRAM_BOT_TOKEN_FILE": str(fresh),
    }
    assert "It opens the key ring" in does(ground, "key", "recover", "--to", key, says="\n".join(shares[1:]) + "\n")
    ground.environment["PANAH_KEY_FILE"] = key
    put_back = ("restore", str(tmp_path / "copies.age"), "--identity", str(identity), "--shares")
    assert "the event log holds" in does(ground, *put_back, says="\n".join(shares[:2]) + "\n")
    assert "Every chain holds" in does(ground, "audit", "verify")
    ground.running(name="standby")

    aigerim.sees(ground.code_on(zarina))
    gulnar.sees("Added")
    dana.taps("Open", on=dana.sees(f"You have taken {code}"))
    with urlopen(Request(dana.link("Open the page"), data=b""), timeout=60) as page:  # noqa: S310  our own
        assert "they took my brother" in page.read().decode()
    house = build(read_settings(ground.environment))
    assert kept_words(house) == {
        gulnar.chat_id: ["they took my brother", "his name is Alim"],
        zarina.chat_id: ["they took my sister"],
    }
    assert house.store.verify_log() == []
    house.store.engine.dispose()
    assert first.is_running
    assert set(kept_words(ground.house)) == {gulnar.chat_id}, "it heard of nobody any more"
