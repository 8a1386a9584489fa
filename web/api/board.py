"""What is known across cases: the board, the clocks that end next, and a yes or a no to what is sought."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from alerts.models import Need, NeedState
from alerts.screens.case_board import board_before
from alerts.search.acks import Ack, accept_need, decline_need
from alerts.telling.case_list import SEES_ALL, cases_taken_by
from cases.docket.reading import running_deadlines
from cases.models import CaseState
from web.api import shapes
from web.api.problems import Problem
from web.api.times import clock_of, signed_rules
from web.running import WHO_ACTS

if TYPE_CHECKING:
    from alerts.screens.case_board import BoardRow
    from web.api.door import Call


def me(call: Call) -> shapes.Me:
    """Say what the token is."""
    one = call.bearer
    return shapes.Me(role=one.who.role, scopes=sorted(one.scopes), purpose=one.purpose, expires_at=one.expires_at)


def board(call: Call) -> shapes.BoardPage:
    """Show the cases one may know of, newest first."""
    place = call.after()
    before = None if place is None else (datetime.fromisoformat(place[0]), UUID(place[1]))
    rows = board_before(call.unit, call.who, before, call.limit + 1)
    data, following = call.cut(
        [_case(row) for row in rows], lambda index: [rows[index].opened_at.isoformat(), str(rows[index].case_id)]
    )
    return shapes.BoardPage(data=data, next=following)


def _case(row: BoardRow) -> shapes.BoardCase:
    return shapes.BoardCase(
        code=row.code,
        state=CaseState(row.state),
        opened_at=row.opened_at,
        needs=[
            shapes.Sought(kind=need.kind, state=NeedState(need.state), taken_by=need.taken_by) for need in row.needs
        ],
        closed=row.closed,
        risk=row.risk,
        custody=row.custody,
        readable=row.reads,
        mine=row.mine,
        takes=row.takes,
    )


def deadlines(call: Call) -> shapes.ClockPage:
    """Show the clocks that run in the cases one works on, the soonest first; a coordinator works on all."""
    who, place = call.who, call.after()
    if who.contact_id is None or who.duress or who.role not in WHO_ACTS:
        return shapes.ClockPage(data=[], next=None)
    theirs = None if who.role == SEES_ALL else cases_taken_by(call.unit, who.contact_id)
    after = None if place is None else (datetime.fromisoformat(place[0]), UUID(place[1]))
    rows = running_deadlines(call.unit, theirs, after=after, most=call.limit + 1)
    signed = signed_rules(call.unit)
    data, following = call.cut(
        [clock_of(row, signed) for row in rows], lambda index: [rows[index].safe_at.isoformat(), str(rows[index].id)]
    )
    return shapes.ClockPage(data=data, next=following)


def answer(call: Call) -> shapes.Taken:
    """Accept or decline what is sought; of those who ask at once one has it."""
    need_id, given = call.place(shapes.OfNeed).need_id, call.body(shapes.Given)
    need, contact_id = call.unit.session.get(Need, need_id), call.who.contact_id
    if need is None or need.case_id is None or contact_id is None or need.kind != call.who.role:
        raise Problem("absent")
    call.once(need.case_id)
    ack = (accept_need if given.answer == "accept" else decline_need)(call.unit, need.id, contact_id)
    if ack is Ack.NOT_ASKED:
        raise Problem("absent")
    if ack not in (Ack.YOURS, Ack.DECLINED):
        raise Problem("taken", yours=given.model_dump(mode="json"), now={"state": str(ack.value)})
    if not call.who.duress:
        call.note(need.case_id)
    return shapes.Taken(need_id=need.id, outcome="yours" if ack is Ack.YOURS else "declined")
