"""What is done about one paper: asked for, approved, taken back, noted as sent, handed in. Nothing is sent here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Response, request

from alerts.screens.opening import opened_by_code
from dialogue.asking import put_question
from papers.desk import COUNSEL
from papers.errors import PaperError
from papers.fitting import Fit
from papers.handing_in import LARGEST
from papers.keeping import Leaving, note_left, withdraw_approval
from papers.kinds import load_kinds
from papers.taking import Which, approve_document_on, approve_on, hand_in_on
from web.console.addressed import no_case
from web.console.entered import instant_given, refused
from web.console.papers_shown import is_for_family, laid_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from cases.models import Case
    from papers.desk import Desk
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

WAYS: Final = ("email", "form", "fax", "by_hand", "post", "other")


def ask(gate: Gate, code: str) -> Response:
    """Have the bot ask the family for one thing that a paper lacks."""
    given = request.form
    name, kind = given.get("field", ""), given.get("kind", "")
    try:
        with gate.store.unit(gate.who.actor) as unit:
            opened = opened_by_code(unit, code, gate.who)
            if opened is None:
                return no_case(gate)
            _ask(gate, unit, opened.case, name)
    except PaperError as error:
        return refused(gate, error)
    if kind in load_kinds():
        return gate.to("papers.one", code=code, kind=kind, said="done", language=given.get("language"))
    return gate.to("papers.look", code=code, said="done")


def _ask(gate: Gate, unit: UnitOfWork, case: Case, name: str) -> None:
    if name not in _asked_for(laid_out(gate, unit, case)):
        raise PaperError("the bot does not ask for this: a person does, or it is known by now")
    if not put_question(unit, case.id, name):
        raise PaperError("nobody who reported can be asked there now; call them, or ask in another way")


def _asked_for(desk: Desk) -> frozenset[str]:
    """What the bot may ask the family for: it is missing in a paper that this reader is given, and not barred."""
    lines = [one.offer for one in desk.papers if not one.closed and one.offer.fit is not Fit.NEVER]
    return frozenset(name for offer in lines for name, who in offer.missing.items() if is_for_family(name, who))


def press(name: str, act: Callable[[Gate, UnitOfWork, Case, str], None]) -> Callable[..., Response]:
    """Make the view that does something about one paper of a case that whoever asks reads; or says what is wrong."""

    def view(gate: Gate, code: str, kind: str) -> Response:
        try:
            with gate.store.unit(gate.who.actor) as unit:
                opened = opened_by_code(unit, code, gate.who)
                if opened is None or kind not in load_kinds():
                    return no_case(gate)
                act(gate, unit, opened.case, kind)
        except (PaperError, ValueError) as error:
            return refused(gate, error)
        return gate.to("papers.one", code=code, kind=kind, said="done", language=request.form.get("language"))

    view.__name__ = name
    return view


def _approve(gate: Gate, unit: UnitOfWork, case: Case, kind: str) -> None:
    """Vouch for the text that was shown. Counsel only."""
    by = _counsel(gate)
    desk = laid_out(gate, unit, case)
    given = request.form
    which, seen = Which(kind, given.get("language", "")), given.get("seen", "")
    if given.get("version"):
        approve_document_on(unit, case.id, desk, which, UUID(given["version"]), by=by, seen=seen)
    else:
        approve_on(unit, case.id, desk, which, by=by, seen=seen)


def _counsel(gate: Gate) -> UUID:
    who = gate.who
    if who.role != COUNSEL or who.contact_id is None:
        raise PaperError("only the lawyer of the case approves a paper")
    return who.contact_id


def _withdraw(gate: Gate, unit: UnitOfWork, case: Case, _kind: str) -> None:
    """Take the word for a version back. Counsel only."""
    withdraw_approval(unit, case.id, UUID(request.form.get("version", "")), _counsel(gate))


def _left(gate: Gate, unit: UnitOfWork, case: Case, _kind: str) -> None:
    """Note that a version was sent or handed over."""
    given = request.form
    at = instant_given("at", case.timezone or gate.zone).at if given.get("at") else unit.now
    how = given.get("how", "")
    if how not in WAYS:
        raise PaperError("choose by what way it went")
    leaving = Leaving(given.get("to", ""), how, at, given.get("reference", ""))
    note_left(unit, case.id, UUID(given.get("version", "")), leaving)


def _hand_in(gate: Gate, unit: UnitOfWork, case: Case, kind: str) -> None:
    """Keep a document that was made of a draft, as a version of its own."""
    given, sent = request.form, request.files.get("document")
    desk = laid_out(gate, unit, case)
    which = Which(kind, given.get("language", ""))
    content = b"" if sent is None else sent.read()
    made_from = given.get("made_from")
    hand_in_on(unit, case.id, desk, which, made_from=UUID(made_from) if made_from else None, content=content)


ACTS: Final = {"approve": _approve, "withdraw": _withdraw, "left": _left, "hand_in": _hand_in}
LARGEST_BODY: Final = {"papers.hand_in": LARGEST + 4096}
"""Bytes that a request with a document may carry, by the name of its endpoint."""
