"""From a queued row to words: what a delivery says is made when it is sent, in the reader's language.

Values in a row are codes and references, never personal data. A reference is looked up here:
``@contact:ID`` a helper's name · ``@time:INSTANT`` local time · ``@say:KEY`` another text · ``@check:ID`` a code that
proves a number
The value named CASES is a list of ids: how these cases stand follows the text, a line each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from alerts.case_list import case_line
from alerts.channels.port import Button, Keyboard
from contacts.directory import name_of
from contacts.models import Contact, MethodCheck
from contacts.values import ChannelName
from contacts.verification import code_of, link_token
from store.tokens import token_of
from texts.catalogue import say, say_plain
from texts.dates import local_time

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork


CASES = "cases"
PLAIN = frozenset({ChannelName.SMS, ChannelName.VOICE})
"""Channels whose text carries no direction isolates: they would cost characters, or be read aloud."""
SUBJECT = "email.subject"
CHECK = "@check"
VERIFY = "verify"
"""The value that holds the code of a check."""


@dataclass(frozen=True)
class Wording:
    """What words need besides the row: the zone times are told in, and where the console is."""

    zone: str
    public_url: str
    link_buttons: bool = True
    """Whether the messenger takes our address under a button; Telegram refuses those of this machine only."""


def contact_ref(contact_id: UUID) -> str:
    """A value that becomes a helper's name."""
    return f"@contact:{contact_id}"


def time_ref(at: datetime) -> str:
    """A value that becomes a local time."""
    return f"@time:{at.isoformat()}"


def say_ref(key: str) -> str:
    """A value that becomes another text."""
    return f"@say:{key}"


def check_ref(check_id: UUID) -> str:
    """A value that becomes the code of a check, as long as it is good."""
    return f"{CHECK}:{check_id}"


def check_in(values: dict[str, Any]) -> UUID | None:
    """Return which check a message belongs to; None for any other message."""
    kind, _, what = str(values.get(VERIFY, "")).partition(":")
    return UUID(what) if kind == CHECK else None


class OutdatedError(Exception):
    """What the message was to say is not true any more: it is not sent."""


@dataclass(frozen=True)
class Words:
    """What a delivery keeps of its words: keys, codes and references."""

    template: str
    values: dict[str, Any]
    buttons: list[Any]
    language: str
    plain: bool = False
    """Without direction isolates."""


def render(unit: UnitOfWork, wording: Wording, row: Words) -> tuple[str, Keyboard]:
    """Return the text and the keyboard of a delivery.

    Raises KeyError for a text nobody wrote, and OutdatedError for a code that is not good any more.
    """
    texts = {name: value for name, value in row.values.items() if name != CASES}
    values = {name: _look_up(unit, wording, row.language, value) for name, value in texts.items()}
    speak = say_plain if row.plain else say
    text = "\n\n".join(speak(key, row.language, **values) for key in row.template.split("|") if key)
    text = "\n".join([text, *(case_line(unit, row.language, UUID(one)) for one in row.values.get(CASES, ()))])
    keyboard = tuple(tuple(_button(unit, wording, row.language, one) for one in line) for line in row.buttons)
    return (text, keyboard) if wording.link_buttons else _links_in_text(text, keyboard)


def subject_of(values: dict[str, Any], language: str) -> str:
    """Return the headline of an e-mail: it may be read on a lock screen, so it names a code and nothing else."""
    code = str(values.get("code", ""))
    return say_plain(SUBJECT, language, code="" if code.startswith("@") else code).strip()


def _links_in_text(text: str, keyboard: Keyboard) -> tuple[str, Keyboard]:
    links = [button.url for line in keyboard for button in line if button.url is not None]
    others = (tuple(button for button in line if button.url is None) for line in keyboard)
    return "\n".join([text, *links]), tuple(line for line in others if line)


def _look_up(unit: UnitOfWork, wording: Wording, language: str, value: Any) -> str:
    text = str(value)
    kind, _, what = text.partition(":")
    if kind == "@contact":
        return name_of(unit, unit.session.get_one(Contact, UUID(what)))
    if kind == "@time":
        return local_time(datetime.fromisoformat(what), wording.zone, language)
    if kind == "@say":
        return say(what, language)
    if kind == CHECK:
        return _code(unit, UUID(what))
    return text


def _code(unit: UnitOfWork, check_id: UUID) -> str:
    try:
        return code_of(unit, unit.session.get_one(MethodCheck, check_id))
    except KeyError:
        raise OutdatedError from None


def _button(unit: UnitOfWork, wording: Wording, language: str, kept: dict[str, Any]) -> Button:
    label = say(kept["label"], language)
    if kept.get("answer"):
        return Button(label, url=f"{wording.public_url}/answer/{token_of(unit, 'button', UUID(kept['button']))}")
    if "prove" in kept:
        return Button(label, url=f"{wording.public_url}/prove/{link_token(unit, UUID(kept['prove']))}")
    if "link" in kept:
        return Button(label, url=f"{wording.public_url}/open/{token_of(unit, 'case_link', UUID(kept['link']))}")
    return Button(label, data=token_of(unit, "button", UUID(kept["button"])))
