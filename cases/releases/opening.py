"""A recipient opens what was sent to them: on one device, for a week, as long as it still may be seen."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.models import Case
from cases.releases.events import ReleaseAcknowledged, ReleaseLinkFreed, ReleaseOpened
from cases.releases.models import Release, ReleaseRecipient, ReleaseState
from cases.releases.proposing import content_of, locked
from contacts.models import Contact
from store.base import OWN
from store.tokens import token_index

if TYPE_CHECKING:
    from uuid import UUID

    from cases.views.audience import AudienceView
    from store.unit_of_work import UnitOfWork

DEVICE_BYTES = 24


class Refused(StrEnum):
    """Why nothing is shown."""

    UNKNOWN = "unknown"
    """There is no such link, or it is too old, or whose it was helps no more."""
    ELSEWHERE = "elsewhere"
    """It was opened on another device first."""
    RECALLED = "recalled"
    CHANGED = "changed"
    """It is not any more what was approved."""


@dataclass(frozen=True)
class Opened:
    """What a recipient is shown. ``device``: what their device must show from now on."""

    view: AudienceView
    recipient: ReleaseRecipient
    release: Release
    device: str = field(repr=False)


def find_recipient(unit: UnitOfWork, token: str) -> ReleaseRecipient | None:
    """Return whose link this is, without opening it (scanners of mail only look)."""
    return unit.session.scalars(
        select(ReleaseRecipient)
        .join(Contact, Contact.id == ReleaseRecipient.contact_id)
        .where(
            ReleaseRecipient.token_index == token_index(token),
            ReleaseRecipient.expires_at > unit.now,
            Contact.left_at.is_(None),
        )
    ).one_or_none()


def open_release(unit: UnitOfWork, token: str, device: str | None) -> Opened | Refused:
    """Show what was sent, made anew from the view, on the device that opened it first. Each showing is logged."""
    recipient = _locked_recipient(unit, token)
    if recipient is None:
        return Refused.UNKNOWN
    if recipient.device_index is not None and not _is_its_device(recipient, device):
        return Refused.ELSEWHERE
    release = unit.session.get_one(Release, recipient.release_id)
    if release.state != ReleaseState.SENT:
        return Refused.RECALLED
    view = content_of(unit, release)
    if view is None:
        return Refused.CHANGED
    if device is None or recipient.device_index is None:
        device = secrets.token_urlsafe(DEVICE_BYTES)
        recipient.device_index = token_index(device)
    recipient.opened_at = recipient.opened_at or unit.now
    unit.session.flush()
    unit.record(ReleaseOpened(case_id=release.case_id, release_id=release.id, contact_id=recipient.contact_id))
    return Opened(view, recipient, release, device)


def acknowledge(unit: UnitOfWork, token: str, device: str | None) -> Refused | None:
    """Take a recipient's word that they have it in hand; saying it again changes and records nothing.

    It opens nothing: a link that was let go waits for whoever opens it next.
    """
    recipient = _locked_recipient(unit, token)
    if recipient is None or recipient.opened_at is None:
        return Refused.UNKNOWN
    if not _is_its_device(recipient, device):
        return Refused.ELSEWHERE
    if recipient.acknowledged_at is None:
        release = unit.session.get_one(Release, recipient.release_id)
        recipient.acknowledged_at = unit.now
        unit.session.flush()
        who = recipient.contact_id
        unit.record(ReleaseAcknowledged(case_id=release.case_id, release_id=release.id, contact_id=who))
    return None


def free_link(unit: UnitOfWork, release_id: UUID, recipient_id: UUID) -> bool:
    """Let the next device that opens a recipient's link be the only one; return whether another was until now.

    What has not left, was called back, or is over stays as it is. Safe to repeat.
    """
    release = locked(unit, release_id)
    recipient = unit.session.scalars(
        select(ReleaseRecipient)
        .where(
            ReleaseRecipient.id == recipient_id,
            ReleaseRecipient.release_id == release.id,
            ReleaseRecipient.device_index.is_not(None),
            ReleaseRecipient.expires_at > unit.now,
        )
        .with_for_update(**OWN)
    ).one_or_none()
    if recipient is None or release.state != ReleaseState.SENT:
        return False
    recipient.device_index = None
    unit.session.flush()
    who = recipient.contact_id
    unit.record(ReleaseLinkFreed(case_id=release.case_id, release_id=release.id, contact_id=who))
    return True


def code_of_release(unit: UnitOfWork, recipient: ReleaseRecipient) -> str:
    """Return the code of the case a recipient's link is about."""
    release = unit.session.get_one(Release, recipient.release_id)
    return unit.session.get_one(Case, release.case_id).code


def _locked_recipient(unit: UnitOfWork, token: str) -> ReleaseRecipient | None:
    known = find_recipient(unit, token)
    if known is None:
        return None
    return unit.session.scalars(
        select(ReleaseRecipient)
        .where(ReleaseRecipient.id == known.id)
        .with_for_update(**OWN)
        .execution_options(populate_existing=True)
    ).one()


def _is_its_device(recipient: ReleaseRecipient, device: str | None) -> bool:
    """Whether a device is the one that opened a link; none is before anybody has, or once it was let go."""
    held = recipient.device_index
    return held is not None and device is not None and secrets.compare_digest(token_index(device), held)
