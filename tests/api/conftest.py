from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.accounts import Member, join, quick
from tests.api.caller import Caller, token_for
from tests.quick import quick_store as quick_store_in
from tests.web.conftest import ZONE
from tests.web.scene import Scene
from web.factory import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import Store


@pytest.fixture
def quick_store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with quick_store_in(tmp_path, clock) as store:
        yield store


@pytest.fixture
def scene(quick_store: Store) -> Scene:
    return Scene.begin(quick_store)


@pytest.fixture
def client(quick_store: Store) -> FlaskClient:
    return make_app(quick_store, ZONE, passwords=quick(quick_store)).test_client()


@pytest.fixture
def aigerim(quick_store: Store) -> Member:
    """A coordinator."""
    return join(quick_store, "Aigerim")


@pytest.fixture
def dana(quick_store: Store) -> Member:
    """A lawyer."""
    return join(quick_store, "Dana", "lawyer")


@pytest.fixture
def hers(client: FlaskClient, aigerim: Member) -> Caller:
    """A program of Aigerim's, with a token for everything."""
    return Caller(client, token_for(aigerim))
