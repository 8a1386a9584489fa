"""The pictures of `docs/pictures`, made anew: ``./panah test tests/web/pictures.py``.

Not part of the suite, which asks only that they are there and small. Each is a page of the program as it runs, at the
size in which documents show it; nothing is painted.
"""

from __future__ import annotations

import signal
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pytest
from PIL import Image
from playwright.sync_api import expect

from alerts.models import Need
from alerts.policy.policies import import_policies
from cases.docket.promising import promise_update
from contacts.models import Contact
from tests.accounts import join
from tests.bad_days.page import PhonesPage
from tests.bad_days.program import Program
from tests.ports import free_port
from tests.sandbox.test_page_in_browser import CHROMIUM
from tests.web.long_case import known, two_weeks
from tests.web.scene import Scene
from tests.web.test_board import ROSTERS, linked
from tests.web.test_console import seek
from tests.web.test_console_in_browser import site  # noqa: F401  a fixture
from tests.web.test_in_browser import browser  # noqa: F401  a fixture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from store.clock import ManualClock

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]
FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures"
COLOURS: Final = 256
FIRST_WORDS: Final = "ئىنىمنى تۇتۇپ كەتتى"


@contextmanager
def looking(by: Browser, address: str, width: int, height: int, *, fine: int = 1, dark: bool = False) -> Iterator[Page]:
    context = by.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=fine,
        base_url=address,
        color_scheme="dark" if dark else "light",
    )
    with closing(context):
        yield context.new_page()


def shot(page: Page, folder: Path, size: tuple[int, int]) -> Image.Image:
    taken = folder / f"{size[0]}.png"
    page.screenshot(path=taken)
    return Image.open(taken).convert("RGB").resize(size, Image.Resampling.LANCZOS)


def keep(picture: Image.Image, name: str) -> None:
    """Keep it with its most frequent colours: flat pages have few, and a third of the bytes is enough.

    Each pixel takes the nearest of these. Pillow would look among those of a coarse box, and paper turns green.
    """
    found = picture.getcolors(picture.width * picture.height) or ()
    colours = [cast("tuple[int, int, int]", colour) for _count, colour in sorted(found, reverse=True)]
    kept = colours[:COLOURS]
    place = {colour: min(range(len(kept)), key=lambda at: _apart(kept[at], colour)) for colour in colours}
    whole = Image.new("P", picture.size)
    whole.putpalette([part for colour in kept for part in colour])
    whole.putdata([place[cast("tuple[int, int, int]", colour)] for colour in picture.get_flattened_data()])
    whole.save(FOLDER / f"{name}.png", optimize=True)


def _apart(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return sum((mine - theirs) ** 2 for mine, theirs in zip(one, other, strict=True))


def test_board_and_case(browser: Browser, site: str, scene: Scene, clock: ManualClock, tmp_path: Path) -> None:  # noqa: F811
    """Two weeks of one case, and a night in which others are asked for and not found yet."""
    store, member = scene.store, join(scene.store, "Aigerim")
    scene.helper("Aigerim")
    scene.helper("Nurlan", "lawyer")
    two_weeks(scene, clock)
    known(scene)
    session = member.session()
    with looking(browser, site, 1280, 1330) as page:
        page.context.add_cookies([{"name": "panah", "value": session, "url": site}])
        page.goto(f"/console/case/{scene.code}")
        expect(page.get_by_role("img", name="Time")).to_be_visible()
        keep(shot(page, tmp_path, (1024, 1064)), "case")

    assert member.contact_id is not None
    linked(store, member.contact_id, "1")
    with store.unit("test") as unit:
        import_policies(unit, ROSTERS)
    seek(Scene.begin(store, "they are at the airport"), "coordinator")
    clock.advance(timedelta(minutes=4, seconds=17))
    taken = Scene.begin(store, "they took my sister")
    taken.helper("Aigerim")
    seek(taken, "lawyer")
    with store.unit("test") as unit:
        promise_update(unit, taken.case_id, unit.now + timedelta(hours=2, minutes=21), seen=None)
    clock.advance(timedelta(minutes=3, seconds=26))
    soon = seek(Scene.begin(store, "a paper came"), "coordinator")
    with store.unit("test") as unit:
        unit.session.get_one(Need, soon.id).urgency = "soon"
    clock.advance(timedelta(minutes=7, seconds=11))
    whole = Image.new("RGB", (1248, 675), "white")
    for language, width, size, place in (("en", 1280, (960, 675), 0), ("ug", 360, (270, 675), 978)):
        with store.unit("test") as unit:
            unit.session.get_one(Contact, member.contact_id).languages = [language]
        with looking(browser, site, width, 900, dark=language == "ug") as page:
            page.context.add_cookies([{"name": "panah", "value": session, "url": site}])
            page.goto("/console")
            expect(page.locator("#unaccepted")).to_be_visible()
            whole.paste(shot(page, tmp_path, size), (place, 0))
    keep(whole, "board")


@pytest.mark.timeout(500)
def test_phones(browser: Browser, tmp_path: Path, compiled: Path) -> None:  # noqa: F811
    """A relative has written; the one on duty does not answer by any way, so the next phone rings."""
    port = free_port()
    demo = Program(
        tmp_path / "demo", "demo", {"TMPDIR": str(tmp_path)}, ("demo", "--port", str(port)), compiled=compiled
    )
    demo.start()
    try:
        demo.wait_until_says("Panah is running", seconds=240)
        phones = PhonesPage(port)
        phones.writes("Gulnar", FIRST_WORDS)
        phones.sees("Aigerim", "NEW")
        with looking(browser, f"http://localhost:{port}", 390, 844, fine=2) as page:
            page.goto("/")
            expect(page.get_by_text(FIRST_WORDS).first).to_be_visible()
            keep(shot(page, tmp_path, (780, 1688)), "phone")
        with looking(browser, f"http://localhost:{port}", 1900, 1000) as page:
            page.goto("/")
            for _minute in range(10):
                page.get_by_role("button", name="Move the clock forward 1 minute").click()
                page.wait_for_timeout(timedelta(seconds=3) / timedelta(milliseconds=1))
                if "NEW" in str(phones.phone("Timur")["messages"]):
                    break
            phones.sees("Timur", "NEW")
            keep(shot(page, tmp_path, (1900, 1000)), "phones")
    finally:
        demo.signal(signal.SIGINT)
        demo.clean_up()
