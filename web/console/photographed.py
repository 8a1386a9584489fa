"""The photo of a list beside the form it is typed into: never the file that came, but a copy of its dots.

The copy is made by a process that holds nothing of ours (see :mod:`cases.pictures`), of kinds that are dots alone.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Response

from cases.events import FileViewed
from cases.files import files_kept
from cases.pictures import NotCleanedError, without_metadata
from cases.views.responder import may_open_file
from store.errors import UnreadableError
from store.files import read_file
from web.console.person import no_case, readable_case

if TYPE_CHECKING:
    from uuid import UUID

    from cases.models import Case
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

PHOTOS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
MOST: Final = 12
"""Photos that stand beside one form."""


def photos_of(unit: UnitOfWork, case: Case) -> list[UUID]:
    """Return the photos that came with the report of a case, in the order in which they came."""
    return [one.id for one in files_kept(unit, case.id) if one.media in PHOTOS][:MOST]


def photo(gate: Gate, report: str, file: UUID) -> Response:
    """Show one photo of a report one reads, and note that it was seen."""
    with gate.store.unit(gate.who.actor, rings=False) as unit:
        case, seen_by = readable_case(gate, unit, report), gate.who.contact_id
        kept = [] if case is None else [one for one in files_kept(unit, case.id) if one.id == file]
        if case is None or seen_by is None or not kept or may_open_file(unit, file, str(gate.who.role)) != case.id:
            return no_case(gate)
        unit.record(FileViewed(case_id=case.id, contact_id=seen_by, file_id=file))
        media = kept[0].media or ""
    try:
        copy = without_metadata(b"".join(read_file(gate.store, file)), media if media in PHOTOS else "")
    except (NotCleanedError, UnreadableError):
        return Response("", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, mimetype="text/plain")
    response = Response(copy, mimetype=media)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
