"""Whether a story went as it should: each check looks at the record alone. Pure; no check knows a story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from app.replay.story import instant, is_day, span
from cases.docket.entering import GIVES_UP_A_SLOT
from cases.incidents.reading import LONGEST_TEXT, read_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.replay.record import Record
    from app.replay.story import Expectation, Story

AUDIENCES: Final = {"press": "journalist", "press-named": "journalist", "unhcr": "unhcr", "partner": "partner"}
"""Which role an audience is."""


class Verdict(StrEnum):
    """What became of an expectation."""

    PASSED = "passed"
    FAILED = "FAILED"
    FOR_A_HUMAN = "for a human"
    NOT_BUILT = "not built yet"


@dataclass(frozen=True)
class Finding:
    """One expectation, and why it is not met."""

    text: str
    verdict: Verdict
    why: str = ""


def judge(story: Story, record: Record) -> list[Finding]:
    """Judge every expectation of a story, in its order."""
    return [_judge(story, record, one) for one in story.expectations]


def _judge(story: Story, record: Record, expected: Expectation) -> Finding:
    if not expected.checks:
        return Finding(expected.text, Verdict.FOR_A_HUMAN)
    missing = list(filter(None, (_missing(story, kind) for kind in expected.checks)))
    built = {kind: wanted for kind, wanted in expected.checks.items() if not _missing(story, kind)}
    judged = [CHECKS[kind](_Asked(story, record, dict(wanted))) for kind, wanted in built.items()]
    failed = [why for why in judged if why]
    if failed:
        return Finding(expected.text, Verdict.FAILED, "; ".join(failed))
    return Finding(expected.text, Verdict.NOT_BUILT if missing else Verdict.PASSED, ", ".join(missing))


def _missing(story: Story, kind: str) -> str:
    """What a check depends on that is not built; empty where there is nothing."""
    if kind == "people" and not any(lists_people(str(step.given.get("says", ""))) for step in story.steps):
        return "incidents of people whom nobody has named"
    return ""


def lists_people(words: str) -> bool:
    """Whether a message names several people: then a coordinator makes an incident of it."""
    return len(words) <= LONGEST_TEXT and sum(piece.is_person for piece in read_list(words)) >= SEVERAL


SEVERAL: Final = 2
PERSON: Final = "contact:"
"""How the log names people; the rest are the program itself."""


@dataclass(frozen=True)
class _Asked:
    story: Story
    record: Record
    wanted: dict[str, Any]

    def when(self, key: str) -> datetime:
        return self.story.instant(self.wanted[key])

    def window(self) -> tuple[datetime, datetime]:
        """From the instant asked about to the end of the time allowed."""
        of = self.when("of")
        return of, of + (span(self.wanted["within"]) if "within" in self.wanted else timedelta(0))


def _paged(asked: _Asked) -> str:
    """Empty when somebody of this need or role was paged in time, each of them with few enough messages."""
    begin, end = asked.window()
    found = [
        page
        for page in asked.record.pages
        if begin <= page.at <= end
        and asked.wanted.get("need") in (None, page.need)
        and asked.wanted.get("role") in (None, page.role)
    ]
    who = asked.wanted.get("need") or asked.wanted.get("role")
    if not found:
        return f"no {who} was paged from {begin.isoformat()} to {end.isoformat()}"
    most = asked.wanted.get("messages_at_most")
    counts = {page.to: sum(other.to == page.to for other in found) for page in found}
    if most is not None and max(counts.values()) > int(most):
        return f"somebody got {max(counts.values())} messages, more than {most}"
    return ""


def _not_sent(asked: _Asked) -> str:
    audience = str(asked.wanted["audience"])
    role = AUDIENCES.get(audience, audience)
    sent = [one for one in asked.record.told if one.role == role]
    if not sent and role not in asked.record.withheld:
        return f"there is nobody who could be the {audience}"
    return f"{len(sent)} messages went to the {audience}" if sent else ""


def _clock(asked: _Asked) -> str:
    rule = str(asked.wanted["rule"])
    running = [one for one in asked.record.clocks if one.rule == rule]
    keys = ("safe_on", "arguable_on", "missed")
    for one in running:
        shown = {"safe_on": one.safe_on, "arguable_on": one.arguable_on, "missed": one.missed}
        if all(_same(shown[key], asked.wanted[key]) for key in keys if key in asked.wanted):
            return ""
    return f"{rule}: {[(one.safe_on, one.arguable_on, one.missed) for one in running] or 'no such clock runs'}"


def _same(shown: object, wanted: object) -> bool:
    return shown == wanted if isinstance(wanted, bool) else str(shown) == str(wanted)


def _risk(asked: _Asked) -> str:
    of = asked.when("of")
    read = [one.level for one in asked.record.risk if one.at < of]
    before = read[-1] if read else 0
    if asked.wanted.get("up"):
        end = asked.window()[1]
        risen = [one for one in asked.record.risk if of <= one.at <= end and one.level > before]
        reason = asked.wanted.get("reason")
        fits = [one for one in risen if one.reasons and (reason is None or reason in one.reasons)]
        return "" if fits else f"the risk did not rise above {before}"
    if not read:
        return "no risk was read before, so that none could fall"
    fallen = [one.level for one in asked.record.risk if one.at >= of and one.level < before]
    return f"the risk fell from {before} to {fallen[0]}" if fallen else ""


def _watch(asked: _Asked) -> str:
    kind = str(asked.wanted["kind"])
    due = [one.due for one in asked.record.watches if one.kind == kind]
    written = str(asked.wanted.get("due", ""))
    if written.startswith("before "):
        limit = asked.story.instant(written.removeprefix("before "))
        fits = [at for at in due if at < limit]
    else:
        fits = [at for at in due if not written or at == asked.story.instant(written)]
    zone = ZoneInfo(asked.story.zone)
    shown = [at.astimezone(zone).isoformat(timespec="minutes") for at in due[:5]]
    return "" if fits else f"{kind} is due {', '.join(shown) or 'never'}"


def _history(asked: _Asked) -> str:
    missing = [str(one) for one in asked.wanted.get("has", ()) if not _is_remembered(asked, str(one))]
    if missing:
        return f"the history does not have {', '.join(missing)}"
    people = {one.by for one in asked.record.history if one.by.startswith(PERSON)}
    if "by" in asked.wanted and len(people) < int(asked.wanted["by"]):
        return f"only {len(people)} people are in the history"
    if "no_reminder_for" in asked.wanted:
        return _late_reminder(asked)
    return ""


def _is_remembered(asked: _Asked, wanted: str) -> bool:
    if wanted == "sha256":
        return asked.record.hashed_files > 0
    if any(one.event == wanted for one in asked.record.history):
        return True
    try:
        at = instant(wanted, asked.story.zone)
    except ValueError:
        return False
    zone = ZoneInfo(asked.story.zone)
    dates = [one for line in asked.record.history for one in line.dates]
    if is_day(wanted):
        return any(one.astimezone(zone).date() == at.astimezone(zone).date() for one in dates)
    return at in dates


def _late_reminder(asked: _Asked) -> str:
    """Empty when nobody was reminded of a slot after it had been given up."""
    slot = asked.when("no_reminder_for")
    given_up = [line for line in asked.record.history if slot in line.dates and not line.stands]
    if not given_up:
        return "that slot was never given up"
    after = max((line.entered_at for line in asked.record.history if line.event in GIVES_UP_A_SLOT), default=None)
    if after is None:
        return "that slot was given up, and nothing says why"
    late = [page for page in asked.record.pages if page.slot == slot and page.at > after]
    return f"{len(late)} reminders of a slot that had been given up" if late else ""


def _merged(asked: _Asked) -> str:
    """Empty when so many pairs of cases were suggested to be of one person, and none was joined by itself."""
    wanted, suggested = int(asked.wanted["proposed"]), asked.record.suggested
    if asked.record.joined:
        return f"{asked.record.joined} cases were joined, and nobody had said so"
    return "" if suggested == wanted else f"{suggested} pairs of cases were suggested, not {wanted}"


def _people(asked: _Asked) -> str:
    """Empty when an incident has so many people, each with a case of their own."""
    wanted = int(asked.wanted["count"])
    return "" if wanted in asked.record.incidents else f"incidents have {list(asked.record.incidents) or 'no'} people"


CHECKS: Final[dict[str, Callable[[_Asked], str]]] = {
    "paged": _paged,
    "not_sent": _not_sent,
    "clock": _clock,
    "risk": _risk,
    "watch": _watch,
    "history": _history,
    "merged": _merged,
    "people": _people,
}
"""What each check looks at; it says why it is not met, or nothing."""
