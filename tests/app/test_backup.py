"""Backups: everything of one moment, opened by their recipient only, put back whole or not at all, on either engine."""

from __future__ import annotations

import json
import os
import random
import stat
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import PosixPath
from typing import TYPE_CHECKING, Any

import pyrage
import pytest
from sqlalchemy import delete, event, func, select, update

from alerts.models import Delivery, DeliveryState
from app.backup.form import LEFT_OUT, BackupError, Reading, Sums, end_line, line_of
from app.backup.identity import make_identity, read_identity
from app.backup.making import encrypt, lines_of, make_backup
from app.backup.restoring import Asking, restore, verify
from app.backup.spending import SpentFile
from app.migration import differences, upgrade
from app.schema import metadata
from cases.intake import add_message, current_report, open_report
from cases.models import Case, ReportMessage
from contacts.accounts.two_people import agrees
from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from store import epochs
from store.base import new_id
from store.chats import Chat, find_or_open_chat
from store.data_keys import case_scope
from store.engine import open_engine
from store.eventlog import EventRow
from store.files import CHUNK, FileWriter, begin_file, read_file
from store.unit_of_work import Store
from store.vault import Field, KeyRing
from tests.accounts import join
from tests.bad_days.program import inherited, kept_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.backup.spending import Units
    from store.clock import ManualClock

WORDS = "they took my brother near Turgen"
FILE = os.urandom(2 * CHUNK + 7)
IDENTITY = pyrage.x25519.Identity.generate()
TO = [str(IDENTITY.to_public())]


@contextmanager
def using(url: str, ring: KeyRing, clock: ManualClock) -> Iterator[Store]:
    engine = open_engine(url)
    try:
        yield Store(engine, ring, clock)
    finally:
        engine.dispose()


class Filled:
    """A database with a bit of everything: a helper, a case, a file, messages that point at each other."""

    def __init__(self, store: Store) -> None:
        with store.unit("test") as unit:
            put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR, ("KZ",), sms="+77000000001"))
            chat = find_or_open_chat(unit, "telegram", "7000000")
            case = open_report(unit, chat, language="kk", kind="text", content=WORDS)
            self.case_id, self.code, self.chat_id = case.id, case.code, chat.id
            self.file_id = begin_file(unit, case_scope(case.id))
        writer = FileWriter(store, self.file_id, case_scope(self.case_id), media_of=lambda _: "image/png", limit=2**24)
        writer.write(FILE)
        with store.unit("test") as unit:
            writer.finish(unit)
            later, earlier = self._message(unit, "bundled"), self._message(unit, "queued")
            unit.session.add_all([earlier, later])
            unit.session.flush()
            later.bundle_id, later.state = earlier.id, DeliveryState.BUNDLED

    def _message(self, unit: Any, key: str) -> Delivery:
        return Delivery(
            id=new_id(), channel="telegram", chat_id=self.chat_id, action="send", template="reply.first", buttons=[],
            values={"code": self.code}, language="kk", silent=False, urgent=False, order_key=1,
            state=DeliveryState.QUEUED, dedupe_key=key, created_at=unit.now, due_at=None,
        )  # fmt: skip

    def is_there(self, store: Store) -> bool:
        """Whether all of it can be read."""
        with store.read() as unit:
            case = unit.session.scalars(select(Case)).one()
            message = unit.session.scalars(select(ReportMessage).order_by(ReportMessage.id)).first()
            assert message is not None
            words = unit.vault.open(
                case_scope(case.id), Field("report_message", "content", message.id), message.content
            )
            bundled = unit.session.scalars(select(Delivery).where(Delivery.dedupe_key == "bundled")).one()
            assert bundled.bundle_id is not None
            assert (case.id, case.code, words) == (self.case_id, self.code, WORDS)
        return b"".join(read_file(store, self.file_id)) == FILE and store.verify_log() == []


@pytest.fixture
def old(empty_database: str, ring: KeyRing, clock: ManualClock) -> Iterator[tuple[Store, Filled]]:
    """A database that is in use, on each engine in turn."""
    upgrade(empty_database)
    with using(empty_database, ring, clock) as store:
        yield store, Filled(store)


@pytest.fixture
def fresh(tmp_path: Path) -> str:
    """Where nothing is yet."""
    return f"sqlite:///{tmp_path}/fresh.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "copies.age"


def everything(store: Store) -> dict[str, list[Any]]:
    with store.read() as unit:
        return {
            table.name: sorted(map(repr, unit.session.execute(select(table)).all()))
            for table in metadata().sorted_tables
        }


@pytest.mark.both
def test_what_was_backed_up_comes_back_on_the_other_engine_and_home_again(
    old: tuple[Store, Filled], fresh: str, file: Path, clock: ManualClock, empty_database: str
) -> None:
    store, filled = old
    back = file.with_name("back.age")
    made = make_backup(store, file, TO)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made["case"] == 1
    assert WORDS.encode() not in file.read_bytes()
    done = restore(fresh, store.ring, file, IDENTITY, clock=clock)
    assert (done.epoch, done.rows, done.unreadable_scopes) == ("2026-03", sum(made.values()), 0)
    with using(fresh, store.ring, clock) as copy:
        assert filled.is_there(copy)
        with copy.engine.connect() as connection:
            assert differences(connection) == []
        before, after = everything(store), everything(copy)
        ours = {"event", "chain_head"}  # each side notes what was done there
        assert {name: rows for name, rows in before.items() if name not in ours} == {
            name: rows for name, rows in after.items() if name not in ours
        }
        with copy.unit("test") as unit:
            report = current_report(unit, unit.session.get_one(Chat, filled.chat_id))
            assert report is not None
            add_message(unit, report, kind="text", content="more")
        make_backup(copy, back, TO)
    restore(empty_database, store.ring, back, IDENTITY, clock=clock, force=True)
    assert filled.is_there(store)
    with store.engine.connect() as connection:
        assert differences(connection) == [], "constraints that were taken away for loading are back"
    with store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(ReportMessage)) == 2
        names = list(unit.session.scalars(select(EventRow.name).where(EventRow.chain == "system")))
    assert names.count("BackupRestored") == 2


@pytest.mark.both
def test_a_backup_is_of_one_moment_while_others_write(
    old: tuple[Store, Filled], file: Path, ring: KeyRing, clock: ManualClock, fresh: str
) -> None:
    store, filled = old
    stop = threading.Event()
    wrote = 0

    def writes() -> None:
        nonlocal wrote
        while not stop.is_set():
            with store.unit("test") as unit:
                report = current_report(unit, unit.session.get_one(Chat, filled.chat_id))
                assert report is not None
                add_message(unit, report, kind="text", content="and more")
            wrote += 1

    writer = threading.Thread(target=writes)
    writer.start()
    try:
        for number in range(3):
            make_backup(store, file.with_name(f"{number}.age"), TO)
    finally:
        stop.set()
        writer.join(30)
    assert wrote > 3
    header, end = verify(ring, file.with_name("1.age"), IDENTITY)
    assert header.epoch == "2026-03"
    assert end.rows["report_message"] > 1
    restore(fresh, ring, file.with_name("1.age"), IDENTITY, clock=clock)  # the log and every pointer hold
    with using(fresh, ring, clock) as copy:
        assert filled.is_there(copy)


def test_whoever_agrees_may_take_their_time_and_gives_the_code_of_now(
    old: tuple[Store, Filled], file: Path, clock: ManualClock, fresh: str, tmp_path: Path
) -> None:
    store, _ = old
    aigerim = join(store, "Aigerim")
    make_backup(store, file, TO)
    before = aigerim.code(0)

    def by_telephone(units: Units) -> str:
        clock.advance(timedelta(minutes=40))
        with units() as unit:
            assert agrees(unit, "Aigerim", before, ()) is None
        clock.advance(timedelta(minutes=40))
        with units() as unit:
            account = agrees(unit, "Aigerim", aigerim.code(0), ())
            assert account is not None
        return account.code

    asking = Asking(by_telephone, SpentFile(tmp_path / "spent.json"))
    restore(fresh, store.ring, file, IDENTITY, clock=clock, asking=asking)


def test_nothing_that_is_there_is_replaced_unasked(
    old: tuple[Store, Filled], file: Path, empty_database: str, clock: ManualClock
) -> None:
    store, filled = old
    make_backup(store, file, TO)
    before = everything(store)
    with pytest.raises(BackupError, match="--force"):
        restore(empty_database, store.ring, file, IDENTITY, clock=clock)
    assert everything(store) == before
    with pytest.raises(BackupError, match="exists"):
        make_backup(store, file, TO)
    with store.unit("test") as unit:
        unit.session.execute(update(Case).values(language="ru"))
    restore(empty_database, store.ring, file, IDENTITY, clock=clock, force=True)
    assert filled.is_there(store)
    with store.read() as unit:
        assert unit.session.scalar(select(Case.language)) == "kk"


def forged(store: Store, file: Path, change: dict[str, Any], key: bytes | None = None) -> Path:
    """A backup by somebody who knows the recipient and a good one's content, but not our ring."""
    sums = Sums()
    with store.read() as unit:
        lines = [json.loads(line) for line in lines_of(unit, "2026-03", Sums())]
    lines[0] |= change.get("header", {})
    if "drop" in change:
        lines = [line for line in lines if line.get("t") != change["drop"]]
    body = [sums.add(line_of(line), line.get("t"), len(line.get("r", ()))) for line in lines[:-1]]
    chains = lines[-1]["end"]["chains"]
    content = [*body, end_line(sums, chains, key or b"x" * 32)]
    content = content[: change.get("lines")]
    path = file.with_suffix(f".{new_id().hex}")
    with path.open("wb") as to:
        encrypt(iter(content), to, [IDENTITY.to_public()])
    return path


def test_what_is_forged_cut_off_or_damaged_changes_nothing(
    old: tuple[Store, Filled], file: Path, fresh: str, empty_database: str, clock: ManualClock
) -> None:
    store, _ = old
    make_backup(store, file, TO)
    before = everything(store)
    good, ours = file.read_bytes(), store.ring.subkey("backup")
    cut, bent = file.with_suffix(".cut"), file.with_suffix(".bent")
    cut.write_bytes(good[: len(good) // 2])
    bent.write_bytes(good[:-500] + bytes([good[-500] ^ 1]) + good[-499:])
    plain = file.with_suffix(".plain")
    plain.write_bytes(b"no backup at all")
    wrong = {
        cut: "damaged or cut off",
        bent: "damaged or cut off",
        plain: "damaged or cut off",
        forged(store, file, {}): "another key ring",
        forged(store, file, {"lines": -1}, ours): "its end is missing",
        forged(store, file, {"header": {"panah_backup": 9}}, ours): "form that this release does not know",
        forged(store, file, {"header": {"revision": "9999"}}, ours): "later release",
        forged(store, file, {"drop": "event"}, ours): "event log in the backup does not hold",
        forged(store, file, {"header": {"epoch": "2025-01"}}, ours): "does not hold",
    }
    for path, why in wrong.items():
        with pytest.raises(Exception, match=why):
            restore(empty_database, store.ring, path, IDENTITY, clock=clock, force=True)
    assert everything(store) == before
    with pytest.raises(BackupError, match="identity"):
        verify(store.ring, file, pyrage.x25519.Identity.generate())
    with pytest.raises(BackupError, match="another key ring"):
        verify(KeyRing({"2026-03": b"e" * 32}, b"another root".ljust(32)), file, IDENTITY)
    assert not os.path.exists(fresh.removeprefix("sqlite:///"))  # noqa: PTH110  an address, not a path


def test_one_that_breaks_off_leaves_what_was_there(
    old: tuple[Store, Filled], file: Path, empty_database: str, clock: ManualClock
) -> None:
    store, filled = old
    make_backup(store, file, TO)
    before = everything(store)

    class PowerCutError(BaseException):
        pass

    def cut(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO report_message"):
            raise PowerCutError

    from sqlalchemy.engine import Engine

    event.listen(Engine, "before_cursor_execute", cut)
    try:
        with pytest.raises(PowerCutError):
            restore(empty_database, store.ring, file, IDENTITY, clock=clock, force=True)
    finally:
        event.remove(Engine, "before_cursor_execute", cut)
    assert everything(store) == before
    assert filled.is_there(store)


RESTORING = """\
import sys
from pathlib import Path
from app.backup.identity import read_identity
from app.backup.restoring import restore
from store.clock import SystemClock
from store.vault import KeyRing
url, file, identity = sys.argv[1:]
ring = KeyRing({"2026-03": b"e" * 32}, b"r" * 32)
opener = read_identity(Path(identity))
while True:
    print("ready", flush=True)
    restore(url, ring, Path(file), opener, clock=SystemClock(), force=True)
"""


@pytest.mark.heavy
@pytest.mark.processes
def test_killed_while_putting_one_back_the_old_or_the_new_is_there_and_whole(
    old: tuple[Store, Filled], file: Path, empty_database: str, compiled: Path
) -> None:
    store, filled = old
    identity = file.with_name("identity")
    make_backup(store, file, [make_identity(identity, None)])
    store.engine.dispose()
    dice = random.Random(20260302)  # noqa: S311  dice, not secrets
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", RESTORING, empty_database, str(file), str(identity)],
            env={**inherited(), **kept_in(compiled)},
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(dice.uniform(0.1, 0.6))
        child.kill()
        child.communicate(timeout=10)
        assert filled.is_there(store)


def test_a_backup_that_breaks_off_is_none(old: tuple[Store, Filled], file: Path) -> None:
    store, _ = old
    with store.unit("test") as unit:
        unit.session.execute(delete(EventRow))  # nothing to do with it; and then the table that is read fails
    broken = Store(store.engine, store.ring, store.clock)
    table = metadata().tables["report_answer"]
    with store.engine.begin() as connection:
        table.drop(connection)
    with pytest.raises(Exception, match="report_answer"):
        make_backup(broken, file, TO)
    assert list(file.parent.glob("*copies*")) == []
    assert list(file.parent.glob(".*")) == []


def test_a_backup_dies_with_its_epoch(old: tuple[Store, Filled], file: Path, fresh: str, clock: ManualClock) -> None:
    store, filled = old
    make_backup(store, file, TO)
    clock.advance(timedelta(days=31))
    epochs.rotate(store)
    restore(fresh, store.ring, file, IDENTITY, clock=clock)
    with using(fresh, store.ring, clock) as copy:
        assert filled.is_there(copy), "last month's still opens"
    clock.advance(timedelta(days=31))
    epochs.rotate(store)
    with pytest.raises(BackupError, match="nobody can read it"):
        restore(fresh, store.ring, file, IDENTITY, clock=clock, force=True)


def test_what_hands_epochs_over_is_in_no_backup(old: tuple[Store, Filled], clock: ManualClock) -> None:
    store, _ = old
    clock.advance(timedelta(days=31))
    epochs.rotate(store)
    with store.read() as unit:
        lines = [json.loads(line) for line in lines_of(unit, "2026-04", Sums())]
    assert "key_epoch" in LEFT_OUT
    assert not [line for line in lines if line.get("t") in LEFT_OUT]
    assert lines[-1]["end"]["rows"]["data_key"] > 0


def test_nobody_is_signed_in_by_a_backup() -> None:
    """What is left out must be whole in itself: no row that is kept may point to it."""
    assert "account_session" in LEFT_OUT
    pointing = {
        table.name
        for table in metadata().tables.values()
        for key in table.foreign_keys
        if key.column.table.name in LEFT_OUT and table.name not in LEFT_OUT
    }
    assert pointing == set()


def test_every_table_there_is_can_be_written_down(old: tuple[Store, Filled]) -> None:
    with old[0].read() as unit:
        header = json.loads(next(iter(lines_of(unit, "2026-03", Sums()))))
    assert set(header["tables"]) == {table.name for table in metadata().sorted_tables} - LEFT_OUT


def test_a_reading_takes_pieces_of_any_size(old: tuple[Store, Filled]) -> None:
    store, _ = old
    with store.read() as unit:
        whole = b"".join(lines_of(unit, "2026-03", Sums()))
    for size in (1, 7, 65536):
        reading = Reading(store.ring.subkey("backup"))
        small = whole if size > 1 else b"".join(whole.splitlines(keepends=True)[:1])
        seen = [one for at in range(0, len(small), size) for one in reading.feed(small[at : at + size])]
        assert seen
    assert reading.finish().rows["case"] == 1
    with pytest.raises(BackupError, match="behind the end"):
        list(reading.feed(b"{}\n"))


class OnAStick(PosixPath):
    """A file on a medium that knows no owners (FAT)."""

    def chmod(self, *_: Any, **__: Any) -> None:
        raise PermissionError


def test_an_identity_is_made_on_a_stick(tmp_path: Path) -> None:
    recipient = make_identity(OnAStick(tmp_path / "id"), None)
    assert str(read_identity(tmp_path / "id").to_public()) == recipient  # type: ignore[attr-defined]  # as above
    assert (tmp_path / "id").stat().st_mode & 0o077 == 0


def test_an_identity_with_a_passphrase_opens_with_it_only(tmp_path: Path) -> None:
    recipient = make_identity(tmp_path / "id", "six random words of nobody at all")
    with pytest.raises(BackupError, match="passphrase does not open"):
        read_identity(tmp_path / "id", "something else")
    opened = read_identity(tmp_path / "id", "six random words of nobody at all")
    assert str(opened.to_public()) == recipient  # type: ignore[attr-defined]  # pyrage has no types
    with pytest.raises(BackupError, match="exists"):
        make_identity(tmp_path / "id", None)
    (tmp_path / "other").write_text("nothing")
    with pytest.raises(BackupError, match="no age identity"):
        read_identity(tmp_path / "other")
