"""What a helper may see: whatever is told, in whatever order, nothing leads a lawyer to the reporter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cases.models import ReportAnswer, ReportMessage
from cases.views.responder import CARD, REPORTERS_CONTACT, Answered, ResponderView, view_for_responder
from contacts.values import Role
from tests.quick import quick_store
from tests.web.scene import FIRST_WORDS, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from store.unit_of_work import Store

SECRET = "Leads-to-the-reporter"
PLAIN = "Of-the-case"
QUESTIONS = ("happening", "where", "who", "more", "more.lawyer", "outside", *sorted(REPORTERS_CONTACT))
OPEN_QUESTIONS = tuple(question for question in QUESTIONS if question not in REPORTERS_CONTACT)
OTHERS = [str(role) for role in Role if role is not Role.COORDINATOR]


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with quick_store(tmp_path_factory.mktemp("views")) as store:
        yield store


def view(scene: Scene, role: str) -> ResponderView:
    helper = scene.helper(f"Helper {role}", role, accepts=False)
    with scene.store.unit("test") as unit:
        return view_for_responder(unit, scene.case_id, helper, role)


def answers(seen: ResponderView) -> dict[str, Answered]:
    return {answer.question: answer for answer in seen.answers}


# What a reporter may do, one after another: (what, question, whether it leads to them)
told = st.tuples(
    st.sampled_from(["says", "card", "answers in words", "taps", "skips", "corrects"]), st.sampled_from(QUESTIONS)
)


@settings(max_examples=40)
@given(story=st.lists(told, max_size=12), role=st.sampled_from(OTHERS))
def test_nothing_leads_anybody_but_a_coordinator_to_the_reporter(
    quick: Store, story: list[tuple[str, str]], role: str
) -> None:
    scene = Scene.begin(quick)
    contact_in_words = False
    for what, question in story:
        private = question in REPORTERS_CONTACT
        words = SECRET if private else PLAIN
        match what:
            case "says":
                scene.says(PLAIN)
            case "card":
                scene.answers(question, message=scene.sends("contact", contact={"phone_number": SECRET}))
            case "answers in words":
                scene.answers(question, message=scene.says(words))
                contact_in_words = contact_in_words or private
            case "taps":
                scene.answers(question, words)
            case "skips":
                scene.answers(question)
            case "corrects":  # what was said before, perhaps how they can be reached
                scene.says(SECRET if contact_in_words else PLAIN, correction=True)
    seen = view(scene, role)
    assert SECRET not in repr(seen)
    assert not REPORTERS_CONTACT & answers(seen).keys()
    assert all(entry.kind != CARD for entry in seen.entries)
    assert seen.contact_held_back
    assert FIRST_WORDS in repr(seen), "what is not about the reporter is there"
    everything = view(scene, "coordinator")
    assert not everything.contact_held_back
    with quick.read() as unit:
        kept = len(unit.session.scalars(select(ReportMessage).where(ReportMessage.case_id == scene.case_id)).all())
        asked = set(unit.session.scalars(select(ReportAnswer.question).where(ReportAnswer.case_id == scene.case_id)))
    assert len(everything.entries) == kept, "a coordinator sees every message"
    assert answers(everything).keys() == asked


@pytest.fixture
def scene(quick: Store) -> Scene:
    return Scene.begin(quick)


def test_entries_come_in_their_order_with_all_their_words(scene: Scene) -> None:
    scene.says("one")
    scene.sends("photo", caption="two")
    scene.sends("voice", voice={})
    assert [(entry.kind, entry.text) for entry in view(scene, "lawyer").entries] == [
        ("text", FIRST_WORDS),
        ("text", "one"),
        ("photo", "two"),
        ("voice", ""),
    ]


def test_the_latest_answer_counts_and_skipping_takes_none_back(scene: Scene) -> None:
    scene.answers("happening", "afraid")
    scene.answers("happening", "held")
    scene.answers("happening")
    scene.answers("outside")
    given_answers = answers(view(scene, "lawyer"))
    assert given_answers["happening"] == Answered("happening", ("held",))
    assert given_answers["outside"].skipped
    assert not given_answers["happening"].skipped


def test_words_and_options_stand_together(scene: Scene) -> None:
    def answer(message: UUID) -> Answered:
        scene.answers("how_many", "few", message)
        return answers(view(scene, "lawyer"))["how_many"]

    assert answer(scene.says("three")) == Answered("how_many", ("few",), "three", "text")


def test_a_voice_message_answers_too(scene: Scene) -> None:
    scene.answers("where", message=scene.sends("voice", voice={}))
    answer = answers(view(scene, "lawyer"))["where"]
    assert (answer.text, answer.sent, answer.skipped) == ("", "voice", False)


def test_of_the_menu_everything_chosen_is_told(scene: Scene) -> None:
    for option in ("medical", "paper", "medical", "done"):
        scene.answers("more", option)
    assert answers(view(scene, "coordinator"))["more"].options == ("medical", "paper")


def test_that_there_is_nothing_more_is_told_too(scene: Scene) -> None:
    scene.answers("more", "done")
    assert answers(view(scene, "coordinator"))["more"].options == ("done",)


def test_a_coordinator_is_shown_the_card_and_the_number(scene: Scene) -> None:
    card = scene.sends("contact", contact={"first_name": "Gulnar", "phone_number": "+77000000022"})
    scene.answers("safe_contact", message=card)
    seen = view(scene, "coordinator")
    assert answers(seen)["safe_contact"].text == "Gulnar\n+77000000022"
    assert seen.entries[-1].text == "Gulnar\n+77000000022"
