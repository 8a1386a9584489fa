"""Setting up a home: folder, key, key ring, database. Safe to run again; nothing that exists is overwritten."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from app.key.finding import find_key, is_key_given
from app.key.passphrase import chosen, key_from, new_passphrase
from app.locked.intake import publish
from app.migration import upgrade
from app.settings import Settings, SettingsError
from app.wiring import open_home, refuse_locked
from store.clock import SystemClock
from store.data_keys import DataKey
from store.engine import open_engine
from store.handover import epoch_of
from store.ring_file import make_ring, write_once
from store.vault import new_key, read_key

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = 0o700
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Done:
    """What ``init`` did."""

    key_made_at: Path | None
    """The key file it made, None when there was a key."""
    copied_to: Path | None
    """Where the database was copied before it was migrated, None when nothing was worth copying."""


def set_up(settings: Settings, *, ask_passphrase: bool = False) -> Done:
    """Prepare everything a home needs; raises SettingsError or StoreError.

    A new home is opened by a passphrase if PANAH_PASSPHRASE gives one, or if one is to be asked for.
    """
    ring_exists = settings.ring_path.exists()
    if not ring_exists:
        refuse_locked(settings.ring_path)
    _prepare_home(settings.home, known=ring_exists)
    if not ring_exists:
        _refuse_to_forget(settings)
    if not ring_exists and (ask_passphrase or settings.passphrase is not None):
        key_made_at = None
        how = new_passphrase()
        make_ring(settings.ring_path, key_from(chosen(settings), how), epoch_of(SystemClock().now()), how)
    else:
        key_made_at = None if is_key_given(settings) else _make_key(settings, ring_exists=ring_exists)
        if ring_exists:
            open_home(settings)
        else:
            make_ring(settings.ring_path, read_key(find_key(settings)), epoch_of(SystemClock().now()))
    publish(settings, open_home(settings))
    return Done(key_made_at, upgrade(settings.database, backups=settings.home))


def invite_first(settings: Settings) -> tuple[str, str] | None:
    """Invite the first administrator; return the name to sign in with and the token of the link.

    None where somebody can come in already who may invite others.
    """
    from app.wiring import build
    from contacts.accounts.inviting import invite
    from contacts.accounts.managing import FIRST, has_administrator, invite_from_shell
    from contacts.accounts.roles import AccountRole

    house = build(settings)
    try:
        with house.store.unit("cli") as unit:
            if has_administrator(unit):
                return None
            return FIRST, invite(unit, invite_from_shell(unit, FIRST, AccountRole.ADMIN))
    finally:
        house.store.engine.dispose()


def _prepare_home(home: Path, *, known: bool) -> None:
    """Make the folder, for nobody else to look into. A folder full of other things is not made ours by a slip."""
    home.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    if not known and home.stat().st_mode & OTHERS and any(home.iterdir()):
        raise SettingsError(f"{home} holds other things and is open to others; let PANAH_HOME name a folder of its own")
    home.chmod(PRIVATE)


def _refuse_to_forget(settings: Settings) -> None:
    """Refuse to make a new ring for a database that another ring closed: nothing in it could be read again."""
    engine = open_engine(settings.database)
    try:
        with engine.connect() as connection:
            table = DataKey.__tablename__
            if inspect(connection).has_table(table) and connection.scalar(text(f"SELECT count(*) FROM {table}")):  # noqa: S608  ours
                raise SettingsError(
                    f"the database holds data under a key ring that is not here; put its copy back as "
                    f"{settings.ring_path} (on a second machine: the first machine's)"
                )
    finally:
        engine.dispose()


def _make_key(settings: Settings, *, ring_exists: bool) -> Path:
    path = settings.key_path
    if ring_exists:
        raise SettingsError(
            "this home was set up with a key that is not here now; give it in PANAH_KEY_FILE. A new key opens nothing."
        )
    if path.is_relative_to(settings.home):
        raise SettingsError(
            f"the key would be kept inside the home it opens ({path}); let PANAH_HOME name a folder of its own, or "
            "give a key in PANAH_KEY_FILE"
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    write_once(path, new_key() + "\n")
    return path
