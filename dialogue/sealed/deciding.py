"""The conversation about a sealed file and check-ins: a pure function of what was asked last and what is said now.

What it keeps to:

- Nothing of it begins by itself: a command, or a button that was offered, opens it; it closes half an hour after the
  last word, so that a cry for help is never put into a file that nobody reads.
- Whatever is said while it is open and answers nothing is kept in the file, for whoever has the case.
- But what cries for help is heard as ever, as long as nobody chose for whom they write: it is never taken for a name,
  an hour or a word. Of what is told to the team, the lawyer or about somebody trusted it is asked whether it happens
  now.
- Any command and any button of another conversation ends it, so that what is said next is heard as ever.
- Which of a phrase, a wrong one and the word for being forced was written is seen by whoever carries it out; what is
  told looks the same where it must.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from cases.sealed.beating import EVERY_HOURS, PATIENCE_HOURS, PAUSE_DAYS
from dialogue.model import Button, Command, Input, Reply, Row, Said, Sent, Tapped

OPEN_FOR: Final = timedelta(minutes=30)
"""How long after the last word what is said belongs to the file."""
SEALED: Final = "seal."
CHECK: Final = "check."
"""How actions of its buttons begin."""
MENU: Final = "menu"
ZONE: Final = "<zone>"
"""Stands in a reply's values for the zone of the house, which this module never learns."""
FOR_TEAM: Final = "team"
FOR_COUNSEL: Final = "counsel"
CHOSEN: Final = frozenset({FOR_TEAM, FOR_COUNSEL, "trusted"})
"""For whom or about whom somebody chose to write. Such words may speak of arrests of long ago."""
ANSWERED_IN_WORDS: Final = frozenset({"name", "birth", "trusted", "phrase", "duress"})
ANOTHER: Final = "another."
"""How what is asked begins where somebody may agree on another phrase, or word, than before."""
PROVED: Final = frozenset(
    {"withdraw", "stop", *(f"pause.{days}" for days in PAUSE_DAYS), f"{ANOTHER}phrase", f"{ANOTHER}duress"}
)
"""What is done only for who says the agreed phrase, where there is one."""
AUDIENCES: Final = ("unhcr", "un", "ngo", "partner")
SCOPES: Final = ("who", "all")
TRIGGERS: Final = ("taken", "return")
PRESS: Final = ("unnamed", "named", "never")
CHOICES: Final = (
    ("team", "counsel"),
    ("name", "trusted"),
    ("release", "press"),
    ("phrase", "duress"),
    ("check", "list"),
    ("withdraw", "done"),
)


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin a file for this conversation."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Put this very input into the file; ``kind`` says what becomes of it. ``cries``: whether it cries for help."""

    kind: str
    cries: bool = False


@dataclass(frozen=True, slots=True)
class Take:
    """Take this input as the answer to what was asked; whoever carries it out says whether it could be."""

    what: str
    cries: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """Sign beforehand that an audience is told so much on a trigger."""

    audience: str
    scope: str
    trigger: str


@dataclass(frozen=True, slots=True)
class Press:
    """Say what the press may be told."""

    answer: str


@dataclass(frozen=True, slots=True)
class List:
    """Tell how much of what is in the file."""


@dataclass(frozen=True, slots=True)
class Prove:
    """Do ``what`` if no phrase was agreed on, or this input is it; whoever carries it out says how it went."""

    what: str


@dataclass(frozen=True, slots=True)
class Hour:
    """Agree on check-ins at the hour that this input names."""

    every_hours: int
    patience_hours: int


@dataclass(frozen=True, slots=True)
class Well:
    """All is as usual."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Close the conversation about the file; ``wipe``: and erase the chat. ``now``: because it is happening now."""

    wipe: bool = False
    now: bool = False


Effect = Begin | Keep | Take | Sign | Press | List | Prove | Hour | Well | Leave


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows: what is asked from now on, what is to be done, what is said at once."""

    asked: str | None
    effects: tuple[Effect, ...] = ()
    replies: tuple[Reply, ...] = ()


def is_ours(given: Input) -> bool:
    """Whether this opens, or is a button of, this conversation, whatever was said before."""
    match given:
        case Command("sealed", argument):
            return not argument.strip()  # words beside it are words
        case Tapped(action):
            return action.startswith((SEALED, CHECK))
        case _:
            return False


def step(asked: str | None, given: Input, *, has_file: bool, cries: bool = False) -> Outcome | None:
    """What follows when this is said; None where it is no business of the file, whose conversation ends with that.

    ``cries``: whether it cries for help. Never raises, whatever is said.
    """
    match given:
        case Command() if is_ours(given):
            return Outcome(MENU, (), (menu(),)) if has_file else Outcome(None, (), (introduction(),))
        case Command():
            return None
        case Tapped(action) if is_ours(given):
            return _tap(asked, action, has_file=has_file)
        case Said() | Sent() if asked is not None and has_file and (not cries or asked in CHOSEN):
            return _hear(asked, given, cries=cries)
        case _:
            return None


def introduction() -> Reply:
    """What a sealed file is, and whether one is wanted."""
    return Reply("reply.sealed_what", {}, ((_button("agree"),), (_button("no"),)))


def menu() -> Reply:
    """All that can be done with a file."""
    return Reply("reply.sealed_menu", {}, (*(tuple(_button(one) for one in row) for row in CHOICES), (_button("now"),)))


def offer() -> Reply:
    """That there is such a thing, for whoever is afraid. It depends on nothing that is known of anybody."""
    return Reply("reply.sealed_offer", {}, ((_button("begin"),),))


def well_asked() -> Reply:
    """The question of a check-in: nothing in it tells a stranger what it is."""
    return Reply("reply.check_hello", {}, ((Button(f"{CHECK}ok", "option.check.ok"),),))


def _button(name: str) -> Button:
    return Button(f"{SEALED}{name}", f"option.sealed.{name}")


def _tap(asked: str | None, action: str, *, has_file: bool) -> Outcome:
    if action == f"{CHECK}ok":
        return Outcome(asked, (Well(),))
    at_any_time = {
        "no": Outcome(None, (), (Reply("reply.sealed_no"),)),
        "now": Outcome(None, (Leave(now=True),)),
    }
    name = action.removeprefix(SEALED)
    if name in at_any_time:
        return at_any_time[name]
    if not has_file:
        return Outcome(MENU, (Begin(),), (menu(),)) if name == "agree" else Outcome(None, (), (introduction(),))
    return _check(action.removeprefix(CHECK)) if action.startswith(CHECK) else _choose(name)


def _choose(name: str) -> Outcome:
    if f"{ANOTHER}{name}" in PROVED:
        return Outcome(f"{ANOTHER}{name}", (Prove(f"{ANOTHER}{name}"),))
    if name in ANSWERED_IN_WORDS or name in (FOR_TEAM, FOR_COUNSEL):
        return Outcome(name, (), (Reply(f"ask.sealed_{name}"),))
    if name in PLAIN:
        return PLAIN[name]
    match name.split("."):
        case ["press", answer] if answer in PRESS:
            return Outcome(MENU, (Press(answer),))
        case ["release", *chosen]:
            return _sign(tuple(chosen))
        case _:
            return Outcome(MENU, (), (menu(),))


def _sign(chosen: tuple[str, ...]) -> Outcome:
    """Ask for whom, then how much, then on what trigger; with all three it is signed."""
    offered = (AUDIENCES, SCOPES, TRIGGERS)
    if any(one not in among for one, among in zip(chosen, offered, strict=False)) or len(chosen) > len(offered):
        return Outcome(MENU, (), (menu(),))
    if len(chosen) == len(offered):
        return Outcome(MENU, (Sign(*chosen),))
    at = len(chosen)
    asks = ("ask.sealed_whom", "ask.sealed_what", "ask.sealed_when")[at]
    rows = tuple((Button(".".join((f"{SEALED}release", *chosen, one)), f"option.sealed.{one}"),) for one in offered[at])
    return Outcome(MENU, (), (Reply(asks, {}, rows),))


def _column(prefix: str, options: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple((Button(f"{SEALED}{prefix}.{one}", f"option.sealed.{one}"),) for one in options)


def _check(name: str) -> Outcome:
    match name.split("."):
        case ["every", hours] if hours in map(str, EVERY_HOURS):
            offered = tuple(
                (Button(f"{CHECK}patience.{hours}.{one}", f"option.check.patience_{one}"),) for one in PATIENCE_HOURS
            )
            return Outcome(MENU, (), (Reply("ask.check_patience", {}, offered),))
        case ["patience", hours, patience] if hours in map(str, EVERY_HOURS) and patience in map(str, PATIENCE_HOURS):
            return Outcome(f"hour.{hours}.{patience}", (), (Reply("ask.check_hour", {"zone": ZONE}),))
        case ["pause", days] if f"pause.{days}" in PROVED:
            return Outcome(f"pause.{days}", (Prove(f"pause.{days}"),))
        case ["stop"]:
            return Outcome("stop", (Prove("stop"),))
        case _:
            return Outcome(MENU, (), (menu(),))


def _every() -> Reply:
    every = tuple((Button(f"{CHECK}every.{hours}", f"option.check.every_{hours}"),) for hours in EVERY_HOURS)
    pauses = tuple(Button(f"{CHECK}pause.{days}", f"option.check.pause_{days}") for days in PAUSE_DAYS)
    return Reply("ask.check_every", {}, (*every, pauses, (Button(f"{CHECK}stop", "option.check.stop"),)))


def _hear(asked: str, given: Said | Sent, *, cries: bool) -> Outcome:
    in_words = isinstance(given, Said) and bool(given.text.strip())
    match asked.split("."):
        case [one] if one in ANSWERED_IN_WORDS and in_words:
            return Outcome(asked, (Take(one, cries),))
        case ["hour", hours, patience] if in_words:
            return Outcome(asked, (Hour(int(hours), int(patience)),))
        case _ if asked in PROVED and in_words:
            return Outcome(asked, (Prove(asked),))
        case [one] if one == FOR_COUNSEL:
            return Outcome(asked, (Keep(FOR_COUNSEL, cries),))
        case _:
            return Outcome(asked, (Keep(FOR_TEAM, cries),))


def kept() -> Reply:
    """That something is in the file, and what can be done next."""
    return replace(menu(), key="reply.sealed_kept")


def asked_again(asked: str) -> Reply:
    """The question of something that is answered in words, once more."""
    return Reply("ask.check_hour", {"zone": ZONE}) if asked.startswith("hour.") else Reply(f"ask.sealed_{asked}")


def heard_cry() -> Reply:
    """That what may be a cry for help was kept where nobody reads it, and how somebody does."""
    return Reply("reply.sealed_cry", {}, ((_button("now"),), (_button("back"),)))


def happening_now() -> Reply:
    """That the file is closed, and that a person is alerted by what is written next."""
    return Reply("reply.sealed_now")


PLAIN: Final = {
    "list": Outcome(MENU, (List(),)),
    "done": Outcome(None, (Leave(wipe=True),), (Reply("reply.sealed_done"),)),
    "check": Outcome(MENU, (), (_every(),)),
    "press": Outcome(MENU, (), (Reply("ask.sealed_press", {}, _column("press", PRESS)),)),
    "withdraw": Outcome(MENU, (), (Reply("ask.sealed_sure", {}, ((_button("sure"),), (_button("back"),))),)),
    "sure": Outcome("withdraw", (Prove("withdraw"),)),
}
"""What follows a choice, whatever was said before."""
