"""A photo looked at, or a voice listened to, on the spot: never the file that came, but a copy without what it tells.

The copy is made by a process that holds nothing of ours (see :mod:`cases.pictures`), of the dots or the sound alone.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Response

from cases.events import FileViewed
from cases.files import files_kept
from cases.models import FileState
from cases.views.responder import may_open_file, told_to
from cases.views.rows import rows_of
from web.case_files import copy_of
from web.console.addressed import no_case, readable_case

if TYPE_CHECKING:
    from uuid import UUID

    from cases.models import Case
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

PHOTOS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
SHOWN: Final = PHOTOS | {"audio/ogg", "audio/mpeg"}
"""What a browser shows or plays by itself, and what can be written anew."""
MOST: Final = 12
"""Photos that stand beside one form."""
ALONE: Final = "default-src 'none'; sandbox"
"""Opened by itself a copy may do nothing and fetch nothing."""


def photos_of(unit: UnitOfWork, case: Case, role: str) -> list[UUID]:
    """Return the photos that came with the messages of a case a reader of this role may see, as they came."""
    rows = rows_of(unit, case)
    came = [one for message in told_to(rows, role) for one in rows.files.get(message.id, ())]
    here = [file for download, file in came if file is not None and download.state == FileState.STORED]
    return [file.id for file in here if file.media in PHOTOS][:MOST]


def file_shown(gate: Gate, code: str, file: UUID) -> Response:
    """Show the page on which one file of a case one reads is seen or heard."""
    with gate.store.read() as unit:
        media = _media_of(gate, unit, code, file)
    if media is None:
        return no_case(gate)
    response = gate.show("console/file.html", code=code, file=file, is_photo=media in PHOTOS)
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = f"{policy}; media-src 'self'"
    return response


def file_copy(gate: Gate, code: str, file: UUID) -> Response:
    """Give the copy itself, and note that the file was seen; 415 where none can be made."""
    with gate.store.unit(gate.who.actor, rings=False) as unit:
        media, case = _media_of(gate, unit, code, file), readable_case(gate, unit, code)
        if media is None or case is None or gate.who.contact_id is None:
            return no_case(gate)
        unit.record(FileViewed(case_id=case.id, contact_id=gate.who.contact_id, file_id=file))
    copy = copy_of(gate.store, file, media)
    if copy is None:
        return gate.show("console/message.html", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, key="web.file_no_copy")
    response = Response(copy, mimetype=media)
    response.headers["Content-Security-Policy"] = ALONE
    return response


def _media_of(gate: Gate, unit: UnitOfWork, code: str, file: UUID) -> str | None:
    """What kind of file it is: one that can be shown, of a case one reads, which one may see; else None."""
    case = readable_case(gate, unit, code)
    if case is None or gate.who.contact_id is None or may_open_file(unit, file, str(gate.who.role)) != case.id:
        return None
    return next((one.media for one in files_kept(unit, case.id) if one.id == file and one.media in SHOWN), None)
