"""What a confirmed dismissal ends: the lawyer's work on the case, and their way into it; another one is sought at once.

Until it is confirmed nothing here happens: they act and read as before, and know that somebody wants them gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.events import NeedGivenBack
from alerts.models import CUSTODY, Alert, Need, NeedState
from alerts.needs.one_person import held_of_one_person
from alerts.search.paging import give_back_need
from alerts.telling.recipients import tell_holder, ways_to_tell
from cases.access import withdraw_access
from cases.consent.errors import ConsentError
from cases.docket.dismissing import Answer, open_dismissal, settle
from cases.docket.events import DismissalAsked, DismissalDenied
from cases.models import Case
from cases.urgency import Need as NeedKind
from contacts.directory import name_of
from contacts.models import Contact
from store.base import OWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Select

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

DISMISSED = "dismissed"
"""Why a need was given back whose lawyer the person wants no more."""


def counsel_of(unit: UnitOfWork, case_id: UUID) -> list[tuple[UUID, str]]:
    """Return the lawyers who have a case, by name: who they are, and what they are called."""
    return sorted(
        ((one.id, name_of(unit, one)) for one in unit.session.scalars(_counsel(case_id))), key=lambda one: one[1]
    )


def _counsel(case_id: UUID) -> Select[Contact]:
    held = select(Need.accepted_by).where(Need.id.in_(_held(case_id)))
    return select(Contact).where(Contact.id.in_(held)).order_by(Contact.id)


def _held(case_id: UUID) -> Select[UUID]:
    """What lawyers have of a case."""
    return (
        select(Need.id)
        .join(Alert, Alert.id == Need.alert_id)
        .where(
            Need.case_id == case_id,
            Need.kind == NeedKind.LAWYER,
            Need.state == NeedState.ACCEPTED,
            Alert.kind == CUSTODY,
        )
    )


def confirm_dismissal(unit: UnitOfWork, case: Case, counsel_id: UUID | None, how: str) -> None:
    """End the work of a lawyer whom the person has dismissed by a safe way, and seek another one at once.

    ``counsel_id``: who; None where nobody has the case. With it goes what they have of the same person by another case.
    Raises ConsentError.
    """
    needs = _lock(unit, case.id)
    theirs = [one for one in needs if one.accepted_by == counsel_id]
    if needs and not theirs:
        raise ConsentError("choose which lawyer it is about, of those who have the case")
    along = {other.id: other for one in theirs for other in held_of_one_person(unit, one)}
    settle(unit, case.id, Answer(confirmed=True, how=how, counsel_id=counsel_id if theirs else None))
    for one in (*theirs, *(along[id_] for id_ in sorted(along))):
        if counsel_id is not None and one.case_id is not None:
            give_back_need(unit, one, counsel_id, DISMISSED if one in theirs else "case")
            withdraw_access(unit, one.case_id, counsel_id)


def deny_dismissal(unit: UnitOfWork, case: Case, how: str) -> None:
    """Keep that the person never wanted it: the lawyer goes on, and somebody may have been forced. ConsentError."""
    settle(unit, case.id, Answer(confirmed=False, how=how))


def _lock(unit: UnitOfWork, case_id: UUID) -> Sequence[Need]:
    rows = select(Need).where(Need.id.in_(_held(case_id))).order_by(Need.id).with_for_update(**OWN)
    return unit.session.scalars(rows.execution_options(populate_existing=True)).all()


def tell_counsel(unit: UnitOfWork, event: Event) -> None:
    """Tell the lawyers of a case that somebody wants them dismissed, and that they go on; or that it was not so.

    Whoever accepts while it is open is told by the page of the case. Repeating it says nothing twice.
    """
    match event:
        case DismissalAsked(case_id=case_id, dismissal_id=which) if case_id is not None:
            words = "dismissal_asked"
        case DismissalDenied(case_id=case_id, dismissal_id=which) if case_id is not None:
            words = "dismissal_denied"
        case _:
            return
    still_open = open_dismissal(unit, case_id)
    if isinstance(event, DismissalAsked) and (still_open is None or still_open.id != which):
        return  # it was settled before anybody could be told
    code = {"code": unit.session.get_one(Case, case_id).code}
    for contact in unit.session.scalars(_counsel(case_id)).all():
        for way in ways_to_tell(unit, contact):
            tell_holder(unit, way, words, code, once=f"{words}:{which}:{way.method.id}")


def tell_dismissed(unit: UnitOfWork, event: Event) -> None:
    """Tell a lawyer that the person has dismissed them, without a button that takes the case again."""
    if not isinstance(event, NeedGivenBack) or event.why != DISMISSED or event.case_id is None:
        return
    code = {"code": unit.session.get_one(Case, event.case_id).code}
    for way in ways_to_tell(unit, unit.session.get_one(Contact, event.contact_id)):
        tell_holder(unit, way, "dismissed", code, once=f"dismissed:{event.need_id}:{event.contact_id}:{way.method.id}")
