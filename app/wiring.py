"""Wiring: from settings to everything that runs. Nothing is built when a module is imported."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from alerts.sending.limits import TELEGRAM, Limits
from alerts.telling.wording import Wording
from app.key.finding import find_key, finish_change, kept_key
from app.locked.callers import Callers
from app.migration import SchemaError, needed
from app.reactions import reaction_names
from app.settings import SettingsError
from contacts.values import ChannelName
from law.shipped import use_local_days
from store.clock import Clock, SharedClock, SystemClock
from store.engine import open_engine
from store.errors import LockedError, WrongKeyError
from store.ring_file import RingFile, locked_path
from store.unit_of_work import Store
from store.vault import KeyRing, read_key
from texts.zones import use_pinned_zones

if TYPE_CHECKING:
    from pathlib import Path

    from app.settings import Settings


@dataclass(frozen=True)
class House:
    """Everything one process needs, built once."""

    settings: Settings
    store: Store
    clock: Clock
    wording: Wording
    limits: Limits = TELEGRAM
    callers: Callers = field(default_factory=Callers, repr=False)


def build(settings: Settings, ring: KeyRing | None = None) -> House:
    """Open the key ring (unless it is open already) and the database; raises SettingsError or StoreError."""
    house = assemble(settings, ring)
    try:
        _refuse_old_schema(house.store)
    except Exception:
        house.store.engine.dispose()
        raise
    return house


def assemble(settings: Settings, ring: KeyRing | None = None) -> House:
    """Do the same without looking whether the database answers and has the right schema; raises the same."""
    use_pinned_zones()
    use_days_of_the_team(settings)
    ring = ring or open_home(settings)
    clock = clock_of(settings)
    store = Store(open_engine(settings.database), ring, clock, reactions=reaction_names())
    limits = replace(TELEGRAM, pace=settings.paces[ChannelName.TELEGRAM])
    return House(settings, store, clock, wording_of(settings), limits)


def wording_of(settings: Settings) -> Wording:
    """Return what is needed to put a message into words."""
    return Wording(settings.timezone, settings.web_address, handle=settings.bot_handle, recordings=settings.voice_path)


def clock_of(settings: Settings) -> Clock:
    """Return the clock of a home: the machine's, or in the sandbox one that can be moved."""
    return SharedClock(settings.clock_path, sandbox=True) if settings.sandbox else SystemClock()


def use_days_of_the_team(settings: Settings) -> None:
    """Have this process count by the table of days that the settings name, if any; raises RulesError."""
    if settings.calendar_overrides is None:
        return use_local_days({})
    from law.loading import jurisdictions
    from law.local_days import read_local_days

    return use_local_days(read_local_days(settings.calendar_overrides, jurisdictions()))


def _refuse_old_schema(store: Store) -> None:
    with store.read() as unit:
        if needed(unit.session.connection()) is not None:
            raise SchemaError("the database is of an earlier release; run `panah migrate`")


def open_home(settings: Settings) -> KeyRing:
    """Open the key ring of a home; raises SettingsError or StoreError (LockedError while it is locked)."""
    if not settings.ring_path.exists() and not locked_path(settings.ring_path).exists():
        raise SettingsError(
            f"{settings.home} is not set up: a new home is made by `panah init`; before a backup is put back, "
            f"PANAH_HOME must name the home and {settings.ring_path.name} lie in it"
        )
    try:
        return ring_file(settings).open()
    except WrongKeyError:
        if not finish_change(settings):
            raise
        return ring_file(settings).open()


def ring_file(settings: Settings) -> RingFile:
    """Return the ring file of a home, with its copies and the key that is given; raises SettingsError or StoreError."""
    refuse_locked(settings.ring_path)
    copies = () if settings.ring_copy is None else (settings.ring_copy,)
    key = read_key(find_key(settings))
    return RingFile(settings.ring_path, key, copies=copies, find_key=lambda: kept_key(settings))


def refuse_locked(path: Path) -> None:
    """Raise LockedError while the ring lies locked, before anybody is asked for a passphrase."""
    if locked_path(path).exists() and not path.exists():
        raise LockedError
