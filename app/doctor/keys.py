"""Keys and copies: is there a second ring that is current, is the epoch of now there, how old is the newest backup."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.doctor.findings import Finding, fault, ok, warn
from app.locked.intake import published
from store.epochs import KEPT, keys_by_epoch
from store.eventlog import EventRow
from store.events import BackupMade
from store.handover import epoch_of
from store.sealed import awaited_epochs, intake_key, refused_inputs, sealed_by_epoch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from app.settings import Settings
    from app.wiring import House

OLD = timedelta(hours=26)
"""A backup each day, and two hours for the machine that was off."""
VERY_OLD = timedelta(days=8)


def check_ring_copy(settings: Settings) -> Finding:
    """A second key ring lies elsewhere and is current: the ring changes twice a month, and without it all is lost."""
    copy = settings.ring_copy
    if copy is None:
        return warn(
            "ring_copy",
            "the key ring changes twice a month and nothing keeps a second one current",
            "let PANAH_RING_COPY name a file on another disk; never where backups are",
        )
    if not copy.exists():
        return fault("ring_copy", f"{copy} is not there", "is its disk there? `panah up` writes it within a minute")
    if copy.read_bytes() != settings.ring_path.read_bytes():
        return fault("ring_copy", f"{copy} is not the key ring of now", "`panah up` writes it within a minute")
    if copy.stat().st_dev == settings.home.stat().st_dev:
        return warn("ring_copy", f"{copy} is on the disk that holds the ring itself", "let it lie on another")
    return ok("ring_copy", f"{copy} is current")


def check_recipient(settings: Settings) -> Finding:
    """Backups can be made, and this instance locked, without anybody being asked for whom."""
    if not settings.recipients:
        return warn(
            "recipient",
            "PANAH_BACKUP_RECIPIENT is not set: neither `panah backup` nor `panah lock` works unless it is typed",
            "`panah key identity FILE`, keep FILE elsewhere, and put what it prints into the settings",
        )
    return ok("recipient", f"{len(settings.recipients)} can open backups and a locked instance")


def check_intake(house: House) -> Finding:
    """What comes in can be sealed while it is locked, and nothing that was sealed is left unopened."""
    with house.store.read() as unit:
        waiting, refused = sealed_by_epoch(unit), refused_inputs(unit)
        awaited = awaited_epochs(unit, house.store.ring)
    if refused:
        return fault(
            "sealed_intake",
            f"{refused} of what came in while it was locked does not open",
            "somebody has changed it, or its key is destroyed; see the log for sealed_input_does_not_open",
        )
    return _waiting(waiting, awaited) or _published(house)


def _waiting(waiting: Mapping[str, int], awaited: Collection[str]) -> Finding | None:
    """What was sealed and is not open yet: for want of a key, or because nobody has come to it."""
    if awaited:
        return fault(
            "sealed_intake",
            f"{sum(waiting[epoch] for epoch in awaited)} that came in while it was locked wait for a key ring with the "
            f"epoch {', '.join(sorted(awaited))}",
            "another home has begun it, or this is not the newest copy of the key ring: put that back, and it opens",
        )
    if waiting:
        return warn(
            "sealed_intake",
            f"{sum(waiting.values())} that came in while it was locked wait to be opened",
            "`panah up` opens them when it starts",
        )
    return None


def _published(house: House) -> Finding:
    """Whether what is sealed from now on can be opened."""
    key = published(house.settings)
    if key is not None and key.epoch not in house.store.ring.epochs:
        return fault(
            "sealed_intake",
            f"the public key for what comes in while it is locked is of the epoch {key.epoch}, which is destroyed",
            "`panah up` writes that of now within a minute; locked before, nothing is taken in",
        )
    if key != intake_key(house.store.ring):
        return warn(
            "sealed_intake",
            "the public key for what comes in while it is locked is not that of now",
            "`panah up` writes it within a minute; locked without it, nothing is taken in",
        )
    return ok("sealed_intake", "ready: what comes in while it is locked is sealed")


def check_epochs(house: House) -> Finding:
    """Epochs follow the calendar, and nothing living is wrapped by one that is gone."""
    held, now = house.store.ring.epochs, epoch_of(house.clock.now())
    with house.store.read() as unit:
        lost = sum(count for epoch, count in keys_by_epoch(unit).items() if epoch not in held)
    said = f"{', '.join(held)} in the ring"
    if lost:
        return fault(
            "epochs",
            f"{said}; {lost} data keys are wrapped by others: what they close cannot be read here",
            "is this the newest copy of the key ring? After an old backup was put back it is as it should be",
        )
    if held[-1][:7] > now[:7]:
        return warn("epochs", f"{said}: one lies in the future", "was the clock wrong? The next one is begun after it")
    if held[-1] < now or len(held) > KEPT:
        return warn("epochs", f"{said}: the change that is due is not done", "`panah up` with the role worker does it")
    return ok("epochs", said)


def check_backups(house: House) -> Iterator[Finding]:
    """How old the newest backup is, and which have died with their epochs."""
    with house.store.read() as unit:
        made = [
            (row.at, str(row.payload.get("epoch")))
            for row in unit.session.execute(
                select(EventRow.at, EventRow.payload).where(EventRow.name == BackupMade.__name__).order_by(EventRow.at)
            )
        ]
    yield judge_backups(made, house.store.ring.epochs, house.clock.now())


def judge_backups(made: Sequence[tuple[datetime, str]], held: Sequence[str], now: datetime) -> Finding:
    """Judge what was written down of backups: when each was made and in which epoch, oldest first."""
    alive = [(at, epoch) for at, epoch in made if epoch in held]
    dead = [at for at, epoch in made if epoch not in held]
    died = f"; {len(dead)} until {dead[-1]:%Y-%m-%d} died with their key epochs, throw them away" if dead else ""
    if not alive:
        return warn("backup", f"there is no backup that can be read{died}", "`panah backup FILE`, from a timer, daily")
    newest = alive[-1][0]
    dying = [epoch for _, epoch in alive if epoch != held[-1]]
    soon = f"; {len(dying)} die when the next epoch begins" if dying else ""
    said = f"the newest is of {newest:%Y-%m-%d %H:%M} UTC{soon}{died}"
    if now - newest > VERY_OLD:
        return fault("backup", said, "why does the timer not run? `panah backup FILE`")
    if now - newest > OLD:
        return warn("backup", said, "let a timer run `panah backup FILE` each day")
    return ok("backup", said)
