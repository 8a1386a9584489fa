"""What happens when: a list of dated actions, made from a seed, kept as JSON. Pure: the same seed is the same list."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

DAY: Final = 86_400.0
HOUR: Final = 3_600.0
MINUTE: Final = 60.0
QUIET_END: Final = 3 * HOUR
"""Nothing new happens in the last hours: what was begun must come to its end."""

WORDS: Final = (
    "they took my brother",
    "police took my husband, they will deport him tonight",
    "hello",
    "my sister is at the border, they want to send her back",
    "he has a hearing next month, I am afraid",
    "they arrested three of us at the market",
)
DOORS: Final = ("telegram", "telegram", "telegram", "sms", "web")
TEMPERS: Final = ("prompt", "prompt", "prompt", "slow", "declines", "asleep", "forgets", "returns", "texts", "opens")
"""How a helper answers whoever asks them."""
COORDINATORS: Final = ("Aigerim", "Timur", "Botagoz")
LAWYERS: Final = ("Dana", "Ruslan", "Saule")
RECIPIENTS: Final = ("Selin", "Maya")
HELPERS: Final = (*COORDINATORS, *LAWYERS)
CHANNELS: Final = ("telegram", "sms", "voice", "email")
FAULTS: Final = ("limit", "down", "lost", "taken", "refused", "settings")
"""How a provider fails: it wants us to wait, takes nothing, the connection breaks before it, or after it had taken the
message, our words are refused for good, our settings are no longer valid."""
HAPPENINGS: Final = (
    "criminal_detention_actual",
    "custody_start",
    "deportation_decision_notified",
    "ruling_copy_served",
    "transferred",
    "not_here",
    "asylum_refusal_known",
    "administrative_arrest",
)


@dataclass(frozen=True)
class Action:
    """Something that happens ``at`` seconds after the beginning."""

    at: float
    kind: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A whole history. ``nodes``: how many processes share the database."""

    seed: int
    days: float
    nodes: int
    actions: tuple[Action, ...]

    def with_actions(self, actions: Sequence[Action]) -> Plan:
        """Return the same history with other things happening."""
        return Plan(self.seed, self.days, self.nodes, tuple(actions))

    def until(self, at: float) -> Plan:
        """Return its beginning: what happens in so many seconds."""
        early = tuple(one for one in self.actions if one.at <= at)
        return Plan(self.seed, min(self.days, at / DAY), self.nodes, early)


def _report(dice: random.Random) -> dict[str, Any]:
    return {"words": dice.choice(WORDS), "door": dice.choice(DOORS)}


def _seconds(dice: random.Random, least: float, most: float) -> float:
    """Short spans as often as long ones: evenly over their orders of magnitude."""
    return round(float(least * (most / least) ** dice.random()), 1)


def _fault(dice: random.Random) -> dict[str, Any]:
    whom = dice.choice((*HELPERS, None, None, None, None, None))
    seconds = _seconds(dice, 5, 2 * HOUR)
    return {
        "channel": dice.choice(("telegram", "telegram", *CHANNELS)),
        "how": dice.choice(FAULTS if whom is None else (*FAULTS, "gone")),
        "whom": whom,
        "seconds": seconds,
        "wait": round(max(seconds / dice.choice((1, 3, 10)), 1.0), 1),
    }


def _case(dice: random.Random) -> dict[str, Any]:
    return {"case": dice.randrange(1000)}


def _closes(dice: random.Random) -> dict[str, Any]:
    said = dice.choice(({"no_case": True}, {"confirmed_in": _seconds(dice, MINUTE, 2 * DAY)}, {}))
    return {**_case(dice), **said}


def _taken(dice: random.Random) -> dict[str, Any]:
    objected = {"objected_in": _seconds(dice, MINUTE, HOUR)} if dice.random() < 0.3 else {}
    return {**_file(dice), "after": _seconds(dice, MINUTE, HOUR), **objected}


def _who(dice: random.Random) -> dict[str, Any]:
    return {"who": dice.randrange(1000)}


def _file(dice: random.Random) -> dict[str, Any]:
    return {"file": dice.randrange(1000)}


def _span(least: float, most: float) -> Callable[[random.Random], dict[str, Any]]:
    return lambda dice: {"seconds": _seconds(dice, least, most)}


RATES: Final[dict[str, tuple[float, Callable[[random.Random], dict[str, Any]]]]] = {
    "report": (2.5, _report),
    "more": (2.0, lambda dice: {"who": dice.randrange(1000), "words": dice.choice(WORDS)}),
    "taps": (4.0, lambda dice: {"who": dice.randrange(1000), "which": dice.randrange(12)}),
    "commands": (
        0.6,
        lambda dice: {
            "who": dice.randrange(1000),
            "says": dice.choice(("/status", "/wipe", "/stop", "/another", "/help", "/status")),
        },
    ),
    "blocks": (0.15, lambda dice: {"who": dice.randrange(1000), "seconds": _seconds(dice, MINUTE, DAY)}),
    "temper": (
        2.5,
        lambda dice: {
            "name": dice.choice(HELPERS),
            "temper": dice.choice(TEMPERS),
            "seconds": _seconds(dice, 10 * MINUTE, 8 * HOUR),
        },
    ),
    "hearing": (0.9, lambda dice: {**_case(dice), "in": _seconds(dice, 10 * MINUTE, 20 * DAY)}),
    "moved": (0.5, lambda dice: {**_case(dice), "in": _seconds(dice, 10 * MINUTE, 20 * DAY)}),
    "called_off": (0.15, _case),
    "removal": (0.1, lambda dice: {**_case(dice), "in": _seconds(dice, 10 * MINUTE, 5 * DAY)}),
    "happened": (0.5, lambda dice: {**_case(dice), "event": dice.choice(HAPPENINGS)}),
    "daily_contact": (0.1, lambda dice: {**_case(dice), "in": _seconds(dice, HOUR, DAY)}),
    "done": (0.8, _case),
    "told_of": (0.6, lambda dice: {**_case(dice), "person": dice.randrange(4)}),
    "joins": (0.3, lambda dice: {"which": dice.randrange(1000)}),
    "parts": (0.1, lambda dice: {"which": dice.randrange(1000)}),
    "raid": (0.06, lambda dice: {"people": dice.randrange(2, 18)}),
    "storm": (0.05, lambda dice: {"reports": dice.randrange(12, 40)}),
    "closes": (0.5, _closes),
    "confirms": (0.3, _case),
    "keeps": (0.15, lambda dice: {**_case(dice), "keep": dice.random() < 0.6}),
    "backs_up": (0.2, lambda _: {}),
    "reopens": (0.06, _case),
    "consents": (0.4, lambda dice: {**_case(dice), "to": dice.choice(("unhcr", "press"))}),
    "refuses": (0.2, lambda dice: {**_case(dice), "to": dice.choice(("unhcr", "press"))}),
    "freezes": (0.05, _case),
    "thaws": (0.05, _case),
    "releases": (
        0.4,
        lambda dice: {
            **_case(dice),
            "to": dice.choice(("unhcr", "press")),
            "in": dice.choice((0, 0, _seconds(dice, MINUTE, DAY))),
        },
    ),
    "seals": (0.3, lambda dice: {"minute": dice.randrange(1440), "answers": dice.random() < 0.6}),
    "told_taken": (0.8, lambda dice: {**_file(dice), "by": dice.randrange(3)}),
    "missed": (0.6, _file),
    "taken": (0.3, _taken),
    "agrees": (0.8, lambda dice: {**_file(dice), "name": dice.choice(HELPERS)}),
    "objects": (0.2, _file),
    "takes_back": (0.2, lambda dice: {**_file(dice), "forced": dice.random() < 0.5}),
    "agrees_on_word": (0.4, _who),
    "says_word": (0.4, _who),
    "made_to_show": (0.15, lambda dice: {"name": dice.choice(HELPERS), "seconds": _seconds(dice, HOUR, 2 * DAY)}),
    "sings": (0.5, lambda dice: {"times": dice.randrange(1, 4)}),
    "deaf": (0.15, _span(5 * MINUTE, HOUR)),
    "drill": (0.1, lambda _: {}),
    "leaves": (0.12, lambda dice: {"name": dice.choice(HELPERS), "seconds": _seconds(dice, MINUTE, 2 * DAY)}),
    "policy": (0.12, lambda dice: {"which": dice.randrange(3)}),
    "fault": (2.5, _fault),
    "again": (0.3, lambda dice: {"updates": dice.randrange(1, 6)}),
    "crash": (4.0, lambda dice: {"after": dice.randrange(1, 120)}),
    "dies_in_call": (1.0, lambda dice: {"after": dice.randrange(1, 4)}),
    "stalls": (1.5, _span(1, 20 * MINUTE)),
    "lost": (0.5, _span(1, 10 * MINUTE)),
    "clock": (
        0.25,
        lambda dice: {
            "by": dice.choice((-1, 1)) * _seconds(dice, 2, 8 * HOUR),
            "seconds": _seconds(dice, MINUTE, 6 * HOUR),
        },
    ),
    "off": (0.12, _span(MINUTE, 30 * HOUR)),
}
"""How often a day each thing happens, and what it says then."""


def make_plan(seed: int, days: float, only: Sequence[str] = (), pace: float = 1.0) -> Plan:
    """Make the history of a seed. ``only``: the kinds of things that happen, if not all; ``pace``: times as often."""
    dice = random.Random(seed)  # noqa: S311  a seed must always be the same history
    chosen = {kind: told for kind, told in RATES.items() if not only or kind in only}
    found = [one for kind, (rate, made) in chosen.items() for one in _times(dice, kind, rate * pace, made, days)]
    return Plan(seed, days, dice.choice((1, 2, 2)), tuple(sorted(found, key=lambda one: one.at)))


def _times(
    dice: random.Random, kind: str, rate: float, made: Callable[[random.Random], dict[str, Any]], days: float
) -> list[Action]:
    found: list[Action] = []
    at = dice.expovariate(rate) * DAY
    while at < days * DAY - QUIET_END:
        found.append(Action(round(at, 1), kind, made(dice)))
        at += dice.expovariate(rate) * DAY
    return found


def as_text(plan: Plan, **more: str) -> str:
    """Write a plan down, one action a line, so that a person can read what happened."""
    head = json.dumps({"seed": plan.seed, "days": plan.days, "nodes": plan.nodes, **more}, ensure_ascii=False)
    return "\n".join([head, *(json.dumps(asdict(one), ensure_ascii=False) for one in plan.actions), ""])


def read_plan(path: Path) -> Plan:
    """Read what :func:`as_text` wrote."""
    head, *rest = path.read_text(encoding="utf-8").splitlines()
    told = json.loads(head)
    return Plan(told["seed"], told["days"], told["nodes"], tuple(Action(**json.loads(line)) for line in rest if line))
