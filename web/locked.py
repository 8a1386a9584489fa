"""The pages of a locked instance: Telegram's webhook is taken in, the form says that it cannot, the rest is closed."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, abort, request
from markupsafe import Markup

from texts.catalogue import LANGUAGES, say
from texts.locale import is_right_to_left
from web.factory import HEADERS
from web.webhook import ENDPOINT as WEBHOOK
from web.webhook import LARGEST_UPDATE, Webhook, telegram_webhook

BODY_LIMIT = 1024
"""Bytes: nobody has anything to send here but Telegram."""
FORM = "/report"


def make_locked_app(webhook: Webhook, hotlines: str | None) -> Flask:
    """Build it. It has no store: whatever it would show is unreadable."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    app.register_blueprint(telegram_webhook(webhook))

    @app.get("/healthz")
    def healthz() -> Response:
        """Say that the process is there."""
        return _plain("ok")

    @app.get("/readyz")
    def readyz() -> Response:
        """Say why it cannot work."""
        return _plain("locked", HTTPStatus.SERVICE_UNAVAILABLE)

    @app.before_request
    def refuse_large_bodies() -> None:
        limit = LARGEST_UPDATE if request.endpoint == WEBHOOK else BODY_LIMIT
        if (request.content_length or 0) > limit:
            abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    @app.errorhandler(HTTPStatus.NOT_FOUND)
    @app.errorhandler(HTTPStatus.METHOD_NOT_ALLOWED)
    def closed(_error: Exception) -> Response:
        """Whatever else is asked for is closed; at the form people are told so, in every language."""
        return _closed(HTTPStatus.SERVICE_UNAVAILABLE, hotlines)

    @app.errorhandler(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    def too_large(_error: Exception) -> Response:
        """Who had the form open, and sends what they wrote, is told the same: no word of it is taken in."""
        return _closed(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, hotlines)

    @app.after_request
    def guard(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Cache-Control"] = "no-store"
        return response

    return app


def _closed(status: HTTPStatus, hotlines: str | None) -> Response:
    if request.path == FORM or request.path.startswith(f"{FORM}/"):
        return Response(_form(hotlines), status, mimetype="text/html")
    return _plain(f"{status.value} {status.phrase}", status)


def _form(hotlines: str | None) -> str:
    return "".join(_in(language, hotlines) for language in LANGUAGES)


def _in(language: str, hotlines: str | None) -> Markup:
    words = say("report.locked", language)
    if hotlines:
        words += "\n" + say("report.failed_call", language, hotlines=hotlines)
    turn = "rtl" if is_right_to_left(language) else "ltr"
    return Markup('<p lang="{}" dir="{}">{}</p>').format(language, turn, words)


def _plain(words: str, status: int = HTTPStatus.OK) -> Response:
    return Response(f"{words}\n", status, mimetype="text/plain")
