"""Reads TwiML, the XML in which a program says what happens in a call. Only what a call here needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

FOR_EVER: Final = 0
MOST_REPEATS: Final = 1000
PLAYED: Final = "♪ "
"""Stands before the address of a recording that is played."""
PAUSING: Final = frozenset({"break", "p", "s"})


class TwimlError(ValueError):
    """The document cannot be carried out; the message says why."""


@dataclass(frozen=True)
class Say:
    """Speak these words, so many times."""

    text: str
    language: str = ""
    loop: int = 1


@dataclass(frozen=True)
class Pause:
    """Be silent for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Gather:
    """Speak the prompts and take keys: `digits` of them (0: any number), until `finish_on` or silence."""

    prompts: tuple[Say | Pause, ...]
    action: str
    method: str
    digits: int
    timeout: float
    finish_on: str
    posts_silence: bool


@dataclass(frozen=True)
class Record:
    """Record what is said, until `finish_on`, so many seconds of silence, or the end of the call."""

    action: str
    method: str
    timeout: float
    finish_on: str
    told: str


@dataclass(frozen=True)
class Redirect:
    """Go on with another document."""

    url: str
    method: str


@dataclass(frozen=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True)
class Reply:
    """Answer an SMS; only a document fetched for a message has this."""

    text: str


Verb = Say | Pause | Gather | Record | Redirect | Hangup | Reply


def read(document: str) -> tuple[Verb, ...]:
    """The verbs in their order; TwimlError for anything that is not a `<Response>` of known verbs."""
    try:
        root = ET.fromstring(document.strip())  # noqa: S314 - the program on this machine wrote it, or a test did
    except ET.ParseError as error:
        raise TwimlError(f"no XML: {error}") from None
    if root.tag != "Response":
        raise TwimlError(f"<{root.tag}> where <Response> belongs")
    return tuple(_verb(element) for element in root)


def read_replies(document: str) -> tuple[str, ...]:
    """What a document says to an SMS; nothing when there is no document."""
    return tuple(verb.text for verb in read(document) if isinstance(verb, Reply)) if document.strip() else ()


def _verb(element: ET.Element) -> Verb:
    if element.tag == "Gather":
        return _gather(element)
    if element.tag == "Record":
        return Record(
            action=element.get("action", ""),
            method=element.get("method", "POST").upper(),
            timeout=_number(element, "timeout", 5),
            finish_on=element.get("finishOnKey", "1234567890*#"),
            told=element.get("recordingStatusCallback", ""),
        )
    if element.tag == "Redirect":
        return Redirect(_text(element), element.get("method", "POST").upper())
    if element.tag == "Hangup":
        return Hangup()
    if element.tag == "Message":
        return Reply(_text(element))
    return _prompt(element)


def _prompt(element: ET.Element) -> Say | Pause:
    if element.tag == "Say":
        loop = _number(element, "loop", 1)
        return Say(_text(element), element.get("language", ""), MOST_REPEATS if loop == FOR_EVER else int(loop))
    if element.tag == "Play":
        return Say(f"{PLAYED}{_text(element)}")
    if element.tag == "Pause":
        return Pause(_number(element, "length", 1))
    raise TwimlError(f"<{element.tag}> is not understood here")


def _gather(element: ET.Element) -> Gather:
    return Gather(
        prompts=tuple(_prompt(child) for child in element),
        action=element.get("action", ""),
        method=element.get("method", "POST").upper(),
        digits=int(_number(element, "numDigits", 0)),
        timeout=_number(element, "timeout", 5),
        finish_on=element.get("finishOnKey", "#"),
        posts_silence=element.get("actionOnEmptyResult", "false").lower() == "true",
    )


def _number(element: ET.Element, name: str, default: float) -> float:
    try:
        number = float(element.get(name, default))
    except ValueError:
        raise TwimlError(f"{name} of <{element.tag}> is no number") from None
    if number < 0:
        raise TwimlError(f"{name} of <{element.tag}> is below zero")
    return number


def _text(element: ET.Element) -> str:
    """The words, SSML and all; where it makes the voice pause, there is a space."""
    return " ".join("".join(_words(element)).split())


def _words(element: ET.Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield (" " if child.tag in PAUSING else "") + (child.tail or "")
