"""What holds whatever anybody says, in whatever order."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.conversation import start, step
from dialogue.model import (
    AddMessage,
    Answer,
    Command,
    Input,
    Kind,
    LeaveReport,
    Meant,
    OpenReport,
    Reply,
    Said,
    Sent,
    State,
    Tapped,
)
from dialogue.questions import BY_NAME, CALL, NUMBER, QUESTIONS
from texts.catalogue import LANGUAGES
from texts.catalogue import keys as known_keys

NOON = datetime(2024, 2, 15, 12, 0, tzinfo=UTC)

ACTIONS = [
    *(f"{asked.name}.{option}" for asked in (*QUESTIONS, CALL) for option in asked.options),
    *(f"skip.{name}" for name in BY_NAME),
    *(f"language.{tag}" for tag in LANGUAGES),
]
COMMANDS = ["start", "help", "status", "stop", "language", "add", "wipe", ""]

words = st.one_of(
    st.text(),
    st.text(alphabet="\u202e\u2066\u2069\u200f\u0000\n ", max_size=8),
    st.sampled_from(
        [
            "",
            "3",
            "yes",
            "жоқ",
            "ئۇيغۇرچە",
            "قازاقشا كومەك",
            "Skip",
            "That is all",
            "2 to 5 people",
            "+7 700 000 00 20",
            "x" * 100_000,
        ]
    ),
)
inputs = st.one_of(
    st.builds(Said, words),
    st.builds(Sent, st.sampled_from(Kind)),
    st.builds(
        Meant,
        st.one_of(st.none(), st.sampled_from(sorted(BY_NAME)), words),
        st.one_of(st.builds(Said, words), st.builds(Sent, st.sampled_from(Kind))),
    ),
    st.builds(Tapped, st.one_of(st.sampled_from(ACTIONS), words)),
    st.builds(Command, st.one_of(st.sampled_from(COMMANDS), words), words),
)
moments = st.timedeltas(timedelta(0), timedelta(minutes=20))
conversations = st.lists(st.tuples(inputs, moments), max_size=40)
stored = st.one_of(
    st.none(),
    st.text(),
    st.binary(),
    st.dictionaries(
        st.sampled_from([*State.__dataclass_fields__, "new_field"]),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.text(max_size=9), st.lists(st.text(max_size=9), max_size=3)
        ),
    ).map(json.dumps),
)


def check_replies(replies: tuple[Reply, ...]) -> None:
    assert len(replies) <= 3
    for reply in replies:
        used = {reply.key, *(button.key for row in reply.buttons for button in row)}
        assert used | ({reply.also} if reply.also else set()) <= known_keys()
        assert all(reply.buttons)


def is_content(given: Input) -> bool:
    return isinstance(given, Said | Sent | Meant)


@given(conversations)
@settings(max_examples=100, deadline=None)
def test_nothing_is_lost_nothing_raises_and_one_report_is_opened(conversation: list[tuple[Input, timedelta]]) -> None:
    state, now, opened = start(), NOON, 0
    for said, later in conversation:
        now += later
        outcome = step(state, said, now)
        added = outcome.effects.count(AddMessage())
        assert added == 1 if is_content(said) else added <= 1
        opened = 0 if LeaveReport() in outcome.effects else opened + outcome.effects.count(OpenReport())
        assert opened == outcome.state.opened
        assert outcome.state.opened or not is_content(said)
        check_replies(outcome.replies)
        state = outcome.state
        assert State.from_json(state.to_json(), open_report=state.opened) == state


@given(stored, st.booleans(), conversations)
@settings(max_examples=60, deadline=None)
def test_whatever_was_stored_the_conversation_goes_on(
    kept: str | bytes | None, open_report: bool, conversation: list[tuple[Input, timedelta]]
) -> None:
    state = State.from_json(kept, open_report=open_report)
    assert state.opened == open_report
    for said, later in conversation:
        outcome = step(state, said, NOON + later)
        assert OpenReport() not in outcome.effects or not state.opened
        assert is_content(said) <= (AddMessage() in outcome.effects)
        check_replies(outcome.replies)
        state = outcome.state


@given(conversations)
@settings(max_examples=60, deadline=None)
def test_skipping_leads_to_thanks(conversation: list[tuple[Input, timedelta]]) -> None:
    state = start()
    for said, later in conversation:
        state = step(state, said, NOON + later).state
    if not state.opened:
        state = step(state, Said("hello"), NOON).state
    taps = 0
    while not state.finished:
        outcome = step(state, Tapped("more.done" if state.asked == "more" else f"skip.{state.asked}"), NOON)
        state, taps = outcome.state, taps + 1
        assert taps <= 12
        assert [reply.key for reply in outcome.replies] == ["reply.thanks" if state.finished else f"ask.{state.asked}"]


@given(st.lists(st.builds(Said, words), min_size=1, max_size=30))
@settings(deadline=None)
def test_a_flood_in_one_minute_never_has_a_question_put_more_than_twice(flood: list[Said]) -> None:
    state = start()
    asked: list[str] = []
    for said in flood:
        outcome = step(state, said, NOON)
        asked += [reply.key for reply in outcome.replies]
        state = outcome.state
    assert all(asked.count(f"ask.{question.name}") <= 2 for question in QUESTIONS)
    assert len(asked) <= 2 + 3 * len(QUESTIONS)


@given(conversations)
@settings(deadline=None)
def test_the_state_holds_no_word_of_the_reporter(conversation: list[tuple[Input, timedelta]]) -> None:
    state = start()
    for said, later in conversation:
        state = step(state, said, NOON + later).state
    assert {state.asked, *state.answered, *state.skipped} <= {None, "call", "number", *BY_NAME}
    assert state.happening in {None, *BY_NAME["happening"].options}


@given(conversations)
@settings(deadline=None)
def test_answers_are_to_questions_that_are_asked(conversation: list[tuple[Input, timedelta]]) -> None:
    options = {asked.name: asked.options for asked in (*BY_NAME.values(), CALL, NUMBER)}
    state = start()
    for said, later in conversation:
        outcome = step(state, said, NOON + later)
        for answer in (effect for effect in outcome.effects if isinstance(effect, Answer)):
            assert answer.value is None or answer.value in options[answer.question]
            assert not answer.from_message or AddMessage() in outcome.effects
        state = outcome.state
