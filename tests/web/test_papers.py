"""The papers of a case at the pages: what is missing is asked for, counsel approves, what left is remembered."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import docx
import pytest
from sqlalchemy import select

from cases.consent.agreeing import freeze
from papers.keeping import handed
from papers.models import PaperVersion
from store.eventlog import EventRow
from tests.accounts import Browser, Member
from tests.cases.test_pictures import picture
from tests.papers.test_handing_in import saved
from tests.web.night import Night, begin_night
from tests.web.queries import counted
from tests.web.test_case_files import sends
from tests.web.test_console import seek
from web.console.papers_shown import Line, grouped
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from store.unit_of_work import Store

MOST_STATEMENTS = 8
SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')
VERSION = re.compile(r'<option value="([0-9a-f-]{36})">v1')


class Desk:
    """A night's case, its coordinator and its lawyer."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self._app = make_app(night.store, "Asia/Almaty")
        self.papers = f"/console/case/{night.case.code}/papers"

    def as_(self, member: Member, *, duress: bool = False) -> Browser:
        return Browser(self._app.test_client()).comes_in(member, duress=duress)

    def named(self, *names: str) -> int:
        with self.night.store.read() as unit:
            return len(unit.session.scalars(select(EventRow.id).where(EventRow.name.in_(names))).all())


@pytest.fixture
def desk(quick_store: Store) -> Desk:
    return Desk(begin_night(quick_store))


def plain(page: str) -> str:
    """A page without the marks that keep names in order."""
    return page.replace("\u2068", "").replace("\u2069", "")


def document(client: FlaskClient, path: str, **given: str) -> str:
    """What a .docx that was handed over says."""
    answer = Browser(client).sends(path, **given)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/octet-stream"
    assert "attachment" in answer.headers["Content-Disposition"]
    found = docx.Document(io.BytesIO(answer.data))
    return "\n".join(
        [*(one.text for one in found.paragraphs)]
        + [cell.text for table in found.tables for row in table.rows for cell in row.cells]
        + [one.text for one in found.sections[0].header.paragraphs]
    )


def test_the_list_says_what_fits_why_and_whom_to_ask_in_few_statements(desk: Desk) -> None:
    browser = desk.as_(desk.night.coordinator)
    browser.sees(desk.papers)
    with counted(desk.night.store) as asked:
        page = plain(browser.sees(desk.papers))
    assert asked.count <= MOST_STATEMENTS, asked.statements
    now, _, later = page.partition('id="fit-later"')
    assert "Referral to UNHCR" in now
    assert "Ask the family: Date of birth" in now
    assert "European Court" in later
    assert "for counsel alone" in page
    with counted(desk.night.store) as asked:
        browser.sees(f"{desk.papers}/unhcr_referral")
    assert asked.count <= MOST_STATEMENTS, asked.statements


def test_what_several_papers_are_warned_of_is_said_once_above_them(desk: Desk) -> None:
    page = plain(desk.as_(desk.night.coordinator).sees(desk.papers))
    nobody = "Nobody has agreed that anything be told there"
    now, _, later = page.partition('id="fit-later"')
    assert now.count(nobody) == 1
    assert now.index("Referral to UNHCR") < now.index(nobody) < now.index("Committee against Torture")
    assert later.count(nobody) <= 1


def test_a_warning_of_one_paper_stays_with_it() -> None:
    lines = [line("a"), line("b", "twice", "once"), line("c", "twice"), line("d")]
    groups = grouped(lines)
    assert [(group.warnings, [one.id for one in group.lines]) for group in groups] == [
        ((), ["a", "d"]),
        (("twice",), ["b", "c"]),
    ]


def line(name: str, *warnings: str) -> Line:
    return Line(name, "now", (), warnings, (), (), closed=False, drafts=())


def test_a_paper_is_taken_approved_and_noted_as_sent(desk: Desk) -> None:
    coordinator, counsel = desk.as_(desk.night.coordinator), desk.as_(desk.night.lawyer)
    path = f"{desk.papers}/unhcr_referral"
    page = coordinator.sees(path)
    assert "Centre 1" in page
    assert "Approve this text" not in page
    draft = document(coordinator.client, f"{path}/take", language="en", **{"as": "docx"})
    assert "DRAFT" in draft
    assert "Қарлығаш Үлгі" in draft
    assert "sister" not in draft, "nobody agreed that UNHCR hears of the family"
    assert coordinator.sends(f"{path}/take", language="en", **{"as": "pdf"}).data.startswith(b"%PDF")

    assert not SEEN.search(counsel.sees(path)), "nothing is approved while something is to be filled in"

    version = VERSION.search(coordinator.sees(path))
    assert version is not None
    sent = {"version": version[1], "to": "Marta", "how": "email", "reference": "R-1", "language": "en"}
    assert coordinator.sends(f"{path}/left", **sent).status_code == 303
    assert coordinator.sends(f"{path}/left", **{**sent, "how": "pigeon"}).status_code == 400
    assert "R-1" in counsel.sees(path)
    assert desk.named("PaperTaken") == 2
    assert desk.named("PaperLeft") == 1


def test_what_counsel_must_approve_first_is_neither_shown_nor_given_to_others_before(desk: Desk) -> None:
    coordinator, counsel = desk.as_(desk.night.coordinator), desk.as_(desk.night.lawyer)
    path = f"{desk.papers}/rights_card"
    in_english = f"{path}?language=en"
    page = plain(coordinator.sees(in_english))
    assert "Its text is shown and given out once a lawyer has approved it" in page
    assert "Sign nothing" not in page
    assert coordinator.sends(f"{path}/take", language="en", **{"as": "docx"}).status_code == 400

    seen = SEEN.search(counsel.sees(in_english))
    assert seen is not None
    assert coordinator.sends(f"{path}/approve", language="en", seen=seen[1]).status_code == 400
    assert counsel.sends(f"{path}/approve", language="en", seen="0" * 64).status_code == 400
    assert counsel.sends(f"{path}/approve", language="en", seen=seen[1]).status_code == 303
    page = plain(coordinator.sees(in_english))
    assert "Dana approved version 1" in page
    assert "Sign nothing" in page
    card = document(coordinator.client, f"{path}/take", language="en", **{"as": "docx"})
    assert "DRAFT" not in card
    assert "Dana" not in card

    version = VERSION.search(page)
    assert version is not None
    assert coordinator.sends(f"{path}/withdraw", version=version[1], language="en").status_code == 400
    assert counsel.sends(f"{path}/withdraw", version=version[1], language="en").status_code == 303
    with desk.night.store.read() as unit:
        assert unit.session.scalars(select(PaperVersion.approved_at)).one() is None


def test_a_document_that_was_filled_in_comes_back_is_approved_and_leaves_as_it_is(desk: Desk) -> None:
    """Counsel fills the draft in, hands it in, approves that very file; the coordinator sends it, to the byte."""
    coordinator, counsel = desk.as_(desk.night.coordinator), desk.as_(desk.night.lawyer)
    path = f"{desk.papers}/wgad_urgent"
    assert "Hand an edited document in" in counsel.sees(path), "what is taken from this very page comes back to it"
    early = counsel.sends(f"{path}/hand-in", language="en", document=(io.BytesIO(b"x"), "wgad.docx"))
    assert (early.status_code, "Take the .docx first" in early.text) == (400, True)
    taken = docx.Document(io.BytesIO(counsel.sends(f"{path}/take", language="en", **{"as": "docx"}).data))
    page = counsel.sees(path)
    base = re.search(r'name="made_from"><option value="([0-9a-f-]{36})">v1', page)
    assert base is not None

    def hands_in(document: Any, **made_from: str) -> int:
        file = (io.BytesIO(saved(document)), "wgad.docx")
        return counsel.sends(f"{path}/hand-in", language="en", document=file, **made_from).status_code

    assert hands_in(taken) == 303, "the page they have before them was shown before they took anything"
    page = plain(counsel.sees(path))
    assert "still marked in it" in page
    assert "Approve this document" not in page
    with desk.night.store.read() as unit:
        marked = unit.session.scalars(select(PaperVersion).where(PaperVersion.based_on.is_not(None))).one()
        unfinished = {"language": "en", "version": str(marked.id), "seen": handed(unit, marked).sha256}
    refused = counsel.sends(f"{path}/approve", **unfinished)
    assert (refused.status_code, "still to be filled in" in refused.text) == (400, True)

    cells = [cell for table in taken.tables for row in table.rows for cell in row.cells]
    for one in [*taken.paragraphs, *(paragraph for cell in cells for paragraph in cell.paragraphs)]:
        for run in one.runs:
            if run.text.startswith("["):
                run.text = "As counsel has written it."
    assert hands_in(taken, made_from=base[1]) == 303
    assert hands_in(taken, made_from=base[1]) == 303, "the same once more is the same version"
    page = plain(counsel.sees(path))
    assert "Version 3, handed in by Dana" in page
    found = re.search(
        r'name="version" value="([0-9a-f-]{36})"><input type="hidden" name="seen" value="([0-9a-f]{64})"', page
    )
    assert found is not None
    given = {"language": "en", "version": found[1]}
    assert coordinator.sends(f"{path}/take", **given, **{"as": "docx"}).status_code == 400, "nobody has approved it"
    assert coordinator.sends(f"{path}/approve", **given, seen=found[2]).status_code == 400
    assert counsel.sends(f"{path}/approve", **given, seen="0" * 64).status_code == 400
    assert counsel.sends(f"{path}/approve", **given, seen=found[2]).status_code == 303
    left = coordinator.sends(f"{path}/take", **given, **{"as": "docx"}).data
    assert hashlib.sha256(left).hexdigest() == found[2]
    assert "As counsel has written it." in "\n".join(one.text for one in docx.Document(io.BytesIO(left)).paragraphs)
    assert desk.named("PaperHandedIn") == 2
    assert "approved" in plain(coordinator.sees(desk.papers)).partition("wgad_urgent")[2][:400]
    with counted(desk.night.store) as asked:
        coordinator.sees(path)
    assert asked.count <= MOST_STATEMENTS, asked.statements

    with desk.night.store.unit("test") as unit:
        freeze(unit, desk.night.case.case_id)
    assert counsel.sends(f"{path}/take", **given, **{"as": "docx"}).status_code == 400, "consent was taken back"
    assert "may not be told any more" in plain(counsel.sees(path))


def test_whoever_is_shown_or_given_a_paper_is_noted_as_having_read_the_case(desk: Desk) -> None:
    """What a paper tells is the case: it is opened no less by reading it here than on its page."""
    coordinator = desk.as_(desk.night.coordinator)
    path, code = f"{desk.papers}/unhcr_referral", desk.night.case.code
    steps: list[Callable[[], object]] = [
        lambda: coordinator.sees(desk.papers),
        lambda: coordinator.sees(path),
        lambda: coordinator.sends(f"{path}/take", language="en", **{"as": "docx"}),
        lambda: coordinator.sends(f"/console/case/{code}/bundle", language="ru", **{"as": "copies"}).data,
        lambda: coordinator.sees(f"/console/case/{code}/release?audience=unhcr"),
    ]
    for number, step in enumerate(steps, 1):
        step()
        assert desk.named("CaseViewed") == number


def test_a_paper_for_the_press_bears_no_code_and_no_name_of_who_works_on_it(desk: Desk) -> None:
    counsel, code = desk.as_(desk.night.lawyer), desk.night.case.code
    path = f"{desk.papers}/press_unnamed/take"
    answer = counsel.sends(path, language="en", **{"as": "docx"})
    assert code not in answer.headers["Content-Disposition"]
    said = document(counsel.client, path, language="en", **{"as": "docx"})
    assert code not in said
    assert "Dana" not in said


def test_nobody_gets_a_paper_of_a_case_that_is_not_theirs(desk: Desk, quick_store: Store) -> None:
    other = seek_another(quick_store)
    foreign, unknown = f"/console/case/{other}/papers", "/console/case/ZZZ-ZZZ/papers"
    counsel = desk.as_(desk.night.lawyer)
    assert counsel.sees(foreign, 404) == counsel.sees(unknown, 404)
    forced = desk.as_(desk.night.coordinator, duress=True)
    assert "Centre 1" not in forced.sees(desk.papers, 404)
    coordinator = desk.as_(desk.night.coordinator)
    assert coordinator.sees(f"{desk.papers}/no_such_paper", 404) == coordinator.sees(unknown, 404)
    for kind in ("asylum_statement", "rights_card", "no_such_paper"):
        answer = coordinator.sends(f"{desk.papers}/{kind}/take", language="ru", **{"as": "pdf"})
        assert answer.status_code == 400
    assert desk.named("PaperTaken") == 0


def seek_another(store: Store) -> str:
    from tests.web.scene import Scene

    another = Scene.begin(store, "another one")
    seek(another, "coordinator")
    return another.code


def test_the_files_of_a_case_leave_as_exhibits_with_their_index(desk: Desk) -> None:
    sends(desk.night.case, picture())
    counsel = desk.as_(desk.night.lawyer)
    path = f"/console/case/{desk.night.case.code}/bundle"
    answer = counsel.sends(path, language="ru", **{"as": "originals"})
    assert answer.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert {"index.pdf", "index.docx", "SHA256SUMS"} <= set(archive.namelist())
    assert any(archive.read(name) == picture() for name in archive.namelist())
    assert desk.named("BundleTaken") == 1
    assert counsel.sends(path, language="klingon", **{"as": "originals"}).status_code == 400
