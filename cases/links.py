"""One-time links to a case: no name is ever typed into a chat, the helper opens a page instead."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from cases.models import CaseLink
from store.base import new_id
from store.tokens import token_index, token_of

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

LINK_MINUTES = 10


def may_open(*, accepted_by: UUID | None, contact_id: UUID) -> bool:
    """Whether a helper sees what was reported: only who has accepted the need."""
    return accepted_by == contact_id


def make_link(unit: UnitOfWork, case_id: UUID, contact_id: UUID, language: str) -> UUID:
    """Make a link that works once, for ten minutes; return its row's id (the token is derived when it is sent)."""
    link = CaseLink(
        id=new_id(),
        case_id=case_id,
        contact_id=contact_id,
        language=language,
        expires_at=unit.now + timedelta(minutes=LINK_MINUTES),
    )
    link.token_index = token_index(token_of(unit, "case_link", link.id))
    unit.session.add(link)
    unit.session.flush()
    return link.id


def find_link(unit: UnitOfWork, token: str) -> CaseLink | None:
    """Return a link that can still be used, without using it (previews of messengers only look)."""
    return unit.session.scalars(
        select(CaseLink).where(
            CaseLink.token_index == token_index(token),
            CaseLink.used_at.is_(None),
            CaseLink.expires_at > unit.now,
        )
    ).one_or_none()


def language_of_link(unit: UnitOfWork, token: str) -> str | None:
    """Return the language of a link's reader, also when it is used up or too old; None when there never was one."""
    return unit.session.scalar(select(CaseLink.language).where(CaseLink.token_index == token_index(token)))


def use_link(unit: UnitOfWork, token: str) -> CaseLink | None:
    """Use a link up; of two uses at once one gets None."""
    used = unit.session.scalars(
        update(CaseLink)
        .where(
            CaseLink.token_index == token_index(token),
            CaseLink.used_at.is_(None),
            CaseLink.expires_at > unit.now,
        )
        .values(used_at=unit.now)
        .returning(CaseLink)
    )
    return used.one_or_none()
