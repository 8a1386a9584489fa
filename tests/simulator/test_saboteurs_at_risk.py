"""What is promised to people at risk is broken on purpose: sealed files, and what is said by who is made to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from alerts.models import DURESS, Alert, Need, NeedState
from cases.models import Report, ReportMessage
from cases.sealed.keeping import destroy, file_of_case
from cases.sealed.models import SealedEntry, SealedFile
from cases.sealed.triggering import OPENING_TIMER
from contacts.accounts.models import Account
from store.base import new_id
from store.data_keys import DataKey, case_scope, sealed_scope
from store.timers import Timer
from store.vault import Field
from tests.simulator.__main__ import breaks
from tests.simulator.plan import HOUR, MINUTE, Action, Plan
from tests.simulator.test_saboteurs import REPORTED, broken_by, in_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.unit_of_work import UnitOfWork

pytestmark = pytest.mark.long  # they try the simulator, which is played by hand and by --long

LEFT = Action(5, "seals", {"minute": 20 * 60, "answers": True})
TOLD = (Action(20, "told_taken", {"file": 0, "by": 0}), Action(21, "told_taken", {"file": 0, "by": 1}))
FIRST, SECOND = (Action(30, "agrees", {"file": 0, "name": name}) for name in ("Aigerim", "Dana"))
FORCED = Action(30, "takes_back", {"file": 0, "forced": True})
AN_HOUR = HOUR / 86_400
OPENED = Plan(0, AN_HOUR, 1, (LEFT, *TOLD, FIRST, SECOND))
MADE_TO = Plan(0, 0.008, 1, (LEFT, FORCED))
TAKEN_BACK = Plan(0, 0.008, 1, (LEFT, Action(30, "takes_back", {"file": 0, "forced": False})))


@pytest.mark.long
@pytest.mark.parametrize("plan", [OPENED, MADE_TO, TAKEN_BACK], ids=("opened", "made to", "taken back"))
def test_nobody_breaks_a_promise_to_people_at_risk_but_the_saboteur(plan: Plan) -> None:
    broken, _ = breaks(plan)
    assert broken is None


def opens(unit: UnitOfWork) -> None:
    unit.session.execute(update(SealedFile).values(opened_at=unit.now))


def never_opens(unit: UnitOfWork) -> None:
    unit.session.execute(update(Timer).where(Timer.kind == OPENING_TIMER).values(due_at=None))


def loses_what_was_left(unit: UnitOfWork) -> None:
    unit.session.execute(delete(SealedEntry))


def believes_who_is_made_to(unit: UnitOfWork) -> None:
    file = file_of_case(unit, unit.session.scalars(select(SealedFile.case_id)).one())
    assert file is not None
    destroy(unit, file)


def hears_no_word(unit: UnitOfWork) -> None:
    unit.session.execute(update(SealedFile).values(forced_at=None))


def asks_about_somebody_else(unit: UnitOfWork) -> None:
    unit.session.execute(update(Alert).where(Alert.kind == DURESS).values(subject_id=new_id()))


def keeps_the_key(unit: UnitOfWork) -> None:
    """The key of what was taken back is there again."""
    scope = str(sealed_scope(unit.session.scalars(select(SealedFile.case_id)).one()))
    kept = unit.session.scalars(select(DataKey)).first()
    assert kept is not None
    columns = {one.name: getattr(kept, one.name) for one in DataKey.__table__.columns}
    unit.session.add(DataKey(**{**columns, "id": new_id(), "scope": scope}))


def tells_what_is_sealed(unit: UnitOfWork) -> None:
    row = unit.session.scalars(select(ReportMessage)).one()
    row.content = unit.vault.seal(
        case_scope(row.case_id), Field("report_message", "content", row.id), "zq1secret zq3secret"
    )


@pytest.mark.parametrize(
    ("plan", "at", "sabotage", "promise"),
    [
        (Plan(0, 0.008, 1, (LEFT, FIRST, SECOND)), 40, opens, "what is sealed is opened by its triggers"),
        (Plan(0, 0.008, 1, (LEFT, *TOLD, FIRST)), 40, opens, "what is sealed is opened by two"),
        (OPENED, 40, opens, "objections are waited for"),
        (OPENED, 40, never_opens, "what two agreed to open is opened"),
        (Plan(0, 0.008, 1, (LEFT,)), 40, loses_what_was_left, "what was left is kept"),
        (MADE_TO, 2 * MINUTE, believes_who_is_made_to, "nobody is made to take back what they left"),
        (MADE_TO, 2 * MINUTE, hears_no_word, "who is forced is heard"),
        (MADE_TO, 2 * MINUTE, asks_about_somebody_else, "who is forced is heard"),
        (TAKEN_BACK, 2 * MINUTE, keeps_the_key, "what was taken back is destroyed"),
        (Plan(0, 0.008, 1, (LEFT, REPORTED)), 2 * MINUTE, tells_what_is_sealed, "what is sealed stays sealed"),
    ],
)
def test_a_promise_to_people_at_risk_that_is_broken_is_seen(
    plan: Plan, at: float, sabotage: Callable[[UnitOfWork], None], promise: str
) -> None:
    assert broken_by(plan, at, lambda world: in_rows(world, sabotage)) == promise


# Who says the word, and who is made to show what they can open

SAID = Plan(0, 0.012, 1, (REPORTED, Action(30, "agrees_on_word", {"who": 0}), Action(60, "says_word", {"who": 0})))
MADE_TO_SHOW = Action(1, "made_to_show", {"name": "Aigerim", "seconds": 2 * HOUR})
SHOWN = Plan(0, 0.012, 1, (MADE_TO_SHOW, REPORTED))


@pytest.mark.long
@pytest.mark.parametrize("plan", [SAID, SHOWN], ids=("said", "made to show"))
def test_nobody_breaks_a_promise_to_who_is_forced_but_the_saboteur(plan: Plan) -> None:
    broken, _ = breaks(plan)
    assert broken is None


def hears_no_word_of_a_reporter(unit: UnitOfWork) -> None:
    unit.session.execute(update(Report).values(duress_at=None))


def forgets_who_is_forced(unit: UnitOfWork) -> None:
    unit.session.execute(update(Account).values(coerced_at=None))


def leaves_it_with_them(unit: UnitOfWork) -> None:
    forced = unit.session.scalars(select(Account.contact_id)).one()
    long_ago = unit.now - timedelta(hours=1)
    unit.session.execute(update(Need).values(state=NeedState.ACCEPTED, accepted_by=forced, accepted_at=long_ago))


@pytest.mark.parametrize(
    ("plan", "at", "sabotage", "promise"),
    [
        (SAID, 2 * MINUTE, hears_no_word_of_a_reporter, "who is forced is heard"),
        (SAID, 2 * MINUTE, asks_about_somebody_else, "who is forced is heard"),
        (SHOWN, 2, forgets_who_is_forced, "who is forced takes nothing"),
        (SHOWN, 16 * MINUTE, leaves_it_with_them, "what who is forced had is others'"),
    ],
)
def test_a_promise_to_who_is_forced_that_is_broken_is_seen(
    plan: Plan, at: float, sabotage: Callable[[UnitOfWork], None], promise: str
) -> None:
    assert broken_by(plan, at, lambda world: in_rows(world, sabotage)) == promise
