"""By which ways a contact can be reached right now, and in which language they are spoken to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, select

from alerts.models import ChannelState
from contacts.models import Contact, ContactMethod
from contacts.values import ChannelName
from store.chats import Chat
from texts.audience import is_for_staff
from texts.catalogue import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Reachable:
    """A contact and one living, proved way to reach them."""

    contact: Contact
    method: ContactMethod
    chat: Chat
    language: str

    @property
    def channel(self) -> str:
        """The channel of the way."""
        return self.method.channel


_LIVING: Final = and_(
    ContactMethod.verified_at.is_not(None),
    ContactMethod.dead_at.is_(None),
    ContactMethod.channel.not_in(select(ChannelState.channel).where(ChannelState.configured.is_(False))),
)
"""Proved, not known to be dead, and over a channel that is set up."""


def ways_to(unit: UnitOfWork, contact: Contact) -> list[Reachable]:
    """Return every proved and living way to a contact over a channel that is set up, in the order of `ChannelName`."""
    rows = unit.session.execute(
        select(ContactMethod, Chat)
        .join(Chat, Chat.id == ContactMethod.chat_id)
        .where(ContactMethod.contact_id == contact.id, _LIVING)
    )
    return _in_order(contact, [(method, chat) for method, chat in rows])


def _in_order(contact: Contact, rows: Iterable[tuple[ContactMethod, Chat]]) -> list[Reachable]:
    ways = [Reachable(contact, method, chat, staff_language(contact, chat)) for method, chat in rows]
    return sorted(ways, key=lambda way: ORDER_OF_WAYS.get(way.channel, len(ORDER_OF_WAYS)))


WAYS: Final = (
    (ContactMethod, and_(ContactMethod.contact_id == Contact.id, _LIVING)),
    (Chat, Chat.id == ContactMethod.chat_id),
)
"""What :func:`ways_to` reads, to be read beside a contact."""


def language_among(contact: Contact, rows: Iterable[tuple[ContactMethod | None, Chat | None]]) -> str:
    """Return what :func:`language_of` does, of what was read of :data:`WAYS`."""
    ways = _in_order(contact, [(method, chat) for method, chat in rows if method is not None and chat is not None])
    return next((way.language for way in ways), next(_ours(contact), SOURCE))


ORDER_OF_WAYS: Final = {str(channel): place for place, channel in enumerate(ChannelName)}


def way_to(unit: UnitOfWork, contact: Contact) -> Reachable | None:
    """Return the conversation in which a contact can be told more than a code: a linked Telegram account, or None."""
    return next((way for way in ways_to(unit, contact) if way.channel == ChannelName.TELEGRAM), None)


def staff_language(contact: Contact, chat: Chat) -> str:
    """The language a helper is spoken to in: chosen, else the first listed that we speak, else the account's."""
    if chat.language_chosen and chat.language:
        return chat.language
    return next(_ours(contact), chat.language or SOURCE)


def language_of(unit: UnitOfWork, contact: Contact) -> str:
    """The language of what a helper reads elsewhere than in a conversation: that of the first way to them."""
    return next((way.language for way in ways_to(unit, contact)), next(_ours(contact), SOURCE))


def _ours(contact: Contact) -> Iterator[str]:
    return (language for language in contact.languages if is_for_staff(language))
