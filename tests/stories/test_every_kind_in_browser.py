"""Whatever a person sends first, their phone shows it, and an answer in their own language and direction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error, Locator, Page, expect, sync_playwright

from tests.sandbox.test_page_in_browser import CHROMIUM, QUIET
from tests.story import CODE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sandbox import Phone
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = [
    pytest.mark.long,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
DESK, POCKET = 1280, 360
PLACE = {"latitude": 43.238, "longitude": 76.945}
FORWARDED = {"type": "user", "date": 1772000000, "sender_user": {"id": 7000555, "first_name": "Ruslan-Invented"}}
LONGEST = ("ئىنىمنى تۇتۇپ كەتتى " * 300)[:4096]
RIGHT_TO_LEFT = ("ug", "kk-Arab")


@dataclass(frozen=True)
class Kind:
    """What somebody sends first, the language of their phone, and how the page shows what they sent."""

    name: str
    language: str
    shown: tuple[str, ...]
    sent: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    sample: str = ""
    """One of the sandbox's own samples instead."""
    fields: dict[str, Any] = field(default_factory=dict)

    def send(self, phone: Phone) -> None:
        if self.sample:
            phone.sends(self.sample, **self.fields)
        for content in self.sent:
            phone.sends_raw(content)


def album() -> tuple[dict[str, Any], ...]:
    """Two pictures that belong together, as two messages."""
    sizes = [{"file_id": "sandbox-file-1", "file_unique_id": "unique1", "width": 90, "height": 68, "file_size": 5}]
    return tuple({"photo": sizes, "media_group_id": "77"} for _ in range(2))


POLL = {"id": "1", "question": "Кого забрали?", "options": [{"text": "брата"}, {"text": "сестру"}]}
KINDS = (
    Kind("Text", "ug", ("ئىنىمنى تۇتۇپ كەتتى",), ({"text": "ئىنىمنى تۇتۇپ كەتتى"},)),
    Kind("Photo", "kk", ("Photo",), sample="photo"),
    Kind("Album", "kk-Arab", ("Photo",), album()),
    Kind("Voice", "ug", ("Voice note", "0:04"), sample="voice"),
    Kind("Sticker", "zh", ("Sticker",), sample="sticker"),
    Kind("Place", "ru", ("Place", "43.2380, 76.9450"), ({"location": PLACE},)),
    Kind("Live", "kk-Arab", ("43.2380, 76.9450 · live",), ({"location": {**PLACE, "live_period": 900}},)),
    Kind("Contact", "en", ("Contact", "+77000000123"), sample="contact"),
    Kind("Poll", "ru", ("Poll", "Кого забрали?", "○ брата"), ({"poll": POLL},)),
    Kind("Large", "ug", ("paper.pdf · 31 MB",), sample="document", fields={"file_size": 31_000_000}),
    Kind("Forward", "kk", ("Forwarded from Ruslan-Invented",), ({"text": "алып кетті", "forward_origin": FORWARDED},)),
    Kind("Long", "ug", (LONGEST[:60],), ({"text": LONGEST},)),
)
NARROW = ("Text", "Album", "Poll", "Large", "Long")
"""What could be too wide for a phone."""
TOO_LARGE = "بەك چوڭ"


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """On SQLite alone: what a phone shows is the same on both engines."""
    from tests.quick import quick_store

    with quick_store(tmp_path):
        yield f"sqlite:///{tmp_path}/quick.db"


def test_every_kind_of_message_is_shown_and_answered(town: Town, team: Team) -> None:
    phones = {kind.name: town.relative(kind.name, kind.language) for kind in KINDS}
    for kind in KINDS:
        kind.send(phones[kind.name])
    for phone in phones.values():
        phone.sees(CODE)
    first = phones["Text"].conversation[0]
    phones["Text"].edits(first, "ئىنىمنى ئايرودرومدا تۇتۇپ كەتتى")
    phones["Text"].writes("ئايرودرومدا", reply_to=first)
    phones["Large"].sees(TOO_LARGE)
    team.dana.sees("LAWYER NEEDED")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for width, kinds in ((DESK, KINDS), (POCKET, [kind for kind in KINDS if kind.name in NARROW])):
            page = browser.new_page(viewport={"width": width, "height": 844}, reduced_motion="reduce")
            troubles: list[str] = []
            page.on("pageerror", collector(troubles))
            page.goto(town.sandbox.page_url)
            for kind in kinds:
                look_at(page, kind, phones[kind.name])
            assert troubles == []
        browser.close()


def collector(troubles: list[str]) -> Callable[[Error], None]:
    """What a page complains of, to be looked at in the end."""
    return lambda error: troubles.append(str(error))


def look_at(page: Page, kind: Kind, phone: Phone) -> None:
    """The phone shows what was sent and an answer with its code, from the side its script begins at."""
    page.locator("#people").get_by_role("button", name=kind.name).click()
    chat = page.locator(f"#phone-{phone.user_id}")
    expect(chat).to_be_in_viewport()
    mine, theirs = chat.locator(".message.mine"), chat.locator(".message:not(.mine) .words")
    for words in kind.shown:
        if kind.name != "Text":
            expect(mine.filter(has_text=words).first).to_be_visible()
    if kind.name == "Text":
        expect(mine.first.get_by_text("edited")).to_be_visible()
        expect(mine.last.locator(".above")).to_contain_text("Answers ئىنىمنى ئايرودرومدا")
    assert CODE.search(theirs.first.inner_text())
    code = theirs.first.locator(".whole")
    assert code.evaluate("code => code.getClientRects().length") == 1, "a code is read in one piece"
    for answer in theirs.all():
        runs_as_it_should(answer, right_to_left=kind.language in RIGHT_TO_LEFT)
    inside = chat.locator(".log").evaluate("log => [log.scrollWidth, log.clientWidth]")
    assert inside[0] <= inside[1], f"{kind.name}: nothing sticks out of the phone"


def runs_as_it_should(words: Locator, *, right_to_left: bool) -> None:
    """Its last line, which is seldom full, begins at the side where its script begins."""
    expect(words).to_have_css("direction", "rtl" if right_to_left else "ltr")
    left, right = words.evaluate(
        """element => {
          const range = document.createRange();
          range.selectNodeContents(element);
          const lines = [...range.getClientRects()].filter((line) => line.width > 0);
          const bottom = Math.max(...lines.map((line) => line.bottom));
          const last = lines.filter((line) => bottom - line.bottom < 8);
          const box = element.getBoundingClientRect();
          const [from, to] = [Math.min(...last.map((line) => line.left)), Math.max(...last.map((line) => line.right))];
          return [from - box.left, box.right - to];
        }"""
    )
    assert (right if right_to_left else left) < 2, f"{left:.0f} px from the left, {right:.0f} px from the right"
