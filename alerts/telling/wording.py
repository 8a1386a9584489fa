"""From a queued row to words: what a delivery says is made when it is sent, in the reader's language.

Values in a row are codes and references, never personal data. A reference is looked up here:
``@contact:ID`` a helper's name · ``@time:INSTANT`` local time · ``@day:INSTANT`` the same with its day
``@when:INSTANT|ZONE`` the time with its weekday, by the clock of a case · ``@on:INSTANT|ZONE`` such a day alone
``@say:KEY`` another text · ``@check:ID`` a code that proves a number · ``@roster:…`` what a team calls a roster
``@rule:ID`` a rule's title and article · ``@certainty:ID`` how sure its dates are
``@note:ID`` what a helper wrote beside what they want to enter · ``@promise:ID`` by when a family was promised a word
The values named CASES, CLOCKS and WATCHES are lists of ids: how these stand follows the text, a line each.
The value named LIST is a list of people that waits for a yes: what was read of it follows the texts that announce it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from alerts.channels.port import Button, Keyboard
from alerts.policy.policies import policies_in_force
from alerts.telling.case_list import case_line
from alerts.telling.docket_list import certainty, clock_line, watch_line
from alerts.telling.list_lines import beside_in, people_in, places_in
from cases.aside import what_waits
from cases.docket.models import Watch
from cases.docket.promising import is_promised
from cases.docket.proposing import proposal
from cases.models import Case
from cases.releases.proposing import PURPOSE as RELEASE
from contacts.directory import name_of
from contacts.models import Contact, MethodCheck
from contacts.values import ChannelName
from contacts.verification import code_of, link_token
from law.shipped import load_rules
from store.tokens import token_of
from texts.catalogue import say, say_plain
from texts.dates import local_date, local_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from store.unit_of_work import UnitOfWork


CASES, CLOCKS, WATCHES = "cases", "clocks", "watches"
LIST = "list"
LISTS = frozenset({CASES, CLOCKS, WATCHES, LIST})
BELOW = {"staff.list_read": people_in, "staff.list_beside": beside_in, "staff.list_places": places_in}
"""What of a list stands below a text."""
PLAIN = frozenset({ChannelName.SMS, ChannelName.VOICE})
"""Channels whose text carries no direction isolates: they would cost characters, or be read aloud."""
SUBJECT = "email.subject"
HELPS = frozenset({"reply.help", "staff.help"})
"""Texts below which it is told by what name we are known."""
CHECK = "@check"
ROSTER = "@roster"
VERIFY = "verify"
"""The value that holds the code of a check."""


@dataclass(frozen=True)
class Wording:
    """What words need besides the row: the zone times are told in, and where the console is."""

    zone: str
    public_url: str
    link_buttons: bool = True
    """Whether the messenger takes our address under a button; Telegram refuses those of this machine only."""
    handle: str | None = None
    """The bot's name as it was published: by it people tell us from those who imitate us."""
    recordings: Path | None = None
    """Where recordings of what is said lie (:mod:`alerts.sending.recorded`)."""


def contact_ref(contact_id: UUID) -> str:
    """A value that becomes a helper's name."""
    return f"@contact:{contact_id}"


def time_ref(at: datetime) -> str:
    """A value that becomes a local time."""
    return f"@time:{at.isoformat()}"


def day_ref(at: datetime) -> str:
    """A value that becomes a local time with its day."""
    return f"@day:{at.isoformat()}"


def when_ref(at: datetime, zone: str, *, day_only: bool = False) -> str:
    """A value that becomes a time with its weekday as the clock of ``zone`` shows it, or that day alone."""
    return f"{'@on' if day_only else '@when'}:{at.isoformat()}|{zone}"


def note_ref(proposal_id: UUID) -> str:
    """A value that becomes what a helper wrote beside what they want to enter, as long as it waits for their yes."""
    return f"@note:{proposal_id}"


def promise_ref(watch_id: UUID) -> str:
    """A value that becomes the time by which a family was promised a word, as long as that can be kept."""
    return f"@promise:{watch_id}"


def say_ref(key: str) -> str:
    """A value that becomes another text."""
    return f"@say:{key}"


DRILL = "·drill·"
"""What stands in the place of a roster when everybody is rung at once; no roster is called that."""


def roster_ref(name: str) -> str:
    """A value that becomes the name of a roster again: teams may name them after people."""
    return f"{ROSTER}:{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def rule_ref(rule_id: str) -> str:
    """A value that becomes the title of a rule of law and its article."""
    return f"@rule:{rule_id}"


def certainty_ref(rule_id: str) -> str:
    """A value that becomes how sure a date is that is counted by a rule."""
    return f"@certainty:{rule_id}"


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
    texts = {name: value for name, value in row.values.items() if name not in LISTS}
    values = {name: _look_up(unit, wording, row.language, value) for name, value in texts.items()}
    speak = say_plain if row.plain else say
    keys = [key for key in row.template.split("|") if key]
    if wording.handle is not None and HELPS & set(keys):
        keys, values = [*keys, "reply.handle"], {**values, "handle": wording.handle}
    parts = ("\n".join([speak(key, row.language, **values), *_lines_below(unit, row, key)]) for key in keys)
    text = "\n".join(["\n\n".join(parts), *_lines(unit, wording, row)])
    keyboard = tuple(tuple(_button(unit, wording, row.language, one) for one in line) for line in row.buttons)
    return (text, keyboard) if wording.link_buttons else _links_in_text(text, keyboard)


def _lines(unit: UnitOfWork, wording: Wording, row: Words) -> Iterator[str]:
    for one in row.values.get(CASES, ()):
        yield case_line(unit, row.language, UUID(one))
    for one in row.values.get(CLOCKS, ()):
        yield clock_line(unit, row.language, UUID(one))
    for number, one in enumerate(row.values.get(WATCHES, ()), start=1):
        yield watch_line(unit, row.language, UUID(one), number, zone=wording.zone)


def _lines_below(unit: UnitOfWork, row: Words, key: str) -> list[str]:
    """What was read of a list; of one that was settled since, nothing is said any more."""
    if key not in BELOW:
        return []
    sent = what_waits(unit, UUID(row.values[LIST]))
    if sent is None:
        raise OutdatedError
    return BELOW[key](sent, row.language)


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
    look = LOOKS.get(kind)
    return text if look is None else look(_Reader(unit, wording.zone, language), what)


@dataclass(frozen=True)
class _Reader:
    """For whom a reference is looked up."""

    unit: UnitOfWork
    zone: str
    language: str


def _name(reader: _Reader, contact_id: str) -> str:
    return name_of(reader.unit, reader.unit.session.get_one(Contact, UUID(contact_id)))


def _time(reader: _Reader, at: str) -> str:
    return local_time(datetime.fromisoformat(at), reader.zone, reader.language)


def _day(reader: _Reader, at: str) -> str:
    return local_time(datetime.fromisoformat(at), reader.zone, reader.language, with_date=True)


def _when(reader: _Reader, what: str) -> str:
    at, _, zone = what.partition("|")
    return local_time(datetime.fromisoformat(at), zone, reader.language, with_date=True, with_weekday=True)


def _on(reader: _Reader, what: str) -> str:
    at, _, zone = what.partition("|")
    return local_date(datetime.fromisoformat(at), zone, reader.language, with_weekday=True)


def _note(reader: _Reader, proposal_id: str) -> str:
    found = proposal(reader.unit, UUID(proposal_id))
    if found is None:
        raise OutdatedError
    return found.note


def _promise(reader: _Reader, watch_id: str) -> str:
    watch = reader.unit.session.get(Watch, UUID(watch_id))
    if watch is None or not is_promised(reader.unit, watch):
        raise OutdatedError
    zone = reader.unit.session.get_one(Case, watch.case_id).timezone or reader.zone
    return local_time(watch.due_at, zone, reader.language, with_date=True)


def _said(reader: _Reader, key: str) -> str:
    return say(key, reader.language)


def _code(reader: _Reader, check_id: str) -> str:
    try:
        return code_of(reader.unit, reader.unit.session.get_one(MethodCheck, UUID(check_id)))
    except KeyError:
        raise OutdatedError from None


def _roster(reader: _Reader, mark: str) -> str:
    if roster_ref(DRILL) == f"{ROSTER}:{mark}":
        return say("duty.drill", reader.language)
    names = (roster.name for roster in policies_in_force(reader.unit).rosters)
    found = next((name for name in names if roster_ref(name) == f"{ROSTER}:{mark}"), None)
    return say("duty.former_roster", reader.language) if found is None else found


def _rule(_reader: _Reader, rule_id: str) -> str:
    """Title and source as the rule has them, in English: no translation of law goes out that nobody has checked."""
    rule = load_rules().rule(rule_id)
    return f"{rule.title} ({rule.source.article})"


def _certainty(reader: _Reader, rule_id: str) -> str:
    return certainty(load_rules().rule(rule_id), reader.language)


LOOKS: dict[str, Callable[[_Reader, str], str]] = {
    "@contact": _name,
    "@time": _time,
    "@day": _day,
    "@when": _when,
    "@on": _on,
    "@note": _note,
    "@promise": _promise,
    "@say": _said,
    CHECK: _code,
    ROSTER: _roster,
    "@rule": _rule,
    "@certainty": _certainty,
}
"""What each kind of reference becomes. A new one is a function and a line here."""


def _button(unit: UnitOfWork, wording: Wording, language: str, kept: dict[str, Any]) -> Button:
    label = say(kept["label"], language, **kept.get("values", {}))
    if kept.get("answer"):
        return Button(label, url=f"{wording.public_url}/answer/{token_of(unit, 'button', UUID(kept['button']))}")
    if "prove" in kept:
        return Button(label, url=f"{wording.public_url}/prove/{link_token(unit, UUID(kept['prove']))}")
    if "release" in kept:
        return Button(label, url=f"{wording.public_url}/release/{token_of(unit, RELEASE, UUID(kept['release']))}")
    if "link" in kept:
        return Button(label, url=f"{wording.public_url}/open/{token_of(unit, 'case_link', UUID(kept['link']))}")
    return Button(label, data=token_of(unit, "button", UUID(kept["button"])))
