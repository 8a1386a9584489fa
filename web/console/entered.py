"""What was entered in a form: read field by field, and said on a page, in words, where it cannot be kept."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request

from alerts.search.assigning import NotAssignedError
from cases.consent.errors import ConsentError
from cases.consent.values import LONGEST
from cases.docket.entering import by_wall_clock
from papers.errors import PaperError
from web.refusals import CHOICE, reason

if TYPE_CHECKING:
    from cases.changed import Version
    from cases.docket.entering import When
    from web.console.gate import Gate


class RefusedError(ValueError):
    """Something that was entered cannot be kept: ``key`` is the text that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def refused(gate: Gate, error: Exception) -> Response:
    """Say what is wrong with what was entered; nothing of it was kept."""
    words = gate.words()
    match error:
        case RefusedError(key=key):
            why = words.t(key)
        case ConsentError() | NotAssignedError() | PaperError():
            why = reason(error, words)
        case _:
            why = words.t(CHOICE)
    return gate.show("console/refused.html", HTTPStatus.BAD_REQUEST, why=why)


def id_given(name: str) -> UUID:
    """Read an id from a form. Raises RefusedError."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise RefusedError("web.case_wrong") from None


def version_given() -> Version:
    """Read which version of something the form was made of; nothing where it was of none. Raises ValueError."""
    seen = request.form.get("seen", "")
    return UUID(seen) if seen else None


def words_given(name: str) -> str:
    """Read a field of words from a form. Raises RefusedError for more than is kept."""
    words = request.form.get(name, "").strip()
    if len(words) > LONGEST:
        raise RefusedError("web.case_too_long")
    return words


def instant_given(name: str, zone: str) -> When:
    """Read a day, or a day and a time, as a form writes it, by the clock of a zone. Raises RefusedError."""
    written = request.form.get(name, "")
    day_only = bool(request.form.get(f"{name}_day")) or len(written) == len("2030-12-31")
    try:
        return by_wall_clock(datetime.fromisoformat(written), zone, day_only=day_only)
    except ValueError:
        raise RefusedError("web.case_when_unclear") from None
