"""The registry of documented people: counted, searched by name, one entry with where each word of it is from.

It is apart from the cases. Who of a case may be in it is shown to coordinators who read the case, as a proposal.
"""

from __future__ import annotations

import csv
import io
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request
from sqlalchemy import select

from alerts.screens.opening import opened_by_code
from cases.identity.records import AGAINST
from cases.registry.counting import BIAS, EARLIER, UNKNOWN, count, lines_of
from cases.registry.entries import entry_by_code
from cases.registry.events import RegistryEntryShown
from cases.registry.models import RegistryImport
from cases.registry.proposing import decide_pair, pairs_of, proposals_of, refuse_proposal
from cases.registry.shelf import Shelf
from contacts.accounts.roles import Ability
from contacts.csv_format import harmless
from web.console.addressed import no_case, viewed
from web.console.gate import Guard
from web.console.numbers import words_of
from web.console.paging import id_in

if TYPE_CHECKING:
    from cases.registry.counting import Counted
    from cases.registry.entries import Entry
    from cases.registry.shelf import Named
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate
    from web.words import Words

SEES = Guard(ability=Ability.REGISTRY)
LONGEST: Final = 200
TABLES: Final = ("status", "since", "basis")
MOST_IMPORTS: Final = 50


def registry_pages(gate: Gate) -> Blueprint:
    """Build the routes. They share what this process remembers of the registry."""
    pages = Blueprint("registry", __name__)
    shelf = Shelf()

    def look(gate: Gate) -> Response:
        """Show what the registry comes to, with what the numbers cannot say, and which lists are in it."""
        with gate.store.read() as unit:
            counted = _counted(gate, unit, shelf)
            if counted is None:
                return _being_read(gate)
            imports = unit.session.scalars(
                select(RegistryImport).order_by(RegistryImport.made_at.desc(), RegistryImport.id).limit(MOST_IMPORTS)
            ).all()
            unit.session.expunge_all()
        return gate.show(
            "console/registry.html",
            counted=counted,
            tables=_tables(counted, gate.words()),
            imports=() if gate.who.duress else imports,
            bias=BIAS,
        )

    def search(gate: Gate) -> Response:
        """Show who is in it by a name, in any script, and log each that is shown."""
        typed = request.form.get("what", "").strip()[:LONGEST]
        found = _named(gate, shelf, "" if gate.who.duress else typed)
        if found is None:
            return _being_read(gate)
        if found:
            with gate.store.unit(gate.who.actor, rings=False) as unit:
                for one in found:
                    unit.record(RegistryEntryShown(case_id=None, entry_id=one.entry_id))
        return gate.show("console/registry_found.html", found=found, typed=typed)

    def as_csv(gate: Gate) -> Response:
        """Give what the page shows, and no more, as rows that no spreadsheet takes for formulas."""
        with gate.store.read() as unit:
            counted = _counted(gate, unit, shelf)
        if counted is None:
            return _being_read(gate)
        written = io.StringIO()
        rows = csv.writer(written, lineterminator="\r\n")
        rows.writerow(("table", "of", "shown", "number"))
        for one in lines_of(counted):
            number = "" if one.number is None else str(one.number)
            rows.writerow([harmless(cell) for cell in (one.table, one.of, one.mark, number)])
        words = gate.words()
        rows.writerows(("note", harmless(words.t(f"web.registry_bias.{note}")), "", "") for note in BIAS)
        response = Response(written.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="panah-registry.csv"'
        return response

    gate.page(pages, "/console/registry", look, SEES)
    gate.press(pages, "/console/registry/search", search, SEES)
    gate.page(pages, "/console/registry.csv", as_csv, SEES)
    gate.page(pages, "/console/registry/<entry>", entry, SEES)
    gate.press(pages, "/console/registry/<entry>", decide, SEES)
    gate.page(pages, "/console/case/<code>/registry", of_case, SEES)
    gate.press(pages, "/console/case/<code>/registry", refuse, SEES)
    return pages


def _named(gate: Gate, shelf: Shelf, typed: str) -> list[Named] | None:
    """Find entries by name; None while they are being read for another request."""
    if not typed:
        return []
    with gate.store.read() as unit:
        is_there = shelf.follow(unit)
    return shelf.named(typed) if is_there else None


def _counted(gate: Gate, unit: UnitOfWork, shelf: Shelf) -> Counted | None:
    """Count everybody, None while they are being read for another request; to somebody who is being forced, nobody."""
    if gate.who.duress:
        return count([], unit.now.year)
    if not shelf.follow(unit):
        return None
    return count(shelf.figures(unit), unit.now.year)


def _tables(counted: Counted, words: Words) -> dict[str, list[tuple[str, str]]]:
    """Every table that is told, in words."""
    told = {}
    for name, cells in zip(TABLES, (counted.status, counted.since, counted.basis), strict=True):
        if cells is not None:
            told[name] = [(_of(name, of, words), words_of(cell, words)) for of, cell in cells]
    if counted.region is not None:
        told["region"] = [(_place(place, words), str(number)) for place, number in counted.region]
        if counted.elsewhere:
            told["region"].append((words.t("web.numbers_elsewhere"), str(counted.elsewhere)))
    return told


def _of(table: str, of: str, words: Words) -> str:
    if table != "since":
        return words.t(f"web.registry_{table}.{of}")
    return words.t(f"web.registry_since.{of}") if of in (EARLIER, UNKNOWN) else of


def _place(place: str, words: Words) -> str:
    return words.t("web.registry_since.unknown") if place == UNKNOWN else place


def entry(gate: Gate, entry: str) -> Response:
    """Show an entry, with the file and the line each word of it is from, and log that it was shown."""
    with gate.store.read() as unit:
        found = None if gate.who.duress else entry_by_code(unit, entry)
        pairs = [] if found is None else pairs_of(unit, found.id)
    if found is None:
        return _none(gate)
    _note(gate, found)
    return gate.show("console/registry_entry.html", entry=found, pairs=pairs, against=AGAINST)


def decide(gate: Gate, entry: str) -> Response:
    """Carry out what somebody says of two entries: one person, or two. Both stay as they are."""
    with gate.store.unit(gate.who.actor) as unit:
        found = None if gate.who.duress else entry_by_code(unit, entry)
        pair, answer = id_in(request.form.get("pair", "")), request.form.get("do", "")
        if found is None or pair is None or answer not in ("same", "other"):
            return _none(gate)
        if not decide_pair(unit, found.id, pair, same=answer == "same"):
            return _none(gate)
    return gate.to("registry.entry", entry=entry, said="done")


def of_case(gate: Gate, code: str) -> Response:
    """Show who in the registry may be the person of a case that whoever asks reads, and why."""
    with gate.store.read() as unit:
        opened = opened_by_code(unit, code, gate.who)
        if opened is None:
            return no_case(gate)
        case_id = opened.case.id
        proposals = proposals_of(unit, case_id)
    with gate.store.unit(gate.who.actor, rings=False) as unit:
        unit.record(viewed(gate, case_id))
    return gate.show("console/registry_case.html", code=code, proposals=proposals, against=AGAINST)


def refuse(gate: Gate, code: str) -> Response:
    """Say that the person of a case is not the one in the registry: it is not proposed again."""
    with gate.store.unit(gate.who.actor) as unit:
        opened = opened_by_code(unit, code, gate.who)
        proposal = id_in(request.form.get("proposal", ""))
        if opened is None:
            return no_case(gate)
        if proposal is not None:
            refuse_proposal(unit, opened.case.id, proposal)
    return gate.to("registry.of_case", code=code, said="done")


def _note(gate: Gate, found: Entry) -> None:
    with gate.store.unit(gate.who.actor, rings=False) as unit:
        unit.record(RegistryEntryShown(case_id=None, entry_id=found.id))


def _being_read(gate: Gate) -> Response:
    """Answer while another request reads the registry into memory: no thread waits for it that pages hang on."""
    response = gate.show("console/message.html", HTTPStatus.SERVICE_UNAVAILABLE, key="web.registry_being_read")
    response.headers["Retry-After"] = "10"
    return response


def _none(gate: Gate) -> Response:
    return gate.show("console/message.html", HTTPStatus.NOT_FOUND, key="web.registry_none")
