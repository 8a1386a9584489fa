"""What a helper sent in their chat is set aside until they say what it is for: a list of people, or anything else.

Nothing follows from it before they have said so. They are asked once more after ten minutes; what nobody has said a
word about within half an hour is heard as a report, as if they had sent it with ``/report``: something may have
happened to them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Table, delete, select

from cases.incidents.reading import Piece
from cases.models import SetAside
from store import claims
from store.base import OWN, new_id
from store.data_keys import contact_scope
from store.timers import set_timer, stop_timer
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.chats import Chat
    from store.claims import Claim
    from store.unit_of_work import UnitOfWork

TABLE: Table = SetAside.__table__  # type: ignore[assignment]  # declarative tables are Tables
TIMER: Final = "set_aside"
"""The timer of what waits for a word: when it is asked about once more and, at its end, heard as a report."""
ASKED_AGAIN_AFTER: Final = timedelta(minutes=10)
WAITS_FOR: Final = timedelta(minutes=30)
LEASE: Final = timedelta(seconds=60)
"""How long a file may be on its way."""


@dataclass(frozen=True)
class Sent:
    """What waits. Nothing of it shows in a repr.

    ``pieces``: of a list what was read; ``messages``: of anything else what was sent, as its door writes it down;
    ``source``: the provider's name of a table that is still to be fetched. ``lines``: numbers of the messages in
    the chat and when they were sent, so that they can be erased there once they are kept here.
    """

    pieces: tuple[Piece, ...] = field(default=(), repr=False)
    messages: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    source: str = field(default="", repr=False)
    lines: tuple[tuple[int, datetime], ...] = ()

    @property
    def people(self) -> tuple[Piece, ...]:
        """The pieces that are people."""
        return tuple(one for one in self.pieces if one.is_person)

    @property
    def unread(self) -> tuple[str, ...]:
        """What else was said, as it was written."""
        return tuple(one.written for one in self.pieces if not one.is_person)


def set_aside(unit: UnitOfWork, contact_id: UUID, chat: Chat, sent: Sent, *, is_list: bool) -> UUID:
    """Keep what a helper sent until they have said what it is for; return its id. A table is to be fetched first."""
    row = SetAside(
        id=new_id(),
        contact_id=contact_id,
        chat_id=chat.id,
        is_list=is_list,
        made_at=unit.now,
        expires_at=unit.now + WAITS_FOR,
        due_at=unit.now if sent.source else None,
    )
    row.content = _sealed(unit, row, sent)
    unit.session.add(row)
    unit.session.flush()
    set_timer(unit, TIMER, row.id, unit.now + (WAITS_FOR if sent.source else ASKED_AGAIN_AFTER))
    return row.id


def waiting_list(unit: UnitOfWork, contact_id: UUID) -> UUID | None:
    """Return the list of a helper that has been read and waits for their word; None when there is none."""
    newest = (
        select(SetAside.id)
        .where(
            SetAside.contact_id == contact_id,
            SetAside.is_list,
            SetAside.due_at.is_(None),
            SetAside.expires_at > unit.now,
        )
        .order_by(SetAside.made_at.desc(), SetAside.id.desc())
        .limit(1)
        .with_for_update(**OWN)
    )
    return unit.session.scalar(newest)


def waiting_message(unit: UnitOfWork, contact_id: UUID, album: str) -> UUID | None:
    """Return what a helper sent in pieces that belong together and that waits for their word; None if nothing does."""
    rows = unit.session.scalars(
        select(SetAside)
        .where(SetAside.contact_id == contact_id, SetAside.is_list.is_(False), SetAside.expires_at > unit.now)
        .with_for_update(**OWN)
    )
    return next((row.id for row in rows if _opened(unit, row).messages[0]["album"] == album), None)


def add_to(unit: UnitOfWork, aside_id: UUID, more: Sent) -> Sent:
    """Add to what waits, for which there is time again from now; return all of it."""
    row = unit.session.get_one(SetAside, aside_id)
    before = _opened(unit, row)
    together = replace(
        before,
        pieces=before.pieces + more.pieces,
        messages=before.messages + more.messages,
        lines=before.lines + more.lines,
    )
    row.content, row.expires_at = _sealed(unit, row, together), unit.now + WAITS_FOR
    unit.session.flush()
    set_timer(unit, TIMER, aside_id, unit.now + ASKED_AGAIN_AFTER)
    return together


def what_waits(unit: UnitOfWork, aside_id: UUID, *, locked: bool = False) -> Sent | None:
    """Return what waits for a word; None when it was said.

    ``locked``: nobody adds to it before the end of this unit, so that nothing is settled that was not seen here.
    """
    if locked:
        row = unit.session.get(SetAside, aside_id, populate_existing=True, with_for_update=OWN)
    else:
        row = unit.session.get(SetAside, aside_id, populate_existing=True)
    return None if row is None else _opened(unit, row)


@dataclass(frozen=True)
class Whose:
    """Whose something is that waits, from which conversation, and since when it is as it is now."""

    contact_id: UUID
    chat_id: UUID
    is_list: bool
    since: datetime


def whose(unit: UnitOfWork, aside_id: UUID) -> Whose:
    """Return whose it is; raises NoResultFound where nothing waits any more."""
    row = unit.session.get_one(SetAside, aside_id)
    return Whose(row.contact_id, row.chat_id, row.is_list, row.expires_at - WAITS_FOR)


def settle(unit: UnitOfWork, aside_id: UUID, contact_id: UUID) -> bool:
    """Have it answered by whoever sent it. Of two answers at once one is the first: False for any other."""
    answered = unit.session.scalar(
        delete(SetAside).where(SetAside.id == aside_id, SetAside.contact_id == contact_id).returning(SetAside.id)
    )
    if answered is None:
        return False
    stop_timer(unit, TIMER, aside_id)
    return True


def until_its_end(unit: UnitOfWork, aside_id: UUID) -> bool:
    """Wind the timer of what waits to its end; False when that is over."""
    row = unit.session.get_one(SetAside, aside_id)
    if row.expires_at <= unit.now:
        return False
    set_timer(unit, TIMER, aside_id, row.expires_at)
    return True


# Tables that are fetched


@dataclass(frozen=True)
class TableToFetch:
    """A table that somebody sent and that may be fetched now."""

    held: Claim
    source: str = field(repr=False)


def take_tables(unit: UnitOfWork, limit: int) -> list[TableToFetch]:
    """Claim tables that may be fetched now."""
    taken = claims.claim(unit.session, TABLE, unit.now, limit=limit, lease=LEASE)
    rows = [(held, unit.session.get_one(SetAside, held.id)) for held in taken]
    return [TableToFetch(held, _opened(unit, row).source) for held, row in rows]


def fetch_later(unit: UnitOfWork, held: Claim, after: timedelta, trouble: str) -> None:
    """Try again in a while; raises LeaseLostError."""
    claims.finish(unit.session, TABLE, held, due_at=unit.now + after, trouble=trouble)


def table_read(unit: UnitOfWork, held: Claim, pieces: Sequence[Piece]) -> UUID | None:
    """Keep what was read of a table; return the list it belongs to now. Raises LeaseLostError.

    A helper who has a list waiting already has one list of both. None where nothing was read: it is forgotten.
    """
    claims.finish(unit.session, TABLE, held)
    row = unit.session.get_one(SetAside, held.id, populate_existing=True)
    read = replace(_opened(unit, row), pieces=tuple(pieces), source="")
    if pieces:
        row.due_at = unit.now  # not itself: the list it may be added to is another
        unit.session.flush()
        other = waiting_list(unit, row.contact_id)
        row.due_at = None
        if other is None:
            row.content, row.expires_at = _sealed(unit, row, read), unit.now + WAITS_FOR
            unit.session.flush()
            set_timer(unit, TIMER, row.id, unit.now + ASKED_AGAIN_AFTER)
            return row.id
        add_to(unit, other, read)
    settle(unit, row.id, row.contact_id)
    return other if pieces else None


# How it is kept


def _sealed(unit: UnitOfWork, row: SetAside, sent: Sent) -> bytes:
    content = {
        "pieces": [[one.written, one.name, one.remark, one.born, one.age] for one in sent.pieces],
        "messages": sent.messages,
        "source": sent.source,
        "lines": [[number, at.isoformat()] for number, at in sent.lines],
    }
    kept = json.dumps(content, ensure_ascii=False)
    return unit.vault.seal(contact_scope(row.contact_id), Field("set_aside", "content", row.id), kept)


def _opened(unit: UnitOfWork, row: SetAside) -> Sent:
    kept = unit.vault.open(contact_scope(row.contact_id), Field("set_aside", "content", row.id), row.content)
    content = json.loads(kept)
    return Sent(
        pieces=tuple(Piece(*one) for one in content["pieces"]),
        messages=tuple(content["messages"]),
        source=content["source"],
        lines=tuple((number, datetime.fromisoformat(at)) for number, at in content["lines"]),
    )
