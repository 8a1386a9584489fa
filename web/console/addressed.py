"""The case that an address names, for whoever may read it. What is not there and what is not theirs look alike."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from alerts.screens.opening import opened_by_code

if TYPE_CHECKING:
    from flask import Response

    from cases.models import Case
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate


def readable_case(gate: Gate, unit: UnitOfWork, code: str) -> Case | None:
    """Return the case of this code if whoever asks reads it and is not being forced; a foreign one is like none."""
    opened = opened_by_code(unit, code, gate.who)
    return None if opened is None else opened.case


def no_case(gate: Gate) -> Response:
    """Answer for a case that is not there as for one that is not theirs: nothing says which."""
    return gate.show("console/message.html", HTTPStatus.NOT_FOUND, key="web.console_no_case")
