"""Searching: what was typed goes with the form, never into an address; the answer is drawn at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request

from alerts.screens.finding import Found, find_cases, note_found
from contacts.accounts.roles import Ability
from web.console.gate import Guard

if TYPE_CHECKING:
    from web.console.gate import Gate

LONGEST: Final = 200


def search_pages(gate: Gate) -> Blueprint:
    """Build the route."""
    pages = Blueprint("search", __name__)
    gate.press(pages, "/console/search", find, Guard(ability=Ability.OPEN_CASE))
    return pages


def find(gate: Gate) -> Response:
    """Show what was found among the cases whoever asks may read, and log each that is shown.

    What is not there, and what is not theirs, is answered by the same words.
    """
    typed = request.form.get("what", "").strip()[:LONGEST]
    with gate.store.read() as unit:
        found = find_cases(unit, gate.who, typed) if typed else Found()
    if found.hits:
        with gate.store.unit(gate.who.actor) as unit:
            note_found(unit, gate.who, found)
    return gate.show("console/found.html", found=found, typed=typed)
