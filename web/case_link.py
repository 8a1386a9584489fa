"""The page behind a one-time link: looking at it shows nothing, pressing the button shows the case once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template
from sqlalchemy import select

from alerts.screens.opening import reads_case
from cases.events import CaseViewed
from cases.file_links import make_ticket
from cases.links import find_link, language_of_link, use_link
from cases.models import Case
from cases.views.responder import hides_reporter, may_have_original, view_of
from cases.views.rows import rows_of
from contacts.accounts.coercion import is_coerced
from contacts.models import Contact
from texts.zones import known_zone
from web.running import running
from web.trail import trail
from web.words import FALLBACK_LANGUAGE, Words

if TYPE_CHECKING:
    from uuid import UUID

    from cases.models import CaseLink
    from cases.views.responder import ResponderView
    from store.unit_of_work import Store, UnitOfWork

Answer = tuple[str, int]


def case_link_pages(store: Store, zone: str) -> Blueprint:
    """Build the two routes of a link: look (GET) and show (POST)."""
    pages = Blueprint("case_link", __name__)

    def message(unit: UnitOfWork, token: str, key: str) -> str:
        words = Words(language_of_link(unit, token) or FALLBACK_LANGUAGE, zone)
        return render_template("message.html", key=key, **words.in_templates())

    @pages.get("/open/<token>")
    def look(token: str) -> Answer:
        """Show only a button: link previews of messengers must not use the link up."""
        with store.read() as unit:
            link = find_link(unit, token)
            if link is None or _holder(unit, link) is None:
                return message(unit, token, "web.link_invalid"), 404
            code = unit.session.get_one(Case, link.case_id).code
            words = Words(link.language, zone)
        return render_template("link.html", code=code, token=token, **words.in_templates()), 200

    @pages.post("/open/<token>")
    def show(token: str) -> Answer:
        """Use the link up and show the case."""
        with store.unit("web") as unit:
            link = use_link(unit, token)
            if link is None or (contact := _holder(unit, link)) is None:
                return message(unit, token, "web.link_invalid"), 404
            if not reads_case(unit, contact.role, contact.id, link.case_id):
                return message(unit, token, "web.not_accepted"), 403
            unit.actor = f"contact:{contact.id}"
            rows = rows_of(unit, unit.session.get_one(Case, link.case_id))
            view = view_of(unit, rows, contact.role)
            unit.record(CaseViewed(case_id=link.case_id, contact_id=contact.id))
            needs = trail(unit, rows.case, contact.id, with_people=not hides_reporter(contact.role))
            tickets = {file_id: make_ticket(unit, file_id, contact.id) for file_id in stored_files(view)}
            words = Words(link.language, known_zone(contact.timezone) or zone)
            runs = running(rows, contact.role, words.language, rows.case.timezone or zone, unit.now)
        page = render_template(
            "case.html",
            view=view,
            needs=needs,
            tickets=tickets,
            originals=may_have_original(contact.role),
            running=runs,
            **words.in_templates(),
        )
        return page, 200

    return pages


def stored_files(view: ResponderView) -> list[UUID]:
    """Return the files of a view that can be fetched."""
    return [file.id for entry in view.entries for file in entry.files if file.id is not None]


def _holder(unit: UnitOfWork, link: CaseLink) -> Contact | None:
    """Whose link it is, as long as they still help and nobody is thought to force them."""
    found = unit.session.scalars(
        select(Contact).where(Contact.id == link.contact_id, Contact.left_at.is_(None))
    ).one_or_none()
    return None if found is None or is_coerced(unit, found.id) else found
