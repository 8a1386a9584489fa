"""Conflicts of interest: who is not asked about a case, whoever names them.

- Whose own account an alarm is about.
- Who must not work beside somebody who has it: one of the two names the other under ``avoid`` in the contacts file.
- Whom the person has dismissed: they are not asked for the case again, and cannot take it.
- Who reported it: they are asked about what they know, not whether they take it. When the list has run out they hear of
  it as everybody does, and can accept: a report nobody else can take is not lost.

Names of firms and clients under ``avoid`` are for people to read: nothing of a case could be compared with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.models import ACCOUNT, Alert, Need
from cases.docket.dismissing import dismissed_from
from cases.models import Report
from contacts.accounts.models import Account
from contacts.directory import avoided_by
from contacts.models import Contact, ContactMethod

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Conflicts:
    """Who may not be asked about one case, as it stands. ``reporters``: or whom an alarm without a case is about."""

    reporters: frozenset[UUID]
    takers: frozenset[bytes]
    """Names of those who have it, as fingerprints."""
    avoided: frozenset[bytes]
    """Names they must not work beside."""
    dismissed: frozenset[UUID] = frozenset()

    def has(self, unit: UnitOfWork, contact: Contact) -> bool:
        """Whether somebody is in conflict with the case."""
        if contact.id in self.reporters | self.dismissed or contact.name_index in self.avoided:
            return True
        return bool(self.takers) and not self.takers.isdisjoint(avoided_by(unit, contact))


def conflicts_of(unit: UnitOfWork, need: Need) -> Conflicts:
    """Find out who is in conflict with the case of a need, or concerned by an alarm; nobody is by a fault of ours."""
    if need.case_id is None:
        return Conflicts(concerned(unit, need), frozenset(), frozenset())
    reported = (
        select(ContactMethod.contact_id)
        .join(Report, Report.chat_id == ContactMethod.chat_id)
        .where(Report.case_id == need.case_id)
    )
    others = select(Need.accepted_by).where(Need.case_id == need.case_id, Need.id != need.id)
    takers = unit.session.scalars(select(Contact).where(Contact.id.in_(others))).all()
    return Conflicts(
        frozenset(unit.session.scalars(reported)),
        frozenset(taker.name_index for taker in takers),
        frozenset(name for taker in takers for name in avoided_by(unit, taker)),
        frozenset(one for _, one in dismissed_from(unit, [need.case_id])),
    )


def cases_in_conflict(
    unit: UnitOfWork, contact: Contact, case_ids: Collection[UUID], *, leaving: UUID | None = None
) -> frozenset[UUID]:
    """Of some cases return those with which somebody is in conflict: as :meth:`Conflicts.has`. Three statements.

    What they have of a case themselves is no conflict, nor is whoever is ``leaving`` it.
    """
    reported = unit.session.scalars(
        select(Report.case_id)
        .join(ContactMethod, ContactMethod.chat_id == Report.chat_id)
        .where(Report.case_id.in_(case_ids), ContactMethod.contact_id == contact.id)
    ).all()
    rows = unit.session.execute(
        select(Need.case_id, Contact)
        .join(Contact, Contact.id == Need.accepted_by)
        .where(
            Need.case_id.in_(case_ids), Need.accepted_by.not_in([contact.id, *([] if leaving is None else [leaving])])
        )
    ).all()
    names = avoided_by(unit, contact) if rows else frozenset()
    takers = {row.Contact.id: row.Contact for row in rows}
    apart = {
        taker.id
        for taker in takers.values()
        if taker.name_index in names or contact.name_index in avoided_by(unit, taker)
    }
    dismissed = frozenset(case_id for case_id, one in dismissed_from(unit, case_ids) if one == contact.id)
    return frozenset(reported) | dismissed | frozenset(row.case_id for row in rows if row.Contact.id in apart)


def concerned(unit: UnitOfWork, need: Need) -> frozenset[UUID]:
    """Return whose account the alarm of a need is about: they are not asked to look into it."""
    whose = (
        select(Account.contact_id)
        .join(Alert, Alert.subject_id == Account.id)
        .where(Alert.id == need.alert_id, Alert.kind == ACCOUNT)
    )
    return frozenset(one for one in unit.session.scalars(whose) if one is not None)
