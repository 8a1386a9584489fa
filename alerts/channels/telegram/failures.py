"""How a call to the Bot API fails, told apart by what that means for delivery.

All are python-telegram-bot errors, so that they pass through its objects unchanged. Their printed form holds no
address, token or text; none is chained to the error it stands for, because that one may.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from telegram.error import NetworkError, TelegramError, TimedOut


class NeverSentError(NetworkError):
    """The request did not leave: repeating it cannot double anything. ``reason`` is the name of an exception class."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"nothing was sent ({reason})")
        self.reason = reason


class NoAnswerError(TimedOut):
    """The request left, in whole or in part, and no answer to it came: it may have been carried out."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"sent, and no answer ({reason})")
        self.reason = reason


class ForeignAnswerError(TelegramError):
    """Something answered that does not speak as the Bot API does: a proxy, a sign-in page, a censor, half an answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"an answer with status {status} that is not the Bot API's")
        self.status = status


@dataclass(frozen=True)
class Refusal:
    """What the Bot API said with a refusal."""

    status: int
    description: str
    retry_after: timedelta | None = None
    new_address: str | None = None


class RefusedError(TelegramError):
    """The Bot API answered no. Its words are in ``refusal`` and nowhere else."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"refused with status {refusal.status}")
        self.refusal = refusal


def failure_of_answer(status: int, body: bytes) -> TelegramError:
    """The failure that an answer without a result stands for. Reads any bytes."""
    answer = read_object(body)
    if answer is None or not isinstance(answer.get("description"), str):
        return ForeignAnswerError(status)
    parameters = answer.get("parameters")
    if not isinstance(parameters, dict):
        parameters = {}
    code = answer.get("error_code")
    return RefusedError(
        Refusal(
            status=code if isinstance(code, int) else status,
            description=answer["description"],
            retry_after=_seconds(parameters.get("retry_after")),
            new_address=_address(parameters.get("migrate_to_chat_id")),
        )
    )


def read_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object in these bytes; None if there is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _seconds(value: object) -> timedelta | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < timedelta.max.days:
        return None
    return timedelta(seconds=value)


def _address(value: object) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
