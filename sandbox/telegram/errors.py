"""Refusals, worded as Telegram words them, so that a program's table of errors is tested against the real texts."""

from typing import Any


class RefusedError(Exception):
    """Telegram says no: an HTTP status, a description and sometimes parameters to act upon."""

    def __init__(
        self,
        code: int,
        description: str,
        *,
        retry_after: int | None = None,
        migrate_to_chat_id: int | None = None,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrate_to_chat_id = migrate_to_chat_id

    def answer(self) -> dict[str, Any]:
        """The JSON body of the refusal."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        given = {"retry_after": self.retry_after, "migrate_to_chat_id": self.migrate_to_chat_id}
        parameters = {name: value for name, value in given.items() if value is not None}
        if parameters:
            body["parameters"] = parameters
        return body


def bad_request(why: str) -> RefusedError:
    """400: the request itself is wrong, and will be wrong again."""
    return RefusedError(400, f"Bad Request: {why}")


def forbidden(why: str) -> RefusedError:
    """403: this chat does not want the bot."""
    return RefusedError(403, f"Forbidden: {why}")


def conflict(why: str) -> RefusedError:
    """409: somebody else collects this bot's updates."""
    return RefusedError(409, f"Conflict: {why}")


def too_many_requests(retry_after: int) -> RefusedError:
    """429: come back after so many seconds."""
    return RefusedError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def unauthorized() -> RefusedError:
    """401: no bot has this token."""
    return RefusedError(401, "Unauthorized")


def not_found() -> RefusedError:
    """404: no such method, or no token at all."""
    return RefusedError(404, "Not Found")


def bad_gateway() -> RefusedError:
    """502: Telegram itself is unwell."""
    return RefusedError(502, "Bad Gateway")
