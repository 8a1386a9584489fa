"""The files of a case, to be saved and never to be shown here: as they were received, or without what they tell."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request
from sqlalchemy import select

from alerts.needs.ways import language_of
from alerts.screens.opening import reads_case
from cases.events import FileViewed
from cases.file_links import read_ticket
from cases.media import suffix_of, suffix_of_copy
from cases.models import Case
from cases.pictures import CLEANED, NotCleanedError, without_metadata
from cases.views.responder import may_have_original, may_open_file
from contacts.accounts.directory import account_of, role_of
from contacts.models import Contact
from store.errors import UnreadableError
from store.files import StoredFile, read_file
from texts.catalogue import say_plain

if TYPE_CHECKING:
    from uuid import UUID

    from cases.file_links import Ticket
    from store.unit_of_work import Store, UnitOfWork


def case_file_pages(store: Store) -> Blueprint:
    """Build the one route of files; whoever fetches one still has to hold the case, and every fetch is logged."""
    pages = Blueprint("case_files", __name__)

    @pages.get("/file/<ticket>")
    def fetch(ticket: str) -> Response:
        """Hand out one file as an attachment without a type, so that no browser opens it by itself.

        It goes without what it tells about itself, unless ``?as=original`` asks for it as it came. That, and every
        kind of file that cannot be cleaned, is for those roles only that may have originals. Where no copy can be
        made, the answer says why.
        """
        original = request.args.get("as") == "original"
        with store.unit("web") as unit:
            asked = read_ticket(unit, ticket)
            allowed = None if asked is None else _case_of(unit, asked)
            if asked is None or allowed is None:
                abort(HTTPStatus.NOT_FOUND)
            case_id, role, language = allowed
            file = unit.session.get_one(StoredFile, asked.file_id)
            media = file.media or ""
            as_it_came = original or media not in CLEANED
            if as_it_came and not may_have_original(role):
                abort(HTTPStatus.NOT_FOUND)
            unit.actor = f"contact:{asked.contact_id}"
            unit.record(FileViewed(case_id=case_id, contact_id=asked.contact_id, file_id=asked.file_id))
            code = unit.session.get_one(Case, case_id).code
            ending = suffix_of(media) if as_it_came else suffix_of_copy(media)
            name = f"{code}-{file.id.hex[-8:]}{'' if as_it_came else '-clean'}.{ending}"
            size = file.size or 0
        if as_it_came:
            response = Response(read_file(store, asked.file_id), mimetype="application/octet-stream")
            response.content_length = size
        else:
            copy = copy_of(store, asked.file_id, media)
            if copy is None:
                words = say_plain("web.file_no_copy", language)
                return Response(f"{words}\n", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, mimetype="text/plain")
            response = Response(copy, mimetype="application/octet-stream")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    return pages


def copy_of(store: Store, file_id: UUID, media: str) -> bytes | None:
    """The file without what it tells; None where there is no such copy, or no file any more: then nothing leaves."""
    try:
        return without_metadata(b"".join(read_file(store, file_id)), media)
    except (NotCleanedError, UnreadableError):
        return None


def _case_of(unit: UnitOfWork, asked: Ticket) -> tuple[UUID, str, str] | None:
    """The case of the file, role and language of whoever asks, if they still help, hold it and may see this file."""
    contact = unit.session.scalars(
        select(Contact).where(Contact.id == asked.contact_id, Contact.left_at.is_(None))
    ).one_or_none()
    case_id = None if contact is None else may_open_file(unit, asked.file_id, contact.role)
    if contact is None or case_id is None:
        return None
    account = account_of(unit, contact.id)
    role = (None if account is None else role_of(unit, account)) or contact.role
    return (case_id, str(role), language_of(unit, contact)) if reads_case(unit, role, contact.id, case_id) else None
