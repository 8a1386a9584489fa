"""What somebody at the console is told when there is no page: in their language, without a script, and how to go on."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Response, g, make_response, render_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from web.console.gate import Gate

ROOT: Final = "/console"
TOLD: Final[Mapping[int, str]] = {
    HTTPStatus.NOT_FOUND: "refused.not_there",
    HTTPStatus.METHOD_NOT_ALLOWED: "refused.not_there",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "refused.too_large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "refused.failed",
}
"""The text by the status; for all others that nothing was done."""
OTHERWISE: Final = "refused.not_read"


def is_of_console(path: str) -> bool:
    """Whether an address is one of the console's, there or not."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def mishap(gate: Gate, status: int) -> Response:
    """Answer with a status and a sentence; nothing of what was asked is repeated."""
    if "panah_words" not in g and status != HTTPStatus.INTERNAL_SERVER_ERROR:
        gate.recognised_again()  # whose language is known is told in it
    page = render_template("message.html", key=TOLD.get(status, OTHERWISE), **gate.words().in_templates(), board=True)
    return make_response(page, status)
