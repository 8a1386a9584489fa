"""Releases leave, are answered, are called back. What is sent holds a code and a link; what leaves is behind it.

Nothing is sent to a role: every recipient was named, and approved with the release. What may leave is looked at anew
just before it does, and again whenever somebody opens it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.messages.outbox import cancel, enqueue
from alerts.models import RELEASE, Delivery, Need, NeedState
from alerts.needs.ways import WAYS, way_to, ways_to
from alerts.occasions.due_alerts import About, ask_about, stop_asking
from cases.consent.vocabulary import Audience
from cases.models import Case
from cases.releases.deciding import ACKNOWLEDGED_WITHIN, GOOD_FOR, HOUR, room_at
from cases.releases.events import (
    ReleaseAcknowledged,
    ReleaseApproved,
    ReleaseEnded,
    ReleaseProposed,
    ReleaseSent,
    ReleaseUnanswered,
)
from cases.releases.models import OPEN, Release, ReleaseRecipient, ReleaseState, ReleaseVoice
from cases.releases.proposing import content_of, end, locked, may_leave, recipients_of
from cases.retention import is_closed
from cases.urgency import Need as NeedKind
from cases.urgency import Urgency
from contacts.accounts.coercion import coerced_contacts
from contacts.directory import active_contacts
from contacts.models import Contact, ContactMethod
from contacts.values import ChannelName
from store.base import OWN
from store.claims import Claim, finish
from store.timers import TABLE, Timer, set_timer, stop_timer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

RELEASE_TIMER = "release"
ANSWER_TIMER = "release_answer"
LOOK_AGAIN = timedelta(days=1)
"""How long a closed case is left alone before it is seen whether it is still closed."""
CARRIES_A_LINK = (ChannelName.TELEGRAM, ChannelName.EMAIL)
"""By which recipients are written to; texts and calls are for those who have to get up at night."""
WHY_VOID = {"changed": "release_void_changed", "unreachable": "release_void_unreachable"}
"""What is said of a release that will not leave, by why it ended."""


def ask_to_approve(unit: UnitOfWork, event: Event) -> None:
    """Tell those who can approve a release that one waits: every coordinator, and the lawyers who have the case."""
    if not isinstance(event, ReleaseProposed) or event.case_id is None:
        return
    release = unit.session.get_one(Release, event.release_id)
    others = (one for one in _approvers(unit, event.case_id) if one.id != release.proposed_by)
    _tell(unit, release, others, "release_waits")


def tell_void(unit: UnitOfWork, event: Event) -> None:
    """Tell whoever proposed or approved a release that it will not leave, once, and for what kind of reason.

    Where none of them can be told, everybody who could have approved it. What somebody called back by hand is no news
    of ours; who is being forced hears nothing.
    """
    if not isinstance(event, ReleaseEnded) or event.case_id is None or event.state != ReleaseState.VOID:
        return
    words = WHY_VOID.get(event.why)
    if words is None:
        return
    release = unit.session.get_one(Release, event.release_id)
    yes = select(ReleaseVoice.contact_id).where(ReleaseVoice.release_id == release.id, ReleaseVoice.approves)
    theirs = {release.proposed_by, *unit.session.scalars(yes)}
    forced = coerced_contacts(unit)
    team = [one for one in _approvers(unit, event.case_id) if one.id not in forced]
    if not _tell(unit, release, (one for one in team if one.id in theirs), words):
        _tell(unit, release, team, words)


def _tell(unit: UnitOfWork, release: Release, contacts: Iterable[Contact], words: str) -> bool:
    """Say something of a release to colleagues, to each once; return whether any of them can be told."""
    code = unit.session.get_one(Case, release.case_id).code
    ways = [way for way in (way_to(unit, one) for one in contacts) if way is not None]
    for way in ways:
        enqueue(
            unit,
            way.chat,
            f"staff.{words}",
            language=way.language,
            values={"code": code},
            method_id=way.method.id,
            dedupe_key=f"{words}:{release.id}:{way.contact.id}",
        )
    return bool(ways)


def _approvers(unit: UnitOfWork, case_id: UUID) -> Iterable[Contact]:
    holding = select(Need.accepted_by).where(Need.case_id == case_id, Need.state == NeedState.ACCEPTED)
    lawyers = select(Contact).where(Contact.id.in_(holding), Contact.role == "lawyer", Contact.left_at.is_(None))
    yield from active_contacts(unit, "coordinator")
    yield from unit.session.scalars(lawyers.order_by(Contact.created_at, Contact.id))


def reached_by_link(unit: UnitOfWork, contact_ids: Iterable[UUID]) -> set[UUID]:
    """Return who of some contacts can be sent a link now, by a proved and living way. One statement."""
    (methods, is_theirs), _ = WAYS
    reached = (
        select(Contact.id)
        .join(methods, is_theirs)
        .where(Contact.id.in_(tuple(contact_ids)), ContactMethod.channel.in_(CARRIES_A_LINK))
    )
    return set(unit.session.scalars(reached))


def let_go(unit: UnitOfWork, event: Event) -> None:
    """Have an approved release leave as soon as its embargo is over."""
    if isinstance(event, ReleaseApproved):
        release = unit.session.get_one(Release, event.release_id)
        set_timer(unit, RELEASE_TIMER, release.id, max(unit.now, release.not_before or unit.now))


def send_release(unit: UnitOfWork, timer: Timer, held: Claim) -> None:
    """Let a release leave, unless it is not any more what was approved, or by whom; wait while the hour has no room.

    Who can be sent nothing by now was not sent it. Where that is all of them UNHCR's next contact is asked at once, and
    what was for anybody else is void.
    """
    release = locked(unit, timer.subject_id)
    finish(unit.session, TABLE, held)
    if release.state != ReleaseState.APPROVED:
        return
    if not may_leave(unit, release):
        end(unit, release, ReleaseState.VOID, "changed")
        return
    first = [one for one in recipients_of(unit, release.id) if not one.fallback]
    later = room_at(_left_lately(unit), unit.now, len(first))
    if later > unit.now:
        set_timer(unit, RELEASE_TIMER, release.id, later)
        return
    sent = [_send(unit, release, recipient) for recipient in first]
    if not any(sent) and release.audience != Audience.UNHCR:
        end(unit, release, ReleaseState.VOID, "unreachable")
        return
    release.state, release.sent_at = ReleaseState.SENT, unit.now
    unit.session.flush()
    if release.audience == Audience.UNHCR:
        set_timer(unit, ANSWER_TIMER, release.id, unit.now + ACKNOWLEDGED_WITHIN if any(sent) else unit.now)
    if any(sent):
        unit.record_last(ReleaseSent(case_id=release.case_id, release_id=release.id))


def _left_lately(unit: UnitOfWork) -> Sequence[datetime]:
    sent = ReleaseRecipient.sent_at
    return [at for at in unit.session.scalars(select(sent).where(sent > unit.now - HOUR)) if at is not None]


def _send(unit: UnitOfWork, release: Release, recipient: ReleaseRecipient) -> bool:
    """Send somebody their link; return whether there is any way to."""
    if not reached_by_link(unit, [recipient.contact_id]):
        return False
    recipient.sent_at, recipient.expires_at = unit.now, unit.now + GOOD_FOR
    unit.session.flush()
    _write(unit, release, recipient, f"release_{Audience(release.audience).in_keys}", link=True)
    return True


def _write(unit: UnitOfWork, release: Release, recipient: ReleaseRecipient, words: str, *, link: bool) -> None:
    """Queue one message to a recipient by every way that carries a link; the same words once."""
    code = unit.session.get_one(Case, release.case_id).code
    for way in ways_to(unit, unit.session.get_one(Contact, recipient.contact_id)):
        if way.channel in CARRIES_A_LINK:
            enqueue(
                unit,
                way.chat,
                f"{'email' if way.channel == ChannelName.EMAIL else 'staff'}.{words}",
                language=way.language,
                values={"code": code},
                buttons=[[{"label": "button.release", "release": str(recipient.id)}]] if link else [],
                method_id=way.method.id,
                dedupe_key=f"release:{recipient.id}:{words}:{way.method.id}",
            )


def chase_answer(unit: UnitOfWork, timer: Timer, held: Claim) -> None:
    """Ask UNHCR's next contact when none has acknowledged in time, and a coordinator to call them."""
    release = locked(unit, timer.subject_id)
    finish(unit.session, TABLE, held)
    recipients = recipients_of(unit, release.id)
    if release.state != ReleaseState.SENT or any(one.acknowledged_at is not None for one in recipients):
        return
    if is_closed(unit, release.case_id):
        set_timer(unit, ANSWER_TIMER, release.id, unit.now + LOOK_AGAIN)  # nobody is asked, unless it is opened again
        return
    sent = [_send(unit, release, one) for one in recipients if one.fallback and one.sent_at is None]
    if any(sent):
        set_timer(unit, ANSWER_TIMER, release.id, unit.now + ACKNOWLEDGED_WITHIN)
        unit.record_last(ReleaseSent(case_id=release.case_id, release_id=release.id))
    about = About(release.case_id, RELEASE, release.id)
    ask_about(unit, about, [NeedKind.COORDINATOR], Urgency.NOW, zone="UTC")
    unit.record_last(ReleaseUnanswered(case_id=release.case_id, release_id=release.id))


def answered(unit: UnitOfWork, event: Event) -> None:
    """Ask nobody about a release that was acknowledged."""
    if isinstance(event, ReleaseAcknowledged):
        stop_timer(unit, ANSWER_TIMER, event.release_id)
        stop_asking(unit, RELEASE, event.release_id)


def look_again(unit: UnitOfWork, event: Event) -> None:
    """After anything that may close what was open: what no longer holds does not leave, or is called back."""
    if event.case_id is None:
        return
    releases = unit.session.scalars(
        select(Release)
        .where(Release.case_id == event.case_id, Release.state.in_((*OPEN, ReleaseState.SENT)))
        .order_by(Release.id)
        .with_for_update(**OWN)
    ).all()
    for release in releases:
        if content_of(unit, release) is None:
            call_back(unit, release, "changed")


def call_back(unit: UnitOfWork, release: Release, why: str) -> None:
    """Stop a release; whoever has been sent it is asked not to use it. What has gone out cannot be unsent."""
    was_sent = release.state == ReleaseState.SENT
    end(unit, release, ReleaseState.RECALLED if was_sent else ReleaseState.VOID, why)


def ask_back(unit: UnitOfWork, event: Event) -> None:
    """Ask everybody who was sent a release that was called back not to use it, by the ways it went."""
    if not isinstance(event, ReleaseEnded) or event.state != ReleaseState.RECALLED:
        return
    release = locked(unit, event.release_id)
    stop_timer(unit, ANSWER_TIMER, release.id)
    for recipient in recipients_of(unit, release.id):
        if recipient.sent_at is None or recipient.asked_back_at is not None:
            continue
        cancel(unit, Delivery.dedupe_key.startswith(f"release:{recipient.id}:"))
        recipient.asked_back_at = unit.now
        unit.session.flush()
        _write(unit, release, recipient, "release_recalled", link=False)
    stop_asking(unit, RELEASE, release.id)
