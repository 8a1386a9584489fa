"""Signing a rule off: by whom, in which words, until when. A change of the words undoes it without anybody acting."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import select

from law.check import REVERIFIED_EVERY_MONTHS, Signoff
from law.errors import SignoffTermError
from law.events import RuleSignedOff, RuleSignoffRevoked
from law.models import RuleSignoff
from law.rules import EVERYWHERE
from law.spans import add_months
from store.base import OWN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import timedelta
    from uuid import UUID

    from law.rules import Rule
    from store.unit_of_work import UnitOfWork


def latest_end(now: datetime) -> datetime:
    """Return until when a sign-off made now may be good: the same minute six months on (UTC)."""
    utc = now.astimezone(UTC)
    return datetime.combine(add_months(utc.date(), REVERIFIED_EVERY_MONTHS), utc.timetz())


def may_sign(role: str, places: Collection[str], jurisdiction: str) -> bool:
    """Whether somebody's word for a rule counts: a lawyer's, who works where that law holds.

    ``places``: ISO 3166 codes of the country they are in and of the regions they work in; a region stands for the law
    of its country. Rules that are not one State's may be signed by any lawyer: they bind the same everywhere, and
    whoever applies to those bodies reads them all the time.
    """
    if role != "lawyer":
        return False
    return jurisdiction == EVERYWHERE or any(place.partition("-")[0] == jurisdiction for place in places)


def end_of(until: date, now: datetime) -> datetime:
    """Return the instant at which a sign-off ends that is wanted until a day: its last minute in UTC, or sooner.

    On the last day that is allowed it ends at the minute that is. Whether it is allowed at all, :func:`sign_off` says.
    """
    end = datetime.combine(until, time(23, 59), UTC)
    latest = latest_end(now)
    return latest if until == latest.date() else end


def sign_off(unit: UnitOfWork, contact_id: UUID, rule: Rule, until: datetime) -> UUID:
    """Record that a contact vouches for the rule as it reads now. Return the sign-off's id.

    Whether the contact is a lawyer of that jurisdiction, and who is asking, was checked by the caller. An earlier
    sign-off of the same contact for the rule makes way; the same one again changes and records nothing. Raises
    SignoffTermError if ``until`` is not ahead, or more than six months ahead.
    """
    if not unit.now < until <= latest_end(unit.now):
        raise SignoffTermError("a sign-off ends after now and within six months; the law must then be read again")
    before = _of_contact(unit, contact_id, rule.id)
    if before is not None:
        if (before.text_hash, before.valid_until) == (rule.text_hash(), until):
            return before.id
        _take_back(unit, before)
    row = RuleSignoff(
        rule_id=rule.id,
        edition=rule.edition,
        text_hash=rule.text_hash(),
        contact_id=contact_id,
        signed_at=unit.now,
        valid_until=until,
    )
    unit.session.add(row)
    unit.session.flush()
    signed = RuleSignedOff(
        case_id=None, signoff_id=row.id, contact_id=contact_id, rule_id=rule.id, text_hash=row.text_hash
    )
    unit.record(signed)
    return row.id


def revoke(unit: UnitOfWork, contact_id: UUID, rule_id: str) -> bool:
    """Take a contact's sign-off of a rule back; return whether there was one. Safe to repeat."""
    row = _of_contact(unit, contact_id, rule_id)
    if row is None:
        return False
    _take_back(unit, row)
    return True


def signoffs(unit: UnitOfWork) -> list[Signoff]:
    """Return all that were not revoked, expired ones and those of changed rules among them, oldest first."""
    return [
        Signoff(row.rule_id, row.text_hash, row.contact_id, row.signed_at, row.valid_until)
        for row in standing_signoffs(unit)
    ]


def is_signed(unit: UnitOfWork, rule: Rule, now: datetime) -> bool:
    """Whether somebody vouches for the rule as it reads, at this instant (aware)."""
    found = unit.session.scalar(
        select(RuleSignoff.id)
        .where(
            RuleSignoff.rule_id == rule.id,
            RuleSignoff.text_hash == rule.text_hash(),
            RuleSignoff.revoked_at.is_(None),
            RuleSignoff.signed_at <= now,
            RuleSignoff.valid_until > now,
        )
        .limit(1)
    )
    return found is not None


def standing_signoffs(unit: UnitOfWork) -> Sequence[RuleSignoff]:
    """Return every word for a rule that was not taken back, over or not, the oldest first. One statement."""
    return unit.session.scalars(
        select(RuleSignoff).where(RuleSignoff.revoked_at.is_(None)).order_by(RuleSignoff.signed_at, RuleSignoff.rule_id)
    ).all()


def vouches(signoff: RuleSignoff, rule_id: str, text_hash: str, now: datetime) -> bool:
    """Whether a word that was read is one for this text of a rule, at this instant (aware). Pure; as is_signed."""
    return (
        (signoff.rule_id, signoff.text_hash) == (rule_id, text_hash)
        and signoff.revoked_at is None
        and signoff.signed_at <= now < signoff.valid_until
    )


def ending_within(unit: UnitOfWork, span: timedelta) -> Sequence[RuleSignoff]:
    """Return the sign-offs that end within ``span`` from now and whose signer was not reminded yet; locked for that."""
    return unit.session.scalars(
        select(RuleSignoff)
        .where(
            RuleSignoff.revoked_at.is_(None),
            RuleSignoff.reminded_at.is_(None),
            RuleSignoff.valid_until > unit.now,
            RuleSignoff.valid_until <= unit.now + span,
        )
        .order_by(RuleSignoff.valid_until, RuleSignoff.id)
        .with_for_update(**OWN)
    ).all()


def _of_contact(unit: UnitOfWork, contact_id: UUID, rule_id: str) -> RuleSignoff | None:
    return unit.session.scalar(
        select(RuleSignoff)
        .where(RuleSignoff.contact_id == contact_id, RuleSignoff.rule_id == rule_id, RuleSignoff.revoked_at.is_(None))
        .with_for_update(**OWN)
    )


def _take_back(unit: UnitOfWork, row: RuleSignoff) -> None:
    row.revoked_at = unit.now
    unit.session.flush()
    unit.record(RuleSignoffRevoked(case_id=None, signoff_id=row.id, contact_id=row.contact_id, rule_id=row.rule_id))
