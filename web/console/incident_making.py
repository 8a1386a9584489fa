"""A list of people is pasted, looked at by a human, and becomes an incident.

Until the human has said so nothing of a list is kept: it stands in the form alone. Under duress there is no incident,
and the press looks as if it had been done.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Response, request

from alerts.screens.incident_reading import incident_shown
from alerts.screens.opening import opened_by_code
from alerts.search.taking_in import take_in, take_in_more
from cases.consent.errors import ConsentError
from cases.consent.values import LONGEST, value_of
from cases.docket.entering import EntryError, When
from cases.incidents.opening import LIKELY_LANGUAGE, LONGEST_NOTE, MEASURES, Happening, IncidentError
from cases.incidents.reading import LONGEST_TEXT, MOST_PEOPLE, ListError, Piece, as_confirmed, read_list
from cases.incidents.tables import read_table
from cases.views.responder import view_of
from cases.views.rows import rows_of
from contacts.csv_table import UnreadableError
from texts.catalogue import LANGUAGES
from web.console.addressed import readable_case, viewed
from web.console.entered import RefusedError, instant_given, words_given
from web.console.file_shown import photos_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from cases.models import Case
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

LARGEST_LIST: Final = {"incident.read": 1024 * 1024, "incident.make": 480 * 1024}
"""Bytes of a list as it is pasted or as a table, and of three hundred lines that were looked at."""
BLANK_ROWS: Final = 2


def begin(gate: Gate) -> Response:
    """Ask for a list. ``report``: of a case one reads; its words stand in the form. ``incident``: to add to it."""
    text, report = "", request.args.get("report", "")
    if report and not gate.who.duress:
        with gate.store.unit(gate.who.actor) as unit:
            opened = opened_by_code(unit, report, gate.who)
            if opened is None:
                return no_incident(gate)
            text = _told(unit, opened.case, str(gate.who.role))
            unit.record_at(viewed(gate, opened.case.id), opened.end)
    return _ask(gate, text=text[:LONGEST_TEXT], report=report, incident=request.args.get("incident", ""))


def _told(unit: UnitOfWork, case: Case, role: str) -> str:
    """What was told in a case, as far as its reader may see it: what is for counsel alone stands in no form."""
    return "\n".join(one.text for one in view_of(unit, rows_of(unit, case), role, docket=()).entries if one.text)


def _ask(gate: Gate, trouble: str = "", **values: str) -> Response:
    status = HTTPStatus.BAD_REQUEST if trouble else HTTPStatus.OK
    given = {"text": "", "report": "", "incident": "", **values}
    return gate.show(
        "console/incident_new.html",
        status,
        trouble=trouble,
        longest=LONGEST_TEXT,
        photos=_photos(gate, given["report"]),
        **given,
    )


def _photos(gate: Gate, report: str) -> list[UUID]:
    """Return what stands beside the form: the photos of the report it is of that its reader may see."""
    if not report:
        return []
    with gate.store.read() as unit:
        case = readable_case(gate, unit, report)
        return [] if case is None else photos_of(unit, case, str(gate.who.role))


def read(gate: Gate) -> Response:
    """Read what was pasted or uploaded, and have a human look at every piece of it."""
    given = {name: request.form.get(name, "") for name in ("text", "report", "incident")}
    sent = request.files.get("table")
    try:
        pieces: tuple[Piece, ...] = read_list(given["text"])
        if sent is not None and sent.filename:
            pieces += read_table(sent.read())
    except ListError:
        return _ask(gate, "web.incident_too_long", **given)
    except UnreadableError:
        return _ask(gate, "web.incident_unreadable", **given)
    if not pieces:
        return _ask(gate, "web.incident_nothing", **given)
    rows = [Row(one.written, one.name or one.written, one.remark, one.is_person) for one in pieces]
    return _confirm(gate, rows)


@dataclass(frozen=True)
class Row:
    """One piece of a list in the form by which a human looks at it."""

    written: str
    name: str
    remark: str
    is_person: bool


def _confirm(gate: Gate, rows: Sequence[Row], trouble: str = "") -> Response:
    blank = [Row("", "", "", is_person=False)] * BLANK_ROWS
    return gate.show(
        "console/incident_confirm.html",
        HTTPStatus.BAD_REQUEST if trouble else HTTPStatus.OK,
        rows=[*(row for row in rows if row.name), *blank],
        people=sum(row.is_person for row in rows),
        measures=MEASURES,
        languages=LANGUAGES,
        likely=LIKELY_LANGUAGE,
        zone=gate.words().zone,
        given=request.form,
        photos=_photos(gate, request.form.get("report", "")),
        report=request.form.get("report", ""),
        trouble=trouble,
        longest=LONGEST,
        longest_note=LONGEST_NOTE,
        most=MOST_PEOPLE,
    )


def make(gate: Gate) -> Response:
    """Make an incident of what the human has confirmed, or add to one, and have it known."""
    if gate.who.duress:
        return gate.to("incident.look_through", said="done")
    rows = _rows_given()
    people = [as_confirmed(row.written or row.name, row.name, row.remark) for row in rows if row.is_person]
    unread = [row.written or row.name for row in rows if not row.is_person and (row.written or row.name)]
    try:
        with gate.store.unit(gate.who.actor) as unit:
            code = _make(gate, unit, people, unread)
    except RefusedError as error:
        return _confirm(gate, rows, error.key)
    except (ConsentError, IncidentError, EntryError):
        return _confirm(gate, rows, "web.incident_refused")
    return no_incident(gate) if code is None else gate.to("incident.look", incident=code, said="done")


def _make(gate: Gate, unit: UnitOfWork, people: Sequence[Piece], unread: Sequence[str]) -> str | None:
    if not people:
        raise RefusedError("web.incident_nobody")
    given, happening = request.form, _happening(gate, unit)
    taken_by = gate.who.contact_id if given.get("take") else None
    if given.get("incident"):
        shown = incident_shown(unit, given["incident"], gate.who)
        if shown is None or not shown.reads_any:
            return None
        take_in_more(unit, shown.id, happening, people, taken_by=taken_by)
        return shown.code
    report = None
    if given.get("report"):
        case = readable_case(gate, unit, given["report"])
        if case is None:
            return None
        report = case.id
    return take_in(unit, happening, people, unread=unread, report=report, taken_by=taken_by).code


def _rows_given() -> list[Row]:
    given = request.form
    names, remarks, written = (given.getlist(name) for name in ("name", "remark", "written"))
    ticked = set(given.getlist("person"))
    together = zip(names, remarks, written, strict=False)
    rows = [Row(text, name.strip(), remark, str(n) in ticked) for n, (name, remark, text) in enumerate(together)]
    return [row for row in rows if row.name or row.written]


def _happening(gate: Gate, unit: UnitOfWork) -> Happening:
    given, zone = request.form, gate.words().zone
    when = instant_given("at", zone) if given.get("at") else When(unit.now)
    if when.at > unit.now:
        raise RefusedError("web.case_not_yet")
    if given.get("measure") not in MEASURES:
        raise RefusedError("web.case_wrong")
    region, feared = given.get("region", "").strip(), given.get("feared", "").strip()
    language = given.get("language", "")
    return Happening(
        measure=given["measure"],
        happened=when,
        zone=zone,
        language=language if language in LANGUAGES else LIKELY_LANGUAGE,
        until=instant_given("until", zone) if given.get("until") else None,
        region=value_of("region", region) if region else None,
        threatened_state=value_of("feared_state", feared) if feared else None,
        place=words_given("place"),
        notes=words_given("notes"),
    )


def no_incident(gate: Gate) -> Response:
    """Answer for an incident that is not there as for one that is not theirs."""
    return gate.show("console/message.html", HTTPStatus.NOT_FOUND, key="web.incident_none")
