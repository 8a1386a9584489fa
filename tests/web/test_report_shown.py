"""Whoever comes back sees their page, whatever has waited for them, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from alerts.messages.outbox import enqueue
from store.chats import Chat
from web.report.keeping import Told, begin
from web.report.shown import show
from web.report.tickets import new_ticket

if TYPE_CHECKING:
    from store.unit_of_work import Store


def test_what_no_release_has_words_for_any_more_keeps_nobody_from_their_page(store: Store) -> None:
    chat_id = begin(store, new_ticket(store.clock.now()), Told("they took my brother")).chat_id
    with store.unit("test") as unit:
        chat = unit.session.get_one(Chat, chat_id)
        enqueue(unit, chat, "reply.of_a_release_of_long_ago", language="en")
        enqueue(unit, chat, "report.wiped", language="en")
    with capture_logs() as logged, store.unit("test") as unit:
        shown = show(unit, unit.session.get_one(Chat, chat_id), "Asia/Almaty")
    assert shown.code is not None
    assert shown.standings
    assert len(shown.news) == 2, "the first reply, and what stands behind what cannot be said"
    assert [one["template"] for one in logged] == ["reply.of_a_release_of_long_ago"]
