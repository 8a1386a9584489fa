"""The first page for many people of one incident: what :mod:`alerts.search.paging` does for one, in few statements.

A raid of sixty must be with its lawyers in a second or two. Only the first step goes this way, and only for people of
whom no more is known than the list: whoever was reported by somebody, or is joined with another case, is sought alone.
What cannot be done together is left as it is, due by its own timer.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from alerts.events import StepPaged
from alerts.messages.giving_up import TIMER
from alerts.models import CUSTODY, Alert, Need, NeedState
from alerts.needs.company import ASKED_ONCE
from alerts.needs.searching import keep, page_for, standing_of
from alerts.needs.seats import is_of_custody
from alerts.needs.targets import reachable
from alerts.policy import escalation
from alerts.policy.policies import ladder_in, policies_in_force
from alerts.progress import begin_step
from alerts.search.rings import ring_of_many
from alerts.telling.page_words import page_words
from cases.identity.models import SamePerson
from cases.incidents.models import IncidentCase
from cases.models import Case, Report
from store.base import OWN
from store.timers import Timer, set_timers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from alerts.policy.ladder import Ladder
    from store.unit_of_work import UnitOfWork

MOST_NEEDS: Final = 100
MOST_PAGES: Final = 400
"""So much is asked in one unit; what is more comes in the next: nobody else shall wait for long meanwhile."""


def page_many(unit: UnitOfWork, need: Need) -> bool:
    """Ask, for a locked need and all like it in its incident, whoever is on the first step; return whether it was done.

    Like it are those of the same kind of which nobody was asked yet and that are due by now, also where another worker
    has just claimed their timers: that worker finds its lease lost. Then each is as
    :func:`alerts.search.paging.escalate` would have left it, and its timer is wound. Repeating it changes nothing.
    """
    if need.kind in ASKED_ONCE or need.case_id is None or need.round or need.state != NeedState.PAGING:
        return False
    if not is_of_custody(unit, need):
        return False
    alike = _alike(unit, need)
    if len(alike) < 2 or need.id not in {one.id for one, _ in alike}:  # noqa: PLR2004  one is not many
        return False
    policies = policies_in_force(unit)
    done, left = False, MOST_PAGES
    for group in _who_have_the_same_helpers(unit, alike):  # that of the need itself comes first
        ladder = ladder_in(policies, need.kind, group[0][1])
        asked = _page_group(unit, ladder, [one for one, _ in group], left)
        done |= need.id in asked
        left -= sum(asked.values())
        if left <= 0:
            break
    return done


def _alike(unit: UnitOfWork, need: Need) -> Sequence[tuple[Need, Case]]:
    """The need and those like it that nobody else is at work on, locked, in the order of the list."""
    own, other = aliased(IncidentCase), aliased(Need)
    cluster = select(Alert.cluster_id).where(Alert.id == need.alert_id).scalar_subquery()
    begun = exists().where(
        other.alert_id == Need.alert_id,
        other.kind == Need.kind,
        other.id != Need.id,
        or_(other.round > 0, other.state == NeedState.ACCEPTED),
    )
    joined = exists().where(
        or_(SamePerson.case_id == Need.case_id, SamePerson.leader_id == Need.case_id), SamePerson.parted_at.is_(None)
    )
    found = (
        select(Need, Case)
        .join(Alert, Alert.id == Need.alert_id)
        .join(Case, Case.id == Need.case_id)
        .join(IncidentCase, IncidentCase.case_id == Need.case_id)
        .join(own, own.incident_id == IncidentCase.incident_id)
        .join(Timer, Timer.subject_id == Need.id)
        .where(
            own.case_id == need.case_id,
            Timer.kind == TIMER,
            or_(Need.id == need.id, Timer.due_at <= unit.now, Timer.fence.is_not(None)),
            Alert.kind == CUSTODY,
            Alert.cluster_id == cluster,
            Need.kind == need.kind,
            Need.seat == need.seat,
            Need.urgency == need.urgency,
            Need.state == NeedState.PAGING,
            Need.round == 0,
            Need.held_by.is_(None),
            ~exists().where(Report.case_id == Need.case_id),
            ~joined,
            ~begun,
        )
        .order_by(Need.id != need.id, IncidentCase.number)
        .limit(MOST_NEEDS)
        .with_for_update(**OWN, skip_locked=True, of=Need)
        .execution_options(populate_existing=True)
    )
    return [(row.Need, row.Case) for row in unit.session.execute(found)]


def _who_have_the_same_helpers(unit: UnitOfWork, alike: Sequence[tuple[Need, Case]]) -> list[list[tuple[Need, Case]]]:
    """Put together those for whom the same people are meant by a step: by region, language, and who has the case."""
    has: defaultdict[UUID, set[UUID]] = defaultdict(set)
    taken = select(Need.case_id, Need.accepted_by).where(
        Need.case_id.in_([case.id for _, case in alike]), Need.accepted_by.is_not(None)
    )
    for case_id, contact_id in unit.session.execute(taken):
        if case_id is not None and contact_id is not None:
            has[case_id].add(contact_id)
    groups: defaultdict[tuple[str | None, str | None, frozenset[UUID]], list[tuple[Need, Case]]] = defaultdict(list)
    for need, case in alike:
        groups[case.region, case.language, frozenset(has[case.id])].append((need, case))
    return list(groups.values())


def _page_group(unit: UnitOfWork, ladder: Ladder, needs: Sequence[Need], most: int) -> dict[UUID, int]:
    """Page the first step for these, as far as so many pages go; return how many people were asked for each.

    Where nothing was asked in this unit yet, for one at least: however many helpers there are.
    """
    begins = escalation.next_step(ladder, standing_of(needs[0]), unit.now)
    if not isinstance(begins, escalation.PageStep):
        return {}
    step = ladder.steps[begins.step]
    contacts = {contact.id: contact for contact in reachable(unit, step, needs[0])}
    if not contacts:
        return {}
    at_least = 1 if most == MOST_PAGES else 0
    needs = needs[: max(most // len(contacts), at_least)]
    if not needs:
        return {}
    asked = frozenset(contacts)
    looks = {}
    for need in needs:
        progress = begin_step(standing_of(need), begins.round, begins.step, asked, unit.now)
        keep(need, progress)
        following = escalation.next_step(ladder, progress, unit.now)
        looks[need.id] = following.at if isinstance(following, escalation.WaitUntil) else unit.now
    pages = {contact_id: [(need, page_for(need, step, contact_id, unit.now)) for need in needs] for contact_id in asked}
    unit.session.add_all(page for asks in pages.values() for _, page in asks)
    unit.session.flush()
    words = {need.id: page_words(unit, need) for need in needs}
    for contact_id in sorted(asked):
        ring_of_many(unit, contacts[contact_id], pages[contact_id], words)
    set_timers(unit, TIMER, looks)
    for need in needs:
        # Nobody reported these people to us, so that nobody has to hear how the search for their lawyers goes.
        unit.record_last(
            StepPaged(case_id=need.case_id, need_id=need.id, round=begins.round, step=begins.step, people=len(asked)),
            is_followed=False,
        )
    return dict.fromkeys(looks, len(asked))
