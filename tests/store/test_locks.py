"""Locks: whoever holds a row holds up nobody who only points to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from alerts.messages.outbox import enqueue
from alerts.models import Delivery
from store.base import OWN
from store.chats import Chat, find_or_open_chat

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

HOUSE = Path(__file__).resolve().parents[2]
ROOMS = ("app", "alerts", "bot", "cases", "contacts", "dialogue", "scheduler", "store", "web")


def test_a_row_that_points_to_a_locked_one_is_written_without_waiting(store: Store, database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has one writer at a time")
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", "77000001")
    with store.unit("holds it") as holder, store.unit("points to it") as other:
        holder.session.get_one(Chat, chat.id, with_for_update=OWN)
        _points_to(other, chat.id)
    with store.read() as unit:
        assert unit.session.scalars(select(Delivery.chat_id)).all() == [chat.id]


@pytest.mark.long  # it says something of PostgreSQL, not of the house
def test_a_plain_lock_would_hold_it_up(store: Store, database_url: str) -> None:
    """The control: without OWN the same wait runs out."""
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has one writer at a time")
    with store.unit("test") as unit:
        chat = find_or_open_chat(unit, "telegram", "77000001")
    with store.unit("holds it") as holder:
        holder.session.get_one(Chat, chat.id, with_for_update=True)
        with pytest.raises(OperationalError, match="lock timeout"), store.unit("points to it") as other:
            _points_to(other, chat.id)
    with store.read() as unit:
        assert unit.session.scalars(select(Delivery.id)).all() == []


def _points_to(unit: UnitOfWork, chat_id: UUID) -> None:
    unit.session.execute(text("SET LOCAL lock_timeout = '300ms'"))
    enqueue(unit, unit.session.get_one(Chat, chat_id), "reply.received", language="en")
    unit.session.flush()


def test_every_lock_in_the_house_is_of_these_kinds() -> None:
    plain = [
        f"{path.relative_to(HOUSE)}: {line.strip()}"
        for room in ROOMS
        for path in (HOUSE / room).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"with_for_update(?!(=OWN|\(\*\*(OWN|SHARED)))", line) and '"""' not in line
    ]
    assert not plain
