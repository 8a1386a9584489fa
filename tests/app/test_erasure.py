"""Erasing one case, with proof: the command shows it, and whoever scans the files finds nothing of it."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.search.taking_in import take_in
from app.erasing.overwriting import Overwriting
from app.erasing.traces import count_in
from app.settings import read_settings
from app.wiring import build
from cases.docket.entering import When
from cases.docket.models import Deadline
from cases.incidents.models import Incident, IncidentCase
from cases.incidents.opening import Happening
from cases.incidents.reading import read_list
from cases.models import Case, ReportMessage
from cases.retention import close_case
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store import epochs
from store.base import new_id
from store.chats import Chat
from store.clock import ManualClock, SystemClock
from store.data_keys import DataKey, case_scope
from store.engine import open_engine
from store.errors import UnreadableError
from store.eventlog import EventRow
from store.files import CHUNK, FileWriter, begin_file
from store.timers import set_timer
from store.unit_of_work import Store
from store.vault import Field
from tests.bad_days.canary import Canary, look_in_files
from tests.web.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from tests.app.conftest import Panah

WORDS = Canary("words", "three men in a grey Lada took her from the bazaar")
NUMBER = Canary("number", "77000918264")
TOLD = (WORDS, NUMBER)


@contextmanager
def opened(panah: Panah) -> Iterator[Store]:
    house = build(read_settings(panah.environment))
    try:
        yield house.store
    finally:
        house.store.engine.dispose()


def files_of(panah: Panah) -> list[Path]:
    return [panah.home / name for name in ("panah.db", "panah.db-wal")]


def ciphertexts(store: Store, case_id: UUID) -> list[bytes]:
    """What lies in the database of a case, piece by piece: its messages and its wrapped key."""
    with store.read() as unit:
        rows = unit.session.scalars(select(ReportMessage.content).where(ReportMessage.case_id == case_id)).all()
        key = unit.session.scalars(select(DataKey.wrapped).where(DataKey.scope == f"case:{case_id}")).one()
    return [piece for value in (*rows, key) for piece in (value[1:17], value[-16:])]


class Told:
    """A case with long words, a file, a helper who has it, beside another case that must stay."""

    def __init__(self, panah: Panah) -> None:
        with opened(panah) as store:
            scene = Scene.begin(store, f"{WORDS.value} {NUMBER.value}")
            for number in range(60):
                scene.says(f"{WORDS.value} and {number}" * 20)
            scene.sends("document", file_name=f"{NUMBER.value}.pdf")
            scene.answers("held_by", "police")
            scene.helper("Aigerim")
            self._file(store, scene.case_id)
            self.case_id, self.code = scene.case_id, scene.code
            self.pieces = ciphertexts(store, scene.case_id)
            with store.unit("test") as unit:
                other = unit.session.scalars(select(Chat)).one()
                other.address_index = b"another".ljust(32)
            self.other = Scene.begin(store, "somebody else's words").code
            with store.unit("test") as unit:
                close_case(unit, scene.case_id, by="cli", note=str(WORDS.value))

    def _file(self, store: Store, case_id: UUID) -> None:
        with store.unit("test") as unit:
            file_id = begin_file(unit, case_scope(case_id))
        writer = FileWriter(store, file_id, case_scope(case_id), media_of=lambda _: "image/png", limit=2**24)
        writer.write(str(WORDS.value).encode() * (CHUNK // 20))
        with store.unit("test") as unit:
            writer.finish(unit)


@pytest.fixture
def told(ready: Panah) -> Told:
    return Told(ready)


def test_the_command_erases_and_shows_it(ready: Panah, told: Told) -> None:
    assert "waits_for_a_coordinator" in ready.does("case", "retention", "--json")
    assert "no helper" in ready.refuses("case", "erase", told.code, "--by", "Nobody", "--yes")
    assert count_in(files_of(ready), told.pieces) > 0
    proof = json.loads(ready.does("case", "erase", told.code, "--by", "Aigerim", "--yes", "--json"))
    assert proof["rows_left"] == {}
    assert proof["found_afterwards"] == 0
    assert proof["found_before_overwriting"] >= 0
    assert proof["pieces_looked_for"] > 10
    assert proof["event_log_holds"]
    assert proof["data_keys_destroyed"] == 2, "the case's and its conversation's"
    assert proof["rows_erased"]["report_message"] == 62
    assert proof["rows_erased"]["file_chunk"] >= 2
    assert proof["conversations_erased"] == 1
    assert "was erased" in ready.refuses("case", "erase", told.code, "--by", "Aigerim", "--yes")
    assert "Every chain holds" in ready.does("audit", "verify")
    with opened(ready) as store, store.read() as unit:
        assert {row.case_id for row in unit.session.scalars(select(EventRow).where(EventRow.name == "CaseErased"))} == {
            told.case_id
        }


def test_nothing_of_it_is_in_any_page_or_file_of_the_home(ready: Panah, told: Told, tmp_path: Path) -> None:
    """With another process reading all the while, as it would be."""
    with opened(ready) as reader, reader.read() as unit:
        unit.session.execute(select(Chat)).all()
        said = ready("case", "erase", told.code, "--by", "Aigerim", "--yes")
        assert said.exit_code == 1, "what is still being read cannot be overwritten, and the command says so"
        assert "could not be emptied" in said.output
    with opened(ready) as store:
        Overwriting(store).look()  # as whoever works on does, sooner or later
        subprocess.run(["cp", "-r", ready.home, tmp_path / "away"], check=True)
    assert look_in_files(TOLD, tmp_path / "away") == []
    assert count_in((tmp_path / "away").iterdir(), told.pieces) == 0, "not even as ciphertext"
    assert (
        (tmp_path / "away" / "panah.db-wal").stat().st_size == 0
        if (tmp_path / "away" / "panah.db-wal").exists()
        else True
    )


def test_traces_that_are_gone_are_not_looked_for_again(ready: Panah, told: Told) -> None:
    ahead = ready.home / "panah.db-wal"
    ready("case", "erase", told.code, "--by", "Aigerim", "--yes")
    with opened(ready) as store:
        overwriting = Overwriting(store)
        overwriting.look()
        assert ahead.stat().st_size == 0
        with store.unit("test") as unit:
            set_timer(unit, "watch", new_id(), unit.now)
        overwriting.look()
        assert ahead.stat().st_size > 0, "what was written since is no trace of anybody"


def test_an_older_copy_gives_it_back_until_its_epoch_is_destroyed_and_never_after(
    ready: Panah, told: Told, tmp_path: Path
) -> None:
    with opened(ready) as store:
        store.engine.dispose()
    copy = tmp_path / "copy.db"
    subprocess.run(["sqlite3", str(ready.home / "panah.db"), f".backup {copy}"], check=False)
    if not copy.exists():
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(ready.home / "panah.db")) as source, closing(sqlite3.connect(copy)) as to:
            source.backup(to)
    ready.does("case", "erase", told.code, "--by", "Aigerim", "--yes")
    with opened(ready) as store:
        assert reads_from(copy, store, told) == f"{WORDS.value} {NUMBER.value}", "we say that it does, and it does"
        clock = ManualClock(SystemClock().now())
        later = Store(store.engine, store.ring, clock)
        for _ in range(2):
            clock.advance(timedelta(days=31))
            epochs.rotate(later)
        with pytest.raises(UnreadableError, match="destroyed"):
            reads_from(copy, later, told)


def reads_from(copy: Path, store: Store, told: Told) -> str:
    engine = open_engine(f"sqlite:///{copy}")
    try:
        old = Store(engine, store.ring, store.clock)
        with old.read() as unit:
            first = unit.session.scalars(
                select(ReportMessage)
                .where(ReportMessage.case_id == told.case_id)
                .order_by(ReportMessage.received_at, ReportMessage.id)
                .limit(1)
            ).one()
            return unit.vault.open(
                case_scope(told.case_id), Field("report_message", "content", first.id), first.content
            )
    finally:
        engine.dispose()


def test_a_case_is_closed_kept_and_confirmed_by_command(ready: Panah) -> None:
    with opened(ready) as store:
        scene = Scene.begin(store)
        with store.unit("test") as unit:
            put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR))
            put_contact(unit, ContactCard("Dana", Role.LAWYER))
        code = scene.code
    assert "close it first" in ready.refuses("case", "erase", code, "--by", "Aigerim", "--yes")
    assert "close it first" in ready.refuses("case", "confirm", code, "--by", "Aigerim")
    ready.does("case", "close", code.replace("-", " ").lower(), "--note", "she is home", "--by", "Dana")
    assert "only a coordinator" in ready.refuses("case", "confirm", code, "--by", "Dana")
    ready.does("case", "confirm", code, "--by", "Aigerim")
    assert "erased on" in ready.does("case", "retention")
    ready.does("case", "keep", code, "--note", "a petition")
    assert "kept" in ready.does("case", "retention")
    assert "remedy" in ready.refuses("case", "erase", code, "--by", "Aigerim", "--yes")
    ready.does("case", "keep", code, "--no-longer")
    ready.does("case", "reopen", code)
    assert "open" in ready.does("case", "retention")
    assert "no case of this code" in ready.refuses("case", "close", "AAA-AAA", "--note", "x")
    assert "no terminal" in ready.refuses("case", "erase", code, "--by", "Aigerim")


def test_an_incident_goes_with_its_last_case_and_not_before(ready: Panah) -> None:
    with opened(ready) as store:
        with store.unit("test") as unit:
            put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR))
            happening = Happening(
                "custody_start", When(unit.now), "Asia/Almaty", "kk", place=str(WORDS.value), notes=str(NUMBER.value)
            )
            people = read_list(f"1. Guldana T. ({WORDS.value})\n2. Serik D")
            incident = take_in(unit, happening, people, unread=[f"list of {NUMBER.value}"])
        with store.unit("test") as unit:
            codes = unit.session.scalars(select(Case.code).order_by(Case.opened_at, Case.id)).all()
            for clock in unit.session.scalars(select(Deadline)):
                clock.state = "done"
            unit.session.flush()
            for case in unit.session.scalars(select(Case)).all():
                close_case(unit, case.id, by="cli", note="over")
            incident_id = incident.id
    for left, code in ((1, codes[0]), (0, codes[1])):
        ready.does("case", "erase", code, "--by", "Aigerim", "--yes")
        with opened(ready) as store, store.read() as unit:
            assert len(unit.session.scalars(select(IncidentCase)).all()) == left
            assert (unit.session.get(Incident, incident_id) is not None) == bool(left)
            key = select(DataKey).where(DataKey.scope == f"incident:{incident_id}")
            assert (unit.session.scalars(key).one_or_none() is not None) == bool(left)
    subprocess.run(["cp", "-r", ready.home, ready.home.parent / "away"], check=True)
    assert look_in_files(TOLD, ready.home.parent / "away") == []
