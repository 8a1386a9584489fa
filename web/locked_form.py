"""``/report`` while the instance is locked: what somebody writes is sealed to a public key, and they are told so.

The page says before anything else that nobody reads here now. Nothing that was kept before can be shown; whoever comes
back with a number can add to their report. Files are sealed with the words, as long as there is room; where there is
none, the words are, and the page says so. Nothing of a request is checked by a key of ours: there is none, so all of it
is judged when it is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import structlog
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from dialogue.coming_back import TYPED_AT_MOST, in_groups
from dialogue.questions import known_language
from store.queues import where_it_failed
from texts.catalogue import LANGUAGES
from web.report.body import LONGEST_TEXT, read_form
from web.report.pages import FROM_ELSEWHERE, NAME, NEUTRAL, POLICY, TELLING, preferred
from web.report.sealed import SealedForm, fresh_form, tells_apart, with_files
from web.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from web.report.body import Form

log = structlog.get_logger(__name__)
LONGEST_NAME: Final = 80
"""Characters of a field that is no text: a ticket, a question, a button."""


@dataclass(frozen=True)
class LockedForm:
    """What the pages need. ``keep`` seals one and returns when it is committed; raises whatever kept it from that.

    ``has_room``: whether so many bytes of files can be sealed beside what lies here sealed already.
    ``leave_to``: a place that gives nobody away; ``hotlines``: whom else somebody can call.
    """

    keep: Callable[[SealedForm], None]
    has_room: Callable[[int], bool] = lambda _: False
    leave_to: str | None = None
    hotlines: str | None = None


def locked_form(locked: LockedForm) -> Blueprint:
    """Build the routes of the form, by the addresses it always has."""
    pages = Blueprint(NAME, __name__)

    @pages.get("/report")
    def look() -> Response:
        """Show the form."""
        return _page(locked, _from_address())

    @pages.get("/report/back")
    def ask() -> Response:
        """Show the form, and ask for the number."""
        return _page(locked, _from_address(), here="back")

    @pages.get("/report/language")
    @pages.get("/report/more")
    def again() -> Response:
        """Whoever loads the address of a button alone."""
        return make_response(redirect(url_for(f"{NAME}.look"), HTTPStatus.SEE_OTHER))

    @pages.get("/report/leave")
    def leave() -> Response:
        """Lead elsewhere at once."""
        answer = make_response(redirect(locked.leave_to or NEUTRAL, HTTPStatus.SEE_OTHER))
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    @pages.post("/report/language")
    def speak() -> Response:
        """Show the same page in another language, with what was written."""
        form = _form()
        chosen = known_language(form.get("speak"))
        sent = _sent(form) if chosen is None else replace(_sent(form), language=chosen, chosen=True)
        return _page(locked, sent, here="back" if form.get("here") == "back" else "first")

    @pages.post("/report", endpoint="tell")
    @pages.post("/report/back", endpoint="come_back")
    @pages.post("/report/more", endpoint="go_on")
    def take() -> Response:
        """Seal what was sent, and say what is true of it."""
        return _take(locked, _form())

    @pages.after_request
    def without_scripts(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return pages


def _take(locked: LockedForm, form: Form) -> Response:
    sent = _sent(form)
    here = "back" if request.path == "/report/back" else "first"
    if request.headers.get("Sec-Fetch-Site", "") in FROM_ELSEWHERE:
        return _page(locked, sent, here, "report.again", HTTPStatus.BAD_REQUEST)
    sent, left_out = _files(locked, sent, form)
    if sent.is_empty:
        said = "report.locked_files" if left_out else "report.empty"
        return _page(locked, sent, here, said, HTTPStatus.BAD_REQUEST)
    try:
        locked.keep(sent)
    except Exception:  # whatever it is: it is not kept, and what somebody wrote must not be gone
        log.exception("sealed_form_not_kept", trouble=where_it_failed())
        return _page(locked, sent, here, "report.locked", HTTPStatus.SERVICE_UNAVAILABLE)
    begins = request.path == "/report"
    return _drawn(
        locked,
        sent,
        "locked_kept",
        HTTPStatus.OK,
        number=sent.number if begins else None,
        cut=form.cut,
        no_files=left_out,
    )


def _files(locked: LockedForm, sent: SealedForm, form: Form) -> tuple[SealedForm, bool]:
    """Put the files of a form beside its words, and return whether any is left out: too large, or one too many."""
    whole = [one for one in form.uploads if one.whole]
    if not whole or not locked.has_room(sum(len(one.content) for one in whole)):
        return sent, bool(form.uploads)
    return with_files(sent, whole), len(whole) < len(form.uploads)


def _form() -> Form:
    return read_form(request.environ["wsgi.input"], request.headers.get("Content-Type", ""), request.content_length)


def _from_address() -> SealedForm:
    chosen = known_language(request.args.get("language", ""))
    return SealedForm(language=chosen or preferred(), chosen=chosen is not None)


def _sent(form: Form) -> SealedForm:
    ticket = form.get("form")[:LONGEST_NAME]
    return SealedForm(
        form=ticket if tells_apart(ticket) else fresh_form(),
        words=form.get("words"),
        typed=form.get("number")[:TYPED_AT_MOST],
        do=form.get("do")[:LONGEST_NAME],
        language=known_language(form.get("language")) or preferred(),
        chosen=form.get("chosen") == "yes",
        question=form.get("question")[:LONGEST_NAME],
        corrects=form.get("corrects") == "yes",
    )


def _page(
    locked: LockedForm, sent: SealedForm, here: str = "first", said: str = "", status: int = HTTPStatus.OK
) -> Response:
    """The form, with what was written in it already."""
    return _drawn(locked, sent, "locked", status, said=said, here=here)


def _drawn(locked: LockedForm, sent: SealedForm, template: str, status: int, **values: str | bool | None) -> Response:
    words = Words(sent.language, "UTC", telling=TELLING)
    drawn = render_template(
        f"report/{template}.html",
        **{
            **words.in_templates(),
            "languages": LANGUAGES,
            "longest": LONGEST_TEXT,
            "hotlines": locked.hotlines,
            "in_groups": in_groups,
            "form": sent.form if tells_apart(sent.form) else fresh_form(),
            "words": sent.words,
            "typed": sent.typed,
            "chosen": sent.chosen,
            **values,
        },
    )
    return make_response(drawn, status)
