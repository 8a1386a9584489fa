"""Alerts that belong together, as far as place and time tell: the first of them to somebody is never held back.

A flood is one happening told many times. Somebody whose phone is full of one place must still hear at once of another.
Where many reports are of one cluster, coordinators are asked whether they are one incident; nothing is gathered by
itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, select

from alerts.models import CUSTODY, DUE, Alert, Delivery, Need
from cases.incidents.models import IncidentCase
from cases.models import Case, Report
from cases.retention import Retention
from store.base import new_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

TOGETHER = timedelta(minutes=30)
"""A new alert joins those of its place whose newest is no older than this."""
SEVERAL: Final = 4
"""Reports of one cluster of which it is asked whether they are one incident."""
ASKED_FOR: Final = timedelta(hours=12)
"""So long after the last of them."""


def cluster_of(unit: UnitOfWork, case_id: UUID | None) -> UUID:
    """Return the cluster a new alert belongs to; one of its own when nothing like it is recent.

    What is known of a place is the region; cases whose region nobody knows yet are of one place. What is due belongs to
    no place: who was reminded of something must hear of a new arrest there as of the first.
    """
    if case_id is None:
        return new_id()
    region = unit.session.get_one(Case, case_id).region
    recent = (
        select(Alert.cluster_id)
        .join(Case, Case.id == Alert.case_id)
        .where(
            Case.region.is_not_distinct_from(region),
            Alert.kind.not_in(DUE),
            Alert.opened_at >= unit.now - TOGETHER,
        )
        .order_by(Alert.opened_at.desc(), Alert.id.desc())
        .limit(1)
    )
    return unit.session.scalar(recent) or new_id()


def cluster_of_due(unit: UnitOfWork) -> UUID:
    """Return the cluster of what falls due now: it joins what did a short while ago, so that many come as one."""
    recent = (
        select(Alert.cluster_id)
        .where(Alert.kind.in_(DUE), Alert.opened_at >= unit.now - TOGETHER)
        .order_by(Alert.opened_at.desc(), Alert.id.desc())
        .limit(1)
    )
    return unit.session.scalar(recent) or new_id()


def is_first_of_cluster(unit: UnitOfWork, need: Need, chat_id: UUID) -> bool:
    """Whether nothing of the need's cluster was asked in this conversation before; shouting is not asking."""
    cluster = unit.session.get_one(Alert, need.alert_id).cluster_id
    before = exists().where(
        Delivery.chat_id == chat_id,
        Delivery.page_id.is_not(None),
        Delivery.need_id == Need.id,
        Need.alert_id == Alert.id,
        Alert.cluster_id == cluster,
    )
    return not unit.session.scalar(select(before))


@dataclass(frozen=True)
class Proposed:
    """Reports that may be of one incident: of one region, or of none that is known, each soon after another."""

    cluster_id: UUID
    region: str | None
    zone: str
    codes: tuple[str, ...]
    first_at: datetime
    last_at: datetime


def proposed_incidents(unit: UnitOfWork) -> list[Proposed]:
    """Return what may be one incident and is none yet, the newest first. One statement."""
    found: defaultdict[UUID, list[tuple[Alert, Case]]] = defaultdict(list)
    rows = unit.session.execute(
        select(Alert, Case)
        .join(Case, Case.id == Alert.case_id)
        .where(
            Alert.kind == CUSTODY,
            Alert.opened_at >= unit.now - ASKED_FOR,
            exists().where(Report.case_id == Case.id),
            ~exists().where(IncidentCase.case_id == Case.id),
            ~exists().where(Retention.case_id == Case.id, Retention.closed_at.is_not(None)),
        )
        .order_by(Alert.opened_at, Alert.id)
    )
    for row in rows:
        found[row.Alert.cluster_id].append((row.Alert, row.Case))
    several = [
        Proposed(
            cluster_id,
            region=together[0][1].region,
            zone=next((case.timezone for _, case in together if case.timezone), "UTC"),
            codes=tuple(case.code for _, case in together),
            first_at=together[0][0].opened_at,
            last_at=together[-1][0].opened_at,
        )
        for cluster_id, together in found.items()
        if len(together) >= SEVERAL
    ]
    return sorted(several, key=lambda one: one.last_at, reverse=True)
