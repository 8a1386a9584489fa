"""What is said to a helper in Telegram: a message, or a word on top of the chat that answers a press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from alerts.messages.buttons import seal_callback
from alerts.messages.outbox import enqueue, reword
from alerts.models import Delivery
from alerts.needs.ways import staff_language
from contacts.directory import linked_contact

if TYPE_CHECKING:
    from bot.updates import Press
    from contacts.models import Contact
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork


def say(
    unit: UnitOfWork,
    chat: Chat,
    contact: Contact,
    key: str,
    values: dict[str, Any],
    *,
    buttons: list[list[dict[str, Any]]] | None = None,
    dedupe_key: str | None = None,
) -> None:
    """Send a helper a message of their own."""
    enqueue(
        unit,
        chat,
        key,
        language=staff_language(contact, chat),
        values=values,
        buttons=buttons or [],
        urgent=True,
        dedupe_key=dedupe_key,
    )


def put_away(unit: UnitOfWork, named: str, *, without: tuple[str, str]) -> None:
    """Take the buttons off what was said under dedupe keys that begin so.

    What was asked stays to be read, and nothing there is to be pressed any more. ``without``: a text and its value that
    cannot be said again.
    """
    text, name = without
    asked = select(Delivery).where(Delivery.dedupe_key.startswith(named, autoescape=True), Delivery.action == "send")
    for row in unit.session.scalars(asked.order_by(Delivery.order_key)).all():
        left = "|".join(part for part in row.template.split("|") if part != text)
        reword(unit, row, left, {key: value for key, value in row.values.items() if key != name}, urgent=True)


def toast(unit: UnitOfWork, chat: Chat, given: Press, key: str, values: dict[str, Any] | None = None) -> None:
    """Answer the press itself, so that the button stops spinning: a word on top of the chat, or nothing."""
    contact = linked_contact(unit, chat.id)
    language = chat.language or "en" if contact is None else staff_language(contact, chat)
    enqueue(
        unit,
        chat,
        key,
        language=language,
        values={**(values or {}), "callback": seal_callback(unit, chat.id, given.callback_id)},
        action="answer",
        urgent=True,
        dedupe_key=f"answer:{unit.vault.blind_index('press', given.callback_id).hex()}",
    )
