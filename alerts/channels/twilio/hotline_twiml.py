"""What somebody hears who calls us: a menu of languages, a warning, a tone to speak after. Pure.

Sources: https://www.twilio.com/docs/voice/twiml (Gather, Record, Play, Redirect).

A prompt is a recording, where somebody made one, or words for one of Twilio's voices. Whoever presses no key is led on
all the same: not everybody can.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from alerts.channels.twilio.voice_twiml import add_speech, written

if TYPE_CHECKING:
    from collections.abc import Sequence

WAITS_FOR_KEY: Final = 5
"""Seconds after the last prompt."""
LONGEST_MESSAGE: Final = 300
"""Seconds that are recorded at most."""
SILENCE: Final = 10
"""Seconds without a word after which a recording ends: people who are frightened pause."""
TIMES: Final = 2
"""How often the menu is told."""


@dataclass(frozen=True)
class Prompt:
    """Words for a voice of this language, or the address of a recording."""

    language: str
    text: str = field(default="", repr=False)
    url: str | None = None


def menu(prompts: Sequence[Prompt], *, action: str) -> str:
    """Return the markup that tells the languages and takes a key; without one it goes on to ``action`` as well."""
    response = ET.Element("Response")
    ET.SubElement(response, "Pause", length="1")
    for _ in range(TIMES):
        _speak_all(_gather(response, action), prompts)
    ET.SubElement(response, "Redirect", method="POST").text = action
    return written(response)


def take_message(notice: Prompt, nothing: Prompt, *, recorded: str, told: str) -> str:
    """Return the markup that warns, sounds a tone and records; where nothing was said, it says so and ends.

    ``recorded``: where the call goes on afterwards. ``told``: where the provider says that the recording is there.
    """
    response = ET.Element("Response")
    _speak(response, notice)
    ET.SubElement(
        response,
        "Record",
        maxLength=str(LONGEST_MESSAGE),
        timeout=str(SILENCE),
        finishOnKey="#",
        playBeep="true",
        trim="do-not-trim",
        action=recorded,
        method="POST",
        recordingStatusCallback=told,
        recordingStatusCallbackMethod="POST",
        recordingStatusCallbackEvent="completed",
    )
    _speak(response, nothing)
    return written(response)


def ask_once(said: Sequence[Prompt], *, action: str) -> str:
    """Return the markup that says something, takes one key, and ends the call where none is pressed."""
    response = ET.Element("Response")
    _speak_all(_gather(response, action), said)
    return written(response)


def end(said: Sequence[Prompt]) -> str:
    """Return the markup that says something and ends the call."""
    response = ET.Element("Response")
    _speak_all(response, said)
    return written(response)


def _gather(response: ET.Element, action: str) -> ET.Element:
    return ET.SubElement(
        response,
        "Gather",
        input="dtmf",
        numDigits="1",
        finishOnKey="",
        timeout=str(WAITS_FOR_KEY),
        action=action,
        method="POST",
    )


def _speak_all(parent: ET.Element, prompts: Sequence[Prompt]) -> None:
    for prompt in prompts:
        _speak(parent, prompt)


def _speak(parent: ET.Element, prompt: Prompt) -> None:
    if prompt.url is not None:
        ET.SubElement(parent, "Play").text = prompt.url
    else:
        add_speech(parent, prompt.text, prompt.language)
