"""Words and names that are made to be more than words: markup, templates, letters that turn round, statements."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from bot.handler import handle
from cases.models import Case, ReportMessage
from contacts.directory import find_contact, name_of, put_contact
from contacts.models import Contact
from contacts.values import ContactCard, Role
from store.eventlog import EventRow
from store.inbox import RawInput, claim_inputs, keep

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from store.unit_of_work import Store
    from tests.web.scene import Scene

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></main><iframe src='//evil.example'></iframe>",
    "{{ 7*7 }}{% raw %}{{ config.items() }}",
    "{code} {0} %s %(name)s ${7*7} #{7*7}",
    "&lt;b&gt; &#x3C;script&#x3E;",
    "\u202e\u2066evil\u2069\u202c",
    "a\u200b\u200c\u200d\ufeffb",
    "'; DROP TABLE event; --",
    '" OR "1"="1',
    "\x00\x01\x1b[2J\r\nSet-Cookie: a=b",
    "=cmd|' /C calc'!A0",
    "javascript:alert(1) tg://resolve?domain=evil https://evil.example",
    "\ud800",
]


def shown(text: str) -> str:
    """A page as a reader sees it: without its own markup."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_on_the_case_page_it_is_text_wherever_it_stands(client: FlaskClient, scene: Scene, words: str) -> None:
    message = scene.says(words)
    scene.answers("where", message=message)
    scene.answers("who", value=words)
    scene.sends("photo", caption=words)
    page = client.post(scene.link(scene.helper(f"A {words} B"))).text
    tags = set(re.findall(r"<\s*([a-z0-9]+)", page.lower()))
    assert tags <= {"!doctype", "html", "head", "meta", "title", "link", "body", "main", "header", "footer", "section",
                    "aside", "h1", "h2", "p", "a", "ol", "ul", "li", "dl", "dt", "dd", "div", "span", "strong", "time",
                    "code", "bdi", "br", "img", "svg", "path", "nav", "small", "em"}  # fmt: skip
    assert not re.search(r"<[^>]*\son\w+\s*=|<[^>]*javascript:|<img[^>]*evil|<a[^>]*evil", page, re.IGNORECASE)
    assert not set(page) & {chr(point) for point in (*range(0x202A, 0x202F), 0, 1, 0x1B)}
    assert "49" not in shown(page).replace(scene.code, "").split()
    plain = words.replace("\ud800", "\ufffd")
    if plain.isprintable():
        assert plain in shown(page)


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_from_telegram_into_either_database_and_back_it_is_the_same(store: Store, words: str) -> None:
    update = {
        "update_id": 1,
        "message": {
            "message_id": 1,
            "chat": {"id": 7000001, "type": "private", "first_name": words},
            "from": {"id": 7000001, "is_bot": False, "first_name": words, "language_code": words},
            "text": words,
            "media_group_id": words,
            "forward_origin": {"type": "hidden_user", "sender_user_name": words},
        },
    }
    with store.unit("test") as unit:
        keep(unit, "telegram:test", "telegram", [RawInput(1, "7000001", json.dumps(update))])
    with store.unit("test") as unit:
        (held,) = claim_inputs(unit, 5)
        handle(unit, held, "Asia/Almaty")
    with store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(Case)) == 1
        assert unit.session.scalar(select(func.count()).select_from(ReportMessage)) == 1
        assert unit.session.scalar(select(func.count()).select_from(EventRow)) > 0  # type: ignore[operator]  # a count
    assert store.verify_log() == []


@pytest.mark.parametrize("words", [one for one in HOSTILE if "\ud800" not in one], ids=range(len(HOSTILE) - 1))
def test_a_name_is_found_as_it_was_entered_and_finds_nobody_else(store: Store, words: str) -> None:
    with store.unit("test") as unit:
        put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR))
        put_contact(unit, ContactCard(words, Role.LAWYER, notes=words, regions=("KZ",)))
    with store.read() as unit:
        found = find_contact(unit, words)
        assert found is not None
        assert name_of(unit, found) == words
        assert unit.session.scalar(select(func.count()).select_from(Contact)) == 2
        assert find_contact(unit, f"{words}' OR '1'='1") is None
