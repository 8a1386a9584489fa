"""The pages of a locked instance: what comes in at each door is sealed, and everything else is closed."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, make_response, render_template, request

from web.answers import plain
from web.factory import HEADERS, LIMITS
from web.locked_form import LockedForm, locked_form
from web.locked_phone import locked_phone
from web.report.pages import NAME as REPORT
from web.report.pages import preferred
from web.twilio import LARGEST_FORM
from web.webhook import telegram_webhook
from web.words import Words

if TYPE_CHECKING:
    from web.locked_phone import LockedPhone
    from web.webhook import Webhook

BODY_LIMIT = 1024
"""Bytes: nobody has anything to send here but to the doors."""
HELPERS = ("/console", "/open/", "/answer/", "/prove/", "/release/")
"""Where those who help come to look; they are told why they see nothing."""


def make_locked_app(form: LockedForm, webhook: Webhook | None = None, phone: LockedPhone | None = None) -> Flask:
    """Build it. It has no store: whatever it would show is unreadable.

    ``webhook``: where Telegram brings what is written to the bot; ``phone``: where Twilio brings texts and calls.
    """
    app = Flask(__name__, static_folder="static")
    app.url_map.merge_slashes = False
    app.register_blueprint(locked_form(form))
    if webhook is not None:
        app.register_blueprint(telegram_webhook(webhook))
    if phone is not None:
        app.register_blueprint(locked_phone(phone))

    _add_health(app)
    _close_the_rest(app)
    return app


def _add_health(app: Flask) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        """Say that the process is there."""
        return plain("ok")

    @app.get("/readyz")
    def readyz() -> Response:
        """Say why it cannot work."""
        return plain("locked", HTTPStatus.SERVICE_UNAVAILABLE)


def _close_the_rest(app: Flask) -> None:
    @app.before_request
    def refuse_large_bodies() -> None:
        if request.blueprint == REPORT:
            return  # reads no more than it may
        on_the_phone = (request.blueprint or "").startswith("phone")
        limit = LARGEST_FORM if on_the_phone else LIMITS.get(request.endpoint or "", BODY_LIMIT)
        if (request.content_length or 0) > limit:
            abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    @app.errorhandler(HTTPStatus.NOT_FOUND)
    @app.errorhandler(HTTPStatus.METHOD_NOT_ALLOWED)
    def closed(_error: Exception) -> Response:
        """Whatever else is asked for is closed; who comes to look as a helper does is told so in their language."""
        if request.method == "GET" and request.path.startswith(HELPERS):
            return _told()
        return plain("503 Service Unavailable", HTTPStatus.SERVICE_UNAVAILABLE)

    @app.errorhandler(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    def too_large(_error: Exception) -> Response:
        """Nothing of it is read."""
        return plain("413 Content Too Large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    @app.after_request
    def guard(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Cache-Control"] = "no-store"
        return response


def _told() -> Response:
    """The page of a locked instance. It says nothing of whoever asks, and nothing of what they asked for."""
    page = render_template("message.html", key="web.locked_now", **Words(preferred(), "UTC").in_templates())
    return make_response(page, HTTPStatus.SERVICE_UNAVAILABLE)
