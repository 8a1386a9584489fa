"""``/webhooks/twilio/…`` while the instance is locked: texts and calls are sealed to a public key.

A text is answered by nothing: who once said that texts are not safe cannot be told from others without keys. A caller
hears that nobody can take the call and whom else to call; that they called is kept, and a message somebody had begun to
record is fetched later. A key that a helper presses cannot be believed, and they hear the same. What Twilio says
of our own messages is refused, as it would be by a program that is down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import structlog
from flask import Blueprint, Response, abort, request

from alerts.channels.twilio.account import SID
from alerts.messages.incoming import pack
from dialogue.calling_locked import SealedCall, pack_call
from store.queues import where_it_failed
from web.answers import twiml
from web.hotline import STEPS, prompt_pages
from web.twilio import sent_from, text_at_hand

if TYPE_CHECKING:
    from collections.abc import Callable

    from web.hotline_words import Speech
    from web.twilio import Twilio

log = structlog.get_logger(__name__)
CALLS: Final = "calls"
"""Under which sealed calls lie in the inbox."""
BACK: Final = STEPS["back"][0]


@dataclass(frozen=True)
class Brought:
    """One thing that Twilio brought. ``sender``: None where that stands in it.

    ``name``: by which it is recognised when it comes again; ``forget``: what Twilio is to forget once it is kept.
    """

    source: str
    sender: str | None = field(repr=False)
    what: str = field(repr=False)
    name: str
    forget: tuple[str, ...] = ()


@dataclass(frozen=True)
class LockedPhone:
    """What is needed to believe Twilio, what is said, and where it is kept.

    When ``keep`` returns, what it was given is committed. ``speech``: None where calls to us are not
    taken. ``hotlines``: whom else to call.
    """

    twilio: Twilio
    keep: Callable[[Brought], None]
    speech: Speech | None = None
    hotlines: str | None = None


def locked_phone(phone: LockedPhone) -> Blueprint:
    """Build the routes, by the addresses they always have: 200 kept, 403 not Twilio's, 503 could not be kept."""
    pages = Blueprint("phone", __name__)

    def answer(handle: Callable[[], Response]) -> Response:
        if not phone.twilio.is_theirs():
            log.warning("webhook_not_signed", page=request.endpoint)
            return Response("403\n", HTTPStatus.FORBIDDEN, mimetype="text/plain")
        return handle()

    @pages.post("/webhooks/twilio/sms")
    def sms() -> Response:
        """Seal a text, and say nothing."""
        return answer(lambda: _seal_text(phone))

    @pages.post("/webhooks/twilio/status")
    def status() -> Response:
        """Refuse what Twilio says of a message of ours."""
        return answer(lambda: Response("503\n", HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain"))

    if phone.speech is not None:
        speech = phone.speech

        @pages.post("/webhooks/twilio/voice")
        def voice() -> Response:
            """Say to a helper who pressed a key that it cannot be taken."""
            return answer(lambda: twiml(speech.locked(phone.hotlines)))

        for name, (path, _) in STEPS.items():
            pages.add_url_rule(path, name, lambda: answer(lambda: _seal_call(phone, speech)), methods=["POST"])
        pages.register_blueprint(prompt_pages(speech))
    return pages


def _seal_text(phone: LockedPhone) -> Response:
    door, sender = sent_from(phone.twilio)
    sid = request.form.get("MessageSid", "")
    if not sender or not sid:
        return Response("400\n", HTTPStatus.BAD_REQUEST, mimetype="text/plain")
    brought = Brought(door, sender, pack(text_at_hand(sid)), sid, forget=(sid,))
    if not _kept(phone, brought):
        return Response("503\n", HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")
    return twiml("<Response/>")


def _seal_call(phone: LockedPhone, speech: Speech) -> Response:
    """Seal one step of a call: the call itself, what was recorded in it, whether it is safe to call back.

    Whoever listens is told in any case.
    """
    sid, recording = request.form.get("CallSid", ""), request.form.get("RecordingSid", "")
    if not SID.fullmatch(sid):
        abort(HTTPStatus.BAD_REQUEST)
    back = request.form.get("Digits", "")[:1] if request.path == BACK else ""
    call = SealedCall(sid, request.form.get("From", ""), recording if SID.fullmatch(recording) else "", back)
    kept = _kept(phone, Brought(CALLS, None, pack_call(call), f"{sid}/{call.recording}/{back}"))
    return twiml(speech.locked(phone.hotlines) if kept else speech.trouble(phone.hotlines))


def _kept(phone: LockedPhone, brought: Brought) -> bool:
    try:
        phone.keep(brought)
    except Exception:  # whatever it is: whoever waits for an answer gets one
        log.exception("sealed_phone_not_kept", source=brought.source, trouble=where_it_failed())
        return False
    return True
