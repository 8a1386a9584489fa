"""The Flask application: pages, health checks, and the headers every answer carries."""

from __future__ import annotations

import threading
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response, abort, current_app, request
from sqlalchemy import text
from werkzeug.exceptions import HTTPException

from alerts.screens.vitals import read_vitals
from store.queues import where_it_failed
from web.answer_link import answer_pages, proof_pages
from web.answers import plain
from web.api.door import ROOT as API
from web.api.problems import for_status
from web.api.routes import LARGEST, api_pages
from web.calendar import ENDPOINT as CALENDAR
from web.calendar import calendar_feed
from web.case_files import case_file_pages
from web.case_link import case_link_pages
from web.compiled import PAGES
from web.console.incident_making import LARGEST_LIST
from web.console.mishaps import is_of_console, mishap
from web.console.paper_acts import LARGEST_BODY
from web.console.passkeys import LARGEST as SIGNED
from web.console.wiring import add_console
from web.hotline import ENDPOINTS as HOTLINE
from web.hotline import hotline_pages
from web.hotline_words import Speech
from web.metrics import metrics_page
from web.packing import packed
from web.release_link import release_pages
from web.report.pages import NAME as REPORT
from web.report.pages import report_pages
from web.twilio import ENDPOINTS as TWILIO
from web.twilio import LARGEST_FORM, twilio_webhooks
from web.uploads import InMemory
from web.webhook import ENDPOINT as WEBHOOK
from web.webhook import LARGEST_UPDATE, telegram_webhook
from web.words import readable

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.screens.vitals import Vitals
    from contacts.accounts.passwords import Passwords
    from store.unit_of_work import Store, UnitOfWork
    from web.backstage import Backstage
    from web.twilio import Twilio

log = structlog.get_logger(__name__)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Robots-Tag": "noindex, nofollow",
}
BODY_LIMIT = 4 * 1024
"""Bytes a request may carry: the press of a button …"""
WORK_LIMIT = 128 * 1024
"""… or what somebody who works on cases writes: a browser sends six bytes for a Cyrillic letter …"""
LIMITS = {
    **LARGEST,
    **SIGNED,
    **LARGEST_BODY,
    **LARGEST_LIST,
    WEBHOOK: LARGEST_UPDATE,
    **dict.fromkeys(TWILIO | HOTLINE, LARGEST_FORM),
}
"""… or what machines and authenticators bring, and lists and documents, by the name of the endpoint."""
STATIC_SECONDS = 3600
REPORT_FILES = frozenset({"report.css", "plain.svg"})
"""What the pages of the form are drawn with."""


_building = threading.Lock()
"""Werkzeug reads its rules by ``ast.parse``, which Python before 3.11.8 does not bear in two threads at once."""


def make_app(
    store: Store, zone: str, backstage: Backstage | None = None, *, passwords: Passwords | None = None
) -> Flask:
    """Build the application; ``zone`` is the one times are told in.

    Without a ``backstage`` there are only the pages that people read and the simplest health checks. ``passwords``: for
    those whose time is short, a quicker way to hash them.
    """
    with _building:
        return _built(store, zone, backstage, passwords)


def _built(store: Store, zone: str, backstage: Backstage | None, passwords: Passwords | None) -> Flask:
    app = Flask(__name__, static_folder="static")
    app.request_class = InMemory
    app.url_map.merge_slashes = False  # what is asked for wrongly is not there; no answer repeats it as a redirection
    app.jinja_env.bytecode_cache = PAGES
    app.jinja_env.filters["readable"] = readable
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    app.register_blueprint(case_link_pages(store, zone))
    app.register_blueprint(case_file_pages(store))
    app.register_blueprint(answer_pages(store, zone))
    app.register_blueprint(proof_pages(store, zone))
    app.register_blueprint(calendar_feed(store, zone))
    app.register_blueprint(release_pages(store, zone, secure=backstage is not None and backstage.is_secure))
    leave_to, hotlines = (None, None) if backstage is None else (backstage.leave_to, backstage.hotlines)
    app.register_blueprint(report_pages(store, zone, leave_to=leave_to, hotlines=hotlines))
    app.register_blueprint(api_pages(store, zone, _look_at(backstage)))
    add_console(app, store, zone, passwords=passwords, backstage=backstage)
    _add_health(app, store, backstage)
    if backstage is not None:
        app.register_blueprint(metrics_page(store, backstage.look))
        if backstage.webhook is not None:
            app.register_blueprint(telegram_webhook(backstage.webhook))
        if backstage.twilio is not None:
            _add_twilio(app, store, backstage.twilio, hotlines)
    app.before_request(_refuse_large_bodies)
    app.after_request(_guard)
    app.after_request(packed)
    app.register_error_handler(HTTPException, _say_plainly)
    app.register_error_handler(Exception, _fail_quietly)
    return app


def _add_twilio(app: Flask, store: Store, twilio: Twilio, hotlines: str | None) -> None:
    app.register_blueprint(twilio_webhooks(store, twilio))
    if twilio.hotline is not None:
        speech = Speech(twilio.hotline, twilio.public_url)
        app.register_blueprint(hotline_pages(store, speech, twilio.is_theirs, hotlines))


def _look_at(backstage: Backstage | None) -> Callable[[UnitOfWork], Vitals]:
    """How it is read how the work flows; of queues only the house knows which there are."""
    return partial(read_vitals, queues={}) if backstage is None else backstage.look


def _add_health(app: Flask, store: Store, backstage: Backstage | None) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        """Say that the process answers."""
        return plain("ok")

    @app.get("/readyz")
    def readyz() -> Response:
        """Say whether this process can work: the database answers and is of this release, no part of it hangs."""
        try:
            with store.read() as unit:
                unit.session.execute(text("SELECT 1"))
                current = backstage is None or backstage.is_current(unit)
        except Exception:  # noqa: BLE001  whatever is wrong with the database, we are not ready
            log.warning("not_ready", trouble=where_it_failed())
            return plain("the database does not answer", HTTPStatus.SERVICE_UNAVAILABLE)
        if not current:
            return plain("the database is of another release", HTTPStatus.SERVICE_UNAVAILABLE)
        if hanging := store.marks.hanging():
            return plain(f"hanging: {', '.join(hanging)}", HTTPStatus.SERVICE_UNAVAILABLE)
        return plain("ready")


def _refuse_large_bodies() -> None:
    if request.blueprint == REPORT:
        return  # reads no more than it may, and refuses nobody's words for the size of a file beside them
    guard = current_app.extensions["panah_gate"].guards.get(request.endpoint)
    is_work = guard is not None and guard.ability is not None
    if (request.content_length or 0) > LIMITS.get(request.endpoint or "", WORK_LIMIT if is_work else BODY_LIMIT):
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _guard(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if not _may_be_cached() or response.status_code >= HTTPStatus.BAD_REQUEST:
        response.headers["Cache-Control"] = "private, no-store" if request.endpoint == CALENDAR else "no-store"
    return response


def _may_be_cached() -> bool:
    """Whether a browser may keep it: files that look the same for everybody, but none that tell where somebody was."""
    return request.endpoint == "static" and (request.view_args or {}).get("filename") not in REPORT_FILES


def _say_plainly(error: HTTPException) -> Response:
    """Answer what went wrong, with the headers the status asks for and nothing of the request.

    In a line; to who is at the console in their language.
    """
    if request.path.startswith(f"{API}/"):
        told = tuple((name, value) for name, value in error.get_headers() if name.lower() != "content-type")
        return for_status(error.code or HTTPStatus.INTERNAL_SERVER_ERROR, told).answer()
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if is_of_console(request.path) and status >= HTTPStatus.BAD_REQUEST:
        answer = mishap(current_app.extensions["panah_gate"], status)
    else:
        answer = plain(f"{status} {error.name}", status)
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            answer.headers[name] = value
    return answer


def _fail_quietly(_error: Exception) -> Response:
    """Answer and log a failure of ours without any of the words it may be about."""
    log.error("page_failed", page=request.endpoint, trouble=where_it_failed())
    if request.path.startswith(f"{API}/"):
        return for_status(HTTPStatus.INTERNAL_SERVER_ERROR).answer()
    if is_of_console(request.path):
        return mishap(current_app.extensions["panah_gate"], HTTPStatus.INTERNAL_SERVER_ERROR)
    return plain("500 Internal Server Error", HTTPStatus.INTERNAL_SERVER_ERROR)
