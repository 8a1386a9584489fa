"""The job that attests rows and seals the log, and the file of seals that the operator ships elsewhere."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy.exc import IntegrityError

from alerts.evidence import KINDS as ALERTING
from cases.evidence import KINDS as CASES
from store.attestation import attest, waiting_rows
from store.seals import keep_seal, lines_after, newest_seal, number_of, take_seal

if TYPE_CHECKING:
    from pathlib import Path

    from store.attestation import Kind
    from store.unit_of_work import Store, UnitOfWork

log = structlog.get_logger(__name__)
KINDS: Final[tuple[Kind, ...]] = (*CASES, *ALERTING)
ERASED: Final = "CaseErased"
"""The event after which a case has no rows any more."""
EVERY: Final = timedelta(hours=1)
EVERY_SECONDS: Final = 120.0
"""How often a process looks whether there is something to attest, or it is time for a seal."""
ROUNDS: Final = 200
"""How often in a row it looks for more to attest: what is left waits for the next look."""


def tend_seals(store: Store, file: Path) -> None:
    """Attest what has settled; seal once an hour; bring the file up to date. Repeating it, on any node, is safe."""
    attest_all(store)
    with store.read() as unit:
        newest = newest_seal(unit)
        due = newest is None or not timedelta(0) <= unit.now - newest.at < EVERY
    if due:
        seal(store)
    append_seals(store, file)


def seal_now(store: Store, file: Path) -> str | None:
    """Attest, seal, and bring the file up to date; return the line, None when another process has just sealed."""
    attest_all(store)
    line = seal(store)
    append_seals(store, file)
    return line


def attest_all(store: Store) -> int:
    """Attest every row that has settled; return how many. A unit of its own for each case."""
    count = 0
    for _ in range(ROUNDS):
        with store.read() as unit:
            waiting = waiting_rows(unit, KINDS)
        if not waiting:
            break
        for case_id, rows in waiting.items():
            try:
                with store.unit("system", rings=False) as unit:
                    attest(unit, case_id, rows)
            except IntegrityError:
                return count  # another node was quicker, and goes on
            count += len(rows)
    return count


def seal(store: Store) -> str | None:
    """Seal the log; return the line, None when another process was quicker."""
    with store.read() as unit:
        taken = take_seal(unit)
    if taken.broken:
        log.error("log_does_not_hold", chains=list(taken.broken))
    try:
        with store.unit("system", rings=False) as unit:
            return keep_seal(unit, taken)
    except IntegrityError:
        return None


def append_seals(store: Store, file: Path) -> None:
    """Add the lines that the file lacks. What a crash left half written is taken away first.

    After an older copy of the database was put back, the lines of the time since stay in the file, and those of the new
    history follow them.
    """
    there = _whole_lines(file)
    with store.read() as unit:
        lines = lines_after(unit, _last_number(unit, there))
    known = set(there)
    missing = [line for line in lines if line not in known]
    if not missing:
        return
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, "".join(f"{line}\n" for line in missing).encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _whole_lines(file: Path) -> list[str]:
    if not file.exists():
        return []
    content = file.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        os.truncate(file, len(whole))
    return whole.decode("utf-8", "replace").splitlines()


def _last_number(unit: UnitOfWork, there: list[str]) -> int:
    """Return the number of the last line if it is one of ours as it stands; 0 when all have to be looked through."""
    for line in there[-1:]:
        number = number_of(line)
        if number is not None and lines_after(unit, number - 1)[:1] == [line]:
            return number
    return 0
