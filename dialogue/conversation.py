"""The conversation with somebody who reports: a pure function of what was said before, what is said now, and when.

What it keeps to:

- Whatever is said first, unless it is a command, opens a report. Nothing has to be filled in before a human is alerted.
- Everything written or sent is stored with the report, whether or not it answers anything.
- A question may be answered at any time, by its buttons, in any order, again. An answer to an older question does not
  disturb the one that is open.
- Somebody who just tells is not interrupted: "added" is said once, then not again for ten minutes, and an open
  question is repeated once at most.
- Who asks something is told where their report stands, each time: no program answers "is anybody coming", but that is
  what can be said of it, and more than that something was added.
- It ends: after the last question it thanks and asks nothing more, while everything is still added.
- While very many write (`State.brief`) it asks the first three questions and no other; whatever is told is kept.

Decisions:

- Words beside a command are words: `/help they took my brother` is stored, and opens a report, as if written alone.
  Beside `/status` and `/wipe` they are stored too, answer nothing, and what was asked for is done.
- A button of a conversation nobody remembers (a restored database, a closed report) opens a report like a word would,
  and counts as the answer it was offered for. Only the choice of language does not: /start offers it before anything
  was told.
- Who changes the language while the first question is open is told the first reply again: it holds what keeps people
  safe, and was given in a language they may not read.
- A voice note answers whatever question is open: the program does not hear what it says, and a coordinator does. After
  one that told what is happening, the time of a removal is asked for: it may have told of one.
- Whoever has written a list of many people is not asked how many they are; a list is no answer to anything else.
- Only who says in so many words that the lawyer is no longer wanted, by the command or the words of the button, is
  taken to say so; whatever else is said of a lawyer, people read.
- Whoever may be called is asked for a number, where the door shows none: the answer is known when it is seen, whatever
  question is open then.
- Skipping a question that was answered takes nothing back.
- A door that shows all questions at once says which one something is meant for (`Meant`); the same rules hold.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Final

from cases.incidents.reading import people_listed
from dialogue.model import (
    CODE,
    AddMessage,
    Answer,
    Command,
    DismissCounsel,
    Effect,
    Input,
    Kind,
    LeaveReport,
    Meant,
    Mute,
    OpenReport,
    Outcome,
    Reply,
    Said,
    Sent,
    SetLanguage,
    ShowStatus,
    State,
    Tapped,
    Unmute,
    WipeChat,
)
from dialogue.questions import (
    BY_NAME,
    CALL,
    DETAILS,
    FEW,
    NO_LAWYER,
    NUMBER,
    QUESTIONS,
    Question,
    answer_in,
    ask,
    call_rows,
    known_language,
    language_rows,
    tapped_answer,
    telephone_in,
    wants_no_lawyer,
)
from dialogue.sealed.deciding import offer
from texts.catalogue import LANGUAGES

QUIET_FOR: Final = timedelta(minutes=10)
"""How long after "added to your report" further messages are stored without a reply."""

MOST_REPEATS: Final = 1

MANY: Final = "how_many"
WHO: Final = "who"
YES: Final = "yes"
AFRAID: Final = "afraid"
"""What is happening when nothing has happened yet: then something can be left for the day it does."""
_QUESTION_MARKS: Final = ("?", "؟", "？")
_WITH_CODE: Final = {"code": CODE}
_DEEP_LINK: Final = re.compile(r"[A-Za-z0-9_-]{0,64}")  # what Telegram puts behind /start; nobody wrote it
_COMMANDS: Final = frozenset({"start", "help", "status", "stop", "language", "add", "wipe", NO_LAWYER})
_ANSWERED_BY_THE_STORE: Final[Mapping[str, Effect]] = {
    "status": ShowStatus(),
    "wipe": WipeChat(),
    NO_LAWYER: DismissCounsel(),
}
_DETAILS: Final = frozenset(detail.name for detail in DETAILS)
_AT_THE_MENU: Final = _DETAILS | {"more"}


def start() -> State:
    """The state of a chat nothing was ever said in."""
    return State()


def step(state: State, given: Input, now: datetime) -> Outcome:
    """What follows when this is said at `now` (aware). Never raises, whatever is said; at most three replies.

    Every Said, Sent and Meant, and a Command that is not one of ours or carries words, gives exactly one AddMessage.
    """
    state = _sound(state)
    if isinstance(given, Command):
        return _obey(state, given, now)
    awake, effects = _wake(state)
    heard = _tap(awake, given.action) if isinstance(given, Tapped) else _keep(awake, given, now)
    return replace(heard, effects=effects + heard.effects)


def word_on(tapped: Tapped) -> str:
    """Return the key of what is said on top of a chat at a press; empty where something follows in any case."""
    answer = tapped_answer(tapped.action)
    return "reply.noted" if answer is not None and answer.question == CALL.name else ""


# --- Commands --------------------------------------------------------------------------------------------------


def _obey(state: State, command: Command, now: datetime) -> Outcome:
    if _carries_words(command):
        return _obey_beside_words(state, command, step(state, Said(f"/{command.name} {command.argument}"), now))
    match command.name:
        case "start":
            return _begin(state)
        case "stop":
            return _stop(Outcome(state))
        case "language":
            return _choose_language(state, command.argument)
        case "add":
            return _begin_another(state)
        case name:
            asked = _ANSWERED_BY_THE_STORE.get(name)
            return Outcome(state, (asked,)) if asked else Outcome(state, (), (Reply("reply.help"),))


def _obey_beside_words(state: State, command: Command, told: Outcome) -> Outcome:
    """What a command means though words came with it, which are kept as words."""
    match command.name:
        case "stop":
            return _stop(told)
        case name if name == NO_LAWYER and state.opened:
            return replace(told, effects=(*told.effects, DismissCounsel()))
        case "status" | "wipe" as asked if state.opened:
            return Outcome(state, (AddMessage(), _ANSWERED_BY_THE_STORE[asked]))
        case _:
            return told


def _carries_words(command: Command) -> bool:
    match command.name:
        case "start":
            return not _DEEP_LINK.fullmatch(command.argument)
        case "language":
            return known_language(command.argument) is None and len(command.argument.split()) > 1
        case name if name in _COMMANDS:
            return bool(command.argument.strip())
        case _:
            return True


def _begin(state: State) -> Outcome:
    """Telegram sends /start when a chat is opened, and again when somebody comes back after blocking us."""
    awake, effects = _wake(state)
    if not awake.opened:
        return Outcome(awake, effects, (_invitation(),))
    asked = _ask_again(awake)
    return Outcome(asked.state, effects, (Reply("reply.help"), *asked.replies))


def _begin_another(state: State) -> Outcome:
    """Let what is said next be a report of its own."""
    awake, effects = _wake(state)
    if not awake.opened:
        return Outcome(awake, effects, (_invitation(),))
    return Outcome(start(), (*effects, LeaveReport()), (Reply("reply.another"),))


def _stop(told: Outcome) -> Outcome:
    silent = replace(told.state, muted=True)
    return Outcome(silent, (*told.effects, Mute()), (Reply("reply.stopped"),))


def _choose_language(state: State, argument: str) -> Outcome:
    tag = known_language(argument)
    if tag is None:
        return Outcome(state, (), (Reply("option.language", {}, language_rows()),))
    return _speak(state, tag)


def _speak(state: State, tag: str) -> Outcome:
    effects = (SetLanguage(tag),)
    if not state.opened:
        return Outcome(state, effects, (Reply("reply.language"), _invitation()))
    asked = _ask_again(state)
    first = _first_reply() if state.asked == QUESTIONS[0].name else Reply("reply.language")
    return Outcome(asked.state, effects, (first, *asked.replies))


# --- What is told ----------------------------------------------------------------------------------------------


def _keep(state: State, given: Said | Sent | Meant, now: datetime) -> Outcome:
    """Store what was said, take it as an answer where it plainly is one, and say what comes next."""
    answer, counted = _answer_of(state, given), _counted(state, given)
    if state.asked == MANY:
        answer, counted = answer or counted, None
    number = _number_of(state, given)
    if number is not None and _is_bare(given):
        answer = None
    found = [one for one in (answer, counted, number) if one is not None]
    unwanted = (DismissCounsel(),) if state.opened and wants_no_lawyer(given) else ()
    stored: tuple[Effect, ...] = (AddMessage(), *found, *unwanted)
    told = reduce(_settle, found, state)
    if not state.opened:
        return _open(told, stored)
    answered = answer is not None and answer.question == state.asked
    if answer and answered:
        return replace(_move_on(told, answer), effects=stored)
    said = _acknowledge(told, now)
    if not _asks(given):
        return replace(said, effects=stored)
    shown = tuple(reply for reply in said.replies if reply.key != "reply.added")
    return replace(said, effects=(*stored, ShowStatus()), replies=shown)


def _asks(given: Said | Sent | Meant) -> bool:
    """Whether somebody asks: in any script a question ends with its mark."""
    return isinstance(given, Said) and given.text.rstrip().endswith(_QUESTION_MARKS)


def _answer_of(state: State, given: Said | Sent | Meant) -> Answer | None:
    """The answer to the open question, or to the one it is meant for; a pin answers "where" as soon as it is sent."""
    if isinstance(given, Meant):
        return _answer_as_meant(given)
    asked = BY_NAME.get(state.asked or "")
    answer = answer_in(given, asked) if asked else None
    if answer is None and given == Sent(Kind.LOCATION) and "where" not in state.answered:
        return Answer("where", from_message=True)
    return answer


def _answer_as_meant(given: Meant) -> Answer | None:
    """Whatever is put under a question that takes words answers it; under another, only what plainly does."""
    asked = BY_NAME.get(given.question or "")
    if asked is None:
        return None
    return answer_in(given.given, asked) or (Answer(asked.name, from_message=True) if asked.words else None)


def _counted(state: State, given: Said | Sent | Meant) -> Answer | None:
    """How many people it is about, where a list of them was written and that has not been told yet."""
    said = given.given if isinstance(given, Meant) else given
    if not isinstance(said, Said) or MANY in state.answered | state.skipped:
        return None
    return Answer(MANY, "many", from_message=True) if people_listed(said.text) > max(FEW) else None


def _number_of(state: State, given: Said | Sent | Meant) -> Answer | None:
    """The number at which they may be called; what is asked about others may have numbers of others as its answer."""
    if not state.may_call or NUMBER.name in state.answered or state.asked in _DETAILS:
        return None
    of_others = state.asked == WHO and not _is_bare(given)
    is_one = (isinstance(given, Said) and telephone_in(given.text)) or given == Sent(Kind.CONTACT)
    return Answer(NUMBER.name, from_message=True) if is_one and not of_others else None


def _is_bare(given: Said | Sent | Meant) -> bool:
    """Whether a number is all that was written, so that it answers nothing else."""
    return isinstance(given, Said) and not any(map(str.isalpha, given.text))


def _open(told: State, stored: tuple[Effect, ...]) -> Outcome:
    asked = _ask_next(replace(told, opened=True))
    return Outcome(asked.state, (OpenReport(), *stored), (_first_reply(), *asked.replies))


def _acknowledge(state: State, now: datetime) -> Outcome:
    """Say that something was added, unless that was said a moment ago; at most once put the open question again."""
    if state.asked is None and not state.finished:
        asked = _ask_next(state)
        return replace(asked, replies=(Reply("reply.added", _WITH_CODE), *asked.replies))
    if state.added_at is not None and abs(now - state.added_at) < QUIET_FOR:
        return Outcome(state)
    told = replace(state, added_at=now)
    added = Reply("reply.added", _WITH_CODE)
    if not _worth_repeating(state):
        return Outcome(told, (), (added,))
    asked = _ask_again(replace(told, repeats=told.repeats + 1))
    return replace(asked, replies=(added, *asked.replies))


def _worth_repeating(state: State) -> bool:
    asked = BY_NAME.get(state.asked or "")
    if asked is None or state.repeats >= MOST_REPEATS:
        return False
    return state.added_at is not None or not asked.patient


# --- What is tapped --------------------------------------------------------------------------------------------


def _tap(state: State, action: str) -> Outcome:
    tag = action.removeprefix("language.")
    if tag != action and tag in LANGUAGES:
        return _speak(state, tag)
    answer = tapped_answer(action)
    if not state.opened:
        stored = (AddMessage(), answer) if answer else (AddMessage(),)
        return _open(_settle(state, answer) if answer else state, stored)
    if answer is None:
        return Outcome(state, (), (Reply("reply.expired_button"),))
    return _answer_by_tap(state, answer)


def _answer_by_tap(state: State, answer: Answer) -> Outcome:
    if _skips(answer) and answer.question != state.asked and answer.question in state.answered | state.skipped:
        return Outcome(state)
    told = _settle(state, answer)
    if not _leads_on(state, answer):
        wanted = told.may_call and not state.may_call and NUMBER.name not in told.answered
        return Outcome(told, (answer,), (ask(NUMBER),) if wanted else ())
    return replace(_move_on(told, answer), effects=(answer,))


def _leads_on(state: State, answer: Answer) -> bool:
    """Whether a tap is about what is going on, and not about something asked before."""
    lost = state.asked is None and not state.finished
    if answer.question == "more":
        return lost or state.asked in _AT_THE_MENU or (state.finished and _is_detail(answer))
    return lost or answer.question == state.asked


# --- What comes next -------------------------------------------------------------------------------------------


def _settle(state: State, answer: Answer) -> State:
    """The state in which this answer is known. The menu "more" stays open until somebody says that is all."""
    if _is_detail(answer):
        return state
    if _skips(answer):
        if answer.question in state.answered:
            return state
        return replace(state, skipped=state.skipped | {answer.question})
    return replace(
        state,
        answered=state.answered | {answer.question},
        skipped=state.skipped - {answer.question},
        happening=answer.value if answer.question == "happening" else state.happening,
        may_call=answer.value == YES if answer.question == CALL.name else state.may_call,
    )


def _move_on(state: State, answer: Answer) -> Outcome:
    if _is_detail(answer):
        return _put(_reopened(state), BY_NAME[f"more.{answer.value}"])
    asked = _ask_next(state)
    is_afraid = (answer.question, answer.value) == ("happening", AFRAID)
    return replace(asked, replies=(*asked.replies, offer())) if is_afraid else asked


def _ask_next(state: State) -> Outcome:
    """Ask the first question that is neither answered nor skipped; after the last, thank."""
    for question in QUESTIONS:
        if _is_due(state, question):
            return _put(state, question)
    ended = replace(state, finished=True, asked=None, repeats=0, added_at=None)
    return Outcome(ended, (), (Reply("reply.thanks", _WITH_CODE),))


def _is_due(state: State, question: Question) -> bool:
    settled = state.answered | state.skipped
    if state.brief and not question.first:
        return False
    if question.name in settled or (question.name == "more" and settled >= _DETAILS):
        return False
    told_aloud = state.happening is None and "happening" in state.answered
    return question.after is None or state.happening in question.after or told_aloud


def _put(state: State, question: Question) -> Outcome:
    """Ask a question that is not the open one."""
    asked = replace(state, asked=question.name, repeats=0, added_at=None)
    return Outcome(asked, (), (ask(question, asked.answered | asked.skipped),))


def _ask_again(state: State) -> Outcome:
    """Put the open question once more, for whoever lost sight of it; nothing when all was asked."""
    if state.finished:
        return Outcome(state)
    if state.asked is None:
        return _ask_next(state)
    return Outcome(state, (), (ask(BY_NAME[state.asked], state.answered | state.skipped),))


def _reopened(state: State) -> State:
    """The menu, once more open: somebody thought of something after all."""
    return replace(state, finished=False, answered=state.answered - {"more"}, skipped=state.skipped - {"more"})


# --- Small things ----------------------------------------------------------------------------------------------


def _sound(state: State) -> State:
    """The state without what cannot be: a question we do not ask, or one left open after the thanks."""
    if not state.opened:
        return State(muted=state.muted, brief=state.brief)
    if state.asked is not None and (state.finished or state.asked not in BY_NAME):
        return replace(state, asked=None)
    return state


def _wake(state: State) -> tuple[State, tuple[Effect, ...]]:
    return (replace(state, muted=False), (Unmute(),)) if state.muted else (state, ())


def _is_detail(answer: Answer) -> bool:
    """Whether an item of the menu was chosen, of which something more is asked."""
    return f"{answer.question}.{answer.value}" in _DETAILS


def _skips(answer: Answer) -> bool:
    return answer.value is None and not answer.from_message


def _first_reply() -> Reply:
    return Reply("reply.first", _WITH_CODE, call_rows(), also="ask.call")


def _invitation() -> Reply:
    return Reply("reply.start", {}, language_rows())
