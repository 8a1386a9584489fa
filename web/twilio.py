"""``/webhooks/twilio/…``: what Twilio brings. Nothing is believed that it has not signed.

Texts are kept before they are answered and handled later, as messages from Telegram are. A status is one row. A key in
a call must be answered while the caller listens, so it is settled there and then, in one transaction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from flask import Blueprint, Response, request
from sqlalchemy.exc import IntegrityError

from alerts.answering.answers import answer_key
from alerts.channels.port import Arrival, Report
from alerts.channels.twilio.signature import HEADER, is_signed
from alerts.channels.twilio.status import read_status
from alerts.channels.twilio.voice_twiml import ask_again, said
from alerts.channels.twilio.whatsapp import PREFIX
from alerts.messages.incoming import Attached, IncomingText, have_forgotten, pack
from alerts.sending.receipts import note_receipt
from alerts.telling.wording import Wording, Words, render
from store.chats import SMS, WHATSAPP
from store.inbox import RawInput, free_number, is_first, keep
from store.queues import where_it_failed
from web.answers import twiml

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.unit_of_work import Store, UnitOfWork
    from web.hotline_words import Hotline

log = structlog.get_logger(__name__)
ENDPOINTS = frozenset({"twilio.sms", "twilio.status", "twilio.voice"})
LARGEST_FORM = 64 * 1024
"""Bytes; a text of ten segments with all its fields takes a few thousand."""
KEY = Report(Arrival.DELIVERED, "key", "a key was pressed")
NOTHING = "<Response/>"
MOST_FILES = 10
"""Twilio brings no more with one text."""
FILE = re.compile(r"/Media/(?P<sid>ME[0-9a-zA-Z]{1,40})$")
KINDS = {"image": "photo", "audio": "voice", "video": "video"}
"""What a file is to people, by the first half of its type; everything else is a document."""
POLE, DATE_LINE = 90, 180
"""Degrees, at most."""


@dataclass(frozen=True)
class Twilio:
    """What is needed to believe Twilio, and the address under which it knows us."""

    auth_token: str = field(repr=False)
    public_url: str
    wording: Wording
    hotline: Hotline | None = None
    """How callers are spoken to; None where calls to us are not taken."""
    takes_whatsapp: bool = False
    """Whether what comes by WhatsApp has a door of its own; otherwise it is heard as a text that nobody can answer."""

    def is_theirs(self) -> bool:
        """Whether Twilio has signed the request at hand."""
        where = request.full_path.removesuffix("?")
        return is_signed(self.auth_token, self.public_url, where, request.form, request.headers.get(HEADER, ""))


def twilio_webhooks(store: Store, twilio: Twilio) -> Blueprint:
    """Build the three routes: 200 kept, 403 not Twilio's, 400 nothing to make sense of, 503 could not be kept."""
    pages = Blueprint("twilio", __name__)

    def answer(handle: Callable[[], Response]) -> Response:
        if not twilio.is_theirs():
            log.warning("webhook_not_signed", page=request.endpoint)
            return Response("403\n", HTTPStatus.FORBIDDEN, mimetype="text/plain")
        try:
            return handle()
        except Exception:  # whatever it is: it is not kept, and Twilio's console must show that
            log.exception("webhook_not_kept", trouble=where_it_failed())
            return Response("503\n", HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")

    @pages.post("/webhooks/twilio/sms")
    def sms() -> Response:
        """Keep a text for the worker; Twilio is told to answer nothing by itself."""
        return answer(lambda: _keep_text(store, twilio))

    @pages.post("/webhooks/twilio/status")
    def status() -> Response:
        """Keep what Twilio says of a message or a call."""
        return answer(lambda: _keep_status(store))

    @pages.post("/webhooks/twilio/voice")
    def voice() -> Response:
        """Settle the key that was pressed and say what came of it."""
        return answer(lambda: _settle_key(store, twilio))

    return pages


def sent_from(twilio: Twilio) -> tuple[str, str]:
    """At which door the text at hand came, which is its source too, and from which address there; empty: from none."""
    sender = request.form.get("From", "")
    if twilio.takes_whatsapp and sender.startswith(PREFIX):
        return WHATSAPP, sender.removeprefix(PREFIX)
    return SMS, sender


def _keep_text(store: Store, twilio: Twilio) -> Response:
    door, sender = sent_from(twilio)
    sid = request.form.get("MessageSid", "")
    if not sender or not sid:
        return Response("400\n", HTTPStatus.BAD_REQUEST, mimetype="text/plain")
    for again in (True, True, False):
        try:
            _keep_once(store, door, sender, text_at_hand(sid))
        except IntegrityError:  # somebody else's text took the same number in the same microsecond
            if not again:
                raise
        else:
            break
    return twiml(NOTHING)


def text_at_hand(sid: str) -> IncomingText:
    """Read the text of the request. Nothing else of it is kept: not how its sender calls themselves, no address."""
    count = request.form.get("NumMedia", "")
    many = min(int(count), MOST_FILES) if count.isascii() and count.isdecimal() else 0
    files = tuple(_attached(sid, number) for number in range(many))
    return IncomingText(sid, request.form.get("Body", ""), files, _place())


def _attached(sid: str, number: int) -> Attached:
    """One file, by the name under which it is fetched and erased."""
    named = FILE.search(request.form.get(f"MediaUrl{number}", ""))
    kind = KINDS.get(request.form.get(f"MediaContentType{number}", "").partition("/")[0].strip().lower(), "document")
    return Attached("" if named is None else f"{sid}/{named['sid']}", kind)


def _place() -> tuple[float, float] | None:
    try:
        latitude, longitude = float(request.form["Latitude"]), float(request.form["Longitude"])
    except (KeyError, ValueError):
        return None
    there = abs(latitude) <= POLE and abs(longitude) <= DATE_LINE
    return (latitude, longitude) if there else None


def _keep_once(store: Store, door: str, sender: str, text: IncomingText) -> None:
    """Keep a text unless it was brought before: what was recorded on its way must not be said a second time.

    Its provider is to forget the words in the very commit that keeps them: they do not lie there until somebody has
    heard them. What came with them is forgotten once it was fetched.
    """
    with store.unit("webhook") as unit:
        if is_first(unit, door, text.sid):
            kept = RawInput(free_number(unit, door), sender, pack(text))
            keep(unit, door, door, [kept], moves_cursor=False)
            have_forgotten(unit, door, text.sid)


def _keep_status(store: Store) -> Response:
    news = read_status({**request.form.to_dict(), "attempt": request.args.get("attempt", "")})
    attempt_id = _id(news.attempt_id)
    if attempt_id is not None:
        with store.unit("webhook") as unit:
            note_receipt(unit, attempt_id, news.report, news.provider_id)
    return Response("", HTTPStatus.NO_CONTENT)


def _settle_key(store: Store, twilio: Twilio) -> Response:
    attempt_id = _id(request.args.get("attempt"))
    if attempt_id is None:
        return twiml(NOTHING)
    with store.unit("webhook") as unit:
        spoken = answer_key(unit, attempt_id, request.form.get("Digits", ""))
        if spoken is None:
            return twiml(NOTHING)
        note_receipt(unit, attempt_id, KEY)
        text = _words(unit, twilio, spoken.template, spoken.values, spoken.language)
    if spoken.asks:
        here = f"{twilio.public_url}{request.full_path.removesuffix('?')}"
        return twiml(ask_again(text, spoken.language, action=here))
    return twiml(said(text, spoken.language))


def _words(unit: UnitOfWork, twilio: Twilio, template: str, values: dict[str, str], language: str) -> str:
    text, _ = render(unit, twilio.wording, Words(template, values, [], language, plain=True))
    return text


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
