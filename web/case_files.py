"""The files of a case: handed out as they were received, to be saved and never to be shown here."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort
from sqlalchemy import select

from alerts.reading import reads_case
from cases.events import FileViewed
from cases.file_links import read_ticket
from cases.media import suffix_of
from cases.models import Case
from cases.views.responder import may_open_file
from contacts.accounts.directory import account_of, role_of
from contacts.models import Contact
from store.files import StoredFile, read_file

if TYPE_CHECKING:
    from uuid import UUID

    from cases.file_links import Ticket
    from store.unit_of_work import Store, UnitOfWork


def case_file_pages(store: Store) -> Blueprint:
    """Build the one route of files; whoever fetches one still has to hold the case, and every fetch is logged."""
    pages = Blueprint("case_files", __name__)

    @pages.get("/file/<ticket>")
    def fetch(ticket: str) -> Response:
        """Hand out one file as an attachment without a type, so that no browser opens it by itself."""
        with store.unit("web") as unit:
            asked = read_ticket(unit, ticket)
            case_id = None if asked is None else _case_of(unit, asked)
            if asked is None or case_id is None:
                abort(HTTPStatus.NOT_FOUND)
            unit.actor = f"contact:{asked.contact_id}"
            unit.record(FileViewed(case_id=case_id, contact_id=asked.contact_id, file_id=asked.file_id))
            file = unit.session.get_one(StoredFile, asked.file_id)
            code = unit.session.get_one(Case, case_id).code
            name = f"{code}-{file.id.hex[-8:]}.{suffix_of(file.media or '')}"
            size = file.size or 0
        response = Response(read_file(store, asked.file_id), mimetype="application/octet-stream")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.content_length = size
        return response

    return pages


def _case_of(unit: UnitOfWork, asked: Ticket) -> UUID | None:
    """The case the file belongs to, if whoever asks still helps, may still read it and may see this file of it."""
    contact = unit.session.scalars(
        select(Contact).where(Contact.id == asked.contact_id, Contact.left_at.is_(None))
    ).one_or_none()
    case_id = None if contact is None else may_open_file(unit, asked.file_id, contact.role)
    if contact is None or case_id is None:
        return None
    account = account_of(unit, contact.id)
    role = None if account is None else role_of(unit, account)
    return case_id if reads_case(unit, role or contact.role, contact.id, case_id) else None
