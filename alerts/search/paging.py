"""Paging: the timer of a need asks what comes next, and this carries it out in one transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, select, update

from alerts.events import HoldLapsed, NeedExhausted, NeedGivenBack, PoliciesReplaced, StepPaged
from alerts.messages import giving_up
from alerts.models import SOUGHT, Delivery, Need, NeedState, Page
from alerts.needs.company import LOOK_AGAIN, waits_for_its_company
from alerts.needs.one_person import is_handed_over
from alerts.needs.searching import keep, page_for, standing_of
from alerts.needs.seats import declined_elsewhere, is_over, open_seats, waits_its_turn
from alerts.needs.targets import reachable
from alerts.needs.ways import ways_to
from alerts.policy import escalation
from alerts.policy.policies import ladder_for
from alerts.policy.quiet import is_quiet, rests_until
from alerts.progress import Ask, announce_exhaustion, begin_step, give_back, read_progress, restart
from alerts.search.paging_many import page_many
from alerts.search.rings import ring
from contacts.events import MethodDied
from contacts.models import Contact
from store.base import OWN
from store.claims import Claim, finish
from store.eventlog import EventRow
from store.timers import TABLE, Timer, set_timer, stop_timer

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from alerts.policy.ladder import Step
    from alerts.progress import Progress
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

TIMER = giving_up.TIMER
wind = giving_up.wind
DECISIONS_AT_ONCE = 200
"""More decisions than any sensible policy has steps; beyond them the search goes on in the next transaction."""


def escalate(unit: UnitOfWork, timer: Timer, held: Claim, *, zone: str | None = None) -> None:
    """Carry out everything that is due for one need, then set its timer to when it must be looked at again.

    What is due and can wait rings nobody at night, on any step or round. Nor does a report that can wait, by the clock
    of ``zone``, until somebody was asked for it: whyever it is looked at.
    """
    # The need before its timer, here as in every ack: two who lock in opposite order would wait in a circle.
    need = unit.session.scalars(select(Need).where(Need.id == timer.subject_id).with_for_update(**OWN)).one()
    finish(unit.session, TABLE, held)
    _release(unit, need)
    if need.state in SOUGHT:
        if waits_its_turn(unit, need) or is_handed_over(unit, need) or page_many(unit, need):
            return None
        later = rests_until(unit, need, zone or "UTC", reports=zone is not None)
        if later is None and waits_for_its_company(unit, need):
            later = unit.now + LOOK_AGAIN
        if later is not None:
            return set_timer(unit, TIMER, need.id, later)
    ladder = ladder_for(unit, need)
    for _ in range(DECISIONS_AT_ONCE):
        decision = escalation.next_step(ladder, progress_of(unit, need), unit.now)
        match decision:
            case escalation.Settled():
                return stop_timer(unit, TIMER, need.id)
            case escalation.WaitUntil(at):
                return set_timer(unit, TIMER, need.id, at)
            case escalation.PageStep():
                _page(unit, need, ladder.steps[decision.step], decision)
            case escalation.Exhausted(again):
                _announce(unit, need, again=again)
    return wind(unit, need.id)


def _release(unit: UnitOfWork, need: Need) -> None:
    """Let go of a provisional yes that nobody confirmed in time."""
    if need.held_by is None or need.held_until is None or need.held_until > unit.now:
        return
    lapsed = HoldLapsed(case_id=need.case_id, need_id=need.id, contact_id=need.held_by)
    need.held_by = need.held_until = None
    unit.session.flush()
    unit.record_last(lapsed)


def progress_of(unit: UnitOfWork, need: Need) -> Progress:
    """Read how far the search for a need has come from its rows."""
    rows = unit.session.scalars(select(Page).where(Page.need_id == need.id))
    asks = (
        Ask(row.contact_id, row.round, row.step, row.declined_at is not None, row.unreachable_at is not None)
        for row in rows
    )
    return read_progress(standing_of(need), asks)


def _page(unit: UnitOfWork, need: Need, step: Step, decision: escalation.PageStep) -> None:
    progress = progress_of(unit, need)
    candidates = {contact.id: contact for contact in reachable(unit, step, need)}
    refusing = set() if progress.overtime else declined_elsewhere(unit, need)
    asked = escalation.to_ask(progress, decision, frozenset(candidates) - refusing)
    keep(need, begin_step(progress, decision.round, decision.step, asked, unit.now))
    for contact_id in sorted(asked):
        _ask(unit, need, step, contact_id)
    unit.session.flush()
    unit.record_last(
        StepPaged(case_id=need.case_id, need_id=need.id, round=decision.round, step=decision.step, people=len(asked))
    )


def _ask(unit: UnitOfWork, need: Need, step: Step, contact_id: UUID) -> None:
    page = page_for(need, step, contact_id, unit.now)
    unit.session.add(page)
    unit.session.flush()
    ring(unit, need, page)


def _announce(unit: UnitOfWork, need: Need, *, again: bool) -> None:
    keep(need, announce_exhaustion(progress_of(unit, need), unit.now))
    if need.state == NeedState.PAGING:
        need.state = NeedState.EXHAUSTED
    unit.session.flush()
    if is_quiet(unit, need):
        return  # asking goes on, but nobody else is woken or called away for it
    hours = _hours_exhausted(need, unit.now)
    if not again or hours > _hours_said(unit, need):
        unit.record_last(NeedExhausted(case_id=need.case_id, need_id=need.id, hours=hours))


def _hours_exhausted(need: Need, at: datetime) -> int:
    """Whole hours since exhaustion was first announced: it is said again once an hour, not at every beat."""
    return 0 if need.exhausted_at is None else int((at - need.exhausted_at) / timedelta(hours=1))


def _hours_said(unit: UnitOfWork, need: Need) -> int:
    """Which hour was announced last. Read from the log: a house that stood still must not skip one."""
    said = (
        select(EventRow.payload)
        .where(
            EventRow.case_id == need.case_id,
            EventRow.name == NeedExhausted.__name__,
            EventRow.at >= need.exhausted_at,
            EventRow.payload["need_id"].as_string() == str(need.id),
        )
        .order_by(EventRow.position.desc())
        .limit(1)
    )
    payload = unit.session.scalar(said)
    return 0 if payload is None else int(payload.get("hours", 0))


def search_afresh(unit: UnitOfWork, event: Event) -> None:
    """Climb the new ladders from their first step, for everything that is being sought when policies change.

    Who declined is not asked again before overtime, and what waits until morning goes on waiting.
    """
    if not isinstance(event, PoliciesReplaced):
        return
    begun = select(Need).where(Need.state.in_(SOUGHT), Need.round > 0).order_by(Need.id)
    for need in unit.session.scalars(begun.with_for_update(**OWN).execution_options(populate_existing=True)).all():
        keep(need, restart(progress_of(unit, need), unit.now))
        need.state = NeedState.PAGING
        unit.session.flush()
        wind(unit, need.id)


def seek_another(unit: UnitOfWork, event: Event) -> None:
    """Search again for what somebody took whom no message reaches any more: they count as having declined.

    Whoever can be reached again by now keeps it, and what was due and is over stays as it is. Repeating it changes
    nothing.
    """
    if not isinstance(event, MethodDied) or ways_to(unit, unit.session.get_one(Contact, event.contact_id)):
        return
    give_back_all(unit, event.contact_id)


def give_back_all(unit: UnitOfWork, contact_id: UUID) -> None:
    """Search on for everything somebody has, without a word to them. What was due and is over stays as it is."""
    taken = select(Need).where(
        Need.accepted_by == contact_id, Need.state == NeedState.ACCEPTED, Need.case_id.is_not(None)
    )
    in_order = taken.order_by(Need.id).with_for_update(**OWN).execution_options(populate_existing=True)
    for need in unit.session.scalars(in_order).all():
        if not is_over(unit, need):
            give_back_need(unit, need, contact_id)


def give_back_need(unit: UnitOfWork, need: Need, contact_id: UUID, why: str = "unreachable") -> None:
    """Take a need from whoever had accepted it and search on; they count as having declined. ``need`` is locked.

    ``why`` as in :class:`alerts.events.NeedGivenBack`.
    """
    progress = progress_of(unit, need)
    unit.session.execute(
        update(Page)
        .where(Page.need_id == need.id, Page.contact_id == contact_id, Page.declined_at.is_(None))
        .values(declined_at=unit.now)
    )
    keep(need, give_back(progress, unit.now))
    need.state, need.accepted_by, need.accepted_at = NeedState.PAGING, None, None
    need.contact_made_at = need.filed_at = need.reminded_at = None
    unit.session.flush()
    wind(unit, need.id)
    unit.record_last(NeedGivenBack(case_id=need.case_id, need_id=need.id, contact_id=contact_id, why=why))


def anybody_told(unit: UnitOfWork, need_id: UUID) -> bool:
    """Whether anything that asks for the need has left."""
    return bool(unit.session.scalar(select(exists().where(Delivery.need_id == need_id, Delivery.sent_at.is_not(None)))))


def close_need(unit: UnitOfWork, need_id: UUID) -> None:
    """Stop asking: what the need was for is gone. Another seat's turn may have come."""
    unit.session.execute(
        update(Need)
        .where(Need.id == need_id, Need.state.in_(SOUGHT))
        .values(state=NeedState.CLOSED, held_by=None, held_until=None)
    )
    for seat in open_seats(unit, unit.session.get_one(Need, need_id, populate_existing=True)):
        wind(unit, seat.id)
