"""Alarms about accounts: somebody is being forced, reads unusually much, or a passkey was copied.

The others are paged, by a code alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, select

from alerts.messages.clusters import cluster_of
from alerts.models import ACCOUNT, SOUGHT, Alert, Need, NeedState
from alerts.needs.feigning import note_what_they_have
from alerts.search.paging import give_back_all
from alerts.search.planning import open_need
from alerts.telling.duty_words import tell
from alerts.telling.wording import day_ref
from cases.events import CaseViewed
from cases.models import CaseReading
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from contacts.accounts.directory import account_of
from contacts.accounts.events import AccountActivated, AccountCoerced, PasskeyFellBack
from contacts.accounts.models import Account
from contacts.accounts.reading import WITHIN, is_unusual
from contacts.models import Contact
from store.base import new_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

KEPT_FOR: Final = 24 * WITHIN


def page_the_others(unit: UnitOfWork, event: Event) -> None:
    """Page a coordinator when somebody signed in under duress, and have others take what they had.

    They themselves are told nothing of either. Repeating it asks nobody twice.
    """
    if not isinstance(event, AccountCoerced):
        return
    account = unit.session.get_one(Account, event.account_id)
    if account.contact_id is not None and account.coerced_at is not None:
        note_what_they_have(unit, account.contact_id)
        give_back_all(unit, account.contact_id)
    _page(unit, event.account_id)


def warn_of_copied_passkey(unit: UnitOfWork, event: Event) -> None:
    """Page a coordinator when a passkey signed that must be a copy, or the one it was copied from."""
    if isinstance(event, PasskeyFellBack):
        _page(unit, event.account_id)


def watch_reading(unit: UnitOfWork, event: Event) -> None:
    """Note that a case was opened, and page a coordinator if its reader opens more than work explains."""
    if not isinstance(event, CaseViewed) or event.case_id is None:
        return
    unit.session.execute(delete(CaseReading).where(CaseReading.at <= unit.now - KEPT_FOR))
    unit.session.add(CaseReading(id=new_id(), case_id=event.case_id, contact_id=event.contact_id, at=unit.now))
    unit.session.flush()
    account = account_of(unit, event.contact_id)
    if account is None or _alarmed_lately(unit, account.id):
        return  # what they opened then is still among what they have opened now
    if is_unusual(_opened(unit, event.contact_id), _taken(unit, event.contact_id), unit.now):
        _page(unit, account.id)


def tell_link_code(unit: UnitOfWork, contact_id: UUID) -> None:
    """Tell somebody that a code for their Telegram account was made at the pages: they know whether they asked for it.

    Whoever uses it speaks as them. It is told by the way that is theirs until then.
    """
    once = f"link:{unit.now.isoformat()}"
    tell(unit, unit.session.get_one(Contact, contact_id), "link_code", {"at": day_ref(unit.now)}, once=once)


def tell_account_set_up(unit: UnitOfWork, event: Event) -> None:
    """Tell whoever an account belongs to that somebody has just set it up: they know whether that was them."""
    if not isinstance(event, AccountActivated):
        return
    account = unit.session.get_one(Account, event.account_id)
    if account.contact_id is not None and account.activated_at is not None:
        contact = unit.session.get_one(Contact, account.contact_id)
        once = f"account:{account.id}:{account.activated_at.isoformat()}"
        tell(unit, contact, "account", {"at": day_ref(account.activated_at)}, once=once)


def _opened(unit: UnitOfWork, contact_id: UUID) -> list[tuple[UUID, datetime]]:
    rows = unit.session.execute(
        select(CaseReading.case_id, CaseReading.at).where(
            CaseReading.contact_id == contact_id, CaseReading.at > unit.now - WITHIN
        )
    )
    return [(row.case_id, row.at) for row in rows]


def _taken(unit: UnitOfWork, contact_id: UUID) -> dict[UUID, datetime]:
    rows = unit.session.execute(
        select(Need.case_id, func.max(Need.accepted_at))
        .where(Need.accepted_by == contact_id, Need.state == NeedState.ACCEPTED, Need.case_id.is_not(None))
        .group_by(Need.case_id)
    )
    return {case_id: at for case_id, at in rows if case_id is not None and at is not None}


def _about(account_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Alert.kind == ACCOUNT, Alert.subject_id == account_id


def _alarmed_lately(unit: UnitOfWork, account_id: UUID) -> bool:
    lately = select(Alert.id).where(
        *_about(account_id), Alert.opened_at > unit.now - WITHIN, Alert.opened_at <= unit.now
    )
    return unit.session.scalar(lately.limit(1)) is not None


def _page(unit: UnitOfWork, account_id: UUID) -> None:
    """Open an alarm about an account, unless one that nobody has taken yet is there."""
    about = _about(account_id)
    unanswered = select(Need.id).join(Alert, Alert.id == Need.alert_id).where(*about, Need.state.in_(SOUGHT))
    if unit.session.scalar(unanswered.limit(1)) is not None:
        return
    ordinal = unit.session.scalar(select(func.max(Alert.ordinal)).where(*about)) or 0
    alert = Alert(
        id=new_id(),
        kind=ACCOUNT,
        subject_id=account_id,
        ordinal=ordinal + 1,
        cluster_id=cluster_of(unit, None),
        opened_at=unit.now,
    )
    unit.session.add(alert)
    unit.session.flush()
    open_need(unit, alert, NeedKind.COORDINATOR, Urgency.NOW, "UTC")
