"""The feed a helper's calendar program reads: the dates of the cases they hold, behind an address only they know."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request

from alerts.ical import written
from alerts.needs.ways import language_of
from alerts.telling.case_list import cases_taken_by
from cases.docket.calendar import calendar_of
from contacts.calendar_feeds import subscriber

if TYPE_CHECKING:
    from store.unit_of_work import Store

ENDPOINT = "calendar.feed"


def calendar_feed(store: Store, zone: str) -> Blueprint:
    """Build the one route of feeds. A token that was revoked is answered as one that never was."""
    pages = Blueprint("calendar", __name__)

    @pages.get("/calendar/<token>.ics")
    def feed(token: str) -> Response:
        """Give all of the calendar, or say that nothing has changed since it was last fetched."""
        with store.read() as unit:
            contact = subscriber(unit, token)
            if contact is None:
                abort(HTTPStatus.NOT_FOUND)
            entries = calendar_of(unit, cases_taken_by(unit, contact.id))
            language = language_of(unit, contact)
        response = Response(written(entries, language, zone), mimetype="text/calendar")
        response.add_etag()
        response.make_conditional(request)
        return response

    return pages
