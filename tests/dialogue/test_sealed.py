"""The conversation about a sealed file, whatever is said in it: nothing is swallowed, nothing opens it by chance."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.sealed.beating import EVERY_HOURS, PATIENCE_HOURS
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
    Effect,
    Hour,
    Keep,
    Leave,
    List,
    Outcome,
    Press,
    Prove,
    Sign,
    Take,
    asked_again,
    happening_now,
    heard_cry,
    introduction,
    kept,
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


def taps(action: str, asked: str | None = MENU) -> Outcome:
    outcome = step(asked, Tapped(action), has_file=True)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize(
    ("name", "asked", "effects", "key"),
    [
        ("team", "team", (), "ask.sealed_team"),
        ("counsel", "counsel", (), "ask.sealed_counsel"),
        ("name", "name", (), "ask.sealed_name"),
        ("trusted", "trusted", (), "ask.sealed_trusted"),
        ("release", MENU, (), "ask.sealed_whom"),
        ("press", MENU, (), "ask.sealed_press"),
        ("phrase", "another.phrase", (Prove("another.phrase"),), None),
        ("duress", "another.duress", (Prove("another.duress"),), None),
        ("check", MENU, (), "ask.check_every"),
        ("list", MENU, (List(),), None),
        ("withdraw", MENU, (), "ask.sealed_sure"),
        ("done", None, (Leave(wipe=True),), "reply.sealed_done"),
        ("now", None, (Leave(now=True),), None),
    ],
)
def test_each_button_of_the_menu_leads_where_it_says(
    name: str, asked: str | None, effects: tuple[Effect, ...], key: str | None
) -> None:
    assert f"{SEALED}{name}" in {button.action for row in menu().buttons for button in row}
    outcome = taps(f"{SEALED}{name}")
    assert (outcome.asked, outcome.effects) == (asked, effects)
    assert [reply.key for reply in outcome.replies] == ([] if key is None else [key])


def test_every_button_of_the_menu_is_one_of_these() -> None:
    assert sum(len(row) for row in menu().buttons) == 13


def test_what_the_press_may_be_told_is_one_of_three() -> None:
    (asked,) = taps(f"{SEALED}press").replies
    for (button,), answer in zip(asked.buttons, PRESS, strict=True):
        assert taps(button.action) == Outcome(MENU, (Press(answer),))


def test_to_take_it_all_back_is_asked_twice() -> None:
    (sure,) = taps(f"{SEALED}withdraw").replies
    (yes,), (no,) = sure.buttons
    assert taps(yes.action).effects == (Prove("withdraw"),)
    assert taps(no.action) == Outcome(MENU, (), (menu(),))


def test_check_ins_are_agreed_on_by_how_often_how_patiently_and_at_which_hour() -> None:
    (often,) = taps(f"{SEALED}check").replies
    rhythms = [row[0].action for row in often.buttons[: len(EVERY_HOURS)]]
    for hours, rhythm in zip(EVERY_HOURS, rhythms, strict=True):
        (patiently,) = taps(rhythm).replies
        assert patiently.key == "ask.check_patience"
        for patience, (button,) in zip(PATIENCE_HOURS, patiently.buttons, strict=True):
            asked = taps(button.action)
            assert asked == Outcome(f"hour.{hours}.{patience}", (), (asked_again(f"hour.{hours}.{patience}"),))
            said = step(asked.asked, Said("at eight"), has_file=True)
            assert said == Outcome(asked.asked, (Hour(hours, patience),))
            spoken = step(asked.asked, Sent(Kind.VOICE), has_file=True)
            assert spoken == Outcome(asked.asked, (Keep("team"),)), "a voice names no hour, and is kept"


@pytest.mark.parametrize(
    "action",
    [
        f"{SEALED}press.all",
        f"{SEALED}release.nobody",
        f"{SEALED}release.un.who.never",
        f"{SEALED}release.un.who.taken.more",
        f"{SEALED}anything",
        f"{CHECK}every.5",
        f"{CHECK}patience.5.2",
        f"{CHECK}patience.24.500",
        f"{CHECK}pause.5000",
        CHECK,
    ],
)
def test_what_was_never_offered_does_nothing_and_shows_the_menu(action: str) -> None:
    assert taps(action) == Outcome(MENU, (), (menu(),))


def test_whoever_cries_into_a_file_is_asked_whether_it_happens_now() -> None:
    (now,), (back,) = heard_cry().buttons
    assert taps(now.action, "team") == Outcome(None, (Leave(now=True),))
    assert taps(back.action, "team") == Outcome(MENU, (), (menu(),))
    said = {heard_cry().key, happening_now().key, kept().key, asked_again("hour.24.2").key}
    assert said | {asked_again(one).key for one in ("name", "birth", "trusted", "phrase", "duress")} <= set(keys())


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
