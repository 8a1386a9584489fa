"""Where a stranger might look: the database and everything around it, the processes, what they say, what they send."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.request import urlopen

from psycopg import sql
from sqlalchemy import select, text

from store.eventlog import EventRow
from store.seals import lines_after
from tests.bad_days.canary import look, look_in_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

    from sandbox import Phone
    from tests.bad_days.canary import Canary, Sighting
    from tests.bad_days.ground import Ground


def everywhere(ground: Ground, canaries: Sequence[Canary], staff: Sequence[Phone]) -> list[Sighting]:
    """Every place a stranger might look; relatives' phones and Telegram itself hold what was said, of course."""
    return [
        *in_home(ground, canaries),
        *in_the_database(ground, canaries),
        *look_in_files(canaries, ground.processes),
        *in_processes(canaries),
        *on_phones(ground, canaries, staff),
        *with_providers(canaries, staff),
        *on_health_pages(ground, canaries),
        *in_the_log(ground, canaries),
        *in_copies(ground, canaries),
    ]


def in_the_database(ground: Ground, canaries: Sequence[Canary]) -> list[Sighting]:
    """Every page and every log of the database, as they are on the disk, and every value as the database gives it."""
    if is_postgresql(ground):
        return [*in_tables(ground, canaries), *in_cluster(ground, canaries)]
    return in_home(ground, canaries)  # panah.db, its write-ahead log and whatever lies beside them


def in_home(ground: Ground, canaries: Sequence[Canary]) -> list[Sighting]:
    """Every file of the home, as a thief would carry it away.

    It is copied by another process: were a database file opened and closed in this one, the system would take away
    the locks that this one's own connections hold on it.
    """
    with TemporaryDirectory() as away:
        subprocess.run(["cp", "-r", ground.home, away], check=True)
        return look_in_files(canaries, Path(away))


def is_postgresql(ground: Ground) -> bool:
    return ground.house.store.engine.dialect.name == "postgresql"


def in_tables(ground: Ground, canaries: Sequence[Canary]) -> list[Sighting]:
    """Every table as COPY gives it, in text (as a dump would have it) and in binary form."""
    with ground.house.store.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        return [
            one
            for name, content in _copies(raw)  # type: ignore[arg-type]  # psycopg's own connection
            for one in look(canaries, f"table {name}", content)
        ]


def _copies(connection: psycopg.Connection) -> Iterator[tuple[str, bytes]]:
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    for (name,) in tables:
        for form in ("text", "binary"):
            command = sql.SQL("COPY {} TO STDOUT (FORMAT {})").format(sql.Identifier(name), sql.SQL(form))
            with connection.cursor() as cursor, cursor.copy(command) as rows:
                yield name, b"".join(bytes(block) for block in rows)


def in_cluster(ground: Ground, canaries: Sequence[Canary]) -> list[Sighting]:
    """The files of the database, the write-ahead log and the server's own log, after everything was written out."""
    with ground.house.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        cluster = Path(connection.scalar(text("SHOW data_directory")) or "")
        number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    files = look_in_files(canaries, cluster / "base" / str(number))
    logs = [
        one for path in cluster.glob("*log*") if path.is_file() for one in look(canaries, path.name, path.read_bytes())
    ]
    return [*files, *look_in_files(canaries, cluster / "pg_wal"), *logs]


def in_processes(canaries: Sequence[Canary]) -> list[Sighting]:
    """The arguments and the environment of every process of this machine that lets us look."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                content = (process / name).read_bytes()
            except OSError:
                continue
            found += look(canaries, f"{name} of {process.name}", content)
    return found


def on_phones(ground: Ground, canaries: Sequence[Canary], staff: Sequence[Phone]) -> list[Sighting]:
    """What helpers were sent, and what Telegram was asked to show them."""
    chats = {phone.chat_id for phone in staff}
    calls = [call.params for call in ground.sandbox.calls() if call.chat_id in chats or call.chat_id is None]
    shown = [message.content for phone in staff for message in phone.messages]
    return look(canaries, "what helpers see", json.dumps([calls, shown], ensure_ascii=False, default=str).encode())


def on_health_pages(ground: Ground, canaries: Sequence[Canary]) -> list[Sighting]:
    """What anybody who reaches the port is told."""
    found = []
    for page in ("healthz", "readyz", "metrics"):
        with urlopen(f"http://127.0.0.1:{ground.port}/{page}", timeout=10) as answer:
            found += look(canaries, page, str(answer.headers).encode() + answer.read())
    return found


def in_the_log(ground: Ground, canaries: Sequence[Canary]) -> list[Sighting]:
    """What the event log says, as JSON and as text, attestations and seals beside it."""
    with ground.house.store.read() as unit:
        events = [
            [row.chain, row.name, row.actor, row.payload]
            for row in unit.session.scalars(select(EventRow).order_by(EventRow.chain, EventRow.position))
        ]
        lines = lines_after(unit, 0)
    return [
        one
        for form in (True, False)
        for one in look(canaries, "event log", json.dumps([events, lines], ensure_ascii=form).encode())
    ]


def in_copies(ground: Ground, canaries: Sequence[Canary]) -> list[Sighting]:
    """A backup as the guide makes it, and all its values as a dump would write them. PostgreSQL's tables: see above."""
    if is_postgresql(ground):
        return []
    with TemporaryDirectory() as away:
        copy = Path(away) / "copy.db"
        code = (
            "import sqlite3, sys\n"
            "source, copy = (sqlite3.connect(path) for path in sys.argv[1:])\n"
            "source.backup(copy)\n"
            "dump = '\\n'.join(copy.iterdump()).encode('utf-8', 'surrogatepass')\n"
            "open(sys.argv[2] + '.sql', 'wb').write(dump)\n"
        )
        command = [sys.executable, "-I", "-c", code, str(ground.home / "panah.db"), str(copy)]
        subprocess.run(command, check=True)  # another process: see in_home
        return look_in_files(canaries, Path(away))


def with_providers(canaries: Sequence[Canary], staff: Sequence[Phone]) -> list[Sighting]:
    """What the providers of texts, calls and mail were handed: bodies, headers, everything that went over the wire."""
    texts = [[text.plain, repr(text)] for phone in staff for text in phone.sms]
    calls = [repr(call) for phone in staff for call in phone.calls]
    mails = [mail.raw for phone in staff for mail in phone.mails]
    said = json.dumps([texts, calls], ensure_ascii=False).encode()
    return [*look(canaries, "texts and calls", said), *(one for mail in mails for one in look(canaries, "mail", mail))]


def plant(ground: Ground, words: str) -> None:
    """Write something in plain into a table of its own, as a careless program would."""
    with ground.house.store.unit("test") as unit:
        kind = "bytea" if is_postgresql(ground) else "BLOB"
        unit.session.execute(text(f"CREATE TABLE careless (said text, bytes {kind})"))
        unit.session.execute(
            text("INSERT INTO careless VALUES (:said, :bytes)"), {"said": words, "bytes": words.encode()}
        )
