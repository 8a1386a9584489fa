"""Whoever writes learns nothing of anybody: a name we know and one we have never heard are answered alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from alerts.models import Delivery
from cases.consent.people import enter_fact
from cases.sealed.keeping import begin, keep, name_person
from cases.sealed.models import EntryKind
from cases.verification import Basis, bear_out, suspect
from dialogue.model import Command, Said, Tapped
from dialogue.reception import Heard, receive
from dialogue.sealing import takes_over
from store.chats import find_or_open_chat
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
        said = Said(given_.text.format(name=name)) if isinstance(given_, Said) else given_
        words = said.text if isinstance(said, Said) else ""
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


@settings(max_examples=40)
@given(conversation=told)
def test_a_known_name_and_an_unknown_one_are_answered_alike(quick: Store, conversation: list[Input]) -> None:
    assert answers(quick, conversation, KNOWN) == answers(quick, conversation, UNKNOWN)


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
