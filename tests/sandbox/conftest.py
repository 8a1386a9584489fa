from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox import Bot, Sandbox
from tests.sandbox.client import Client

TOKEN = "100001:TEST"


class Clock:
    """A business clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 17, 5, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def moves(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(now=clock.now, token=TOKEN) as running:
        yield running


@pytest.fixture
def bot(sandbox: Sandbox) -> Bot:
    return sandbox.bot()


@pytest.fixture
def client(sandbox: Sandbox, bot: Bot) -> Iterator[Client]:
    with Client(sandbox.url, bot.token) as open_client:
        yield open_client
