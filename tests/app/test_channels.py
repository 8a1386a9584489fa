"""From what an operator states to what each sender keeps to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.policy.throttle import PACES, Rule
from alerts.sending.limits import TELEGRAM
from app.channels import DOORS
from app.settings import read_settings
from app.setup import set_up
from app.wiring import assemble

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.policy.throttle import Pace

STATED = {
    "PANAH_TELEGRAM_PACE": "3/1m",
    "PANAH_SMS_PACE": "4/1m",
    "PANAH_CALLS_PACE": "5/1m",
    "PANAH_MAIL_PACE": "6/1m",
    "PANAH_OTHER_PACE": "7/1m",
}


def kept(folder: Path, **stated: str) -> dict[str, Pace]:
    """What each sender of a process with these settings keeps to."""
    home = {"PANAH_HOME": str(folder / "home"), "XDG_CONFIG_HOME": str(folder / "config")}
    settings = read_settings({**home, **stated})
    set_up(settings)
    house = assemble(settings)
    house.store.engine.dispose()
    assert house.limits.everybody_every == TELEGRAM.everybody_every
    return {channel: door.limits(house).pace for channel, door in DOORS.items()}


def test_each_sender_keeps_the_pace_that_is_stated_for_its_channel(tmp_path: Path) -> None:
    minute = timedelta(minutes=1)
    assert kept(tmp_path, **STATED) == {
        "telegram": (Rule(3, minute),),
        "sms": (Rule(4, minute),),
        "voice": (Rule(5, minute),),
        "email": (Rule(6, minute),),
        "other": (Rule(7, minute),),
        "whatsapp": (),  # whoever writes there asked for the answer
    }


def test_where_none_is_stated_the_built_in_one_holds(tmp_path: Path) -> None:
    assert kept(tmp_path) == {**PACES, "whatsapp": ()}
