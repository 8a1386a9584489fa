"""What is done on the page of a case: each a press of a form, each checked against what its reader was shown.

Under duress every press looks as if it had been done, and nothing is (:mod:`web.console.pretending`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from alerts.models import Need
from alerts.policy.milestones import Milestone
from alerts.screens.case_board import board_of
from alerts.search.acks import Ack, accept_need, decline_need
from alerts.search.assigning import accepted_by_telephone, assign_lawyer
from alerts.search.following_up import give_away, reach
from cases.changed import ChangedMeanwhileError
from cases.consent.errors import ConsentError
from cases.consent.people import enter_fact, known_of, standing_fact
from cases.consent.vocabulary import FIELDS, FieldClass
from cases.docket.closing import NoteMissingError, mark_done
from cases.docket.correcting import correct, take_back
from cases.docket.entering import ABOUT_HEARINGS, GIVES_UP_A_SLOT, Entry, enter, standing_hearings
from cases.docket.models import Deadline, DeadlineState
from cases.docket.promising import PromiseError, family_told, promise_update, tomorrow_morning
from cases.docket.reading import case_by_code
from cases.notes import EmptyNoteError, write_note
from contacts.accounts.roles import Ability
from web.console.addressed import no_case, readable_case
from web.console.case_changed import side_by_side
from web.console.docket_forms import entry_given, not_here_given
from web.console.entered import RefusedError, id_given, instant_given, refused, version_given, words_given

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cases.models import Case
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

SAID: Final = {Ack.YOURS: "accepted", Ack.DECLINED: "declined", Ack.NOTED: "done", Ack.GIVEN_BACK: "done"}


@dataclass(frozen=True)
class Did:
    """What came of a press: what is said above the page, and the row it is about, if one can be told."""

    said: str = "done"
    about: UUID | None = None


def press(
    name: str, use: Callable[[Gate, UnitOfWork, Case], Did], feigned: Callable[[Gate, UnitOfWork, Case], Did]
) -> Callable[..., Response]:
    """Make the view that carries something out in a case that whoever asks reads; or says what is in its way.

    ``feigned`` is used in its place for who is being forced.
    """

    def view(gate: Gate, code: str) -> Response:
        forced = gate.who.duress
        try:
            with gate.store.unit(gate.who.actor) as unit:
                case = _shown_as_theirs(gate, unit, code) if forced else readable_case(gate, unit, code)
                if case is None:
                    return no_case(gate)
                did = (feigned if forced else use)(gate, unit, case)
        except ChangedMeanwhileError as changed:
            return side_by_side(gate, code, name, changed)
        except (ConsentError, ValueError) as error:
            return refused(gate, error)
        values = {} if did.about is None else {"about": did.about}
        return gate.to("case.look", code=code, said=did.said, **values)

    view.__name__ = name
    return view


def _shown_as_theirs(gate: Gate, unit: UnitOfWork, code: str) -> Case | None:
    case = case_by_code(unit, code)
    return case if case is not None and is_feigned(unit, gate, case) else None


def is_feigned(unit: UnitOfWork, gate: Gate, case: Case) -> bool:
    """Whether somebody who is being forced can show this case as theirs."""
    return case.id in {row.case_id for row in board_of(unit, gate.who) if row.reads}


# --- Taking, assigning, promising -------------------------------------------------------------------------------------


def _need(gate: Gate, unit: UnitOfWork, case: Case) -> Did:
    """Take a need, decline it, give it back, or say how far one has come with it."""
    need, contact_id, do = unit.session.get(Need, id_given("need")), gate.who.contact_id, request.form.get("do", "")
    if need is None or need.case_id != case.id or contact_id is None:
        raise RefusedError("web.case_wrong")
    match do:
        case "accept" if need.kind == gate.who.role:
            ack = accept_need(unit, need.id, contact_id)
        case "decline" if need.kind == gate.who.role:
            ack = decline_need(unit, need.id, contact_id)
        case "give_back":
            ack = give_away(unit, need.id, contact_id)
        case "contact_made" | "filed":
            ack = reach(unit, need.id, contact_id, Milestone(do))
        case _:
            raise RefusedError("web.case_wrong")
    return Did(SAID.get(ack, "taken"))


def _lawyer(gate: Gate, unit: UnitOfWork, case: Case) -> Did:
    """Ask one lawyer by name, or record that one has said yes on the telephone."""
    chosen, zone = id_given("lawyer"), case.timezone or gate.zone
    if request.form.get("do") == "accepted":
        ack = accepted_by_telephone(unit, case, chosen, zone)
        return Did("done" if ack is Ack.YOURS else "taken", _search_for_lawyer(unit, case))
    assign_lawyer(unit, case, chosen, zone)
    return Did(about=_search_for_lawyer(unit, case))


def _search_for_lawyer(unit: UnitOfWork, case: Case) -> UUID | None:
    found = select(Need.id).where(Need.case_id == case.id, Need.kind == "lawyer").order_by(Need.opened_at, Need.seat)
    return unit.session.scalars(found.limit(1)).one_or_none()


IN: Final = {"1": 1, "3": 3, "6": 6}
"""Hours a family can be promised a word in by one press."""


def _promise(gate: Gate, unit: UnitOfWork, case: Case) -> Did:
    """Promise the family a word by a time, or note that they were told."""
    seen, zone, by = version_given(), case.timezone or gate.zone, request.form.get("by", "")
    if by == "told":
        family_told(unit, case.id, unit.actor, seen=seen)
        return Did()
    if by in IN:
        at = unit.now + timedelta(hours=IN[by])
    elif by == "morning":
        at = tomorrow_morning(unit.now, zone)
    else:
        at = instant_given("at", zone).at
    try:
        return Did(about=promise_update(unit, case.id, at, seen=seen))
    except PromiseError:
        raise RefusedError("web.case_promise_when") from None


# --- The docket -------------------------------------------------------------------------------------------------------


def _event(gate: Gate, unit: UnitOfWork, case: Case) -> Did:
    """Enter what happened or is to happen, or put it right."""
    zone = case.timezone or gate.zone
    if request.form.get("do") == "take_back":
        return Did(about=take_back(unit, case.id, id_given("entry")).id)
    entry = entry_given(zone, unit.now)
    if request.form.get("entry"):
        return Did(about=correct(unit, case.id, id_given("entry"), entry, zone=zone).id)
    if entry.event in ABOUT_HEARINGS:
        entry = _of_hearing(unit, case, entry)
    return Did(about=enter(unit, case.id, entry, zone=zone).id)


def _of_hearing(unit: UnitOfWork, case: Case, entry: Entry) -> Entry:
    """Say which hearing is meant, among those that stood when the form was shown: these must stand still."""
    stand = {one.matter_id: one.id for one in standing_hearings(unit, case.id)}
    seen = {UUID(one) for one in request.form.get("stood", "").split(",") if one}
    if seen != set(stand.values()):
        raise ChangedMeanwhileError(next(reversed(stand.values()), None))
    if entry.event not in GIVES_UP_A_SLOT or not stand:
        return entry
    wanted = request.form.get("hearing", "")
    if not wanted and len(stand) > 1:
        raise RefusedError("web.case_which_hearing")
    moves = UUID(wanted) if wanted else next(iter(stand))
    if moves not in stand:
        raise RefusedError("web.case_which_hearing")
    return replace(entry, moves=moves)


def _not_here(gate: Gate, unit: UnitOfWork, case: Case) -> Did:
    """Keep what a facility said when somebody asked it: that they do not hold the person. It is evidence."""
    zone = case.timezone or gate.zone
    return Did(about=enter(unit, case.id, not_here_given(zone, unit.now), zone=zone).id)


def _done(_: Gate, unit: UnitOfWork, case: Case) -> Did:
    """End a clock by what was done."""
    row = unit.session.get(Deadline, id_given("clock"))
    if row is None or row.case_id != case.id:
        raise RefusedError("web.case_wrong")
    if row.state != DeadlineState.RUNNING or request.form.get("seen") != row.safe_at.isoformat():
        raise ChangedMeanwhileError(row.id)
    try:
        mark_done(unit, row.id, by=unit.actor, note=words_given("note"))
    except NoteMissingError:
        raise RefusedError("web.case_say_what") from None
    return Did(about=row.id)


def _note(_: Gate, unit: UnitOfWork, case: Case) -> Did:
    """Write a note."""
    try:
        return Did(about=write_note(unit, case.id, request.form.get("text", "")))
    except EmptyNoteError:
        raise RefusedError("web.case_say_something") from None


def _fact(gate: Gate, unit: UnitOfWork, case: Case) -> Did:
    """Keep an answer of a call as a fact of its field.

    What belongs to counsel goes to their compartment: who is no lawyer adds to it, unseen, and puts nothing in the
    place of what stands there.
    """
    name, value = request.form.get("field", ""), request.form.get("value", "")
    if name not in FIELDS:
        raise RefusedError("web.case_wrong")
    if not value.strip():
        raise RefusedError("web.case_say_something")
    seen: Any = version_given()
    if FIELDS[name] is FieldClass.COUNSEL and gate.who.role != "lawyer":
        stands = standing_fact(unit, case.id, name)
        before = "" if stands is None else f"{known_of(unit, stands).value}\n"
        value, seen = before + value, "any"
    kept = enter_fact(
        unit,
        case.id,
        name,
        value,
        source=words_given("source"),
        confidence=request.form.get("confidence", ""),
        seen=seen,
    )
    return Did(about=kept)


USES: Final[Mapping[str, tuple[Callable[[Gate, UnitOfWork, Case], Did], Ability]]] = {
    "need": (_need, Ability.ACCEPT),
    "lawyer": (_lawyer, Ability.ASSIGN),
    "promise": (_promise, Ability.ENTER),
    "event": (_event, Ability.ENTER),
    "not_here": (_not_here, Ability.ENTER),
    "done": (_done, Ability.ENTER),
    "note": (_note, Ability.ENTER),
    "fact": (_fact, Ability.ENTER),
}
"""What the forms do, by the last part of their address, and what it takes."""
