"""A program without SMS, other messengers and calendars does not carry their libraries."""

from __future__ import annotations

import subprocess
import sys

LOOK = """
import sys
import alerts.channels.other.channel, alerts.channels.twilio.signature, alerts.channels.twilio.sms
import alerts.channels.twilio.voice, alerts.channels.twilio.voice_twiml
import alerts.ical
print({"twilio", "apprise", "requests", "icalendar"} & set(sys.modules) or "none")
"""


def test_twilio_apprise_and_icalendar_are_imported_when_they_are_needed() -> None:
    seen = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "none"
