"""A night on each engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.channels.night import Night

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.clock import ManualClock
    from store.unit_of_work import Store


@pytest.fixture
def night(make_store: Callable[..., Store], clock: ManualClock) -> Night:
    return Night(make_store, clock)
