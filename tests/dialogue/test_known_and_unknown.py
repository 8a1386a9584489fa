"""Whoever writes learns nothing of anybody: a name we know and one we have never heard are answered alike."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from alerts.models import Delivery
from app.queues import reaction_queue
from app.reactions import reaction_names
from app.settings import read_settings
from cases.consent.people import enter_fact
from cases.identity.lookout import Lookout, look_queue
from cases.identity.suggesting import suggestions_of
from cases.incidents.opening import name_field
from cases.intake import open_case
from cases.sealed.keeping import begin, keep, name_person
from cases.sealed.models import EntryKind
from cases.verification import Basis, bear_out, suspect
from dialogue.model import Command, Said, Tapped
from dialogue.reception import Heard, receive
from dialogue.sealed.hearing import takes_over
from store.chats import find_or_open_chat
from store.clock import ManualClock
from store.queues import work_once
from tests.quick import quick_store
from tests.web.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dialogue.model import Input
    from store.unit_of_work import Store

KNOWN, UNKNOWN = "Qarlygash Examplekyzy", "Zhibek Examplekyzy"
CODE = re.compile(r"[A-Z2-9]{3}-[A-Z2-9]{3}")
SAYINGS = (
    "they took {name}",
    "{name}",
    "do you know {name}? is she there? she has a file with you",
    "I am the lawyer of {name}, where is she",
    "/status {name}",
    "/wipe {name}",
    "hello",
)
COMMANDS = ("status", "help", "start", "add", "sealed")
TAPS = ("seal.begin", "seal.agree", "seal.list", "seal.sure", "check.ok", "happening.afraid")


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with quick_store(tmp_path_factory.mktemp("known")) as store:
        scene = Scene.begin(store, f"they took {KNOWN}")
        with store.unit("test") as unit:
            bear_out(unit, scene.case_id, Basis.DOCUMENT, "seen")
            enter_fact(unit, scene.case_id, "name_latin", KNOWN)
            enter_fact(unit, scene.case_id, "name_native", "Қарлығаш")
            file = begin(unit, find_or_open_chat(unit, "telegram", "9000000"))
            name_person(unit, file, "name_native", KNOWN)
            keep(unit, file, EntryKind.TEAM, "for the day they take me")
        yield store


told = st.lists(
    st.one_of(
        st.sampled_from(SAYINGS).map(Said), st.sampled_from(COMMANDS).map(Command), st.sampled_from(TAPS).map(Tapped)
    ),
    min_size=1,
    max_size=6,
)
_chats = iter(range(10**6))


def answers(store: Store, conversation: list[Input], name: str) -> list[tuple[Any, ...]]:
    """Everything a fresh conversation is answered, codes and instants of its own left out."""
    address = f"8{next(_chats):06}"
    for given_ in conversation:
        words = given_.text.format(name=name) if isinstance(given_, Said) else ""
        said = _as_it_comes(words) if words else given_
        with store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", address)
            heard = Heard(said, "text", words, words=words, client_language="en")
            if not takes_over(unit, chat, heard, zone="Asia/Almaty"):
                receive(unit, chat, heard)
    with store.read() as unit:
        chat_id = find_or_open_chat(unit, "telegram", address).id
        rows = unit.session.scalars(select(Delivery).where(Delivery.chat_id == chat_id).order_by(Delivery.order_key))
        return [
            (
                row.template,
                sorted((key, CODE.sub("CODE", str(value))) for key, value in row.values.items() if key != "time"),
                [[one["label"] for one in line] for line in row.buttons],
                row.language,
                row.silent,
            )
            for row in rows
        ]


def _as_it_comes(words: str) -> Input:
    """Written words as the bot takes them: what begins with a stroke is a command, whatever stands beside it."""
    return Command(*words[1:].split(maxsplit=1)) if words.startswith("/") else Said(words)


@settings(max_examples=12)
@given(conversation=told)
def test_a_known_name_and_an_unknown_one_are_answered_alike(quick: Store, conversation: list[Input]) -> None:
    assert answers(quick, conversation, KNOWN) == answers(quick, conversation, UNKNOWN)


SYLLABLES = {
    "latin": ("Ba", "de", "go", "ka", "lu", "ma", "ri", "sa", "to", "zhan", "nur", "bek"),
    "cyrillic": ("Ба", "де", "го", "қа", "лу", "ма", "рі", "са", "то", "жан", "нұр", "бек"),
    "arabic": ("با", "دە", "گو", "قا", "لۇ", "ما", "رى", "سا", "تو", "جان", "نۇر", "بەك"),
    "chinese": ("巴", "德", "古", "卡", "鲁", "玛", "里", "萨", "托", "江", "努", "别克"),
}
"""What invented names are made of, in the four scripts in which people write to us."""


@st.composite
def two_names(draw: st.DrawFn) -> tuple[str, str]:
    """Two invented names in one script, of as many words."""
    syllables = SYLLABLES[draw(st.sampled_from(sorted(SYLLABLES)))]
    word = st.lists(st.sampled_from(syllables), min_size=3, max_size=4).map(lambda parts: "".join(parts).capitalize())
    words = draw(st.integers(2, 3))
    between = "·" if syllables is SYLLABLES["chinese"] else " "
    name = st.lists(word, min_size=words, max_size=words).map(between.join)
    return draw(name), draw(name)


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looking]:
    """A house in which everything happens that follows what people say, and somebody looks who was reported twice."""
    with quick_store(tmp_path_factory.mktemp("looking"), reactions=reaction_names()) as store:
        yield Looking(store)


class Looking:
    """Reactions and looks of a house."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lookout = Lookout(store)
        self._lookout.fill()
        self._reactions, self._looks = reaction_queue(read_settings({})), look_queue(self._lookout)

    def follows(self) -> None:
        """Everything that follows is done."""
        while work_once(self.store, self._reactions):
            pass
        self._lookout.follow()
        while work_once(self.store, self._looks):
            pass

    def later(self) -> None:
        """A day passes: whoever wrote before is no crowd."""
        assert isinstance(self.store.clock, ManualClock)
        self.store.clock.advance(timedelta(days=1))

    def knows(self, name: str) -> None:
        """Somebody of this name is known."""
        with self.store.unit("test") as unit:
            case = open_case(unit, language="en")
            enter_fact(unit, case.id, name_field(name), name)
        self.follows()

    def tells(self, name: str) -> tuple[list[tuple[Any, ...]], int]:
        """Somebody reports a person of this name: what they are answered, and how many cases that may be of."""
        address = f"9{next(_chats):06}"
        said = (Said("they took him"), Tapped("skip.happening"), Said("Almaty"), Said(name), Command("status"))
        for one in said:
            words = one.text if isinstance(one, Said) else None
            with self.store.unit("test") as unit:
                chat = find_or_open_chat(unit, "telegram", address)
                receive(unit, chat, Heard(one, "text", words or "", words=words, client_language="en"))
            if words == name:
                self.follows()
        self.follows()
        with self.store.read() as unit:
            chat = find_or_open_chat(unit, "telegram", address)
            assert chat.case_id is not None
            told = [
                (
                    row.template,
                    sorted(key for key in row.values),
                    [CODE.sub("CODE", str(value)) for key, value in sorted(row.values.items()) if key != "time"],
                    [[(one["label"], one.get("values")) for one in line] for line in row.buttons],
                    row.language,
                    (row.silent, row.urgent, row.throttled, row.asks),
                    row.due_at is not None and row.due_at - row.created_at,
                )
                for row in unit.session.scalars(
                    select(Delivery).where(Delivery.chat_id == chat.id).order_by(Delivery.order_key)
                )
            ]
            return told, len(suggestions_of(unit, chat.case_id))


@pytest.mark.heavy
@pytest.mark.timeout(600)
@settings(max_examples=5)
@given(names=two_names())
def test_no_reply_depends_on_whether_somebody_of_that_name_is_known(looking: Looking, names: tuple[str, str]) -> None:
    """Text, buttons and when it leaves are the same, also after somebody has looked who it may be."""
    known, unknown = names
    looking.later()
    looking.knows(known)
    answered, alike = looking.tells(known)
    assert alike, "the known one was found"
    otherwise, none = looking.tells(unknown)
    assume(not none)
    assert answered == otherwise
    assert [one[0] for one in answered].count("reply.first|ask.call") == 1


def test_a_trap_is_not_answered_and_every_other_chat_is(quick: Store) -> None:
    """The control of the comparison above: an answer that is missing shows."""
    first = answers(quick, [Said("they took {name}")], UNKNOWN)
    assert first
    with quick.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", f"8{next(_chats):06}")
        receive(unit, chat, Heard(Said("x"), "text", "they took her", words="they took her", client_language="en"))
        assert chat.case_id is not None
        suspect(unit, chat.case_id)
        before = len(unit.session.scalars(select(Delivery).where(Delivery.chat_id == chat.id)).all())
        receive(unit, chat, Heard(Said("where is she"), "text", "where is she", words="where is she"))
        receive(unit, chat, Heard(Command("status"), "command", ""))
        after = len(unit.session.scalars(select(Delivery).where(Delivery.chat_id == chat.id)).all())
    assert before == after
