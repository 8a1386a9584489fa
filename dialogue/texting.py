"""The conversation by text message: the same report, told in as few texts as can be. Pure.

A text of ours costs money, is kept by operators, and lies readable in a phone that others may hold. So:

- Whatever is texted first opens a report, and is answered once: with its code, and whether we may call.
- Three questions at most follow each other: may we call, where, who. None is put twice, and none has to be answered.
- Nothing says that a text was added. After the last question nothing is said any more, while everything is kept.
- Who says that it is not safe is texted nothing more, not even what was not asked yet, until they answer otherwise or
  text "start".
- "Stop", in the words that :mod:`alerts.answering.replies` knows, ends what we send until somebody texts "start". What
  they text meanwhile is kept, and heard by people, like anything else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from alerts.answering.replies import Start, Stop, read_reply
from dialogue.model import (
    CODE,
    AddMessage,
    Answer,
    DismissCounsel,
    Effect,
    Input,
    Mute,
    OpenReport,
    Outcome,
    Reply,
    Said,
    State,
    Unmute,
)
from dialogue.questions import BY_NAME, CALL, UNSAFE, answer_in, wants_no_lawyer

ASKED: Final = (CALL, BY_NAME["where"], BY_NAME["who"])
"""What is asked by text, in this order."""
PATIENCE: Final = timedelta(minutes=2)
"""How long what is no answer to a choice counts as telling on; after that the next question is asked."""
_WITH_CODE: Final = {"code": CODE}
_DIGITS: Final = {"1": 0, "2": 1, "3": 2}


def step_by_text(state: State, given: Input, now: datetime, *, unsafe: bool = False, answered: bool = True) -> Outcome:
    """What follows from one text at ``now`` (aware). Never raises, whatever it says; at most one reply.

    ``unsafe``: whether they said, by text or in a call, that texts and calls are not safe. ``answered``: whether what
    they have reported was answered at all; where it could not be, it is answered now.
    Every text gives exactly one AddMessage, but a "stop" where nothing was reported.
    """
    words = given.text if isinstance(given, Said) else ""
    match read_reply(words):
        case Stop():
            return Outcome(replace(state, muted=True), (*_kept(state), Mute()))
        case Start():
            return _wake(state, now, unsafe=unsafe)
        case _ if not state.opened:
            return _open(state, now, unsafe=unsafe)
        case _:
            return _hear(state, given, now, unsafe=unsafe, answered=answered)


def _kept(state: State) -> tuple[Effect, ...]:
    return (AddMessage(),) if state.opened else ()


def _wake(state: State, now: datetime, *, unsafe: bool) -> Outcome:
    """Be told again; where nothing was reported yet, whoever texts this may be unable to say more, and is heard.

    Where it was not safe, texts are, as far as we know now, and calls are not.
    """
    awake = replace(state, muted=False)
    told = Outcome(awake, (AddMessage(),)) if state.opened else _open(awake, now, unsafe=False)
    texts_are_safe = (Answer(CALL.name, "write"),) if unsafe else ()
    woken = (Unmute(),) if state.muted or unsafe else ()
    return replace(told, effects=(*told.effects, *texts_are_safe, *woken))


def _open(state: State, now: datetime, *, unsafe: bool) -> Outcome:
    opened = State(opened=True, muted=state.muted, asked=CALL.name, asked_at=now)
    effects: tuple[Effect, ...] = (OpenReport(), AddMessage())
    if unsafe:  # whoever works on this report has to know it
        return Outcome(opened, (*effects, Answer(CALL.name, UNSAFE)))
    first = Reply("reply.first", _WITH_CODE, also="ask.call")
    return Outcome(opened, effects, () if state.muted else (first,))


def _hear(state: State, given: Input, now: datetime, *, unsafe: bool, answered: bool) -> Outcome:
    answer = _answer(state, given)
    unwanted = (DismissCounsel(),) if wants_no_lawyer(given) else ()
    effects: tuple[Effect, ...] = (AddMessage(), *((answer,) if answer else ()), *unwanted)
    quiet = state.muted or _is_unsafe(answer, unsafe=unsafe)
    if (state.asked is None and not state.finished) or not (answered or quiet):
        # told at another door before, a bookmark was lost, or we were texting too much when they began
        opened = _open(state, now, unsafe=quiet)
        return replace(opened, state=_settled(opened.state, answer), effects=effects)
    if quiet or state.finished or (answer is None and _still_telling(state, now)):
        return Outcome(_settled(state, answer), effects)
    passed = state if answer or state.asked is None else replace(state, skipped=state.skipped | {state.asked})
    return replace(_ask_next(_settled(passed, answer), now), effects=effects)


def _answer(state: State, given: Input) -> Answer | None:
    """The answer to the open question: a choice by its number; where words are asked for, words, a voice or a pin."""
    asked = next((one for one in ASKED if one.name == state.asked), None)
    if asked is None:
        return None
    if not asked.options:
        return answer_in(given, asked)
    chosen = _chosen(given.text) if isinstance(given, Said) else None
    return None if chosen is None else Answer(asked.name, asked.options[chosen], from_message=True)


def _is_unsafe(answer: Answer | None, *, unsafe: bool) -> bool:
    """Whether it is not safe to text them, after what they have just answered."""
    return answer.value == UNSAFE if answer is not None and answer.question == CALL.name else unsafe


def _chosen(text: str) -> int | None:
    """Which option a bare digit means, whatever script it is in."""
    bare = text.strip().rstrip(".)。")
    digit = str(int(bare)) if len(bare) == 1 and bare.isdecimal() else ""
    return _DIGITS.get(digit)


def _still_telling(state: State, now: datetime) -> bool:
    return state.asked_at is not None and abs(now - state.asked_at) < PATIENCE


def _settled(state: State, answer: Answer | None) -> State:
    return state if answer is None else replace(state, answered=state.answered | {answer.question})


def _ask_next(state: State, now: datetime) -> Outcome:
    settled = state.answered | state.skipped
    question = next((one for one in ASKED if one.name not in settled), None)
    if question is None:
        ended = replace(state, finished=True, asked=None, asked_at=None)
        return Outcome(ended, (), (Reply("reply.thanks", _WITH_CODE),))
    return Outcome(replace(state, asked=question.name, asked_at=now), (), (Reply(f"ask.{question.name}"),))
