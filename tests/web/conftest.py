from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.quick import quick_store as quick_store_in
from tests.web.scene import Scene
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import Store

ZONE = "Asia/Almaty"


@pytest.fixture
def quick_store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    """On SQLite alone: pages are the same on both engines, where the engine matters a test says so."""
    with quick_store_in(tmp_path, clock) as store:
        yield store


@pytest.fixture
def scene(quick_store: Store) -> Scene:
    return Scene.begin(quick_store)


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE).test_client()
