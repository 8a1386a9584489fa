"""What PostgreSQL keeps of an erased case in its files: ciphertext, and no key outside of the write-ahead log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from app.erasing.erasure import erase_case, overwrite_traces, rows_left
from cases.models import ReportMessage
from cases.retention import close_case
from store.data_keys import DataKey, case_scope
from store.errors import UnreadableError
from store.unit_of_work import Store
from store.vault import Field
from tests.bad_days.canary import Canary, look_in_files
from tests.web.scene import Scene

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from store.clock import ManualClock
    from store.vault import KeyRing

WORDS = Canary("words", "three men in a grey Lada took her from the bazaar")


@pytest.fixture(params=["postgresql"])
def database_url(database_url: str) -> str:
    """PostgreSQL alone: `tests/app/test_erasure.py` tells it of SQLite."""
    return database_url


def written_out(engine: Engine) -> tuple[Path, Path]:
    """The files of this database and the write-ahead log, after everything was written to them."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        cluster = Path(connection.scalar(text("SHOW data_directory")) or "")
        number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    return cluster / "base" / str(number), cluster / "pg_wal"


def holds(folder: Path, piece: bytes) -> bool:
    return any(piece in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.both  # on PostgreSQL alone: nothing on SQLite tells the same
def test_its_key_is_in_no_file_of_the_database_and_old_rows_open_for_nobody(
    engine: Engine, ring: KeyRing, clock: ManualClock
) -> None:
    store = Store(engine, ring, clock)
    scene = Scene.begin(store, str(WORDS.value))
    for number in range(60):
        scene.says(f"{WORDS.value} and {number}")
    case_id = scene.case_id
    with store.read() as unit:
        first = unit.session.scalars(select(ReportMessage).where(ReportMessage.case_id == case_id)).first()
        assert first is not None
        message_id, content = first.id, first.content
        wrapped = unit.session.scalars(select(DataKey.wrapped).where(DataKey.scope == f"case:{case_id}")).one()
    files, log = written_out(engine)
    assert holds(files, wrapped[1:17])
    assert holds(files, content[1:17])

    with store.unit("test") as unit:
        close_case(unit, case_id, by="cli", note="over")
    erased = erase_case(store, case_id, by="test")
    folded = overwrite_traces(engine, set(erased.rows))
    assert folded.done
    assert f"{len(erased.rows)} of {len(erased.rows)} other tables" in folded.how
    assert "write-ahead log" in folded.how
    written_out(engine)
    with store.read() as unit:
        assert rows_left(unit, erased) == {}
        vacuumed = set(
            unit.session.scalars(text("SELECT relname FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL"))
        )
        dead = "SELECT count(*) FROM pg_stat_user_tables WHERE n_dead_tup > 0 AND relname = 'report_message'"
        assert unit.session.scalar(text(dead)) == 0
    assert set(erased.rows) <= vacuumed
    assert not holds(files, wrapped[1:17]), "the wrapped key"
    assert not holds(files, wrapped[-16:])
    assert look_in_files((WORDS,), files) == []
    assert look_in_files((WORDS,), log) == []
    # Old rows may lie there until they are written over, and then they are this:
    fresh = Store(engine, ring, clock)
    with fresh.read() as unit, pytest.raises(UnreadableError, match="destroyed"):
        unit.vault.open(case_scope(case_id), Field("report_message", "content", message_id), content)
    # We say that the write-ahead log keeps the wrapped key until it is recycled, and it does:
    assert holds(log, wrapped[1:17])
