"""Migrations: the models and the schema agree, nothing is lost on the way, and two at once do not collide."""

from __future__ import annotations

import sqlite3
import stat
import threading
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, inspect, select, text

from alerts.models import Need
from alerts.search.following_up import TIMER, follow_up_left_out
from app.migration import SchemaError, differences, downgrade, migrating, needed, upgrade
from cases.intake import open_report
from cases.models import Case
from contacts.directory import find_contact, name_of, put_contact
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat
from store.engine import open_engine
from store.eventlog import Reaction
from store.timers import Timer
from store.unit_of_work import Store
from tests.web.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.clock import ManualClock
    from store.vault import KeyRing


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def used(url: str, ring: KeyRing, clock: ManualClock) -> Iterator[Store]:
    with opened(url) as engine:
        yield Store(engine, ring, clock, reactions={"ReportReceived": ("plan_alert",)})


def fill(store: Store) -> str:
    """A helper, and a report with what follows it; return its code."""
    with store.unit("test") as unit:
        put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR, sms="+77000000001"))
        chat = find_or_open_chat(unit, "telegram", "7000000")
        return open_report(unit, chat, language="kk", kind="text", content="they took my brother").code


def holds(store: Store, code: str) -> bool:
    with store.read() as unit:
        contact = find_contact(unit, "Aigerim")
        codes = list(unit.session.scalars(select(Case.code)))
        waiting = unit.session.scalars(select(Reaction.name)).all()
        return contact is not None and name_of(unit, contact) == "Aigerim" and codes == [code] and len(waiting) == 1


def test_the_schema_is_what_the_models_say(empty_database: str) -> None:
    upgrade(empty_database)
    with opened(empty_database) as engine, engine.connect() as connection:
        assert differences(connection) == []
        assert needed(connection) is None


def test_up_again_and_down_with_data(empty_database: str, ring: KeyRing, clock: ManualClock) -> None:
    upgrade(empty_database)
    with used(empty_database, ring, clock) as store:
        code = fill(store)
    upgrade(empty_database)
    with used(empty_database, ring, clock) as store:
        assert holds(store, code)
        assert store.verify_log() == []
    downgrade(empty_database, "base")
    with opened(empty_database) as engine, engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert needed(connection) is not None
    upgrade(empty_database)
    with used(empty_database, ring, clock) as store:
        fill(store)


def test_what_was_taken_under_an_earlier_release_is_followed_up_after_the_upgrade(
    empty_database: str, ring: KeyRing, clock: ManualClock
) -> None:
    upgrade(empty_database)
    with used(empty_database, ring, clock) as store:
        scene = Scene.begin(store)
        scene.helper("Aigerim")
        scene.helper("Dana", "lawyer")
    downgrade(empty_database, "0001")
    clock.advance(timedelta(days=3))
    upgrade(empty_database)
    with used(empty_database, ring, clock) as store:
        for minutes in (0, 1):  # whoever looks again, or beside the first, changes nothing
            clock.advance(timedelta(minutes=minutes))
            with store.unit("system") as unit:
                follow_up_left_out(unit)
        with store.read() as unit:
            of = select(Need.kind, Timer.due_at).join(Timer, Timer.subject_id == Need.id).where(Timer.kind == TIMER)
            due = {row.kind: row.due_at for row in unit.session.execute(of)}
    began = clock.now() - timedelta(minutes=1)
    assert due == {"coordinator": began + timedelta(minutes=45), "lawyer": began + timedelta(hours=1)}


def test_two_at_once_do_not_collide(empty_database: str) -> None:
    together, failures = threading.Barrier(3), []

    def migrate() -> None:
        together.wait()
        try:
            upgrade(empty_database)
        except Exception as error:  # noqa: BLE001  whatever it is, it is a failure
            failures.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with opened(empty_database) as engine, engine.connect() as connection:
        assert differences(connection) == []


def test_what_fails_is_undone_as_a_whole(empty_database: str) -> None:
    with opened(empty_database) as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE delivery (id INTEGER)"))  # stands in the way of the last tables
    with pytest.raises(SchemaError, match="was undone"):
        upgrade(empty_database)
    with opened(empty_database) as engine, engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["delivery"]


def test_a_later_release_is_not_touched(empty_database: str) -> None:
    upgrade(empty_database)
    with opened(empty_database) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    with pytest.raises(SchemaError, match="later release"):
        upgrade(empty_database)


def test_rebuilding_a_table_empties_none_that_points_at_it(
    empty_database: str, ring: KeyRing, clock: ManualClock
) -> None:
    upgrade(empty_database)
    with used(empty_database, ring, clock) as store:
        code = fill(store)
    with migrating(empty_database) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("event") as event:  # SQLite must build the table anew
            event.alter_column("actor", nullable=True)
    with used(empty_database, ring, clock) as store:
        assert holds(store, code)
        assert store.verify_log() == []


def test_rows_that_would_point_at_nothing_undo_it(tmp_path: Path, ring: KeyRing, clock: ManualClock) -> None:
    url = f"sqlite:///{tmp_path}/panah.db"
    upgrade(url)
    with used(url, ring, clock) as store:
        code = fill(store)
    with pytest.raises(SchemaError, match="point at nothing"), migrating(url) as connection:
        connection.execute(text("DELETE FROM event"))
    with used(url, ring, clock) as store:
        assert holds(store, code)


class TestCopy:
    def test_an_empty_database_is_not_worth_one(self, tmp_path: Path) -> None:
        assert upgrade(f"sqlite:///{tmp_path}/panah.db", backups=tmp_path) is None
        assert upgrade(f"sqlite:///{tmp_path}/panah.db", backups=tmp_path) is None

    def test_what_was_committed_is_in_it_and_only_the_owner_reads_it(
        self, tmp_path: Path, ring: KeyRing, clock: ManualClock
    ) -> None:
        url = f"sqlite:///{tmp_path}/panah.db"
        upgrade(url)
        with used(url, ring, clock) as store:
            code = fill(store)
            older(tmp_path)
            with pytest.raises(SchemaError):  # the tables are there already
                upgrade(url, backups=tmp_path)
        (copy,) = tmp_path.glob("before-*.db")
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        with used(f"sqlite:///{copy}", ring, clock) as store:
            assert holds(store, code)

    def test_a_copy_that_was_cut_short_is_made_anew(self, tmp_path: Path, ring: KeyRing, clock: ManualClock) -> None:
        url = f"sqlite:///{tmp_path}/panah.db"
        upgrade(url)
        with used(url, ring, clock) as store:
            code = fill(store)
        older(tmp_path)
        with opened(url) as engine, engine.connect() as connection:
            head = needed(connection)
        (tmp_path / f"before-{head}.part").write_bytes(b"cut")
        (tmp_path / f"before-{head}.db").write_bytes(b"old")
        with pytest.raises(SchemaError):
            upgrade(url, backups=tmp_path)
        assert not (tmp_path / f"before-{head}.part").exists()
        with used(f"sqlite:///{tmp_path}/before-{head}.db", ring, clock) as store:
            assert holds(store, code)


def older(folder: Path) -> None:
    """As if nobody had said which schema this is."""
    with closing(sqlite3.connect(folder / "panah.db")) as database:
        database.execute("DELETE FROM alembic_version")
        database.commit()
