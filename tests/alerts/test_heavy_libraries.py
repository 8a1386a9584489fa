"""A program does not carry the libraries of what is not used: messengers, calendars, dates in words."""

from __future__ import annotations

import subprocess
import sys

LOOK = """
import sys
import alerts.channels.other.channel, alerts.channels.twilio.signature, alerts.channels.twilio.sms
import alerts.channels.twilio.voice, alerts.channels.twilio.voice_twiml, alerts.ical, bot.handler, texts.when
print({"twilio", "apprise", "requests", "icalendar", "dateparser"} & set(sys.modules) or "none")
"""


def test_heavy_libraries_are_imported_when_they_are_needed() -> None:
    seen = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "none"
