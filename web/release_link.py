"""The page behind a recipient's link: looking shows nothing, pressing shows what left, as long as it may be seen."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, render_template, request

from alerts.needs.ways import language_of
from cases.consent.deciding import PRESS
from cases.consent.vocabulary import Audience
from cases.releases.deciding import GOOD_FOR
from cases.releases.opening import Opened, Refused, acknowledge, code_of_release, find_recipient, open_release
from contacts.models import Contact
from texts.zones import known_zone
from web.words import FALLBACK_LANGUAGE, Words

if TYPE_CHECKING:
    from datetime import datetime

    from cases.releases.models import ReleaseRecipient
    from store.unit_of_work import Store, UnitOfWork

COOKIE = "panah_device"
SAID = {
    Refused.UNKNOWN: ("web.release_unknown", HTTPStatus.NOT_FOUND),
    Refused.ELSEWHERE: ("web.release_elsewhere", HTTPStatus.FORBIDDEN),
    Refused.RECALLED: ("web.release_recalled", HTTPStatus.GONE),
    Refused.CHANGED: ("web.release_changed", HTTPStatus.GONE),
}
Answer = tuple[str, int] | Response


def release_pages(store: Store, zone: str, *, secure: bool) -> Blueprint:
    """Build the routes of a recipient's link. ``secure``: cookies travel by https only."""
    pages = Blueprint("release_link", __name__)

    @pages.get("/release/<token>")
    def look_at_release(token: str) -> Answer:
        """Show only a button: whatever opens links by itself opens nothing."""
        with store.read() as unit:
            recipient = find_recipient(unit, token)
            words = _words_for(unit, recipient, zone)
            if recipient is None:
                return _refuse(words, Refused.UNKNOWN)
            code = code_of_release(unit, recipient)
        return render_template("release_ask.html", code=code, token=token, **words.in_templates()), HTTPStatus.OK

    @pages.post("/release/<token>")
    def show_release(token: str) -> Answer:
        """Show what left, and note who was shown it."""
        with store.unit("web") as unit:
            words = _words_for(unit, _known(unit, token), zone)
            opened = open_release(unit, token, request.cookies.get(COOKIE))
            now = unit.now
        if isinstance(opened, Refused):
            return _refuse(words, opened)
        return _on_this_device(make_response(_page(opened, words, token, now)), opened, token, secure=secure)

    @pages.post("/release/<token>/received")
    def release_received(token: str) -> Answer:
        """Note that they have it in hand."""
        with store.unit("web") as unit:
            words = _words_for(unit, _known(unit, token), zone)
            refused = acknowledge(unit, token, request.cookies.get(COOKIE))
        if refused is not None:
            return _refuse(words, refused)
        return render_template("message.html", key="web.release_thanks", **words.in_templates()), HTTPStatus.OK

    return pages


def _known(unit: UnitOfWork, token: str) -> ReleaseRecipient | None:
    """Whose link it is; what happens in this unit is theirs."""
    recipient = find_recipient(unit, token)
    if recipient is not None:
        unit.actor = f"contact:{recipient.contact_id}"
    return recipient


def _words_for(unit: UnitOfWork, recipient: ReleaseRecipient | None, zone: str) -> Words:
    contact = None if recipient is None else unit.session.get_one(Contact, recipient.contact_id)
    if contact is None:
        return Words(FALLBACK_LANGUAGE, zone)
    return Words(language_of(unit, contact), known_zone(contact.timezone) or zone)


def _refuse(words: Words, why: Refused) -> Answer:
    key, status = SAID[why]
    return render_template("message.html", key=key, **words.in_templates()), status


def _page(opened: Opened, words: Words, token: str, now: datetime) -> str:
    audience = opened.view.audience
    return render_template(
        "release.html",
        view=opened.view,
        lead=f"web.release_lead_{audience.in_keys}",
        acknowledges=audience is Audience.UNHCR and opened.recipient.acknowledged_at is None,
        sure=audience not in PRESS,
        now=now,
        token=token,
        **words.in_templates(),
    )


def _on_this_device(answer: Response, opened: Opened, token: str, *, secure: bool) -> Response:
    answer.set_cookie(
        COOKIE,
        opened.device,
        max_age=int(GOOD_FOR.total_seconds()),
        path=f"/release/{token}",
        secure=secure,
        httponly=True,
        samesite="Strict",
    )
    return answer
