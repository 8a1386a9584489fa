"""What a call says: the answers of our side in Twilio's markup. Pure.

Sources: https://www.twilio.com/docs/voice/twiml (Say, Gather, Pause, Hangup),
https://www.twilio.com/docs/voice/twiml/say/text-speech (voices, SSML).

Twilio has voices for four of our languages. It has none for Kazakh, in either script, none for Uzbek and none for
Uyghur: what is said to their speakers is said in the next language of the catalogue that has one (Russian, and English
for Uyghur).
The text has to be in that language, see ``spoken_language``: a voice reads letters, it does not translate.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cases.codes import ALPHABET
from texts.bidi import plain
from texts.catalogue import FALLBACKS, SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST: Final = 4000
"""Characters Twilio takes with a call; https://www.twilio.com/docs/voice/api/call-resource"""
TIMES: Final = 3
"""How often a call says its text: the first time nobody has a pen."""
WAITS_FOR_KEY: Final = 6
"""Seconds after the text."""


@dataclass(frozen=True)
class Voice:
    """A voice, its language as Twilio calls it, and how it must be given the Latin letters that it would misread."""

    name: str
    language: str
    letters: Mapping[str, str]


RUSSIAN_LETTERS: Final = {
    "C": "цэ", "D": "дэ", "F": "эф", "J": "йот", "K": "ка", "L": "эль", "M": "эм", "N": "эн",
    "Q": "ку", "R": "эр", "T": "тэ", "V": "вэ", "W": "дубль-вэ", "X": "икс", "Y": "игрек",
}  # fmt: skip
"""How Latin letters are called in Russian. ``cases.codes`` understands what a listener types for each of them."""

VOICES: Final[Mapping[str, Voice]] = {
    "en": Voice("Polly.Joanna", "en-US", {}),
    "ru": Voice("Polly.Tatyana", "ru-RU", RUSSIAN_LETTERS),
    "zh": Voice("Polly.Zhiyu", "cmn-CN", {}),
    "tr": Voice("Polly.Filiz", "tr-TR", {}),
}

CODE = re.compile(rf"(?<![A-Za-z0-9])([{ALPHABET}]{{3}})-([{ALPHABET}]{{3}})(?![A-Za-z0-9])")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BETWEEN_CHARACTERS: Final = "400ms"
BETWEEN_HALVES: Final = "900ms"
BETWEEN_LINES: Final = "600ms"


def spoken_language(language: str) -> str:
    """Return the language in which a call speaks to somebody who reads ``language``: the nearest one with a voice."""
    wanted = (language, *FALLBACKS.get(language, (SOURCE,)))
    return next((one for one in wanted if one in VOICES), SOURCE)


def page(text: str, language: str, *, action: str | None, prompt: str = "") -> str:
    """Return the markup of a call that says ``text``, asks for a key, says it all again twice, and hangs up.

    ``prompt`` tells which keys there are, if the text does not. A key ends the speech and is posted to ``action``; with
    None no key is waited for. What would be longer than Twilio takes is said fewer times.
    """
    for times in range(TIMES, 1, -1):
        spoken = _page(text, language, action, prompt, times)
        if len(spoken) <= LONGEST:
            return spoken
    return _page(text, language, action, prompt, 1)


def ask_again(text: str, language: str, *, action: str, prompt: str = "") -> str:
    """Return the answer to a key we do not know, or to the one for "repeat": ``text``, and the question once more."""
    return page(text, language, action=action, prompt=prompt)


def said(text: str, language: str) -> str:
    """Return the answer to a key that settled it: ``text``, twice because of bad lines, and the end of the call."""
    response = ET.Element("Response")
    for _ in range(2):
        add_speech(response, text, language)
        ET.SubElement(response, "Pause", length="1")
    return written(response)


def _page(text: str, language: str, action: str | None, prompt: str, times: int) -> str:
    response = ET.Element("Response")
    ET.SubElement(response, "Pause", length="1")  # the first second is lost while a phone is brought to the ear
    for _ in range(times):
        heard = response if action is None else _gather(response, action)
        add_speech(heard, text, language)
        if prompt:
            add_speech(heard, prompt, language)
        if action is None:
            ET.SubElement(response, "Pause", length="2")
    return written(response)


def _gather(response: ET.Element, action: str) -> ET.Element:
    # Without a key to finish on, "#" is a key like others; an empty result goes on with what follows.
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


def add_speech(parent: ET.Element, text: str, language: str) -> None:
    """Append words for a voice: that of the language, or of the nearest that has one."""
    voice = VOICES[spoken_language(language)]
    say = ET.SubElement(parent, "Say", voice=voice.name, language=voice.language)
    lines = [cleaned for line in text.splitlines() if (cleaned := _clean(line))]
    for number, line in enumerate(lines):
        if number:
            ET.SubElement(say, "break", time=BETWEEN_LINES)
        _add_line(say, line, voice)


def _add_line(say: ET.Element, line: str, voice: Voice) -> None:
    rest = 0
    for code in CODE.finditer(line):
        _add_text(say, line[rest : code.start()])
        _spell(ET.SubElement(say, "prosody", rate="slow"), code, voice)
        rest = code.end()
    _add_text(say, line[rest:])


def _spell(slowly: ET.Element, code: re.Match[str], voice: Voice) -> None:
    for character, pause in _paced(code):
        _add_text(slowly, voice.letters.get(character, character))
        ET.SubElement(slowly, "break", time=pause)


def _paced(code: re.Match[str]) -> Iterator[tuple[str, str]]:
    for half in code.groups():
        for character in half[:-1]:
            yield character, BETWEEN_CHARACTERS
        yield half[-1], BETWEEN_HALVES


def _add_text(parent: ET.Element, text: str) -> None:
    """Append text behind whatever the element holds already."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _clean(line: str) -> str:
    return NOT_XML.sub("", plain(line)).strip()


def written(response: ET.Element) -> str:
    """Return a whole document, which ends the call."""
    ET.SubElement(response, "Hangup")
    return ET.tostring(response, encoding="unicode")
