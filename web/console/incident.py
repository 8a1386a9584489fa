"""Several people at once: the incidents there are, one of them, and what is done for all of its people by one press.

Under duress there is no incident, and every press looks as if it had been done.
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
from alerts.screens.incident_list import incidents_listed
from alerts.screens.incident_reading import incident_shown, is_another_look, note_view
from alerts.search.acks import Ack, accept_need
from alerts.search.following_up import reach
from alerts.search.taking_in import gather_reports
from cases.changed import ChangedMeanwhileError
from cases.consent.errors import ConsentError
from cases.consent.people import enter_fact
from cases.docket.entering import ABOUT_HEARINGS, Entry, EntryError, When, enter
from cases.docket.promising import PromiseError, family_told, promise_update
from cases.incidents.opening import IncidentError, leave
from contacts.accounts.roles import Ability, can
from web.console.docket_forms import choices, entry_given
from web.console.entered import RefusedError, instant_given, words_given
from web.console.gate import Guard
from web.console.incident_making import begin, make, no_incident, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from alerts.screens.incident_reading import IncidentShown, PersonLine
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

MAKES: Final = Guard(ability=Ability.CLOSE)
"""Who answers for a case from its beginning to its end also makes many of one list."""
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


def look(gate: Gate, incident: str) -> Response:
    """Show an incident, and note who was shown whose name."""
    return _page(gate, incident)


def _page(gate: Gate, code: str, trouble: str = "") -> Response:
    with gate.store.read() as unit:
        shown = incident_shown(unit, code, gate.who)
        unit.session.expunge_all()
    if shown is None or gate.who.contact_id is None:
        return no_incident(gate)
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
        return no_incident(gate)
    with gate.store.unit(gate.who.actor) as unit:
        shown = incident_shown(unit, incident, gate.who)
        if shown is None:
            return no_incident(gate)
        ack = Ack.TAKEN if shown.takes is None else accept_need(unit, shown.takes, gate.who.contact_id)
    return gate.to("incident.look", incident=incident, said=SAID.get(ack, "taken"))


def act(gate: Gate, incident: str) -> Response:
    """Do one thing for several people: those that were ticked, or all, as far as whoever presses reads their cases."""
    use = USES.get(request.form.get("do", ""))
    if use is None or gate.who.duress or (use is _leave and not can(gate.who.role, Ability.CLOSE)):
        return no_incident(gate)
    try:
        with gate.store.unit(gate.who.actor) as unit:
            shown = incident_shown(unit, incident, gate.who)
            if shown is None:
                return no_incident(gate)
            use(_deed(gate, unit, shown))
    except RefusedError as error:
        return _page(gate, incident, error.key)
    except PromiseError:
        return _page(gate, incident, "web.incident_when_promised")
    except (ChangedMeanwhileError, ConsentError, EntryError, IncidentError):
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
    entry = entry_given(deed.shown.zone, deed.unit.now)
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
