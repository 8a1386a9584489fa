"""The registry in the console: found by name, from where each word is, counted, and apart from the cases."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, func, select

from alerts.models import Delivery, Need
from cases.access import grant_access
from cases.identity.records import Record
from cases.models import Case
from cases.registry.importing import write_import
from cases.registry.models import RegistryEntry, RegistryPair, RegistryProposal
from cases.registry.proposing import propose, propose_pairs, touched_by
from cases.registry.shelf import Shelf
from store.eventlog import EventRow
from tests.accounts import Browser, Member, join, quick
from tests.registry.lists import LINES, MORE, listing
from tests.web.conftest import ZONE
from tests.web.queries import counted
from tests.web.scene import Scene
from web.factory import make_app

if TYPE_CHECKING:
    from store.unit_of_work import Store

PAGE = "/console/registry"


class Room:
    """A list, and a coordinator who looks at it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.dana: Member = join(store, "dana")
        imported = write_import(store, "example-list", listing(*LINES, MORE), by="cli:dana")
        assert imported is not None
        with store.read() as unit:
            touched = touched_by(unit, imported)
        self.shelf = Shelf()
        propose_pairs(store, self.shelf, touched, by="test")
        self.app = app = make_app(store, ZONE, passwords=quick(store))
        self.browser = Browser(app.test_client()).comes_in(self.dana)

    def finds(self, typed: str) -> str:
        answer = self.browser.sends(f"{PAGE}/search", what=typed)
        assert answer.status_code == 200
        return answer.text

    def sees(self, path: str) -> str:
        """A page without the marks around what is filled in."""
        return re.sub("[\u2066-\u2069]", "", self.browser.sees(path))

    def code(self) -> str:
        return self.shelf.named("Nurlan Serikuly")[0].code

    def events(self, name: str) -> int:
        with self.store.read() as unit:
            return unit.session.scalar(select(func.count()).where(EventRow.name == name)) or 0

    def count(self, model: type) -> int:
        with self.store.read() as unit:
            return unit.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def room(quick_store: Store) -> Room:
    return Room(quick_store)


def test_a_name_in_another_script_is_found_and_that_it_was_shown_is_logged(room: Room) -> None:
    found = room.finds("Нұрлан Серікұлы")
    assert room.code() in found
    assert "Nurlan Serikuly" in found
    assert room.events("RegistryEntryShown") >= 1
    assert "Nobody of this name" in room.finds("Dulkun Example")


def test_an_entry_shows_from_where_each_word_is_and_who_may_be_the_same(room: Room) -> None:
    with counted(room.store) as asked:
        page = room.sees(f"{PAGE}/{room.code()}")
    assert asked.reads <= 8 + 4, "what a look is logged by comes on top"
    assert "Line 2 of the file" in page
    assert listing(*LINES, MORE).digest.hex()[:16] in page
    assert "nobody has said yet" in page
    with room.store.read() as unit:
        pair = unit.session.scalars(select(RegistryPair.id)).one()
    assert room.browser.sends(f"{PAGE}/{room.code()}", pair=str(pair), do="same").status_code == 303
    assert "one person" in room.browser.sees(f"{PAGE}/{room.code()}")
    assert room.events("RegistryPairDecided") == 1, "who said so, and when, stands in the log"
    assert room.count(RegistryEntry) == 4, "both stay"
    room.browser.sees(f"{PAGE}/R-AAA-AA2", 404)


def test_no_header_of_a_request_keeps_a_look_out_of_the_log(room: Room) -> None:
    scene = Scene.begin(room.store)
    assert room.dana.contact_id is not None
    with room.store.unit("test") as unit:
        grant_access(unit, scene.case_id, room.dana.contact_id, room.dana.contact_id, unit.now + timedelta(days=1))
    for path in (f"{PAGE}/{room.code()}", f"/console/case/{scene.code}/registry"):
        answer = room.browser.client.get(path, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert 'id="live"' not in answer.text, "an open page that asked for itself would fill the log"
    assert room.events("RegistryEntryShown") == room.events("CaseViewed") == 1


def test_few_are_not_counted_and_many_are_with_what_the_numbers_cannot_say(room: Room) -> None:
    page = room.sees(PAGE)
    assert "too few to be counted" in page
    assert "Most are in no list" in page
    more = tuple(f"{number},Somebody {'abcdefghij'[number - 30]}x,,,Ili,in camp,2018," for number in range(30, 40))
    write_import(room.store, "other-list", listing(*more), by="cli")
    with counted(room.store) as asked:
        page = room.sees(PAGE)
    assert "14 people are documented" in page
    assert "Altay" not in page, "a place of one is not named"
    assert asked.reads <= 8 + 5, "the first look takes in what is new"
    file = room.browser.client.get(f"{PAGE}.csv").get_data(as_text=True)
    assert re.search("^status,[^,]*,shown,", file, re.MULTILINE) is None, "whoever subtracts would have the others"
    assert "Altay" not in file
    assert "Nurlan" not in file


def test_while_one_request_reads_a_long_registry_the_others_are_answered(room: Room) -> None:
    reads, goes_on = threading.Event(), threading.Event()

    def slowly(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "registry_field" in statement and threading.current_thread() is reader:
            reads.set()
            goes_on.wait(60)

    first = Browser(room.app.test_client()).comes_in(room.dana)
    answers: list[str] = []
    reader = threading.Thread(target=lambda: answers.append(first.sees(PAGE)))
    event.listen(room.store.engine, "before_cursor_execute", slowly)
    try:
        reader.start()
        assert reads.wait(60)
        for path in (PAGE, f"{PAGE}.csv"):
            assert "being read" in room.browser.sees(path, 503)
        assert room.browser.sends(f"{PAGE}/search", what="Nurlan").status_code == 503
    finally:
        goes_on.set()
        reader.join()
        event.remove(room.store.engine, "before_cursor_execute", slowly)
    assert "too few to be counted" in answers[0]
    assert room.code() in room.finds("Nurlan")


def test_of_a_case_it_is_a_proposal_to_whoever_reads_the_case(room: Room) -> None:
    scene = Scene.begin(room.store)
    path = f"/console/case/{scene.code}/registry"
    with room.store.unit("test") as unit:
        propose(unit, scene.case_id, room.shelf.alike([Record("Nurlan Serikuly", 1991)]))
    room.browser.sees(path, 404)
    assert room.dana.contact_id is not None
    with room.store.unit("test") as unit:
        grant_access(unit, scene.case_id, room.dana.contact_id, room.dana.contact_id, unit.now + timedelta(days=1))
    assert path in room.browser.sees(f"/console/case/{scene.code}")
    page = room.sees(path)
    assert room.code() in page
    assert "Nurlan" not in page, "the page of a case shows a code and reasons"
    with room.store.read() as unit:
        proposal = unit.session.scalars(select(RegistryProposal.id).order_by(RegistryProposal.score.desc())).first()
    assert room.browser.sends(path, proposal=str(proposal)).status_code == 303
    assert room.events("RegistryProposalRefused") == 1


def test_an_entry_pages_nobody_and_is_on_no_board(room: Room) -> None:
    assert room.count(Case) == room.count(Need) == room.count(Delivery) == 0
    board = room.sees("/console")
    assert room.code() not in board
    assert "Nurlan" not in board
    found = room.browser.sends("/console/search", what="Nurlan Serikuly").text
    assert room.code() not in found, "searching cases finds none of it"
