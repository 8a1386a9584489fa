"""What must never get out of a channel, and how tests look for it."""

from __future__ import annotations

import socket
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from alerts.channels.port import ChannelError

if TYPE_CHECKING:
    from collections.abc import Awaitable

CANARIES = ("CANARY", "canary", "7700000", "example.org", "gulnar")


async def failure_of(call: Awaitable[Any], kind: type[ChannelError] = ChannelError) -> Any:
    """The error a call ends with; of exactly this kind, if one is given, and saying nothing it must not."""
    with pytest.raises(ChannelError) as caught:
        await call
    if kind is not ChannelError:
        assert type(caught.value) is kind, repr(caught.value)
    assert_says_nothing(caught.value)
    return caught.value


def assert_says_nothing(error: BaseException) -> None:
    """Neither the error nor anything it was caused by shows what must stay inside."""
    assert error.__cause__ is None
    assert error.__context__ is None
    assert_harmless("".join([str(error), repr(error), repr(error.args), *traceback.format_exception_only(error)]))


def assert_harmless(said: str) -> None:
    for secret in CANARIES:
        assert secret not in said


def assert_logs_are_harmless(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the logs, at any level, nor what was printed holds a canary."""
    assert_harmless(caplog.text)
    assert_harmless("".join(repr(record.__dict__) for record in caplog.records if record.name != "asyncio"))
    assert_harmless("".join(capsys.readouterr()))


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
