"""Following up what somebody who is being forced believes to have: on their telephone alone, as others are followed up.

Whoever looks on and knows how it goes would miss the reminder, and the message that it was given to others.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from alerts.models import SOUGHT, FeignedAcceptance, Need, NeedState
from alerts.needs.feigning import believe, believed_reached, believed_since
from alerts.needs.one_person import every_of_one_person
from alerts.needs.seats import is_of_custody
from alerts.policy.milestones import MILESTONES, GiveBack, Remind, grace_of, next_milestone, spans_of
from alerts.policy.policies import ladder_for
from alerts.search.following_up import believed_with
from alerts.telling.following_up_notices import feign_given_back, feign_reminder
from cases.retention import is_closed
from contacts.accounts.models import Account
from store.base import OWN

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork

LONGEST: Final = timedelta(days=3)
"""What was somebody's for longer before they were forced is done, or was another time that they were."""


def follow_up_what_is_believed(unit: UnitOfWork) -> None:
    """Remind who is being forced of what they believe to have, and say when it is theirs no longer, as others hear it.

    To be said again and again, once a minute. Nothing changes for anybody else.
    """
    found = (
        select(FeignedAcceptance, Account.coerced_at)
        .join(Account, Account.contact_id == FeignedAcceptance.contact_id)
        .join(Need, Need.id == FeignedAcceptance.need_id)
        .where(
            Account.coerced_at.is_not(None),
            FeignedAcceptance.given_back_at.is_(None),
            Need.state.in_((*SOUGHT, NeedState.ACCEPTED)),
            Need.kind.in_(MILESTONES),
        )
        .order_by(FeignedAcceptance.need_id, FeignedAcceptance.contact_id)
        .with_for_update(**OWN, of=FeignedAcceptance, skip_locked=True)
    )
    for said, coerced_at in unit.session.execute(found).all():
        if coerced_at is None or said.at < coerced_at - LONGEST:
            continue
        need = unit.session.get_one(Need, said.need_id)
        if need.case_id is not None and is_of_custody(unit, need) and not is_closed(unit, need.case_id):
            _follow_up(unit, said, need)


def _follow_up(unit: UnitOfWork, said: FeignedAcceptance, need: Need) -> None:
    if said.given_back_at is not None:
        return  # with another, just now
    beside = believed_with(unit, need, said.contact_id)
    taken = {one.id: believed_since(unit, one, said.contact_id) or one.opened_at for one in beside}
    if any((at, need_id) < (said.at, need.id) for need_id, at in taken.items()):
        return  # said of all of them by the first
    spans = spans_of(need.kind, ladder_for(unit, need))
    reached = believed_reached(unit, need, said.contact_id)
    match next_milestone(spans, reached, accepted_at=said.at, reminded_at=said.reminded_at, now=unit.now):
        case Remind(milestone):
            said.reminded_at = unit.now
            unit.session.flush()
            others = len({one.id for one in beside} - {one.id for one in every_of_one_person(unit, need)})
            feign_reminder(unit, need, said, (milestone, grace_of(spans[milestone])), reached, others=others)
        case GiveBack():
            reminded_of = [one for one in beside if taken[one.id] <= (said.reminded_at or unit.now)]
            for one in (need, *reminded_of):
                believe(unit, one, said.contact_id, None)
            feign_given_back(unit, need, said.contact_id, "stale", reminded_of)
        case _:
            pass
