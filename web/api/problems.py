"""What goes wrong, as problem documents (RFC 9457): what to do, and nothing of whether there is what is not theirs."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from flask import Response
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA: Final = "application/problem+json"
NAMESPACE: Final = "urn:panah:problem:"


@dataclass(frozen=True)
class Kind:
    """One kind of problem: its status, what it is, what to do about it."""

    status: HTTPStatus
    title: str
    detail: str


KINDS: Final[Mapping[str, Kind]] = {
    "malformed": Kind(HTTPStatus.BAD_REQUEST, "This is no JSON", "Send one JSON object, in UTF-8."),
    "key": Kind(
        HTTPStatus.BAD_REQUEST,
        "What changes something needs a key",
        "Send Idempotency-Key: a value of your own, 8 to 64 letters, digits, - or _, another for each wish. What is "
        "asked again with the same key is answered as before, and done once.",
    ),
    "token": Kind(
        HTTPStatus.UNAUTHORIZED,
        "Who asks is not known",
        "Send Authorization: Bearer and a token that is good. Tokens are made on the page My account, and end with "
        "another password, another role, or their day.",
    ),
    "scope": Kind(
        HTTPStatus.FORBIDDEN, "This token is not for that", "Make a token with the scope that the route names."
    ),
    "role": Kind(
        HTTPStatus.FORBIDDEN,
        "Your role does not have this",
        "Ask somebody whose role has it; see the operator's guide.",
    ),
    "absent": Kind(
        HTTPStatus.NOT_FOUND, "There is no such thing for you", "The board names what you may open, and by which code."
    ),
    "method": Kind(
        HTTPStatus.METHOD_NOT_ALLOWED, "This address does not take that", "See Allow, and /api/v1/openapi.json."
    ),
    "moved": Kind(
        HTTPStatus.CONFLICT,
        "It has changed since you looked",
        "Nothing was entered. Compare what you sent with what stands now; if yours still holds, send it again with the "
        "version that stands and another key.",
    ),
    "taken": Kind(
        HTTPStatus.CONFLICT,
        "This is not open to you any more",
        "Nothing was changed. The board says who has it and what is still sought.",
    ),
    "reused": Kind(
        HTTPStatus.CONFLICT,
        "This key was used for something else",
        "Nothing was changed. Choose another Idempotency-Key for another wish.",
    ),
    "large": Kind(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This is too much", "Send less; /api/v1/openapi.json has limits."
    ),
    "media": Kind(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Only JSON is read here", "Send Content-Type: application/json."),
    "invalid": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Something in it cannot be",
        "Nothing was changed. See errors: each names a place and what may stand there.",
    ),
    "often": Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too often", "Wait as many seconds as Retry-After says."),
    "failure": Kind(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "This failed, and it is our fault",
        "Nothing was changed. Try again later, and tell whoever runs this.",
    ),
}


class Wrong(BaseModel):
    """One place in what was sent (a JSON pointer; ``/query/limit`` for a parameter), and what may stand there."""

    model_config = ConfigDict(extra="forbid")

    pointer: str
    detail: str


class ProblemDocument(BaseModel):
    """What went wrong, and what to do."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="One of a fixed list, by which programs tell problems apart.")
    title: str
    status: int
    detail: str = Field(description="What to do.")
    errors: list[Wrong] | None = None
    yours: dict[str, Any] | None = Field(None, description="Where both sides matter: what was sent.")
    now: dict[str, Any] | None = Field(None, description="Where both sides matter: what stands.")


class Problem(Exception):  # noqa: N818  it is a document, and called what it is
    """Raised anywhere behind the door: the request ends with it, and whatever it had begun is undone."""

    def __init__(
        self,
        kind: str,
        *,
        errors: tuple[Wrong, ...] = (),
        yours: dict[str, Any] | None = None,
        now: dict[str, Any] | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(kind)
        self.kind, self.errors, self.yours, self.now, self.headers = kind, errors, yours, now, headers

    def answer(self) -> Response:
        """Write it down."""
        kind = KINDS[self.kind]
        document = ProblemDocument(
            type=NAMESPACE + self.kind,
            title=kind.title,
            status=kind.status,
            detail=kind.detail,
            errors=list(self.errors) or None,
            yours=self.yours,
            now=self.now,
        )
        response = Response(document.model_dump_json(exclude_none=True), kind.status, content_type=MEDIA)
        for name, value in self.headers:
            response.headers[name] = value
        return response


def wrong(pointer: str, detail: str) -> Problem:
    """Return the problem that one place cannot stand as it does."""
    return Problem("invalid", errors=(Wrong(pointer=pointer, detail=detail),))


def for_status(status: int, headers: tuple[tuple[str, str], ...] = ()) -> Problem:
    """Return the problem document of an HTTP error that no view made: an unknown address, a body that is too large."""
    named = {kind.status.value: name for name, kind in reversed(list(KINDS.items()))}
    return Problem(named.get(status, "failure"), headers=headers)
