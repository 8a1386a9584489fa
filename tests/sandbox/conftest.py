from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client as TwilioClient

from sandbox import Bot, Sandbox
from tests.sandbox.client import Client
from tests.sandbox.program import PUBLIC, Program

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


@pytest.fixture
def program(sandbox: Sandbox) -> Iterator[Program]:
    """What Twilio posts to."""
    with Program(sandbox.twilio.token) as program:
        sandbox.public_url, sandbox.deliver_to = PUBLIC, program.url
        yield program


def client_of(sandbox: Sandbox, *, token: str | None = None, timeout: float = 5.0) -> TwilioClient:
    """Twilio's own library, pointed at the sandbox."""
    transport = TwilioHttpClient(timeout=timeout)
    client = TwilioClient(sandbox.twilio.account, token or sandbox.twilio.token, http_client=transport)
    client.api.base_url = sandbox.twilio_url
    return client


@pytest.fixture
def twilio(sandbox: Sandbox) -> TwilioClient:
    return client_of(sandbox)
