"""The phones in a browser: one page, live, for playing with the program and for showing it.

`view` and `items` say what a phone shows, `stream` keeps the page up to date, `routes` lets it act, `guard` keeps
strangers out.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from sandbox.cast import Cast
from sandbox.mail.service import MailService
from sandbox.page.controls import Controls
from sandbox.page.guard import harden
from sandbox.page.routes import Page
from sandbox.page.stream import Stream
from sandbox.page.view import View
from sandbox.telegram.hub import Hub
from sandbox.twilio.service import Twilio


def add_to(
    app: web.Application,
    hub: Hub,
    cast: Cast,
    twilio: Twilio,
    mail: MailService,
    *,
    zone: str,
    controls: Mapping[str, Callable[..., Any]],
) -> None:
    """Register the page at `/`, its files under `/sandbox/static/` and its API under `/sandbox/`."""
    bar = Controls(hub, cast, twilio, mail, controls)
    view = View(hub, cast, zone)
    Stream(hub, view, bar).add_to(app)
    Page(hub, cast, twilio.network, bar).add_to(app)
    app.on_response_prepare.append(harden)
