"""Destroying an instance for good, the keys first: from the moment they are gone the rest is noise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import MetaData

from app.key.finding import next_key_path
from store.engine import open_engine
from store.ring_file import destroy_file, locked_path, ring_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.settings import Settings

NOT_REACHED = (
    "copies of the ring or of the key on paper, sticks and other machines, and shares of the key",
    "backups and other copies of the database: without the ring nobody reads them, but they are there",
    "a second node or a standby of the database server: stop it and wipe it too",
    "Telegram, Twilio and the mail provider: what they keep; revoke the bot's token with @BotFather",
    "helpers' phones, and what a relative's phone still shows",
    "what the medium keeps of overwritten blocks (flash, file systems that copy on write): destroy the medium",
    "what is in the memory of a process that still runs: it ends by itself; then switch the machine off",
)


def wipe(settings: Settings) -> Iterator[str]:
    """Destroy ring, key and data of this home, and say of each when it is gone. Repeating it is safe.

    Nothing is asked here, and nothing needs a key: it works on a locked home, and on one that is damaged. The database
    comes last: its server may not answer, and raises DBAPIError then.
    """
    yield from _keys(settings)
    for path in _rest_of(settings.home):
        if destroy_file(path):
            yield str(path)
    yield from _database(settings)


def _keys(settings: Settings) -> Iterator[str]:
    ring = settings.ring_path
    if settings.home.is_dir():
        with ring_lock(ring):
            copies = [] if settings.ring_copy is None else [settings.ring_copy]
            for path in (ring, locked_path(ring), *copies, *ring.parent.glob(f".{ring.name}.*")):
                if destroy_file(path):
                    yield str(path)
    if settings.key is None and settings.key_command is None:
        for path in (settings.key_path, next_key_path(settings)):
            if destroy_file(path):
                yield str(path)


def _database(settings: Settings) -> list[str]:
    engine = open_engine(settings.database)
    try:
        if engine.dialect.name == "sqlite":
            path = str(engine.url.database)
            return [f"{path}{end}" for end in ("", "-wal", "-shm") if destroy_file(Path(f"{path}{end}"))]
        there = MetaData()
        with engine.begin() as connection:
            there.reflect(connection)
            there.drop_all(connection)
        return [f"{len(there.tables)} tables of the database (its files are the server's to overwrite)"]
    finally:
        engine.dispose()


def _rest_of(home: Path) -> list[Path]:
    """Whatever else lies in the home: copies before migrations, seals, the node's name, the clock of a sandbox."""
    return [path for path in sorted(home.rglob("*")) if path.is_file() and not path.is_symlink()]
