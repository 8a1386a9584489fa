"""Files of a case: as they came for coordinators and lawyers, for everybody else without what they tell."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select, update

from cases import intake
from cases.access import grant_access
from cases.files import SentFile
from cases.intake import Wrapping
from cases.models import Report, ReportMessage
from cases.pictures import look_at_files, told_by
from contacts.leaving import mark_left
from store.eventlog import EventRow
from store.files import FileChunk
from tests.accounts import Browser, join
from tests.cases.test_cleaning import DOCX, REMARKS, TELLS, WHOLE_DOCX, film, opus, written
from tests.cases.test_pictures import picture
from tests.evidence.scene import fetches
from tests.web.scene import Scene
from web.console.file_shown import ALONE

if TYPE_CHECKING:
    from uuid import UUID

    from flask.testing import FlaskClient

    from store.unit_of_work import Store

PAPER = b"%PDF-1.7 << /Author (Botagoz) >>"
"""It does not open: nobody can make a copy of it."""
DAMAGED = picture()[:400]


def sends(scene: Scene, content: bytes) -> None:
    """The reporter sends a file, it is fetched, and looked at."""
    with scene.store.unit("test") as unit:
        report = unit.session.get_one(Report, scene.report_id)
        wrapping = Wrapping(files=(SentFile("document", f"f{len(content)}", f"u{len(content)}"),))
        intake.add_message(unit, report, kind="document", content="{}", wrapping=wrapping)
    fetches(scene.store, content)
    look_at_files(scene.store)


def page_of(client: FlaskClient, scene: Scene, helper: UUID) -> str:
    return client.post(scene.link(helper)).text


def links(page: str) -> list[str]:
    return re.findall(r'href="(/file/[^"]+)"', page)


@pytest.mark.parametrize("role", ["coordinator", "lawyer"])
def test_a_coordinator_and_a_lawyer_save_either(client: FlaskClient, scene: Scene, role: str) -> None:
    sends(scene, picture())
    page = page_of(client, scene, scene.helper(role=role))
    original, clean = links(page)
    assert original == f"{clean}?as=original"
    assert client.get(original).data == picture()
    answer = client.get(clean)
    assert told_by(answer.data, "image/jpeg") == {}
    assert answer.data[:3] == b"\xff\xd8\xff"
    assert answer.mimetype == "application/octet-stream"
    assert re.fullmatch(r'attachment; filename="\S+-clean\.jpg"', answer.headers["Content-Disposition"])


def test_an_address_of_a_file_opens_nothing_for_who_has_left(client: FlaskClient, scene: Scene) -> None:
    sends(scene, picture())
    aigerim = scene.helper()
    original, clean = links(page_of(client, scene, aigerim))
    assert client.get(original).status_code == 200
    with scene.store.unit("test") as unit:
        mark_left(unit, aigerim)
    assert {client.get(one).status_code for one in (original, clean)} == {404}


def test_of_a_file_that_is_damaged_here_no_copy_is_given_and_that_is_said(client: FlaskClient, scene: Scene) -> None:
    sends(scene, picture())
    _, clean = links(page_of(client, scene, scene.helper()))
    with scene.store.unit("test") as unit:
        unit.session.execute(delete(FileChunk))
    answer = client.get(clean)
    assert (answer.status_code, answer.text[:7]) == (415, "No copy")


def test_others_get_copies_without_what_they_tell_and_nothing_else(client: FlaskClient, scene: Scene) -> None:
    for content in (picture(), PAPER, DAMAGED, written(info=TELLS), WHOLE_DOCX, DOCX, film()):
        sends(scene, content)
    coordinator, observer = scene.helper(), scene.helper("Observer", "observer", accepts=False)
    with scene.store.unit("test") as unit:
        grant_access(unit, scene.case_id, observer, coordinator, unit.now + timedelta(days=1))
    page = page_of(client, scene, observer)
    assert "as=original" not in page
    good, paper, damaged, document, text, unreadable = links(page)
    assert told_by(client.get(good).data, "image/jpeg") == {}
    assert client.get(f"{good}?as=original").status_code == 404
    for broken in (damaged, paper, unreadable):
        refused = client.get(broken)
        assert refused.status_code == 415
        assert b"\xff\xd8" not in refused.data
        assert b"Botagoz" not in refused.data
        assert refused.text.startswith("No copy without hidden data can be made of this file")
    copy = client.get(document)
    assert re.fullmatch(r'attachment; filename="\S+-clean\.pdf"', copy.headers["Content-Disposition"])
    assert told_by(copy.data, "application/pdf") == {}
    assert b"Botagoz" not in copy.data
    words = client.get(text)
    assert re.fullmatch(r'attachment; filename="\S+-clean\.txt"', words.headers["Content-Disposition"])
    assert words.text.startswith("Order of removal")
    assert "Botagoz" not in words.text
    assert page.count("cannot be taken out: only coordinators and lawyers can save it") == 1, "of the film"


def test_a_document_goes_as_it_is_to_those_who_may_have_originals(client: FlaskClient, scene: Scene) -> None:
    sends(scene, PAPER)
    original, clean = links(page_of(client, scene, scene.helper(role="lawyer")))
    assert client.get(original).data == PAPER
    assert client.get(clean).status_code == 415


def test_the_page_shows_what_a_file_tells_as_a_claim(client: FlaskClient, scene: Scene) -> None:
    for content in (picture(), DAMAGED):
        sends(scene, content)
    page = page_of(client, scene, scene.helper())
    assert "may be wrong or forged" in page
    for told in ("2026:03:01 12:00:00 +05:00", "43.23894, -76.88971", "Canarybrand Phone 9"):
        assert f"<bdi>{told}</bdi>" in page
    assert "It does not open, or is too large" in page


def test_on_the_spot_a_photo_is_seen_and_a_voice_is_heard_without_what_they_tell(
    quick_store: Store, client: FlaskClient
) -> None:
    scene = Scene.begin(quick_store)
    voice = opus(tags=REMARKS)
    for content in (picture(), voice, DOCX):
        sends(scene, content)
    aigerim, stranger = join(quick_store, "Aigerim"), join(quick_store, "Timur")
    with quick_store.unit("test") as unit:
        scene.need_of(unit, accepted_by=aigerim.contact_id)
    browser = Browser(client).comes_in(aigerim)
    page = browser.sees(f"/console/case/{scene.code}")
    ways = re.findall(r'href="(/console/case/[^"]+/file/[^"]+)"', page)
    assert ("Look at it" in page, "Listen to it" in page, len(ways)) == (True, True, 2)
    for way, media, original in zip(ways, ("audio/ogg", "image/jpeg"), (voice, picture()), strict=True):
        assert f'src="{way}/copy"' in browser.sees(way)
        answer = client.get(f"{way}/copy")
        assert (answer.mimetype, told_by(answer.data, media)) == (media, {})
        assert answer.data != original, "a copy of the dots or the sound, not what came"
        assert answer.headers["Content-Security-Policy"] == ALONE
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with quick_store.read() as unit:
        seen = unit.session.scalar(select(func.count()).where(EventRow.name == "FileViewed"))
    assert seen == 2, "each look is an event of the case"
    for way in (ways[0], f"{ways[0]}/copy"):
        Browser(client).comes_in(stranger).sees(way, 404)


def test_what_lies_with_counsel_is_not_shown_to_a_coordinator(quick_store: Store, client: FlaskClient) -> None:
    scene = Scene.begin(quick_store)
    sends(scene, picture())
    aigerim = join(quick_store, "Aigerim")
    with quick_store.unit("test") as unit:
        scene.need_of(unit, accepted_by=aigerim.contact_id)
    browser = Browser(client).comes_in(aigerim)
    (way,) = re.findall(r'href="(/console/case/[^"]+/file/[^"]+)"', browser.sees(f"/console/case/{scene.code}"))
    with quick_store.unit("test") as unit:
        unit.session.execute(update(ReportMessage).values(counsel_only=True))
    for of_counsel in (way, f"{way}/copy"):
        browser.sees(of_counsel, 404)
