"""What was entered and cannot be: said on a page, in words, with nothing of it kept."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from cases.consent.errors import ConsentError
from papers.errors import PaperError
from web.refusals import CHOICE, reason

if TYPE_CHECKING:
    from flask import Response

    from web.console.gate import Gate


def refused(gate: Gate, error: Exception) -> Response:
    """Say what is wrong with what was entered; nothing of it was kept."""
    words = gate.words()
    why = reason(error, words) if isinstance(error, ConsentError | PaperError) else words.t(CHOICE)
    return gate.show("console/refused.html", HTTPStatus.BAD_REQUEST, why=why)
