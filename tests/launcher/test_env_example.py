"""The example of the settings file and the program speak of the same settings."""

import re

from alerts.policy.throttle import PACES
from alerts.sending.paces import read_pace
from app.settings import Settings
from tests.launcher.checkout import REPOSITORY


def test_the_example_shows_every_setting_switched_off_and_no_other() -> None:
    lines = (REPOSITORY / ".env.example").read_text(encoding="utf-8").splitlines()
    shown = {match[1] for line in lines if (match := re.match(r"#([A-Z_]+)=", line))}
    known = {str(field.alias) for field in Settings.model_fields.values()}
    assert {name for name in shown if name.removesuffix("_FILE") not in known} == set()
    assert known <= shown
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_the_paces_it_shows_are_those_that_hold_without_it() -> None:
    text = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    names = {"TELEGRAM": "telegram", "SMS": "sms", "CALLS": "voice", "MAIL": "email", "OTHER": "other"}
    shown = {names[name]: read_pace(pace) for name, pace in re.findall(r"#PANAH_([A-Z]+)_PACE=(.*)", text)}
    assert shown == PACES
