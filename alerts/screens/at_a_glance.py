"""A whole board: what presses, who is on duty, how channels are, the cases; six statements, whatever its size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.needs.duty_now import OnDuty, duty_now
from alerts.needs.duty_team import as_members, people
from alerts.needs.targets import may_be_on_call
from alerts.needs.team import fetch_keys, names_of
from alerts.policy.policies import duties_by
from alerts.screens.case_board import CasePage, cases_of
from alerts.screens.channel_health import Channels, channel_health
from alerts.screens.pressing import Pressing, feigned, pressing
from alerts.telling.case_list import SEES_ALL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from alerts.needs.duty_team import Person
    from contacts.accounts.sessions import SignedIn
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Board:
    """What an account finds when it comes in. ``runs_team``: whether it is shown duty and channels."""

    now: datetime
    cases: CasePage
    pressing: Pressing = field(default_factory=Pressing)
    runs_team: bool = False
    duty: tuple[OnDuty, ...] = ()
    channels: Channels = field(default_factory=Channels)
    names: Mapping[UUID, str] = field(default_factory=dict, repr=False)
    missing: tuple[str, ...] = ()
    """What is still to be set up before an alert can reach anybody: contacts, phones, roster, drill; in this order."""


def board_at_a_glance(unit: UnitOfWork, who: SignedIn, page: int = 1) -> Board:
    """Return the board of an account; ``page`` counts pages of cases from 1. Under duress: one of somebody new."""
    cases = cases_of(unit, who, page)
    if who.duress or who.contact_id is None:
        return Board(unit.now, cases, feigned(cases))
    found, presses = people(unit), pressing(unit, who)
    runs_team = who.role == SEES_ALL
    takers = cases.takers
    known = {one.contact.name_index: id_ for id_, one in found.items()}
    shown = [one.contact for id_, one in found.items() if id_ in takers or (runs_team and may_be_on_call(one.contact))]
    fetch_keys(unit, shown)
    duties = duties_by(unit, known) if runs_team else []
    duty = duty_now(duties, as_members(found), unit.now)
    named = takers.union(*(one.people for one in duty))
    names = names_of(unit, (found[id_].contact for id_ in named if id_ in found))
    return Board(
        unit.now,
        cases.with_names(names),
        presses,
        runs_team,
        duty,
        channel_health(unit) if runs_team else Channels(),
        names,
        _missing(found, has_roster=bool(duties)) if runs_team else (),
    )


def _missing(found: Mapping[UUID, Person], *, has_roster: bool) -> tuple[str, ...]:
    """What a team that has just begun has still to do. Pure."""
    helpers = [one for one in found.values() if may_be_on_call(one.contact)]
    steps = {
        "contacts": len(helpers) > 1,
        "phones": any(one.is_reached for one in helpers),
        "roster": has_roster,
    }
    return tuple(step for step, is_done in steps.items() if not is_done)
