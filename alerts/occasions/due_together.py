"""Many reminders of one instant: what asking and paging do for one, in a few statements for all.

A thousand clocks may end in the same second, or have ended while the machine was off. What needs a look of its own
(a case that a helper reported, a night, nobody to ask) is opened with the others and left due by its own timer.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts.events import NeedOpened, StepPaged
from alerts.messages.clusters import cluster_of_due
from alerts.messages.giving_up import TIMER
from alerts.models import SOUGHT, Alert, Need, NeedState, Page
from alerts.needs.searching import keep, page_for, standing_of
from alerts.needs.targets import reachable
from alerts.occasions.due_alerts import About, alert_about
from alerts.policy import escalation
from alerts.policy.ladder import Role
from alerts.policy.night import first_waking_hour
from alerts.policy.policies import WHOEVER_HAS_IT, ladder_in, policies_in_force
from alerts.progress import BETWEEN_ROUNDS, begin_step
from alerts.search.planning import close
from alerts.search.rings import ring_of_many
from alerts.telling.page_words import is_signed_now, page_words
from cases.docket.dismissing import dismissed_from
from cases.models import Case, Report
from cases.urgency import Urgency
from contacts.models import ContactMethod
from store.base import OWN, new_id
from store.timers import set_timers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from alerts.policy import Policies
    from alerts.policy.ladder import Ladder, Step
    from cases.urgency import Need as NeedKind
    from contacts.models import Contact
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Due:
    """What humans are to be asked about, as :func:`alerts.occasions.due_alerts.ask_about` takes it."""

    about: About
    needs: tuple[NeedKind, ...]
    urgency: Urgency
    zone: str
    alone: bool = False


def ask_about_all(unit: UnitOfWork, kind: str, asked: Sequence[Due]) -> None:
    """Have humans asked about things of one kind that are due, in this order; and page whoever is first on each ladder.

    As :func:`alerts.occasions.due_alerts.ask_about` and :func:`alerts.search.paging.escalate` would, one after the
    other.
    """
    subjects = [one.about.subject_id for one in asked]
    for need in _still_asked(unit, kind, subjects):
        close(unit, need)
    opened = _open(unit, asked, _ordinals(unit, kind, subjects))
    paged = _page(unit, [one.need for one in opened if one.at <= unit.now])
    set_timers(unit, TIMER, {one.need.id: one.at for one in opened} | paged)


def _still_asked(unit: UnitOfWork, kind: str, subjects: Collection[UUID]) -> Sequence[Need]:
    """Lock what was asked before about the same and nobody took, in the order in which everybody locks needs."""
    found = (
        select(Need)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Alert.kind == kind, Alert.subject_id.in_(subjects), Need.state.in_(SOUGHT))
        .order_by(Need.id)
        .with_for_update(**OWN, of=Need)
    )
    return unit.session.scalars(found.execution_options(populate_existing=True)).all()


def _ordinals(unit: UnitOfWork, kind: str, subjects: Collection[UUID]) -> dict[UUID, int]:
    """How often each was asked about before; nothing where it never was."""
    last = select(Alert.subject_id, func.max(Alert.ordinal)).where(Alert.kind == kind, Alert.subject_id.in_(subjects))
    return {row[0]: row[1] for row in unit.session.execute(last.group_by(Alert.subject_id))}


@dataclass(frozen=True)
class _Opened:
    """A need that was just opened, its alert, and when it may first be looked at.

    While it is held the session forgets neither row, and nobody reads them again.
    """

    need: Need
    alert: Alert
    at: datetime


def _open(unit: UnitOfWork, asked: Sequence[Due], before: Mapping[UUID, int]) -> list[_Opened]:
    """Open the alerts and their needs, in this order."""
    cluster_id = cluster_of_due(unit)
    found = []
    for one in asked:
        ordinal = before.get(one.about.subject_id, 0) + 1
        alert = alert_about(one.about, ordinal, new_id() if one.alone else cluster_id, unit.now)
        for kind in one.needs:
            need = Need(
                id=new_id(),
                alert_id=alert.id,
                case_id=alert.case_id,
                kind=str(kind),
                seat=1,
                urgency=str(one.urgency),
                opened_at=unit.now,
                state=NeedState.PAGING,
                round=0,
                step=BETWEEN_ROUNDS,
                rounds_before=0,
            )
            at = first_waking_hour(unit.now, one.zone) if one.urgency is Urgency.LATER else unit.now
            found.append(_Opened(need, alert, at))
            opened = NeedOpened(case_id=alert.case_id, need_id=need.id, need=need.kind, urgency=need.urgency)
            unit.record_last(opened)
    unit.session.add_all(one.alert for one in found)
    unit.session.flush()
    unit.session.add_all(one.need for one in found)
    unit.session.flush()
    return found


@dataclass(frozen=True)
class _Alike:
    """Needs for which the same people are meant by every step, and what is known of their cases."""

    ladder: Ladder
    needs: list[Need]


def _page(unit: UnitOfWork, needs: Sequence[Need]) -> dict[UUID, datetime]:
    """Page whoever is first on the ladders of needs that were just opened; return when each is to be looked at next.

    Of those that are left out nothing is returned, but for what rests until the morning.
    """
    cases = _cases_of(unit, needs)
    looks = _resting(unit, needs, cases)
    apart = _reported_by_helpers(unit, cases)
    awake = [need for need in needs if need.id not in looks and need.case_id not in apart]
    place = {need.id: number for number, need in enumerate(needs)}
    rings: defaultdict[tuple[UUID, Step], list[tuple[Need, Page]]] = defaultdict(list)
    contacts: dict[UUID, Contact] = {}
    for group in _groups(unit, awake, cases):
        begun = _first_reachable(unit, group)
        if begun is None:
            continue
        step, people, found = begun
        looks |= _begin(unit, group, people)
        contacts |= found
        for contact_id in sorted(found):
            rings[contact_id, step] += [(need, page_for(need, step, contact_id, unit.now)) for need in group.needs]
    unit.session.add_all(page for asks in rings.values() for _, page in asks)
    unit.session.flush()
    vouched_for = cache(partial(is_signed_now, unit))
    words = {need.id: page_words(unit, need, vouched_for) for asks in rings.values() for need, _ in asks}
    for (contact_id, _), asks in rings.items():
        in_order = sorted(asks, key=lambda ask: place[ask[0].id])
        ring_of_many(unit, contacts[contact_id], in_order, words, gathers=False)
    return looks


def _cases_of(unit: UnitOfWork, needs: Sequence[Need]) -> dict[UUID, Case]:
    ids = {need.case_id for need in needs if need.case_id is not None}
    return {case.id: case for case in unit.session.scalars(select(Case).where(Case.id.in_(ids)))}


def _resting(unit: UnitOfWork, needs: Sequence[Need], cases: Mapping[UUID, Case]) -> dict[UUID, datetime]:
    """What can wait rings nobody at night: as :func:`alerts.policy.quiet.rests_until` for each."""
    found = {}
    for need in needs:
        if need.urgency != Urgency.NOW and need.case_id is not None:
            awake_at = first_waking_hour(unit.now, cases[need.case_id].timezone or "UTC")
            if awake_at > unit.now:
                found[need.id] = awake_at
    return found


def _reported_by_helpers(unit: UnitOfWork, case_ids: Collection[UUID]) -> frozenset[UUID]:
    """Of these cases those that somebody told who may be asked: each has its own conflict of interest."""
    told = (
        select(Report.case_id)
        .join(ContactMethod, ContactMethod.chat_id == Report.chat_id)
        .where(Report.case_id.in_(case_ids))
    )
    return frozenset(unit.session.scalars(told))


def _groups(unit: UnitOfWork, needs: Sequence[Need], cases: Mapping[UUID, Case]) -> list[_Alike]:
    """Put together those for whom the same people are meant: by kind, region, language, and who has the case.

    And by whom its person has dismissed: they are asked for others like it, but not for that one.
    """
    gone: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for of_case, counsel_id in dismissed_from(unit, cases):
        gone[of_case].add(counsel_id)
    has: defaultdict[UUID, set[tuple[str, UUID]]] = defaultdict(set)
    taken = select(Need.case_id, Need.kind, Need.accepted_by)
    for case_id, kind, who in unit.session.execute(
        taken.where(Need.case_id.in_(cases), Need.accepted_by.is_not(None), Need.state == NeedState.ACCEPTED)
    ):
        if case_id is not None and who is not None:
            has[case_id].add((kind, who))
    policies = policies_in_force(unit)
    groups: dict[tuple[object, ...], _Alike] = {}
    for need in needs:
        if need.case_id is None:
            continue
        case = cases[need.case_id]
        key = (need.kind, case.region, case.language, frozenset(has[case.id]), frozenset(gone[case.id]))
        if key not in groups:
            groups[key] = _Alike(_ladder(policies, need.kind, case), [])
        groups[key].needs.append(need)
    return list(groups.values())


def _ladder(policies: Policies, kind: str, case: Case) -> Ladder:
    """Whoever has the case first, as :func:`alerts.policy.policies.ladder_for` has it for what is due."""
    ladder = ladder_in(policies, kind, case)
    return replace(ladder, steps=(WHOEVER_HAS_IT, *ladder.steps), accepts=1)


_Begun = tuple[escalation.PageStep, frozenset["UUID"]]
"""A step that is begun, and who is asked on it."""


def _first_reachable(unit: UnitOfWork, group: _Alike) -> tuple[Step, list[_Begun], dict[UUID, Contact]] | None:
    """Climb the ladder to the first step on which anybody can be reached; None where each needs a look of its own."""
    progress = standing_of(group.needs[0])
    begun: list[_Begun] = []
    for _ in group.ladder.steps:
        decision = escalation.next_step(group.ladder, progress, unit.now)
        if not isinstance(decision, escalation.PageStep):
            return None
        step = group.ladder.steps[decision.step]
        if any(isinstance(target, Role) and "speciality" in target.match for target in step.notify):
            return None  # who is meant depends on what each case is about
        found = {contact.id: contact for contact in reachable(unit, step, group.needs[0])}
        asked = frozenset(found)
        begun.append((decision, asked))
        progress = begin_step(progress, decision.round, decision.step, asked, unit.now)
        if asked:
            return step, begun, found
    return None


def _begin(unit: UnitOfWork, group: _Alike, begun: Sequence[_Begun]) -> dict[UUID, datetime]:
    """Write how far each search has come; return when each is to be looked at next."""
    looks = {}
    for need in group.needs:
        progress = standing_of(need)
        for decision, asked in begun:
            progress = begin_step(progress, decision.round, decision.step, asked, unit.now)
            # Reporters hear of the search for who takes their case, and of no other.
            paged = StepPaged(need.case_id, need.id, decision.round, decision.step, len(asked))
            unit.record_last(paged, is_followed=False)
        keep(need, progress)
        following = escalation.next_step(group.ladder, progress, unit.now)
        looks[need.id] = following.at if isinstance(following, escalation.WaitUntil) else unit.now
    return looks
