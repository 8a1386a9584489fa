"""The same stories, with Telegram bringing the updates instead of being asked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import START
from tests.stories.conftest import team
from tests.stories.test_spine import (
    test_first_words_ring_the_coordinator_and_the_lawyer_and_the_relative_hears_back,
    test_silence_reaches_the_next_person,
)
from tests.web.pushed import PushedTown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.vault import KeyRing

__all__ = [
    "team",
    "test_first_words_ring_the_coordinator_and_the_lawyer_and_the_relative_hears_back",
    "test_silence_reaches_the_next_person",
]


@pytest.fixture
def town(database_url: str, ring: KeyRing) -> Iterator[PushedTown]:
    with PushedTown(database_url, ring, START) as town:
        yield town
