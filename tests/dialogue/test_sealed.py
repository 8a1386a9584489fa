"""The conversation about a sealed file, whatever is said in it: nothing is swallowed, nothing opens it by chance."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.conversation import step as report
from dialogue.model import Command, Kind, Said, Sent, State, Tapped
from dialogue.sealed.deciding import (
    AUDIENCES,
    CHECK,
    CHOSEN,
    MENU,
    PRESS,
    PROVED,
    SCOPES,
    SEALED,
    TRIGGERS,
    Begin,
    Keep,
    Leave,
    Prove,
    Sign,
    Take,
    introduction,
    menu,
    offer,
    step,
    well_asked,
)
from dialogue.sealed.talk import cries_for_help
from tests.conftest import START
from texts.catalogue import keys

ASKED = (None, MENU, "team", "counsel", "name", "birth", "trusted", "phrase", "duress", "hour.24.2", *sorted(PROVED))
actions = st.one_of(
    st.sampled_from([f"{SEALED}{one}" for one in ("agree", "no", "now", "list", "done", "sure", "release.un", "x")]),
    st.sampled_from([f"{CHECK}{one}" for one in ("ok", "every.24", "patience.24.2", "pause.3", "stop", "")]),
    st.text(),
)
inputs = st.one_of(
    st.builds(Said, st.text()),
    st.builds(Sent, st.sampled_from(Kind)),
    st.builds(Tapped, actions),
    st.builds(Command, st.sampled_from(["sealed", "help", "stop"]), st.text(max_size=8)),
)


@given(asked=st.sampled_from(ASKED), given_=inputs, has_file=st.booleans())
def test_it_answers_anything_and_speaks_by_known_keys(
    asked: str | None, given_: Said | Sent | Tapped | Command, *, has_file: bool
) -> None:
    outcome = step(asked, given_, has_file=has_file)
    if outcome is None:
        return
    for reply in outcome.replies:
        assert reply.key in keys()
        for button in (one for row in reply.buttons for one in row):
            assert button.key in keys()
            assert len(f"dialogue:{button.action}") <= 40
    assert outcome.asked is None or len(outcome.asked) <= 24


@given(given_=st.one_of(st.builds(Said, st.text()), st.builds(Sent, st.sampled_from(Kind))))
def test_words_outside_it_are_heard_as_ever(given_: Said | Sent) -> None:
    assert step(None, given_, has_file=True) is None
    assert step("team", given_, has_file=False) is None


@given(
    asked=st.sampled_from(ASKED[1:]),
    given_=st.one_of(st.builds(Said, st.text()), st.builds(Sent, st.sampled_from(Kind))),
)
def test_whatever_is_said_in_it_is_kept_or_answers(asked: str, given_: Said | Sent) -> None:
    outcome = step(asked, given_, has_file=True)
    assert outcome is not None
    assert len(outcome.effects) == 1
    kept = outcome.effects[0]
    assert not isinstance(kept, Begin | Leave)
    if isinstance(given_, Sent):
        assert kept == Keep("counsel" if asked == "counsel" else "team")


@given(asked=st.sampled_from(ASKED[1:]), given_=st.builds(Said, st.text(min_size=1)))
def test_a_cry_is_heard_as_ever_unless_they_chose_for_whom_they_write(asked: str, given_: Said) -> None:
    outcome = step(asked, given_, has_file=True, cries=True)
    if asked not in CHOSEN:
        assert outcome is None
        return
    assert outcome is not None
    assert outcome.effects[0] in (Keep(asked, cries=True), Take(asked, cries=True), Keep("team", cries=True))


@pytest.mark.parametrize(
    "words", ["they took my brother", "меня задержали", "دادامنى تۇتۇپ كەتتى", "他们把我哥哥抓走了"]
)
def test_what_cries_for_help_is_known_in_every_language(words: str) -> None:
    assert cries_for_help(words)
    assert not cries_for_help("I leave the green box to my aunt")


def test_words_beside_the_command_are_words() -> None:
    assert step(None, Command("sealed", "they took my brother"), has_file=True) is None


def test_nothing_is_begun_before_somebody_agrees() -> None:
    assert step(None, Command("sealed"), has_file=False) is not None
    for action in ("begin", "team", "withdraw", "sure", "list"):
        outcome = step(None, Tapped(f"{SEALED}{action}"), has_file=False)
        assert outcome is not None
        assert outcome.effects == ()
        assert outcome.replies == (introduction(),)
    agreed = step(None, Tapped(f"{SEALED}agree"), has_file=False)
    assert agreed is not None
    assert agreed.effects == (Begin(),)


def test_a_release_is_signed_once_all_three_are_chosen() -> None:
    for chosen in product(AUDIENCES, SCOPES, TRIGGERS):
        for count in (0, 1, 2):
            asked = step(MENU, Tapped(".".join((f"{SEALED}release", *chosen[:count]))), has_file=True)
            assert asked is not None
            assert asked.effects == ()
            assert len(asked.replies[0].buttons) == len((AUDIENCES, SCOPES, TRIGGERS)[count])
        signed = step(MENU, Tapped(".".join((f"{SEALED}release", *chosen))), has_file=True)
        assert signed is not None
        assert signed.effects == (Sign(*chosen),)
    assert len(PRESS) == 3


def test_what_only_the_person_may_do_is_asked_for_the_phrase() -> None:
    for action, what in ((f"{SEALED}sure", "withdraw"), (f"{CHECK}stop", "stop"), (f"{CHECK}pause.3", "pause.3")):
        outcome = step(MENU, Tapped(action), has_file=True)
        assert outcome is not None
        assert (outcome.asked, outcome.effects) == (what, (Prove(what),))
        said = step(what, Said("the phrase"), has_file=True)
        assert said is not None
        assert said.effects == (Prove(what),)
    assert step("name", Said("a name"), has_file=True) is not None
    assert step("name", Said("a name"), has_file=True).effects == (Take("name"),)  # type: ignore[union-attr]  # above


def test_it_is_offered_to_whoever_is_afraid_and_to_nobody_else() -> None:
    opened = State(opened=True, asked="happening")
    for option in ("taken", "border", "held", "missing", "paper", "afraid"):
        outcome = report(opened, Tapped(f"happening.{option}"), START)
        assert (offer() in outcome.replies) == (option == "afraid")


def test_a_check_in_tells_a_stranger_nothing() -> None:
    assert well_asked().key == "reply.check_hello"
    assert menu().buttons
