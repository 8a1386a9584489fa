"""The keeping of a home, as the settings page asks for it: what commands do, done by the commands themselves.

Looking and verifying run in a process of their own, which reads the settings afresh and takes its memory with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from app.erasing.retention import terms_of
from app.locking import lock
from app.settings import SettingsError
from web.housekeeping import Finding, HousekeepingError, KeyFacts

if TYPE_CHECKING:
    from app.settings import Settings
    from cases.retention import Terms
    from store.unit_of_work import Store

PATIENCE: Final = 90.0
"""Real seconds that an examination may take."""


class Keeper:
    """The keeper of one home."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    @property
    def terms(self) -> Terms:
        """The terms of retention."""
        return terms_of(self._settings)

    @property
    def can_be_locked(self) -> bool:
        """Whether there is a recipient."""
        return bool(self._settings.recipients)

    def keys(self) -> KeyFacts:
        """Which epochs the ring holds."""
        return KeyFacts(self._store.ring.epochs, self._store.ring.current_epoch)

    def examine(self) -> list[Finding]:
        """Run ``panah doctor``."""
        return [Finding(**one) for one in _told("doctor", "--json")]

    def verify(self) -> list[str]:
        """Run ``panah audit verify``."""
        return [
            ", ".join(f"{name}: {value}" for name, value in one.items()) for one in _told("audit", "verify", "--json")
        ]

    def lock(self) -> None:
        """Do what ``panah lock`` does."""
        try:
            lock(self._settings, self._settings.recipients)
        except SettingsError as error:
            raise HousekeepingError(str(error)) from None


def _told(*command: str) -> list[dict[str, Any]]:
    """What a command prints as data, whether or not it has found a fault."""
    try:
        ended = subprocess.run(  # noqa: S603  our own program, with fixed words
            [sys.executable, "-P", "-m", "app.cli", *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        told: list[dict[str, Any]] = json.loads(ended.stdout)
    except subprocess.TimeoutExpired:
        raise HousekeepingError(f"it took longer than {PATIENCE:.0f} seconds") from None
    except ValueError:
        raise HousekeepingError("the command said nothing that can be read; run it from a shell") from None
    return told
