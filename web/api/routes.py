"""The table of routes: what each takes, gives, and whom it is for. The document and the door are made of it alone."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response

from contacts.accounts.api_tokens import TokenScope
from contacts.accounts.roles import Ability
from web.api import board, cases, shapes, team
from web.api.document import document
from web.api.door import JSON, ROOT, Door, Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.screens.vitals import Vitals
    from store.unit_of_work import Store, UnitOfWork

NAME: Final = "api"
DOCUMENT: Final = f"{ROOT}/openapi.json"
LARGEST_EVENT: Final = 24 * 1024
"""Bytes: a note of two thousand letters, each of which may be written as an escape of twelve."""

ROUTES: Final = (
    Route("GET", "/me", "me", "The token that is shown, and whose it is", board.me, shapes.Me, scope=None),
    Route(
        "GET",
        "/board",
        "board",
        "Cases one may know of, newest first",
        board.board,
        shapes.BoardPage,
        ability=Ability.BOARD,
        query=shapes.Paged,
    ),
    Route(
        "GET",
        "/deadlines",
        "deadlines",
        "Clocks that run, across cases, the soonest first",
        board.deadlines,
        shapes.ClockPage,
        ability=Ability.BOARD,
        query=shapes.Paged,
    ),
    Route(
        "GET",
        "/vocabulary",
        "vocabulary",
        "Every event that is understood",
        cases.words,
        shapes.Vocabulary,
    ),
    Route(
        "GET",
        "/cases/{code}",
        "case",
        "A case, as your role sees it; that you looked is logged",
        cases.look,
        shapes.CaseView,
        ability=Ability.OPEN_CASE,
        place=shapes.OfCase,
        logs=True,
        refuses=("absent",),
    ),
    Route(
        "GET",
        "/cases/{code}/events",
        "events",
        "What happened in a case, in the order of entry",
        cases.events,
        shapes.Events,
        ability=Ability.OPEN_CASE,
        place=shapes.OfCase,
        query=shapes.Paged,
        logs=True,
        refuses=("absent",),
    ),
    Route(
        "POST",
        "/cases/{code}/events",
        "enter_event",
        "Enter what happened; clocks, watches and reminders follow at once",
        cases.enter_event,
        shapes.EnteredNow,
        scope=TokenScope.ENTER,
        ability=Ability.ENTER,
        place=shapes.OfCase,
        body=shapes.Entered,
        status=HTTPStatus.CREATED,
        refuses=("absent", "moved"),
        largest=LARGEST_EVENT,
    ),
    Route(
        "GET",
        "/cases/{code}/clocks",
        "clocks",
        "What runs in a case, and how each date was counted",
        cases.clocks,
        shapes.Clocks,
        ability=Ability.OPEN_CASE,
        place=shapes.OfCase,
        logs=True,
        refuses=("absent",),
    ),
    Route(
        "GET",
        "/cases/{code}/audiences/{audience}",
        "audience",
        "What somebody outside would be told of a case now; nothing leaves by looking",
        cases.audience,
        shapes.Audience,
        ability=Ability.RELEASE,
        place=shapes.OfAudience,
        logs=True,
        refuses=("absent",),
    ),
    Route(
        "POST",
        "/needs/{need_id}/answer",
        "answer",
        "Accept or decline what is sought",
        board.answer,
        shapes.Taken,
        scope=TokenScope.ACCEPT,
        ability=Ability.ACCEPT,
        place=shapes.OfNeed,
        body=shapes.Given,
        refuses=("absent", "taken"),
    ),
    Route(
        "GET",
        "/contacts",
        "contacts",
        "Who helps, and by which ways; never a number or an address",
        team.contacts,
        shapes.ContactPage,
        ability=Ability.CONTACTS,
        query=shapes.Paged,
    ),
    Route(
        "GET",
        "/releases",
        "releases",
        "What waits to leave, has left, or was stopped",
        team.releases,
        shapes.ReleasePage,
        ability=Ability.RELEASE,
        query=shapes.Paged,
    ),
    Route(
        "GET",
        "/channels",
        "channels",
        "How each way of telling people does",
        team.health,
        shapes.Health,
        ability=Ability.CHANNELS,
    ),
)
LARGEST: Final = {f"{NAME}.{route.name}": route.largest for route in ROUTES}
"""Bytes of a body, by the name of the endpoint."""


def api_pages(store: Store, zone: str, look: Callable[[UnitOfWork], Vitals]) -> Blueprint:
    """Build the routes. ``zone``: of cases nobody has given one; ``look``: how it is read how channels do."""
    pages, door = Blueprint(NAME, __name__), Door(store, zone, look)
    for route in ROUTES:
        door.open(pages, route)

    @pages.get(DOCUMENT, provide_automatic_options=False)
    def openapi() -> Response:
        """Give the document: it tells nothing that the source does not, so no token is asked for."""
        return Response(document(ROUTES), content_type=JSON)

    return pages
