"""A program without SMS and other messengers does not carry their libraries."""

from __future__ import annotations

import subprocess
import sys

LOOK = """
import sys
import alerts.channels.other.channel, alerts.channels.twilio.signature, alerts.channels.twilio.sms
import alerts.channels.twilio.voice, alerts.channels.twilio.voice_twiml
print({"twilio", "apprise", "requests"} & set(sys.modules) or "none")
"""


def test_twilio_and_apprise_are_imported_when_they_are_needed() -> None:
    seen = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "none"
