"""What is refused is said in the reader's language: every sentence of the code has a text, and no page shows it raw."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cases.consent.errors import ConsentError
from contacts.models import Contact
from tests.accounts import Browser, join, quick
from tests.web.conftest import ZONE
from texts.catalogue import say
from web.console.gate import LANGUAGES
from web.console.mishaps import OTHERWISE, TOLD
from web.factory import make_app
from web.refusals import EXAMPLES, SHELL, UNKNOWN, WHY, reason, reason_or_shell
from web.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.unit_of_work import Store
    from tests.accounts import Member
    from tests.web.scene import Scene

HERE = Path(__file__).parents[2]
ROOMS = ("cases", "contacts", "alerts", "papers", "web/console")
REFUSE = {
    "ConsentError",
    "NotAssignedError",
    "NotHandedOverError",
    "RetentionError",
    "AccountRefusedError",
    "PaperError",
}


def sentences() -> Iterator[str]:
    """How each refusal of the rooms below begins, up to the first value that is put into it."""
    for room in ROOMS:
        for file in (HERE / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSE:
                    said = node.args[0]
                    if isinstance(said, ast.Call):  # it hands on what another refusal says
                        continue
                    first = said.values[0] if isinstance(said, ast.JoinedStr) else said
                    assert isinstance(first, ast.Constant), f"{file.name}: a refusal begins with words"
                    yield str(first.value)


def test_every_refusal_of_the_code_is_known_by_how_it_begins() -> None:
    said = list(sentences())
    assert len(said) > 40
    assert [one for one in said if not any(one.startswith(start) for start in WHY)] == []
    assert [start for start in WHY if not any(one.startswith(start) for one in (*said, "it took longer than"))] == []


def test_no_beginning_hides_another() -> None:
    starts = list(WHY)
    assert [(one, other) for one in starts for other in starts if one != other and other.startswith(one)] == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_each_is_said_in_the_readers_language(language: str) -> None:
    words = Words(language, ZONE)
    for start, key in WHY.items():
        told = reason(ConsentError(f"{start} and so on"), words)
        assert told == say(key, language, example=EXAMPLES.get(key, ""))
        assert told != say(key, "en", example=EXAMPLES.get(key, ""))
    assert reason(ConsentError("a sentence nobody has listed"), words) == say(UNKNOWN, language)
    assert "panah lock" in reason_or_shell(ConsentError("another"), words, "panah lock")
    for key in (*TOLD.values(), OTHERWISE, SHELL):
        assert say(key, language, command="x") != say(key, "en", command="x")


@pytest.fixture
def aigerim(quick_store: Store, scene: Scene) -> Member:
    member = join(quick_store, "Aigerim")
    scene.helper("Aigerim")
    with quick_store.unit("test") as unit:
        unit.session.get_one(Contact, member.contact_id).languages = ["ru"]
    return member


def test_pages_refuse_in_the_readers_language(quick_store: Store, scene: Scene, aigerim: Member) -> None:
    browser = Browser(make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()).comes_in(aigerim)
    person = f"/console/case/{scene.code}/person"
    refused = browser.sends(f"{person}/consent", audience="unhcr", granted="yes", authority="person")
    assert (refused.status_code, "Отметьте, о чём речь." in refused.text) == (400, True)
    day = browser.sends(f"{person}/fact", field="birth_date", value="yesterday", confidence="low")
    assert (day.status_code, "Не удалось прочитать дату" in day.text) == (400, True)
    assert "a date is written" not in day.text
    closing = f"/console/case/{scene.code}/closing"
    closed = browser.sends(closing, do="close", note=" ")
    assert (closed.status_code, "Напишите, почему дело закрывается." in closed.text) == (409, True)


def test_what_is_not_there_is_said_in_the_readers_language_too(quick_store: Store, aigerim: Member) -> None:
    browser = Browser(make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()).comes_in(aigerim)
    for answer, status in (
        (browser.client.get("/console/nothing"), 404),
        (browser.client.get("/console/law/no.such.rule"), 404),
        (browser.client.put("/console"), 405),
        (browser.client.post("/console/account/password", data=b"x" * 5000), 413),
    ):
        assert answer.status_code == status
        assert say(TOLD[status], "ru") in answer.text
        assert "Not Found" not in answer.text


def test_who_is_not_known_is_told_in_the_language_of_their_browser(quick_store: Store) -> None:
    client = make_app(quick_store, ZONE).test_client()
    answer = client.get("/console/nothing", headers={"Accept-Language": "kk"})
    assert say("refused.not_there", "kk") in answer.text
