"""What whoever took a need can do about it: read the case, say how far they have come, give it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.messages.buttons import mint
from alerts.models import CUSTODY, WATCH, Alert
from alerts.policy.milestones import MILESTONES, Milestone, first_missing
from cases.docket.models import Watch, WatchState
from cases.docket.vocabulary import NEEDS_AN_ANSWER

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from alerts.models import Need
    from store.unit_of_work import UnitOfWork

GIVE_BACK = "give_back"
GIVE_BACK_ALL = "give_back_all"
"""The same, of everything that the reminder stands for."""
ALL_RIGHT = "all_right"
"""What was watched for is as it should be."""
NO_LONGER = "no_longer"
"""What is watched for again and again need not be any more."""
ACTIONS = frozenset({*Milestone, GIVE_BACK, GIVE_BACK_ALL})
"""What the buttons say of an acceptance: a milestone was reached, or somebody else shall have it."""


def reached_at(need: Need) -> dict[Milestone, datetime]:
    """Return when whoever has the need said that they reached which milestones, in their order."""
    instants = {Milestone.CONTACT_MADE: need.contact_made_at, Milestone.FILED: need.filed_at}
    return {milestone: at for milestone, at in instants.items() if at is not None}


def reached_by(need: Need) -> tuple[Milestone, ...]:
    """Return the milestones that whoever has the need said they have reached, in their order."""
    return tuple(reached_at(need))


def next_of(need: Need, reached: Collection[Milestone] | None = None) -> Milestone | None:
    """Return what is still to be done for a need that somebody has; None when that is all, or nothing is asked of them.

    A fault of ours has no milestones: whoever took it sees for themselves whether it is mended. ``reached``: how far
    its reader believes to have come, where that is not what stands in the need.
    """
    if need.case_id is None:
        return None
    return first_missing(MILESTONES.get(need.kind, {}), reached_by(need) if reached is None else reached)


def holder_buttons(
    unit: UnitOfWork, chat_id: UUID, need: Need, reached: Collection[Milestone] | None = None
) -> list[list[dict[str, Any]]]:
    """Make the buttons for whoever has the need: two lines at most. None for a fault of ours.

    ``reached`` as for :func:`next_of`.
    """
    if need.case_id is None:
        return []
    read = mint(unit, chat_id, "open", "button.open", subject_id=need.id)
    give_back = mint(unit, chat_id, GIVE_BACK, "button.give_back", subject_id=need.id)
    return [[read, *_how_far(unit, chat_id, need, reached)], [*_for_good(unit, chat_id, need), give_back]]


def _for_good(unit: UnitOfWork, chat_id: UUID, need: Need) -> list[dict[str, Any]]:
    """The button that ends what is asked again and again."""
    alert = unit.session.get_one(Alert, need.alert_id)
    watch = unit.session.get_one(Watch, alert.subject_id) if alert.kind == WATCH else None
    if watch is None or watch.every_seconds is None or watch.kind in NEEDS_AN_ANSWER:
        return []
    return [mint(unit, chat_id, NO_LONGER, "button.no_longer", subject_id=watch.id)]


def _how_far(
    unit: UnitOfWork, chat_id: UUID, need: Need, reached: Collection[Milestone] | None
) -> list[dict[str, Any]]:
    """The next milestone of a case; of what was watched for, that it is all right. A clock ends with a note instead."""
    alert = unit.session.get_one(Alert, need.alert_id)
    if alert.kind == WATCH:
        watch = unit.session.get_one(Watch, alert.subject_id)
        missed = watch.state in (WatchState.WAITING, WatchState.MISSED) and watch.kind not in NEEDS_AN_ANSWER
        return [mint(unit, chat_id, ALL_RIGHT, "button.all_right", subject_id=alert.subject_id)] if missed else []
    milestone = next_of(need, reached) if alert.kind == CUSTODY else None
    return [] if milestone is None else [mint(unit, chat_id, milestone, f"button.{milestone}", subject_id=need.id)]


def reminder_buttons(
    unit: UnitOfWork, chat_id: UUID, need: Need, reached: Collection[Milestone] | None = None
) -> list[list[dict[str, Any]]]:
    """Make the buttons under a reminder: everything still to be done, since who has filed need not tap twice.

    ``reached`` as for :func:`next_of`.
    """
    missing = next_of(need, reached)
    left = [] if missing is None else list(MILESTONES[need.kind])
    reach = [mint(unit, chat_id, one, f"button.{one}", subject_id=need.id) for one in left[_place(left, missing) :]]
    return [reach, [mint(unit, chat_id, GIVE_BACK_ALL, "button.give_back", subject_id=need.id)]]


def _place(milestones: list[Milestone], one: Milestone | None) -> int:
    return 0 if one is None else milestones.index(one)
