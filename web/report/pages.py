"""The routes of the form: tell, come back, go on, leave. All works without script, cookie or anybody else's site.

What a browser must bring along stands in its forms, sealed. Nothing secret stands in an address, and an answer to a
form is the page itself: loading it anew sends the same form, which counts once.
"""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from contacts.accounts.throttle import Limit, count_try, key_of
from dialogue.coming_back import GROUP, digits_typed, find_by_number, in_groups
from dialogue.model import Command
from dialogue.questions import known_language
from store.chats import Chat
from store.queues import where_it_failed
from texts.catalogue import LANGUAGES
from texts.locale import guess_language
from web.report.body import LONGEST_TEXT, Form, read_form
from web.report.keeping import LEAVING, Told, begin, go_on, press
from web.report.shown import button, show
from web.report.tickets import new_ticket, opened, sealed
from web.words import FALLBACK_LANGUAGE, Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork
    from web.report.shown import Shown
    from web.report.tickets import Ticket

log = structlog.get_logger(__name__)
NAME: Final = "report"
TELLING: Final = "report.title"
NEUTRAL: Final = "https://www.wikipedia.org/"
"""Where the way out leads, unless the operator chose another place."""
FROM_ELSEWHERE: Final = frozenset({"cross-site", "same-site"})
POLICY: Final = (
    "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
PER_SOURCE: Final = Limit(60, timedelta(minutes=15))
"""Numbers from one address. Whoever comes by Tor comes from ours, so that there nobody's tries are counted together."""
PER_NUMBER: Final = Limit(20, timedelta(minutes=15))
"""Numbers that begin alike, from wherever: what is left of one that somebody knows half of cannot be tried out."""
BEGINS: Final = 2 * GROUP
CODES: Final = re.compile(r"(\b[A-Z2-9]{3}-[A-Z2-9]{3}\b)")
"""Codes of cases within a text: no line breaks in them."""


class Desk:
    """What the routes share. ``leave_to``: a place that gives nobody away; ``hotlines``: whom to call meanwhile."""

    def __init__(self, store: Store, zone: str, leave_to: str, hotlines: str | None) -> None:
        self.store, self.zone, self.leave_to, self.hotlines = store, zone, leave_to, hotlines

    # What a request brings

    @staticmethod
    def form() -> Form:
        """Read the body; see :mod:`web.report.body`."""
        return read_form(request.environ["wsgi.input"], request.headers.get("Content-Type", ""), request.content_length)

    @staticmethod
    def language(form: Form | None = None) -> tuple[str, bool]:
        """Return the language to answer in, and whether it was chosen rather than told by the browser."""
        asked = request.args.get("language", "") if form is None else form.get("language")
        known = known_language(asked) if asked else None
        if known is not None:
            return known, form is None or form.get("chosen") == "yes"
        return preferred(), False

    def ticket(self, form: Form) -> Ticket | None:
        """Return the ticket of a form that was shown here; one that another site sent counts as none."""
        if request.headers.get("Sec-Fetch-Site", "") in FROM_ELSEWHERE:
            return None
        return opened(self._key, form.get("form"))

    def sealed(self, chat_id: UUID | None = None) -> str:
        """Return a fresh ticket, for a form that is being shown."""
        return sealed(self._key, new_ticket(self.store.clock.now(), chat_id))

    @property
    def _key(self) -> bytes:
        return self.store.ring.subkey("web_form")

    # Answers

    def page(self, template: str, language: str, status: int = HTTPStatus.OK, **values: Any) -> Response:
        """Draw a page in a language."""
        words = Words(language, self.zone, telling=TELLING)
        drawn = render_template(
            f"report/{template}.html",
            **{
                **words.in_templates(),
                "languages": LANGUAGES,
                "longest": LONGEST_TEXT,
                "hotlines": self.hotlines,
                "in_groups": in_groups,
                "in_pieces": CODES.split,
                **values,
            },
        )
        return make_response(drawn, status)

    def first(self, form: Form | None = None, said: str = "", status: int = HTTPStatus.OK) -> Response:
        """Show the form; what was written in it already still stands there."""
        language, chosen = self.language(form)
        return self._asking("first", form, language, status, chosen=chosen, said=said)

    def back(self, form: Form | None = None, said: str = "", status: int = HTTPStatus.OK) -> Response:
        """Ask for the number; what was written meanwhile still stands there."""
        language, chosen = self.language(form)
        return self._asking("back", form, language, status, chosen=chosen, said=said)

    def _asking(self, here: str, form: Form | None, language: str, status: int, *, chosen: bool, said: str) -> Response:
        """Show an empty form, or what stands in one and under which ticket: sent now, it is the same sending."""
        begins = None if form is None else self.ticket(form)
        is_same = form is not None and begins is not None and begins.chat_id is None
        ticket = form.get("form") if form is not None and is_same else self.sealed()
        words = "" if form is None else form.get("words")
        return self.page(here, language, status, form=ticket, words=words, chosen=chosen, said=said, here=here)

    def report(self, chat_id: UUID, said: str = "", number: str | None = None, *, cut: bool = False) -> Response:
        """Show the page of a report."""
        with self.store.unit(f"chat:{chat_id}", rings=False) as unit:
            chat = unit.session.get(Chat, chat_id)
            shown = None if chat is None else show(unit, chat, self.zone)
        if shown is None:  # erased in this very moment
            return self.back(said="report.wrong", status=HTTPStatus.FORBIDDEN)
        return self._drawn(shown, chat_id, said, number, cut=cut)

    def _drawn(self, shown: Shown, chat_id: UUID, said: str, number: str | None, *, cut: bool) -> Response:
        return self.page(
            "report",
            shown.language,
            shown=shown,
            form=lambda: self.sealed(chat_id),
            said=said,
            number=number,
            cut=cut,
        )


def report_pages(store: Store, zone: str, *, leave_to: str | None = None, hotlines: str | None = None) -> Blueprint:
    """Build the routes of the form."""
    pages = Blueprint(NAME, __name__)
    pages.after_request(_without_scripts)
    desk = Desk(store, zone, leave_to or NEUTRAL, hotlines)
    _get(pages, desk, "/report", _look)
    _get(pages, desk, "/report/back", _ask)
    _get(pages, desk, "/report/leave", _leave)
    _post(pages, desk, "/report", _tell)
    _post(pages, desk, "/report/language", _speak)
    _post(pages, desk, "/report/back", _come_back)
    _post(pages, desk, "/report/more", _go_on)
    for path, to in (("/report/language", "look"), ("/report/more", "ask")):  # whoever loads the address alone
        pages.add_url_rule(path, f"again_{to}", _sender(to), methods=["GET"])
    return pages


def _without_scripts(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _get(pages: Blueprint, desk: Desk, path: str, view: Callable[[Desk], Response]) -> None:
    def routed() -> Response:
        try:
            return view(desk)
        except Exception:  # noqa: BLE001  whatever it is: somebody needs to know whom else to call
            return _failed(desk, None)

    pages.add_url_rule(path, view.__name__.lstrip("_"), routed, methods=["GET"])


def _post(pages: Blueprint, desk: Desk, path: str, view: Callable[[Desk, Form], Response]) -> None:
    def routed() -> Response:
        form = desk.form()
        try:
            return view(desk, form)
        except Exception:  # noqa: BLE001  whatever it is: what somebody wrote must not be gone
            return _failed(desk, form)

    pages.add_url_rule(path, view.__name__.lstrip("_"), routed, methods=["POST"])


def _sender(to: str) -> Callable[[], Response]:
    def sent() -> Response:
        return make_response(redirect(url_for(f"{NAME}.{to}"), HTTPStatus.SEE_OTHER))

    return sent


def _failed(desk: Desk, form: Form | None) -> Response:
    """Say that it was not kept, and show the words, so that they can be sent again."""
    log.error("report_page_failed", page=request.endpoint, trouble=where_it_failed())
    language, _ = desk.language(form)
    return desk.page("failed", language, HTTPStatus.SERVICE_UNAVAILABLE, path=request.path, given=form)


# --- The routes


def _look(desk: Desk) -> Response:
    return desk.first()


def _tell(desk: Desk, form: Form) -> Response:
    """Keep what somebody tells, and show what has become of it."""
    ticket = desk.ticket(form)
    language, chosen = desk.language(form)
    told = _told(form, language, chosen=chosen)
    if ticket is None or ticket.chat_id is not None:
        return desk.first(form, "report.again", HTTPStatus.BAD_REQUEST)
    if told.is_empty:
        return desk.first(form, "report.empty", HTTPStatus.BAD_REQUEST)
    begun = begin(desk.store, ticket, told)
    if begun.number is None:
        return desk.back(_without_words(form), "report.sent_before")
    return desk.report(begun.chat_id, number=begun.number, cut=form.cut)


def _speak(desk: Desk, form: Form) -> Response:
    """Show the same page in another language, with what was written."""
    chosen = known_language(form.get("speak"))
    spoken = Form({**form.fields, **({} if chosen is None else {"language": chosen, "chosen": "yes"})})
    return desk.back(spoken) if form.get("here") == "back" else desk.first(spoken)


def _ask(desk: Desk) -> Response:
    return desk.back()


def _come_back(desk: Desk, form: Form) -> Response:
    """Open the page of a number. Whatever is wrong with one is answered in the same words."""
    with desk.store.unit("web", rings=False) as unit:
        may = _may_try(unit, form.get("number"))
        chat = find_by_number(unit, form.get("number"))
        chat_id = None if chat is None else chat.id
    if not may:
        return desk.back(form, "report.too_often", HTTPStatus.TOO_MANY_REQUESTS)
    if chat_id is None:
        return desk.back(form, "report.wrong", HTTPStatus.FORBIDDEN)
    ticket = desk.ticket(form)
    told = _told(form, desk.language(form)[0], chosen=False)
    if ticket is None or told.is_empty:
        return desk.report(chat_id)
    go_on(desk.store, ticket, chat_id, told)
    return desk.report(chat_id, "report.kept", cut=form.cut)


def _may_try(unit: UnitOfWork, typed: str) -> bool:
    """Count a try before it is judged, by where it comes from and by how the number begins."""
    source = _source()
    from_here = source is None or count_try(unit, key_of(unit, "web_source", source), PER_SOURCE)
    begins = digits_typed(typed)[:BEGINS]
    return count_try(unit, key_of(unit, "web_number", begins), PER_NUMBER) and from_here


def _go_on(desk: Desk, form: Form) -> Response:
    """Keep what somebody adds, answers or presses."""
    ticket = desk.ticket(form)
    if ticket is None or ticket.chat_id is None or not ticket.is_good(desk.store.clock.now()):
        return desk.back(form, "report.expired", HTTPStatus.BAD_REQUEST)
    with desk.store.read() as unit:
        chat = unit.session.get(Chat, ticket.chat_id)
        language = FALLBACK_LANGUAGE if chat is None else chat.language or FALLBACK_LANGUAGE
    if chat is None:
        return desk.back(form, "report.wrong", HTTPStatus.FORBIDDEN)
    return _done(desk, ticket, ticket.chat_id, form, language)


def _done(desk: Desk, ticket: Ticket, chat_id: UUID, form: Form, language: str) -> Response:
    action = form.get("do")
    if action in LEAVING:
        press(desk.store, ticket, chat_id, Command(action), action)
        return desk.report(chat_id)
    pressed = button(action)
    if pressed is not None:
        press(desk.store, ticket, chat_id, pressed, action)
    told = _told(form, language, chosen=False)
    if not told.is_empty:
        go_on(desk.store, ticket, chat_id, told)
    if action == "look":
        return desk.report(chat_id)
    said = "report.kept" if pressed is not None or not told.is_empty else "report.empty"
    return desk.report(chat_id, "" if action.startswith("language.") else said, cut=form.cut)


def _leave(desk: Desk) -> Response:
    """Lead elsewhere at once, and leave nothing of ours behind but the address in the browser's history."""
    answer = make_response(redirect(desk.leave_to, HTTPStatus.SEE_OTHER))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


# --- Small things


def _told(form: Form, language: str, *, chosen: bool) -> Told:
    return Told(
        words=form.get("words"),
        uploads=form.uploads,
        language=language,
        chosen=chosen,
        question=form.get("question") or None,
        corrects=form.get("corrects") == "yes",
        source=_source(),
    )


def _without_words(form: Form) -> Form:
    return Form({name: value for name, value in form.fields.items() if name != "words"})


def _source() -> str | None:
    """Where a request comes from; None for what comes through this machine, as everybody does who uses Tor."""
    try:
        return None if ip_address(request.remote_addr or "").is_loopback else request.remote_addr
    except ValueError:
        return None


def preferred() -> str:
    """Return the first language the browser names that we speak, or that is answered in one of ours."""
    for tag, _ in request.accept_languages:
        guessed = guess_language(None, tag[:40])
        if guessed != FALLBACK_LANGUAGE or tag.lower().startswith(FALLBACK_LANGUAGE):
            return guessed
    return FALLBACK_LANGUAGE
