"""What Twilio brings, as it is kept until a worker hears it, and how Twilio is made to forget it afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from alerts.messages.channel_states import is_set_up
from alerts.messages.outbox import enqueue
from alerts.models import Attempt, Delivery, DeliveryState
from store.base import OWN, Base, new_id
from store.chats import SMS, VOICE, WHATSAPP, find_chat, find_or_open_chat
from store.claims import nth_pause
from store.inserting import insert_into
from texts.catalogue import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.unit_of_work import UnitOfWork

FORGET: Final = "ref"
"""The value of a message to the provider that names what is to be forgotten there."""
HOUSE: Final = "house"
"""The address of a conversation that is nobody's: in it lies what providers are to forget."""
KEPT_THERE: Final = (VOICE, SMS, WHATSAPP)
"""The doors whose provider keeps what came until it is told to erase it."""
ALSO: Final = {SMS: (WHATSAPP,), WHATSAPP: (SMS,)}
"""One account keeps the texts and what comes by WhatsApp: where one is not set up, the sender of the other erases."""
REMEMBERED_FOR: Final = timedelta(days=1)
TRIED_AGAIN: Final = tuple(timedelta(seconds=one) for one in (30, 60, 120, 300, 600))
"""How long after a first, second … try without keys, and after each later one, it is tried again."""


PHOTO: Final = "photo"


@dataclass(frozen=True)
class Attached:
    """A file that came with a text: its name at the provider (empty where it could not be read), and what it is."""

    name: str = field(repr=False)
    kind: str = PHOTO


@dataclass(frozen=True)
class IncomingText:
    """One text. ``sid``: how the provider names it; empty where that was not kept."""

    sid: str
    words: str = field(repr=False)
    files: tuple[Attached, ...] = ()
    """What came with it besides words."""
    place: tuple[float, float] | None = field(default=None, repr=False)
    """A pin on the map: latitude and longitude."""


def pack(text: IncomingText) -> str:
    """Return a text as one line that is kept, encrypted, until it is heard."""
    kept = {"sid": text.sid, "words": text.words, "pictures": [one.name for one in text.files]}
    return json.dumps({**kept, "kinds": [one.kind for one in text.files], "place": text.place})


def unpack(kept: str) -> IncomingText:
    """Read what was kept. What an earlier release kept is words and nothing else. Never raises."""
    try:
        found = json.loads(kept)
        names, kinds = found.get("pictures", ()), found.get("kinds", ())
        files = tuple(Attached(str(name), str(kind)) for name, kind in zip_longest(names, kinds, fillvalue=PHOTO))
        place = found.get("place")
        pin = None if place is None else (float(place[0]), float(place[1]))
        return IncomingText(str(found["sid"]), str(found["words"]), files, pin)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return IncomingText("", kept)


class Forgetting(Base):
    """Something that lies here sealed and at its provider in clear: while there are no keys no message can be queued.

    The row goes once the provider has forgotten it, or when there are keys again and a message sees to it.
    """

    __tablename__ = "forgetting"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    door: Mapped[str] = mapped_column(String(16))
    ref: Mapped[str] = mapped_column(String(100), unique=True)
    """How the provider names it; nothing of what it says."""
    due_at: Mapped[datetime] = mapped_column(index=True)
    """When it is tried, or tried again by whoever does not hear how the last try ended."""
    tries: Mapped[int] = mapped_column(default=0)


def forget_soon(unit: UnitOfWork, door: str, refs: Iterable[str]) -> None:
    """Note what a provider is to forget, without any key, in the unit that seals it. Repeating it changes nothing."""
    for ref in filter(None, refs):
        insert = insert_into(unit.session, Forgetting).values(id=new_id(), door=door, ref=ref, due_at=unit.now, tries=0)
        unit.session.execute(insert.on_conflict_do_nothing())


def take_due(unit: UnitOfWork, limit: int) -> list[tuple[UUID, str, str]]:
    """Take what is due to be forgotten, as (row, door, ref): it is due again, later each time, unless it is done."""
    due = select(Forgetting).where(Forgetting.due_at <= unit.now).order_by(Forgetting.due_at, Forgetting.id)
    rows = unit.session.scalars(due.limit(limit).with_for_update(**OWN, skip_locked=True)).all()
    for row in rows:
        row.due_at = unit.now + nth_pause(TRIED_AGAIN, row.tries + 1)
        row.tries += 1
    unit.session.flush()
    return [(row.id, row.door, row.ref) for row in rows]


def is_forgotten(unit: UnitOfWork, row_id: UUID) -> None:
    """Note that a provider has forgotten it."""
    unit.session.execute(delete(Forgetting).where(Forgetting.id == row_id))


def _queue_what_is_left(unit: UnitOfWork) -> None:
    """Have messages see to what was noted without keys."""
    for row in unit.session.scalars(select(Forgetting).order_by(Forgetting.id).with_for_update(**OWN)).all():
        have_forgotten(unit, row.door, row.ref)
        unit.session.delete(row)
    unit.session.flush()


def have_forgotten(unit: UnitOfWork, door: str, sid: str) -> None:
    """Have the provider of a door forget what it brought, tried until it is gone. Repeating it changes nothing.

    It is queued apart from the conversation, which may be erased here before its provider has answered.
    """
    door = next((one for one in (door, *ALSO.get(door, ())) if is_set_up(unit, one)), door)
    if sid and is_set_up(unit, door):
        key = unit.vault.blind_index("forget", sid).hex()
        house = find_or_open_chat(unit, door, HOUSE)
        enqueue(unit, house, "", language=SOURCE, action="redact", values={FORGET: sid}, dedupe_key=f"redact:{key}")


def drop_what_is_forgotten(unit: UnitOfWork) -> None:
    """Drop what is left here of things that their provider forgot a day ago; to be said again and again.

    What was noted while it was locked, and is not forgotten yet, is queued.
    """
    _queue_what_is_left(unit)
    for door in KEPT_THERE:
        house = find_chat(unit, door, HOUSE)
        if house is None:
            continue
        done = (
            Delivery.chat_id == house.id,
            Delivery.state == DeliveryState.SENT,
            Delivery.sent_at <= unit.now - REMEMBERED_FOR,
        )
        unit.session.execute(delete(Attempt).where(Attempt.delivery_id.in_(select(Delivery.id).where(*done))))
        unit.session.execute(delete(Delivery).where(*done))
