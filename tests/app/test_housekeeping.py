"""The keeper of a real home: what the commands find, the page is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from app.housekeeping import Keeper
from app.settings import read_settings
from app.wiring import build
from web.housekeeping import HousekeepingError

if TYPE_CHECKING:
    from tests.app.conftest import Panah


@pytest.mark.processes
def test_a_home_is_examined_verified_and_not_locked_for_nobody(panah: Panah, monkeypatch: pytest.MonkeyPatch) -> None:
    panah.does("init")
    for name, value in panah.environment.items():
        monkeypatch.setenv(name, value)
    settings = read_settings(os.environ)
    house = build(settings)
    keeper = Keeper(settings, house.store)
    found = {one.name: one.level for one in keeper.examine()}
    assert found["database"] == "ok"
    assert "warn" in found.values()
    assert keeper.verify() == []
    assert keeper.keys().current in keeper.keys().epochs
    assert keeper.terms.case.days == 365
    assert not keeper.can_be_locked
    with pytest.raises(HousekeepingError, match="nobody could unlock"):
        keeper.lock()
    house.store.engine.dispose()
