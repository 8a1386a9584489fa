"""What was erased or withdrawn stays so when an older copy of the database takes its place.

The copy knows nothing of it. So ids are kept in a small file in the home, from before the copy is there until they are
gone from it, too: a process that dies between the two loses nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from app.erasing.erasure import erase_again, erased_here
from app.erasing.sealing import withdraw_again, withdrawn_here
from store.queues import where_it_failed
from store.ring_file import replace_secret

if TYPE_CHECKING:
    from pathlib import Path

    from store.unit_of_work import Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Gone:
    """Cases that were erased, and cases whose sealed file was withdrawn."""

    erased: frozenset[UUID] = frozenset()
    withdrawn: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class GoneAgain:
    """What had come back: codes of cases, and how many sealed files."""

    codes: tuple[str, ...] = ()
    files: int = 0


def remember_gone(path: Path, url: str) -> None:
    """Keep, durably, what is gone from a database that is about to be replaced, beside what is kept already."""
    before = _read(path)
    gone = Gone(before.erased | erased_here(url), before.withdrawn | withdrawn_here(url))
    written = {"erased": sorted(map(str, gone.erased)), "withdrawn": sorted(map(str, gone.withdrawn))}
    replace_secret(path, json.dumps(written))


def be_gone_again(store: Store, path: Path) -> GoneAgain:
    """Erase and withdraw what is kept and is there all the same; nothing is kept afterwards. Safe to repeat."""
    gone = _read(path)
    codes = erase_again(store, gone.erased)
    files = withdraw_again(store, gone.withdrawn)
    path.unlink(missing_ok=True)
    return GoneAgain(tuple(codes), files)


def finish_being_gone(store: Store, path: Path) -> None:
    """Do what a restore that was killed has left undone. Whatever fails, the program starts and tries it next time."""
    if not path.exists():
        return
    try:
        again = be_gone_again(store, path)
    except Exception:  # noqa: BLE001  somebody may be calling for help right now
        log.error("not_gone_again", trouble=where_it_failed())  # noqa: TRY400  the message may hold what was erased
    else:
        if again != GoneAgain():
            log.warning("gone_again", cases=len(again.codes), sealed_files=again.files)


def _read(path: Path) -> Gone:
    """A file that is damaged says nothing."""
    try:
        kept = json.loads(path.read_text(encoding="ascii"))
        return Gone(frozenset(map(UUID, kept["erased"])), frozenset(map(UUID, kept["withdrawn"])))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Gone()
