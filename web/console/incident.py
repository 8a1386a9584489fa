"""Several people at once: a list is pasted, looked at by a human, and becomes an incident whose cases stay together.

Until the human has said so nothing of a list is kept: it stands in the form alone. Under duress there is no incident,
and every press looks as if it had been done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request

from alerts.messages.clusters import proposed_incidents
from alerts.needs.company import look_at
from alerts.occasions.surge import BY_LOAD, begin_surge, end_surge, surging
from alerts.policy.milestones import Milestone
from alerts.screens.incident_reading import incident_shown, incidents_listed, is_another_look, note_view
from alerts.search.acks import Ack, accept_need
from alerts.search.following_up import reach
from alerts.search.taking_in import gather_reports, take_in, take_in_more
from cases.consent.errors import ConsentError
from cases.consent.people import enter_fact
from cases.consent.values import LONGEST, value_of
from cases.docket.entering import Entry, EntryError, When, enter
from cases.docket.promising import FARTHEST, PromiseError, family_told, promise_update
from cases.events import CaseViewed
from cases.incidents.opening import LIKELY_LANGUAGE, LONGEST_NOTE, MEASURES, Happening, IncidentError, leave
from cases.incidents.reading import LONGEST_TEXT, MOST_PEOPLE, ListError, Piece, as_confirmed, read_list
from cases.incidents.tables import read_table
from cases.triage import words_of
from contacts.accounts.roles import Ability, can
from contacts.csv_table import UnreadableError
from texts.catalogue import LANGUAGES
from web.console.addressed import readable_case
from web.console.case_acts import (
    ABOUT_HEARINGS,
    RefusedError,
    choices,
    entry_given,
    instant_given,
    words_given,
)
from web.console.file_shown import photos_of
from web.console.gate import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from alerts.screens.incident_reading import IncidentShown, PersonLine
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

MAKES: Final = Guard(ability=Ability.CLOSE)
"""Who answers for a case from its beginning to its end also makes many of one list."""
LARGEST_LIST: Final = {"incident.read": 1024 * 1024, "incident.make": 480 * 1024}
"""Bytes of a list as it is pasted or as a table, and of three hundred lines that were looked at."""
BLANK_ROWS: Final = 2
HOURS: Final = (1, 3, 12)
"""For how long somebody can have only the first questions asked."""
SAID: Final = {Ack.YOURS: "accepted", Ack.TAKEN: "taken"}


def incident_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("incident", __name__)
    gate.page(pages, "/console/incidents", look_through, Guard(ability=Ability.OPEN_CASE))
    gate.page(pages, "/console/incidents/new", begin, MAKES)
    gate.press(pages, "/console/incidents/read", read, MAKES)
    gate.press(pages, "/console/incidents/make", make, MAKES)
    gate.press(pages, "/console/incidents/gather", gather, MAKES)
    gate.press(pages, "/console/incidents/surge", surge, MAKES)
    gate.page(pages, "/console/incident/<incident>", look, Guard(ability=Ability.OPEN_CASE))
    gate.press(pages, "/console/incident/<incident>/accept", accept, MAKES)
    gate.press(pages, "/console/incident/<incident>/act", act, Guard(ability=Ability.ENTER))
    return pages


def look_through(gate: Gate) -> Response:
    """Show the incidents one may know of; to who makes them also what may be one, and whether there is a surge."""
    makes = can(gate.who.role, Ability.CLOSE) and not gate.who.duress
    with gate.store.read() as unit:
        listed = incidents_listed(unit, gate.who)
        proposed = proposed_incidents(unit) if makes else []
        running = surging(unit) if makes else None
        unit.session.expunge_all()
    return gate.show(
        "console/incidents.html",
        incidents=listed,
        makes=can(gate.who.role, Ability.CLOSE),
        proposed=proposed,
        surge=running,
        by_load=running is not None and running.began_by == BY_LOAD,
        hours=HOURS,
    )


def gather(gate: Gate) -> Response:
    """Make one incident of reports that may be of one."""
    if gate.who.duress:
        return gate.to("incident.look_through", said="done")
    with gate.store.unit(gate.who.actor) as unit:
        wanted = request.form.get("cluster", "")
        found = next((one for one in proposed_incidents(unit) if str(one.cluster_id) == wanted), None)
        if found is None:
            return gate.to("incident.look_through", said="taken")
        code = gather_reports(unit, found).code
    return gate.to("incident.look", incident=code, said="done")


def surge(gate: Gate) -> Response:
    """Have only the first questions asked for some hours, or everything again."""
    if gate.who.duress:
        return gate.to("incident.look_through", said="done")
    hours = request.form.get("hours", "")
    with gate.store.unit(gate.who.actor) as unit:
        if hours in map(str, HOURS):
            begin_surge(unit, gate.who.actor, unit.now + timedelta(hours=int(hours)))
        elif request.form.get("do") == "end":
            end_surge(unit, gate.who.actor)
    return gate.to("incident.look_through", said="done")


# A list


def begin(gate: Gate) -> Response:
    """Ask for a list. ``report``: of a case one reads; its words stand in the form. ``incident``: to add to it."""
    text, report = "", request.args.get("report", "")
    if report and not gate.who.duress:
        with gate.store.unit(gate.who.actor) as unit:
            case = readable_case(gate, unit, report)
            if case is None or gate.who.contact_id is None:
                return _no_incident(gate)
            text = "\n".join(words_of(unit, case.id))
            unit.record(CaseViewed(case_id=case.id, contact_id=gate.who.contact_id))
    return _ask(gate, text=text[:LONGEST_TEXT], report=report, incident=request.args.get("incident", ""))


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
    """Return what stands beside the form: the photos of the report it is of, if one reads that."""
    if not report:
        return []
    with gate.store.read() as unit:
        case = readable_case(gate, unit, report)
        return [] if case is None else photos_of(unit, case)


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
    return _no_incident(gate) if code is None else gate.to("incident.look", incident=code, said="done")


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


# An incident


def look(gate: Gate, incident: str) -> Response:
    """Show an incident, and note who was shown whose name."""
    return _page(gate, incident)


def _page(gate: Gate, code: str, trouble: str = "") -> Response:
    with gate.store.read() as unit:
        shown = incident_shown(unit, code, gate.who)
        unit.session.expunge_all()
    if shown is None or gate.who.contact_id is None:
        return _no_incident(gate)
    if shown.reads_any and (not gate.is_refresh or is_another_look(shown, gate.store.clock.now())):
        with gate.store.unit(gate.who.actor, rings=False) as unit:
            note_view(unit, shown, gate.who.contact_id)
    return gate.show(
        "console/incident.html",
        HTTPStatus.CONFLICT if trouble else HTTPStatus.OK,
        shown=shown,
        works=shown.reads_any and can(gate.who.role, Ability.ENTER),
        makes=can(gate.who.role, Ability.CLOSE),
        forms=choices(gate.words()),
        trouble=trouble,
    )


def accept(gate: Gate, incident: str) -> Response:
    """Take all of it: the coordinators' need of each of its people that nobody has."""
    if gate.who.duress or gate.who.contact_id is None:
        return _no_incident(gate)
    with gate.store.unit(gate.who.actor) as unit:
        shown = incident_shown(unit, incident, gate.who)
        if shown is None:
            return _no_incident(gate)
        ack = Ack.TAKEN if shown.takes is None else accept_need(unit, shown.takes, gate.who.contact_id)
    return gate.to("incident.look", incident=incident, said=SAID.get(ack, "taken"))


def act(gate: Gate, incident: str) -> Response:
    """Do one thing for several people: those that were ticked, or all, as far as whoever presses reads their cases."""
    if gate.who.duress:
        return _no_incident(gate)
    use = USES.get(request.form.get("do", ""))
    try:
        with gate.store.unit(gate.who.actor) as unit:
            shown = incident_shown(unit, incident, gate.who)
            if shown is None or use is None:
                return _no_incident(gate)
            use(_deed(gate, unit, shown))
    except RefusedError as error:
        return _page(gate, incident, error.key)
    except PromiseError:
        return _page(gate, incident, "web.incident_when_promised")
    except (ConsentError, EntryError, IncidentError):
        return _page(gate, incident, "web.incident_refused")
    return gate.to("incident.look", incident=incident, said="done")


@dataclass(frozen=True)
class Deed:
    """What is done at once: for these people, by this contact."""

    unit: UnitOfWork
    shown: IncidentShown
    lines: Sequence[PersonLine]
    contact_id: UUID


def _deed(gate: Gate, unit: UnitOfWork, shown: IncidentShown) -> Deed:
    wanted, everybody = set(request.form.getlist("case")), bool(request.form.get("everybody"))
    lines = [one for one in shown.people if one.reads and not one.closed and (everybody or one.code in wanted)]
    if not lines or gate.who.contact_id is None:
        raise RefusedError("web.incident_choose")
    return Deed(unit, shown, lines, gate.who.contact_id)


def _transfer(deed: Deed) -> None:
    """Enter that they were taken elsewhere, and where to, if it is known."""
    place = words_given("place")
    when = instant_given("at", deed.shown.zone) if request.form.get("at") else When(deed.unit.now)
    if when.at > deed.unit.now:
        raise RefusedError("web.case_not_yet")
    for line in deed.lines:
        enter(deed.unit, line.case_id, Entry("transferred", when, source=words_given("source")), zone=line.zone)
    for line in deed.lines if place else ():
        enter_fact(deed.unit, line.case_id, "place", place, source=words_given("source"))


def _event(deed: Deed) -> None:
    """Enter the same for each. Which hearing is moved or called off must be said in each case."""
    entry = entry_given(deed.unit, deed.shown.zone)
    if entry.event in ABOUT_HEARINGS and entry.event != "hearing_scheduled":
        raise RefusedError("web.incident_each_hearing")
    for line in deed.lines:
        enter(deed.unit, line.case_id, entry, zone=line.zone)


def _told(deed: Deed) -> None:
    """Note that these families were told; the next word is promised with it."""
    for line in deed.lines:
        if line.promise_id is not None:
            family_told(deed.unit, line.case_id, deed.unit.actor, seen=line.promise_id)


def _promise(deed: Deed) -> None:
    """Promise these families a word by an hour."""
    if not request.form.get("at"):
        raise RefusedError("web.case_when_unclear")
    when = instant_given("at", deed.shown.zone)
    if not deed.unit.now < when.at <= deed.unit.now + FARTHEST:
        raise RefusedError("web.incident_when_promised")
    for line in deed.lines:
        promise_update(deed.unit, line.case_id, when.at, seen=line.promise_id)


def _reached(milestone: Milestone) -> Callable[[Deed], None]:
    def note(deed: Deed) -> None:
        """Note how far whoever presses has come with what they have of these."""
        for line in deed.lines:
            for need in (line.lawyer, line.coordinator):
                if need is not None and need.mine:
                    reach(deed.unit, need.need_id, deed.contact_id, milestone)

    return note


def _leave(deed: Deed) -> None:
    """Take people out of the incident who do not belong to it; their cases stay."""
    for line in deed.lines:
        leave(deed.unit, deed.shown.id, line.case_id)
    look_at(deed.unit, [line.case_id for line in deed.lines])


USES: Final[Mapping[str, Callable[[Deed], None]]] = {
    "transfer": _transfer,
    "event": _event,
    "told": _told,
    "promise": _promise,
    "contact_made": _reached(Milestone.CONTACT_MADE),
    "filed": _reached(Milestone.FILED),
    "leave": _leave,
}


def _no_incident(gate: Gate) -> Response:
    """Answer for an incident that is not there as for one that is not theirs."""
    return gate.show("console/message.html", HTTPStatus.NOT_FOUND, key="web.incident_none")
