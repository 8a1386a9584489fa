import pytest

from dialogue.model import Answer, Said
from dialogue.questions import BY_NAME, CALL, DETAILS, QUESTIONS, Question, answer_in, ask, tapped_answer
from texts.catalogue import LANGUAGES, keys, say

ALL = (*QUESTIONS, *DETAILS)


@pytest.mark.parametrize("asked", [*ALL, CALL], ids=lambda asked: asked.name)
def test_everything_asked_has_its_texts(asked: Question) -> None:
    assert {f"ask.{asked.name}", *(f"option.{asked.name}.{option}" for option in asked.options)} <= keys()


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.name)
def test_every_question_can_be_passed_by_a_button(asked: Question) -> None:
    offered = {button.action for row in ask(asked).buttons for button in row}
    assert offered & {f"skip.{asked.name}", f"{asked.name}.done"}


@pytest.mark.parametrize("asked", [*ALL, CALL], ids=lambda asked: asked.name)
def test_every_button_of_a_question_is_an_answer_to_it(asked: Question) -> None:
    for row in ask(asked).buttons:
        for button in row:
            answer = tapped_answer(button.action)
            assert button.action.startswith("language.") or (answer and answer.question == asked.name)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("asked", [asked for asked in QUESTIONS if asked.options], ids=lambda asked: asked.name)
def test_a_label_typed_out_is_its_own_option_in_every_language(asked: Question, language: str) -> None:
    for option in asked.options:
        label = say(f"option.{asked.name}.{option}", language)
        assert answer_in(Said(label), asked) == Answer(asked.name, option, from_message=True)


def test_what_a_reporter_might_regret_is_never_asked() -> None:
    asked = " ".join(say(f"ask.{question.name}", "en") for question in ALL).casefold()
    assert not [word for word in ("cross", "enter", "asylum", "tortur", "religio", "why did") if word in asked]


def test_names_are_asked_for_in_one_place() -> None:
    assert list(BY_NAME) == [asked.name for asked in ALL]
