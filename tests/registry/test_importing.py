"""A list is taken in, again, changed, taken back, erased; and none of it is near a case unless it is asked for."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, event, func, select

from app.erasing.erasure import erase_case
from cases import intake
from cases.consent.people import enter_fact
from cases.identity.lookout import Lookout, look_queue
from cases.identity.models import IdentityLook
from cases.identity.names import name_of
from cases.registry.entries import Entry, entry_by_code
from cases.registry.erasing import erase_entry
from cases.registry.importing import (
    RegistryError,
    begin_import,
    plan_import,
    undo_import,
    write_import,
    write_lines,
)
from cases.registry.looking import RegistryLookout
from cases.registry.models import (
    RegistryEntry,
    RegistryField,
    RegistryImport,
    RegistryPair,
    RegistryProposal,
)
from cases.registry.proposing import (
    decide_pair,
    likely_in,
    look_at_every_case,
    pairs_of,
    proposals_of,
    propose_pairs,
    refuse_proposal,
    settle,
    touched_by,
)
from cases.registry.shelf import Shelf
from cases.retention import close_case
from store.data_keys import DataKey
from store.queues import work_once
from tests.registry.lists import LINES, MORE, listing
from tests.web.queries import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

SOURCE = "example-list"


@dataclass
class Desk:
    """A registry, and what stands in it."""

    store: Store

    def takes_in(self, *lines: str, source: str = SOURCE) -> UUID | None:
        return write_import(self.store, source, listing(*lines), by="cli:dana")

    def count(self, model: type) -> int:
        with self.store.read() as unit:
            return unit.session.scalar(select(func.count()).select_from(model)) or 0

    def entries(self) -> list[Entry]:
        with self.store.read() as unit:
            codes = unit.session.scalars(select(RegistryEntry.code)).all()
            found = [entry for code in codes if (entry := entry_by_code(unit, code)) is not None]
        return sorted(found, key=lambda one: one.names)

    def stands(self) -> set[tuple[str, ...]]:
        return {
            tuple(sorted(f"{one.field}={one.value}" for one in entry.fields if one.stands)) for entry in self.entries()
        }

    def of(self, name: str) -> Entry:
        return next(entry for entry in self.entries() if name in entry.names)

    def shelf(self) -> Shelf:
        shelf = Shelf()
        with self.store.read() as unit:
            shelf.follow(unit)
        return shelf


class Meanwhile:
    """A store beside which something happens: after the first look (``reads``), or before each writing (``writes``)."""

    def __init__(
        self, store: Store, reads: Callable[[], None] | None = None, writes: Callable[[], None] | None = None
    ) -> None:
        self._store, self._reads, self._writes = store, reads, writes
        self.forget_key = store.forget_key

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        with self._store.read() as unit:
            yield unit
        happens, self._reads = self._reads, None
        if happens is not None:
            happens()

    @contextmanager
    def unit(self, actor: str, *, rings: bool = True) -> Iterator[UnitOfWork]:
        if self._writes is not None:
            self._writes()
        with self._store.unit(actor, rings=rings) as unit:
            yield unit


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_a_list_is_looked_at_taken_in_and_changes_nothing_the_second_time(desk: Desk) -> None:
    with desk.store.read() as unit:
        plan = plan_import(unit, SOURCE, listing())
    assert (len(plan.fresh), len(plan.changed), plan.same) == (3, 0, 0)
    assert desk.count(RegistryEntry) == desk.count(RegistryImport) == 0, "looking writes nothing"
    assert desk.takes_in() is not None
    assert desk.count(RegistryEntry) == 3
    before = desk.stands()
    assert desk.takes_in() is None, "all of it stands already"
    assert (desk.count(RegistryImport), desk.stands()) == (1, before)
    assert desk.takes_in(source="other-list") is not None, "another source is another list, whoever is in it"
    assert desk.count(RegistryEntry) == 6
    assert desk.store.verify_log() == []


def test_each_word_says_from_which_line_of_which_file_it_is_and_by_whom(desk: Desk) -> None:
    desk.takes_in()
    entry = desk.of("Гүлмира Ахметова")
    assert entry.code.startswith("R-")
    assert {(one.line, one.digest, one.entered_by) for one in entry.fields} == {(3, listing().digest.hex(), "cli:dana")}
    with desk.store.read() as unit:
        rows = unit.session.scalars(select(RegistryField.value)).all()
    assert not any("Гүлмира".encode() in value for value in rows), "what is said of people is ciphertext"


def test_a_later_list_supersedes_what_it_says_otherwise_and_can_be_taken_back(desk: Desk, clock: ManualClock) -> None:
    first = desk.takes_in()
    before = desk.stands()
    clock.advance(timedelta(days=1))
    changed = LINES[0].replace("in camp", "释放").replace("1991", ""), *LINES[1:], MORE
    second = desk.takes_in(*changed)
    nurlan = desk.of("Nurlan Serikuly")
    assert ("status", "released", True) in {(one.field, one.value, one.stands) for one in nurlan.fields}
    assert ("status", "held", False) in {(one.field, one.value, one.stands) for one in nurlan.fields}
    assert ("born", "1991", False) in {(one.field, one.value, one.stands) for one in nurlan.fields}, "it was taken back"
    assert desk.count(RegistryEntry) == 4
    assert first is not None
    assert second is not None
    with pytest.raises(RegistryError, match="undo that one first"):
        undo_import(desk.store, first, by="cli")
    assert undo_import(desk.store, second, by="cli") == 1
    assert desk.stands() == before
    settle(desk.store, Shelf(), by="cli")
    with pytest.raises(RegistryError, match="undone before"):
        undo_import(desk.store, second, by="cli")
    assert undo_import(desk.store, first, by="cli") == 3
    assert desk.count(RegistryEntry) == desk.count(RegistryField) == 0
    with desk.store.read() as unit:
        assert not unit.session.scalars(select(DataKey).where(DataKey.scope.startswith("registry:"))).all()
    assert desk.takes_in() is not None, "and can be taken in anew"


@pytest.mark.both
def test_an_import_that_was_interrupted_goes_on_where_it_was(desk: Desk) -> None:
    listed = listing(*LINES, MORE)
    with desk.store.unit("cli:dana") as unit:
        import_id = begin_import(unit, SOURCE, listed)
    write_lines(desk.store, import_id, SOURCE, listed.lines[:2], listed.told, by="cli:dana")  # and the power went
    with pytest.raises(RegistryError, match="interrupted"):
        desk.takes_in(MORE)
    assert desk.takes_in(*LINES, MORE) == import_id
    assert (desk.count(RegistryEntry), desk.count(RegistryImport)) == (4, 1)


@pytest.mark.both
def test_while_a_list_is_compared_nobody_waits_to_write(desk: Desk) -> None:
    listed = listing(*(f"{number},Somebody {number},,,Ili,in camp,2018," for number in range(100, 400)))
    with desk.store.unit("test") as unit, counted(desk.store) as asked:
        begin_import(unit, SOURCE, listed)
    assert asked.count <= 3, "whatever grows with the list was looked at before"


@pytest.mark.both
def test_what_happens_between_the_plan_and_the_writing_counts(desk: Desk) -> None:
    first = desk.takes_in()
    code, gone = desk.of("Nurlan Serikuly").code, desk.of("Example, Person").code
    later = listing(LINES[0].replace("1991", "1992"), LINES[2].replace("Ili", "Altay"), MORE)

    def meanwhile() -> None:
        erase_entry(desk.store, gone, by="test")
        with desk.store.unit("cli:timur") as unit:
            other = begin_import(unit, "example-list", later)
        write_lines(desk.store, other, SOURCE, later.lines[:1], later.told, by="cli:timur")

    with desk.store.unit("cli:dana") as unit:
        second = begin_import(unit, SOURCE, later)
    store = Meanwhile(desk.store, meanwhile)
    write_lines(store, second, SOURCE, later.lines, later.told, by="cli:dana")  # type: ignore[arg-type]  # stands for one
    assert [one.code for one in desk.entries() if "Example, Person" in one.names] == [], "what was erased stays so"
    born = [one for entry in desk.entries() if entry.code == code for one in entry.fields if one.field == "born"]
    assert sorted((one.value, one.stands) for one in born) == [("1991", False), ("1992", True)], "and nothing twice"
    assert desk.of("Нурлан Серикулы").names
    undo_import(desk.store, second, by="cli")
    with pytest.raises(RegistryError, match="meanwhile"):
        write_lines(desk.store, second, SOURCE, later.lines, later.told, by="cli:dana")
    assert first is not None
    assert undo_import(desk.store, first, by="cli") == 2


def test_a_long_import_is_taken_back_in_pieces_and_goes_on_where_it_was(desk: Desk, clock: ManualClock) -> None:
    lines = [f"{number},Somebody {number},,,Ili,in camp,2018," for number in range(100, 330)]
    desk.takes_in(*lines)
    before = desk.stands()
    clock.advance(timedelta(days=1))
    second = desk.takes_in(*(line.replace("in camp", "释放") for line in lines))
    assert second is not None
    writes = 0

    def power_goes() -> None:
        nonlocal writes
        writes += 1
        if writes == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        undo_import(Meanwhile(desk.store, writes=power_goes), second, by="cli")  # type: ignore[arg-type]  # as above
    half = [values for values in desk.stands() if "status=held" in values]
    assert 0 < len(half) < len(lines), "a piece is committed"
    assert undo_import(desk.store, second, by="cli") == 0
    assert desk.stands() == before


def test_what_follows_an_import_is_made_up_for_when_it_was_interrupted(desk: Desk) -> None:
    with desk.store.unit("test") as unit:
        case_id = intake.open_case(unit, language="en").id
    imported = desk.takes_in(*LINES, MORE)  # and the power went
    assert desk.count(RegistryPair) == 0
    assert desk.takes_in(*LINES, MORE) is None
    assert settle(desk.store, Shelf(), by="test") == 1
    with desk.store.read() as unit:
        assert unit.session.scalars(select(IdentityLook.case_id)).all() == [case_id]
    assert settle(desk.store, Shelf(), by="test") == 0, "once"
    assert imported is not None
    undo_import(desk.store, imported, by="test")  # and the power went again
    with desk.store.unit("test") as unit:
        unit.session.execute(delete(IdentityLook))
    assert undo_import(desk.store, imported, by="test") == 0
    settle(desk.store, Shelf(), by="test")
    assert desk.count(IdentityLook) == 1


def test_a_pair_that_nothing_speaks_for_any_more_goes_unless_somebody_decided(desk: Desk, clock: ManualClock) -> None:
    desk.takes_in(*LINES, MORE)
    settle(desk.store, Shelf(), by="test")
    assert desk.count(RegistryPair) == 1
    clock.advance(timedelta(days=1))
    mended = desk.takes_in(*LINES, MORE.replace("Нурлан Серикулы", "Дилшат Кто-то"))
    settle(desk.store, Shelf(), by="test")
    assert desk.count(RegistryPair) == 0, "the source mended the name"
    assert mended is not None
    undo_import(desk.store, mended, by="test")
    settle(desk.store, Shelf(), by="test")
    assert desk.count(RegistryPair) == 1, "or did not"
    first = desk.of("Nurlan Serikuly")
    with desk.store.unit("test") as unit:
        (pair,) = pairs_of(unit, first.id)
        assert decide_pair(unit, first.id, pair.id, same=False)
    desk.takes_in(*LINES, MORE.replace("Нурлан Серикулы", "Дилшат Кто-то"))
    settle(desk.store, Shelf(), by="test")
    assert desk.count(RegistryPair) == 1, "what somebody said stays"


def test_an_erased_entry_is_gone_and_is_not_taken_in_again(desk: Desk) -> None:
    desk.takes_in(*LINES, MORE)
    entry = desk.of("Nurlan Serikuly")
    propose_pairs(desk.store, Shelf(), [entry.id], by="test")
    assert desk.count(RegistryPair) == 1
    assert erase_entry(desk.store, entry.code, by="test")
    assert not erase_entry(desk.store, entry.code, by="test")
    assert desk.count(RegistryEntry) == 3
    assert desk.count(RegistryPair) == 0
    with desk.store.read() as unit:
        assert unit.session.scalars(select(DataKey).where(DataKey.scope == f"registry:{entry.id}")).all() == []
        assert plan_import(unit, SOURCE, listing()).erased == (2,)
    assert desk.takes_in() is None
    assert desk.count(RegistryEntry) == 3


def test_who_may_be_in_it_twice_is_proposed_and_never_merged(desk: Desk) -> None:
    with desk.store.read() as unit:
        twice = plan_import(unit, SOURCE, listing(*LINES, MORE))
    told = [(one.line, one.other) for one in likely_in(Shelf(), twice.fresh)]
    assert told == [(5, "line 2")], "within the list"
    imported = desk.takes_in(*LINES, MORE)
    assert imported is not None
    with desk.store.read() as unit:
        touched = touched_by(unit, imported)
    assert propose_pairs(desk.store, Shelf(), touched, by="test") == 1
    assert propose_pairs(desk.store, Shelf(), touched, by="test") == 0, "once"
    first = desk.of("Nurlan Serikuly")
    with desk.store.unit("test") as unit:
        (pair,) = pairs_of(unit, first.id)
        assert pair.reasons
        assert decide_pair(unit, first.id, pair.id, same=True)
    assert desk.count(RegistryEntry) == 4
    with desk.store.read() as unit:
        shelf = Shelf()
        shelf.follow(unit)
        assert len(shelf.figures(unit)) == 3, "they are counted once"


def test_a_name_is_found_in_any_script_and_what_changed_is_heard_of(desk: Desk) -> None:
    desk.takes_in()
    shelf = desk.shelf()
    for typed in ("Нұрлан Серікұлы", "nurlan serikuly", "Nurlan", "نۇرلان"):
        assert "Nurlan Serikuly" in shelf.named(typed)[0].names, typed
    assert shelf.named("Dulkun Example") == []
    assert shelf.named("  ") == []
    desk.takes_in(*LINES, "24,Dulkun Example,,,,,,")
    assert erase_entry(desk.store, desk.of("Nurlan Serikuly").code, by="test")
    with desk.store.read() as unit:
        shelf.follow(unit)
    assert len(shelf.named("Dulkun Example")) == 1
    assert shelf.named("Nurlan Serikuly") == []
    shelf.forget()
    assert shelf.named("Dulkun Example") == []


def test_what_changed_is_heard_of_when_the_clock_was_set_back(desk: Desk, clock: ManualClock) -> None:
    desk.takes_in()
    shelf = desk.shelf()
    clock.advance(-timedelta(days=1))
    desk.takes_in(LINES[0].replace("Nurlan Serikuly", "Dulkun Example"), *LINES[1:])
    with desk.store.read() as unit:
        shelf.follow(unit)
    assert len(shelf.named("Dulkun Example")) == 1


def test_with_an_entry_goes_what_was_remembered_of_its_name(desk: Desk) -> None:
    desk.takes_in()
    shelf = desk.shelf()
    assert name_of.cache_info().currsize > 0
    for entry in desk.entries():
        erase_entry(desk.store, entry.code, by="test")
    with desk.store.read() as unit:
        shelf.follow(unit)
    assert name_of.cache_info().currsize == 0


def test_while_one_reads_a_long_list_the_others_do_not_wait(desk: Desk) -> None:
    desk.takes_in()
    shelf, reads, goes_on = Shelf(), threading.Event(), threading.Event()

    def wait(*_: object) -> None:
        reads.set()
        goes_on.wait(60)

    def slowly() -> None:
        with desk.store.read() as unit:
            held = unit.session.connection()
            event.listen(held, "before_cursor_execute", wait)
            shelf.follow(unit)

    reader = threading.Thread(target=slowly)
    reader.start()
    assert reads.wait(60)
    with desk.store.read() as unit:
        assert not shelf.follow(unit), "there is nothing to answer from yet"
    assert shelf.named("Nurlan Serikuly") == []
    goes_on.set()
    reader.join()
    with desk.store.read() as unit:
        assert shelf.follow(unit)
    assert len(shelf.named("Nurlan Serikuly")) == 1


def test_of_entries_that_are_one_person_the_one_counts_that_says_more_and_then_the_later(
    desk: Desk, clock: ManualClock
) -> None:
    desk.takes_in("1,Nurlan Serikuly,,1991,Ili,in camp,2018,", source="first-list")
    clock.advance(timedelta(days=1))
    desk.takes_in("1,Nurlan Serikuly,,1991,Ili,释放,2018,", source="second-list")
    clock.advance(timedelta(days=1))
    desk.takes_in("1,Nurlan Serikuly,,1991,Ili,unknown,2018,", source="third-list")
    settle(desk.store, Shelf(), by="test")
    shelf = desk.shelf()
    with desk.store.unit("test") as unit:
        for row in unit.session.scalars(select(RegistryPair)).all():
            decide_pair(unit, row.entry_id, row.id, same=True)
        assert [one.status for one in shelf.figures(unit)] == ["released"], "not the one who knows of nothing"


def test_the_person_of_a_case_may_be_in_it_and_only_a_proposal_says_so(desk: Desk) -> None:
    with desk.store.unit("test") as unit:
        case_id = intake.open_case(unit, language="en").id
        enter_fact(unit, case_id, "name_native", "Нұрлан Серікұлы")
        enter_fact(unit, case_id, "birth_date", "1991-02-03")
        other_id = intake.open_case(unit, language="en").id
        enter_fact(unit, other_id, "name_latin", "Somebody Else")
    desk.takes_in()
    lookout, beside = Lookout(desk.store), RegistryLookout(desk.store)
    lookout.fill()

    def looks() -> None:
        look_at_every_case(desk.store, by="test")
        beside.follow()
        queue = look_queue(lookout, beside=[beside])
        while work_once(desk.store, queue):
            pass

    looks()
    with desk.store.unit("test") as unit:
        (proposed,) = proposals_of(unit, case_id)
        assert proposed.code == desk.of("Nurlan Serikuly").code
        assert proposed.reasons
        assert proposals_of(unit, other_id) == []
        assert refuse_proposal(unit, case_id, proposed.id)
        assert not refuse_proposal(unit, case_id, proposed.id)
    looks()
    with desk.store.unit("test") as unit:
        assert [one.state for one in proposals_of(unit, case_id)] == ["other"], "what somebody said stays"
        close_case(unit, case_id, by="test", note="home", no_case=False)
    erase_case(desk.store, case_id, by="test")
    assert desk.count(RegistryProposal) == 0, "it goes with the case"
    assert desk.count(RegistryEntry) == 3, "the entry stays"
