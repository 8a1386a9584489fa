"""The questions, as one table, and what counts as an answer to each.

They are asked in the order of the table; every one can be skipped. Never asked here, whatever is added: how and when
anybody crossed a border, the reasons for asking asylum, torture. Those are for a person to ask, and not in a chat.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from dialogue.model import Answer, Button, Input, Kind, Meant, Reply, Row, Said, Sent
from texts.catalogue import LANGUAGES, say

FACT: Final = "ask.fact_"
"""How the texts of these questions begin."""
FACTS: Final = frozenset(
    {
        "name_latin",
        "name_native",
        "birth_date",
        "nationality",
        "place",
        "agency",
        "taken_on",
        "missing_since",
        "language",
        "family_contact",
    }
)
"""All that a person may have asked in a chat, one by one, beside the table below: who the person is, where and since
when they are held, in what language and by what way people can be spoken to. Each is a word or a date that a relative
knows, says nothing of why somebody fled, and is needed within the hour. What is not named here is asked by nobody but
people."""
LEFT_TO_PEOPLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "document_number": "it finds the person in any register, and a phone can be read by others",
        "articles": "relatives guess at it; what counts is the paper, of which a photo is asked for from the start",
        "relation": "who asks for a person and by what right is heard in a talk, and whether it is true",
        "instructs": "the same; and whoever answers must understand what it means",
        "feared_state": "with it the story of an asylum begins",
        "exhibits": "files are no answer to one question",
    }
)
"""What a paper would have from the family as well, and why the bot does not ask for it."""
FILMED: Final = frozenset({Kind.VIDEO})
SHOWN: Final = frozenset({Kind.PHOTO, Kind.DOCUMENT})
HELD: Final = frozenset({"taken", "border", "held"})


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked. Its text is `ask.NAME`, its options are `option.NAME.OPTION`."""

    name: str
    options: tuple[str, ...] = ()
    columns: int = 1  # of buttons; long labels are cut off in narrow ones
    words: bool = False  # whether any words are an answer
    takes: frozenset[Kind] = frozenset()  # what else is an answer; a voice note always is
    after: frozenset[str] | None = None  # asked only if this is happening
    languages: bool = False  # whether the choice of language stands under it
    patient: bool = False  # not repeated at the first thing that is no answer: people are still telling
    skip: bool = True
    first: bool = False  # asked of everybody, also while so many write that nothing else is


QUESTIONS: Final = (
    Question(
        "happening",
        options=("taken", "border", "held", "missing", "paper", "afraid"),
        languages=True,
        patient=True,
        first=True,
    ),
    Question("removal_time", words=True, takes=FILMED | SHOWN, after=HELD),
    Question("where", words=True, takes=FILMED | {Kind.LOCATION}, first=True),
    Question("who", words=True, takes=FILMED | SHOWN | {Kind.CONTACT}, first=True),
    Question("how_many", options=("one", "few", "many")),
    Question("safe_contact", words=True, takes=frozenset({Kind.CONTACT})),
    Question("outside", options=("yes", "no"), columns=2),
    Question("code_word", words=True),
    Question("more", options=("medical", "child", "dependants", "paper", "lawyer", "done"), skip=False),
)

# What a tap on an item of "more" asks for.
DETAILS: Final = (
    Question("more.medical", words=True, takes=FILMED | SHOWN),
    Question("more.child", words=True, takes=FILMED | SHOWN),
    Question("more.dependants", words=True, takes=FILMED | SHOWN | {Kind.LOCATION, Kind.CONTACT}),
    Question("more.paper", words=True, takes=FILMED | SHOWN),
    Question("more.lawyer", words=True, takes=FILMED | SHOWN | {Kind.CONTACT}),
)

# Stands under the first reply and is never waited for: whoever does not answer is not called. It takes buttons only,
# because a "yes" typed in these minutes may be meant for something else.
CALL: Final = Question("call", options=("yes", "write", "unsafe"), skip=False)
UNSAFE: Final = "unsafe"
"""The answer to it that neither calls nor texts are safe."""

# Asked of whoever may be called, where the door shows no number of theirs. It is never the open question: people go on
# telling, and a number is known when it is seen.
NUMBER: Final = Question("number", takes=frozenset({Kind.CONTACT}), skip=False)

NO_LAWYER: Final = "nolawyer"
"""The command by which somebody says that the lawyer is no longer wanted; its label is `option.no_lawyer`."""

BY_NAME: Final[Mapping[str, Question]] = MappingProxyType({asked.name: asked for asked in QUESTIONS + DETAILS})

_ANSWERS: Final[Mapping[str, Answer]] = MappingProxyType(
    {
        **{
            f"{asked.name}.{option}": Answer(asked.name, option)
            for asked in (*QUESTIONS, CALL)
            for option in asked.options
        },
        **{f"skip.{name}": Answer(name) for name in BY_NAME},
    }
)

# Yes and no, as people type them in the languages spoken here and next door.
_ALSO: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("outside", "yes"): "yes yeah yep да иә ия يا ھەئە شۇنداق 是 是的 对 evet",
        ("outside", "no"): "no nope нет жоқ жок جوق ياق 不 不是 没有 hayır yoʻq yoq",
    }
)

_LONGEST_LABEL: Final = 64  # characters; anything longer is told, not tapped in words
_LONGEST_NUMBER: Final = 6  # digits; anything longer is a phone number
_DIALLED: Final = re.compile(r"(?<![\w+.:-])(\+|00)?(\d(?:[ ()-]{0,2}\d){6,14})(?![\w:.]*\d)")
_DATED: Final = re.compile(r"(?:19|20)\d\d-\d\d?-")
_WITHOUT_COUNTRY: Final = range(10, 12)  # digits: identity numbers have more of them, what is said of people has fewer
FEW: Final = range(2, 6)
"""How many people are several, and not many."""


def tapped_answer(action: str) -> Answer | None:
    """What a button stands for: an option, or a skipped question. None: not a button of any question."""
    return _ANSWERS.get(action)


def answer_in(given: Input, asked: Question) -> Answer | None:
    """The answer a message plainly gives to a question; None if it is something else, however important."""
    match given:
        case Said(text):
            return _answer_in_words(text, asked)
        case Sent(kind) if kind is Kind.VOICE or kind in asked.takes:  # a person listens to what cannot be read
            return Answer(asked.name, from_message=True)
        case _:
            return None


def telephone_in(text: str) -> bool:
    """Whether a telephone number stands in a text: with the code of a country, or as it is dialled within one."""
    found = _DIALLED.finditer(unicodedata.normalize("NFKC", text))
    return any(
        one[1] or (sum(map(str.isdecimal, one[2])) in _WITHOUT_COUNTRY and not _DATED.match(one[2])) for one in found
    )


def wants_no_lawyer(given: Input) -> bool:
    """Whether somebody wrote the label of "the lawyer is no longer wanted", or its command, and nothing else."""
    said = given.given if isinstance(given, Meant) else given
    return isinstance(said, Said) and _bare(said.text) in _no_lawyer()


def ask(asked: Question, settled: frozenset[str] = frozenset()) -> Reply:
    """The question with its buttons; items of "more" that were settled already are no longer offered."""
    offered = [option for option in asked.options if f"{asked.name}.{option}" not in settled]
    options = _rows(asked, offered)
    skip: tuple[Row, ...] = ((Button(f"skip.{asked.name}", "option.skip"),),) if asked.skip else ()
    return Reply(f"ask.{asked.name}", {}, options + skip + (language_rows() if asked.languages else ()))


def call_rows() -> tuple[Row, ...]:
    """The buttons of "may we call you"."""
    return _rows(CALL, CALL.options)


def language_rows() -> tuple[Row, ...]:
    """A button for every language, each named in itself, three to a row."""
    buttons = tuple(Button(f"language.{tag}", f"language.{tag}") for tag in LANGUAGES)
    return tuple(buttons[at : at + 3] for at in range(0, len(buttons), 3))


def known_language(written: str) -> str | None:
    """The language meant by a tag in any spelling (`kk_arab`, `zh-CN`) or by its own name; None if not ours."""
    tag = written.strip().replace("_", "-").casefold()
    by_tag = {language.casefold(): language for language in LANGUAGES}
    while tag and tag not in by_tag:
        tag = tag.rpartition("-")[0]
    return by_tag.get(tag) or _languages_by_name().get(_bare(written))


def _rows(asked: Question, options: tuple[str, ...] | list[str]) -> tuple[Row, ...]:
    buttons = tuple(Button(f"{asked.name}.{option}", f"option.{asked.name}.{option}") for option in options)
    return tuple(buttons[at : at + asked.columns] for at in range(0, len(buttons), asked.columns))


def _answer_in_words(text: str, asked: Question) -> Answer | None:
    """An option by its label, a number of people, "skip" typed out; any words where words are asked for."""
    bare = _bare(text)
    if not bare:
        return None
    if bare in _skips() and asked.skip:
        return Answer(asked.name)
    option = _number_of_people(text) if asked.name == "how_many" else None
    option = option or _options_by_label(asked.name).get(bare)
    if option is not None:
        return Answer(asked.name, option, from_message=True)
    return Answer(asked.name, from_message=True) if asked.words else None


def _number_of_people(text: str) -> str | None:
    """Which option a bare number means, whatever script its digits are in."""
    digits = text.strip()
    if not digits.isdecimal() or len(digits) > _LONGEST_NUMBER or int(digits) == 0:
        return None
    number = int(digits)
    if number == 1:
        return "one"
    return "few" if number in FEW else "many"


def _bare(text: str) -> str:
    """What is left of a text when case, spaces, punctuation and invisible marks do not count; nothing of a long one."""
    folded = unicodedata.normalize("NFKC", text[: _LONGEST_LABEL + 1]).casefold()
    return "".join(character for character in folded if unicodedata.category(character)[0] in "LN")


@cache
def _options_by_label(name: str) -> Mapping[str, str]:
    """Every label of a question's options in every language, and the other words that plainly mean one."""
    labels: dict[str, str] = {}
    for option in BY_NAME[name].options:
        spoken = [say(f"option.{name}.{option}", language) for language in LANGUAGES]
        labels |= {_bare(label): option for label in (*spoken, *_ALSO.get((name, option), "").split())}
    return labels


@cache
def _skips() -> frozenset[str]:
    return frozenset(_bare(say("option.skip", language)) for language in LANGUAGES)


@cache
def _no_lawyer() -> frozenset[str]:
    return frozenset({NO_LAWYER, *(_bare(say("option.no_lawyer", language)) for language in LANGUAGES)})


@cache
def _languages_by_name() -> Mapping[str, str]:
    return {_bare(say(f"language.{tag}", tag)): tag for tag in LANGUAGES}
