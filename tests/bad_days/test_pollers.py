"""Who asks Telegram: one at a time of ours; a stranger with our token is noticed, and waited out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from bot.poller import LEASE
from tests.bad_days.books import kept_words
from tests.bad_days.storm import wait_for_calm
from tests.sandbox.client import Client

if TYPE_CHECKING:
    from sandbox.telegram.journal import ApiCall
    from tests.bad_days.ground import Ground

pytestmark = pytest.mark.processes
CONFLICT = 409
A_WHILE = 3.0


@pytest.mark.heavy
@pytest.mark.timeout(60)
def test_a_stranger_with_our_token_is_backed_off_from_and_logged_loudly(ground: Ground) -> None:
    program = ground.running()
    gulnar = ground.relative()
    ends_at = time.monotonic() + A_WHILE
    with Client(ground.sandbox.url, ground.environment["TELEGRAM_BOT_TOKEN"]) as stranger:
        while time.monotonic() < ends_at:
            stranger.call("getUpdates", timeout=1)
            time.sleep(0.05)
    refused = [call for call in ours(ground) if call.answered == CONFLICT]
    assert 2 <= len(refused) <= 5, "half a second, one, two … between one try and the next"
    loud = program.logged("polling_failed")
    assert {(entry["level"], entry["code"]) for entry in loud} == {("error", "second_poller")}
    assert [entry["times"] for entry in loud][:2] == [1, 2]

    gulnar.writes("they took my brother")
    ground.code_on(gulnar)


@pytest.mark.heavy
@pytest.mark.timeout(60)
def test_of_two_of_ours_only_the_one_with_the_lease_polls(ground: Ground) -> None:
    first = ground.running("bot", "first")
    ground.sandbox.wait_until(lambda: ours(ground))
    second, _ = ground.all_running(second="bot", worker="worker")
    gulnar = ground.relative()
    gulnar.writes("they took my brother")
    ground.code_on(gulnar)
    time.sleep(1)
    assert CONFLICT not in {call.answered for call in ours(ground)}
    assert not second.logged("updates_kept")

    first.kill()
    ground.later(seconds=LEASE.total_seconds())
    zarina = ground.relative("Zarina")
    zarina.writes("they took my sister")
    ground.code_on(zarina)
    assert second.logged("updates_kept")
    assert "failed" not in ground.logs


def ours(ground: Ground) -> list[ApiCall]:
    """The program's own calls of getUpdates; the stranger does not say which kinds it wants."""
    return [call for call in ground.sandbox.calls("getUpdates") if "allowed_updates" in call.params]


@pytest.mark.long  # three programs one after another; `tests/app/test_bot.py` rotates one each time
@pytest.mark.heavy
@pytest.mark.timeout(150)
def test_the_token_is_rotated_and_the_conversation_goes_on_with_nothing_lost_or_twice(ground: Ground) -> None:
    token, new = ground.home.parent / "token", ground.home.parent / "new-token"
    token.write_text(ground.environment.pop("TELEGRAM_BOT_TOKEN"))
    ground.environment["TELEGRAM_BOT_TOKEN_FILE"] = str(token)
    program = ground.running()
    gulnar = ground.relative()
    gulnar.writes("they took my brother")
    ground.code_on(gulnar)
    wait_for_calm(ground)

    new.write_text(ground.sandbox.revokes_token())  # by @BotFather, because a stranger has the old one
    ground.sandbox.wait_until(lambda: {entry["code"] for entry in program.logged("polling_failed")})
    gulnar.writes("his name is Alim")
    rotated = ground.command("bot", "rotate", "--token-file", str(new))
    assert rotated.returncode == 0, rotated.stderr
    assert "It is the same bot" in rotated.stdout
    program.terminate()
    program.start().wait_until_ready()
    gulnar.sees("Added")
    wait_for_calm(ground)
    assert kept_words(ground.house) == {gulnar.chat_id: ["they took my brother", "his name is Alim"]}
    assert token.read_text().strip() not in ground.logs
