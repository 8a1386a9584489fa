"""One case: how it stands, what runs, who was asked, all that was entered, and what to do about it.

Looking takes eight statements whatever the size of the case, and a full look is logged. What is done here stands in
:mod:`web.console.case_acts`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from flask import Blueprint, Response, request, url_for

from alerts.models import SOUGHT
from alerts.screens.opening import opened_by_code
from alerts.search.assigning import lawyers_among, people_for
from cases.consent.agreeing import standing_from
from cases.consent.vocabulary import Audience
from cases.docket.reading import case_by_code
from cases.file_links import make_ticket
from cases.notes import SHOWN_TO, note_of
from cases.views.audience import standing_in
from cases.views.responder import hides_reporter, may_have_original, told_to, view_of
from cases.views.rows import SETS, rows_from
from contacts.accounts.roles import Ability, can
from contacts.directory import name_of
from contacts.models import Contact
from store.data_keys import SYSTEM, case_scope, contact_scope
from store.sets import Together
from web.case_link import stored_files
from web.console import case_acts
from web.console.addressed import no_case, note_shown, reader_of
from web.console.call_script import script_of
from web.console.case_shown import CaseShown, pages_of
from web.console.docket_forms import choices
from web.console.file_shown import SHOWN, file_copy, file_shown
from web.console.gate import Guard
from web.console.paging import id_in
from web.console.person import matrix_of
from web.console.pretending import feigned, shown_to
from web.running import running
from web.trail import search_from, search_sets, trail_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from alerts.screens.opening import Opened
    from cases.views.rows import CaseRows
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

LOGGED_AGAIN_AFTER: Final = timedelta(minutes=10)
"""A page that follows the database is one look; after so long it counts as another."""

EVERYTHING: Final = {runs_team: Together({**SETS, **search_sets(with_people=runs_team)}) for runs_team in (False, True)}
"""What is kept of a case and who was sought for it, to be read by one statement; for who runs the team also who was
asked."""

MOST_DENIED: Final = 20
"""Answers "not here" that stand beside each other; the log has them all."""


def case_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("case", __name__)
    gate.page(pages, "/console/case/<code>", look, Guard(ability=Ability.OPEN_CASE))
    gate.page(pages, "/console/case/<code>/file/<uuid:file>", file_shown, Guard(ability=Ability.OPEN_CASE))
    gate.page(pages, "/console/case/<code>/file/<uuid:file>/copy", file_copy, Guard(ability=Ability.OPEN_CASE))
    for name, (use, ability) in case_acts.USES.items():
        path = f"/console/case/<code>/{name.replace('_', '-')}"
        gate.press(pages, path, case_acts.press(name, use, feigned(name)), Guard(ability=ability))
    return pages


def look(gate: Gate, code: str) -> Response:
    """Show a case to whoever reads it, and log it. The session goes with requests of our pages alone: no preview."""
    if gate.who.duress:
        return _feigned(gate, code)
    with gate.store.read() as unit:
        opened = opened_by_code(unit, code, gate.who)
        if opened is None:
            return no_case(gate)
        shown = _shown(gate, unit, opened)
        unit.session.expunge_all()  # it is drawn when the unit is over
    if not gate.is_refresh or _is_another_look(opened, gate):
        note_shown(gate, opened.case.id, opened.end)
    return gate.show("console/case.html", **shown)


def _is_another_look(opened: Opened, gate: Gate) -> bool:
    return opened.shown_at is None or gate.store.clock.now() - opened.shown_at >= LOGGED_AGAIN_AFTER


def _shown(gate: Gate, unit: UnitOfWork, opened: Opened) -> dict[str, Any]:
    """Everything the page shows: read first, in sets, then said. The keys it takes are fetched at once."""
    case, role, reader_id = opened.case, gate.who.role, reader_of(gate)
    runs_team = not hides_reporter(role)
    found = EVERYTHING[runs_team].of(unit.session, case.id)
    rows, search = rows_from(case, found), search_from(case, found)
    wants_lawyer = not opened.is_closed and can(role, Ability.ASSIGN) and _lacks_lawyer(search.needs)
    people = people_for(unit, case, _authors(rows, role), lawyers=wants_lawyer)
    scopes = {contact_scope(one.id) for one in (*search.contacts(), *people.named.values())}
    scopes |= {contact_scope(one.id) for one, *_ in people.lawyers}
    unit.vault.fetch([SYSTEM, case_scope(case.id), *scopes])

    words = gate.words()
    zone = case.timezone or gate.zone
    about = id_in(request.args.get("about"))
    log = pages_of(rows.occurrences[::-1], request.args.get("log"))
    denied = [one for one in rows.occurrences if one.kind == "not_here"][-MOST_DENIED:]
    opened_ = {one.id: one for one in (*log.items, *denied, *(one for one in rows.occurrences if one.id == about))}
    told = pages_of(told_to(rows, role)[::-1], request.args.get("told"))
    view = view_of(unit, rows, role, docket=list(opened_.values()), told={one.id for one in told.items})
    needs = trail_of(unit, case, search, reader_id, with_people=runs_team)
    runs = running(rows, role, words.language, zone, unit.now)
    names = {id_: name_of(unit, one) for id_, one in people.named.items()}
    shown = CaseShown(words, zone, unit.now, rows, view, needs, runs)
    notes = [note_of(unit, one) for one in rows.notes] if role in SHOWN_TO else []
    takers = list(search.takers.values())
    echo = shown.echo(about, notes)
    return {
        **({"said": ""} if echo else {}),  # it says more
        "view": view,
        "is_closed": opened.is_closed,
        "alike": opened.alike,
        "listed": opened.listed,
        "shown": shown,
        "needs": needs,
        "running": runs,
        "log": log.showing({one.id: one for one in view.docket}),
        "told": told.showing({one.id: one for one in view.entries}),
        "names": names,
        "author": lambda actor: _author_of(actor, names),
        "notes": notes[::-1] if role in SHOWN_TO else None,
        "lawyers": lawyers_among(unit, case, people, takers) if wants_lawyer else None,
        "wants_lawyer": wants_lawyer,
        "matrix": matrix_of(standing_in(unit, rows)),
        "audiences": list(Audience),
        "tickets": {file_id: make_ticket(unit, file_id, reader_id) for file_id in stored_files(view)},
        "originals": may_have_original(role),
        "files_shown": SHOWN,
        "to_counsel": url_for("person.message", code=case.code) if can(role, Ability.ENTER) else None,
        "script": script_of(rows, view),
        "echo": echo,
        "forms": choices(words),
        "correcting": id_in(request.args.get("correct")),
    }


def _lacks_lawyer(needs: Iterable[Any]) -> bool:
    """Whether nobody has the case as its lawyer: one is sought, or nobody has thought of one."""
    lawyers = [need for need in needs if need.kind == "lawyer"]
    return not lawyers or any(need.state in SOUGHT for need in lawyers)


def _authors(rows: CaseRows, role: str) -> set[UUID]:
    """Who wrote what the page shows, as far as they are contacts; their names are for those who act on the case."""
    if role not in SHOWN_TO:
        return set()
    actors = [row.entered_by for row in rows.occurrences] + [row.written_by for row in rows.notes]
    actors += [row.done_by or "" for row in rows.deadlines] + [row.entered_by for row in rows.facts]
    return {found for actor in set(actors) if (found := _contact_in(actor)) is not None}


def _feigned(gate: Gate, code: str) -> Response:
    """What somebody who is being forced can show: a case of which nothing is known but what they believe to enter."""
    with gate.store.read() as unit:
        case = case_by_code(unit, code)
        if case is None or not case_acts.is_feigned(unit, gate, case):
            return no_case(gate)
        one = shown_to(gate, unit, case)
        log = pages_of(one.shown.view.docket[::-1], request.args.get("log"))
        names = _own_name(unit, gate)
        echo = one.shown.echo(id_in(request.args.get("about")), one.notes)
        nothing: Mapping[str, Any] = {
            **({"said": ""} if echo else {}),
            "view": one.shown.view,
            "is_closed": False,
            "alike": 0,
            "listed": 0,
            "shown": one.shown,
            "needs": one.needs,
            "running": one.shown.runs,
            "log": log,
            "told": pages_of((), None),
            "names": names,
            "author": lambda actor: _author_of(actor, names),
            "notes": one.notes[::-1],
            "lawyers": None,
            "wants_lawyer": False,
            "matrix": matrix_of(standing_from(case, None, frozen=False)),
            "audiences": list(Audience),
            "tickets": {},
            "originals": False,
            "files_shown": frozenset(),
            "to_counsel": None,
            "script": one.script,
            "echo": echo,
            "forms": choices(gate.words()),
            "correcting": id_in(request.args.get("correct")),
        }
        unit.session.expunge_all()
    return gate.show("console/case.html", **nothing)


def _own_name(unit: UnitOfWork, gate: Gate) -> dict[UUID, str]:
    contact = None if gate.who.contact_id is None else unit.session.get(Contact, gate.who.contact_id)
    return {} if contact is None else {contact.id: name_of(unit, contact)}


def _contact_in(actor: str) -> UUID | None:
    """Return which contact the log means, if one."""
    kind, _, id_ = actor.partition(":")
    try:
        return UUID(id_) if kind == "contact" else None
    except ValueError:
        return None


def _author_of(actor: str, names: Mapping[UUID, str]) -> str:
    """Return who answers for something, by name; empty where it was no contact, or a name that is not told here."""
    found = _contact_in(actor)
    return "" if found is None else names.get(found, "")
