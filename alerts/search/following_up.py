"""Following up: what somebody took is looked at again, until they have done what it takes or others are asked.

The timer of an acceptance asks :mod:`alerts.policy.milestones` what comes next, and this carries it out in one
transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from alerts.events import MilestoneMissed, MilestoneReached, NeedAccepted, NeedGivenBack, PoliciesReplaced
from alerts.models import CUSTODY, SOUGHT, Alert, Need, NeedState
from alerts.needs.company import LOOK_AGAIN, every_beside, held_beside, leads, lock_with_its_company
from alerts.needs.feigning import believe, believed_reached, believed_to_have, seems_to_have
from alerts.needs.milestone_buttons import next_of, reached_by
from alerts.needs.one_person import every_of_one_person, held_of_one_person
from alerts.needs.seats import is_of_custody, is_over
from alerts.policy.escalation import WaitUntil
from alerts.policy.milestones import (
    MILESTONES,
    Done,
    GiveBack,
    Milestone,
    Remind,
    first_missing,
    grace_of,
    next_milestone,
    spans_of,
)
from alerts.policy.policies import ladder_for
from alerts.search.acks import Ack
from alerts.search.paging import give_back_need
from alerts.telling.following_up_notices import (
    feign_given_back,
    feign_next,
    remind,
    reminder_heard_at,
    say_no_lawyer,
)
from cases.retention import is_closed
from cases.urgency import Need as NeedKind
from store.base import OWN
from store.claims import Claim, finish
from store.timers import TABLE, Timer, set_timer

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from alerts.policy.milestones import Next, Spans
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

TIMER = "milestone"
"""The timer of a need that somebody has: what must have been done by then."""
LAWYER_TIMER = "lawyer_assigned"
"""The timer of a coordinator's need: by then a lawyer should have the case too."""


def begin_following_up(unit: UnitOfWork, event: Event) -> None:
    """Look at what somebody took from now on. Repeating it changes nothing; a fault of ours is not followed up."""
    if not isinstance(event, NeedAccepted) or event.case_id is None:
        return
    need = unit.session.get_one(Need, event.need_id)
    if need.accepted_at is None or not is_of_custody(unit, need):
        return  # given back meanwhile; or what is due, of which its own clock reminds
    following = _next(need, spans_of(need.kind, ladder_for(unit, need)), need.accepted_at, unit.now)
    set_timer(unit, TIMER, need.id, following.at if isinstance(following, WaitUntil) else unit.now)
    if need.kind == NeedKind.COORDINATOR:
        await_lawyer(unit, event.case_id)


def follow_up_anew(unit: UnitOfWork, event: Event) -> None:
    """Look at everything that somebody has when policies change: they may give less time, or more."""
    if not isinstance(event, PoliciesReplaced):
        return
    held = (
        select(Need.id)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.state == NeedState.ACCEPTED, Alert.kind == CUSTODY)
        .order_by(Need.id)
    )
    for need_id in unit.session.scalars(held).all():
        set_timer(unit, TIMER, need_id, unit.now)


def follow_up_left_out(unit: UnitOfWork) -> None:
    """Look from now on at what somebody has and no timer looks at: an earlier release set none.

    To be said again and again: while nodes are replaced an old one may still take acceptances. Whoever has it gets the
    whole span, counted from now, before they are reminded; for nobody had told them of it. Repeating it is safe.
    """
    looked_at = exists().where(Timer.kind == TIMER, Timer.subject_id == Need.id)
    left_out = (
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.state == NeedState.ACCEPTED, Alert.kind == CUSTODY, Need.kind.in_(MILESTONES), ~looked_at)
        .order_by(Need.id)
        .with_for_update(**OWN, of=Need, skip_locked=True)
    )
    for need in unit.session.scalars(left_out).all():
        follow_up_from_now_on(unit, need)


def follow_up_from_now_on(unit: UnitOfWork, need: Need) -> None:
    """Look again at what somebody has, and give them the whole span, counted from now, before they are reminded."""
    spans = spans_of(need.kind, ladder_for(unit, need))
    missing = first_missing(spans, reached_by(need))
    need.reminded_at = None
    set_timer(unit, TIMER, need.id, unit.now if missing is None else unit.now + spans[missing])
    if need.kind == NeedKind.COORDINATOR and need.case_id is not None:
        await_lawyer(unit, need.case_id)


def follow_up(unit: UnitOfWork, timer: Timer, held: Claim) -> None:
    """Remind whoever has a need, give it to others, or set the timer to when it must be looked at again."""
    need = lock_with_its_company(unit, timer.subject_id)
    finish(unit.session, TABLE, held)
    if need.case_id is None or need.accepted_by is None or need.accepted_at is None or is_closed(unit, need.case_id):
        return
    spans = spans_of(need.kind, ladder_for(unit, need))
    following = _next(need, spans, need.accepted_at, unit.now)
    beside = followed_with(unit, need) if isinstance(following, Remind | GiveBack) else []
    if not leads(need, beside):
        set_timer(unit, TIMER, need.id, unit.now + LOOK_AGAIN)  # said of all of them by the first
        return
    if isinstance(following, Remind):
        need.reminded_at = unit.now
        unit.session.flush()
        others = len({one.id for one in beside} - {one.id for one in held_of_one_person(unit, need)})
        remind(unit, need, following.milestone, grace_of(spans[following.milestone]), others=others)
        following = _next(need, spans, need.accepted_at, unit.now)
    match following:
        case WaitUntil(at):
            set_timer(unit, TIMER, need.id, at)
        case GiveBack(milestone):
            _give_to_others(unit, need, milestone, spans)
        case Done() | Remind():
            pass


def _next(need: Need, spans: Spans, accepted_at: datetime, now: datetime) -> Next:
    return next_milestone(spans, reached_by(need), accepted_at=accepted_at, reminded_at=need.reminded_at, now=now)


def followed_with(unit: UnitOfWork, need: Need) -> list[Need]:
    """Return what the same person has beside a need and is followed up with it: reminded by one word, and given back.

    The same is still to be done for it, and it is looked at: nobody would ever be reminded by a need that is not.
    """
    missing = next_of(need)
    beside = [one for one in held_beside(unit, need) if missing is not None and next_of(one) is missing]
    looked_at = select(Timer.subject_id).where(
        Timer.kind == TIMER, Timer.subject_id.in_([one.id for one in beside]), Timer.due_at.is_not(None)
    )
    followed = set(unit.session.scalars(looked_at)) if beside else set()
    return [one for one in beside if one.id in followed]


def _give_to_others(unit: UnitOfWork, need: Need, milestone: Milestone, spans: Spans) -> None:
    """Search again, unless the reminder is still on its way: then whoever has it has a grace more, and no longer."""
    grace = grace_of(spans[milestone])
    if need.accepted_by is None or need.reminded_at is None:
        return
    heard_at = reminder_heard_at(unit, need, milestone)
    until = min(heard_at or need.reminded_at, need.reminded_at + grace) + grace
    if unit.now < until:
        set_timer(unit, TIMER, need.id, until)
        return
    missed = MilestoneMissed(case_id=need.case_id, need_id=need.id, milestone=milestone, contact_id=need.accepted_by)
    reminded_of = [one for one in followed_with(unit, need) if (one.accepted_at or until) <= need.reminded_at]
    for other in reminded_of:
        give_back_need(unit, other, need.accepted_by, "case")
    give_back_need(unit, need, need.accepted_by, "stale")
    unit.record_last(missed)


def reach(unit: UnitOfWork, need_id: UUID, contact_id: UUID, milestone: Milestone) -> Ack:
    """Note how far whoever has a need has come: ``NOTED``. Saying it twice notes it once.

    A coordinator says it once for all they have of an incident.

    ``NOT_YOURS`` for anybody else, also for whoever had it before it was given to others. Of who is being forced and
    believes to have it nothing is noted but what they believe; their messages look as if it were.
    """
    need = lock_with_its_company(unit, need_id)
    if seems_to_have(unit, need, contact_id):
        for one in (need, *_believed(unit, every_beside(unit, need), contact_id)):
            if believe(unit, one, contact_id, milestone):
                feign_next(unit, one, contact_id)
        return Ack.NOTED
    if need.accepted_by != contact_id:
        return Ack.NOT_YOURS
    for one in (need, *held_beside(unit, need)):
        _reach(unit, one, contact_id, milestone)
    return Ack.NOTED


def _reach(unit: UnitOfWork, need: Need, contact_id: UUID, milestone: Milestone) -> None:
    if milestone not in reached_by(need):
        if milestone is Milestone.CONTACT_MADE:
            need.contact_made_at = unit.now
        else:
            need.filed_at = unit.now
        need.reminded_at = None
        unit.session.flush()
        set_timer(unit, TIMER, need.id, unit.now)
        unit.record_last(
            MilestoneReached(case_id=need.case_id, need_id=need.id, milestone=milestone, contact_id=contact_id)
        )


def give_away(unit: UnitOfWork, need_id: UUID, contact_id: UUID, *, whole: bool = False) -> Ack:
    """Give a need back on purpose: ``GIVEN_BACK``, others are asked at once; ``NOT_YOURS`` for who has it not.

    With it goes what they have of the same person by another case; and, if ``whole``, all of which they are reminded by
    one word with it: whoever says no to that has said no to all of it.

    ``CLOSED`` where what was due is over: nobody is asked, and nothing changes. Nor does anything for who is being
    forced and believes to have it; their messages look as if it did.
    """
    need = lock_with_its_company(unit, need_id)
    if seems_to_have(unit, need, contact_id):
        _feign_giving_away(unit, need, contact_id, whole=whole)
        return Ack.GIVEN_BACK
    if need.state == NeedState.CLOSED:
        return Ack.CLOSED
    if need.accepted_by != contact_id:
        return Ack.NOT_YOURS
    if is_over(unit, need):
        return Ack.CLOSED
    along = {one.id: one for one in (*held_of_one_person(unit, need), *(followed_with(unit, need) if whole else ()))}
    give_back_need(unit, need, contact_id, "wish")
    for _, other in sorted(along.items()):
        give_back_need(unit, other, contact_id, "case")
    return Ack.GIVEN_BACK


def _feign_giving_away(unit: UnitOfWork, need: Need, contact_id: UUID, *, whole: bool) -> None:
    same_person = _believed(unit, every_of_one_person(unit, need), contact_id)
    followed = believed_with(unit, need, contact_id) if whole else []
    along = list({one.id: one for one in (*same_person, *followed)}.values())
    for one in (need, *along):
        believe(unit, one, contact_id, None)
    feign_given_back(unit, need, contact_id, "wish", along)


def believed_with(unit: UnitOfWork, need: Need, contact_id: UUID) -> list[Need]:
    """Return what somebody who is being forced seems to have beside a need, as :func:`followed_with` does of others."""
    missing = next_of(need, believed_reached(unit, need, contact_id))
    beside = _believed(unit, every_beside(unit, need), contact_id) if missing is not None else []
    return [one for one in beside if next_of(one, believed_reached(unit, one, contact_id)) is missing]


def _believed(unit: UnitOfWork, needs: Collection[Need], contact_id: UUID) -> list[Need]:
    return [one for one in needs if seems_to_have(unit, one, contact_id)]


def to_be_done(unit: UnitOfWork, contact_id: UUID) -> list[tuple[Need, Milestone]]:
    """Return what somebody has and has still to do, longest held first, and what comes next of each.

    For who is being forced: what they believe to have.
    """
    believed = [
        (need, next_of(need, believed_reached(unit, need, contact_id)))
        for need in believed_to_have(unit, contact_id)
        if is_of_custody(unit, need)
    ]
    held = (
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.accepted_by == contact_id, Need.state == NeedState.ACCEPTED, Alert.kind == CUSTODY)
        .order_by(Need.accepted_at, Need.id)
    )
    found = [*((need, next_of(need)) for need in unit.session.scalars(held)), *believed]
    return [(need, milestone) for need, milestone in found if milestone is not None]


def await_lawyer_again(unit: UnitOfWork, event: Event) -> None:
    """See whether another lawyer takes what one has given back."""
    if isinstance(event, NeedGivenBack) and event.case_id is not None:
        await_lawyer(unit, event.case_id)


def await_lawyer(unit: UnitOfWork, case_id: UUID) -> None:
    """See whether a lawyer has the case too, once its coordinator has had the time it takes to get through to somebody.

    To be said whenever a case may begin to have a coordinator and want for a lawyer: the time counts from then.
    """
    for coordinator in _coordinated(unit, case_id):
        if _lawyer_missing(unit, coordinator):
            span = spans_of(coordinator.kind, ladder_for(unit, coordinator))[Milestone.CONTACT_MADE]
            set_timer(unit, LAWYER_TIMER, coordinator.id, unit.now + span)


def ask_for_lawyer(unit: UnitOfWork, timer: Timer, held: Claim) -> None:
    """Remind the coordinator who took a case, once, that no lawyer has it yet; the search for one goes on meanwhile."""
    need = _lock(unit, timer.subject_id)
    finish(unit.session, TABLE, held)
    if need.accepted_by is None or not _lawyer_missing(unit, need):
        return
    beside = [one for one in held_beside(unit, need) if _lawyer_missing(unit, one)]
    if leads(need, beside):
        same_person = {one.id for one in held_of_one_person(unit, need)}
        say_no_lawyer(unit, need, need.accepted_by, others=len({one.id for one in beside} - same_person))
    else:  # said for all of them by the first; should that one find a lawyer meanwhile, by the next
        set_timer(unit, LAWYER_TIMER, need.id, unit.now + LOOK_AGAIN)


def _coordinated(unit: UnitOfWork, case_id: UUID) -> list[Need]:
    held = (
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(
            Need.case_id == case_id,
            Alert.kind == CUSTODY,
            Need.kind == NeedKind.COORDINATOR,
            Need.state == NeedState.ACCEPTED,
        )
    )
    return list(unit.session.scalars(held.order_by(Need.id)))


def _lawyer_missing(unit: UnitOfWork, coordinator: Need) -> bool:
    """Whether a lawyer is sought for the same case, and none has it."""
    states = unit.session.scalars(
        select(Need.state).where(Need.alert_id == coordinator.alert_id, Need.kind == NeedKind.LAWYER)
    ).all()
    return any(state in SOUGHT for state in states) and NeedState.ACCEPTED not in states


def _lock(unit: UnitOfWork, need_id: UUID) -> Need:
    # The need before its timers, here as everywhere: two who lock in opposite order would wait in a circle.
    return unit.session.get_one(Need, need_id, with_for_update=OWN, populate_existing=True)
