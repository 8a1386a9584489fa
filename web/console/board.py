"""The board: what presses, clocks, duty, channels, and the cases an account may know of, as codes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, Response, abort, request

from alerts.models import ACCOUNT, Alert, Need
from alerts.needs.team import names_of
from alerts.screens.at_a_glance import board_at_a_glance
from alerts.screens.case_board import ON_A_PAGE
from alerts.search.acks import Ack, accept_need, decline_need
from cases.access import GrantRefusedError, grant_access, grants_of, withdraw_access
from cases.docket.reading import case_by_code
from cases.models import Case
from contacts.accounts.directory import account_of, role_of, team_of
from contacts.accounts.roles import Ability
from web.console.addressed import no_case
from web.console.gate import Guard
from web.console.paging import day_in, number_in
from web.trail import holds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contacts.accounts.directory import Team
    from contacts.accounts.sessions import SignedIn
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

SAID = {Ack.YOURS: "accepted", Ack.DECLINED: "declined"}


def board_pages(gate: Gate) -> Blueprint:
    """Build the routes."""
    pages = Blueprint("board", __name__)
    gate.page(pages, "/", front)
    gate.page(pages, "/console", home)
    gate.press(pages, "/console/need/<uuid:need_id>", answer, Guard(ability=Ability.ACCEPT))
    return pages


def front(gate: Gate) -> Response:
    """Lead to the board."""
    return gate.to("board.home")


def home(gate: Gate) -> Response:
    """Show the board; to an administrator the way to the accounts, for there is no case for them."""
    page = number_in(request.args.get("page", ""))
    with gate.store.read() as unit:
        board = board_at_a_glance(unit, gate.who, page)
    pages = max(1, -(-board.cases.count // ON_A_PAGE))
    return gate.show("console/home.html", board=board, number=page, pages=pages)


def answer(gate: Gate, need_id: UUID) -> Response:
    """Accept or decline; of those who press at once one has it. Whoever has accepted is led to the case."""
    with gate.store.unit(gate.who.actor) as unit:
        need, contact_id = unit.session.get(Need, need_id), gate.who.contact_id
        if need is None or contact_id is None or need.kind != gate.who.role or _is_about(unit, need, gate.who):
            return no_case(gate)
        act = accept_need if request.form.get("answer") == "accept" else decline_need
        ack = act(unit, need.id, contact_id)
        case = None if need.case_id is None else unit.session.get_one(Case, need.case_id)
    if ack is Ack.YOURS and case is not None:
        return gate.to("case.look", code=case.code, said="accepted")
    return gate.to("board.home", said=SAID.get(ack, "taken"))


def _is_about(unit: UnitOfWork, need: Need, who: SignedIn) -> bool:
    """Whether it is an alarm about the account of whoever asks: they must not be the one who answers it."""
    alert = unit.session.get_one(Alert, need.alert_id)
    return alert.kind == ACCOUNT and alert.subject_id == who.account_id


def access_pages(gate: Gate) -> Blueprint:
    """Build the routes by which a coordinator who has a case lets colleagues read it."""
    pages = Blueprint("access", __name__)
    gate.page(pages, "/console/case/<code>/access", look, Guard(ability=Ability.GRANT))
    gate.press(pages, "/console/case/<code>/access", give, Guard(ability=Ability.GRANT))
    gate.press(pages, "/console/case/<code>/access/withdraw", take_back, Guard(ability=Ability.GRANT))
    return pages


def look(gate: Gate, code: str) -> Response:
    """Show who was let in, until when, and who could be."""
    with gate.store.read() as unit:
        case = _held(gate, unit, code)
        if case is None:
            return no_case(gate)
        team = team_of(unit)
        names = names_of(unit, team.contacts.values())
        granted = [(names.get(one.contact_id, ""), one.contact_id, one.until) for one in grants_of(unit, case.id)]
        others = list(_colleagues(gate, unit, team, names))
    return gate.show("console/access.html", code=code, granted=granted, others=others)


def give(gate: Gate, code: str) -> Response:
    """Let a colleague read the case until the end of a day (UTC)."""
    with gate.store.unit(gate.who.actor) as unit:
        case = _held(gate, unit, code)
        if case is None:
            return no_case(gate)
        reader, until = _chosen(gate, unit)
        if gate.who.contact_id is None:
            abort(HTTPStatus.BAD_REQUEST)
        try:
            grant_access(unit, case.id, reader, gate.who.contact_id, until)
        except GrantRefusedError:
            abort(HTTPStatus.BAD_REQUEST)
    return gate.to("access.look", code=code, said="granted")


def take_back(gate: Gate, code: str) -> Response:
    """Close the case to somebody again."""
    with gate.store.unit(gate.who.actor) as unit:
        case = _held(gate, unit, code)
        if case is None:
            return no_case(gate)
        withdraw_access(unit, case.id, _uuid(request.form.get("contact", "")))
    return gate.to("access.look", code=code, said="withdrawn")


def _held(gate: Gate, unit: UnitOfWork, code: str) -> Case | None:
    """The case of this code, if whoever asks has taken it and is not being forced."""
    case, who = case_by_code(unit, code), gate.who
    if case is None or who.contact_id is None or who.duress or not holds(unit, case.id, who.contact_id):
        return None
    return case


def _colleagues(gate: Gate, unit: UnitOfWork, team: Team, names: Mapping[UUID, str]) -> Iterator[tuple[UUID, str, str]]:
    """Everybody who comes in as somebody now, but whoever asks."""
    for account in team.accounts:
        role, id_ = role_of(unit, account), account.contact_id
        if role is not None and id_ is not None and id_ != gate.who.contact_id and id_ in names:
            yield id_, names[id_], str(role)


def _chosen(gate: Gate, unit: UnitOfWork) -> tuple[UUID, datetime]:
    contact_id = _uuid(request.form.get("contact", ""))
    account = account_of(unit, contact_id)
    if account is None or role_of(unit, account) is None or contact_id == gate.who.contact_id:
        abort(HTTPStatus.BAD_REQUEST)
    day = day_in(request.form.get("until", ""))
    if day is None:
        abort(HTTPStatus.BAD_REQUEST)
    return contact_id, datetime.combine(day, time(), UTC) + timedelta(days=1)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
