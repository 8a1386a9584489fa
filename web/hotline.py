"""``/webhooks/twilio/call…``: somebody calls us, and is answered while they listen.

Each step is kept before it is answered. A call is reported by its first request; whatever follows it may come late,
twice or never. ``/voice/LANGUAGE/call.NAME.mp3`` are the recordings of our own prompts, which Twilio fetches: they say
the same to everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import structlog
from flask import Blueprint, Response, abort, request, send_file
from sqlalchemy.exc import DBAPIError

from alerts.channels.twilio.account import SID
from alerts.channels.twilio.hotline_twiml import end
from dialogue.calling import answer_call_back, choose_language, find_call, note_recording, take_call
from store.queues import where_it_failed
from texts.catalogue import LANGUAGES
from web.answers import twiml
from web.hotline_words import LOCKED, PROMPTS, ROOT, Speech

if TYPE_CHECKING:
    from collections.abc import Callable

    from dialogue.calling import PhoneCall
    from store.unit_of_work import Store, UnitOfWork

log = structlog.get_logger(__name__)
HUNG_UP: Final = "hangup"
"""What comes in the place of a key when a recording ended with the call."""
SILENT: Final = end(())


@dataclass(frozen=True)
class Step:
    """One request of a call: what came with it, and what can be said."""

    unit: UnitOfWork
    speech: Speech
    sid: str
    caller: str
    key: str
    recording: str


def _welcome(step: Step) -> str:
    """Report the call, and tell which languages there are; where there is one, go on in it.

    A helper is told of that one as well: whoever only returns a call of ours hangs up, and whoever stays is reported.
    """
    offered = step.speech.hotline.offered
    call = take_call(step.unit, step.sid, step.caller, offered[0])
    may_return_ours = call.report_id is None
    return step.speech.welcome() if len(offered) > 1 or may_return_ours else _go_on(step, call, None)


def _choose(step: Step) -> str:
    """Warn whoever calls, in the language they chose, and let them speak."""
    call = find_call(step.unit, step.sid)
    return SILENT if call is None else _go_on(step, call, step.speech.hotline.chosen(step.key))


def _go_on(step: Step, call: PhoneCall, chosen: str | None) -> str:
    language = chosen or step.speech.hotline.offered[0]
    choose_language(step.unit, call, language, chosen=chosen is not None)
    return step.speech.listen(language)


def _recorded(step: Step) -> str:
    """Keep that something was said, and ask whether we may call back."""
    call = _keep_recording(step)
    if call is None or step.key == HUNG_UP:
        return SILENT
    return step.speech.thank(_language(step, call))


def _recording(step: Step) -> str:
    """Keep that a recording is there: the same once more, when the provider has it."""
    _keep_recording(step)
    return SILENT


def _back(step: Step) -> str:
    """Keep whether we may call back."""
    call = find_call(step.unit, step.sid)
    if call is None:
        return SILENT
    answer_call_back(step.unit, call, step.key)
    return step.speech.goodbye(_language(step, call))


def _keep_recording(step: Step) -> PhoneCall | None:
    """Note the recording that a request tells of; return its call, None where we never heard of that."""
    call = find_call(step.unit, step.sid)
    if call is not None and SID.fullmatch(step.recording):
        note_recording(step.unit, call, step.recording)
    return call


def _language(step: Step, call: PhoneCall) -> str:
    offered = step.speech.hotline.offered
    return call.language if call.language in offered else offered[0]


STEPS: Final[dict[str, tuple[str, Callable[[Step], str]]]] = {
    "call": (ROOT, _welcome),
    "language": (f"{ROOT}/language", _choose),
    "recorded": (f"{ROOT}/recorded", _recorded),
    "recording": (f"{ROOT}/recording", _recording),
    "back": (f"{ROOT}/back", _back),
}
ENDPOINTS: Final = frozenset(f"hotline.{name}" for name in STEPS)


def hotline_pages(store: Store, speech: Speech, is_theirs: Callable[[], bool], others: str | None) -> Blueprint:
    """Build the routes of a call. ``is_theirs``: whether the provider has signed the request at hand.

    ``others``: whom somebody can call when nothing can be kept here.
    """
    pages = Blueprint("hotline", __name__)

    def answer(take: Callable[[Step], str]) -> Response:
        sid = request.form.get("CallSid", "")
        if not is_theirs():
            log.warning("webhook_not_signed", page=request.endpoint)
            return Response("403\n", HTTPStatus.FORBIDDEN, mimetype="text/plain")
        if not SID.fullmatch(sid):
            return Response("400\n", HTTPStatus.BAD_REQUEST, mimetype="text/plain")
        try:
            return twiml(_in_unit(store, speech, sid, take))
        except Exception:  # whatever it is: whoever listens must be told, and told whom else to call
            log.exception("call_not_kept", trouble=where_it_failed())
            return twiml(speech.trouble(others))

    def route(take: Callable[[Step], str]) -> Callable[[], Response]:
        return lambda: answer(take)

    for name, (path, take) in STEPS.items():
        pages.add_url_rule(path, endpoint=name, view_func=route(take), methods=["POST"])

    pages.register_blueprint(prompt_pages(speech))
    return pages


def prompt_pages(speech: Speech) -> Blueprint:
    """Build the route of our own recordings."""
    pages = Blueprint("voice", __name__)

    @pages.get("/voice/<language>/call.<name>.mp3")
    def prompt(language: str, name: str) -> Response:
        """Give out one of them."""
        known = language in LANGUAGES and name in (*PROMPTS, LOCKED)
        found = speech.hotline.recording(language, name) if known else None
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        return send_file(found, mimetype="audio/mpeg")

    return pages


def _in_unit(store: Store, speech: Speech, sid: str, take: Callable[[Step], str]) -> str:
    """Keep and answer one step in one transaction; once more where the database refused it: two may have met."""
    given = [request.form.get(name, "") for name in ("From", "Digits", "RecordingSid")]
    try:
        with store.unit("webhook") as unit:
            return take(Step(unit, speech, sid, *given))
    except DBAPIError:
        with store.unit("webhook") as unit:
            return take(Step(unit, speech, sid, *given))
