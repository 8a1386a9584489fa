"""What pictures, documents, sound and films tell about themselves (when, where, with what), and copies without it.

The original is never changed: it is evidence. What leaves the team is a copy: of a picture the dots alone, of a
document pictures of its pages, of a recording its sound, of a text of an office program its words. What cannot be
cleaned does not leave: films, spreadsheets, other kinds, and what does not open.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from store.data_keys import Scope
from store.errors import UnreadableError
from store.files import StoredFile, read_file
from store.vault import Field

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

CLEANED: Final = frozenset(
    {"image/jpeg", "image/png", "image/webp", "application/pdf", "application/zip", "audio/ogg", "audio/mpeg"}
)
"""What can be written anew without what it tells; of archives those alone that are texts of office programs."""
TELLING: Final = CLEANED | {"audio/mp4", "video/mp4"}
SECONDS: Final = 30.0
"""Real seconds one file may take."""
LARGEST: Final = 21 * 1024 * 1024
AT_ONCE: Final = 20
WORKER: Final = "cases.cleaning.work"
UNREADABLE: Final = "unreadable"


class NotCleanedError(Exception):
    """A file cannot be freed of what it tells about itself, so it does not leave."""


def without_metadata(content: bytes, media: str) -> bytes:
    """Return a copy that tells nothing but what is seen or heard in it; raises NotCleanedError for what has none."""
    if media not in CLEANED or len(content) > LARGEST:
        raise NotCleanedError("this kind of file cannot be cleaned")
    done = _work("clean", content, media)
    if not done:
        raise NotCleanedError("this file does not open, or is too large")
    return done


def told_by(content: bytes, media: str) -> dict[str, Any]:
    """Return what a file tells about itself: ``taken``, ``device``, ``software``, ``author``, ``place``, ``more``.

    Nobody vouches for any of it: whoever made the file may have written what they liked. ``unreadable`` alone where it
    does not open.
    """
    if media not in TELLING or len(content) > LARGEST:
        return {}
    done = _work("tell", content, media)
    if done is None:
        return {UNREADABLE: True}
    found = json.loads(done)
    return found if isinstance(found, dict) else {}


def _work(what: str, content: bytes, media: str) -> bytes | None:
    """Have it done by a process that holds nothing of ours; None where it failed."""
    command = [sys.executable, "-I", "-m", WORKER, what, media]
    try:
        done = subprocess.run(  # noqa: S603  our own file; the bytes go to its standard input
            command, input=content, capture_output=True, timeout=SECONDS, check=False, env={}, cwd="/"
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None


def look_at_files(store: Store) -> int:
    """Have files looked at that were not yet, some at a time; return how many. Repeating it is safe."""
    with store.read() as unit:
        rows = unit.session.execute(
            select(StoredFile.id, StoredFile.media)
            .where(StoredFile.finished_at.is_not(None), StoredFile.about.is_(None), StoredFile.media.in_(TELLING))
            .order_by(StoredFile.finished_at, StoredFile.id)
            .limit(AT_ONCE)
        ).all()
    for file_id, media in rows:
        _look_at(store, file_id, media or "")
    return len(rows)


def _look_at(store: Store, file_id: UUID, media: str) -> None:
    try:
        found = told_by(b"".join(read_file(store, file_id)), media)
    except UnreadableError:
        found = {UNREADABLE: True}
    with store.unit("files", rings=False) as unit:
        row = unit.session.get(StoredFile, file_id)
        if row is not None:
            row.about = unit.vault.seal(Scope.parse(row.scope), _field(row), json.dumps(found))
            unit.session.flush()


def what_it_tells(unit: UnitOfWork, file: StoredFile) -> dict[str, Any]:
    """Return what was found out about a file; nothing while nobody has looked."""
    if file.about is None:
        return {}
    found: dict[str, Any] = json.loads(unit.vault.open(Scope.parse(file.scope), _field(file), file.about))
    return found


def _field(file: StoredFile) -> Field:
    return Field("stored_file", "about", file.id)
